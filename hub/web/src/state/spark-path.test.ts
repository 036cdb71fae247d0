// The small line of a day.
import { describe, expect, it } from 'vitest';
import { type SparkPoint, sparkPath } from './spark-path.ts';

const HOUR_MS = 3_600_000;
const range = { fromMs: 0, toMs: 24 * HOUR_MS };
const size = { width: 100, height: 20 };
const point = (hour: number, value: number): SparkPoint => [
  new Date(hour * HOUR_MS).toISOString(),
  value,
  value,
  value,
  value,
];

describe('the line of a day', () => {
  it('fills its height and goes from left to right', () => {
    expect(sparkPath([point(0, 10), point(1, 20)], range, size, 60_000)).toBe('M0.0 18.0L4.2 2.0');
  });

  it('has a gap where nothing was recorded', () => {
    const path = sparkPath(
      [point(0, 1), point(1, 2), point(9, 3), point(10, 4)],
      range,
      size,
      60_000,
    );
    expect(path.match(/M/g)).toHaveLength(2);
  });

  it('is level for a value that does not change, and nothing for a single point', () => {
    expect(sparkPath([point(0, 5), point(1, 5)], range, size, 60_000)).toBe('M0.0 10.0L4.2 10.0');
    expect(sparkPath([point(0, 5)], range, size, 60_000)).toBe('');
  });

  it('is nothing for values of a few minutes, which would be an upright stroke', () => {
    expect(sparkPath([point(0, 5), point(0.2, 9)], range, size, 60_000)).toBe('');
  });
});
