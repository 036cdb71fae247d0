// Against real SQLite: what is said to be pending is what a checkpoint then writes.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, expect, test } from 'vitest';
import { pendingCheckpointBytes } from './pending-checkpoint.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('each page in the log counts once, and none after a checkpoint', () => {
  const file = path.join(folder, 'a.db');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
  database.pragma('wal_checkpoint(TRUNCATE)');
  expect(pendingCheckpointBytes(file)).toBe(0);
  const add = database.prepare('INSERT INTO t (text) VALUES (?)');
  add.run('one');
  const once = pendingCheckpointBytes(file);
  expect(once).toBeGreaterThan(0);
  add.run('two, on the same page');
  expect(pendingCheckpointBytes(file)).toBe(once);
  add.run('x'.repeat(20_000));
  expect(pendingCheckpointBytes(file)).toBeGreaterThanOrEqual(once + 4 * 4_096);
  database.pragma('wal_checkpoint(PASSIVE)');
  add.run('after the log began anew');
  expect(pendingCheckpointBytes(file)).toBeLessThanOrEqual(2 * 4_096);
  database.close();
  expect(pendingCheckpointBytes(path.join(folder, 'none.db'))).toBe(0);
});
