import { expect, test } from 'vitest';
import { NO_LAG, withLags } from './disk-lag.ts';

test('a record is late by what the hub took, not by what the disk took', () => {
  const records = [
    { ms: 30, diskMs: 2 },
    { ms: 400, diskMs: 380 },
    { ms: 90, diskMs: 10 },
  ];
  const lag = withLags(NO_LAG, records, 1);
  expect(lag).toEqual({ records: 3, lastMs: 90, maxMs: 400, late: 2, excessMs: 30, waiting: 1 });
  expect(withLags(lag, [], 0)).toEqual({ ...lag, waiting: 0 });
});
