import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { HISTORY_FILE } from './files.ts';
import { openDatabase } from './open.ts';
import { countRuns } from './run-counts.ts';
import { packRun, RunStore } from './run-store.ts';
import { trace } from './test-records.ts';

it('ended runs are counted once each, by what set them off and how they ended; near misses are not', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const database = openDatabase(folder, HISTORY_FILE);
  const runs = new RunStore(database);
  expect(countRuns(database, null)).toEqual({ counts: [], last: 0 });
  runs.put(packRun(trace('1', { state: 'done' })));
  runs.put(packRun(trace('2', { state: 'done' })));
  runs.put(packRun(trace('3', { state: 'nearMiss' })));
  const first = countRuns(database, 0);
  expect(first.counts.map(({ result, count }) => [result, count])).toEqual([['done', 2]]);
  runs.put(packRun(trace('4', { state: 'nearMiss' })));
  runs.put(packRun(trace('5', { state: 'failed' })));
  const second = countRuns(database, first.last);
  expect(second.counts.map(({ result, count }) => [result, count])).toEqual([['failed', 1]]);
  expect(countRuns(database, second.last).counts).toEqual([]);
  // A fresh file after a damaged one numbers its rows anew.
  expect(countRuns(database, 1_000).counts).toHaveLength(2);
  database.close();
  rmSync(folder, { recursive: true, force: true });
});
