// The frames that wait for a sleepy node at its parent: it asks for them when it polls, and they expire.
// Spec: Zigbee 05-3474 § 3.6.10; the persistence time is macTransactionPersistenceTime's 7.68 s.

import type { Cancel, Timers } from '../timers.ts';
import { TransmitStatus } from './aps.ts';

export const PERSISTENCE_MS = 7_680;

/** More frames than this for one node are refused with "buffer full". */
export const WAITING_MAX = 16;

/** How long a node polls fast after it joined, heard something, or said something. */
const AWAKE_MS = { joined: 60_000, heard: 4_000, said: 1_000 } as const;
/** The same of one that is fast asleep. */
const ROUSED_MS = 500;

interface Waiting {
  deliver: () => void;
  expire: Cancel;
}

/** One sleepy node's mailbox and its polling. */
export class Mailbox {
  readonly #timers: Timers;
  readonly #longPollMs: number;
  readonly #fastPollMs: number;
  readonly #phaseMs: number;
  #waiting: Waiting[] = [];
  #isFastAsleep = false;
  #awakeUntilMs = 0;
  #poll: Cancel | undefined;

  constructor(timers: Timers, options: { longMs: number; fastMs: number; phaseMs: number }) {
    this.#timers = timers;
    this.#longPollMs = options.longMs;
    this.#fastPollMs = options.fastMs;
    this.#phaseMs = options.phaseMs;
  }

  /** Keeps a frame for the next poll. `confirm` hears whether the node took it. */
  put(deliver: () => void, confirm: (status: number) => void): void {
    if (this.#waiting.length >= WAITING_MAX) {
      confirm(TransmitStatus.bufferFull);
      return;
    }
    const expire = this.#timers.after(PERSISTENCE_MS, () => {
      this.#waiting = this.#waiting.filter((item) => item !== waiting);
      confirm(TransmitStatus.transactionExpired);
    });
    const waiting: Waiting = {
      expire,
      deliver: () => {
        expire();
        confirm(TransmitStatus.success);
        deliver();
      },
    };
    this.#waiting.push(waiting);
    this.#schedule();
  }

  /** From now on it asks its parent for nothing until it has said something itself; or as it always did. */
  sleep(isFast: boolean): void {
    this.#isFastAsleep = isFast;
    if (isFast) this.#awakeUntilMs = 0;
    this.#poll?.();
    this.#poll = undefined;
    if (this.#waiting.length > 0) this.#schedule();
  }

  /** The node is awake: it polls fast for a while. */
  wake(reason: keyof typeof AWAKE_MS): void {
    const awakeMs = this.#isFastAsleep ? ROUSED_MS : AWAKE_MS[reason];
    this.#awakeUntilMs = Math.max(this.#awakeUntilMs, performance.now() + awakeMs);
    if (this.#waiting.length === 0) return;
    this.#poll?.();
    this.#poll = undefined;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#poll !== undefined) return;
    const now = performance.now();
    if (this.#isFastAsleep && now >= this.#awakeUntilMs) return;
    const waitMs =
      now < this.#awakeUntilMs
        ? this.#fastPollMs
        : this.#longPollMs - ((now + this.#phaseMs) % this.#longPollMs);
    this.#poll = this.#timers.after(waitMs, () => {
      this.#poll = undefined;
      const waiting = this.#waiting;
      this.#waiting = [];
      if (waiting.length > 0) this.wake('heard');
      for (const item of waiting) item.deliver();
    });
  }
}
