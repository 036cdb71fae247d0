// Values as a template has them, and how Python would write, compare and reach into them.

/** What a template works with; `undefined` is what is not there, `null` is None. A Map is a dictionary. */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | { readonly [key: string]: Value };

export function isObject(value: Value): value is { readonly [key: string]: Value } {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Map)
  );
}

/** The value as Python writes it: `True`, `None`, whole numbers without a point. */
export function written(value: Value): string {
  if (value === undefined) return '';
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return JSON.stringify(plain(value));
}

/** The value as JSON has it. */
export function plain(value: Value): unknown {
  if (value === undefined) return null;
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
  }
  if (Array.isArray(value)) return value.map(plain);
  return value;
}

/** The number that a value is or says; null where it is none. */
export function numberOf(value: Value): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

export function isEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a === 'boolean' && typeof b === 'number') return Number(a) === b;
  if (typeof a === 'number' && typeof b === 'boolean') return a === Number(b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

export function compare(operator: string, a: Value, b: Value): boolean {
  if (operator === '==') return isEqual(a, b);
  if (operator === '!=') return !isEqual(a, b);
  const areTexts = typeof a === 'string' && typeof b === 'string';
  const [left, right] = areTexts ? [a, b] : [numberOf(a), numberOf(b)];
  if (left === null || right === null || (!areTexts && (isText(a) || isText(b)))) {
    throw new TypeError(`"${operator}" takes numbers`);
  }
  if (operator === '<') return left < right;
  if (operator === '>') return left > right;
  return operator === '<=' ? left <= right : left >= right;
}

const isText = (value: Value) => typeof value === 'string';

export function negate(value: Value): number {
  if (typeof value !== 'number') throw new TypeError('"-" takes a number');
  return -value;
}

/** `owner.key` or `owner[key]`: own members only; undefined where there is none. */
export function pick(owner: Value, key: Value): Value {
  if (owner instanceof Map) return owner.get(written(key));
  if (Array.isArray(owner) || typeof owner === 'string') {
    const at = numberOf(key);
    return at === null ? undefined : owner.at(Math.trunc(at));
  }
  if (!isObject(owner)) return undefined;
  const name = written(key);
  return Object.hasOwn(owner, name) ? owner[name] : undefined;
}

/** `owner[from:to]` of a text or a list. */
export function sliceOf(owner: Value, from: Value, to: Value): Value {
  if (typeof owner !== 'string' && !Array.isArray(owner)) return undefined;
  const place = (value: Value) =>
    value === undefined ? undefined : (numberOf(value) ?? undefined);
  return owner.slice(place(from), place(to));
}
