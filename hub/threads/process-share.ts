// How long a process may compute: so much a second for long, some seconds' worth at once. One that has used that up is
// held (stopped, and continued a moment at a time) so that it has its share and no more.

/** A share of one core. */
export interface Share {
  /** Milliseconds of computing in each second, for long. */
  readonly perSecond: number;
  /** Milliseconds that may be computed without a pause. */
  readonly atOnce: number;
}

/** What is left must come to this before it goes on: slices of time, and not a stop and go by the millisecond. */
const SLICE_MS = 30;
/** The longest and the shortest time between two looks at what it has used. */
export const LOOK_EVERY_MS = 250;
const LOOK_AGAIN_MS = 20;

/** The account of one process. It outlives the process, which is not given more for falling. */
export class ComputeAccount {
  readonly #share: Share;
  #leftMs: number;
  #sinceMs: number;
  #isHeld = false;

  /** Full at first. @param nowMs monotonic */
  constructor(share: Share, nowMs: number) {
    this.#share = share;
    this.#leftMs = share.atOnce;
    this.#sinceMs = nowMs;
  }

  /** Whether it is to stand still now. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Counts what was computed since the last time. @returns when to look again: in so many milliseconds */
  look(computedMs: number, nowMs: number): number {
    const { perSecond, atOnce } = this.#share;
    const earnedMs = ((nowMs - this.#sinceMs) * perSecond) / 1_000;
    this.#sinceMs = nowMs;
    this.#leftMs = Math.min(atOnce, this.#leftMs + earnedMs) - computedMs;
    this.#isHeld = this.#leftMs < (this.#isHeld ? SLICE_MS : 0);
    const waitMs = this.#isHeld ? ((SLICE_MS - this.#leftMs) * 1_000) / perSecond : this.#leftMs;
    return Math.min(LOOK_EVERY_MS, Math.max(LOOK_AGAIN_MS, waitMs));
  }
}
