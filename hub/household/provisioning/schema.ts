// The shape of a provisioning file. The same shape gives the published JSON Schema.
import * as v from 'valibot';
import { HOLIDAYS_MAX, isHoliday } from '../../model/holidays.ts';
import { OWN_MODES_MAX } from '../../model/home-values.ts';
import { LAN_PROTOCOLS, type LanProtocol } from '../../model/lan-families.ts';
import { NAME_LENGTH_MAX } from '../names.ts';
import { english, shapeMistakes as shape, type Thing } from './mistakes.ts';

/** A hub reads no larger file; a home of the largest size stays far below. */
export const FILE_BYTES_MAX = 256 * 1024;
export const ENTRIES_MAX = 1_000;

/** The ways in which a device is found, each under its own key. */
export type Protocol = 'zigbee' | 'matter' | 'tasmota' | LanProtocol;
export const PROTOCOLS: readonly Protocol[] = ['zigbee', 'matter', ...LAN_PROTOCOLS, 'tasmota'];

/** What is declared beside devices, each under its own key. */
export const VALUE_KINDS = ['person', 'zone', 'variable', 'input', 'calendar'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];

/** Keys that an object of the file can have, for telling misspelt ones apart. */
export const KEYS = {
  file: ['home', 'rooms', 'values', 'devices', 'scenes'],
  home: ['name', 'language', 'zone', 'place', 'holidays', 'modes'],
  place: ['latitude', 'longitude'],
  room: ['name', 'icon'],
  value: [
    ...VALUE_KINDS,
    ...['handle', 'type', 'values', 'unit', 'min', 'max', 'initial', 'topic'],
  ],
  device: [...PROTOCOLS, 'installCode', 'name', 'handle', 'room', 'labels'],
  /** Of a device of a Wi-Fi family. */
  lan: ['address', 'password', 'key'],
  scene: ['text', 'enabled'],
} as const;

const text = (thing: Thing, max: number) =>
  v.pipe(
    v.string(english(shape.text(thing))),
    v.trim(),
    v.minLength(1, english(shape.emptyText(thing))),
    v.maxLength(max, english(shape.longText(thing, max))),
  );
const name = text('name', NAME_LENGTH_MAX);
const degrees = (thing: Thing, max: number) =>
  v.pipe(
    v.number(english(shape.degrees(thing))),
    v.minValue(-max, english(shape.degreesRange(thing, max))),
    v.maxValue(max, english(shape.degreesRange(thing, max))),
  );

const word = (thing: Thing) =>
  v.pipe(
    v.string(english(shape.word(thing))),
    v.regex(/^\p{L}[\p{L}\p{N}-]{0,47}$/u, english(shape.wordLetters(thing))),
  );
const DATE_WANTED = english(shape.holiday);

const home = v.strictObject(
  {
    name: v.optional(name),
    language: v.optional(v.picklist(['en', 'zh'], english(shape.language))),
    zone: v.optional(v.pipe(text('zone', 60), v.description('IANA, as Europe/Berlin'))),
    place: v.optional(
      v.strictObject(
        { latitude: degrees('latitude', 90), longitude: degrees('longitude', 180) },
        english(shape.place),
      ),
    ),
    holidays: v.optional(
      v.pipe(
        v.array(
          v.pipe(v.string(DATE_WANTED), v.check(isHoliday, DATE_WANTED)),
          english(shape.holidays),
        ),
        v.maxLength(HOLIDAYS_MAX, english(shape.manyHolidays(HOLIDAYS_MAX))),
      ),
    ),
    modes: v.optional(
      v.pipe(
        v.array(word('mode'), english(shape.words('modes'))),
        v.maxLength(OWN_MODES_MAX, english(shape.manyModes(OWN_MODES_MAX))),
      ),
    ),
  },
  english(shape.home),
);

const number = (key: string) => v.optional(v.number(english(shape.number(key))));
const value = v.strictObject(
  {
    ...v.entriesFromList(VALUE_KINDS, v.optional(name)),
    handle: v.optional(word('handle')),
    type: v.optional(v.picklist(['boolean', 'number', 'string', 'enum'], english(shape.type))),
    values: v.optional(v.array(text('value', 64), english(shape.words('values')))),
    unit: v.optional(text('unit', 20)),
    min: number('min'),
    max: number('max'),
    initial: v.optional(
      v.nullable(v.union([v.boolean(), v.number(), v.string()], english(shape.initial))),
    ),
    topic: v.optional(v.nullable(v.pipe(text('topic', 200), v.description('MQTT topic')))),
  },
  english(shape.value),
);

const icon = v.nullable(
  v.pipe(v.string(english(shape.icon)), v.regex(/^mdi[A-Za-z0-9]{1,60}$/, english(shape.icon))),
);
const ROOM_WANTED = english(shape.room);
const room = v.union([name, v.strictObject({ name, icon: v.optional(icon) })], ROOM_WANTED);

const IEEE_WANTED = english(shape.ieee);
const LAN_WANTED = english(shape.lan);
const lan = v.optional(
  v.strictObject(
    {
      address: v.pipe(text('address', 260), v.description('host or host:port')),
      password: v.optional(text('password', 200)),
      key: v.optional(text('key', 200)),
    },
    LAN_WANTED,
  ),
);
const MAC_WANTED = english(shape.mac);
const device = v.strictObject(
  {
    zigbee: v.optional(
      v.pipe(
        v.string(IEEE_WANTED),
        v.regex(/^0[xX][0-9a-fA-F]{16}$/, IEEE_WANTED),
        v.description('IEEE address of a Zigbee device'),
      ),
    ),
    matter: v.optional(
      v.pipe(text('matterCode', 200), v.description('manual or QR code of a Matter device')),
    ),
    ...v.entriesFromList(LAN_PROTOCOLS, lan),
    tasmota: v.optional(
      v.pipe(
        v.string(MAC_WANTED),
        v.regex(/^[0-9a-fA-F]{2}([:-]?[0-9a-fA-F]{2}){5}$/, MAC_WANTED),
        v.description('MAC address of a Tasmota device that is set to the broker of the hub'),
      ),
    ),
    installCode: v.optional(
      v.pipe(text('installCode', 200), v.description('with zigbee: code on its label')),
    ),
    name,
    handle: v.optional(
      v.pipe(
        word('handle'),
        v.description('by which scenes call it; left out: made from the name'),
      ),
    ),
    room: v.optional(v.nullable(text('room', NAME_LENGTH_MAX))),
    labels: v.optional(v.array(text('label', 40), english(shape.words('labels')))),
  },
  english(shape.device),
);

const SCENE_WANTED = english(shape.scene);
const scene = v.union(
  [
    v.pipe(v.string(), v.description('a scene file as text')),
    v.pipe(v.looseObject({ scene: v.string() }), v.description('a scene file in place')),
    v.strictObject({ text: v.string(), enabled: v.optional(v.boolean()) }),
  ],
  SCENE_WANTED,
);

const list = <Schema extends v.GenericSchema>(item: Schema, what: string) =>
  v.pipe(
    v.array(item, english(shape.list(what))),
    v.maxLength(ENTRIES_MAX, english(shape.manyEntries(what, ENTRIES_MAX))),
  );

/** The whole file. */
export const FILE_SHAPE = v.strictObject(
  {
    home: v.optional(home),
    rooms: v.optional(list(room, 'rooms')),
    values: v.optional(list(value, 'values')),
    devices: v.optional(list(device, 'devices')),
    scenes: v.optional(list(scene, 'scenes')),
  },
  english(shape.file),
);

/** One entry of each list, so that a wrong one does not hide what is wrong with the others. */
export const ENTRY_SHAPES = { home, room, value, device } as const;

export type HomeEntry = v.InferOutput<typeof home>;
export type ValueEntry = v.InferOutput<typeof value>;
export type DeviceEntry = v.InferOutput<typeof device>;

/** The published JSON Schema. Its generator is loaded at the first question for it. */
export async function provisioningJsonSchema(): Promise<object> {
  const { toJsonSchema } = await import('@valibot/to-json-schema');
  return {
    ...toJsonSchema(FILE_SHAPE, { typeMode: 'input', errorMode: 'ignore' }),
    $id: 'https://ingle.local/api/provisioning.schema.json',
    title: 'Ingle provisioning file',
  };
}
