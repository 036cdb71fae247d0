// What live clients hear, in order, with a ring for those who were away for a moment.
import type { LiveEvent, LiveFeed } from '../model/hub-port.ts';

/** Events kept for resuming; who was away for longer gets a snapshot. */
const RING_MAX = 5_000;

export interface LiveFeedSource extends LiveFeed {
  /** Numbers the events and hands them to all listeners as one batch. */
  publish(events: readonly Omit<LiveEvent, 'id'>[]): void;
}

/**
 * `startMs`: wall time of this start. Ids begin there in microseconds, so they rise over restarts as long as
 * fewer than a thousand events a millisecond happen.
 */
export function createLiveFeed(
  startMs: number,
  onListenerError: (error: unknown) => void,
): LiveFeedSource {
  const listeners = new Set<(events: readonly LiveEvent[]) => void>();
  const firstId = startMs * 1_000;
  let ring: LiveEvent[] = [];
  let lastId = firstId;

  return {
    get lastId() {
      return lastId;
    },
    since(id) {
      const oldest = ring[0]?.id ?? lastId + 1;
      if (id < oldest - 1 || id > lastId) return null;
      return ring.filter((event) => event.id > id);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publish(events) {
      if (events.length === 0) return;
      const numbered = events.map((event) => {
        lastId += 1;
        return { ...event, id: lastId };
      });
      ring.push(...numbered);
      // Cut in large steps: shifting the ring at each event would cost more than the event.
      if (ring.length > RING_MAX * 2) ring = ring.slice(-RING_MAX);
      for (const listener of listeners) {
        try {
          listener(numbered);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
  };
}
