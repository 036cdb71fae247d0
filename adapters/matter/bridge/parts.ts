// What a bridged device is made of: the one table from properties of the home to Matter device types and clusters, and
// the shape that it gives a device. Pure. How a cluster looks stands in clusters.ts, what it takes in requests.ts.
import type { BridgedDevice } from '../../../hub/model/matter-bridge.ts';
import {
  type DeviceKind,
  findProperty,
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyName,
} from '../../../hub/model/properties.ts';

/** A cluster of the standard that the bridge can offer, by its name there. */
export type ClusterName =
  | 'AirQuality'
  | 'BooleanState'
  | 'CarbonDioxideConcentrationMeasurement'
  | 'CarbonMonoxideConcentrationMeasurement'
  | 'ColorControl'
  | 'DoorLock'
  | 'ElectricalEnergyMeasurement'
  | 'ElectricalPowerMeasurement'
  | 'FanControl'
  | 'FlowMeasurement'
  | 'FormaldehydeConcentrationMeasurement'
  | 'IlluminanceMeasurement'
  | 'LevelControl'
  | 'OccupancySensing'
  | 'OnOff'
  | 'Pm10ConcentrationMeasurement'
  | 'Pm25ConcentrationMeasurement'
  | 'PowerSource'
  | 'PowerTopology'
  | 'PressureMeasurement'
  | 'RelativeHumidityMeasurement'
  | 'SmokeCoAlarm'
  | 'Switch'
  | 'TemperatureMeasurement'
  | 'Thermostat'
  | 'TotalVolatileOrganicCompoundsConcentrationMeasurement'
  | 'ValveConfigurationAndControl'
  | 'WindowCovering';

/** A cluster of a part and the properties that it carries; it is there if one of them is. */
interface ClusterRow {
  readonly cluster: ClusterName;
  readonly carries: readonly PropertyName[];
}

interface PartRow {
  /** Names the part within its device; it never changes, since endpoints are remembered by it. */
  readonly name: string;
  /** Kinds of device that it is for; absent: all. */
  readonly kinds?: readonly DeviceKind[];
  /** A device with one of these has the part. */
  readonly anyOf: readonly PropertyName[];
  /** It is of no use where none of these can be set. */
  readonly settable?: true;
  /** Matter device types by their names in the standard: the first whose properties are all there. */
  readonly types: readonly (readonly [type: string, ...properties: PropertyName[]])[];
  /** A further device type where one of these properties is there. */
  readonly also?: readonly [type: string, ...properties: PropertyName[]];
  readonly clusters: readonly ClusterRow[];
  /** It can be a member of groups, which controllers use for rooms. */
  readonly isGrouped?: true;
}

const METER: readonly PropertyName[] = ['power', 'energy', 'voltage', 'current', 'producedEnergy'];
const METER_CLUSTERS: readonly ClusterRow[] = [
  { cluster: 'PowerTopology', carries: METER },
  { cluster: 'ElectricalPowerMeasurement', carries: ['power', 'voltage', 'current'] },
  { cluster: 'ElectricalEnergyMeasurement', carries: ['energy', 'producedEnergy'] },
];
const AIR: readonly ClusterRow[] = [
  { cluster: 'CarbonDioxideConcentrationMeasurement', carries: ['co2'] },
  { cluster: 'CarbonMonoxideConcentrationMeasurement', carries: ['carbonMonoxideLevel'] },
  { cluster: 'Pm25ConcentrationMeasurement', carries: ['pm25'] },
  { cluster: 'Pm10ConcentrationMeasurement', carries: ['pm10'] },
  { cluster: 'TotalVolatileOrganicCompoundsConcentrationMeasurement', carries: ['voc'] },
  { cluster: 'FormaldehydeConcentrationMeasurement', carries: ['formaldehyde'] },
];
const AIR_PROPERTIES = AIR.flatMap(({ carries }) => carries);

/** A part that is one reading in one cluster. */
function reading(
  name: string,
  type: string,
  cluster: ClusterName,
  ...carries: readonly PropertyName[]
): PartRow {
  return { name, anyOf: carries, types: [[type]], clusters: [{ cluster, carries }] };
}

/**
 * The table. Rows are tried in turn on the properties of each endpoint of a device; a property that a part carries is
 * not there for those after it. Spec: Matter 1.4 Device Library.
 */
export const PARTS: readonly PartRow[] = [
  {
    name: 'lock',
    anyOf: ['locked'],
    types: [['DoorLock']],
    clusters: [{ cluster: 'DoorLock', carries: ['locked', 'lockState'] }],
  },
  {
    name: 'thermostat',
    anyOf: ['targetTemperature', 'coolingTarget'],
    types: [['Thermostat']],
    isGrouped: true,
    clusters: [
      {
        cluster: 'Thermostat',
        carries: [
          ...(['targetTemperature', 'coolingTarget', 'temperature'] as const),
          ...(['mode', 'runningState', 'heatingDemand'] as const),
        ],
      },
    ],
  },
  {
    name: 'cover',
    anyOf: ['position', 'tilt'],
    types: [['WindowCovering']],
    isGrouped: true,
    clusters: [{ cluster: 'WindowCovering', carries: ['position', 'tilt', 'moving'] }],
  },
  {
    name: 'fan',
    anyOf: ['fanSpeed', 'fanMode'],
    types: [['Fan']],
    isGrouped: true,
    clusters: [
      { cluster: 'FanControl', carries: ['fanSpeed', 'fanMode'] },
      { cluster: 'OnOff', carries: ['on'] },
    ],
  },
  {
    name: 'valve',
    kinds: ['valve'],
    anyOf: ['on', 'valvePosition'],
    settable: true,
    types: [['WaterValve']],
    clusters: [
      { cluster: 'ValveConfigurationAndControl', carries: ['on', 'valvePosition', 'valveOpen'] },
    ],
  },
  {
    name: 'light',
    kinds: ['light'],
    anyOf: ['on'],
    settable: true,
    types: [
      ['ExtendedColorLight', 'brightness', 'color'],
      ['ColorTemperatureLight', 'brightness', 'colorTemperature'],
      ['DimmableLight', 'brightness'],
      ['OnOffLight'],
    ],
    also: ['ElectricalSensor', ...METER],
    isGrouped: true,
    clusters: [
      { cluster: 'OnOff', carries: ['on'] },
      { cluster: 'LevelControl', carries: ['brightness'] },
      { cluster: 'ColorControl', carries: ['color', 'colorTemperature'] },
      ...METER_CLUSTERS,
    ],
  },
  {
    name: 'switch',
    anyOf: ['on'],
    settable: true,
    types: [['DimmablePlugInUnit', 'brightness'], ['OnOffPlugInUnit']],
    also: ['ElectricalSensor', ...METER],
    isGrouped: true,
    clusters: [
      { cluster: 'OnOff', carries: ['on'] },
      { cluster: 'LevelControl', carries: ['brightness'] },
      ...METER_CLUSTERS,
    ],
  },
  { name: 'meter', anyOf: METER, types: [['ElectricalSensor']], clusters: METER_CLUSTERS },
  reading('contact', 'ContactSensor', 'BooleanState', 'open'),
  reading('occupancy', 'OccupancySensor', 'OccupancySensing', 'occupancy', 'presence'),
  reading('leak', 'WaterLeakDetector', 'BooleanState', 'waterLeak'),
  reading('rain', 'RainSensor', 'BooleanState', 'rain'),
  reading('smoke', 'SmokeCoAlarm', 'SmokeCoAlarm', 'smoke', 'carbonMonoxide'),
  {
    name: 'air',
    anyOf: ['airQuality', ...AIR_PROPERTIES],
    types: [['AirQualitySensor']],
    clusters: [{ cluster: 'AirQuality', carries: ['airQuality', ...AIR_PROPERTIES] }, ...AIR],
  },
  reading('temperature', 'TemperatureSensor', 'TemperatureMeasurement', 'temperature'),
  reading('humidity', 'HumiditySensor', 'RelativeHumidityMeasurement', 'humidity'),
  reading('pressure', 'PressureSensor', 'PressureMeasurement', 'pressure'),
  reading('illuminance', 'LightSensor', 'IlluminanceMeasurement', 'illuminance'),
  reading('flow', 'FlowSensor', 'FlowMeasurement', 'flow'),
];

/** Of the whole device, beside its parts. */
const BATTERY: readonly PropertyName[] = ['battery', 'batteryLow', 'batteryVoltage'];

/** What a Matter switch tells of one button. Other words of a remote are a switch each, pressed once. */
const PRESSES: ReadonlySet<string> = new Set([
  ...['single', 'double', 'triple', 'quadruple', 'long', 'release'],
]);
/** A remote with more words than this keeps its first ones. */
const WORDS_MAX = 12;

/** One application of a device: an endpoint, or its device's own where it is the only one. */
export interface Part {
  /** Unlike any other of its device, and the same for good: `light`, `switch@2`, `button@1:on`. */
  readonly key: string;
  /** Names of Matter device types, the main one first. */
  readonly types: readonly string[];
  readonly clusters: readonly ClusterName[];
  readonly properties: ReadonlyMap<PropertyName, PropertyDescriptor>;
  readonly isGrouped: boolean;
  /** Of a button: the word of the event that is its press; null: it tells presses by their kind. */
  readonly word?: string | null;
}

/** What its owner calls a part of a device; null where nobody has named it. */
export function ownNameOf({ properties }: Pick<Part, 'properties'>): string | null {
  const named = [...properties.values()].filter(({ isNamed }) => isNamed === true);
  const main = named.find(({ name }) => name === 'on') ?? named[0];
  return main?.label?.en ?? null;
}

export interface BridgeShape {
  readonly parts: readonly Part[];
  /** Carried by the device's own endpoint; null where it has no battery. */
  readonly battery: Part | null;
  /** Properties that no part carries. */
  readonly leftOut: readonly PropertyKey[];
}

/** What the device is made of; without parts Matter has nothing for it. */
export function bridgeShape(device: BridgedDevice): BridgeShape {
  const groups = Map.groupBy(device.properties, ({ endpoint }) => endpoint);
  const used = new Set<PropertyKey>();
  const parts: Part[] = [];
  for (const [endpoint, descriptors] of groups) {
    const suffix = endpoint === undefined ? '' : `@${endpoint}`;
    for (const row of PARTS) {
      const free = descriptors.filter(({ key }) => !used.has(key));
      const part = partOf(row, suffix, free, device.kind);
      if (part === null) continue;
      parts.push(part);
      for (const { key } of part.properties.values()) used.add(key);
    }
    for (const button of buttonsOf(suffix, descriptors)) {
      parts.push(button);
      for (const { key } of button.properties.values()) used.add(key);
    }
  }
  const battery = batteryOf(device.properties);
  for (const { key } of battery?.properties.values() ?? []) used.add(key);
  const leftOut = device.properties.map(({ key }) => key).filter((key) => !used.has(key));
  return { parts, battery, leftOut };
}

type Named = PropertyDescriptor & { readonly name: PropertyName };

function isOfTable(descriptor: PropertyDescriptor): descriptor is Named {
  return findProperty(descriptor.name) !== undefined;
}

function chosen(
  descriptors: readonly PropertyDescriptor[],
  names: readonly PropertyName[],
): Map<PropertyName, PropertyDescriptor> {
  const found = descriptors.filter(isOfTable).filter(({ name }) => names.includes(name));
  return new Map(found.map((descriptor) => [descriptor.name, descriptor]));
}

const canBeSet = ({ access }: PropertyDescriptor): boolean => access === 'rw' || access === 'w';

function partOf(
  row: PartRow,
  suffix: string,
  descriptors: readonly PropertyDescriptor[],
  kind: DeviceKind,
): Part | null {
  if (row.kinds !== undefined && !row.kinds.includes(kind)) return null;
  const names = row.clusters.flatMap(({ carries }) => carries);
  const properties = chosen(descriptors, names);
  const telling = row.anyOf.flatMap((name) => properties.get(name) ?? []);
  if (telling.length === 0 || (row.settable && !telling.some(canBeSet))) return null;
  const has = (name: PropertyName) => properties.has(name);
  const [type = ''] = row.types.find(([, ...needs]) => needs.every(has)) ?? [];
  const [also = '', ...alsoFor] = row.also ?? [];
  return {
    key: `${row.name}${suffix}`,
    types: alsoFor.some(has) ? [type, also] : [type],
    clusters: row.clusters.filter(({ carries }) => carries.some(has)).map(({ cluster }) => cluster),
    properties,
    isGrouped: row.isGrouped === true,
  };
}

function buttonsOf(suffix: string, descriptors: readonly PropertyDescriptor[]): Part[] {
  const properties = chosen(descriptors, ['button']);
  const values = properties.get('button')?.values;
  if (properties.size === 0) return [];
  const words = (values ?? []).filter((word) => !PRESSES.has(word)).slice(0, WORDS_MAX);
  const part = (word: string | null): Part => ({
    key: word === null ? `button${suffix}` : `button${suffix}:${word}`,
    types: ['GenericSwitch'],
    clusters: ['Switch'],
    properties,
    isGrouped: false,
    word,
  });
  const tellsPresses = values === undefined || values.some((word) => PRESSES.has(word));
  return [...(tellsPresses ? [part(null)] : []), ...words.map(part)];
}

function batteryOf(descriptors: readonly PropertyDescriptor[]): Part | null {
  const properties = chosen(descriptors, BATTERY);
  if (properties.size === 0) return null;
  return {
    key: 'battery',
    types: ['PowerSource'],
    clusters: ['PowerSource'],
    properties,
    isGrouped: false,
  };
}
