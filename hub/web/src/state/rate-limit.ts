// Sends the values of a moving slider: at most one each 100 ms, never two at once, and the last one always.

/** The timer that a limiter waits with; the page passes the browser's. */
export interface Timer {
  now(): number;
  after(delayMs: number, callback: () => void): void;
}

/** Takes the values as they come. */
export interface RateLimiter<Value> {
  push(value: Value): void;
}

/** Values that come while one is under way replace each other; `send` must settle and must not throw. */
export function limitRate<Value>(
  send: (value: Value) => Promise<void>,
  intervalMs: number,
  timer: Timer,
): RateLimiter<Value> {
  let waiting: { readonly value: Value } | null = null;
  let isBusy = false;

  const start = (value: Value): void => {
    isBusy = true;
    const startedAt = timer.now();
    const finish = (): void => {
      const rest = intervalMs - (timer.now() - startedAt);
      if (rest > 0) {
        timer.after(rest, next);
      } else {
        next();
      }
    };
    send(value).then(finish, finish);
  };
  const next = (): void => {
    const held = waiting;
    waiting = null;
    if (held === null) {
      isBusy = false;
    } else {
      start(held.value);
    }
  };
  return {
    push(value) {
      if (isBusy) {
        waiting = { value };
      } else {
        start(value);
      }
    },
  };
}

/** The browser's own timer. */
export const browserTimer: Timer = {
  now: () => performance.now(),
  after: (delayMs, callback) => {
    setTimeout(callback, delayMs);
  },
};
