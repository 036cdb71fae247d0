// The load and its clock, at the radio: thermometer N reports, plug N is told to switch, and the time between the two
// frames is what is measured. The same code drives the emulated coordinator and the radio in memory.

/** How the thermometers report: at a steady rate by turns, or each again as soon as its plug was told. */
export type LoadSpec =
  | { readonly kind: 'rate'; readonly perSecond: number; readonly seconds: number }
  | { readonly kind: 'closed'; readonly actions: number }
  /** Temperatures that wander as a room's do, at a steady rate by turns; nothing is waited for. */
  | { readonly kind: 'samples'; readonly perSecond: number; readonly seconds: number }
  /** By turns, every `everyMs` one that crosses the threshold back and forth, until the first command comes. */
  | { readonly kind: 'first'; readonly everyMs: number; readonly withinMs: number };

/** What came of it. */
export interface LoadResult {
  /**
   * From each report to its command; empty for a closed loop, which measures its own queue. A report without a
   * command counts with the time until it was given up.
   */
  readonly latenciesMs: number[];
  readonly commands: number;
  readonly reports: number;
  readonly lost: number;
  readonly seconds: number;
  /** When the last command came: milliseconds since 1970, with fractions. */
  readonly lastAtMs: number;
}

/** The reported temperatures; the scenes' threshold is between them. */
export const TEMPERATURE = { low: 20, high: 25, threshold: 22.5 } as const;
export const PAIRS = 50;

/** A report without a command is given up, and the pair goes on, after this. */
const LOST_MS = 1_000;
const WATCH_MS = 100;

interface Pair {
  isHigh: boolean;
  sentMs: number;
  isWaiting: boolean;
}

/**
 * Drives one radio. `report` puts a thermometer's report on the air at once. Where the frame leaves later than that,
 * `leave` has it leave and says when, by performance.now(): the clock of a steady rate begins there.
 */
export class ReportLoad {
  readonly #report: (pair: number, temperature: number) => void;
  readonly #leave: (() => number) | undefined;
  readonly #pairs: Pair[] = Array.from({ length: PAIRS }, () => ({
    isHigh: false,
    sentMs: 0,
    isWaiting: false,
  }));
  #latenciesMs: number[] = [];
  #commands = 0;
  #reports = 0;
  #lost = 0;
  #lastAtMs = 0;
  #takesEither = false;
  #answered: (pair: number) => void = () => undefined;

  constructor(report: (pair: number, temperature: number) => void, leave?: () => number) {
    this.#report = report;
    this.#leave = leave;
  }

  /** Tells that a plug was told to switch. @param atMs when the frame came, by performance.now() */
  commandSeen(index: number, isOn: boolean, atMs = performance.now()): void {
    const pair = this.#pairs[index];
    if (pair === undefined || !pair.isWaiting) return;
    if (pair.isHigh !== isOn && !this.#takesEither) return;
    pair.isWaiting = false;
    this.#latenciesMs.push(atMs - pair.sentMs);
    this.#commands += 1;
    this.#lastAtMs = performance.timeOrigin + atMs;
    this.#answered(index);
  }

  /** Runs one load at a time. */
  async run(spec: LoadSpec): Promise<LoadResult> {
    this.#latenciesMs = [];
    this.#commands = 0;
    this.#reports = 0;
    this.#lost = 0;
    for (const pair of this.#pairs) pair.isWaiting = false;
    const startMs = performance.now();
    if (spec.kind === 'rate') await this.#atRate(spec.perSecond, spec.seconds);
    else if (spec.kind === 'closed') await this.#closed(spec.actions);
    else if (spec.kind === 'samples') await this.#samples(spec.perSecond, spec.seconds);
    else await this.#first(spec.everyMs, spec.withinMs);
    return {
      latenciesMs: spec.kind === 'closed' ? [] : this.#latenciesMs,
      commands: this.#commands,
      reports: this.#reports,
      lost: this.#lost,
      seconds: (performance.now() - startMs) / 1_000,
      lastAtMs: this.#lastAtMs,
    };
  }

  #send(index: number): void {
    const pair = this.#pairs[index];
    if (pair === undefined) return;
    if (pair.isWaiting) this.#giveUp(pair);
    pair.isHigh = !pair.isHigh;
    pair.isWaiting = true;
    pair.sentMs = performance.now();
    this.#reports += 1;
    this.#report(index, pair.isHigh ? TEMPERATURE.high : TEMPERATURE.low);
  }

  #giveUp(pair: Pair): void {
    pair.isWaiting = false;
    this.#lost += 1;
    this.#latenciesMs.push(performance.now() - pair.sentMs);
  }

  /** Calls at fixed times: a slow hub does not slow the reports down. */
  async #byTurns(perSecond: number, seconds: number, act: (pair: number) => void): Promise<void> {
    const periodMs = 1_000 / perSecond;
    const count = perSecond * seconds;
    const startMs = performance.now();
    for (let k = 0; k < count; k++) {
      const waitMs = startMs + k * periodMs - performance.now();
      if (waitMs > 0) await wait(waitMs);
      act(k % PAIRS);
    }
  }

  async #atRate(perSecond: number, seconds: number): Promise<void> {
    await this.#byTurns(perSecond, seconds, (index) => {
      this.#send(index);
      const pair = this.#pairs[index];
      if (pair?.isWaiting && this.#leave) pair.sentMs = this.#leave();
    });
    await this.#drain();
  }

  async #samples(perSecond: number, seconds: number): Promise<void> {
    await this.#byTurns(perSecond, seconds, (pair) => {
      this.#reports += 1;
      this.#report(pair, wander(this.#reports, pair));
    });
  }

  async #closed(actions: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => {
        const now = performance.now();
        for (const [index, pair] of this.#pairs.entries()) {
          if (pair.isWaiting && now - pair.sentMs > LOST_MS) this.#send(index);
        }
        // A home that does nothing at all is not waited for.
        if (this.#lost > actions / 10) end();
      }, WATCH_MS);
      const end = () => {
        clearInterval(watch);
        this.#answered = () => undefined;
        resolve();
      };
      this.#answered = (index) => {
        if (this.#commands >= actions) end();
        // In its own turn of the loop, as a next event would be.
        else setImmediate(() => this.#send(index));
      };
      for (let index = 0; index < PAIRS; index++) this.#send(index);
    });
    for (const pair of this.#pairs) pair.isWaiting = false;
  }

  async #first(everyMs: number, withinMs: number): Promise<void> {
    const endMs = performance.now() + withinMs;
    // A command for an earlier report is a scene served as well. By turns, since what one thermometer says during a
    // slow start would have the hub stop its scenes for their rate, over the next starts too. To both sides of the
    // threshold at once: whoever serves scenes from now on need not have heard of that thermometer before.
    this.#takesEither = true;
    try {
      for (let k = 0; this.#commands === 0; k++) {
        if (performance.now() > endMs) throw new Error(`no command within ${withinMs} ms`);
        this.#send(k % PAIRS);
        if (this.#commands === 0) this.#send(k % PAIRS);
        await wait(everyMs);
      }
    } finally {
      this.#takesEither = false;
    }
  }

  async #drain(): Promise<void> {
    const endMs = performance.now() + LOST_MS;
    while (performance.now() < endMs && this.#pairs.some(({ isWaiting }) => isWaiting)) {
      await wait(5);
    }
    for (const pair of this.#pairs) if (pair.isWaiting) this.#giveUp(pair);
  }
}

/** A room's temperature to the hundredth, never the same twice running: a slow swing and the sensor's noise. */
export function wander(step: number, room: number): number {
  const swing = 1.5 * Math.sin(step / 700 + room);
  const noise = ((step * 7_919 + room * 104_729) % 23) / 100;
  return Math.round((21 + swing + noise) * 100) / 100;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
