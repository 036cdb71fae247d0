// A moving slider, on a clock of the test.
import { describe, expect, it } from 'vitest';
import { limitRate, type Timer } from './rate-limit.ts';

/** A clock that moves when it is told to, and sends that end after a stated time. */
function createBench(sendMs: number) {
  let nowMs = 0;
  let due: { atMs: number; callback: () => void }[] = [];
  const sent: { atMs: number; value: number }[] = [];
  const timer: Timer = {
    now: () => nowMs,
    after: (delayMs, callback) => void due.push({ atMs: nowMs + delayMs, callback }),
  };
  const limiter = limitRate<number>(
    (value) => {
      sent.push({ atMs: nowMs, value });
      return new Promise((resolve) => timer.after(sendMs, resolve));
    },
    100,
    timer,
  );
  async function advance(ms: number): Promise<void> {
    const endMs = nowMs + ms;
    for (;;) {
      const next = due.sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > endMs) break;
      due = due.filter((one) => one !== next);
      nowMs = next.atMs;
      next.callback();
      // The send's promise is settled before the clock goes on.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
    nowMs = endMs;
  }
  return { limiter, sent, advance };
}

describe('a moving slider', () => {
  it('sends its first value at once', () => {
    const { limiter, sent } = createBench(5);
    limiter.push(40);
    expect(sent).toEqual([{ atMs: 0, value: 40 }]);
  });

  it('sends at most 10 values a second, and the last one always', async () => {
    const { limiter, sent, advance } = createBench(5);
    for (let value = 1; value <= 100; value++) {
      limiter.push(value);
      await advance(10);
    }
    await advance(1000);
    const gaps = sent.slice(1).map(({ atMs }, index) => atMs - (sent[index]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    expect(sent.length).toBeLessThanOrEqual(11);
    expect(sent.at(-1)?.value).toBe(100);
  });

  it('never has two requests under way, however slow the hub is', async () => {
    const { limiter, sent, advance } = createBench(700);
    for (const value of [1, 2, 3, 4]) {
      limiter.push(value);
      await advance(150);
    }
    expect(sent).toEqual([{ atMs: 0, value: 1 }]);
    await advance(2000);
    expect(sent).toEqual([
      { atMs: 0, value: 1 },
      { atMs: 700, value: 4 },
    ]);
  });

  it('rests after the last value and starts again at once', async () => {
    const { limiter, sent, advance } = createBench(5);
    limiter.push(1);
    await advance(5000);
    limiter.push(2);
    expect(sent.at(-1)).toEqual({ atMs: 5000, value: 2 });
  });
});
