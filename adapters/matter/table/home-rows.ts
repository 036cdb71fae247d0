// Rows for what the home's own table of properties holds: by the Matter identity that stands there, and further
// attributes that are the same thing for a household, with what sets them and where they hold.

import { PROPERTIES, type PropertyName, property } from '../../../hub/model/properties.ts';
import type { WireConversion } from '../../../hub/model/property-row.ts';
import { toXy } from '../bridge/color-space.ts';
import type { ClusterView, EndpointView } from '../views.ts';
import { toHueSaturation } from '../wire-value.ts';
import { type AttributeRow, numberAt, type Setter } from './row.ts';

// Device types and clusters. Spec: Matter 1.4 Device Library, Matter 1.4 Application Clusters.
const CONTACT_SENSOR = 0x0015;
const SPEAKER = 0x0022;
const LEAK_DETECTOR = 0x0043;
const RAIN_SENSOR = 0x0044;
const PUMP = 0x0303;
const ON_OFF = 0x0006;
const LEVEL_CONTROL = 0x0008;
const POWER_SOURCE = 0x002f;
const BOOLEAN_STATE = 0x0045;
const TEMPERATURE_CONTROL = 0x0056;
const SMOKE_CO_ALARM = 0x005c;
const HEPA_FILTER = 0x0071;
const VALVE = 0x0081;
const ELECTRICAL_POWER = 0x0090;
const WATER_HEATER = 0x0094;
const CLOSURE_DIMENSION = 0x0105;
const PUMP_CONTROL = 0x0200;
const THERMOSTAT = 0x0201;
const COLOR_CONTROL = 0x0300;
const OCCUPANCY_SENSING = 0x0406;
const SOIL_MEASUREMENT = 0x0430;
const TEMPERATURE_MEASUREMENT = 0x0402;
const CURRENT_SATURATION = 0x0001;
const BOOST_SECONDS = 3_600;
/** CurrentX, CurrentY, ColorMode, EnhancedColorMode: the same colour once more. */
const COLOR_TOLD_TWICE = [0x0003, 0x0004, 0x0008, 0x4001];

/** A light may be told its colour while it is off. Spec: Matter 1.4 Application Clusters § 1.6.5.5. */
const EVEN_WHILE_OFF = {
  optionsMask: { executeIfOff: true },
  optionsOverride: { executeIfOff: true },
};

/** Of properties of the table, on the cluster that their Matter identity names. */
const SETTERS: Partial<Record<PropertyName, Setter>> = {
  on: { commands: ['on', 'off'], request: (value) => [value === true ? 'on' : 'off'] },
  brightness: {
    commands: ['moveToLevelWithOnOff'],
    request: (_, level, transitionTime) => [
      'moveToLevelWithOnOff',
      { level, transitionTime, ...EVEN_WHILE_OFF },
    ],
  },
  volume: {
    commands: ['moveToLevel'],
    request: (_, level, transitionTime) => [
      'moveToLevel',
      { level, transitionTime, ...EVEN_WHILE_OFF },
    ],
  },
  colorTemperature: {
    commands: ['moveToColorTemperature'],
    request: (_, colorTemperatureMireds, transitionTime) => [
      'moveToColorTemperature',
      { colorTemperatureMireds, transitionTime, ...EVEN_WHILE_OFF },
    ],
  },
  color: {
    commands: ['moveToHueAndSaturation'],
    request: (value, _, transitionTime) => [
      'moveToHueAndSaturation',
      { ...toHueSaturation(value), transitionTime, ...EVEN_WHILE_OFF },
    ],
  },
  locked: {
    commands: ['lockDoor', 'unlockDoor'],
    request: (value) => [value === true ? 'lockDoor' : 'unlockDoor', {}],
  },
  position: {
    commands: ['goToLiftPercentage'],
    request: (_, wire) => ['goToLiftPercentage', { liftPercent100thsValue: wire }],
  },
  tilt: {
    commands: ['goToTiltPercentage'],
    request: (_, wire) => ['goToTiltPercentage', { tiltPercent100thsValue: wire }],
  },
  valvePosition: {
    commands: ['open', 'close'],
    request: (value) => (value === 0 ? ['close'] : ['open', { targetLevel: value }]),
  },
};

/** Concentrations are told in the unit that the node likes: they have rows of their own. */
const IN_ANY_UNIT: ReadonlySet<string> = new Set<PropertyName>([
  'co2',
  'carbonMonoxideLevel',
  'pm25',
  'pm10',
  'voc',
  'formaldehyde',
]);

function ownRow(name: PropertyName): AttributeRow[] {
  const { matter } = property(name);
  if (matter === undefined || name === 'button' || IN_ANY_UNIT.has(name)) return [];
  const set = SETTERS[name];
  const narrow = NARROWED[name];
  const limits = LIMITS[name];
  return [
    {
      clusterId: matter.clusterId,
      attributeId: matter.attributeId,
      as: name,
      convert: matter.convert,
      ...(set === undefined ? {} : { set }),
      ...(narrow === undefined ? {} : { narrow: narrow.values, with: narrow.with }),
      ...(limits === undefined ? {} : limitsBy(limits.convert, limits.by)),
      ...(name === 'color' ? { with: [CURRENT_SATURATION], seen: COLOR_TOLD_TWICE } : {}),
      isMeant: (endpoint, cluster) => isMeant(name, endpoint, cluster),
    },
  ];
}

/** Where several rows stand on one attribute, what the endpoint is decides; what it has not is not there. */
function isMeant(
  name: PropertyName,
  { deviceTypes, clusters }: EndpointView,
  cluster: ClusterView,
): boolean {
  switch (cluster.id) {
    case BOOLEAN_STATE:
      if (name === 'open') return deviceTypes.includes(CONTACT_SENSOR);
      if (name === 'waterLeak') return deviceTypes.includes(LEAK_DETECTOR);
      return name === 'rain' && deviceTypes.includes(RAIN_SENSOR);
    case OCCUPANCY_SENSING:
      return name !== 'presence';
    case LEVEL_CONTROL:
      if (deviceTypes.includes(SPEAKER)) return name === 'volume';
      if (deviceTypes.includes(PUMP)) return false;
      return name === 'brightness' && clusters.some(({ id }) => id === ON_OFF);
    case COLOR_CONTROL:
      return name !== 'color' || cluster.attributes.has(CURRENT_SATURATION);
    case POWER_SOURCE:
      return name !== 'battery' || cluster.attributes.get(0x000c)?.value !== undefined;
    case VALVE:
      // It is switched instead.
      return name !== 'valveOpen' || !cluster.commands.has('open');
    default:
      return true;
  }
}

/** The attributes that say how far a property of the table goes. */
interface Bounds {
  readonly convert: (wire: number) => number;
  readonly by: { readonly min: readonly number[]; readonly max: readonly number[] };
}

const hundredths = (wire: number): number => wire / 100;
const LIMITS: Partial<Record<PropertyName, Bounds>> = {
  targetTemperature: { convert: hundredths, by: { min: [0x0015, 0x0003], max: [0x0016, 0x0004] } },
  coolingTarget: { convert: hundredths, by: { min: [0x0017, 0x0005], max: [0x0018, 0x0006] } },
};

function limitsBy(
  convert: Bounds['convert'],
  { min, max }: Bounds['by'],
): Pick<AttributeRow, 'limits' | 'seen'> {
  const first = (cluster: ClusterView, ids: readonly number[]) =>
    ids.map((id) => numberAt(cluster, id)).find((each) => each !== undefined);
  return {
    seen: [...min, ...max],
    limits: (cluster) => {
      const [least, most] = [first(cluster, min), first(cluster, max)];
      return {
        ...(least === undefined ? {} : { min: convert(least) }),
        ...(most === undefined ? {} : { max: convert(most) }),
      };
    },
  };
}

/** Of an enum of the table what this node can be set to. */
const NARROWED: Partial<
  Record<
    PropertyName,
    { readonly with: readonly number[]; values(cluster: ClusterView): readonly string[] }
  >
> = {
  // FanModeSequence. Spec: Matter 1.4 Application Clusters § 4.4.6.2.
  fanMode: {
    with: [0x0001],
    values: (cluster) =>
      [
        ['off', 'low', 'medium', 'high'],
        ['off', 'low', 'high'],
        ['off', 'low', 'medium', 'high', 'auto'],
        ['off', 'low', 'high', 'auto'],
        ['off', 'high', 'auto'],
        ['off', 'high'],
      ][numberAt(cluster, 0x0001) ?? 2] ?? ['off', 'low', 'medium', 'high', 'auto'],
  },
  // ControlSequenceOfOperation, and the auto mode of the feature map. Spec: Matter 1.4 Application Clusters § 4.3.9.
  mode: {
    with: [0x001b],
    values: (cluster) => {
      const sequence = numberAt(cluster, 0x001b) ?? 4;
      const [canCool, canHeat] = [sequence !== 2 && sequence !== 3, sequence >= 2];
      const hasAuto = ((numberAt(cluster, 0xfffc) ?? 0) & (1 << 5)) !== 0;
      return [
        'off',
        ...(canHeat ? ['heat', 'emergency_heating'] : []),
        ...(canCool ? ['cool', 'dry'] : []),
        ...(hasAuto ? ['auto'] : []),
        'fan_only',
        'sleep',
      ];
    },
  },
};

const COLOR_TEMPERATURE_LIMITS: Pick<AttributeRow, 'limits' | 'seen'> = {
  seen: [0x400b, 0x400c],
  limits: (cluster) => {
    // ColorTempPhysicalMaxMireds is the warmest light.
    const [warmest, coolest] = [numberAt(cluster, 0x400c), numberAt(cluster, 0x400b)];
    return {
      ...(warmest ? { min: Math.ceil(1e6 / warmest) } : {}),
      ...(coolest ? { max: Math.floor(1e6 / coolest) } : {}),
    };
  },
};

const hundredth: WireConversion = { kind: 'factor', factor: 0.01 };
const thousandth: WireConversion = { kind: 'factor', factor: 0.001 };
const alarm: WireConversion = { kind: 'values', values: { '0': false, '1': true, '2': true } };

/** The same thing for a household on another attribute or cluster than the one of the table. */
const FURTHER: readonly AttributeRow[] = [
  {
    clusterId: COLOR_CONTROL, // of a light that knows its colour as x and y alone
    attributeId: 0x0003,
    as: 'color',
    convert: { kind: 'xy' },
    with: [0x0004],
    isMeant: (_, { attributes }) => !attributes.has(CURRENT_SATURATION),
    set: {
      commands: ['moveToColor'],
      request: (value, _, transitionTime) => {
        if (typeof value !== 'object') return null;
        const { x: colorX, y: colorY } = toXy(value);
        return ['moveToColor', { colorX, colorY, transitionTime, ...EVEN_WHILE_OFF }];
      },
    },
  },
  {
    clusterId: THERMOSTAT, // LocalTemperature
    attributeId: 0x0000,
    as: 'temperature',
    convert: hundredth,
    isMeant: ({ clusters }) => !clusters.some(({ id }) => id === TEMPERATURE_MEASUREMENT),
  },
  {
    clusterId: THERMOSTAT, // Occupancy
    attributeId: 0x0002,
    as: 'occupancy',
    convert: { kind: 'bit', bit: 0 },
  },
  {
    clusterId: TEMPERATURE_CONTROL,
    attributeId: 0x0000,
    as: 'targetTemperature',
    convert: hundredth,
    ...limitsBy(hundredths, { min: [0x0001], max: [0x0002] }),
    set: {
      commands: ['setTemperature'],
      request: (_, wire) => ['setTemperature', { targetTemperature: wire }],
    },
  },
  ...[0x0061, 0x0048].map(
    (clusterId): AttributeRow => ({ clusterId, attributeId: 0x0002, as: 'remainingTime' }),
  ),
  { clusterId: 0x0104, attributeId: 0x0000, as: 'remainingTime' },
  { clusterId: VALVE, attributeId: 0x0003, as: 'remainingTime' },
  {
    clusterId: VALVE,
    attributeId: 0x0004,
    as: 'on',
    convert: { kind: 'values', values: { '0': false, '1': true } },
    isMeant: (_, { commands }) => commands.has('open'),
    set: { commands: ['open', 'close'], request: (value) => [value === true ? 'open' : 'close'] },
  },
  { clusterId: VALVE, attributeId: 0x0009, as: 'fault', convert: { kind: 'bit', bit: 0 } },
  {
    clusterId: ELECTRICAL_POWER,
    attributeId: 0x0004,
    as: 'voltage',
    convert: thousandth,
    isMeant: (_, { attributes }) => !attributes.has(0x000b),
  },
  {
    clusterId: ELECTRICAL_POWER,
    attributeId: 0x0005,
    as: 'current',
    convert: thousandth,
    isMeant: (_, { attributes }) => !attributes.has(0x000c),
  },
  {
    clusterId: WATER_HEATER,
    attributeId: 0x0005,
    as: 'boost',
    convert: { kind: 'boolean', true: 1, false: 0 },
    set: {
      commands: ['boost', 'cancelBoost'],
      request: (value) =>
        value === true ? ['boost', { boostInfo: { duration: BOOST_SECONDS } }] : ['cancelBoost'],
    },
  },
  {
    clusterId: CLOSURE_DIMENSION,
    attributeId: 0x0000,
    as: 'position',
    field: 'position',
    // 0 is fully open in most products, as for window coverings. Spec: Matter 1.5 Application Clusters § 5.5.5.1.
    convert: { kind: 'scale', from: [10_000, 0] },
    isMeant: (_, cluster) => ((numberAt(cluster, 0xfffc) ?? 0) & 1) !== 0,
    set: {
      commands: ['setTarget'],
      request: (_, wire) => ['setTarget', { position: wire }],
    },
  },
  { clusterId: PUMP_CONTROL, attributeId: 0x0016, as: 'power' },
  { clusterId: PUMP_CONTROL, attributeId: 0x0010, as: 'fault', convert: { kind: 'bit', bit: 0 } },
  { clusterId: SMOKE_CO_ALARM, attributeId: 0x0003, as: 'batteryLow', convert: alarm },
  { clusterId: SMOKE_CO_ALARM, attributeId: 0x0006, as: 'fault' },
  { clusterId: SOIL_MEASUREMENT, attributeId: 0x0001, as: 'soilMoisture' },
  {
    clusterId: 0x0072, // Activated carbon filter, where it is the only one
    attributeId: 0x0002,
    as: 'filterSpent',
    convert: { kind: 'values', values: { '2': true, '0': false, '1': false } },
    isMeant: ({ clusters }) => !clusters.some(({ id }) => id === HEPA_FILTER),
  },
  {
    clusterId: 0x0080, // Boolean State Configuration, SensorFault
    attributeId: 0x0007,
    as: 'fault',
    convert: { kind: 'bit', bit: 0 },
  },
];

/** Gases and dust: in the unit of the table where the node's can be turned into it. */
const CONCENTRATIONS: readonly (readonly [clusterId: number, name: PropertyName])[] = [
  [0x040d, 'co2'],
  [0x040c, 'carbonMonoxideLevel'],
  [0x042a, 'pm25'],
  [0x042d, 'pm10'],
  [0x042e, 'voc'],
  [0x042b, 'formaldehyde'],
];
const UNIT = 0x0008;

/** MeasurementUnitEnum: those of one kind are a thousand apart. Spec: Matter 1.4 Application Clusters § 2.10.5. */
export const CONCENTRATION_UNITS = [
  'ppm',
  'ppb',
  'ppt',
  'mg/m³',
  'µg/m³',
  'ng/m³',
  '/m³',
  'Bq/m³',
] as const;

/** What a value in one unit has to be multiplied by to be in another; null where that cannot be. */
function factorBetween(from: string | undefined, to: string | undefined): number | null {
  if (from === undefined || from === to) return 1;
  const units: readonly string[] = CONCENTRATION_UNITS;
  const [a, b] = [units.indexOf(from), units.indexOf(to ?? '')];
  if (a < 0 || b < 0 || a > 5 || b > 5 || Math.floor(a / 3) !== Math.floor(b / 3)) return null;
  return 1_000 ** (b - a);
}

const concentrationRow = ([clusterId, name]: (typeof CONCENTRATIONS)[number]): AttributeRow => {
  const factor = (cluster: ClusterView) => {
    const unit = numberAt(cluster, UNIT);
    return factorBetween(
      unit === undefined ? undefined : CONCENTRATION_UNITS[unit],
      property(name).unit,
    );
  };
  return {
    clusterId,
    attributeId: 0x0000,
    as: name,
    seen: [UNIT],
    convertBy: (cluster) => ({ kind: 'factor', factor: factor(cluster) ?? 1 }),
    isMeant: (_, cluster) => factor(cluster) !== null,
  };
};

/** Whether a concentration cluster is told by a row of the home's table. */
export function isInTableUnit(cluster: ClusterView): boolean {
  const found = CONCENTRATIONS.find(([clusterId]) => clusterId === cluster.id);
  const row = found === undefined ? undefined : concentrationRow(found);
  return row?.isMeant?.({ number: 0, deviceTypes: [], parts: [], clusters: [] }, cluster) === true;
}

export const HOME_ROWS: readonly AttributeRow[] = [
  ...PROPERTIES.flatMap(({ name }) => ownRow(name)).map((row) =>
    row.as === 'colorTemperature' ? { ...row, ...COLOR_TEMPERATURE_LIMITS } : row,
  ),
  ...FURTHER,
  ...CONCENTRATIONS.map(concentrationRow),
];
