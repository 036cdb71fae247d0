// What a client that was away for a moment hears when it comes back.
import { expect, test } from 'vitest';
import type { LiveEvent } from '../model/hub-port.ts';
import { createLiveFeed } from './live-feed.ts';

const START_MS = Date.UTC(2026, 10, 23);
/** As many are kept at least. */
const KEPT = 5_000;

function feedOf(count: number, atOnce = 1) {
  const feed = createLiveFeed(START_MS, (error) => {
    throw error;
  });
  const heard: LiveEvent[] = [];
  feed.subscribe((events) => heard.push(...events));
  const event = { topic: 'home', body: { kind: 'home', what: 'rooms' } } as const;
  for (let told = 0; told < count; told += atOnce) {
    feed.publish(Array.from({ length: Math.min(atOnce, count - told) }, () => event));
  }
  return { feed, heard };
}

test.each([
  [0, 1],
  [1, 1],
  [99, 1],
  [100, 1],
  [101, 7],
  [1_234, 3],
  [3_000, 450],
])(
  'of %i events, told by %i, none is missed or heard twice, wherever the client stopped',
  (count, atOnce) => {
    const { feed, heard } = feedOf(count, atOnce);
    expect(heard).toHaveLength(count);
    const beforeFirst = (heard[0]?.id ?? feed.lastId + 1) - 1;
    expect(feed.lastId).toBe(beforeFirst + count);
    for (let missed = 0; missed <= count; missed += Math.max(1, Math.floor(count / 37))) {
      expect(feed.since(feed.lastId - missed)).toEqual(heard.slice(count - missed));
    }
    expect(feed.since(beforeFirst)).toEqual(heard);
  },
);

test('who was away for longer than the feed keeps, or comes from elsewhere, is told so', () => {
  const { feed, heard } = feedOf(3 * KEPT, 5);
  expect(feed.since(feed.lastId - KEPT)).toEqual(heard.slice(-KEPT));
  expect(feed.since(feed.lastId - 2 * KEPT - 1)).toBeNull();
  expect(feed.since(START_MS * 1_000)).toBeNull();
  expect(feed.since(feed.lastId + 1)).toBeNull();
});
