// Words for what the hub names by ids and keys: properties, values, rooms, causes; reactive through their stores.
import facts from 'virtual:property-facts';
import kindIcons from 'virtual:property-kind-icons';
import type { HomeValueJson } from '../../../api/home-values-shapes.ts';
import type { CauseJson, DeviceJson, DevicePropertyJson, ValueJson } from '../../../api/shapes.ts';
import type { PropertyFacts } from '../../build/property-table.ts';
import { LOCALES } from '../../messages/grammar.ts';
import {
  capitalised,
  endpointOfKey,
  formatExact,
  formatTime,
  formatValue,
  nameOfKey,
} from './format.ts';
import { home } from './home.svelte.ts';
import { language, propertyWords, t } from './language.svelte.ts';
import { nowMs } from './now.svelte.ts';

const NO_FACTS = { facts: undefined, wording: undefined };

/** What the table says of a property; undefined for a vendor's own. */
export function factsFor(key: string): PropertyFacts | undefined {
  return facts[nameOfKey(key)];
}

/** The icon of a kind of device. */
export function kindIcon(kind: string): string {
  return kindIcons[kind] ?? kindIcons.other ?? '';
}

/** What a kind of device is called. */
export function kindLabel(kind: string): string {
  return propertyWords().kinds[kind] ?? kind;
}

/** What a property is called: as its owner has named it, else with its endpoint where the device has several. */
export function propertyLabel(
  key: string,
  property?: Pick<DevicePropertyJson, 'label' | 'named'>,
): string {
  const name = nameOfKey(key);
  const own = property?.label?.[language()];
  if (own !== undefined && property?.named === true) return own;
  const label = propertyWords().properties[name]?.label ?? own ?? name.replace(/^x_/, '');
  const endpoint = endpointOfKey(key);
  return endpoint === null ? label : `${label} ${endpoint}`;
}

/** A value of a property in words. */
export function valueText(
  key: string,
  value: ValueJson | null,
  property: Pick<DevicePropertyJson, 'unit' | 'valueLabels'> = {},
): string {
  const name = nameOfKey(key);
  return formatValue(language(), value, property, {
    facts: facts[name],
    wording: propertyWords().properties[name],
  });
}

/** What one value of an enum is called. */
export function choiceText(
  key: string,
  value: string,
  property: Pick<DevicePropertyJson, 'valueLabels'> = {},
): string {
  const own = property.valueLabels?.[value]?.[language()];
  return capitalised(
    propertyWords().properties[nameOfKey(key)]?.values?.[value] ??
      own ??
      value.replaceAll('_', ' '),
  );
}

/** A time as it matters now. */
export function timeText(at: string | number): string {
  return formatTime(language(), at, nowMs());
}

/** A time of the clock: an end of waiting is told by the hour, however near it is. */
export function clockText(at: string): string {
  const options = { hour: '2-digit', minute: '2-digit' } as const;
  return new Date(at).toLocaleTimeString(LOCALES[language()], options);
}

/** A time to the second. */
export function exactTime(at: string | number): string {
  return formatExact(language(), at);
}

/** The name of a room; the word for none. */
export function roomName(id: string | null): string {
  return home.rooms.find((room) => room.id === id)?.name ?? t().common.noRoom;
}

/** The name of a device. */
export function deviceName(id: string): string {
  return home.devices.get(id)?.json.name ?? id;
}

/** What a mode is called: the four of every home in the reader's words, the home's own as it was given. */
export function modeText(mode: string): string {
  return t().values.modes[mode] ?? mode;
}

/** What one of the home's own values is, in words. */
export function homeValueText({ key, kind, value, unit }: HomeValueJson): string {
  if (value === null) return t().values.unknown;
  if (key === 'home.mode' && typeof value === 'string') return modeText(value);
  if (kind === 'person' && typeof value === 'string') return placeText(value);
  if (typeof value === 'string') return value;
  return formatValue(language(), value, unit === undefined ? {} : { unit }, NO_FACTS);
}

/** Where a person is: at home, away, or in a zone by its name. */
export function placeText(place: string): string {
  const zone = home.values.find(({ key }) => key === `zone.${place}`);
  return zone?.name ?? t().values.places[place] ?? place;
}

/** What was read when something was decided, such as "Hall lamp · On was off" or "Anna was away". */
export function readingText(read: {
  readonly device: string | null;
  readonly property: string;
  readonly value: ValueJson | null;
}): string {
  const { device, property: key, value } = read;
  const own = home.values.find((one) => one.key === `${device}.${key}`);
  if (own !== undefined) {
    const name = own.key === 'home.mode' ? t().values.mode : own.name;
    const then = typeof value === 'object' ? null : value;
    return t().trace.read(name, homeValueText({ ...own, value: then }));
  }
  const property = device === null ? undefined : home.devices.get(device)?.json.properties[key];
  const label = propertyLabel(key, property);
  const what = device === null ? label : `${deviceName(device)} · ${label}`;
  return t().trace.read(
    what,
    value === null ? t().trace.unknown : valueText(key, value, property ?? {}),
  );
}

/** Who or what did something, in a few words. */
export function causeText(cause: CauseJson): string {
  const words = t().cause;
  switch (cause.kind) {
    case 'member': {
      const member = home.members.find((other) => other.id === cause.id);
      return member === undefined ? words.someone : words.member(member.name);
    }
    case 'local':
      return words.local;
    case 'scene': {
      const scene = home.scenes.find((other) => other.id === cause.scene);
      return scene === undefined ? words.sceneGone : words.scene(scene.name);
    }
    case 'device':
      return cause.device === undefined ? words.device : deviceName(cause.device);
    case 'reconnect':
      return words.reconnect;
    case 'restore':
      return words.restore;
    case 'fabric':
      return words.fabric(cause.name ?? '');
    case 'schedule':
      return words.schedule(cause.at ?? '');
    case 'source':
      return (words.sources[cause.via ?? ''] ?? words.source)(cause.name ?? '');
    default:
      return cause.kind;
  }
}

/** Where a device's sheet stands. */
export function deviceLink(device: Pick<DeviceJson, 'id' | 'room'>): string {
  return `#/room/${device.room ?? 'none'}/device/${device.id}`;
}
