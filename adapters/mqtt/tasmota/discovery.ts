// Tasmota's announcement of itself: which topics it uses and what it is made of. Nothing in it is believed before it
// was checked. Spec: https://tasmota.github.io/docs/Commands/#setoption19 (native discovery, `ver` 1).

/** What an output does. */
export const RELAY = 1;
export const LIGHT = 2;
export const SHUTTER = 3;

/** What `tasmota/discovery/MAC/config` says, as far as we use it. Plain data; kept on disk. */
export interface TasmotaConfig {
  /** Twelve hexadecimal digits in capitals. */
  readonly mac: string;
  readonly name: string;
  readonly model: string;
  readonly firmware: string | null;
  readonly topic: string;
  /** Beginnings of its topics, each ending in `/`. */
  readonly commands: string;
  readonly states: string;
  readonly telemetry: string;
  readonly online: string;
  readonly offline: string;
  /** Words for off, on, toggle and hold, in this order. */
  readonly words: readonly string[];
  /** For each output: 0 none, 1 relay, 2 light, 3 one of the two relays of a shutter. */
  readonly relays: readonly number[];
  /** 0 none, 1 dimmer, 2 cold and warm, 3 colour, 4 colour and white, 5 colour, cold and warm. */
  readonly light: number;
  /** Numbers (from 1) of buttons and switches that only tell, and switch nothing by themselves. */
  readonly buttons: readonly number[];
  readonly switches: readonly number[];
  /** What people have called each output and each switch; null where they have not. */
  readonly names: readonly (string | null)[];
  readonly switchNames: readonly (string | null)[];
  /** For each switch -1 for none, else its SwitchMode. */
  readonly switchModes: readonly number[];
  /** Its colours and its whites are one light. */
  readonly isLinked: boolean;
  readonly isFan: boolean;
  readonly isTuya: boolean;
  /** It sleeps between its messages. */
  readonly isSleeper: boolean;
  readonly hasBattery: boolean;
  /** For each shutter its options; bit 0 turns its positions over. */
  readonly shutters: readonly number[];
  /** For each shutter the angles of its slats when closed and when open; 0 and 0 for none. */
  readonly tilts: readonly (readonly [number, number])[];
  /** The numbers of the options that are set. */
  readonly options: readonly number[];
}

const OUTPUTS_MAX = 32;
const SHUTTERS_MAX = 16;
const TOPIC = /^[A-Za-z0-9_-]{1,64}$/;
const BUTTONS_DETACHED = 73;
const SWITCHES_DETACHED = 114;

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown, fallback: string): string {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 60) : fallback;
}

function numbers(value: unknown): number[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, OUTPUTS_MAX).map((one) => (Number.isInteger(one) ? Number(one) : 0));
}

function names(value: unknown): (string | null)[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, OUTPUTS_MAX).map((one) => text(one, '') || null);
}

/** The numbers, from 1, of the entries for which it is so. */
function places(value: unknown, isSo: (entry: number) => boolean): number[] {
  return numbers(value).flatMap((entry, index) => (isSo(entry) ? [index + 1] : []));
}

function tilts(value: unknown): (readonly [number, number])[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, SHUTTERS_MAX).map((one) => {
    const [closed = 0, open = 0] = numbers(one);
    return [closed, open] as const;
  });
}

function optionsOf(value: unknown): number[] {
  if (!isFields(value)) return [];
  return Object.entries(value)
    .slice(0, OUTPUTS_MAX)
    .flatMap(([option, isSet]) =>
      isSet === 1 && /^\d{1,3}$/.test(option) ? [Number(option)] : [],
    );
}

/** Reads an announcement; null where it is none that we can use. */
export function parseDiscovery(content: unknown): TasmotaConfig | null {
  if (!isFields(content)) return null;
  const { mac, t: topic, ft: fullTopic, tp: prefixes, state } = content;
  if (typeof mac !== 'string' || !/^[0-9A-F]{12}$/.test(mac)) return null;
  if (typeof topic !== 'string' || !TOPIC.test(topic)) return null;
  const [commands, states, telemetry] = Array.isArray(prefixes) ? prefixes : [];
  const base = (prefix: unknown): string | null => {
    if (typeof prefix !== 'string' || !TOPIC.test(prefix) || typeof fullTopic !== 'string') {
      return null;
    }
    const whole = fullTopic.replaceAll('%prefix%', prefix).replaceAll('%topic%', topic);
    const isWhole = /^[A-Za-z0-9_/-]{1,200}$/.test(whole) && whole.includes(prefix);
    return isWhole ? `${whole.replace(/\/$/, '')}/` : null;
  };
  const [toCommands, toStates, toTelemetry] = [base(commands), base(states), base(telemetry)];
  const isWhole = toCommands !== null && toStates !== null && toTelemetry !== null;
  if (!isWhole || new Set([toCommands, toStates, toTelemetry]).size < 3) return null;
  const words: readonly unknown[] = Array.isArray(state) ? state : [];
  const options = optionsOf(content.so);
  return {
    mac,
    name: text(content.dn, topic),
    model: text(content.md, 'Tasmota'),
    firmware: typeof content.sw === 'string' ? content.sw.slice(0, 40) : null,
    topic,
    commands: toCommands,
    states: toStates,
    telemetry: toTelemetry,
    online: text(content.onln, 'Online'),
    offline: text(content.ofln, 'Offline'),
    words: ['OFF', 'ON', 'TOGGLE', 'HOLD'].map((word, index) => text(words[index], word)),
    relays: numbers(content.rl),
    light: numbers([content.lt_st])[0] ?? 0,
    buttons: options.includes(BUTTONS_DETACHED) ? places(content.btn, (entry) => entry > 0) : [],
    switches: options.includes(SWITCHES_DETACHED) ? places(content.swc, (mode) => mode >= 0) : [],
    names: names(content.fn),
    switchNames: names(content.swn),
    switchModes: numbers(content.swc),
    isLinked: content.lk !== 0,
    isFan: content.if === 1,
    isTuya: content.ty === 1,
    isSleeper: content.dslp === 1,
    hasBattery: content.bat === 1,
    shutters: numbers(content.sho).slice(0, SHUTTERS_MAX),
    tilts: tilts(content.sht),
    options,
  };
}

/** What a device that was kept by an earlier version lacks. */
export const KEPT_WITHOUT: Omit<
  TasmotaConfig,
  | ('mac' | 'name' | 'model' | 'firmware' | 'topic' | 'commands' | 'states' | 'telemetry')
  | ('online' | 'offline' | 'words' | 'relays' | 'light' | 'buttons' | 'switches')
> = {
  names: [],
  switchNames: [],
  switchModes: [],
  isLinked: true,
  isFan: false,
  isTuya: false,
  isSleeper: false,
  hasBattery: false,
  shutters: [],
  tilts: [],
  options: [],
};

/** The sensors part of `tasmota/discovery/MAC/sensors`; empty where there is none. */
export function parseSensors(content: unknown): Fields {
  return isFields(content) && isFields(content.sn) ? content.sn : {};
}
