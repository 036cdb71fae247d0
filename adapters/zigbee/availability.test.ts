// How long a device may be silent, and how often one that is gone is asked again.
import { expect, test } from 'vitest';
import { askAgainMs, silenceMs } from './availability.ts';

const HOUR_MS = 3_600_000;
const USUAL_MS = 25 * HOUR_MS;

test.each([
  ['without a check-in of its own', undefined, 25],
  ['that checks in every hour', 3_600, 3],
  ['that checks in every quarter of an hour', 900, 2.25],
  ['that checks in every 6 hours', 21_600, 18],
  ['that checks in once a day', 86_400, 26],
  ['that checks in once in two days', 172_800, 50],
])('a sleeping device %s may be silent for its time', (_, seconds, hours) => {
  expect(silenceMs(seconds, USUAL_MS) / HOUR_MS).toBeCloseTo(hours, 2);
});

test('a device that is gone is asked after 15 s, then half as often each time, at most every 12 min', () => {
  const plain = [0, 1, 2, 3, 4, 5, 6, 20].map((before) => askAgainMs(before, 0.5) / 1_000);
  expect(plain).toEqual([15, 30, 60, 120, 240, 480, 600, 600]);
  expect(askAgainMs(6, 1)).toBe(720_000);
  expect(askAgainMs(0, 0)).toBe(12_000);
});
