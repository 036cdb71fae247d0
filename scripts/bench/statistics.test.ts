// The figures of every bench come from these two.
import { expect, test } from 'vitest';
import { median, percentile, spread } from './statistics.ts';

test('a percentile is a sample that was seen', () => {
  const samples = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(percentile(samples, 0.5)).toBe(50);
  expect(percentile(samples, 0.99)).toBe(99);
  expect(percentile(samples, 1)).toBe(100);
  expect(percentile([7], 0.99)).toBe(7);
  expect(percentile([], 0.5)).toBeNaN();
});

test('a median sorts numbers as numbers', () => {
  expect(median([10, 9, 100])).toBe(10);
  expect(median([1, 2, 3, 10])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('a spread shows the median with the range', () => {
  expect(spread([3.1234, 3.05, 3.6])).toBe('3.12 (3.05–3.6)');
});
