// What the page makes of a device: how its tile reacts, what it shows first, how it glows, what alarms. Pure.
import type { DeviceJson, DevicePropertyJson } from '../../../api/shapes.ts';
import { nameOfKey } from './format.ts';
import { type Glow, glowOf } from './lamp-color.ts';

/** What a tap on the tile does. Locks and what only measures open their sheet instead. */
export type TileAction =
  | { readonly kind: 'switch'; readonly key: string }
  | { readonly kind: 'cover'; readonly key: string }
  | { readonly kind: 'sheet' };

const SWITCHED_BY_TAP: ReadonlySet<string> = new Set([
  'light',
  'switch',
  'plug',
  'fan',
  'media',
  'appliance',
  'other',
]);

/** The keys of a property, all endpoints, in the device's order. */
export function keysNamed(device: DeviceJson, name: string): readonly string[] {
  return Object.keys(device.properties).filter((key) => nameOfKey(key) === name);
}

/** The first key of a property; null where the device has none. */
export function keyNamed(device: DeviceJson, name: string): string | null {
  return keysNamed(device, name)[0] ?? null;
}

/** What follows the name in the keys of each lamp of a device: nothing where it is one, `@2` for one of several. */
export function lightEnds(device: DeviceJson): readonly string[] {
  const keys = ['brightness', 'colorTemperature', 'color'].flatMap((name) =>
    keysNamed(device, name),
  );
  const ends = new Set(keys.map((key) => key.slice(nameOfKey(key).length)));
  return [...ends].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

function isSettable(property: DevicePropertyJson | undefined): boolean {
  return property?.access === 'rw' || property?.access === 'w';
}

/** What a tap on the device's tile does. */
export function tileAction(device: DeviceJson): TileAction {
  if (SWITCHED_BY_TAP.has(device.kind)) {
    const key = keyNamed(device, 'on');
    if (key !== null && isSettable(device.properties[key])) return { kind: 'switch', key };
  }
  if (device.kind === 'cover') {
    const key = keyNamed(device, 'position');
    if (key !== null && isSettable(device.properties[key])) return { kind: 'cover', key };
  }
  return { kind: 'sheet' };
}

/** Whether the device is a lamp and lit. A lamp that cannot be reached is not counted as lit. */
export function isLightOn(device: DeviceJson): boolean {
  return (
    device.kind === 'light' &&
    device.availability.online &&
    keysNamed(device, 'on').some((key) => device.properties[key]?.value === true)
  );
}

function numberOf(property: DevicePropertyJson | undefined): number | null {
  return typeof property?.value === 'number' ? property.value : null;
}

/** The light that a lamp gives; null when it gives none. */
export function glowOfDevice(device: DeviceJson): Glow | null {
  if (!isLightOn(device)) return null;
  const { brightness, colorTemperature, color } = device.properties;
  const value = color?.value;
  const isColor = typeof value === 'object' && value !== null;
  // A lamp that does both follows what was reported last.
  const isWhite = (colorTemperature?.at ?? '') > (color?.at ?? '');
  return glowOf({
    on: true,
    brightness: numberOf(brightness),
    colorTemperature: numberOf(colorTemperature),
    color: isColor ? value : null,
    colorMode: isWhite ? 'temperature' : null,
  });
}

/** Whether the device is on without being a lamp: its tile is warm, but gives no light. */
export function isRunning(device: DeviceJson): boolean {
  return (
    device.kind !== 'light' &&
    device.availability.online &&
    keysNamed(device, 'on').some((key) => device.properties[key]?.value === true)
  );
}

const ALARMS: readonly string[] = ['smoke', 'carbonMonoxide', 'gas', 'waterLeak'];

/** The keys of the device's alarms that stand now. */
export function alarmsOf(device: DeviceJson): readonly string[] {
  return Object.keys(device.properties).filter(
    (key) => ALARMS.includes(nameOfKey(key)) && device.properties[key]?.value === true,
  );
}

/** Whether it is a window or a door that stands open. */
export function isOpening(device: DeviceJson): boolean {
  return (
    device.kind === 'contact' &&
    device.availability.online &&
    device.properties.open?.value === true
  );
}

const FIRST_READINGS: Readonly<Record<string, readonly string[]>> = {
  climate: ['temperature', 'humidity', 'pressure'],
  motion: ['occupancy', 'presence', 'illuminance'],
  contact: ['open'],
  leak: ['waterLeak'],
  smoke: ['smoke', 'carbonMonoxide', 'gas'],
  plug: ['power'],
  switch: ['power'],
  thermostat: ['temperature', 'targetTemperature'],
  lock: ['locked', 'lockState'],
  button: ['button', 'action'],
  remote: ['button', 'action'],
  valve: ['valveOpen', 'flow'],
};

/** Facts about the device itself, which no tile shows first. */
const ASIDE: ReadonlySet<string> = new Set([
  'linkQuality',
  'battery',
  'batteryLow',
  'batteryVoltage',
  'batteryState',
  'deviceTemperature',
  'fault',
]);

/** The keys that a tile shows, at most two. */
export function firstReadings(device: DeviceJson): readonly string[] {
  const keys = (FIRST_READINGS[device.kind] ?? []).flatMap((name) => keysNamed(device, name));
  if (keys.length > 0) return keys.slice(0, 2);
  const others = Object.entries(device.properties)
    .filter(([key, { access }]) => access === 'r' && !ASIDE.has(nameOfKey(key)))
    .map(([key]) => key);
  return others.slice(0, 2);
}

/** Battery in per cent, where the device tells it. */
export function batteryOf(device: DeviceJson): number | null {
  return numberOf(device.properties.battery);
}

/** Whether the battery wants changing. */
export function isBatteryLow(device: DeviceJson): boolean {
  const percent = batteryOf(device);
  return device.properties.batteryLow?.value === true || (percent !== null && percent <= 15);
}

/** The parts of a device's sheet, each with its keys in the device's order. */
export interface SheetParts {
  readonly switches: readonly string[];
  readonly readings: readonly string[];
  readonly buttons: readonly string[];
  readonly settings: readonly string[];
  readonly about: readonly string[];
  /** What only this vendor has, and no row of the table knows. */
  readonly vendor: { readonly readings: readonly string[]; readonly settings: readonly string[] };
}

/** Properties that have a control of their own on the sheet. */
const OWN_CONTROL: ReadonlySet<string> = new Set([
  'brightness',
  'colorTemperature',
  'color',
  'position',
  'locked',
  'targetTemperature',
]);

/** Sorts a device's properties into the parts of its sheet. */
export function sheetParts(device: DeviceJson): SheetParts {
  const parts = {
    switches: [] as string[],
    readings: [] as string[],
    buttons: [] as string[],
    settings: [] as string[],
    about: [] as string[],
    vendor: { readings: [] as string[], settings: [] as string[] },
  };
  for (const [key, property] of Object.entries(device.properties)) {
    const name = nameOfKey(key);
    const isVendors = name.startsWith('x_');
    if (property.access === 'event') parts.buttons.push(key);
    else if (isVendors) parts.vendor[isSettable(property) ? 'settings' : 'readings'].push(key);
    else if (ASIDE.has(name)) parts.about.push(key);
    else if (!isSettable(property)) parts.readings.push(key);
    else if (name === 'on') parts.switches.push(key);
    else if (!OWN_CONTROL.has(name)) parts.settings.push(key);
  }
  return parts;
}

/** How good a link quality of 0–255 is. */
export function signalOf(linkQuality: number): 'good' | 'fair' | 'weak' {
  if (linkQuality >= 110) return 'good';
  return linkQuality >= 50 ? 'fair' : 'weak';
}
