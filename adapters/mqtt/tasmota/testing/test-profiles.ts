// Tasmota devices for tests, one for each way in which a device can be built. The fields are those that real devices
// announce; the figures are made up.
import type { Fields, TasmotaModel } from '../../../../scripts/virtual-home/lan/model.ts';

interface Own {
  readonly config?: Fields;
  readonly sensors?: Fields;
  readonly state?: Fields;
  readonly so?: Fields;
  readonly interlock?: readonly number[];
}

const SO = { '4': 0, '11': 0, '13': 0, '17': 1, '20': 0, '30': 0, '68': 0, '73': 0 };
const NONE = [0, 0, 0, 0, 0, 0, 0, 0];
const outputs = (...kinds: number[]) => [...kinds, ...NONE].slice(0, 8);
const modes = (...given: number[]) => [...given, ...NONE.map(() => -1)].slice(0, 8);

function model(place: number, topic: string, own: Own): TasmotaModel {
  const mac = `A4CF12${place.toString(16).padStart(6, '0').toUpperCase()}`;
  const { config = {}, sensors = {}, state = {}, so = {}, interlock } = own;
  return {
    protocol: 'tasmota',
    name: topic,
    room: 'hall',
    topic,
    config: {
      ...{ ip: '127.0.0.1', dn: topic, fn: [topic, ...NONE.slice(1).map(() => null)] },
      ...{ hn: `${topic}-0001`, mac, md: 'Generic', ty: 0, if: 0, cam: 0 },
      ...{ ofln: 'Offline', onln: 'Online', state: ['OFF', 'ON', 'TOGGLE', 'HOLD'] },
      ...{ sw: '15.0.1', t: topic, ft: '%prefix%/%topic%/', tp: ['cmnd', 'stat', 'tele'] },
      ...{ rl: outputs(), swc: modes(), swn: modes().map(() => null), btn: NONE },
      ...{ lk: 1, lt_st: 0, bat: 0, dslp: 0, sho: [], sht: [], ver: 1 },
      ...config,
      so: { ...SO, '82': 0, '114': 0, '117': 0, ...so },
      mac,
    },
    sensors,
    state,
    loadWatts: 20,
    ...(interlock === undefined ? {} : { interlock }),
  };
}

/** Four relays, of which two move a motor and must not both be on. */
export const relays = () =>
  model(1, 'relays', {
    config: { rl: outputs(1, 1, 1, 1), fn: ['Pump', 'Fan', 'Up', 'Down', null, null, null, null] },
    state: { POWER1: 'OFF', POWER2: 'ON', POWER3: 'OFF', POWER4: 'OFF' },
    interlock: [3, 4],
  });

export const dimmer = () =>
  model(2, 'dimmer', {
    config: { rl: outputs(2), lt_st: 1 },
    state: { POWER: 'ON', Dimmer: 40, Fade: 'OFF', Speed: 10, LedTable: 'ON' },
  });

export const white = () =>
  model(3, 'white', {
    config: { rl: outputs(2), lt_st: 2 },
    so: { '82': 1 },
    state: { POWER: 'OFF', Dimmer: 40, Color: '60,40', CT: 250, Fade: 'ON', Speed: 4 },
  });

export const strip = () =>
  model(4, 'strip', {
    config: { rl: outputs(2), lt_st: 4 },
    state: {
      ...{ POWER: 'ON', Dimmer: 50, Color: '128,0,0,0', HSBColor: '0,100,50', White: 0 },
      ...{ Channel: [50, 0, 0, 0], Scheme: 0, Fade: 'OFF', Speed: 1 },
    },
  });

/** Its colours and its whites are two lights. */
export const split = () =>
  model(5, 'split', {
    config: { rl: outputs(2, 2), lt_st: 5, lk: 0 },
    state: {
      ...{ POWER1: 'ON', POWER2: 'OFF', Dimmer1: 60, Dimmer2: 30, Color: '153,0,0,0,0' },
      ...{ HSBColor: '0,100,60', White: 30, CT: 300, Scheme: 0, Fade: 'OFF', Speed: 1 },
    },
  });

/** Each of its channels is a light. */
export const channels = () =>
  model(6, 'channels', {
    config: { rl: outputs(2, 2, 2), lt_st: 3 },
    so: { '68': 1 },
    state: {
      ...{ POWER1: 'ON', Channel1: 20, POWER2: 'OFF', Channel2: 0, POWER3: 'ON', Channel3: 100 },
    },
  });

/** A shutter, and a blind with slats that counts the other way round. */
export const shutters = () =>
  model(7, 'shutters', {
    config: {
      rl: outputs(3, 3, 3, 3),
      sho: [0, 1],
      sht: [
        [0, 0, 0],
        [-90, 90, 24],
      ],
    },
    sensors: {
      Shutter1: { Position: 30, Direction: 0, Target: 30, Tilt: 0 },
      Shutter2: { Position: 30, Direction: 0, Target: 30, Tilt: -90 },
    },
    state: { POWER1: 'OFF', POWER2: 'OFF', POWER3: 'OFF', POWER4: 'OFF' },
  });

export const fan = () =>
  model(8, 'fan', {
    config: { rl: outputs(1, 1, 1, 1), if: 1, md: 'Sonoff iFan03' },
    state: { POWER1: 'ON', FanSpeed: 2 },
  });

/** Two buttons, a switch that stands and one that is pressed, with words of the household's own. */
export const panel = () =>
  model(9, 'panel', {
    config: {
      ...{ btn: outputs(1, 1), swc: modes(1, 5), swn: ['Door', null, ...NONE.slice(2)] },
      state: ['AUS', 'AN', 'UM', 'HALT'],
    },
    so: { '73': 1, '114': 1 },
    sensors: { Switch1: 'AUS', Switch2: 'AUS' },
  });

export const meter = () =>
  model(10, 'meter', {
    config: { rl: outputs(1) },
    sensors: {
      ENERGY: {
        ...{
          TotalStartTime: '2026-03-01T08:00:00',
          Total: [12.5, 3.25, 0],
          Yesterday: 1.5,
          Today: 0.75,
        },
        ...{ Power: [120, 60, 0], ApparentPower: [130, 65, 0], ReactivePower: [40, 20, 0] },
        ...{
          Factor: [0.92, 0.92, 0],
          Frequency: 50,
          Voltage: [230, 231, 229],
          Current: [0.56, 0.28, 0],
        },
        ...{ ExportActive: [0.5, 0, 0], PhaseAngle: 290.5 },
      },
    },
    state: { POWER: 'ON' },
  });

/** In degrees Fahrenheit and millimetres of mercury. */
export const station = () =>
  model(11, 'station', {
    sensors: {
      'DS18B20-1': { Id: '01131D9F2C01', Temperature: 68 },
      'DS18B20-2': { Id: '01131D9F2C02', Temperature: 41 },
      BME280: { Temperature: 71.6, Humidity: 48.2, DewPoint: 50, Pressure: 760, SeaPressure: 765 },
      BH1750: { Illuminance: 312 },
      MHZ19B: { Model: 'B', CarbonDioxide: 640, Temperature: 72.5 },
      CCS811: { eCO2: 410, TVOC: 12 },
      PMS5003: { CF1: 3, 'CF2.5': 5, CF10: 6, PM1: 3, 'PM2.5': 5, PM10: 7, 'PB0.3': 1_300 },
      SR04: { Distance: 167.4 },
      TX23: { Speed: { Act: 36, Avg: 18 }, Dir: { Card: 'WSW', Deg: 247.5 } },
      ANALOG: { A0: 512, Moisture1: 41 },
      COUNTER: { C1: 7, C2: 9 },
      ESP32: { Temperature: 122 },
      ...{ TempUnit: 'F', PressureUnit: 'mmHg', SpeedUnit: 'km/h' },
    },
  });

export const reader = () =>
  model(12, 'reader', {
    sensors: { PN532: { UID: '00000000' }, GM861: { Barcode: '' }, IBEACON: { isNear: true } },
  });

/** Sleeps between its messages. */
export const sleeper = () =>
  model(13, 'sleeper', {
    config: { bat: 1, dslp: 1 },
    sensors: { SHT3X: { Temperature: 7.5, Humidity: 81 } },
    state: { Battery: 77 },
  });

/** All of them, for what must hold for any. */
export const PROFILES: readonly (() => TasmotaModel)[] = [
  ...[relays, dimmer, white, strip, split, channels, shutters, fan, panel, meter, station],
  ...[reader, sleeper],
];
