// A sleepy node's mailbox: it gives frames out when the node polls, and not for ever.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Timers } from '../timers.ts';
import { TransmitStatus } from './aps.ts';
import { Mailbox, PERSISTENCE_MS, WAITING_MAX } from './mailbox.ts';

let timers: Timers;
beforeEach(() => {
  vi.useFakeTimers();
  timers = new Timers();
});
afterEach(() => {
  timers.stop();
  vi.useRealTimers();
});

function heard(mailbox: Mailbox): { delivered: number; statuses: number[]; put(): void } {
  const result = {
    delivered: 0,
    statuses: [] as number[],
    put: () =>
      mailbox.put(
        () => {
          result.delivered += 1;
        },
        (status) => result.statuses.push(status),
      ),
  };
  return result;
}

describe('a mailbox', () => {
  it('holds a frame until the node polls', () => {
    const box = heard(new Mailbox(timers, { longMs: 5_000, fastMs: 100, phaseMs: 0 }));
    box.put();
    vi.advanceTimersByTime(10);
    expect(box.delivered).toBe(0);
    vi.advanceTimersByTime(5_000);
    expect(box.delivered).toBe(1);
    expect(box.statuses).toEqual([TransmitStatus.success]);
  });

  it('is emptied fast while the node is awake', () => {
    const mailbox = new Mailbox(timers, { longMs: 5_000, fastMs: 100, phaseMs: 0 });
    const box = heard(mailbox);
    mailbox.wake('said');
    box.put();
    box.put();
    vi.advanceTimersByTime(100);
    expect(box.delivered).toBe(2);
  });

  it('gives a frame up after 7.68 s and says so', () => {
    const box = heard(new Mailbox(timers, { longMs: 60_000, fastMs: 100, phaseMs: 0 }));
    // The next poll is certainly further away than the frame keeps.
    vi.advanceTimersByTime(60_000 - (performance.now() % 60_000) + 1);
    box.put();
    vi.advanceTimersByTime(PERSISTENCE_MS);
    expect(box.statuses).toEqual([TransmitStatus.transactionExpired]);
    vi.advanceTimersByTime(60_000);
    expect(box.delivered).toBe(0);
  });

  it('takes no more than it has room for', () => {
    const box = heard(new Mailbox(timers, { longMs: 5_000, fastMs: 100, phaseMs: 0 }));
    for (let i = 0; i < WAITING_MAX + 1; i++) box.put();
    expect(box.statuses).toEqual([TransmitStatus.bufferFull]);
  });
});
