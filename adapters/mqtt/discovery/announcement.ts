// What is said on `homeassistant/…/config`: which device is meant, and its entities with every word written out. The
// form for one entity and the form for a whole device come to the same thing. Nothing in it is believed yet.
// Spec: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery.

import {
  DEVICE_ABBREVIATIONS,
  ENTITY_ABBREVIATIONS,
  ORIGIN_ABBREVIATIONS,
} from './abbreviations.ts';
import type { Value } from './template-value.ts';

export const ANNOUNCEMENT_BYTES_MAX = 128 * 1024;
const ENTITIES_MAX = 200;
const NAME_CHARACTERS_MAX = 60;
const ADDRESS_CHARACTERS_MAX = 120;

export type Fields = { readonly [key: string]: Value };

/** The device that an announcement is about. Plain data; kept on disk. */
export interface DeviceInfo {
  /** Unique among all devices found so. */
  readonly address: string;
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string | null;
  /** Who speaks for it, such as Zigbee2MQTT. */
  readonly bridge: string | null;
  /** What it says of itself that the hub has no use for; absent in what was kept before there was word of it. */
  readonly unneeded?: readonly string[];
}

/** One entity with its words written out. Plain data; kept on disk. */
export interface Entity {
  /** The topic of its announcement; of a device's payload also the component's key. */
  readonly id: string;
  readonly component: string;
  readonly objectId: string;
  readonly fields: Fields;
}

export interface Announcement {
  readonly device: DeviceInfo;
  readonly entities: readonly Entity[];
}

export interface DiscoveryTopic {
  readonly component: string;
  readonly objectId: string;
}

/** What a topic below the prefix names; null where it is no announcement. */
export function parseDiscoveryTopic(prefix: string, topic: string): DiscoveryTopic | null {
  if (!topic.startsWith(`${prefix}/`)) return null;
  const parts = topic.slice(prefix.length + 1).split('/');
  const [component, ...rest] = parts;
  if (rest.pop() !== 'config' || component === undefined) return null;
  const isWhole = rest.length >= 1 && rest.length <= 2 && [component, ...rest].every(isWord);
  return isWhole ? { component, objectId: rest.at(-1) ?? '' } : null;
}

function isWord(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,128}$/.test(text);
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads an announcement.
 * @param content the payload's JSON
 * @returns null where it is none
 */
export function parseAnnouncement(
  topic: string,
  { component, objectId }: DiscoveryTopic,
  content: unknown,
): Announcement | null {
  if (!isFields(content)) return null;
  const fields = whole(content);
  if (component === 'device') return deviceForm(topic, fields, objectId);
  const fallback = text(fields.unique_id, `${component}-${objectId}`);
  const kind = component === 'device_automation' ? 'device_trigger' : component;
  return {
    device: deviceInfo(fields, fallback),
    entities: [{ id: topic, component: kind, objectId, fields: own(fields) }],
  };
}

function deviceForm(topic: string, fields: Fields, objectId: string): Announcement | null {
  const { components } = fields;
  if (!isFields(components)) return null;
  const { components: _, ...shared } = own(fields);
  const entities: Entity[] = [];
  for (const [key, part] of Object.entries(components).slice(0, ENTITIES_MAX)) {
    if (!isFields(part) || !isWord(key)) continue;
    const said = whole(part, fields);
    const platform = said.platform;
    // A component with its platform alone is one that was taken away.
    if (typeof platform !== 'string' || Object.keys(said).length < 2) continue;
    entities.push({
      id: `${topic}#${key}`,
      component: platform === 'device_automation' ? 'device_trigger' : platform,
      objectId: key,
      fields: { ...shared, ...own(said) },
    });
  }
  return { device: deviceInfo(fields, objectId), entities };
}

/** The words written out, and `~` at the beginning or end of a topic replaced by the base. */
function whole(content: Fields, parent: Fields = {}): Fields {
  const base = typeof content['~'] === 'string' ? content['~'] : parent['~'];
  const result: Record<string, Value> = {};
  for (const [word, value] of Object.entries(content)) {
    const name = ENTITY_ABBREVIATIONS.get(word) ?? word;
    if (name === '__proto__') continue;
    result[name] = name === '~' ? value : withBase(name, value, base);
  }
  if (isFields(result.device)) result.device = renamed(result.device, DEVICE_ABBREVIATIONS);
  if (isFields(result.origin)) result.origin = renamed(result.origin, ORIGIN_ABBREVIATIONS);
  return result;
}

function renamed(fields: Fields, words: ReadonlyMap<string, string>): Fields {
  const pairs = Object.entries(fields).filter(([word]) => word !== '__proto__');
  return Object.fromEntries(pairs.map(([word, value]) => [words.get(word) ?? word, value]));
}

function withBase(name: string, value: Value, base: Value): Value {
  if (typeof value === 'string' && /(^|_)topic$/.test(name)) return based(value, base);
  if (name !== 'availability') return value;
  const list = Array.isArray(value) ? value : [value];
  return list
    .filter((item) => isFields(item))
    .map((item) => whole(item, typeof base === 'string' ? { '~': base } : {}));
}

function based(topic: string, base: Value): string {
  if (typeof base !== 'string') return topic;
  if (topic.startsWith('~')) return base + topic.slice(1);
  return topic.endsWith('~') ? topic.slice(0, -1) + base : topic;
}

/** What is an entity's own, without what is the device's. */
function own(fields: Fields): Fields {
  const { device: _device, origin: _origin, '~': _base, platform: _platform, ...rest } = fields;
  return rest;
}

function deviceInfo({ device, origin, name }: Fields, fallback: string): DeviceInfo {
  const said = isFields(device) ? device : {};
  const from = isFields(origin) ? origin : {};
  const [identifier] = Array.isArray(said.identifiers) ? said.identifiers : [said.identifiers];
  const [connection] = Array.isArray(said.connections) ? said.connections : [];
  const [, physical] = Array.isArray(connection) ? connection : [];
  const address = text(identifier, text(physical, fallback)).slice(0, ADDRESS_CHARACTERS_MAX);
  const manufacturer = label(said.manufacturer, '');
  return {
    address,
    name: label(said.name, label(name, address)),
    manufacturer: manufacturer === '' ? 'MQTT' : manufacturer,
    model: label(said.model, label(said.model_id, 'MQTT device')),
    firmware: typeof said.sw_version === 'string' ? said.sw_version.slice(0, 40) : null,
    bridge: bridgeOf(from, said),
    unneeded: UNNEEDED.filter((word) => said[word] !== undefined).map((word) => `device ${word}`),
  };
}

const UNNEEDED = ['configuration_url', 'hw_version', 'serial_number', 'suggested_area'];

function bridgeOf(origin: Fields, device: Fields): string | null {
  const name = label(origin.name, '');
  if (name !== '') return name;
  const via = label(device.via_device, '');
  return via === '' ? null : via;
}

function text(value: Value, fallback: string): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
}

function label(value: Value, fallback: string): string {
  return text(value, fallback)
    .replaceAll(/\p{Cc}/gu, ' ')
    .slice(0, NAME_CHARACTERS_MAX);
}
