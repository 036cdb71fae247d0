// Long work as one record that the page's bars, the command line's bars and the metrics all show.
import type { Problem } from './errors.ts';
import type { JobId } from './identifiers.ts';
import type { Words } from './words.ts';

export type JobState = 'running' | 'done' | 'failed' | 'cancelled';

/** One line of what happened, with its wall time. */
export interface JobLogLine {
  readonly atMs: number;
  readonly text: Words;
}

export interface Job {
  readonly id: JobId;
  /** `pair`, later `firmware`, `backup`, `provision`, … */
  readonly kind: string;
  readonly state: JobState;
  readonly step: {
    readonly name: string;
    readonly index: number;
    readonly of: number;
    /** How far the step itself is, such as the third of five interview questions. */
    readonly part?: { readonly index: number; readonly of: number };
  } | null;
  /** 0 to 1; null while no total exists. */
  readonly progress: number | null;
  readonly etaSeconds: number | null;
  /** The last 200 lines. */
  readonly log: readonly JobLogLine[];
  readonly result: unknown;
  readonly problem: Problem | null;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
}

/** A job that another part of the hub does. It is cancelled by its signal, and ended by whoever opened it. */
export interface OpenJob {
  readonly signal: AbortSignal;
  /** The record as it is now. */
  record(): Job;
  update(
    change: Partial<Pick<Job, 'step' | 'progress' | 'etaSeconds' | 'result'>>,
    line?: Words,
  ): void;
  end(state: 'done' | 'failed' | 'cancelled', problem: Problem | null, line: Words): void;
}
