// Messages that a device would never send, made from ones that it does: fields of other kinds, far too large, missing,
// doubled, or with names that mean something to JavaScript; and texts that are broken in their bytes.
import type { Random } from './random.ts';

const ODD: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 1e308, -1e308, 1e-320, 4_294_967_296],
  ...['', ' ', 'null', '__proto__', 'constructor', '\u0000', '\ud800', '-', 'NaN', '1e9'],
  ...['x'.repeat(2_000), [], [null], [[]], {}, { id: -1 }, { value: {} }, [1, 2], ['']],
];
const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'id',
  '',
  'errors',
  'switch:0',
  'value',
  '0',
];
const BYTES = ['null', '[]', '{}', '1e999', '"__proto__"', '-', 'true', '""', '}', '\\u0000'];

/** A copy in which one place, or a few, are as no device would have them. */
export function oddJson(random: Random, original: unknown): unknown {
  let value: unknown = structuredClone(original);
  for (let times = random.integer(1, 3); times > 0; times -= 1) value = changed(random, value);
  return value;
}

function changed(random: Random, value: unknown): unknown {
  const isContainer = typeof value === 'object' && value !== null;
  const entries = isContainer ? Object.entries(value) : [];
  if (entries.length === 0 || random.next() < 0.08) return random.pick(ODD);
  const [key, inner] = random.pick(entries);
  const chance = random.next();
  const next = chance < 0.3 ? random.pick(ODD) : changed(random, inner);
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === key ? next : one));
  if (chance > 0.95) return Object.fromEntries(entries.filter(([name]) => name !== key));
  const name = chance > 0.9 ? random.pick(NAMES) : key;
  return Object.fromEntries([...entries, [name, next]]);
}

/** A text with a few bytes of it replaced. */
export function oddText(random: Random, text: string): string {
  const at = random.integer(0, Math.max(0, text.length - 1));
  const [before, after] = [text.slice(0, at), text.slice(at)];
  if (random.next() < 0.5) return before + random.pick(BYTES) + after.slice(random.integer(0, 9));
  return before + String.fromCharCode(random.integer(1, 0x2ff)) + after.slice(1);
}
