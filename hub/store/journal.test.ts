import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JournalRecord } from '../model/journal.ts';
import type { Patch } from '../model/state-table.ts';
import { RUNS_FILE } from './files.ts';
import { markInboxRead, NOTIFICATIONS_MAX, readInbox } from './inbox.ts';
import { CHECKPOINT_RECORDS, Journal, PENDING_RECORDS_MAX } from './journal.ts';
import { DamagedFileError, type OpenDatabase, openDatabase } from './open.ts';
import {
  journalRecord,
  journalRecords,
  notification,
  START_MS,
  seededRandom,
  tablesAfter,
  temporaryFolder,
} from './test-records.ts';

function withJournal(
  test: (journal: Journal, database: OpenDatabase, reopen: () => Journal) => void,
): void {
  using folder = temporaryFolder();
  let database = openDatabase(folder.path, RUNS_FILE);
  try {
    test(new Journal(database), database, () => {
      database.close();
      database = openDatabase(folder.path, RUNS_FILE);
      return new Journal(database);
    });
  } finally {
    database.close();
  }
}

const rows = (database: OpenDatabase, table: string): unknown =>
  database.prepare(`SELECT count(*) FROM ${table}`).pluck().get();

const byTable = (a: Patch, b: Patch): number =>
  a.table === 'sessions' ? -1 : b.table === 'sessions' ? 1 : 0;

describe('the journal', () => {
  it('gives the tables back that its records made, after the file was closed', () => {
    withJournal((journal, _database, reopen) => {
      for (let first = 1; first <= 91; first += 10) {
        journal.accept(journalRecords(first, first + 9));
        journal.commit();
      }
      const again = reopen();
      expect(again.entries()).toEqual(tablesAfter(100));
      expect([again.last, again.durable, again.lastSeq, again.newestAtMs]).toEqual([
        100,
        100,
        300,
        START_MS + 100,
      ]);
      expect(again.notes).toEqual([]);
    });
  });

  it('writes all that waits as one row, and calls nothing durable before that', () => {
    withJournal((journal, database) => {
      journal.accept(journalRecords(1, 3));
      journal.accept(journalRecords(4, 5));
      expect([journal.durable, journal.pendingRecords]).toEqual([0, 5]);
      journal.commit();
      expect([journal.durable, journal.pendingRecords]).toEqual([5, 0]);
      expect(rows(database, 'journal')).toBe(1);
    });
  });

  it('passes over records that it has, and takes what is new beside them', () => {
    withJournal((journal) => {
      journal.accept(journalRecords(1, 10));
      journal.commit();
      expect(journal.accept(journalRecords(4, 12))).toBeNull();
      journal.commit();
      expect([journal.durable, journal.entries()]).toEqual([12, tablesAfter(12)]);
    });
  });

  it('refuses what comes after a gap and says what is missing', () => {
    withJournal((journal) => {
      journal.accept(journalRecords(1, 3));
      expect(journal.accept(journalRecords(6, 8))).toBe(4);
      journal.commit();
      expect([journal.durable, journal.entries()]).toEqual([3, tablesAfter(3)]);
      expect(journal.accept(journalRecords(4, 8))).toBeNull();
    });
  });

  it('takes the tables whole where records cannot be had any more', () => {
    withJournal((journal, _database, reopen) => {
      journal.accept(journalRecords(1, 3));
      journal.commit();
      const tables = { last: 50, seq: 150, atMs: START_MS, entries: tablesAfter(50) };
      journal.acceptTables(tables);
      journal.accept(journalRecords(51, 52));
      journal.commit();
      expect(journal.durable).toBe(52);
      expect(reopen().entries()).toEqual(tablesAfter(52));
    });
  });

  it('begins at any number in a fresh file: the old one may have been set aside under a running core', () => {
    withJournal((journal) => {
      journal.accept(journalRecords(500, 502));
      expect([journal.durable, journal.pendingRecords]).toEqual([499, 3]);
      journal.commit();
      expect(journal.durable).toBe(502);
    });
  });

  it('replaces old records by a checkpoint, in the same transaction as new ones', () => {
    withJournal((journal, database, reopen) => {
      journal.accept(journalRecords(1, CHECKPOINT_RECORDS - 5));
      journal.commit();
      expect(rows(database, 'checkpoint')).toBe(0);
      const last = CHECKPOINT_RECORDS + 5;
      journal.accept(journalRecords(CHECKPOINT_RECORDS - 4, last));
      journal.commit();
      expect([rows(database, 'journal'), rows(database, 'checkpoint')]).toEqual([0, 2]);
      journal.accept(journalRecords(last + 1, last + 2));
      journal.commit();
      const again = reopen();
      expect(again.entries()).toEqual(tablesAfter(last + 2));
      expect(again.lastSeq).toBe((last + 2) * 3);
    });
  });

  it('keeps its size while thousands of records change the same entries', () => {
    withJournal((journal, database) => {
      database.pragma('synchronous = OFF');
      for (let first = 1; first < 60_000; first += 100) {
        journal.accept(journalRecords(first, first + 99));
        journal.commit();
      }
      const bytes = Number(database.pragma('page_count', { simple: true })) * RUNS_FILE.pageBytes;
      expect(bytes).toBeLessThan(3 * 1024 * 1024);
    });
  });

  it('cuts a damaged tail at the last whole record, says so, and goes on from there', () => {
    withJournal((journal, database, reopen) => {
      for (const first of [1, 11, 21]) {
        journal.accept(journalRecords(first, first + 9));
        journal.commit();
      }
      const body = database.prepare('SELECT body FROM journal WHERE first = 21').pluck().get();
      if (!(body instanceof Uint8Array)) throw new Error('There is no row 21');
      body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 4;
      database.prepare('UPDATE journal SET body = ? WHERE first = 21').run(body);
      const again = reopen();
      expect([again.durable, again.entries()]).toEqual([20, tablesAfter(20)]);
      expect(again.notes).toEqual([
        'runs.db: the journal was damaged at record 21; 10 records from there on were cut off',
      ]);
      again.accept(journalRecords(21, 25));
      again.commit();
      const third = reopen();
      expect([third.durable, third.entries(), third.notes]).toEqual([25, tablesAfter(25), []]);
    });
  });

  it('says that the file is damaged when a checkpoint cannot be believed', () => {
    withJournal((journal, database, reopen) => {
      journal.acceptTables({ last: 9, seq: 27, atMs: START_MS, entries: tablesAfter(9) });
      journal.commit();
      database.exec("UPDATE checkpoint SET body = x'00' WHERE part = 1");
      expect(reopen).toThrow(DamagedFileError);
    });
  });

  it('folds what the disk refuses for long into a checkpoint, and loses none of it', () => {
    withJournal((journal, database, reopen) => {
      const full = Number(database.pragma('page_count', { simple: true }));
      database.pragma(`max_page_count = ${full}`);
      const last = PENDING_RECORDS_MAX + 500;
      const random = seededRandom(1);
      const large = Array.from({ length: 2000 }, () => random());
      const patches = [{ table: 'sessions', key: 'a', value: large }];
      journal.accept([{ ...journalRecord(1), patches, notifications: [notification('one')] }]);
      for (let first = 2; first <= last; first += 1) journal.accept([journalRecord(first)]);
      expect(() => journal.commit()).toThrow(/full/);
      expect([journal.durable, journal.pendingRecords]).toEqual([0, last]);
      database.pragma('max_page_count = 100000');
      journal.commit();
      expect(journal.durable).toBe(last);
      expect(readInbox(database, null, 10).items.map((item) => item.id)).toEqual(['ntf_one']);
      const [session, ...others] = reopen().entries().toSorted(byTable);
      expect([session, others]).toEqual([patches[0], tablesAfter(last).toSorted(byTable)]);
    });
  });

  it('takes thousands of records a second, each group with one sync', () => {
    withJournal((journal) => {
      const startedMs = performance.now();
      for (let group = 0; group < 100; group += 1) {
        journal.accept(journalRecords(group * 50 + 1, group * 50 + 50));
        journal.commit();
      }
      const perSecond = (5000 / (performance.now() - startedMs)) * 1000;
      // Seen: 50,000 and more. The bound leaves room for a slow disk, not for a sync a record.
      expect(perSecond).toBeGreaterThan(2000);
    });
  });
});

describe('the inbox', () => {
  const withInbox = (number: number, names: readonly string[]): JournalRecord => ({
    ...journalRecord(number),
    notifications: names.map(notification),
  });

  it('shows a notification with its record and never twice', () => {
    withJournal((journal, database, reopen) => {
      journal.accept([withInbox(1, ['a']), withInbox(2, ['b'])]);
      expect(readInbox(database, null, 10).items).toEqual([]);
      journal.commit();
      journal.accept([withInbox(1, ['a']), withInbox(3, ['a', 'c'])]);
      journal.commit();
      expect(readInbox(database, null, 10).items).toEqual(['c', 'b', 'a'].map(notification));
      reopen();
    });
  });

  it('loses the notification of an intent that was given up as not recorded', () => {
    withJournal((journal, database) => {
      const givenUp: JournalRecord = {
        ...journalRecord(3),
        kind: 'outcome',
        patches: [{ table: 'intents', key: 'ntf_a', value: { state: 'notRecorded', seq: 9 } }],
      };
      const sent: JournalRecord = {
        ...journalRecord(4),
        kind: 'outcome',
        patches: [{ table: 'intents', key: 'ntf_b', value: { state: 'done' } }],
      };
      journal.accept([withInbox(1, ['a']), withInbox(2, ['b']), givenUp, sent]);
      journal.commit();
      expect(readInbox(database, null, 10).items.map((item) => item.id)).toEqual(['ntf_b']);
    });
  });

  it('loses it also where the same record opens another, as when the next run begins', () => {
    withJournal((journal, database) => {
      const next: JournalRecord = {
        ...withInbox(2, ['b']),
        kind: 'intent',
        patches: [{ table: 'intents', key: 'ntf_a', value: { state: 'notRecorded' } }],
      };
      journal.accept([withInbox(1, ['a']), next]);
      journal.commit();
      expect(readInbox(database, null, 10).items.map((item) => item.id)).toEqual(['ntf_b']);
    });
  });

  it('is read in pages and remembers when each was read first', () => {
    withJournal((journal, database) => {
      journal.accept([withInbox(1, ['a', 'b', 'c', 'd', 'e'])]);
      journal.commit();
      const first = readInbox(database, null, 2);
      expect(first.items.map((item) => item.id)).toEqual(['ntf_e', 'ntf_d']);
      const second = readInbox(database, first.next, 2);
      expect(second.items.map((item) => item.id)).toEqual(['ntf_c', 'ntf_b']);
      const third = readInbox(database, second.next, 2);
      expect([third.items.map((item) => item.id), third.next]).toEqual([['ntf_a'], null]);
      markInboxRead(database, notification('c').id, START_MS + 5);
      markInboxRead(database, notification('c').id, START_MS + 9);
      expect(readInbox(database, first.next, 1).items[0]?.readAtMs).toBe(START_MS + 5);
      expect(() => markInboxRead(database, notification('z').id, 1)).toThrow(
        'There is no notification "ntf_z"',
      );
      expect(readInbox(database, 'nonsense', 2).items).toEqual([]);
    });
  });

  it('keeps a thousand: the oldest that were read go first', () => {
    withJournal((journal, database) => {
      const names = Array.from({ length: NOTIFICATIONS_MAX }, (_, index) => `n${index}`);
      journal.accept([withInbox(1, names)]);
      journal.commit();
      markInboxRead(database, notification('n5').id, START_MS);
      journal.accept([withInbox(2, ['x', 'y'])]);
      journal.commit();
      expect(rows(database, 'notifications')).toBe(NOTIFICATIONS_MAX);
      const gone = ['n0', 'n1', 'n5'].filter(
        (name) =>
          database.prepare('SELECT 1 FROM notifications WHERE id = ?').get(`ntf_${name}`) ===
          undefined,
      );
      expect(gone).toEqual(['n0', 'n5']);
    });
  });
});

it('keeps its file small enough for a card: one row of a few bytes a decision', () => {
  using folder = temporaryFolder();
  const database = openDatabase(folder.path, RUNS_FILE);
  const journal = new Journal(database);
  const wal = path.join(folder.path, 'runs.db-wal');
  const before = fs.statSync(wal).size;
  for (let number = 1; number <= 50; number += 1) {
    journal.accept([journalRecord(number)]);
    journal.commit();
  }
  expect((fs.statSync(wal).size - before) / 50).toBeLessThan(2048);
  database.close();
});
