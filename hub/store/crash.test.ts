// What survives: a process that is killed in the middle of commits, a log that was cut or flipped, pages that went
// bad. Each test prints its seed; INGLE_SEED runs it again, INGLE_COUNT sets how often. A kill leaves what the kernel
// has: it is no power cut, which is what the torn logs stand for.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { EventLog } from './event-log.ts';
import { HISTORY_FILE, HOME_FILE, RUNS_FILE } from './files.ts';
import { HomeStore } from './home-store.ts';
import { Journal } from './journal.ts';
import { readLog } from './log-reader.ts';
import { DamagedFileError, openDatabase } from './open.ts';
import { Storage } from './storage.ts';
import {
  change,
  device,
  journalRecords,
  seededRandom,
  tablesAfter,
  temporaryFolder,
} from './test-records.ts';

const COUNT = Number(process.env.INGLE_COUNT ?? 20);
const SEED = Number(process.env.INGLE_SEED ?? Date.now() % 1_000_000);

const victims = new Set<ChildProcess>();
afterEach(() => {
  for (const victim of victims) victim.kill('SIGKILL');
  victims.clear();
});

interface Acknowledged {
  durable: number;
  setting: number;
  logged: number;
}

/** Lets the victim write until it has acknowledged something, and some random time more, then kills it. */
async function killWhileWriting(dataFolder: string, random: () => number): Promise<Acknowledged> {
  const program = fileURLToPath(new URL('./test-crash-victim.ts', import.meta.url));
  const seed = String(Math.floor(random() * 1e6));
  const victim = spawn(process.execPath, [program, dataFolder, seed], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  victims.add(victim);
  const acknowledged: Acknowledged = { durable: 0, setting: 0, logged: 0 };
  const delayMs = random() * 250;
  let text = '';
  let isDoomed = false;
  victim.stdout.setEncoding('utf8');
  victim.stdout.on('data', (data: string) => {
    text += data;
    if (isDoomed || !text.includes('logged') || !text.includes('setting')) return;
    isDoomed = true;
    setTimeout(() => victim.kill('SIGKILL'), delayMs);
  });
  const [, signal] = await once(victim, 'close');
  victims.delete(victim);
  expect(signal).toBe('SIGKILL');
  // The last line may be half of one.
  for (const line of text.split('\n').slice(0, -1)) {
    const [what, number] = line.split(' ');
    if (what === 'durable' || what === 'setting' || what === 'logged') {
      acknowledged[what] = Number(number);
    }
  }
  return acknowledged;
}

describe('a kill -9 in the middle of commits', () => {
  it(
    `item 78: the storage killed in mid-write loses nothing that it acknowledged, ${COUNT} times`,
    async () => {
      process.stderr.write(`kill -9 of the storage: INGLE_SEED=${SEED} INGLE_COUNT=${COUNT}\n`);
      using folder = temporaryFolder();
      const random = seededRandom(SEED);
      for (let round = 0; round < COUNT; round += 1) {
        const acknowledged = await killWhileWriting(folder.path, random);
        const storage = new Storage({ dataFolder: folder.path, faults: false, log: () => {} });
        const calls = storage.calls();
        const { entries, lastRecord, lastValues, notes } = calls.recover();
        expect(notes).toEqual([]);
        expect(lastRecord).toBeGreaterThanOrEqual(acknowledged.durable);
        expect(entries).toEqual(tablesAfter(lastRecord));
        const setting = Number(calls.load().settings.counter);
        expect(setting).toBeGreaterThanOrEqual(acknowledged.setting);
        const inbox = calls.notifications(null, 200).items.map((item) => item.id);
        const newest = Math.floor(lastRecord / 10) * 10;
        expect(inbox).toEqual(inbox.map((_, index) => `ntf_n${newest - index * 10}`));
        const last = Number(lastValues[0]?.value ?? 0);
        expect(last).toBeGreaterThanOrEqual(acknowledged.logged);
        const log = readLog(openedHistory(storage), { device: null, before: null, limit: 500 });
        expect(log.items.map((entry) => entry.seq)).toEqual(
          log.items.map((_, index) => last - index),
        );
        storage.stop();
      }
    },
    30_000 + COUNT * 3000,
  );
});

function openedHistory(storage: Storage) {
  const [, , history] = storage.databases();
  if (history === undefined) throw new Error('Storage has no third file');
  return history;
}

/** Copies a file and its log as a power cut would leave them, with the log changed. */
function copyWithWal(from: string, to: string, name: string, spoil: (wal: Buffer) => Buffer): void {
  fs.mkdirSync(to, { recursive: true });
  fs.copyFileSync(path.join(from, name), path.join(to, name));
  fs.writeFileSync(
    path.join(to, `${name}-wal`),
    spoil(fs.readFileSync(path.join(from, `${name}-wal`))),
  );
  fs.rmSync(path.join(to, `${name}-shm`), { force: true });
}

describe('a torn log', () => {
  const spoilers = {
    cut: (random: () => number) => (wal: Buffer) =>
      wal.subarray(0, Math.floor(random() * wal.length)),
    'flipped bit': (random: () => number) => (wal: Buffer) => {
      const spoilt = Buffer.from(wal);
      const place = Math.floor(random() * wal.length);
      spoilt[place] = (spoilt[place] ?? 0) ^ (1 << Math.floor(random() * 8));
      return spoilt;
    },
    'zeroed end': (random: () => number) => (wal: Buffer) => {
      const spoilt = Buffer.from(wal);
      return spoilt.fill(0, Math.floor(random() * wal.length));
    },
  };

  for (const [name, spoiler] of Object.entries(spoilers)) {
    it(`item 79: a torn write of runs.db (${name}) leaves a prefix of the journal, whole records only`, () => {
      process.stderr.write(`torn log (${name}): INGLE_SEED=${SEED} INGLE_COUNT=${COUNT}\n`);
      using folder = temporaryFolder();
      const random = seededRandom(SEED);
      const database = openDatabase(folder.path, RUNS_FILE);
      const journal = new Journal(database);
      journal.accept(journalRecords(1, 20));
      journal.commit();
      database.pragma('wal_checkpoint(TRUNCATE)');
      for (let first = 21; first <= 120; first += 5) {
        journal.accept(journalRecords(first, first + 4));
        journal.commit();
      }
      for (let round = 0; round < COUNT; round += 1) {
        const copy = path.join(folder.path, 'copy');
        copyWithWal(folder.path, copy, RUNS_FILE.name, spoiler(random));
        const torn = openDatabase(copy, RUNS_FILE);
        const recovered = new Journal(torn);
        expect(recovered.last).toBeGreaterThanOrEqual(20);
        expect(recovered.last % 5).toBe(0);
        expect(recovered.entries()).toEqual(tablesAfter(recovered.last));
        torn.close();
      }
      database.close();
    });
  }

  it('item 79: a torn write of home.db leaves the home as it was after one of the edits', () => {
    using folder = temporaryFolder();
    const random = seededRandom(SEED);
    const database = openDatabase(folder.path, HOME_FILE);
    const home = new HomeStore(database);
    database.pragma('wal_checkpoint(TRUNCATE)');
    for (let version = 1; version <= 20; version += 1) home.putDevice(device('lamp', version));
    for (let round = 0; round < COUNT; round += 1) {
      const copy = path.join(folder.path, 'copy');
      const spoil = round % 2 === 0 ? spoilers.cut : spoilers['flipped bit'];
      copyWithWal(folder.path, copy, HOME_FILE.name, spoil(random));
      const torn = openDatabase(copy, HOME_FILE);
      const [lamp] = new HomeStore(torn).load().devices;
      if (lamp !== undefined) expect(lamp).toEqual(device('lamp', lamp.version));
      torn.close();
    }
    database.close();
  });

  it('item 79: a torn write of history.db leaves a prefix of the log', () => {
    using folder = temporaryFolder();
    const random = seededRandom(SEED);
    const database = openDatabase(folder.path, HISTORY_FILE);
    const log = new EventLog(database);
    database.pragma('wal_checkpoint(TRUNCATE)');
    for (let seq = 1; seq <= 100; seq += 1) {
      log.accept([change(seq, seq)]);
      log.commit();
    }
    for (let round = 0; round < COUNT; round += 1) {
      const copy = path.join(folder.path, 'copy');
      copyWithWal(folder.path, copy, HISTORY_FILE.name, spoilers.cut(random));
      const torn = openDatabase(copy, HISTORY_FILE);
      const { lastSeq } = new EventLog(torn);
      const { items } = readLog(torn, { device: null, before: null, limit: 200 });
      expect(items.map((entry) => entry.seq)).toEqual(items.map((_, index) => lastSeq - index));
      torn.close();
    }
    database.close();
  });
});

describe('bad pages in the main files', () => {
  it('never keep the house from starting, unless it is the home that is damaged, and that is said', () => {
    process.stderr.write(`bad pages: INGLE_SEED=${SEED} INGLE_COUNT=${COUNT}\n`);
    using folder = temporaryFolder();
    const random = seededRandom(SEED);
    const whole = path.join(folder.path, 'whole');
    const storage = new Storage({ dataFolder: whole, faults: false, log: () => {} });
    const [home, runs, history] = storage.databases();
    if (!home || !runs || !history) throw new Error('Storage has three files');
    const homeStore = new HomeStore(home);
    for (let index = 0; index < 30; index += 1) homeStore.putDevice(device(`lamp${index}`));
    const journal = new Journal(runs);
    const log = new EventLog(history);
    for (let first = 1; first <= 200; first += 10) {
      journal.accept(journalRecords(first, first + 9));
      journal.commit();
      log.accept(Array.from({ length: 50 }, (_, index) => change(first * 5 + index, index)));
      log.commit();
    }
    storage.stop();
    const before = new Set(tablesOf(200));

    for (let round = 0; round < COUNT; round += 1) {
      const copy = path.join(folder.path, `copy${round}`);
      fs.cpSync(whole, copy, { recursive: true });
      const file = [HOME_FILE, RUNS_FILE, HISTORY_FILE][Math.floor(random() * 3)] ?? HOME_FILE;
      const bytes = fs.readFileSync(path.join(copy, file.name));
      const page = Math.floor((random() * bytes.length) / file.pageBytes) * file.pageBytes;
      for (let place = page; place < page + file.pageBytes; place += 1) {
        bytes[place] = Math.floor(random() * 256);
      }
      fs.writeFileSync(path.join(copy, file.name), bytes);
      try {
        const hurt = new Storage({ dataFolder: copy, faults: false, log: () => {} });
        const calls = hurt.calls();
        const { entries, lastRecord } = calls.recover();
        expect(before.has(JSON.stringify(entries)) || lastRecord === 0).toBe(true);
        if (file !== HOME_FILE) expect(calls.load().devices).toHaveLength(30);
        hurt.stop();
      } catch (error) {
        expect(file).toBe(HOME_FILE);
        expect(error).toBeInstanceOf(DamagedFileError);
      }
      fs.rmSync(copy, { recursive: true });
    }
  });
});

/** The tables after each whole row of ten records. */
function tablesOf(last: number): string[] {
  const tables: string[] = [];
  for (let record = 0; record <= last; record += 10) {
    tables.push(JSON.stringify(tablesAfter(record)));
  }
  return tables;
}
