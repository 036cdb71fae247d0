// The storage worker's work without its thread: opens the three files, answers calls, takes the core's batches and
// commits them in groups, and goes on when the disk is full or a file turns out to be damaged.
import fs from 'node:fs';
import path from 'node:path';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { HubError } from '../model/errors.ts';
import type {
  CoreToStore,
  Recovery,
  StoreCalls,
  StoreStatistics,
  StoreToCore,
} from '../model/store-port.ts';
import { BATCH_ENTRIES_MAX, EventLog } from './event-log.ts';
import { HISTORY_FILE, HOME_FILE, RUNS_FILE } from './files.ts';
import { HomeStore } from './home-store.ts';
import { changeInbox, markInboxRead, readInbox } from './inbox.ts';
import { Journal } from './journal.ts';
import { createMaintenance, type Maintenance } from './maintenance.ts';
import {
  type DatabaseFile,
  isDamage,
  type OpenDatabase,
  openDatabase,
  setAside,
  storageError,
} from './open.ts';
import { type GroupCommit, groupCommit } from './retry.ts';
import { createWalSync, type WalSync } from './wal-sync.ts';

/** The core sends what it decided in groups already; what failed to be written waits for the next try. */
const JOURNAL_WINDOW_MS = 0;
/** With the sync that follows the commit at most 5 s are at risk. */
const LOG_WINDOW_MS = 4500;

export interface StorageOptions {
  readonly dataFolder: string;
  /** Whether tests may stall it. */
  readonly faults: boolean;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

export class Storage {
  readonly #options: StorageOptions;
  readonly #notes: string[] = [];
  readonly #homeDatabase: OpenDatabase;
  readonly #home: HomeStore;
  #runsDatabase: OpenDatabase;
  readonly #journal: Journal;
  #historyDatabase: OpenDatabase;
  readonly #log: EventLog;
  readonly #maintenance: Maintenance;
  readonly #walSync: WalSync;
  readonly #journalCommits: GroupCommit;
  readonly #logCommits: GroupCommit;
  readonly #problems = new Map<string, string>();
  #core: MessagePort | null = null;
  /** Waiting entries that came over another port than the present one. */
  #foreignEntries = 0;
  #commitMs = 0;
  #isStopped = false;

  /**
   * Opens the files; a damaged runs.db or history.db is set aside, a damaged home.db is not.
   * @throws HubError `storage` when the home cannot be read, or a newer program wrote one of the files
   */
  constructor(options: StorageOptions) {
    this.#options = options;
    this.#homeDatabase = openDatabase(options.dataFolder, HOME_FILE);
    this.#home = new HomeStore(this.#homeDatabase);
    [this.#runsDatabase, this.#journal] = this.#openOrReplace(
      RUNS_FILE,
      (file) => new Journal(file),
    );
    [this.#historyDatabase, this.#log] = this.#openOrReplace(
      HISTORY_FILE,
      (file) => new EventLog(file),
    );
    for (const note of [...this.#journal.notes, ...this.#log.notes]) {
      this.#notes.push(note);
      options.log('warn', note);
    }
    this.#walSync = createWalSync(path.join(options.dataFolder, `${HISTORY_FILE.name}-wal`));
    this.#maintenance = createMaintenance({
      log: this.#log,
      database: () => this.#historyDatabase,
      failed: (error) => this.#historyFailed(error),
    });
    this.#journalCommits = groupCommit({
      windowMs: JOURNAL_WINDOW_MS,
      commit: () => this.#commitJournal(),
      failed: (error) => this.#journalFailed(error),
      succeeded: () => this.#solved(RUNS_FILE.name),
    });
    this.#logCommits = groupCommit({
      windowMs: LOG_WINDOW_MS,
      commit: () => this.#commitLog(),
      failed: (error) => this.#historyFailed(error),
      succeeded: () => this.#solved(HISTORY_FILE.name),
    });
    this.#maintenance.start();
  }

  /** What the worker answers; each call is done when it returns. */
  calls(): StoreCalls {
    const home = this.#home;
    return {
      load: () => home.load(),
      recover: () => this.#recover(),
      claim: (owner) => home.claim(owner),
      putHome: (record) => home.putHome(record),
      putRoom: (room) => home.putRoom(room),
      removeRoom: (id) => home.removeRoom(id),
      putDevice: (device) => home.putDevice(device),
      removeDevice: (id) => home.removeDevice(id),
      putDevices: (devices, removed) => home.putDevices(devices, removed),
      putMember: (member) => home.putMember(member),
      putCredential: (credential) => home.putCredential(credential),
      putToken: (token) => home.putToken(token),
      removeToken: (id) => home.removeToken(id),
      putScene: (scene) => home.putScene(scene),
      putScenes: (scenes, removed) => home.putScenes(scenes, removed),
      putHomeValue: (value) => home.putHomeValue(value),
      removeHomeValue: (id) => home.removeHomeValue(id),
      removeScene: (id) => home.removeScene(id),
      sceneVersions: (id) => home.sceneVersions(id),
      putSetting: (name, value) => home.putSetting(name, value),
      audit: (entry) => home.audit(entry),
      notifications: (before, limit) => readInbox(this.#runsDatabase, before, limit),
      markNotificationRead: (id, atMs) => markInboxRead(this.#runsDatabase, id, atMs),
      setNotification: (id, change) => changeInbox(this.#runsDatabase, id, change),
      statistics: () => this.#statistics(),
      flush: () => this.#flush(),
      stall: (ms) => this.#stall(ms),
    };
  }

  /** The open files, home.db first: for tests of what a disk can do to them. */
  databases(): OpenDatabase[] {
    return [this.#homeDatabase, this.#runsDatabase, this.#historyDatabase];
  }

  /** Takes batches from this port from now on; a core that was restarted brings a new one. */
  attachCore(port: MessagePort): void {
    this.#core?.close();
    this.#core = port;
    this.#foreignEntries = this.#log.pendingEntries;
    port.on('message', (text: string) => this.#take(JSON.parse(text) as CoreToStore));
    port.on('close', () => {
      if (this.#core === port) this.#core = null;
    });
    this.#tell({ kind: 'durable', upTo: this.#journal.durable, commitMs: 0 });
  }

  /** Writes what waits, as far as the disk lets it, and closes the files. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#maintenance.stop();
    try {
      this.#flush();
      this.#log.checkpointValues();
    } catch (error) {
      this.#options.log(
        'error',
        `What waited for the disk is lost: ${storageError(error, 'stop').message}`,
      );
    }
    this.#journalCommits.stop();
    this.#logCommits.stop();
    this.#core?.close();
    this.#core = null;
    this.#walSync.stop();
    this.#homeDatabase.close();
    this.#runsDatabase.close();
    this.#historyDatabase.close();
  }

  /** Takes what the core has sent so far: a call came over another line, and may have overtaken it. */
  #takeAllSent(): void {
    for (;;) {
      const received = this.#core === null ? undefined : receiveMessageOnPort(this.#core);
      if (received === undefined) return;
      // The core sends nothing else.
      this.#take(JSON.parse(received.message as string) as CoreToStore);
    }
  }

  #take(message: CoreToStore): void {
    switch (message.kind) {
      case 'journal': {
        const missing = this.#journal.accept(message.records);
        if (missing !== null) this.#refuseGap(missing, message.records[0]?.number ?? missing);
        const isAwaited = message.records.some(({ kind }) => kind === 'intent');
        if (this.#journal.hasPending && isAwaited) this.#journalCommits.hurry();
        else if (this.#journal.hasPending) this.#journalCommits.plan();
        else this.#tell({ kind: 'durable', upTo: this.#journal.durable, commitMs: 0 });
        return;
      }
      case 'tables':
        this.#journal.acceptTables(message);
        this.#journalCommits.plan();
        return;
      case 'log': {
        const dropped = this.#log.accept(message.entries);
        this.#tellLogged(dropped);
        if (this.#log.pendingEntries >= BATCH_ENTRIES_MAX) this.#logCommits.hurry();
        this.#logCommits.plan();
        return;
      }
      case 'alive':
        this.#log.alive(message.atMs);
        this.#logCommits.plan();
        return;
      default:
        message satisfies never;
    }
  }

  #refuseGap(missing: number, came: number): void {
    this.#options.log(
      'error',
      `Journal record ${missing} is missing: ${came} came instead, and was not taken`,
    );
    this.#tell({ kind: 'behind', upTo: missing - 1 });
  }

  #commitJournal(): void {
    const startedMs = performance.now();
    try {
      this.#reopenRuns();
      this.#journal.commit();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#putAside(RUNS_FILE, this.#runsDatabase, error);
      this.#reopenRuns();
      this.#journal.commit();
    }
    this.#commitMs = performance.now() - startedMs;
    this.#tell({ kind: 'durable', upTo: this.#journal.durable, commitMs: this.#commitMs });
  }

  #commitLog(): void {
    const startedMs = performance.now();
    let written: number;
    try {
      this.#reopenHistory();
      written = this.#log.commit();
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#putHistoryAside(error);
      this.#reopenHistory();
      written = this.#log.commit();
    }
    this.#commitMs = performance.now() - startedMs;
    this.#tellLogged(written);
    this.#walSync.request();
    this.#maintenance.committed();
  }

  /** Does nothing while the file is open; after it was set aside the disk may refuse a fresh one for a while. */
  #reopenRuns(): void {
    if (this.#runsDatabase.open) return;
    this.#runsDatabase = openDatabase(this.#options.dataFolder, RUNS_FILE);
    this.#journal.moveTo(this.#runsDatabase);
  }

  #reopenHistory(): void {
    if (this.#historyDatabase.open) return;
    this.#historyDatabase = openDatabase(this.#options.dataFolder, HISTORY_FILE);
    this.#log.moveTo(this.#historyDatabase);
  }

  #putHistoryAside(error: unknown): void {
    this.#walSync.closeFile();
    this.#putAside(HISTORY_FILE, this.#historyDatabase, error);
  }

  #putAside(file: DatabaseFile, database: OpenDatabase, error: unknown): void {
    database.close();
    this.#noteAside(file, error);
  }

  #noteAside(file: DatabaseFile, error: unknown): void {
    const { message } = storageError(error, file.name);
    const kept = setAside(this.#options.dataFolder, file, Date.now());
    const note = `${message}; it was set aside as ${kept} and a fresh one begun`;
    this.#notes.push(note);
    this.#options.log('error', note);
  }

  #openOrReplace<Store>(
    file: DatabaseFile,
    make: (database: OpenDatabase) => Store,
  ): [OpenDatabase, Store] {
    let database: OpenDatabase | null = null;
    try {
      database = openDatabase(this.#options.dataFolder, file);
      return [database, make(database)];
    } catch (error) {
      database?.close();
      if (!isDamage(error)) throw error;
      this.#noteAside(file, error);
      const fresh = openDatabase(this.#options.dataFolder, file);
      return [fresh, make(fresh)];
    }
  }

  #journalFailed(error: unknown): void {
    this.#failed(RUNS_FILE.name, error);
  }

  /** Also for failures of the upkeep, which finds damage that no commit would. */
  #historyFailed(error: unknown): void {
    if (isDamage(error) && this.#historyDatabase.open) {
      this.#putHistoryAside(error);
      this.#logCommits.plan();
      return;
    }
    this.#failed(HISTORY_FILE.name, error);
  }

  #failed(file: string, error: unknown): void {
    const { message, hint } = storageError(error, `${file} cannot be written`);
    const problem = hint === null ? message : `${message}. ${hint}`;
    if (this.#problems.get(file) === problem) return;
    this.#problems.set(file, problem);
    this.#options.log('error', problem);
  }

  #solved(file: string): void {
    if (this.#problems.delete(file)) this.#options.log('info', `${file} can be written again`);
  }

  #recover(): Recovery {
    this.#takeAllSent();
    if (this.#journal.hasPending) {
      try {
        this.#journalCommits.now();
      } catch {
        // What waits is in the tables all the same, and the statistics name the problem.
      }
    }
    return {
      entries: this.#journal.entries(),
      lastRecord: this.#journal.last,
      lastSeq: Math.max(this.#journal.lastSeq, this.#log.lastSeq),
      lastValues: this.#log.lastValues(),
      newestAtMs: Math.max(this.#journal.newestAtMs, this.#log.newestAtMs),
      notes: [...this.#notes],
    };
  }

  #flush(): void {
    this.#takeAllSent();
    const errors: unknown[] = [];
    for (const commits of [this.#journalCommits, this.#logCommits]) {
      try {
        commits.now();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw storageError(errors[0], 'What waits cannot be written');
    this.#walSync.now();
  }

  #stall(ms: number): void {
    if (!this.#options.faults) {
      throw new HubError('forbidden', 'The hub was not started for faults', {
        hint: 'Start it with INGLE_FAULTS=1.',
      });
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  #statistics(): StoreStatistics {
    const files: Record<string, { bytes: number; walBytes: number }> = {};
    for (const { name } of [HOME_FILE, RUNS_FILE, HISTORY_FILE]) {
      const filePath = path.join(this.#options.dataFolder, name);
      files[name] = { bytes: sizeOf(filePath), walBytes: sizeOf(`${filePath}-wal`) };
    }
    return {
      files,
      writtenBytes: writtenBytes(),
      commitMs: this.#commitMs,
      pendingRecords: this.#journal.pendingRecords,
      droppedLogEntries: this.#log.droppedEntries,
      problem: this.#problems.size === 0 ? null : [...this.#problems.values()].join(' '),
    };
  }

  #tellLogged(count: number): void {
    const foreign = Math.min(count, this.#foreignEntries);
    this.#foreignEntries -= foreign;
    if (count > foreign) this.#tell({ kind: 'logged', count: count - foreign });
  }

  #tell(message: StoreToCore): void {
    this.#core?.postMessage(message);
  }
}

function sizeOf(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** What the whole process wrote to the disk; null where the kernel does not say. */
function writtenBytes(): number | null {
  try {
    const found = /^write_bytes: (\d+)$/m.exec(fs.readFileSync('/proc/self/io', 'utf8'));
    return found?.[1] === undefined ? null : Number(found[1]);
  } catch {
    return null;
  }
}
