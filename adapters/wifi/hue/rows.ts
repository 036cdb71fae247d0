// What each kind of service of a Hue device brings in the terms of the table of properties: what it says, and which
// body sets it.
// Spec: CLIP API v2 (https://developers.meethue.com/develop/hue-api-v2/api-reference/).
import type {
  ColorValue,
  PropertyConstraints,
  PropertyName,
  PropertyValue,
  VendorPropertyName,
} from '../../../hub/model/properties.ts';
import { isColor } from '../../../hub/model/property-value.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { Json } from '../known-devices.ts';
import { distance, fromPoint, GAMUTS, type Gamut, type Point, toPoint } from './color.ts';
import { booleanOf, type Facts, listOf, numberOf, textOf } from './resources.ts';

/** A colour that was asked for, and the nearest that the lamp can show. */
export interface AskedColor {
  readonly color: ColorValue;
  readonly point: Point;
}

/** What sets a value. */
export interface Change {
  readonly body: Json;
  readonly asked?: AskedColor;
}

export interface Row {
  readonly name: PropertyName | VendorPropertyName;
  /** Of a vendor's own property. */
  readonly vendor?: { readonly type: 'boolean' | 'enum'; readonly label: Words };
  readonly isEvent?: true;
  /** Whether this service has it; absent: always. */
  has?(facts: Facts): boolean;
  own?(facts: Facts): PropertyConstraints;
  read?(facts: Facts, asked: AskedColor | undefined): PropertyValue | undefined;
  write?(value: PropertyValue, facts: Facts, transitionMs: number | undefined): Change;
}

const MIREK_MIN = 153;
const MIREK_MAX = 500;
const DURATION_MS_MAX = 6_000_000;
/** Of a sunrise or a sunset that comes without a duration. */
const TIMED_EFFECT_MS = 1_800_000;
const TIMED_EFFECT_MS_MAX = 21_600_000;
/** How far what a lamp says may lie from what was sent: it keeps 16 bits of each. */
const SAME_POINT = 0.005;
const NO_EFFECT = 'no_effect';
const SIREN = 'siren';
const NO_SOUND = 'no_sound';
const SENSITIVITIES = ['low', 'medium', 'high', 'very_high', 'max'];
const SENSITIVITY_MAX = 20;
const POWER_UP: Readonly<Record<string, string>> = { safety: 'on', powerfail: 'previous' };

/** Every device of the vendor's has it; one that has nothing else is of no use to the home. */
export const UPDATE_WAITING = 'x_update_waiting';

/** What each press is in the words of the table. `single` is told when it is over, so that a long one is none. */
const PRESSES: Readonly<Record<string, string>> = {
  short_release: 'single',
  double_short_release: 'double',
  long_press: 'long',
  long_release: 'release',
};
/** Of buttons that do not list theirs. */
const PRESSES_DEFAULT = ['initial_press', 'repeat', 'short_release', 'long_release'];

function fading(transitionMs: number | undefined): Json {
  if (transitionMs === undefined) return {};
  // In steps of 100 ms.
  const duration = Math.min(DURATION_MS_MAX, Math.round(transitionMs / 100) * 100);
  return { dynamics: { duration } };
}

function kelvinRange(facts: Facts): PropertyConstraints {
  const least = numberOf(facts.mirekMin) ?? MIREK_MIN;
  const most = numberOf(facts.mirekMax) ?? MIREK_MAX;
  // Some lamps of others say 0 and 65,535, which are no limits.
  const isSaid = least > 0 && most < 65_535 && least < most;
  const [from, to] = isSaid ? [least, most] : [MIREK_MIN, MIREK_MAX];
  return { min: Math.ceil(1e6 / to), max: Math.floor(1e6 / from) };
}

function mirekOf(value: PropertyValue): number {
  return Math.round(1e6 / Number(value));
}

/** The triangle of a lamp; undefined where it says none. */
export function gamutOf(facts: Facts): Gamut | undefined {
  const corner = (name: string): Point | undefined => {
    const x = numberOf(facts[`${name}X`]);
    const y = numberOf(facts[`${name}Y`]);
    return x === undefined || y === undefined ? undefined : { x, y };
  };
  const [red, green, blue] = [corner('red'), corner('green'), corner('blue')];
  if (red && green && blue) return { red, green, blue };
  const kind = textOf(facts.gamutType) ?? '';
  return Object.hasOwn(GAMUTS, kind) ? GAMUTS[kind] : undefined;
}

function colorOf(facts: Facts, asked: AskedColor | undefined): ColorValue | undefined {
  const x = numberOf(facts.x);
  const y = numberOf(facts.y);
  if (x === undefined || y === undefined) return undefined;
  // A lamp that cannot show all colours shows the nearest: it did what was asked.
  if (asked !== undefined && distance(asked.point, { x, y }) < SAME_POINT) return asked.color;
  return fromPoint({ x, y });
}

function colorChange(value: PropertyValue, facts: Facts, transitionMs?: number): Change {
  const color = isColor(value) ? value : { hue: 0, saturation: 0 };
  const point = toPoint(color, gamutOf(facts));
  return {
    body: { color: { xy: point }, ...fading(transitionMs) },
    asked: { color, point },
  };
}

function effectsOf(facts: Facts): string[] {
  const lists = [facts.effects, facts.effectsV2, facts.timedEffects].flatMap((each) => [
    ...listOf(each),
  ]);
  return [...new Set(lists)];
}

function effectChange(value: PropertyValue, facts: Facts, transitionMs?: number): Change {
  const effect = String(value);
  const isTimed = listOf(facts.timedEffects).includes(effect);
  const plain = listOf(facts.effects).includes(effect)
    ? { effects: { effect } }
    : listOf(facts.effectsV2).includes(effect)
      ? { effects_v2: { action: { effect } } }
      : {};
  if (effect === NO_EFFECT) {
    return { body: { ...plain, ...(isTimed ? { timed_effects: { effect } } : {}) } };
  }
  if (!isTimed) return { body: plain };
  const duration = Math.min(TIMED_EFFECT_MS_MAX, transitionMs ?? TIMED_EFFECT_MS);
  return { body: { timed_effects: { effect, duration } } };
}

const ON: Row = {
  name: 'on',
  has: (facts) => booleanOf(facts.on) !== undefined,
  read: (facts) => booleanOf(facts.on),
  write: (value, _, ms) => ({ body: { on: { on: value }, ...fading(ms) } }),
};

const BRIGHTNESS: Row = {
  name: 'brightness',
  has: (facts) => numberOf(facts.brightness) !== undefined,
  own: (facts) => ({
    min: Math.min(100, Math.max(1, Math.ceil(numberOf(facts.brightnessMin) ?? 1))),
  }),
  read: (facts) => rounded(numberOf(facts.brightness), 2),
  write: (value, _, ms) => ({
    body: { on: { on: true }, dimming: { brightness: value }, ...fading(ms) },
  }),
};

/** Whether a sensor measures at all: each can be switched off by itself. */
function switched(name: VendorPropertyName, label: Words): Row {
  return {
    name,
    vendor: { type: 'boolean', label },
    has: (facts) => booleanOf(facts.enabled) !== undefined,
    read: (facts) => booleanOf(facts.enabled),
    write: (value) => ({ body: { enabled: value } }),
  };
}

const MOTION: readonly Row[] = [
  {
    name: 'occupancy',
    // What is not valid is not known, and its report may be of long ago.
    read: (facts) =>
      facts.motionValid === false
        ? undefined
        : (booleanOf(facts.motionReport) ?? booleanOf(facts.motion)),
  },
  {
    name: 'sensitivity',
    has: (facts) => numberOf(facts.sensitivityMax) !== undefined,
    own: (facts) => ({ values: sensitivities(facts) }),
    read: (facts) => sensitivities(facts)[numberOf(facts.sensitivity) ?? -1],
    write: (value, facts) => ({
      body: { sensitivity: { sensitivity: sensitivities(facts).indexOf(String(value)) } },
    }),
  },
  switched('x_motion_enabled', { en: 'Motion is watched', zh: '启用移动检测' }),
];

function sensitivities(facts: Facts): readonly string[] {
  const most = Math.trunc(
    Math.max(0, Math.min(SENSITIVITY_MAX, numberOf(facts.sensitivityMax) ?? 0)),
  );
  // Finer scales than there are words for are counted.
  return most < SENSITIVITIES.length
    ? SENSITIVITIES.slice(0, most + 1)
    : Array.from({ length: most + 1 }, (_, step) => `${step}`);
}

const BUTTON: readonly Row[] = [
  { name: 'button', isEvent: true, own: (facts) => ({ values: pressesOfButton(facts) }) },
];
const NONE: readonly Row[] = [];

/** The rows of each kind of service; those of other kinds bring none. */
export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  light: [
    ON,
    BRIGHTNESS,
    {
      name: 'colorTemperature',
      has: (facts) => facts.mirek !== undefined,
      own: kelvinRange,
      read: (facts) => {
        const mirek = numberOf(facts.mirek);
        const isNow = facts.mirekValid !== false && mirek !== undefined && mirek > 0;
        return isNow ? Math.round(1e6 / mirek) : undefined;
      },
      write: (value, _, ms) => ({
        body: { color_temperature: { mirek: mirekOf(value) }, ...fading(ms) },
      }),
    },
    {
      name: 'color',
      has: (facts) => numberOf(facts.x) !== undefined && numberOf(facts.y) !== undefined,
      read: colorOf,
      write: colorChange,
    },
    {
      name: 'effect',
      has: (facts) => effectsOf(facts).length > 1,
      own: (facts) => ({ values: effectsOf(facts) }),
      read: (facts) => {
        const timed = textOf(facts.timedEffect) ?? NO_EFFECT;
        return timed === NO_EFFECT ? textOf(facts.effect) : timed;
      },
      write: effectChange,
    },
    {
      name: 'powerOnBehavior',
      has: (facts) => textOf(facts.powerUp) !== undefined,
      own: () => ({ values: ['on', 'previous', 'last_on_state'] }),
      read: (facts) => {
        const preset = textOf(facts.powerUp) ?? '';
        return translated(POWER_UP, preset);
      },
      write: (value) => {
        const preset = Object.keys(POWER_UP).find((each) => POWER_UP[each] === value) ?? value;
        return { body: { powerup: { preset } } };
      },
    },
  ],
  grouped_light: [
    ON,
    BRIGHTNESS,
    {
      name: 'colorTemperature',
      has: (facts) => facts.takesMirek === true,
      own: () => kelvinRange({}),
      write: (value, _, ms) => ({
        body: { color_temperature: { mirek: mirekOf(value) }, ...fading(ms) },
      }),
    },
    { name: 'color', has: (facts) => facts.takesColor === true, write: colorChange },
  ],
  motion: MOTION,
  camera_motion: MOTION,
  convenience_area_motion: MOTION,
  security_area_motion: MOTION,
  temperature: [
    {
      name: 'temperature',
      read: (facts) =>
        facts.temperatureValid === false
          ? undefined
          : rounded(numberOf(facts.temperatureReport) ?? numberOf(facts.temperature), 2),
    },
    switched('x_temperature_enabled', { en: 'Temperature is measured', zh: '启用温度测量' }),
  ],
  light_level: [
    {
      name: 'illuminance',
      read: (facts) => {
        const level = numberOf(facts.levelReport) ?? numberOf(facts.level);
        if (facts.levelValid === false || level === undefined) return undefined;
        // The bridge says 10,000 · log10(lux) + 1.
        return rounded(10 ** ((level - 1) / 1e4), 1);
      },
    },
    switched('x_light_level_enabled', { en: 'Light level is measured', zh: '启用光照测量' }),
  ],
  contact: [
    {
      name: 'open',
      read: (facts) => {
        const contact = textOf(facts.contact);
        return contact === undefined ? undefined : contact !== 'contact';
      },
    },
    switched('x_contact_enabled', { en: 'Contact is watched', zh: '启用门窗检测' }),
  ],
  tamper: [{ name: 'tamper', read: (facts) => booleanOf(facts.tampered) }],
  device_power: [
    {
      name: 'battery',
      has: (facts) => facts.level !== undefined,
      read: (facts) => numberOf(facts.level),
    },
    {
      name: 'batteryLow',
      has: (facts) => textOf(facts.state) !== undefined,
      read: (facts) => textOf(facts.state) !== 'normal',
    },
  ],
  device_software_update: [
    {
      // The bridge installs it by itself, or its app does at once.
      name: UPDATE_WAITING,
      vendor: { type: 'boolean', label: { en: 'Newer firmware is waiting', zh: '有新固件待安装' } },
      read: (facts) => {
        const state = textOf(facts.state);
        return state === undefined ? undefined : state !== 'no_update';
      },
    },
  ],
  speaker: [
    {
      name: 'siren',
      has: (facts) => listOf(facts.alarms).includes(SIREN),
      read: (facts) => textOf(facts.alarm) !== NO_SOUND,
      write: (value, _, ms) => {
        const duration = value === true && ms !== undefined ? { duration: ms } : {};
        return { body: { alarm: { sound: value === true ? SIREN : NO_SOUND, ...duration } } };
      },
    },
    {
      name: 'x_chime',
      vendor: { type: 'enum', label: { en: 'Play a chime', zh: '播放铃声' } },
      has: (facts) => listOf(facts.chimes).length > 0,
      own: (facts) => ({ values: listOf(facts.chimes) }),
      write: (value) => ({ body: { chime: { sound: value } } }),
    },
    {
      name: 'x_muted',
      // Its siren is heard all the same.
      vendor: { type: 'boolean', label: { en: 'Chimes muted', zh: '铃声静音' } },
      has: (facts) => textOf(facts.mute) !== undefined,
      read: (facts) => textOf(facts.mute) === 'mute',
      write: (value) => ({ body: { mute: { mute: value === true ? 'mute' : 'unmute' } } }),
    },
  ],
  button: BUTTON,
  bell_button: BUTTON,
  relative_rotary: [{ name: 'rotation', isEvent: true }],
};

/** The rows of a kind of service. */
export function rowsOf(type: string): readonly Row[] {
  return (Object.hasOwn(ROWS, type) ? ROWS[type] : undefined) ?? NONE;
}

/** What a button can tell, in the words of the table. */
export function pressesOfButton(facts: Facts): string[] {
  const said = listOf(facts.events);
  const events = said.length > 0 ? said : PRESSES_DEFAULT;
  const presses = new Set(events.map((event) => translated(PRESSES, event)));
  if (events.includes('repeat')) presses.add('long');
  return [...presses];
}

/**
 * What a press means: a button that knows no `long_press` of its own is held once it repeats.
 * @param before the press that it told before this
 */
export function meaningsOf(press: string, before: string | undefined, facts: Facts): string[] {
  const isHeldNow = press === 'repeat' && before !== 'repeat' && before !== 'long_press';
  const knowsLong = listOf(facts.events).includes('long_press');
  const meaning = translated(PRESSES, press);
  return isHeldNow && !knowsLong ? ['long', meaning] : [meaning];
}

function translated(table: Readonly<Record<string, string>>, word: string): string {
  return (Object.hasOwn(table, word) ? table[word] : undefined) ?? word;
}

function rounded(value: number | undefined, digits: number): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10 ** digits) / 10 ** digits;
}
