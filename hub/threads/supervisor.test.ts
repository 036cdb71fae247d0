import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { PartHealth } from '../model/hub-port.ts';
import { type PartEvents, type PartProcess, supervise } from './supervisor.ts';

/** A process that the test commands: it answers pings as long as it is told to. */
function createPart(how: Partial<Parameters<typeof supervise>[0]> = {}) {
  const started: { events: PartEvents; isKilled: boolean; isAskedToStop: boolean }[] = [];
  let answers = true;
  const states: PartHealth['state'][] = [];
  const supervisor = supervise({
    name: 'part',
    clock: {
      bootId: 'boot',
      now: () => ({ wallMs: Date.now(), monoMs: performance.now() }),
      state: () => 'synced',
    },
    ...{ hangMs: 3_000, backoffMs: 1_000, ...how },
    changed: ({ state }) => states.push(state),
    log: () => {},
    start(events): PartProcess {
      const mine = { events, isKilled: false, isAskedToStop: false };
      started.push(mine);
      return {
        ping: (number) => answers && events.pong(number, 1),
        stop: () => {
          mine.isAskedToStop = true;
        },
        kill: () => {
          mine.isKilled = true;
        },
      };
    },
  });
  return {
    supervisor,
    states,
    started,
    last: () => started[started.length - 1],
    hang: () => {
      answers = false;
    },
    answer: () => {
      answers = true;
    },
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a supervised part', () => {
  it('is started again at once after its first fault', () => {
    const part = createPart();
    part.supervisor.start();
    part.last()?.events.ready();
    part.last()?.events.exited('it threw');
    vi.advanceTimersByTime(1);
    expect(part.started).toHaveLength(2);
    expect(part.supervisor.health().problem?.message).toContain('it threw');
    part.last()?.events.ready();
    expect(part.supervisor.health()).toMatchObject({
      state: 'running',
      restarts: 1,
      problem: null,
    });
  });

  it('is waited for longer after each further fault, at most a minute, and never given up', () => {
    const part = createPart();
    part.supervisor.start();
    for (let fault = 0; fault < 12; fault += 1) {
      part.last()?.events.exited('again');
      const before = part.started.length;
      vi.advanceTimersByTime(60_000);
      expect(part.started.length).toBe(before + 1);
    }
  });

  it('that falls in its first minute is waited for the first time already, where patience is asked for', () => {
    const part = createPart({ isPatient: true, backoffMs: 4_000, backoffMaxMs: 900_000 });
    part.supervisor.start();
    part.last()?.events.exited('it threw');
    vi.advanceTimersByTime(1_900);
    expect(part.started).toHaveLength(1);
    vi.advanceTimersByTime(2_200);
    expect(part.started).toHaveLength(2);
    const waitForNext = () => {
      const before = part.started.length;
      let waitedMs = 0;
      for (; part.started.length === before; waitedMs += 1_000) vi.advanceTimersByTime(1_000);
      return waitedMs;
    };
    let waitedMs = 0;
    for (let fault = 0; fault < 12; fault += 1) {
      part.last()?.events.exited('again');
      waitedMs = waitForNext();
    }
    expect(waitedMs).toBeGreaterThan(440_000);
    expect(waitedMs).toBeLessThanOrEqual(900_000);
    const { problem } = part.supervisor.health();
    expect(problem?.hint).toMatch(/falls again and again, and is started anew in \d+ min/);
    expect(problem?.zh?.hint).toMatch(/将在 \d+ 分钟后重新启动/);
    // One that has been well for a minute is begun anew at once.
    part.answer();
    vi.advanceTimersByTime(61_000);
    part.last()?.events.exited('it threw');
    vi.advanceTimersByTime(1);
    expect(part.started).toHaveLength(15);
  });

  it('is killed and replaced when it does not answer', () => {
    const part = createPart();
    part.supervisor.start();
    const first = part.last();
    first?.events.ready();
    part.hang();
    vi.advanceTimersByTime(5_000);
    expect(first?.isKilled).toBe(true);
    expect(part.started.length).toBeGreaterThan(1);
  });

  it('is named as hanging before it is replaced, and no longer once it answers', () => {
    const part = createPart({ hangMs: 10_000 });
    part.supervisor.start();
    part.last()?.events.ready();
    part.hang();
    vi.advanceTimersByTime(3_000);
    expect(part.supervisor.health().state).toBe('running');
    vi.advanceTimersByTime(2_000);
    expect(part.supervisor.health()).toMatchObject({
      state: 'hanging',
      problem: { code: 'timed-out', message: 'part does not answer' },
    });
    part.answer();
    vi.advanceTimersByTime(1_000);
    expect(part.supervisor.health()).toMatchObject({
      state: 'running',
      restarts: 0,
      problem: null,
    });
    expect(part.started).toHaveLength(1);
  });

  it('is not called hanging while it starts: what it loads may keep it silent', () => {
    const part = createPart({ hangMs: 10_000 });
    part.supervisor.start();
    part.hang();
    vi.advanceTimersByTime(8_000);
    expect(part.supervisor.health().state).toBe('starting');
  });

  it('does not listen to a process that was replaced', () => {
    const part = createPart();
    part.supervisor.start();
    const first = part.last();
    part.supervisor.restart('asked for');
    vi.advanceTimersByTime(1);
    part.last()?.events.ready();
    first?.events.exited('late');
    expect(part.supervisor.health().state).toBe('running');
    expect(part.started).toHaveLength(2);
  });

  it('is asked to stop, and forced only when it does not', async () => {
    const part = createPart();
    part.supervisor.start();
    part.last()?.events.ready();
    const stopped = part.supervisor.stop(2_000);
    expect(part.last()?.isAskedToStop).toBe(true);
    expect(part.last()?.isKilled).toBe(false);
    await vi.advanceTimersByTimeAsync(2_600);
    await stopped;
    expect(part.last()?.isKilled).toBe(true);
    expect(part.supervisor.health().state).toBe('stopped');
    await part.supervisor.stop(2_000);
    expect(part.started).toHaveLength(1);
  });
});
