// Every row of the table of properties is real: zigbee-herdsman knows its cluster and attribute, and a product
// that is named here has the expose, in the definitions of zigbee-herdsman-converters themselves.

import { describe, expect, test } from 'vitest';
import { Zcl } from 'zigbee-herdsman';
import { type Definition, type Expose, prepareDefinition } from 'zigbee-herdsman-converters';
import { PROPERTIES, type PropertyName } from '../../../hub/model/properties.ts';
import type { ExposeMapping } from '../../../hub/model/property-row.ts';

/** A product for each row: the file of its definition and its model there. */
const PRODUCTS: Readonly<Record<Exclude<PropertyName, 'linkQuality'>, readonly [string, string]>> =
  {
    on: ['innr', 'SP 120'],
    brightness: ['ikea', 'LED1732G11'],
    colorTemperature: ['ikea', 'LED1732G11'],
    color: ['philips', '9290012573A'],
    effect: ['philips', '9290012573A'],
    startupColorTemperature: ['ikea', 'LED1732G11'],
    powerOnBehavior: ['ikea', 'LED1732G11'],
    countdown: ['tuya', 'TS011F_plug_1'],
    power: ['innr', 'SP 120'],
    energy: ['innr', 'SP 120'],
    voltage: ['innr', 'SP 120'],
    current: ['innr', 'SP 120'],
    producedEnergy: ['bituo_technik', 'SPM01-U01'],
    powerFactor: ['bituo_technik', 'SPM01-U01'],
    frequency: ['bituo_technik', 'SPM01-U01'],
    apparentPower: ['bituo_technik', 'SPM01-U01'],
    reactivePower: ['bituo_technik', 'SDM01W-U01'],
    water: ['develco', 'ZHEMI101'],
    gasVolume: ['develco', 'ZHEMI101'],
    position: ['ikea', 'E1757'],
    tilt: ['aeotec', 'ZGA004'],
    moving: ['lumi', 'ZNCLDJ12LM'],
    motorReversed: ['tuya', 'TS130F'],
    locked: ['yale', 'YRD426NRSC'],
    lockState: ['yale', 'YRD426NRSC'],
    doorOpen: ['datek', '0402946'],
    autoRelock: ['onesti', 'Nimly'],
    autoRelockTime: ['yale', 'YRD426NRSC'],
    soundVolume: ['yale', 'YRD426NRSC'],
    valveOpen: ['moes', 'BRT-100-TRV'],
    valvePosition: ['eurotronic', 'SPZB0001'],
    flow: ['sonoff', 'SWV'],
    targetTemperature: ['bosch', 'BTH-RA'],
    coolingTarget: ['bosch', 'BTH-RM'],
    mode: ['bosch', 'BTH-RA'],
    runningState: ['bosch', 'BTH-RA'],
    heatingDemand: ['bosch', 'BTH-RA'],
    preset: ['lumi', 'SRTS-A01'],
    windowDetection: ['bosch', 'BTH-RA'],
    windowOpen: ['namron', '540139X'],
    boost: ['bosch', 'BTH-RA'],
    temperatureCalibration: ['bosch', 'BTH-RA'],
    childLock: ['bosch', 'BTH-RA'],
    fanSpeed: ['custom_devices_diy', 'FanBee'],
    fanMode: ['ikea', 'E2007'],
    swing: ['lumi', 'ZNYB01LM'],
    open: ['lumi', 'MCCGQ11LM'],
    occupancy: ['philips', '9290012607'],
    presence: ['lumi', 'RTCZCGQ11LM'],
    distance: ['lumi', 'FP1E'],
    vibration: ['bosch', 'BSEN-CV'],
    waterLeak: ['lumi', 'SJCGQ11LM'],
    smoke: ['heiman', 'HS3SA/HS1SA'],
    gas: ['heiman', 'HS3CG'],
    carbonMonoxide: ['climax', 'CO-8ZBS'],
    tamper: ['adeo', 'LDSENK06'],
    test: ['heiman', 'HS3SA/HS1SA'],
    siren: ['ewelink', 'NAS-AB03B3'],
    alarmVolume: ['tuya', 'ZG-205ZL'],
    alarmDuration: ['ewelink', 'NAS-AB03B3'],
    melody: ['ewelink', 'NAS-AB03B3'],
    muted: ['heiman', 'HS1SA-E-PLUS'],
    temperature: ['lumi', 'WSDCGQ11LM'],
    humidity: ['lumi', 'WSDCGQ11LM'],
    pressure: ['lumi', 'WSDCGQ11LM'],
    illuminance: ['philips', '9290012607'],
    soilMoisture: ['bacchus', 'Flower_Sensor_v2'],
    co2: ['diyruz', 'DIYRuZ_AirSense'],
    carbonMonoxideLevel: ['heiman', 'HS1CA-E-PLUS'],
    pm25: ['ikea', 'E2007'],
    pm10: ['efekta', 'EFEKTA_Air_Quality_Station'],
    voc: ['lumi', 'VOCKQJK11LM'],
    formaldehyde: ['heiman', 'HS2AQ-EM'],
    airQuality: ['ikea', 'E2007'],
    noise: ['wirenboard', 'WB-MSW-ZIGBEE v.4'],
    uvIndex: ['shelly', 'WS90'],
    windSpeed: ['shelly', 'WS90'],
    windDirection: ['shelly', 'WS90'],
    rain: ['ewelink', 'WS01'],
    rainfall: ['shelly', 'WS90'],
    battery: ['lumi', 'WXKG11LM'],
    batteryLow: ['heiman', 'HS3SA/HS1SA'],
    batteryVoltage: ['lumi', 'WXKG11LM'],
    batteryState: ['heiman', 'HS2AQ-EM'],
    deviceTemperature: ['lumi', 'WXKG11LM'],
    fault: ['develco', 'SMSZB-120'],
    sensitivity: ['philips', '9290012607'],
    occupancyTimeout: ['philips', '9290012607'],
    indicatorLight: ['philips', '9290012607'],
    button: ['ikea', 'E1743'],
    rotation: ['lumi', 'ZNXNKG02LM'],
    volume: ['easyiot', 'ZB-SP1000'],
    track: ['easyiot', 'ZB-SP1000'],
    remainingTime: ['namron', '4566702'],
    selfCleaning: ['onokom', 'AUX-1-ZB-S'],
    filterAge: ['ikea', 'E2007'],
    filterSpent: ['ikea', 'E2007'],
    feed: ['lumi', 'ZNCWWSQ01LM'],
    portionsToday: ['lumi', 'ZNCWWSQ01LM'],
  };

const ACCESS_SET = 2;

interface FlatExpose {
  readonly expose: Expose;
  readonly within: string | undefined;
}

async function definitionOf(file: string, model: string): Promise<Definition> {
  const module = await import(`zigbee-herdsman-converters/devices/${file}`);
  const found = module.definitions.find((each: Definition) => each.model === model);
  expect(found, `${model} in ${file}`).toBeDefined();
  return prepareDefinition(found);
}

/** The exposes by themselves, and the features of a light, cover, … with what they stand in. */
function flatExposes(definition: Definition): FlatExpose[] {
  const exposes =
    typeof definition.exposes === 'function'
      ? definition.exposes({ isDummyDevice: true }, {})
      : definition.exposes;
  return exposes.flatMap((expose): FlatExpose[] => {
    const isParent = expose.type !== 'composite' && expose.type !== 'list' && expose.features;
    if (!isParent) return [{ expose, within: undefined }];
    return isParent.map((feature) => ({ expose: feature, within: expose.type }));
  });
}

function isMatch(mapping: ExposeMapping, { expose, within }: FlatExpose): boolean {
  const isSettable = (expose.access & ACCESS_SET) !== 0;
  const unit = 'unit' in expose ? expose.unit : undefined;
  const parents: readonly string[] | undefined = mapping.within;
  return (
    mapping.name === expose.name &&
    mapping.type === expose.type &&
    (parents === undefined ? within === undefined : parents.includes(within ?? '')) &&
    (mapping.unit === undefined || mapping.unit === unit) &&
    (mapping.settable === undefined || mapping.settable === isSettable)
  );
}

describe('each row has a product', () => {
  test.each(Object.entries(PRODUCTS))('%s is an expose of %j', async (name, [file, model]) => {
    const row = PROPERTIES.find((each) => each.name === name);
    const exposes = flatExposes(await definitionOf(file, model));
    const found = row?.exposes.flatMap((mapping) =>
      exposes.filter((flat) => isMatch(mapping, flat)).map(({ expose }) => expose),
    );
    expect(found, exposes.map(({ expose }) => expose.name).join(' ')).not.toEqual([]);

    // A row that can be set is settable on the product that speaks for it, and one that is told is told.
    const [expose] = found ?? [];
    if (row?.access === 'rw' || row?.access === 'w') expect(Number(expose?.access) & 2).toBe(2);
    else expect(Number(expose?.access) & 1).toBe(1);
  });

  test('only what the coordinator itself measures has no expose', () => {
    const without = PROPERTIES.filter((row) => row.exposes.length === 0);
    expect(without.map((row) => row.name)).toEqual(['linkQuality']);
  });

  test('no expose says two things: of two mappings alike one states more than the other', () => {
    const seen = new Map<string, string>();
    for (const { name, exposes } of PROPERTIES) {
      for (const { convert: _, ...conditions } of exposes) {
        const text = JSON.stringify(conditions);
        expect(seen.get(text), `${name} and ${seen.get(text)}: ${text}`).toBeUndefined();
        seen.set(text, name);
      }
    }
  });
});

test.each(PROPERTIES.flatMap((row) => (row.zigbee ? [[row.name, row.zigbee] as const] : [])))(
  'zigbee-herdsman knows the cluster and attribute of %s',
  (_, { cluster, clusterId, attribute, attributeId }) => {
    const found = Zcl.Utils.getCluster(clusterId, undefined, {});
    expect(found.name).toBe(cluster);
    expect(found.attributes[attribute]?.ID).toBe(attributeId);
  },
);
