// The kinds of device: what a tile, an icon and a voice assistant take it for, and how the kind follows from
// the properties that a device has.
import type { PropertyDescriptor, PropertyName } from './properties.ts';
import type { Label } from './property-row.ts';

/** Each kind with its words and icon (of @mdi/js). */
export const DEVICE_KINDS = {
  light: { label: { en: 'Light', zh: '灯' }, icon: 'mdiLightbulb' },
  switch: { label: { en: 'Switch', zh: '开关' }, icon: 'mdiLightSwitch' },
  plug: { label: { en: 'Plug', zh: '插座' }, icon: 'mdiPowerSocketEu' },
  cover: { label: { en: 'Blind', zh: '窗帘' }, icon: 'mdiBlinds' },
  lock: { label: { en: 'Lock', zh: '门锁' }, icon: 'mdiLock' },
  thermostat: { label: { en: 'Thermostat', zh: '温控器' }, icon: 'mdiThermostat' },
  fan: { label: { en: 'Fan', zh: '风扇' }, icon: 'mdiFan' },
  valve: { label: { en: 'Valve', zh: '阀门' }, icon: 'mdiPipeValve' },
  alarm: { label: { en: 'Siren', zh: '警报器' }, icon: 'mdiAlarmLight' },
  contact: { label: { en: 'Door or window sensor', zh: '门窗传感器' }, icon: 'mdiDoor' },
  motion: { label: { en: 'Motion sensor', zh: '人体传感器' }, icon: 'mdiMotionSensor' },
  climate: { label: { en: 'Climate sensor', zh: '温湿度传感器' }, icon: 'mdiThermometer' },
  leak: { label: { en: 'Leak sensor', zh: '漏水传感器' }, icon: 'mdiWaterAlert' },
  smoke: { label: { en: 'Smoke or gas alarm', zh: '烟雾燃气报警器' }, icon: 'mdiSmokeDetector' },
  button: { label: { en: 'Button', zh: '无线按钮' }, icon: 'mdiGestureTapButton' },
  remote: { label: { en: 'Remote control', zh: '遥控器' }, icon: 'mdiRemote' },
  sensor: { label: { en: 'Sensor', zh: '传感器' }, icon: 'mdiAccessPoint' },
  media: { label: { en: 'Speaker', zh: '音箱' }, icon: 'mdiSpeaker' },
  appliance: { label: { en: 'Appliance', zh: '家电' }, icon: 'mdiWashingMachine' },
  repeater: { label: { en: 'Repeater', zh: '中继器' }, icon: 'mdiAccessPointNetwork' },
  other: { label: { en: 'Device', zh: '设备' }, icon: 'mdiHelpCircleOutline' },
} as const satisfies Readonly<Record<string, { label: Label; icon: `mdi${string}` }>>;

export type DeviceKind = keyof typeof DEVICE_KINDS;

/** Devices whose misuse costs more than a dark room: children and guests may not command them. */
export const GUARDED_KINDS: ReadonlySet<DeviceKind> = new Set(['lock', 'alarm', 'valve']);

/** What the choice of a kind looks at. */
export type KindEvidence = Pick<PropertyDescriptor, 'name' | 'endpoint' | 'values' | 'access'>;

/** The first kind of which a device has a property wins: what a device mainly does stands before what it also tells. */
const TELLING: readonly (readonly [DeviceKind, readonly PropertyName[]])[] = [
  ['lock', ['locked', 'lockState']],
  ['thermostat', ['targetTemperature', 'coolingTarget']],
  ['cover', ['position', 'tilt']],
  ['valve', ['flow', 'valveOpen', 'valvePosition']],
  ['fan', ['fanSpeed', 'fanMode']],
  ['light', ['brightness', 'colorTemperature', 'color']],
  ['appliance', ['feed', 'selfCleaning', 'filterSpent', 'filterAge']],
  ['smoke', ['smoke', 'carbonMonoxide', 'gas']],
  ['leak', ['waterLeak']],
  ['media', ['track']],
  ['alarm', ['siren']],
];

const TELLING_SENSORS: readonly (readonly [DeviceKind, readonly PropertyName[]])[] = [
  ['contact', ['open']],
  ['motion', ['occupancy', 'presence']],
  ['climate', ['temperature', 'humidity', 'pressure']],
];

const PRESSES: ReadonlySet<string> = new Set([
  'single',
  'double',
  'triple',
  'quadruple',
  'long',
  'release',
]);

/** Every device has these, so they tell nothing of what it is. */
const COMMON: ReadonlySet<string> = new Set<PropertyName>([
  'linkQuality',
  'deviceTemperature',
  'indicatorLight',
  'fault',
]);

const BATTERY: readonly PropertyName[] = [
  'battery',
  'batteryLow',
  'batteryVoltage',
  'batteryState',
];

/** The kind of a device with these properties; an adapter that knows better says so itself. */
export function kindFromProperties(properties: readonly KindEvidence[]): DeviceKind {
  const names = new Set<string>(properties.map(({ name }) => name));
  const doing = firstOf(TELLING, names);
  if (doing !== undefined) return doing;

  const switches = properties.filter(({ name }) => name === 'on');
  if (switches.length > 0) {
    if (names.has('water')) return 'valve';
    const isMetering = names.has('power') || names.has('energy');
    return isMetering && switches.length === 1 && !names.has('button') ? 'plug' : 'switch';
  }
  const sensing = firstOf(TELLING_SENSORS, names);
  if (sensing !== undefined) return sensing;
  if (names.has('button') || names.has('rotation')) return buttonKind(properties, names);

  const telling = [...names].filter((name) => !COMMON.has(name));
  if (telling.length === 0) return names.size === 0 ? 'other' : 'repeater';
  const isSensor = properties.some(({ access, name }) => access === 'r' && !isBattery(name));
  return isSensor && telling.some((name) => !isBattery(name)) ? 'sensor' : 'other';
}

function firstOf(
  table: readonly (readonly [DeviceKind, readonly PropertyName[]])[],
  names: ReadonlySet<string>,
): DeviceKind | undefined {
  return table.find(([, telling]) => telling.some((name) => names.has(name)))?.[0];
}

function buttonKind(properties: readonly KindEvidence[], names: ReadonlySet<string>): DeviceKind {
  const buttons = properties.filter(({ name }) => name === 'button');
  const saysMore = buttons.some(({ values = [] }) => values.some((value) => !PRESSES.has(value)));
  return buttons.length > 1 || saysMore || names.has('rotation') ? 'remote' : 'button';
}

function isBattery(name: string): boolean {
  return BATTERY.some((battery) => battery === name);
}
