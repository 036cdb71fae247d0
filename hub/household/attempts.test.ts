import { describe, expect, test } from 'vitest';
import { createAttempts, TooManyAttemptsError } from './attempts.ts';

function setUp(saved: string | null = null) {
  let monoMs = 5_000;
  let wallMs = Date.UTC(2026, 10, 21);
  const kept: string[] = [];
  const make = (text: string | null) =>
    createAttempts({
      now: () => ({ wallMs, monoMs }),
      saved: text,
      save: async (each) => void kept.push(each),
    });
  return {
    attempts: make(saved),
    make,
    kept,
    advance: (ms: number) => {
      monoMs += ms;
      wallMs += ms;
    },
    stepWall: (ms: number) => {
      wallMs += ms;
    },
  };
}

function waitOf(work: () => void): number {
  try {
    work();
  } catch (error) {
    if (error instanceof TooManyAttemptsError) return error.retryAfterSeconds;
    throw error;
  }
  return 0;
}

describe('limits on guessing', () => {
  test('five wrong passwords cost nothing, then each makes the next wait twice as long', () => {
    const { attempts, advance } = setUp();
    for (let index = 0; index < 5; index += 1) expect(waitOf(() => attempts.begin('ann'))).toBe(0);
    const waits: number[] = [];
    for (let index = 0; index < 4; index += 1) {
      const wait = waitOf(() => attempts.begin('ann'));
      waits.push(wait);
      advance(wait * 1000);
      attempts.begin('ann');
    }
    expect(waits).toEqual([1, 2, 4, 8]);
  });

  test('ten thousand guesses on one account take more than a month', () => {
    const { attempts, advance } = setUp();
    let elapsedMs = 0;
    for (let guess = 0; guess < 10_000; ) {
      const waitMs = waitOf(() => attempts.begin('ann')) * 1000;
      if (waitMs === 0) guess += 1;
      advance(waitMs);
      elapsedMs += waitMs;
    }
    expect(elapsedMs).toBeGreaterThan(30 * 86_400_000);
  });

  test('spraying over accounts meets the limit of the whole hub', () => {
    const { attempts, advance } = setUp();
    let passed = 0;
    for (let index = 0; index < 1_000; index += 1) {
      if (waitOf(() => attempts.begin(`member ${index}`)) === 0) passed += 1;
    }
    expect(passed).toBe(60);
    advance(10_000);
    expect(waitOf(() => attempts.begin('somebody'))).toBe(0);
    expect(waitOf(() => attempts.begin('somebody else'))).toBeGreaterThan(0);
  });

  test('a right password forgets the failures and gives the attempt back', () => {
    const { attempts } = setUp();
    for (let index = 0; index < 4; index += 1) attempts.begin('ann');
    attempts.begin('ann');
    attempts.succeeded('ann');
    for (let index = 0; index < 5; index += 1) expect(waitOf(() => attempts.begin('ann'))).toBe(0);
  });

  test('writing the name differently is the same account', () => {
    const { attempts } = setUp();
    for (const name of ['Ann', 'ann', ' ANN ', 'ａｎｎ', 'aNn']) attempts.begin(name);
    expect(waitOf(() => attempts.begin('ann'))).toBe(1);
  });

  test('a step of the clock shortens no wait', () => {
    const { attempts, stepWall } = setUp();
    for (let index = 0; index < 5; index += 1) attempts.begin('ann');
    stepWall(10 * 365 * 86_400_000);
    expect(waitOf(() => attempts.begin('ann'))).toBe(1);
    stepWall(-20 * 365 * 86_400_000);
    expect(waitOf(() => attempts.begin('ann'))).toBe(1);
  });

  test('a restart shortens no wait', async () => {
    const { attempts, kept, make, advance } = setUp();
    for (let index = 0; index < 9; index += 1) {
      attempts.begin('ann');
      advance(waitOf(() => attempts.begin('ann')) * 1000);
    }
    attempts.begin('ann');
    await Promise.resolve();
    const again = make(kept.at(-1) ?? null);
    expect(waitOf(() => again.begin('ann'))).toBe(waitOf(() => attempts.begin('ann')));
  });

  test('what was kept names nobody', async () => {
    const { attempts, kept } = setUp();
    attempts.begin('Ann Archer');
    await Promise.resolve();
    expect(kept.at(-1)?.toLowerCase()).not.toContain('archer');
  });

  test.each(['', '{}', 'null', '[]', '{"tokens":"x","accounts":[["a"]]}', '{"tokens":-5}'])(
    'counts that cannot be read (%s) are no clean slate',
    (text) => {
      const { attempts } = setUp(text);
      expect(waitOf(() => attempts.begin('ann'))).toBeGreaterThan(0);
    },
  );

  test('a flood of invented names pushes no account under attack out of memory', () => {
    const { attempts, advance } = setUp();
    for (let index = 0; index < 8; index += 1) {
      advance(waitOf(() => attempts.begin('ann')) * 1000);
      waitOf(() => attempts.begin('ann'));
    }
    const before = waitOf(() => attempts.begin('ann'));
    for (let index = 0; index < 1_500; index += 1) {
      waitOf(() => attempts.begin(`invented ${index}`));
    }
    expect(waitOf(() => attempts.begin('ann'))).toBe(before);
  });
});
