// When a device that was lost is tried again: after pauses that grow, each with a part of chance so that not all
// devices come at the same moment after a power cut.

const PAUSE_MIN_MS = 1_000;
/** The longest pause, unless its owner alone can mend it. */
export const RECONNECT_MAX_MS = 60_000;
/** Where only its owner can mend it: a wrong key, another certificate. */
const PAUSE_REFUSED_MS = 300_000;
/** A connection that breaks off before is no better than none: its pauses go on growing. */
const STEADY_AFTER_MS = 10_000;

export class Reconnect {
  readonly #connect: () => void;
  readonly #pauseMaxMs: number;
  #failures = 0;
  #upSinceMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  /** @param pauseMaxMs the longest pause; a test has less patience */
  constructor(connect: () => void, pauseMaxMs: number) {
    this.#connect = connect;
    this.#pauseMaxMs = pauseMaxMs;
  }

  succeeded(): void {
    this.#upSinceMs = performance.now();
  }

  /** @param isRefused whether trying soon again would be refused again */
  failed(isRefused: boolean): void {
    const failures = this.#steadyFailures();
    this.#failures = failures + 1;
    this.#upSinceMs = null;
    const doubled = PAUSE_MIN_MS * 2 ** Math.min(10, failures);
    const ceilingMs = isRefused ? PAUSE_REFUSED_MS : Math.min(this.#pauseMaxMs, doubled);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#connect, ceilingMs / 2 + Math.random() * (ceilingMs / 2));
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #steadyFailures(): number {
    const wasSteady =
      this.#upSinceMs !== null && performance.now() - this.#upSinceMs > STEADY_AFTER_MS;
    return wasSteady ? 0 : this.#failures;
  }
}
