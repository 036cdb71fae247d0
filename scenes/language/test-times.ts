// Triggers and conditions of time for property tests: few values of each part, so that many differ in a single one.

import fc from 'fast-check';
import { deviceId } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { type CronPlan, parseCron } from './cron.ts';
import { isMistake } from './mistakes.ts';
import {
  type DateMatch,
  type DayFilter,
  EVERY_DAY,
  type LateRule,
  type NoSun,
  ONCE_A_DAY,
  SEASONS,
  SUN_EVENTS,
  type TimeCondition,
  type TimePoint,
  type TimeTrigger,
} from './times.ts';
import { WEEKDAYS } from './values.ts';

const offsetMs = fc.constantFrom(0, -1_800_000, 1_800_000, 90_000, -1500);
const minute = fc.constantFrom(0, 1, 420, 1320, 1439);

function moments(): fc.Arbitrary<TimePoint> {
  return fc.oneof(
    fc.record({ kind: fc.constant('clock' as const), minute }),
    fc.record({
      kind: fc.constant('sun' as const),
      event: fc.constantFrom(...SUN_EVENTS),
      offsetMs,
    }),
    fc.record({
      kind: fc.constant('value' as const),
      device: fc.constantFrom(deviceId('dev_thermostat'), deviceId('dev_kitchen_climate')),
      property: fc.constant(propertyKey('temperature')),
      offsetMs,
    }),
  );
}

const date = (year: number | null, month: number, day: number) => ({ year, month, day });
const christmas = date(null, 12, 24);
const dates = fc.constantFrom<readonly DateMatch[]>(
  [{ kind: 'holidays' }],
  [{ kind: 'dates', from: christmas, to: christmas }],
  [{ kind: 'dates', from: christmas, to: date(null, 1, 6) }],
  [{ kind: 'dates', from: date(2026, 12, 24), to: date(2026, 12, 24) }],
  [{ kind: 'holidays' }, { kind: 'dates', from: date(2026, 7, 1), to: date(2027, 7, 1) }],
);
const days = fc.option(fc.subarray([...WEEKDAYS], { minLength: 1, maxLength: 6 }));

function filters(): fc.Arbitrary<DayFilter> {
  return fc.record({ days, dates: fc.option(dates), except: fc.oneof(fc.constant([]), dates) });
}

const isSunny = ({ kind }: TimePoint): boolean => kind === 'sun' || kind === 'elevation';
const noSuns = fc.constantFrom<NoSun>(
  { kind: 'skip' },
  { kind: 'nearest' },
  { kind: 'at', minute: 0 },
  { kind: 'at', minute: 1080 },
);
const late = fc.constantFrom<LateRule | null>(
  null,
  { kind: 'never' },
  { kind: 'once' },
  { kind: 'within', ms: 600_000 },
  { kind: 'within', ms: 3_600_000 },
);
const rules = {
  gap: fc.constantFrom('after' as const, 'shift' as const, 'skip' as const),
  overlap: fc.constantFrom('first' as const, 'second' as const, 'both' as const),
  late,
};

/** The plan of a pattern that can be read. */
export function cronPlan(pattern: string): CronPlan {
  const plan = parseCron(pattern);
  if (isMistake(plan)) throw new Error(plan.en);
  return plan;
}

/** Any trigger of time that a file can say. */
export function timeTriggers(): fc.Arbitrary<TimeTrigger> {
  return fc.oneof(
    fc
      .record({
        kind: fc.constant('at' as const),
        time: moments(),
        on: filters(),
        noSun: noSuns,
        ...rules,
      })
      .map((at) =>
        isSunny(at.time)
          ? { ...at, ...ONCE_A_DAY, late: at.late }
          : { ...at, noSun: { kind: 'skip' as const } },
      ),
    fc
      .record({
        direction: fc.constantFrom('above' as const, 'below' as const),
        degrees: fc.constantFrom(-4, 6, 6.5),
        offsetMs,
        on: filters(),
        noSun: noSuns,
        late,
      })
      .map(({ direction, degrees, offsetMs: moved, ...more }) => ({
        ...{ ...ONCE_A_DAY, ...more, kind: 'at' as const },
        time: { kind: 'elevation' as const, direction, degrees, offsetMs: moved },
      })),
    fc.record({
      kind: fc.constant('aligned' as const),
      ms: fc.constantFrom(60_000, 900_000, 3_600_000, 7_200_000),
      on: filters(),
      ...rules,
    }),
    fc.record({
      kind: fc.constant('every' as const),
      ms: fc.constantFrom(1000, 60_000, 900_000),
      late,
    }),
    fc
      .record({
        pattern: fc.constantFrom(
          '30 7 * * 1-5',
          '*/15 8-18 * * *',
          '0 0 L * FRI#2',
          '0 0 15W 2 *',
          '5 0 0 1 1 * 2030',
        ),
        on: filters(),
        ...rules,
      })
      .map((cron) => ({ ...cron, kind: 'cron' as const, plan: cronPlan(cron.pattern) })),
  );
}

/** Any condition of time that a file can say. */
export function timeConditions(): fc.Arbitrary<TimeCondition> {
  return fc.oneof(
    fc
      .record({
        kind: fc.constant('between' as const),
        from: moments(),
        to: moments(),
        on: filters(),
        noSun: noSuns,
      })
      .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))
      .map((window) =>
        isSunny(window.from) || isSunny(window.to)
          ? window
          : { ...window, noSun: { kind: 'nearest' as const } },
      ),
    fc.record({
      kind: fc.constant('date' as const),
      on: dates.map((some) => ({ ...EVERY_DAY, dates: some })),
    }),
    fc.record({
      kind: fc.constant('date' as const),
      on: fc
        .subarray([...WEEKDAYS], { minLength: 1, maxLength: 6 })
        .map((some) => ({ ...EVERY_DAY, days: some })),
    }),
    fc.record({
      kind: fc.constant('season' as const),
      of: fc.subarray([...SEASONS], { minLength: 1, maxLength: 3 }),
    }),
    fc.constantFrom<TimeCondition>(
      { kind: 'sun', above: -0.833, below: null },
      { kind: 'sun', above: null, below: -0.833 },
      { kind: 'sun', above: null, below: -4 },
      { kind: 'sun', above: -4, below: 6 },
    ),
  );
}
