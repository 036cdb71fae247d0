// Attribute reporting as a node was configured: never sooner than the minimum, at the latest at the maximum, in
// between when the value has moved by the reportable change. Spec: ZCL 07-5123 r8 § 2.5.11.

import type { Cancel, Timers } from '../timers.ts';
import type { ZclValue } from '../zcl/values.ts';

/** What a Configure Reporting command asked for. `change` is undefined for discrete types. */
export interface ReportingConfiguration {
  minSeconds: number;
  maxSeconds: number;
  change: number | undefined;
}

/** `configured` waits for what was configured; `now` reports at once, as a device may at any time. */
export type ReportPolicy = 'configured' | 'now';

const NEVER = 0xffff;
/** A newly configured attribute is reported once soon, so that the other side knows where it stands. */
const FIRST_REPORT_MS = 1_500;

/** A device that reports unasked begins only when the other side has had time to ask who it is. */
export const FIRST_UNASKED_REPORT_MS = 8_000;

/** Reports one attribute. `send` is asked to put a report of the current value on the air. */
export class Reporter {
  readonly configuration: ReportingConfiguration;
  readonly #timers: Timers;
  readonly #value: () => ZclValue;
  readonly #send: () => void;
  #lastValue: ZclValue | undefined;
  #lastSentMs = Number.NEGATIVE_INFINITY;
  #cancel: Cancel = () => undefined;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(
    timers: Timers,
    configuration: ReportingConfiguration,
    attribute: { value: () => ZclValue; send: () => void },
    firstReportMs: number = FIRST_REPORT_MS,
  ) {
    this.#timers = timers;
    this.configuration = configuration;
    this.#value = attribute.value;
    this.#send = attribute.send;
    this.#dueIn(Math.min(firstReportMs, configuration.maxSeconds * 1_000 || firstReportMs));
  }

  /** Tells that the value was set. */
  changed(policy: ReportPolicy): void {
    if (policy === 'now') {
      this.#report();
      return;
    }
    if (!this.#hasMoved()) return;
    const waitMs = this.#lastSentMs + this.configuration.minSeconds * 1_000 - performance.now();
    if (waitMs <= 0) this.#report();
    else this.#dueIn(waitMs);
  }

  stop(): void {
    this.#cancel();
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  #hasMoved(): boolean {
    const value = this.#value();
    const change = this.configuration.change;
    if (change === undefined || typeof value !== 'number' || typeof this.#lastValue !== 'number') {
      return value !== this.#lastValue;
    }
    return value !== this.#lastValue && Math.abs(value - this.#lastValue) >= change;
  }

  #report(): void {
    this.#lastValue = this.#value();
    this.#lastSentMs = performance.now();
    this.stop();
    const { maxSeconds } = this.configuration;
    if (maxSeconds > 0 && maxSeconds < NEVER) this.#dueIn(maxSeconds * 1_000);
    this.#send();
  }

  #dueIn(waitMs: number): void {
    const dueMs = performance.now() + waitMs;
    if (dueMs >= this.#dueMs) return;
    this.#cancel();
    this.#dueMs = dueMs;
    this.#cancel = this.#timers.after(waitMs, () => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#report();
    });
  }
}
