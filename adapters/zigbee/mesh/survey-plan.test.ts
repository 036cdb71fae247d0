// When the mesh is surveyed by itself.
import { expect, test } from 'vitest';
import { untilDueMs } from './survey-plan.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = 1_000 * HOUR;
const due = (takenAgoMs: number | null, addedAgoMs: number | null = null, everyMs = 6 * HOUR) =>
  untilDueMs({
    nowMs: NOW,
    takenAtMs: takenAgoMs === null ? null : NOW - takenAgoMs,
    everyMs,
    addedAtMs: addedAgoMs === null ? null : NOW - addedAgoMs,
  });

test.each([
  ['a home that was never surveyed is, ten minutes after the start', null, null, 10 * MINUTE],
  ['a restart right behind a survey causes no other one', HOUR, null, 5 * HOUR],
  [
    'what came due while the hub was off waits for the start to be over',
    9 * HOUR,
    null,
    10 * MINUTE,
  ],
  ['a clock that went back makes nobody wait longer', -50 * HOUR, null, 6 * HOUR],
  ['a device that was added is looked for a quarter of an hour later', 2 * HOUR, 0, 15 * MINUTE],
  ['devices that are added all day cause one an hour', 20 * MINUTE, 0, 40 * MINUTE],
  ['a device that was surveyed since counts no more', HOUR, 2 * HOUR, 5 * HOUR],
])('%s', (_, takenAgoMs, addedAgoMs, expected) => {
  expect(due(takenAgoMs, addedAgoMs)).toBe(expected);
});

test('a household that wants it more often gets it so', () => {
  expect(due(null, null, 2 * MINUTE)).toBe(2 * MINUTE);
  expect(due(MINUTE, 0, 2 * MINUTE)).toBe(2 * MINUTE);
});
