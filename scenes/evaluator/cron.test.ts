import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCronDay, parseCron } from '../language/cron.ts';
import { isMistake } from '../language/mistakes.ts';
import { AT_INTERVALS, ONCE_A_DAY } from '../language/times.ts';
import { createCivilTime } from './civil-time.ts';
import { clockTimetable, productOf, type Timetable } from './timetable.ts';

function timetable(pattern: string, zone: string): Timetable {
  const plan = parseCron(pattern);
  if (isMistake(plan)) throw new Error(plan.en);
  const times = { ...productOf(plan.hours, plan.minutes, plan.seconds), offsetMs: 0 };
  const isDay = (day: number): boolean => isCronDay(plan, day);
  return clockTimetable(
    createCivilTime(zone),
    { ...times, isDay },
    plan.isTimeOfDay ? ONCE_A_DAY : AT_INTERVALS,
  );
}

function field(low: number, high: number): fc.Arbitrary<string> {
  const one = fc.integer({ min: low, max: high });
  return fc.oneof(
    fc.constant('*'),
    one.map(String),
    fc.tuple(one, one).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    fc.integer({ min: 2, max: high - low }).map((step) => `*/${step}`),
    fc.uniqueArray(one, { minLength: 2, maxLength: 3 }).map((list) => list.join(',')),
  );
}

describe('a cron pattern', () => {
  it.each([
    '0 7 * * 1-5',
    '*/15 8-18 * * *',
    '0 0 L * *',
    '0 9 LW * *',
    '30 6 15W * *',
    '0 12 1W * *',
    '0 12 31W * *',
    '0 18 * * FRI#2',
    '0 18 * * MON#L',
    '0 0 13 * FRI',
    '0 0 13 * +FRI',
    '5,35 */4 1-7 JAN,JUL SUN',
    '0 0 29 2 *',
    '@monthly',
    '10 20 4 * * *',
    '0 30 12 1 1 * 2030-2032',
  ])('item 13: "%s" comes when the library that reads it says', (pattern) => {
    const ours = timetable(pattern, 'UTC');
    let at = Date.parse('2026-01-01T00:00:00Z');
    const theirs = new Cron(pattern, { paused: true, timezone: 'UTC' }).nextRuns(60, new Date(at));
    for (const run of theirs) {
      const next = ours.next(at);
      expect(next && new Date(next.wallMs).toISOString()).toBe(run.toISOString());
      expect(ours.last(at, run.getTime())?.wallMs).toBe(run.getTime());
      at = run.getTime();
    }
  });

  it('item 13: any pattern comes when the library says, over the changes of the clock too', () => {
    const pattern = fc
      .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6))
      .map((parts) => parts.join(' '));
    const start = fc.constantFrom(
      '2026-03-28T20:00:00Z',
      '2026-10-24T20:00:00Z',
      '2026-06-01T10:00:00Z',
    );
    fc.assert(
      fc.property(
        pattern,
        start,
        fc.constantFrom('Europe/Berlin', 'America/New_York'),
        (text, from, zone) => {
          const plan = parseCron(text);
          fc.pre(!isMistake(plan));
          const ours = timetable(text, zone);
          let at = Date.parse(from);
          const job = new Cron(text, {
            paused: true,
            timezone: zone,
            fixedTimeRule: 'no-wildcard',
          });
          for (const run of job.nextRuns(12, new Date(at))) {
            expect(ours.next(at)?.wallMs).toBe(run.getTime());
            at = run.getTime();
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it.each([
    ['61 * * * *', '"61 * * * *" is not a cron pattern: Invalid value for minute: 61'],
    ['* * *', '"* * *" is not a cron pattern: invalid configuration format'],
    ['0 0 30 2 *', '"0 0 30 2 *" never comes: no day fits it'],
    ['@reboot', '@reboot is no time; a scene for the start of the hub has another trigger'],
  ])('item 13: "%s" is refused with its reason', (pattern, reason) => {
    expect(parseCron(pattern)).toMatchObject({ en: expect.stringContaining(reason) });
  });
});
