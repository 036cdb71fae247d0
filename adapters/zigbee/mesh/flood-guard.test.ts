// A node that floods is thinned and let go again, on a clock that the test moves.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import { FLOOD_PER_SECOND, FLOOD_SECONDS, FloodGuard } from './flood-guard.ts';

const LOUD = nodeAddress('0x00000000000000f1');
const CALM = nodeAddress('0x00000000000000c1');

let told: string[][];
let guard: FloodGuard;
let taken: number[];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  told = [];
  taken = [];
  guard = new FloodGuard({
    now: Date.now,
    changed: (flooding) => told.push(flooding.map(({ node }) => node)),
  });
});
afterEach(() => {
  guard.stop();
  vi.useRealTimers();
});

/** So many messages in each of so many seconds, the number of the second as their value. */
function say(node: typeof LOUD, perSecond: number, seconds: number, kind = 'temperature'): void {
  for (let second = 0; second < seconds; second += 1) {
    for (let index = 0; index < perSecond; index += 1) {
      guard.take(
        node,
        () => kind,
        () => taken.push(second),
      );
    }
    vi.advanceTimersByTime(1_000);
  }
}

test('a node is left alone up to the stated rate, and above it for less than the stated time', () => {
  say(LOUD, FLOOD_PER_SECOND, 2 * FLOOD_SECONDS);
  vi.advanceTimersByTime(2_000);
  say(LOUD, 10 * FLOOD_PER_SECOND, FLOOD_SECONDS - 1);
  expect(told).toEqual([]);
  expect(taken).toHaveLength(FLOOD_PER_SECOND * (2 * FLOOD_SECONDS + 10 * (FLOOD_SECONDS - 1)));
});

test('above it for longer only the newest value is taken every 5 s, and others are heard at once', () => {
  say(LOUD, 40, FLOOD_SECONDS + 1);
  expect(told).toEqual([[LOUD]]);
  expect(guard.flooding[0]?.perSecond).toBeGreaterThan(10);
  vi.advanceTimersByTime(1_000);
  taken.length = 0;
  say(LOUD, 40, 20);
  expect(taken.length).toBeGreaterThanOrEqual(3);
  expect(taken.length).toBeLessThanOrEqual(5);
  const before = taken.length;
  guard.take(
    CALM,
    () => 'temperature',
    () => taken.push(-1),
  );
  expect(taken).toHaveLength(before + 1);
});

test('it is let go by itself once it is calm, with its last value taken', () => {
  say(LOUD, 40, FLOOD_SECONDS + 1);
  guard.take(
    LOUD,
    () => 'temperature',
    () => taken.push(-7),
  );
  vi.advanceTimersByTime(40_000);
  expect(told).toEqual([[LOUD], []]);
  expect(taken.at(-1)).toBe(-7);
});

test('it is let go by hand, and back when it goes on for the stated time', () => {
  say(LOUD, 40, FLOOD_SECONDS + 1);
  expect(guard.release(LOUD)).toBe(true);
  expect(guard.release(LOUD)).toBe(false);
  say(LOUD, 40, FLOOD_SECONDS - 1);
  expect(told).toEqual([[LOUD], []]);
  say(LOUD, 40, 3);
  expect(told).toEqual([[LOUD], [], [LOUD]]);
});

test('of a hundred kinds of message the newest 64 are kept', () => {
  say(LOUD, 40, FLOOD_SECONDS + 1);
  vi.advanceTimersByTime(6_000);
  taken.length = 0;
  for (let kind = 0; kind < 100; kind += 1)
    guard.take(
      LOUD,
      () => `${kind}`,
      () => taken.push(kind),
    );
  vi.advanceTimersByTime(6_000);
  expect(taken).toHaveLength(64);
  expect(Math.min(...taken)).toBe(36);
});
