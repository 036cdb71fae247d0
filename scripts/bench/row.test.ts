// The printed rows are read by other programs: their names and the sense of their ratios are held here.
import { expect, test } from 'vitest';
import { type Measured, toRow, verdictOf } from './row.ts';

const measured: Measured = {
  bench: 'report-to-command/link',
  metric: 'p50',
  unit: 'ms',
  value: 1.15,
  peer: 'usual stack',
  peerValue: 3.2,
  must: 1 / 2,
  goal: 1 / 3,
  n: 5,
};

test('a row has the names that other programs read, and the ratio of value to peer', () => {
  expect(toRow(measured)).toEqual({
    bench: 'report-to-command/link',
    metric: 'p50',
    unit: 'ms',
    value: 1.15,
    peer: 'usual stack',
    peer_value: 3.2,
    ratio: 0.3594,
    must: 0.5,
    goal: 1 / 3,
    n: 5,
  });
});

test('lower is better unless the row says otherwise', () => {
  expect(verdictOf(toRow(measured))).toBe('must');
  expect(verdictOf(toRow({ ...measured, value: 1 }))).toBe('goal');
  expect(verdictOf(toRow({ ...measured, value: 2 }))).toBe('missed');
  const rate = { ...measured, value: 3_700, peerValue: 940, must: 2.5, goal: 5 };
  expect(verdictOf(toRow({ ...rate, isHigherBetter: true }))).toBe('must');
  expect(verdictOf(toRow({ ...rate, value: 2_000, isHigherBetter: true }))).toBe('missed');
  expect(toRow({ ...rate, isHigherBetter: true }).better).toBe('higher');
});

test('without a peer the budget speaks of the value, and the peer fields are null', () => {
  const row = toRow({ ...measured, peer: null, peerValue: null, must: 2, goal: 1 });
  expect(row).toMatchObject({ peer: null, peer_value: null, ratio: null });
  expect(verdictOf(row)).toBe('must');
});

test('a figure that could not be measured keeps no budget', () => {
  expect(verdictOf(toRow({ ...measured, value: Number.NaN }))).toBe('missed');
  expect(verdictOf(toRow({ ...measured, peerValue: 0 }))).toBe('missed');
});
