// Goal: whatever the clock does, no occurrence is told twice, and none that was lived through is left out.
// Method: random stretches of time, steps of the clock, restarts and reboots; the oracle knows the multiples of an
// interval and the stretches that were lived through.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TestWorld } from './test-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const minutes = (min: number, max: number) =>
  fc.integer({ min, max }).map((count) => count * MINUTE_MS);

/** The stretches of time that the table keeps are 16, so there are no more steps and stops than that. */
const deeds = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: minutes(1, 400) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('step' as const),
        ms: fc.oneof(
          minutes(-300, 300),
          fc.constantFrom(HOUR_MS, -HOUR_MS, 3653 * DAY_MS, -3653 * DAY_MS),
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('restart' as const),
        downMs: minutes(0, 300),
        reboot: fc.boolean(),
      }),
    },
  ),
  { maxLength: 14 },
);

const SCHEDULES = [
  ['{at: 18:30, late: once}', DAY_MS, 18.5 * HOUR_MS],
  ['{every: 1h, aligned: true, late: once}', HOUR_MS, 0],
  ['{cron: "*/20 * * * *", late: once}', 20 * MINUTE_MS, 0],
  ['{cron: "30 18 * * *", late: once}', DAY_MS, 18.5 * HOUR_MS],
] as const;

describe('a clock that is set again and again', () => {
  it.each(SCHEDULES)(
    'item 81: tells nothing of %s twice, and leaves out nothing that was lived through',
    (trigger, everyMs, offsetMs) => {
      fc.assert(
        fc.property(deeds, (list) => {
          const home = new TestWorld({ at: '2030-05-01T16:10:00Z', zone: 'UTC' });
          home.scene('s', `scene: S\nwhen: [${trigger}]\ndo: [{toggle: hall-lamp}]\n`);
          const lived: [number, number][] = [];
          for (const deed of list) {
            const fromMs = home.now.wallMs;
            if (deed.kind === 'pass') {
              home.pass(deed.ms);
              lived.push([fromMs, home.now.wallMs]);
            } else if (deed.kind === 'step') home.setWall(fromMs + deed.ms);
            else home.restart({ downMs: deed.downMs, reboot: deed.reboot });
          }
          const told = home.runs().map(({ cause }) => (cause.kind === 'schedule' ? cause.at : ''));
          expect(told.filter((at, index) => told.indexOf(at) !== index)).toEqual([]);
          for (const [fromMs, untilMs] of lived) {
            for (
              let at = Math.floor((fromMs - offsetMs) / everyMs + 1) * everyMs + offsetMs;
              at <= untilMs;
              at += everyMs
            ) {
              expect(told).toContain(new Date(at).toISOString().slice(0, 16));
            }
          }
        }),
        { numRuns: 120 },
      );
    },
  );
});
