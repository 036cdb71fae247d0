// The world of the reference home, and the truth of conditions in it: slow, plain, straight from the specification, and
// without a line of the evaluator's.
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { Condition } from '../../language/conditions.ts';
import type { Expression } from '../../language/expression.ts';
import type { DayFilter } from '../../language/times.ts';
import type { LevelMatch, Matcher } from '../../language/values.ts';

export type Truth = 'true' | 'false' | 'unknown';
export type Variables = ReadonlyMap<string, number | boolean | string>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** The stories take place in Berlin's winter, an hour ahead of UTC. */
const OFFSET_MS = HOUR_MS;
const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** What devices said last, and which are within reach. */
export class ReferenceWorld {
  nowMs: number;
  readonly said = new Map<string, PropertyValue>();
  readonly away = new Set<DeviceId>();

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** What is known now: nothing of a device out of reach. */
  known(device: DeviceId, property: PropertyKey): PropertyValue | null {
    return this.away.has(device) ? null : this.last(device, property);
  }

  last(device: DeviceId, property: PropertyKey): PropertyValue | null {
    return this.said.get(`${device}.${property}`) ?? null;
  }
}

/** Whether a known value is meant. */
export function matches(matcher: Matcher, value: PropertyValue): boolean {
  if (matcher.kind === 'oneOf') return matcher.values.includes(value);
  if (typeof value !== 'number') return false;
  if (matcher.above !== null && value <= matcher.above) return false;
  return matcher.below === null || value < matcher.below;
}

function not(truth: Truth): Truth {
  if (truth === 'unknown') return 'unknown';
  return truth === 'true' ? 'false' : 'true';
}

function all(truths: readonly Truth[]): Truth {
  if (truths.includes('false')) return 'false';
  return truths.includes('unknown') ? 'unknown' : 'true';
}

function any(truths: readonly Truth[]): Truth {
  return not(all(truths.map(not)));
}

/** At least so many of them: true if it stays so whatever the unknown ones are, false likewise. */
function atLeast(truths: readonly Truth[], count: number): Truth {
  const yes = truths.filter((truth) => truth === 'true').length;
  const open = truths.filter((truth) => truth === 'unknown').length;
  if (yes >= count) return 'true';
  return yes + open < count ? 'false' : 'unknown';
}

/** Whether all levels hold. */
export function levelsHold(world: ReferenceWorld, levels: readonly LevelMatch[]): Truth {
  return all(
    levels.map(({ subject, matcher }) => {
      if (subject.kind !== 'device') throw new Error('the reference knows no "any device"');
      const value = world.known(subject.device, subject.property);
      if (value === null) return 'unknown';
      return matches(matcher, value) ? 'true' : 'false';
    }),
  );
}

/** Minutes since midnight, and the day of the week, by the clock on the wall. */
export function wallClock(wallMs: number): { minute: number; weekday: string; ms: number } {
  const local = wallMs + OFFSET_MS;
  const day = Math.floor(local / DAY_MS);
  const ms = local - day * DAY_MS;
  // 1 January 1970 was a Thursday.
  return { minute: Math.floor(ms / 60_000), weekday: WEEKDAYS[(day + 3) % 7] ?? 'mon', ms };
}

/** Whether the day of the week is meant; the stories name no dates. */
export function isDayMeant(on: DayFilter, weekday: string): boolean {
  return on.days === null || on.days.some((day) => day === weekday);
}

/** What the condition comes to. */
export function truthOf(world: ReferenceWorld, condition: Condition, vars: Variables): Truth {
  const inner = (one: Condition): Truth => truthOf(world, one, vars);
  switch (condition.kind) {
    case 'all':
      return all(condition.of.map(inner));
    case 'any':
      return any(condition.of.map(inner));
    case 'not':
      return not(inner(condition.of));
    case 'oneOf': {
      const truths = condition.of.map(inner);
      return all([atLeast(truths, 1), not(atLeast(truths, 2))]);
    }
    case 'atLeast':
      return atLeast(condition.of.map(inner), condition.count);
    case 'is': {
      const value = world.known(condition.device, condition.property);
      if (value !== null) return matches(condition.matcher, value) ? 'true' : 'false';
      if (condition.ifUnknown === 'unknown') return 'unknown';
      return condition.ifUnknown === 'pass' ? 'true' : 'false';
    }
    case 'between':
      return isBetween(world.nowMs, condition) ? 'true' : 'false';
    case 'expression': {
      const value = workOut(condition.expression, vars);
      return value === null ? 'unknown' : value === true ? 'true' : 'false';
    }
    default:
      throw new Error(`the reference knows no condition "${condition.kind}"`);
  }
}

function isBetween(wallMs: number, window: Extract<Condition, { kind: 'between' }>): boolean {
  const { from, to, on } = window;
  if (from.kind !== 'clock' || to.kind !== 'clock') throw new Error('only clocks are known here');
  const { minute, weekday } = wallClock(wallMs);
  const yesterday = wallClock(wallMs - DAY_MS).weekday;
  if (from.minute <= to.minute) {
    return minute >= from.minute && minute < to.minute && isDayMeant(on, weekday);
  }
  if (minute >= from.minute) return isDayMeant(on, weekday);
  return minute < to.minute && isDayMeant(on, yesterday);
}

/** The few expressions of the stories: `2`, `true`, `n`, `n + 1`, `n < 3`, `n == 2`. */
export function workOut(
  { parts, inputs }: Expression,
  vars: Variables,
): number | boolean | string | null {
  const words = parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const input = inputs[part];
      if (input?.kind !== 'local') throw new Error('the reference knows variables only');
      return String(vars.get(input.name) ?? null);
    })
    .join('')
    .split(' ');
  const [left, sign, right] = words;
  if (left === undefined || left === 'null') return null;
  const value = JSON.parse(left);
  if (sign === undefined) return value;
  const other = JSON.parse(right ?? 'null');
  if (sign === '+') return value + other;
  if (sign === '<') return value < other;
  if (sign === '==') return value === other;
  throw new Error(`the reference knows no "${sign}"`);
}
