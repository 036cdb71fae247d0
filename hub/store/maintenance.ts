// Upkeep of history.db between commits, in slices that a commit can come between: last values, series, retention.
import type { EventLog } from './event-log.ts';
import type { OpenDatabase } from './open.ts';
import { createRetention } from './retention.ts';
import { createSeriesRoll } from './series-roll.ts';

/** How often the last values are written: a start reads the log from there on. */
const VALUES_EVERY_MS = 5 * 60_000;
/** The log is rolled into series every hour, or once this much of it waits for that. */
const ROLL_EVERY_MS = 60 * 60_000;
export const ROLL_BYTES = 256 * 1024;
/** Between two slices, so that what came in the meantime goes first. */
const SLICE_PAUSE_MS = 5;
/** While so many entries wait to be written, the upkeep waits too: a second at a time, until this much is to be rolled. */
const BUSY_ENTRIES = 300;
const BUSY_PAUSE_MS = 1_000;
const ROLL_BYTES_MAX = 16 * ROLL_BYTES;

interface Work {
  step(): boolean;
}

export interface Maintenance {
  start(): void;
  /** Entries were written: perhaps there is enough to roll. */
  committed(): void;
  stop(): void;
}

/** `database` is the file that is open at present; `failed` hears of what a slice threw, and the work is given up. */
export function createMaintenance(options: {
  readonly log: EventLog;
  database(): OpenDatabase;
  failed(error: unknown): void;
}): Maintenance {
  const { log } = options;
  let timers: NodeJS.Timeout[] = [];
  let sliceTimer: NodeJS.Timeout | null = null;
  let waiting: (() => Work)[] = [];
  let current: { readonly work: Work; readonly database: OpenDatabase } | null = null;

  const plan = (): void => {
    if (sliceTimer === null) sliceTimer = setTimeout(slice, SLICE_PAUSE_MS);
  };
  const slice = (): void => {
    sliceTimer = null;
    const database = options.database();
    if (log.pendingEntries >= BUSY_ENTRIES && log.unrolledBytes < ROLL_BYTES_MAX) {
      sliceTimer = setTimeout(slice, BUSY_PAUSE_MS);
      return;
    }
    // What was begun in a file that has been set aside ends with it.
    if (current?.database !== database) current = null;
    if (!database.open) return;
    try {
      const next = current === null ? waiting.shift() : undefined;
      if (next !== undefined) current = { work: next(), database };
      if (current !== null && !current.work.step()) current = null;
    } catch (error) {
      current = null;
      options.failed(error);
    }
    if (current !== null || waiting.length > 0) plan();
  };
  const enqueue = (make: () => Work): void => {
    if (waiting.length < 4) waiting.push(make);
    plan();
  };
  const values = (): void =>
    enqueue(() => ({
      step: () => {
        log.checkpointValues();
        return false;
      },
    }));
  const roll = (): void => enqueue(() => createSeriesRoll(options.database(), log));
  const expire = (): void => enqueue(() => createRetention(options.database(), log.newestAtMs));

  return {
    start: () => {
      timers = [
        setInterval(values, VALUES_EVERY_MS),
        setInterval(() => {
          roll();
          expire();
        }, ROLL_EVERY_MS),
      ];
    },
    committed: () => {
      if (log.unrolledBytes >= ROLL_BYTES && current === null && waiting.length === 0) roll();
    },
    stop: () => {
      for (const timer of timers) clearInterval(timer);
      if (sliceTimer !== null) clearTimeout(sliceTimer);
      sliceTimer = null;
      current = null;
      waiting = [];
    },
  };
}
