// The list of devices is written at once, then seldom, and never left unwritten.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CalmSaves, calmSaves, type SavedList } from './calm-saves.ts';

let written = 0;
let isFull = false;
let list: SavedList;
let saves: CalmSaves;
const failures: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  written = 0;
  isFull = false;
  failures.length = 0;
  list = {
    write() {
      if (isFull) throw new Error('ENOSPC');
      written += 1;
    },
  };
  saves = calmSaves(list, (error) => failures.push(error));
});
afterEach(() => void vi.useRealTimers());

test('one change is written at once', () => {
  list.write();
  expect(written).toBe(1);
});

test('a thousand changes in a row are written a few times, the last of them too', () => {
  for (let change = 0; change < 1_000; change++) {
    list.write();
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(60);
  expect(written).toBeGreaterThan(10);
  expect(written).toBeLessThan(30);
  const before = written;
  vi.advanceTimersByTime(10_000);
  expect(written).toBe(before);
});

test('what waits is written when it is asked for, and not once more', () => {
  list.write();
  list.write();
  expect(written).toBe(1);
  saves.now();
  expect(written).toBe(2);
  vi.advanceTimersByTime(10_000);
  expect(written).toBe(2);
});

test('a disk that is full is told of and asked again', () => {
  list.write();
  isFull = true;
  list.write();
  vi.advanceTimersByTime(100);
  expect(failures).toHaveLength(1);
  isFull = false;
  vi.advanceTimersByTime(6_000);
  expect(written).toBe(2);
  list.write();
  list.write();
  isFull = true;
  expect(() => saves.now()).toThrow('ENOSPC');
});

test('who waits for a change to be on the disk hears of it then, and not before', async () => {
  list.write();
  await saves.settled();
  list.write();
  let isSettled = false;
  const waiting = saves.settled().then(() => {
    isSettled = true;
  });
  await Promise.resolve();
  expect(isSettled).toBe(false);
  vi.advanceTimersByTime(100);
  await waiting;
  expect(written).toBe(2);
});

test('who waits is let go when the disk refuses', async () => {
  list.write();
  isFull = true;
  list.write();
  const waiting = saves.settled();
  vi.advanceTimersByTime(100);
  await waiting;
  expect(failures).toHaveLength(1);
});
