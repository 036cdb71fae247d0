// What the home itself knows beside its devices: its mode, where its people are, variables, calendars and named inputs.
// Scenes see these as properties of a few subjects (`home.mode`, `person.anna`, `var.guests`, `calendar.school`), so
// that everything that works on a device's property works on them.
import type { DeviceRecord, NodeDescription } from './device.ts';
import { type Problem, ValidationError } from './errors.ts';
import type { HomeRecord } from './home.ts';
import type { AdapterId, Branded, DeviceId, MemberId, NodeAddress } from './identifiers.ts';
import { nearestName } from './nearest-name.ts';
import {
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyValue,
  specOf,
  type VendorPropertyName,
} from './properties.ts';
import type { Label, PropertyType } from './property-row.ts';
import { checkValue } from './property-value.ts';

/** Names one value: a subject, a dot, and its name there, such as `home.mode` or `var.guests`. */
export type HomeValueKey = Branded<string, 'HomeValueKey'>;

/** A value that the household has declared; a row of home.db. `home.mode` and `home.people` are there without one. */
export interface HomeValueRecord {
  /** Also its key: the subject follows from the kind, the rest never changes, so that scenes outlive a new name. */
  readonly id: HomeValueKey;
  /** What people call it. */
  readonly name: string;
  /** `zone`: a place where people can be, no value of its own. */
  readonly kind: 'person' | 'variable' | 'input' | 'calendar' | 'zone';
  readonly type: 'boolean' | 'number' | 'string' | 'enum';
  /** Of an enum. */
  readonly values?: readonly string[];
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  /** What it is until somebody sets it; null: nothing is known. */
  readonly initial: PropertyValue | null;
  /** Of a person who is a member of the home. */
  readonly member: MemberId | null;
  /** An MQTT topic whose messages set it; null: none. */
  readonly topic: string | null;
  readonly version: number;
}

/** The subjects, as scene files write them. They stand where a device does, so no device may be called so. */
export const HOME = 'home' as DeviceId;
export const PERSON = 'person' as DeviceId;
export const VARIABLE = 'var' as DeviceId;
export const CALENDAR = 'calendar' as DeviceId;
/** All of the home's own subjects. */
export const HOME_SUBJECTS: readonly DeviceId[] = [HOME, PERSON, VARIABLE, CALENDAR];
const SUBJECTS: ReadonlySet<string> = new Set(HOME_SUBJECTS);

export const HOME_MODE = 'home.mode' as HomeValueKey;
/** How many people are at home; follows from where each is, nobody sets it. */
export const HOME_PEOPLE = 'home.people' as HomeValueKey;
export const HOME_MODES: readonly string[] = ['home', 'away', 'night', 'holiday'];
/** What the modes that every home has are called; its own are called as they are written. */
export const HOME_MODE_LABELS: Readonly<Record<string, Label>> = {
  home: { en: 'home', zh: '在家' },
  away: { en: 'away', zh: '离家' },
  night: { en: 'night', zh: '夜间' },
  holiday: { en: 'holiday', zh: '度假' },
};
export const AT_HOME = 'home';
export const AWAY = 'away';

/** Values of one kind that a home may declare. */
export const HOME_VALUES_MAX = 200;
/** A home's own modes. */
export const OWN_MODES_MAX = 20;
/** Characters of a text value. */
export const TEXT_VALUE_MAX = 200;

const SUBJECT_OF = {
  person: PERSON,
  variable: VARIABLE,
  input: HOME,
  calendar: CALENDAR,
  zone: 'zone',
} as const;

/** Whether a device's id is that of one of the home's own subjects. */
export function isHomeSubject(id: string): boolean {
  return SUBJECTS.has(id);
}

/** Words that no device may have as its handle. `kind` stands for any device. */
export function isReservedHandle(handle: string): boolean {
  return SUBJECTS.has(handle) || ['kind', 'scene', 'zone', 'any'].includes(handle);
}

/** The key of a value of this kind: `var.guests` for the variable `guests`. */
export function homeValueKey(kind: HomeValueRecord['kind'], handle: string): HomeValueKey {
  return `${SUBJECT_OF[kind]}.${handle}` as HomeValueKey;
}

/** The subject and the property that a key names. */
export function splitHomeValueKey(key: HomeValueKey): { device: DeviceId; property: PropertyKey } {
  const dot = key.indexOf('.');
  return { device: key.slice(0, dot) as DeviceId, property: key.slice(dot + 1) as PropertyKey };
}

/** The name of a value within its subject: `guests` of `var.guests`. */
export function handleOfValue(key: HomeValueKey): string {
  return key.slice(key.indexOf('.') + 1);
}

/** The home's modes: the four that every home has, and its own. */
export function modesOf(home: Pick<HomeRecord, 'modes' | 'mode'>): readonly string[] {
  return [...new Set([...HOME_MODES, ...(home.modes ?? []), home.mode])];
}

/** The subjects as devices with a property for each value, for whoever reads or compiles scenes. */
export function homeSubjects(
  home: Pick<HomeRecord, 'name' | 'mode' | 'modes'>,
  values: readonly HomeValueRecord[],
): DeviceRecord[] {
  const zones = values.filter(({ kind }) => kind === 'zone').map(({ id }) => handleOfValue(id));
  const of = (subject: DeviceId): PropertyDescriptor[] =>
    values
      .filter(({ kind }) => SUBJECT_OF[kind] === subject)
      .map((record) => descriptorOf(record, zones));
  const mode = descriptor('mode', { en: 'mode', zh: '模式' }, 'enum', { values: modesOf(home) });
  const people = descriptor('people', { en: 'people at home', zh: '在家人数' }, 'number', {
    min: 0,
  });
  return [
    subject(HOME, home.name === '' ? 'Home' : home.name, [mode, people, ...of(HOME)]),
    subject(PERSON, 'Person', of(PERSON)),
    subject(VARIABLE, 'Variable', of(VARIABLE)),
    subject(CALENDAR, 'Calendar', of(CALENDAR)),
  ];
}

function descriptorOf(record: HomeValueRecord, zones: readonly string[]): PropertyDescriptor {
  const { id, name, kind, type, values, unit, min, max } = record;
  const label = { en: name, zh: name };
  const handle = handleOfValue(id);
  if (kind === 'person') {
    return descriptor(handle, label, 'enum', { values: [AT_HOME, AWAY, ...zones] });
  }
  if (kind === 'calendar') return descriptor(handle, label, 'boolean', {});
  return descriptor(handle, label, type, {
    ...(values === undefined ? {} : { values }),
    ...(unit === undefined ? {} : { unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  });
}

function descriptor(
  handle: string,
  label: { en: string; zh: string },
  type: PropertyType,
  more: Pick<PropertyDescriptor, 'values' | 'unit' | 'min' | 'max'>,
): PropertyDescriptor {
  return {
    key: handle as PropertyKey,
    // A vendor's own name keeps it apart from the rows of the table, whatever the household calls it.
    name: `x_${handle}` as VendorPropertyName,
    type,
    access: 'r',
    label,
    ...more,
  };
}

function subject(
  id: DeviceId,
  name: string,
  properties: readonly PropertyDescriptor[],
): DeviceRecord {
  const description: NodeDescription = {
    adapter: 'home' as AdapterId,
    node: id as string as NodeAddress,
    manufacturer: '',
    model: '',
    title: name,
    kind: 'other',
    power: 'mains',
    tier: 'core',
    support: 'exact',
    firmware: null,
    properties,
    commands: [],
  };
  return { id, name, handle: id, room: null, description, version: 0, createdAtMs: 0 };
}

/** What keeps a value from being set; null where it may be. `subjects` are `homeSubjects` of the home. */
export function homeValueProblem(
  key: string,
  value: unknown,
  subjects: readonly DeviceRecord[],
): Problem | null {
  const all = subjects.flatMap(({ id, description }) =>
    description.properties.map((one) => ({ key: `${id}.${one.key}`, descriptor: one })),
  );
  const found = all.find((one) => one.key === key);
  if (found === undefined || key === HOME_PEOPLE) {
    const nearest = nearestName(
      key,
      all.map((one) => one.key),
    );
    return {
      code: 'not-found',
      message:
        key === HOME_PEOPLE
          ? 'home.people follows from where each person is and cannot be set'
          : `The home has no value "${key.slice(0, 64)}"`,
      hint:
        nearest === undefined || key === HOME_PEOPLE
          ? 'GET /api/home/values lists what can be set.'
          : `Did you mean ${nearest}?`,
      zh: {
        message:
          key === HOME_PEOPLE
            ? 'home.people 由每个人的位置得出，不能设置'
            : `家没有叫“${key.slice(0, 64)}”的值`,
        hint: nearest === undefined || key === HOME_PEOPLE ? null : `你是指 ${nearest} 吗？`,
      },
    };
  }
  if (value === null) return null;
  const problem = checkValue(specOf(found.descriptor), value);
  const isTooLong = typeof value === 'string' && value.length > TEXT_VALUE_MAX;
  if (problem === null && !isTooLong) return null;
  return {
    code: 'invalid-input',
    message: problem?.message ?? `A text in "${key}" has at most ${TEXT_VALUE_MAX} characters`,
    hint: problem?.hint ?? null,
    zh: problem?.zh ?? {
      message: `“${key}”中的文字最多 ${TEXT_VALUE_MAX} 个字符`,
      hint: null,
    },
    errors: [
      {
        path: '/value',
        message: problem?.message ?? 'is too long',
        zh: problem?.zh.message ?? '太长',
      },
    ],
  };
}

/**
 * The value that an MQTT message says, by the type of what it feeds; null where it cannot be read.
 * `on`, `true`, `1`, `open` are true; a JSON object gives its `value` or `state`.
 */
export function valueOfPayload(payload: string, type: PropertyType): PropertyValue | null {
  const text = plainPayload(payload);
  if (type === 'boolean') {
    if (/^(?:on|true|1|yes|open)$/i.test(text)) return true;
    return /^(?:off|false|0|no|closed)$/i.test(text) ? false : null;
  }
  if (type === 'number') {
    const number = Number(text);
    return text === '' || !Number.isFinite(number) ? null : number;
  }
  return text === '' ? null : text;
}

function plainPayload(payload: string): string {
  const text = payload.trim();
  if (!text.startsWith('{')) return text;
  try {
    const { value, state } = JSON.parse(text) as { value?: unknown; state?: unknown };
    const told = value ?? state;
    return typeof told === 'object' || told === undefined ? '' : String(told);
  } catch {
    return '';
  }
}

/** The key that a text names. @throws ValidationError where it has not the form of one. */
export function parseHomeValueKey(text: string): HomeValueKey {
  if (/^(?:home|person|var|calendar|zone)\.\p{L}[\p{L}\p{N}-]{0,47}$/u.test(text)) {
    return text as HomeValueKey;
  }
  throw new ValidationError(`"${text.slice(0, 64)}" is not the name of a value of the home`, {
    hint: 'Write it as home.mode, person.anna or var.guests.',
    zh: {
      message: `“${text.slice(0, 64)}”不是家的值的名称`,
      hint: '写作 home.mode、person.anna 或 var.guests。',
    },
  });
}

/** A reader of tags tells on such a topic which tag it has seen. */
export const TAG_TOPICS = 'tele/+/tag';
/** The topics of one home that the hub listens on at most. */
export const TOPICS_MAX = 500;

/** Something that the home was told and that leaves nothing behind but what scenes do. */
export type Happening =
  | { readonly kind: 'webhook'; readonly name: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'mqtt'; readonly topic: string; readonly payload: string };

/** How the hub came to run: at the first start, after an orderly stop or a crash, or since the power is back. */
export type HubStart = 'first' | 'restarted' | 'power-returned';

/** Whether a topic is meant by an MQTT filter with `+` and `#`. */
export function matchesTopic(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const wanted = filter.split('/');
  const given = topic.split('/');
  // Topics that begin with $ are the broker's own; a wildcard does not reach them.
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  for (const [index, part] of wanted.entries()) {
    if (part === '#') return true;
    if (given[index] === undefined || (part !== '+' && part !== given[index])) return false;
  }
  return wanted.length === given.length;
}
