// What a damaged or hostile device may say: a text of JSON changed in one to three places, half the time so that it
// stays JSON and means something else.

/** What chance is needed for it; a seeded one, so that a run can be repeated. */
export interface Chance {
  /** From 0 up to, not including, 1. */
  next(): number;
  /** Whole, both included. */
  integer(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
}

const TOKENS = [
  'null',
  '[]',
  '{}',
  '1e999',
  '"__proto__"',
  '-1',
  'true',
  '""',
  '}',
  '[[[[',
  '\u0000',
];
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1e308, 0.1, 65_536, '', 'x', '__proto__', 'constructor', [], {}],
  ...[
    [null],
    [[]],
    { a: { b: { c: {} } } },
    'y'.repeat(2_000),
    '\u0000',
    '../../etc',
    4_294_967_296,
  ],
  ...[Array.from({ length: 300 }, (_, n) => n), { toString: 1, hasOwnProperty: 2 }],
];
const DEPTH_MAX = 6;

/** The text, damaged. */
export function mutate(text: string, random: Chance): string {
  let mutated = text;
  const edits = random.integer(1, 3);
  for (let n = 0; n < edits; n += 1) {
    mutated = random.next() < 0.5 ? mutateValue(mutated, random) : mutateText(mutated, random);
  }
  return mutated;
}

function mutateText(text: string, random: Chance): string {
  const at = random.integer(0, Math.max(0, text.length - 1));
  const to = at + random.integer(0, 12);
  switch (random.integer(0, 4)) {
    case 0:
      return text.slice(0, at) + random.pick(TOKENS) + text.slice(to);
    case 1:
      return (
        text.slice(0, at) + String.fromCharCode(random.integer(1, 0x2fff)) + text.slice(at + 1)
      );
    case 2:
      return text.slice(0, at);
    case 3:
      return text.slice(0, to) + text.slice(at);
    default:
      return text.slice(0, at) + text.slice(to);
  }
}

function mutateValue(text: string, random: Chance): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return mutateText(text, random);
  }
  let holder: unknown = value;
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    if (typeof holder !== 'object' || holder === null) break;
    const keys = Object.keys(holder);
    if (keys.length === 0) break;
    const fields = holder as Record<string, unknown>;
    const key = random.pick(keys);
    const inner = fields[key];
    const isLeaf = typeof inner !== 'object' || inner === null;
    if (isLeaf || random.next() < 0.25) {
      const roll = random.next();
      if (roll < 0.2) delete fields[key];
      else if (roll < 0.35) fields[random.pick(['x', '__proto__', 'id', 'type'])] = inner;
      else fields[key] = random.pick(VALUES);
      break;
    }
    holder = inner;
  }
  return JSON.stringify(value) ?? '';
}

/** The bytes of the heap that are in use once what is not needed any more is gone. */
export async function settledHeapBytes(): Promise<number> {
  const { setFlagsFromString } = await import('node:v8');
  const { runInNewContext } = await import('node:vm');
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return process.memoryUsage().heapUsed;
}
