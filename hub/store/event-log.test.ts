import fs from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CommandRecord } from '../model/command.ts';
import { commandId, deviceId, runId, sceneId } from '../model/identifiers.ts';
import type { LogEntry } from '../model/journal.ts';
import { propertyKey } from '../model/properties.ts';
import { BATCH_ENTRIES_MAX, EventLog, PENDING_ENTRIES_MAX } from './event-log.ts';
import { HISTORY_FILE } from './files.ts';
import { readLog } from './log-reader.ts';
import { type OpenDatabase, openDatabase } from './open.ts';
import { packRun, RunStore, readRun, readRuns } from './run-store.ts';
import { change, HALL, runEntry, START_MS, temporaryFolder, trace } from './test-records.ts';

function withLog(
  test: (log: EventLog, database: OpenDatabase, reopen: () => EventLog) => void,
): void {
  using folder = temporaryFolder();
  let database = openDatabase(folder.path, HISTORY_FILE);
  try {
    test(new EventLog(database), database, () => {
      database.close();
      database = openDatabase(folder.path, HISTORY_FILE);
      return new EventLog(database);
    });
  } finally {
    database.close();
  }
}

const COMMAND: CommandRecord = {
  id: commandId('cmd_1'),
  device: HALL,
  body: { kind: 'set', property: propertyKey('on'), value: true },
  cause: { kind: 'scene', scene: sceneId('scene_a'), run: runId('run_a') },
  state: 'observed',
  requestedAtMs: START_MS,
  sentAtMs: START_MS + 1,
  acknowledgedAtMs: START_MS + 2,
  observedAtMs: START_MS + 3,
  endedAtMs: START_MS + 3,
  problem: null,
};

/** One entry of each kind, and a change with each kind of value and cause. */
const ENTRIES: LogEntry[] = [
  change(1, 21.5),
  change(2, -0.001),
  change(3, 0.1 + 0.2),
  change(4, 1e300),
  change(5, true),
  change(6, false),
  change(7, 'heat'),
  change(8, { hue: 120.5, saturation: 100 }),
  change(9, 2 ** 40),
  { ...change(10, 5), cause: { kind: 'restore' } } as LogEntry,
  {
    ...change(10, 6),
    cause: { kind: 'scene', scene: sceneId('scene_a'), run: runId('run_a') },
  } as LogEntry,
  {
    kind: 'event',
    seq: 11,
    atMs: START_MS + 11,
    device: HALL,
    property: propertyKey('button'),
    value: 'single',
  },
  {
    kind: 'availability',
    seq: 12,
    atMs: START_MS + 12,
    device: HALL,
    online: false,
    reason: 'It is silent.',
  },
  { kind: 'command', seq: 13, atMs: START_MS + 13, command: COMMAND },
  { kind: 'gap', seq: 14, atMs: START_MS + 14, lost: 3, why: 'a test' },
];

const rows = (database: OpenDatabase, table: string): unknown =>
  database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();

describe('the event log', () => {
  it('keeps when a quiet home was last alive, in one row and a few hundred bytes', () => {
    withLog((log, database, reopen) => {
      log.accept([change(1, 20)]);
      log.commit();
      database.pragma('wal_checkpoint(TRUNCATE)');
      const QUIET_MS = 60_000;
      for (let minute = 1; minute <= 60; minute += 1) {
        log.alive(START_MS + minute * QUIET_MS);
        expect(log.commit()).toBe(0);
      }
      const { size } = fs.statSync(`${database.name}-wal`);
      expect(size / 60).toBeLessThan(600);
      expect(database.prepare('SELECT count(*) AS n FROM alive').get()).toEqual({ n: 1 });
      const again = reopen();
      expect(again.newestAtMs).toBe(START_MS + 60 * QUIET_MS);
      expect(again.lastSeq).toBe(1);
      // What happens afterwards is newer, and a time from before says nothing.
      again.alive(START_MS);
      expect(again.commit()).toBe(0);
      again.accept([change(2, 21, { atMs: START_MS + 61 * QUIET_MS })]);
      again.commit();
      expect(reopen().newestAtMs).toBe(START_MS + 61 * QUIET_MS);
    });
  });

  it('gives back each kind of entry as it was, newest first', () => {
    withLog((log, database) => {
      log.accept(ENTRIES);
      expect(log.commit()).toBe(ENTRIES.length);
      expect(rows(database, 'log')).toBe(1);
      const page = readLog(database, { device: null, before: null, limit: 100 });
      expect(page).toEqual({ items: ENTRIES.toReversed(), next: null });
    });
  });

  it('knows the last values and numbers after a start, from a checkpoint and what came after it', () => {
    withLog((log, _database, reopen) => {
      const kitchen = deviceId('dev_kitchen');
      log.accept([change(1, 20), change(2, 18, { device: kitchen })]);
      log.commit();
      log.checkpointValues();
      log.accept([change(3, 21.5)]);
      log.commit();
      log.accept([change(4, 99)]);
      const again = reopen();
      expect(again.lastValues()).toEqual([
        { device: HALL, property: 'temperature', value: 21.5, atMs: START_MS + 3000 },
        { device: kitchen, property: 'temperature', value: 18, atMs: START_MS + 2000 },
      ]);
      expect([again.lastSeq, again.newestAtMs]).toEqual([3, START_MS + 3000]);
    });
  });

  it('does without damaged rows and says which', () => {
    withLog((log, database, reopen) => {
      for (const seq of [1, 2, 3]) {
        log.accept([change(seq, 20 + seq)]);
        log.commit();
      }
      database.exec("UPDATE log SET body = x'0000000000ff' WHERE id = 2");
      const again = reopen();
      expect(again.notes).toEqual(['history.db: row 2 of the log is damaged and was left out']);
      expect(again.lastValues()).toMatchObject([{ value: 23 }]);
    });
  });

  it('writes a long queue as rows of two thousand in one transaction', () => {
    withLog((log, database) => {
      log.accept(Array.from({ length: BATCH_ENTRIES_MAX + 1 }, (_, seq) => change(seq + 1, seq)));
      log.commit();
      expect(rows(database, 'log')).toBe(2);
    });
  });

  it('drops the oldest beyond its limit while the disk refuses, and says in the log how many', () => {
    withLog((log, database) => {
      database.pragma(`max_page_count = ${database.pragma('page_count', { simple: true })}`);
      for (let first = 0; first < PENDING_ENTRIES_MAX + 2000; first += 1000) {
        log.accept(Array.from({ length: 1000 }, (_, index) => change(first + index + 1, index)));
      }
      expect(() => log.commit()).toThrow(/full/);
      expect([log.pendingEntries, log.droppedEntries]).toEqual([PENDING_ENTRIES_MAX, 2000]);
      database.pragma('max_page_count = 1000000');
      expect(log.commit()).toBe(PENDING_ENTRIES_MAX);
      const gap = readLog(database, { device: null, before: '2001', limit: 5 });
      expect(gap.items).toEqual([
        {
          kind: 'gap',
          seq: 1,
          atMs: START_MS + 1000,
          lost: 2000,
          why: 'the disk did not take them in time',
        },
      ]);
    });
  });

  it('takes up to 20 bytes a change when six share a commit', () => {
    withLog((log, database) => {
      log.accept([1, 2, 3, 4, 5, 6].map((seq) => change(seq, 20 + seq / 10)));
      log.commit();
      const bytes = Number(database.prepare('SELECT length(body) FROM log').pluck().get());
      expect(bytes / 6).toBeLessThan(20);
    });
  });

  it('reads page by page without losing or repeating an entry', () => {
    withLog((log, database) => {
      // Several entries share a number, as those of one input do.
      const entries = Array.from({ length: 500 }, (_, index) =>
        change(1 + Math.floor(index / 3), index, { atMs: START_MS + index }),
      );
      for (let from = 0; from < entries.length; from += 70) {
        log.accept(entries.slice(from, from + 70));
        log.commit();
      }
      const read: LogEntry[] = [];
      let before: string | null = null;
      do {
        const page = readLog(database, { device: HALL, before, limit: 40 });
        read.push(...page.items);
        before = page.next;
      } while (before !== null);
      expect(read.map((entry) => entry.atMs)).toHaveLength(500);
      expect(new Set(read.map((entry) => entry.atMs)).size).toBe(500);
      expect(read).toEqual(read.toSorted((a, b) => b.seq - a.seq));
      expect(
        readLog(database, { device: deviceId('dev_other'), before: null, limit: 9 }).items,
      ).toEqual([]);
    });
  });
});

describe('traces', () => {
  it('are found by id, by scene and by time, newest first, as they were last', () => {
    withLog((log, database) => {
      const running = trace('a', { state: 'running', startedAtMs: START_MS });
      const done = trace('a', { startedAtMs: START_MS });
      const later = trace('b', { scene: 'dusk', startedAtMs: START_MS + 50 });
      log.accept([runEntry(1, running), runEntry(2, later)]);
      log.commit();
      log.accept([runEntry(3, done)]);
      log.commit();
      const all = { scene: null, fromMs: null, before: null, limit: 10 };
      expect(readRuns(database, all)).toEqual({ items: [later, done], next: null });
      expect(readRuns(database, { ...all, scene: done.scene }).items).toEqual([done]);
      expect(readRuns(database, { ...all, fromMs: START_MS + 1 }).items).toEqual([later]);
      const first = readRuns(database, { ...all, limit: 1 });
      expect(readRuns(database, { ...all, before: first.next }).items).toEqual([done]);
      expect(readRun(database, done.id)).toEqual(done);
      expect(readRun(database, runId('run_none'))).toBeNull();
    });
  });

  it('of near misses that are all alike are one that counts them; what differs stays', () => {
    withLog((log, database) => {
      const miss = (name: string, lux: number, atMs: number) =>
        runEntry(atMs, trace(name, { state: 'nearMiss', lux, startedAtMs: START_MS + atMs }));
      log.accept([miss('a', 400, 1), miss('b', 410, 2)]);
      log.commit();
      log.accept([miss('c', 420, 3), runEntry(4, trace('d', { startedAtMs: START_MS + 4 }))]);
      log.commit();
      log.accept([miss('e', 430, 5)]);
      log.commit();
      const { items } = readRuns(database, { scene: null, fromMs: null, before: null, limit: 9 });
      expect(items.map((item) => [item.id, item.repeats])).toEqual([
        ['run_e', undefined],
        ['run_d', undefined],
        ['run_c', 2],
      ]);
    });
  });

  it('stay within their budget: near misses go first, then the oldest', () => {
    using folder = temporaryFolder();
    const database = openDatabase(folder.path, HISTORY_FILE);
    const runs = new RunStore(database, 40 * 1024);
    for (let index = 0; index < 100; index += 1) {
      const startedAtMs = START_MS + index;
      runs.put(packRun(trace(`done${index}`, { startedAtMs })));
      runs.put(
        packRun(trace(`miss${index}`, { startedAtMs, state: 'nearMiss', scene: `s${index}` })),
      );
      runs.trim();
    }
    const count = (dull: number): unknown =>
      database.prepare('SELECT count(*) FROM runs WHERE dull = ?').pluck().get(dull);
    expect(count(1)).toBeLessThan(5);
    expect(count(0)).toBeGreaterThan(40);
    expect(readRun(database, runId('run_done99'))).not.toBeNull();
    expect(readRun(database, runId('run_done0'))).toBeNull();
    database.close();
  });
});
