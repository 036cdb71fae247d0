// The filters, functions, methods and tests that a template may use: only such as devices really use, none of which can
// take long or reach anything but the value that it is given.
import { isEqual, numberOf, pick, plain, type Value, written } from './template-value.ts';

type Filter = (value: Value, given: readonly Value[]) => Value;
type Call = (given: readonly Value[]) => Value;

const TEXT_MAX = 8_192;

export function isTruthy(value: Value): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Map) return value.size > 0;
  return Boolean(value);
}

/** Python's rounding of halves is to the even neighbour. */
function rounded(value: number, digits: number, how: string): number {
  const factor = 10 ** Math.min(10, Math.max(-10, Math.trunc(digits)));
  const scaled = value * factor;
  if (how === 'floor') return Math.floor(scaled + 1e-9) / factor;
  if (how === 'ceil') return Math.ceil(scaled - 1e-9) / factor;
  const low = Math.floor(scaled);
  const isHalf = Math.abs(scaled - low - 0.5) < 1e-9;
  return (isHalf ? low + (low % 2 === 0 ? 0 : 1) : Math.round(scaled)) / factor;
}

function toInt(value: Value, fallback: Value, base: Value): Value {
  const radix = numberOf(base) ?? 10;
  if (radix !== 10 && typeof value === 'string' && radix >= 2 && radix <= 36) {
    const digits = value.trim().replace(/^0[xX]/, '');
    const number = Number.parseInt(digits, radix);
    return Number.isNaN(number) ? fallback : number;
  }
  const number = numberOf(value);
  return number === null ? fallback : Math.trunc(number);
}

function toFloat(value: Value, fallback: Value): Value {
  return numberOf(value) ?? fallback;
}

/** Python's `format` with `%`: texts, whole numbers, fractions, hexadecimal. */
function formatted(pattern: string, given: readonly Value[]): string {
  let next = 0;
  const text = pattern.replaceAll(
    /%(0?)(\d{0,2})(?:\.(\d))?([sdfxXg%])/g,
    (_, zero: string, width: string, digits: string | undefined, kind: string) => {
      if (kind === '%') return '%';
      const value = given[next];
      next += 1;
      const number = numberOf(value) ?? 0;
      const said =
        kind === 's'
          ? written(value)
          : kind === 'f'
            ? number.toFixed(Number(digits ?? 6))
            : kind === 'g'
              ? String(number)
              : Math.trunc(number).toString(kind === 'd' ? 10 : 16);
      const cased = kind === 'X' ? said.toUpperCase() : said;
      return cased.padStart(Number(width), zero === '0' ? '0' : ' ');
    },
  );
  return text.slice(0, TEXT_MAX);
}

function asList(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return [...value];
  return value instanceof Map ? [...value.keys()] : [];
}

function replaced(value: Value, from: Value, to: Value): string {
  const [text, old] = [written(value), written(from)];
  return old === '' ? text : text.split(old).join(written(to)).slice(0, TEXT_MAX);
}

const numbersOf = (value: Value) => asList(value).flatMap((each) => numberOf(each) ?? []);

export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['abs', (value) => Math.abs(numberOf(value) ?? 0)],
  ['bool', (value, [fallback]) => boolOf(value, fallback)],
  ['default', (value, [fallback, also]) => orDefault(value, fallback ?? '', also)],
  ['d', (value, [fallback, also]) => orDefault(value, fallback ?? '', also)],
  ['first', (value) => asList(value)[0]],
  ['float', (value, [fallback]) => toFloat(value, fallback ?? 0)],
  ['format', (value, given) => formatted(written(value), given)],
  ['from_json', (value) => fromJson(value)],
  ['int', (value, [fallback, base]) => toInt(value, fallback ?? 0, base)],
  ['is_defined', (value) => value],
  [
    'join',
    (value, [between]) =>
      asList(value)
        .map(written)
        .join(written(between ?? '')),
  ],
  ['last', (value) => asList(value).at(-1)],
  ['length', (value) => asList(value).length],
  ['list', (value) => asList(value)],
  ['lower', (value) => written(value).toLowerCase()],
  ['max', (value) => Math.max(...numbersOf(value))],
  ['min', (value) => Math.min(...numbersOf(value))],
  ['multiply', (value, [factor]) => (numberOf(value) ?? 0) * (numberOf(factor) ?? 0)],
  ['replace', (value, [from, to]) => replaced(value, from, to)],
  [
    'round',
    (value, [digits, how]) => rounded(numberOf(value) ?? 0, numberOf(digits) ?? 0, written(how)),
  ],
  ['string', (value) => written(value)],
  ['title', (value) => titled(written(value))],
  ['capitalize', (value) => capitalized(written(value))],
  ['tojson', (value) => JSON.stringify(plain(value))],
  ['to_json', (value) => JSON.stringify(plain(value))],
  ['trim', (value) => written(value).trim()],
  ['truncate', (value, [length]) => truncated(written(value), numberOf(length) ?? 255)],
  ['upper', (value) => written(value).toUpperCase()],
]);

export const FUNCTIONS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['bool', ([value, fallback]) => boolOf(value, fallback)],
  ['float', ([value, fallback]) => toFloat(value, fallback)],
  ['int', ([value, fallback, base]) => toInt(value, fallback, base)],
  ['iif', ([value, yes, no]) => (isTruthy(value) ? (yes ?? true) : (no ?? false))],
  ['max', (given) => Math.max(...numbersOf(given.length === 1 ? given[0] : given))],
  ['min', (given) => Math.min(...numbersOf(given.length === 1 ? given[0] : given))],
]);

export const METHODS: ReadonlySet<string> = new Set([
  ...['endswith', 'format', 'get', 'lower', 'replace', 'split', 'startswith', 'strip', 'title'],
  ...['upper', 'values', 'keys', 'items', 'index'],
]);

/** A method of a text, a list or a dictionary. */
export function callMethod(name: string, owner: Value, given: readonly Value[]): Value {
  const [first, second] = given;
  if (name === 'get') return pick(owner, first) ?? second ?? null;
  if (name === 'keys' || name === 'values' || name === 'items') return entriesOf(owner, name);
  if (name === 'index') return asList(owner).findIndex((each) => isEqual(each, first));
  if (typeof owner !== 'string') return undefined;
  switch (name) {
    case 'split':
      return first === undefined ? owner.trim().split(/\s+/) : owner.split(written(first) || ' ');
    case 'replace':
      return replaced(owner, first, second);
    case 'startswith':
      return owner.startsWith(written(first));
    case 'endswith':
      return owner.endsWith(written(first));
    case 'strip':
      return owner.trim();
    case 'lower':
      return owner.toLowerCase();
    case 'upper':
      return owner.toUpperCase();
    case 'title':
      return titled(owner);
    default:
      return owner.replaceAll(/\{\}/g, () => written(given[0]));
  }
}

function entriesOf(owner: Value, what: 'keys' | 'values' | 'items'): Value {
  const entries: [string, Value][] =
    owner instanceof Map
      ? [...owner]
      : typeof owner === 'object' && owner !== null && !Array.isArray(owner)
        ? Object.entries(owner)
        : [];
  if (what === 'items') return entries;
  return entries.map(([key, value]) => (what === 'keys' ? key : value));
}

export const TESTS: ReadonlyMap<string, (value: Value) => boolean> = new Map<
  string,
  (value: Value) => boolean
>([
  ['defined', (value) => value !== undefined],
  ['undefined', (value) => value === undefined],
  ['none', (value) => value === null],
  ['None', (value) => value === null],
  ['number', (value) => typeof value === 'number' || typeof value === 'boolean'],
  ['string', (value) => typeof value === 'string'],
  ['boolean', (value) => typeof value === 'boolean'],
  ['mapping', (value) => typeof value === 'object' && value !== null && !Array.isArray(value)],
  ['iterable', (value) => typeof value === 'object' && value !== null],
  ['true', (value) => value === true],
  ['false', (value) => value === false],
]);

function orDefault(value: Value, fallback: Value, also: Value): Value {
  if (value === undefined || (also === true && !isTruthy(value))) return fallback;
  return value;
}

function boolOf(value: Value, fallback: Value): Value {
  if (typeof value === 'boolean') return value;
  const word = written(value).toLowerCase();
  if (['true', 'yes', 'on', 'enable', '1'].includes(word)) return true;
  return ['false', 'no', 'off', 'disable', '0'].includes(word) ? false : (fallback ?? false);
}

/** @throws SyntaxError for what is not JSON */
function fromJson(value: Value): Value {
  return JSON.parse(written(value)) as Value;
}

function truncated(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(0, length - 3))}...`;
}

function titled(text: string): string {
  return text.replaceAll(/\p{L}+/gu, (word) => capitalized(word));
}

function capitalized(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase();
}
