// The core's one heap of deadlines, by key. Arming a key again moves it; a moved or disarmed entry stays in
// the heap until it surfaces and is then thrown away.
import TinyQueue from 'tinyqueue';

interface Entry {
  readonly key: string;
  readonly monoMs: number;
}

/** Deadlines in monotonic milliseconds; ties come in order of their keys, so that a replay is equal. */
export interface Deadlines {
  arm(key: string, monoMs: number): void;
  disarm(key: string): void;
  /** Monotonic time of the earliest one; undefined when none is armed. */
  next(): number | undefined;
  /** Takes the earliest key that is due at `monoMs`. */
  takeDue(monoMs: number): string | undefined;
  readonly size: number;
}

export function createDeadlines(): Deadlines {
  const armed = new Map<string, number>();
  const heap = new TinyQueue<Entry>([], (a, b) =>
    a.monoMs !== b.monoMs ? a.monoMs - b.monoMs : a.key < b.key ? -1 : a.key > b.key ? 1 : 0,
  );

  function head(): Entry | undefined {
    for (let entry = heap.peek(); entry; entry = heap.peek()) {
      if (armed.get(entry.key) === entry.monoMs) return entry;
      heap.pop();
    }
    return undefined;
  }

  return {
    arm(key, monoMs) {
      if (armed.get(key) === monoMs) return;
      armed.set(key, monoMs);
      heap.push({ key, monoMs });
    },
    disarm(key) {
      armed.delete(key);
    },
    next: () => head()?.monoMs,
    takeDue(monoMs) {
      const entry = head();
      if (!entry || entry.monoMs > monoMs) return undefined;
      heap.pop();
      armed.delete(entry.key);
      return entry.key;
    },
    get size() {
      return armed.size;
    },
  };
}
