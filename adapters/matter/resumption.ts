// Finishes adding nodes where that was cut off: by a power cut of the hub between giving a device its place in the
// fabric and noting that it has taken it, or by an answer that was lost. Without this such a device would belong to a
// fabric that does not know it, until somebody resets it.
import { setTimeout as delay } from 'node:timers/promises';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { CodeBook } from './code-book.ts';
import type { Peer } from './peer.ts';
import type { Controller } from './peers.ts';

/** After a start, and after an attempt that failed, it is looked for this long: its own power may come back later. */
const LOOK_FOR_MS = 15 * 60_000;
/** A question to a node that is searched for stands this long; then the search begins anew. */
const TRY_LIMIT_MS = 60_000;
const TRY_EVERY_MS = 2_000;
/** In doubt for longer: it has gone back to where it came from, or was reset. */
const FORGET_AFTER_MS = 7 * 24 * 3_600_000;

export interface ResumptionHome {
  readonly codes: CodeBook;
  /** It is a node of the fabric after all. */
  adopt(peer: Peer): void;
  log(level: 'info' | 'debug', text: string): void;
}

export class Resumption {
  readonly #home: ResumptionHome;
  readonly #looking = new Map<NodeAddress, AbortController>();
  #isStopped = false;

  constructor(home: ResumptionHome) {
    this.#home = home;
  }

  /** Looks for all that are in doubt and not looked for yet. */
  look(controller: Controller): void {
    for (const { address, forMs } of this.#home.codes.doubted()) {
      if (this.#isStopped || this.#looking.has(address)) continue;
      if (forMs <= FORGET_AFTER_MS) void this.#lookFor(controller, address);
      else {
        this.#home.codes.forget(address);
        void controller.giveUp(address).catch(() => {});
      }
    }
  }

  /** Ends the search for what is in doubt no more, such as a device that was reset and added anew. */
  settled(): void {
    for (const [address, search] of this.#looking) {
      if (!this.#home.codes.isDoubted(address)) search.abort();
    }
  }

  stop(): void {
    this.#isStopped = true;
    for (const search of this.#looking.values()) search.abort();
  }

  async #lookFor(controller: Controller, address: NodeAddress): Promise<void> {
    const search = new AbortController();
    this.#looking.set(address, search);
    const endsAtMs = performance.now() + LOOK_FOR_MS;
    const isOver = () =>
      this.#isStopped || search.signal.aborted || !this.#home.codes.isDoubted(address);
    this.#home.log('debug', `Adding ${address} was cut off; it is looked for`);
    try {
      while (!isOver() && performance.now() < endsAtMs) {
        const limit = AbortSignal.any([search.signal, AbortSignal.timeout(TRY_LIMIT_MS)]);
        try {
          const peer = await controller.resume(address, limit);
          if (this.#isStopped) return;
          this.#home.log('info', `Adding ${address} was cut off, and is finished now`);
          this.#home.adopt(peer);
          return;
        } catch (error) {
          if (isOver()) return;
          this.#home.log('debug', `${address} was not found in the fabric: ${String(error)}`);
        }
        await delay(TRY_EVERY_MS, undefined, { signal: search.signal }).catch(() => {});
      }
    } finally {
      if (!this.#isStopped) await controller.giveUp(address).catch(() => {});
      this.#looking.delete(address);
    }
  }
}
