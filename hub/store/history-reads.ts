// The jobs worker's queries without its thread: a read-only connection to history.db, opened at the first query and
// anew after the file was set aside. Each query sees the file as it was at one instant.
import fs from 'node:fs';
import path from 'node:path';
import type { BackupCalls } from '../model/backup.ts';
import { HubError } from '../model/errors.ts';
import type { ExplainCalls, History, KnownHome } from '../model/explain.ts';
import type { MovingCalls } from '../model/moving-in.ts';
import type { JobCalls } from '../model/store-port.ts';
import { HISTORY_FILE } from './files.ts';
import { createHistoryLens } from './history-lens.ts';
import { readLog } from './log-reader.ts';
import { type OpenDatabase, openReadOnly, storageError } from './open.ts';
import { countRuns } from './run-counts.ts';
import { readRun, readRuns } from './run-store.ts';
import { readSeries } from './series-reader.ts';
import { createStoredHome } from './stored-home.ts';

export interface HistoryReads {
  readonly calls: Omit<JobCalls, keyof ExplainCalls | keyof MovingCalls | keyof BackupCalls>;
  /** Looks at all of it as it is at one instant; what is given is good for the question only. */
  look<Result>(ask: (history: History) => Result): Result;
  close(): void;
}

/** While the file does not exist, everything is empty. */
export function createHistoryReads(
  dataFolder: string,
  /** What is declared beside the devices, members as people too. */
  valuesOf: (home: KnownHome) => KnownHome['values'] = ({ values }) => values,
): HistoryReads {
  const filePath = path.join(dataFolder, HISTORY_FILE.name);
  let open: { readonly database: OpenDatabase; readonly inode: number } | null = null;

  const stored = createStoredHome(dataFolder, valuesOf);

  const close = (): void => {
    open?.database.close();
    open = null;
  };
  const connect = (): OpenDatabase | null => {
    const inode = fs.statSync(filePath, { throwIfNoEntry: false })?.ino;
    if (open !== null && open.inode !== inode) close();
    if (open === null && inode !== undefined) {
      const database = openReadOnly(dataFolder, HISTORY_FILE);
      if (database !== null) open = { database, inode };
    }
    return open?.database ?? null;
  };
  const read = <Result>(empty: Result, query: (database: OpenDatabase) => Result): Result => {
    try {
      const database = connect();
      return database === null ? empty : database.transaction(() => query(database)).deferred();
    } catch (error) {
      close();
      throw storageError(error, 'history.db cannot be read');
    }
  };
  return {
    calls: {
      runs: (filter) => read({ items: [], next: null }, (database) => readRuns(database, filter)),
      run: (id) => read(null, (database) => readRun(database, id)),
      runCounts: (after) => read({ counts: [], last: 0 }, (database) => countRuns(database, after)),
      series: (query) =>
        read({ points: [], resolutionMs: 1 }, (database) => readSeries(database, query)),
      log: (filter) => read({ items: [], next: null }, (database) => readLog(database, filter)),
    },
    look: (ask) => {
      try {
        const database = connect();
        const lens = () => ask(createHistoryLens(database, stored));
        return database === null ? lens() : database.transaction(lens).deferred();
      } catch (error) {
        if (error instanceof HubError) throw error;
        close();
        throw storageError(error, 'history.db cannot be read');
      }
    },
    close() {
      close();
      stored.close();
    },
  };
}
