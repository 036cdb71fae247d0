// Devices that have another address than before, as when the router has given theirs away: while one is out of reach,
// what answers to mDNS is looked at by its lasting identity, and it is gone on with at its new address. Whether it is
// the same device, its family sees at the first word.
import { toProblem } from '../../hub/model/errors.ts';
import type { Finder, FoundService } from './finder.ts';

/** How long things take; a test has less patience. */
export interface MovedTimings {
  /** One that restarts, or is out of power for a moment, is not looked for. */
  readonly firstAfterMs: number;
  readonly lookForMs: number;
  /** Between two looks, at most; each pause is twice the one before. */
  readonly pauseMaxMs: number;
}

export const MOVED_TIMINGS: MovedTimings = {
  firstAfterMs: 30_000,
  lookForMs: 10_000,
  pauseMaxMs: 3_600_000,
};

export interface MovedOptions {
  readonly timings: MovedTimings;
  /** Begins to look. @throws HubError */
  look(found: (service: FoundService) => void, failed: (error: unknown) => void): Promise<Finder>;
  /** The ids of all that are out of reach. */
  missing(): ReadonlySet<string>;
  /** It answers there; called again while it does not answer to us. */
  met(id: string, service: FoundService): void;
  log(text: string): void;
}

export class MovedPeers {
  readonly #options: MovedOptions;
  #pauseMs: number;
  #finder: Finder | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: MovedOptions) {
    this.#options = options;
    this.#pauseMs = options.timings.firstAfterMs;
  }

  start(): void {
    this.#wait();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#finder?.stop();
    this.#finder = null;
  }

  #wait(): void {
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#lookOnce(), this.#pauseMs);
  }

  async #lookOnce(): Promise<void> {
    const { timings, missing, met, log, look } = this.#options;
    if (missing().size === 0) {
      this.#pauseMs = timings.firstAfterMs;
      this.#wait();
      return;
    }
    this.#pauseMs = Math.min(timings.pauseMaxMs, this.#pauseMs * 2);
    const failed = (error: unknown) => log(toProblem(error).message);
    try {
      const finder = await look((service) => {
        if (missing().has(service.id)) met(service.id, service);
      }, failed);
      if (this.#isStopped) {
        finder.stop();
        return;
      }
      this.#finder = finder;
      this.#timer = setTimeout(() => {
        finder.stop();
        this.#finder = null;
        this.#wait();
      }, timings.lookForMs);
    } catch (error) {
      failed(error);
      this.#wait();
    }
  }
}
