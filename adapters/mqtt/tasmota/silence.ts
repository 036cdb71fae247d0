// Whether a Tasmota device that sleeps between its messages is asleep, or silent for longer than it said.
// Spec: https://tasmota.github.io/docs/DeepSleep/.
import { type Fields, isFields } from './discovery.ts';

/** A device that has not said how long it sleeps. */
const SLEEP_DEFAULT_MS = 3_600_000;
const SLEEP_MAX_MS = 7 * 24 * 3_600_000;
/** It may miss a message, and its clock is not exact. */
const PERIODS = 2;
const MARGIN_MS = 60_000;

export class Silence {
  readonly #tooLong: (reason: string) => void;
  #sleepMs = SLEEP_DEFAULT_MS;
  #isAsleep = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param tooLong told with the reason once it should have been heard again */
  constructor(tooLong: (reason: string) => void) {
    this.#tooLong = tooLong;
  }

  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  /** Waits for it from now on. */
  begin(): void {
    this.#wait();
  }

  heard(): void {
    this.#isAsleep = false;
    this.#wait();
  }

  /** It says when it will wake, as it goes to sleep. @param isOld it said so before anybody listened */
  sleeps(message: Fields, isOld: boolean): void {
    const said = isFields(message.DeepSleep) ? message.DeepSleep : {};
    const { DeepSleep: from, Wakeup: until } = said;
    if (typeof from === 'number' && typeof until === 'number' && until > from) {
      this.#sleepMs = Math.min(SLEEP_MAX_MS, (until - from) * 1_000);
    }
    if (!isOld) this.#isAsleep = true;
    this.#wait();
  }

  saidGoodbye(): void {
    this.#isAsleep = true;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const limitMs = this.#sleepMs * PERIODS + MARGIN_MS;
    this.#timer = setTimeout(() => {
      const minutes = Math.round(limitMs / 60_000);
      const words = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
      this.#tooLong(`Nothing was heard of it for ${words}`);
    }, limitMs);
  }
}
