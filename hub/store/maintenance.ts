// Upkeep of history.db between commits, in slices that a commit can come between: last values, series, retention.
import type { EventLog } from './event-log.ts';
import type { OpenDatabase } from './open.ts';

/** How often the last values are written: a start reads the log from there on. */
const VALUES_EVERY_MS = 5 * 60_000;

export interface Maintenance {
  start(): void;
  /** Entries were written: perhaps there is enough to roll. */
  committed(): void;
  stop(): void;
}

export function createMaintenance(options: {
  readonly log: EventLog;
  database(): OpenDatabase;
  failed(error: unknown): void;
}): Maintenance {
  let valuesTimer: NodeJS.Timeout | undefined;
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      options.failed(error);
    }
  };
  return {
    start: () => {
      valuesTimer = setInterval(
        () => guarded(() => options.log.checkpointValues()),
        VALUES_EVERY_MS,
      );
    },
    committed: () => {},
    stop: () => clearInterval(valuesTimer),
  };
}
