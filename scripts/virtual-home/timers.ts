// Timers that belong together and end together: stopping the home leaves none behind.

/** Stops one timer; harmless when it has run already. */
export type Cancel = () => void;

/** A set of timers with one end. */
export class Timers {
  readonly #pending = new Set<NodeJS.Timeout>();
  #stopped = false;

  /** Runs `act` once after `delayMs`. After stop() it never runs. */
  after(delayMs: number, act: () => void): Cancel {
    if (this.#stopped) return () => undefined;
    const timer = setTimeout(() => {
      this.#pending.delete(timer);
      act();
    }, delayMs);
    this.#pending.add(timer);
    return () => {
      clearTimeout(timer);
      this.#pending.delete(timer);
    };
  }

  /** Runs `act` every `periodMs` until cancelled or stopped. */
  every(periodMs: number, act: () => void): Cancel {
    if (this.#stopped) return () => undefined;
    const timer = setInterval(act, periodMs);
    this.#pending.add(timer);
    return () => {
      clearInterval(timer);
      this.#pending.delete(timer);
    };
  }

  /** Ends every timer, and every later one at once. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#pending) clearTimeout(timer);
    this.#pending.clear();
  }
}
