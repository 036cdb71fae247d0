// Opens the hub's SQLite files: the pragmas with their reasons, the file's mode, numbered migrations, the check for
// damage. What is in a file is the business of the stores.
import fs from 'node:fs';
import path from 'node:path';
import Database, { type Statement } from 'better-sqlite3';
import { HubError } from '../model/errors.ts';

/** An open database file. */
export type OpenDatabase = Database.Database;

/** One of the hub's files and how it is to be opened. */
export interface DatabaseFile {
  readonly name: 'home.db' | 'runs.db' | 'history.db';
  /**
   * FULL: a commit is on the disk when it returns. NORMAL: it may roll back after a power cut (never half), for what
   * may be lost; the log then syncs its WAL itself.
   */
  readonly synchronous: 'FULL' | 'NORMAL';
  /**
   * Small pages where a commit is a small row at the end of a table: each changed page is written whole. A synced
   * commit of 200 bytes was measured at 5.5 KB written with pages of 512 bytes, 5.9 KB with 1 KB, 8.9 KB with 4 KB.
   */
  readonly pageBytes: 512 | 1024 | 4096;
  /** Larger files are not read through at each start; their damage shows when the damaged page is read. */
  readonly checkBytesMax: number;
  /** SQL, append-only: number n (from 1) takes a file from version n − 1 to n. */
  readonly migrations: readonly string[];
}

/** The file is not a whole SQLite database. A caller sets it aside or refuses to start. */
export class DamagedFileError extends HubError {
  constructor(file: string, what: string, cause?: unknown) {
    super('storage', `${file} is damaged: ${what}`, {
      hint: 'Restore the newest backup, or move the file away to begin anew.',
      zh: {
        message: `${file} 已损坏：${what}`,
        hint: '请恢复最新的备份，或把该文件移走以重新开始。',
      },
      cause,
    });
  }
}

/**
 * Opens a file for its one writing thread, creates it when it is missing, and brings it to the newest version.
 * @throws DamagedFileError when it is not a whole database
 * @throws HubError `storage` when a newer program wrote it, or when it cannot be opened at all
 */
export function openDatabase(folder: string, file: DatabaseFile): OpenDatabase {
  const filePath = path.join(folder, file.name);
  createPrivately(folder, filePath);
  let database: OpenDatabase | null = null;
  try {
    database = new Database(filePath, { timeout: 5000 });
    setPragmas(database, file);
    refuseNewer(database, file);
    checkWhole(database, file, filePath);
    migrate(database, file);
    return database;
  } catch (error) {
    database?.close();
    throw storageError(error, file.name);
  }
}

const statements = new WeakMap<OpenDatabase, Map<string, Statement<unknown[], unknown>>>();

/**
 * The statement of a text that is run again and again, compiled once for each open file: doing so each time took a
 * tenth of what it takes to roll the log. For texts that the code spells out, of which there are few.
 */
export function prepared<Bind extends unknown[], Row = unknown>(
  database: OpenDatabase,
  sql: string,
): Statement<Bind, Row> {
  const known = statements.get(database) ?? new Map<string, Statement<unknown[], unknown>>();
  statements.set(database, known);
  const statement = known.get(sql) ?? database.prepare<unknown[], unknown>(sql);
  known.set(sql, statement);
  // The caller's types are those of the text.
  return statement as unknown as Statement<Bind, Row>;
}

/** Opens a file for reading beside its writer; null while it does not exist. */
export function openReadOnly(folder: string, file: DatabaseFile): OpenDatabase | null {
  const filePath = path.join(folder, file.name);
  if (!fs.existsSync(filePath)) return null;
  try {
    const database = new Database(filePath, { readonly: true, fileMustExist: true, timeout: 5000 });
    database.pragma('trusted_schema = OFF');
    database.pragma('query_only = ON');
    return database;
  } catch (error) {
    throw storageError(error, file.name);
  }
}

/** A set-aside file is kept for a person to look at; older ones than these go. */
const SET_ASIDE_MAX = 2;

/**
 * Renames a damaged file and what belongs to it, so that a fresh one can take its place.
 * @returns the new name, without its folder
 */
export function setAside(folder: string, file: DatabaseFile, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(':', '-').replace('.', '-');
  const kept = `${file.name}.damaged-${stamp}`;
  for (const suffix of ['', '-wal', '-shm']) {
    const from = path.join(folder, file.name + suffix);
    if (fs.existsSync(from)) fs.renameSync(from, path.join(folder, kept + suffix));
  }
  const aside = fs
    .readdirSync(folder)
    .filter((name) => name.startsWith(`${file.name}.damaged-`) && !/-(wal|shm)$/.test(name))
    .sort();
  for (const old of aside.slice(0, -SET_ASIDE_MAX)) {
    for (const suffix of ['', '-wal', '-shm']) {
      fs.rmSync(path.join(folder, old + suffix), { force: true });
    }
  }
  return kept;
}

/** The error to show for what SQLite threw; errors of ours pass unchanged. */
export function storageError(error: unknown, what: string): HubError {
  if (error instanceof HubError) return error;
  const code = sqliteCode(error);
  const text = error instanceof Error ? error.message : String(error);
  if (isDamageCode(code)) return new DamagedFileError(what, text, error);
  const [hint, inChinese] = hintsFor(code);
  const zh = { message: `${what}：${text}`, hint: inChinese };
  return new HubError('storage', `${what}: ${text}`, { hint, zh, cause: error });
}

/** Whether SQLite found the file itself to be wrong, rather than the disk full or unwilling. */
export function isDamage(error: unknown): boolean {
  return error instanceof DamagedFileError || isDamageCode(sqliteCode(error));
}

function isDamageCode(code: string): boolean {
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

function sqliteCode(error: unknown): string {
  return error instanceof Database.SqliteError ? error.code : '';
}

/** What to do, in English and in Chinese. */
function hintsFor(code: string): readonly [string, string] {
  if (code === 'SQLITE_FULL') {
    return ['The disk is full: free some space on the hub.', '磁盘已满：请在中枢上腾出一些空间。'];
  }
  if (code.startsWith('SQLITE_READONLY')) {
    return [
      'The disk is read-only: a worn-out card often ends so. Replace it and restore a backup.',
      '磁盘是只读的：用旧的存储卡常常这样坏掉。请更换它并恢复备份。',
    ];
  }
  if (code.startsWith('SQLITE_CANTOPEN')) {
    return ['Check that the data folder belongs to the hub.', '请检查数据文件夹是否属于中枢。'];
  }
  return ['Check the disk of the hub.', '请检查中枢的磁盘。'];
}

/** Files are the hub's alone (0600); SQLite gives its -wal and -shm files the same mode. */
function createPrivately(folder: string, filePath: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Only when it is missing: closing any handle of an open database file would end SQLite's locks on it.
    if (!fs.existsSync(filePath)) fs.closeSync(fs.openSync(filePath, 'wx', 0o600));
    fs.chmodSync(filePath, 0o600);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new HubError('storage', `${filePath} cannot be opened: ${text}`, {
      hint: 'Check that the data folder exists and belongs to the hub.',
      zh: {
        message: `无法打开 ${filePath}：${text}`,
        hint: '请检查数据文件夹是否存在、是否属于中枢。',
      },
      cause: error,
    });
  }
}

const WAL_BYTES = 1024 * 1024;

function setPragmas(database: OpenDatabase, file: DatabaseFile): void {
  // Before the first page is written, else without effect.
  database.pragma(`page_size = ${file.pageBytes}`);
  // Readers never wait for the writer, and a commit is one sequential write.
  database.pragma('journal_mode = WAL');
  database.pragma(`synchronous = ${file.synchronous}`);
  // The WAL goes back into the file at 1 MB and is cut to 4 MB after a burst: the disk has a bound.
  database.pragma(`wal_autocheckpoint = ${WAL_BYTES / file.pageBytes}`);
  database.pragma(`journal_size_limit = ${4 * WAL_BYTES}`);
  // A file restored from a backup may come from anywhere: its schema runs no functions.
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
  database.pragma('foreign_keys = ON');
  database.pragma('temp_store = MEMORY');
  // 2 MB: the board has 1 GB for everything.
  database.pragma('cache_size = -2000');
}

function userVersion(database: OpenDatabase): number {
  return Number(database.pragma('user_version', { simple: true }));
}

function refuseNewer(database: OpenDatabase, file: DatabaseFile): void {
  const version = userVersion(database);
  if (version <= file.migrations.length) return;
  throw new HubError(
    'storage',
    `${file.name} was written by a newer Ingle (version ${version}; this one knows ${file.migrations.length})`,
    {
      hint: 'Start the newer version again, or restore a backup that this version made.',
      zh: {
        message: `${file.name} 由更新的 Ingle 写成（版本 ${version}；此版本只认识到 ${file.migrations.length}）`,
        hint: '请再启动较新的版本，或恢复此版本做的备份。',
      },
    },
  );
}

function checkWhole(database: OpenDatabase, file: DatabaseFile, filePath: string): void {
  if (fs.statSync(filePath).size > file.checkBytesMax) return;
  const found = String(database.pragma('quick_check(1)', { simple: true }));
  if (found !== 'ok') throw new DamagedFileError(file.name, found);
}

/** Each migration with its version number is one transaction: a kill leaves the old schema or the new. */
function migrate(database: OpenDatabase, file: DatabaseFile): void {
  const from = userVersion(database);
  for (const [index, sql] of file.migrations.entries()) {
    if (index < from) continue;
    const step = database.transaction(() => {
      database.exec(sql);
      database.pragma(`user_version = ${index + 1}`);
    });
    step.immediate();
  }
}
