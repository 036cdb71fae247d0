// When the mesh is surveyed by itself: rarely, soon after somebody joined, never twice for a restart of the hub, and
// while the radio has little else to do. So the way of each device is known before anybody pulls a plug.

/** The first after a start waits until the nodes have been read and asked. */
const FIRST_MS = 10 * 60_000;
/** A device that was added stands in the map so soon; those that join together are surveyed together. */
const AFTER_ADDED_MS = 15 * 60_000;
/** Devices that are added one by one all day cause no more surveys than one an hour. */
const APART_MS = 3_600_000;
/** What is heard is counted for so long, and what counts as little. */
const LISTEN_MS = 5_000;
const QUIET_PER_SECOND = 5;
/** A radio that is never quiet is surveyed all the same, later. */
const AGAIN_MS = 60_000;
const POSTPONED_MAX = 60;

export interface SurveyTimes {
  readonly nowMs: number;
  /** Null: there was none yet. */
  readonly takenAtMs: number | null;
  readonly everyMs: number;
  /** When the last device was added since the network is up; null: none was. */
  readonly addedAtMs: number | null;
}

/** How long until the next survey is due; counted anew at each start and each time that a device was added. */
export function untilDueMs({ nowMs, takenAtMs, everyMs, addedAtMs }: SurveyTimes): number {
  const firstMs = Math.min(FIRST_MS, everyMs);
  // A clock that went back makes nobody wait for longer than usual.
  const sinceMs = takenAtMs === null ? everyMs : Math.max(0, nowMs - takenAtMs);
  const regularMs = Math.max(firstMs, everyMs - sinceMs);
  if (addedAtMs === null || (takenAtMs !== null && addedAtMs <= takenAtMs)) return regularMs;
  const apartMs = Math.min(APART_MS, everyMs) - sinceMs;
  const afterAddedMs = Math.min(AFTER_ADDED_MS, everyMs) - Math.max(0, nowMs - addedAtMs);
  return Math.min(regularMs, Math.max(firstMs, apartMs, afterAddedMs));
}

export interface SurveyPlanOptions {
  /** How often the mesh is surveyed; 0: never by itself. */
  readonly everyMs: number;
  takenAtMs(): number | null;
  begin(): void;
}

/** Begins surveys by itself, from `start` until `stop`. */
export class SurveyPlan {
  readonly #options: SurveyPlanOptions;
  #timer: NodeJS.Timeout | undefined;
  #addedAtMs: number | null = null;
  #heard = 0;
  #isStarted = false;

  constructor(options: SurveyPlanOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStarted = this.#options.everyMs > 0;
    this.#plan();
  }

  stop(): void {
    this.#isStarted = false;
    clearTimeout(this.#timer);
  }

  /** A device was added: its way is not known yet. */
  added(): void {
    this.#addedAtMs = Date.now();
    this.#plan();
  }

  /** A message was heard. */
  heard(): void {
    this.#heard += 1;
  }

  #plan(): void {
    clearTimeout(this.#timer);
    if (!this.#isStarted) return;
    const { everyMs } = this.#options;
    const takenAtMs = this.#options.takenAtMs();
    const times = { nowMs: Date.now(), takenAtMs, everyMs, addedAtMs: this.#addedAtMs };
    this.#timer = setTimeout(() => this.#listen(0), untilDueMs(times));
  }

  #listen(postponed: number): void {
    const before = this.#heard;
    const listenMs = Math.min(LISTEN_MS, this.#options.everyMs);
    this.#timer = setTimeout(() => {
      const perSecond = ((this.#heard - before) * 1_000) / listenMs;
      if (perSecond > QUIET_PER_SECOND && postponed < POSTPONED_MAX) {
        this.#timer = setTimeout(() => this.#listen(postponed + 1), AGAIN_MS);
        return;
      }
      this.#options.begin();
      // Planned anew once it is taken; where it fails, after the usual time.
      this.#timer = setTimeout(() => this.#listen(0), this.#options.everyMs);
    }, listenMs);
  }
}
