// What a bench is, and what it is given: a scope that ends all it started, a place for rows, a line for progress.
import type { Measured } from './row.ts';

/** Each bench ends within this; what it started is then killed, and it has failed. */
export const BENCH_LIMIT_MS = 8 * 60_000;

/** What a bench runs with. */
export interface BenchScope {
  /** A private empty folder, removed at the end. */
  readonly folder: string;
  /** Few and short rounds, to see that a bench works; its figures mean little. */
  readonly isQuick: boolean;
  /** Ends at the bench's time limit. */
  readonly signal: AbortSignal;
  /** Prints a row. */
  row(measured: Measured): void;
  /** Says on standard error how far it is. */
  say(text: string): void;
  /** Ends a thing, last first, when the bench is over, however it ended. */
  atEnd(end: () => Promise<void> | void): void;
}

/** A bench by its name. */
export interface Bench {
  readonly name: string;
  run(scope: BenchScope): Promise<void>;
}
