// The shape of a provisioning file. The same shape gives the published JSON Schema.
import * as v from 'valibot';
import { HOLIDAYS_MAX, isHoliday } from '../../model/holidays.ts';
import { OWN_MODES_MAX } from '../../model/home-values.ts';
import { LAN_PROTOCOLS, type LanProtocol } from '../../model/lan-families.ts';
import { NAME_LENGTH_MAX } from '../names.ts';

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

const text = (what: string, max: number) =>
  v.pipe(
    v.string(`${what} is a text`),
    v.trim(),
    v.minLength(1, `${what} is not empty`),
    v.maxLength(max, `${what} has at most ${max} characters`),
  );
const name = text('a name', NAME_LENGTH_MAX);
const degrees = (what: string, max: number) =>
  v.pipe(
    v.number(`${what} is a number of degrees`),
    v.minValue(-max, `${what} runs from -${max} to ${max}`),
    v.maxValue(max, `${what} runs from -${max} to ${max}`),
  );

const word = (what: string) =>
  v.pipe(
    v.string(`${what} is a word`),
    v.regex(
      /^\p{L}[\p{L}\p{N}-]{0,47}$/u,
      `${what} has letters, digits and hyphens and begins with a letter`,
    ),
  );
const DATE_WANTED = 'a holiday is a date such as 2026-12-24, or 12-24 for every year';

const home = v.strictObject(
  {
    name: v.optional(name),
    language: v.optional(v.picklist(['en', 'zh'], 'a language is en or zh')),
    zone: v.optional(v.pipe(text('a time zone', 60), v.description('IANA, as Europe/Berlin'))),
    place: v.optional(
      v.strictObject(
        { latitude: degrees('latitude', 90), longitude: degrees('longitude', 180) },
        'a place is {latitude, longitude}',
      ),
    ),
    holidays: v.optional(
      v.pipe(
        v.array(
          v.pipe(v.string(DATE_WANTED), v.check(isHoliday, DATE_WANTED)),
          'holidays is a list of dates',
        ),
        v.maxLength(HOLIDAYS_MAX, `a home keeps at most ${HOLIDAYS_MAX} holidays`),
      ),
    ),
    modes: v.optional(
      v.pipe(
        v.array(word('a mode'), 'modes is a list of words'),
        v.maxLength(OWN_MODES_MAX, `a home has at most ${OWN_MODES_MAX} modes of its own`),
      ),
    ),
  },
  'home is a map with name, language, zone, place, holidays and modes',
);

const number = (what: string) => v.optional(v.number(`${what} is a number`));
const value = v.strictObject(
  {
    ...v.entriesFromList(VALUE_KINDS, v.optional(name)),
    handle: v.optional(word('a handle')),
    type: v.optional(
      v.picklist(
        ['boolean', 'number', 'string', 'enum'],
        'a type is boolean, number, string or enum',
      ),
    ),
    values: v.optional(v.array(text('a value', 64), 'values is a list of words')),
    unit: v.optional(text('a unit', 20)),
    min: number('min'),
    max: number('max'),
    initial: v.optional(
      v.nullable(v.union([v.boolean(), v.number(), v.string()], 'initial is a value')),
    ),
    topic: v.optional(v.nullable(v.pipe(text('a topic', 200), v.description('MQTT topic')))),
  },
  'a value is a map such as {person: Anna} or {variable: Guests, type: number}',
);

const icon = v.nullable(
  v.pipe(
    v.string('an icon is the name of an icon of @mdi/js'),
    v.regex(/^mdi[A-Za-z0-9]{1,60}$/, 'an icon is the name of an icon of @mdi/js, as mdiSofa'),
  ),
);
const ROOM_WANTED = 'a room is its name, or {name, icon}';
const room = v.union([name, v.strictObject({ name, icon: v.optional(icon) })], ROOM_WANTED);

const IEEE_WANTED =
  'a Zigbee address is 0x and 16 hexadecimal digits, as on the label of the device';
const LAN_WANTED =
  'a device of the home’s network is {address, password}, {address, key} or {address}';
const lan = v.optional(
  v.strictObject(
    {
      address: v.pipe(text('an address', 260), v.description('host or host:port')),
      password: v.optional(text('a password', 200)),
      key: v.optional(text('a key', 200)),
    },
    LAN_WANTED,
  ),
);
const MAC_WANTED = 'the address of a Tasmota device is its MAC, 12 hexadecimal digits';
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
      v.pipe(text('a Matter code', 200), v.description('manual or QR code of a Matter device')),
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
      v.pipe(text('an install code', 200), v.description('with zigbee: code on its label')),
    ),
    name,
    handle: v.optional(
      v.pipe(
        v.string('a handle is a word'),
        v.regex(
          /^\p{L}[\p{L}\p{N}-]{0,47}$/u,
          'a handle has letters, digits and hyphens and begins with a letter, as hall-lamp',
        ),
        v.description('by which scenes call it; left out: made from the name'),
      ),
    ),
    room: v.optional(v.nullable(text('a room', NAME_LENGTH_MAX))),
    labels: v.optional(v.array(text('a label', 40), 'labels is a list of words')),
  },
  'a device is a map such as {zigbee: 0x…, name: Hall lamp, room: Hall}',
);

const SCENE_WANTED = 'a scene is its file as text, or the same as a map that begins with `scene`';
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
    v.array(item, `${what} is a list`),
    v.maxLength(ENTRIES_MAX, `${what} has at most ${ENTRIES_MAX} entries`),
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
  'a provisioning file is a map with home, rooms, values, devices and scenes',
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
