import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { HISTORY_FILE, HOME_FILE, RUNS_FILE } from './files.ts';
import {
  DamagedFileError,
  type DatabaseFile,
  openDatabase,
  openReadOnly,
  setAside,
} from './open.ts';
import { temporaryFolder } from './test-records.ts';

const FILES = [HOME_FILE, RUNS_FILE, HISTORY_FILE];

describe('opening a database file', () => {
  it('makes it for the hub alone, with the durability that the file states', () => {
    using folder = temporaryFolder();
    for (const file of FILES) {
      const database = openDatabase(folder.path, file);
      expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(database.pragma('synchronous', { simple: true })).toBe(
        file.synchronous === 'FULL' ? 2 : 1,
      );
      expect(database.pragma('page_size', { simple: true })).toBe(file.pageBytes);
      expect(database.pragma('foreign_keys', { simple: true })).toBe(1);
      expect(database.pragma('trusted_schema', { simple: true })).toBe(0);
      expect(database.pragma('user_version', { simple: true })).toBe(file.migrations.length);
      for (const suffix of ['', '-wal', '-shm']) {
        const { mode } = fs.statSync(path.join(folder.path, file.name + suffix));
        expect((mode & 0o777).toString(8)).toBe('600');
      }
      database.close();
    }
  });

  it('brings a file from any earlier version to the newest, one transaction a step', () => {
    const steps = [
      'CREATE TABLE a (x)',
      'ALTER TABLE a ADD COLUMN y; INSERT INTO a VALUES (1, 2)',
      'CREATE TABLE b (z)',
    ];
    for (let from = 0; from <= steps.length; from += 1) {
      using folder = temporaryFolder();
      openDatabase(folder.path, { ...HOME_FILE, migrations: steps.slice(0, from) }).close();
      const database = openDatabase(folder.path, { ...HOME_FILE, migrations: steps });
      expect(database.pragma('user_version', { simple: true })).toBe(3);
      expect(database.prepare('SELECT x, y FROM a').all()).toEqual([{ x: 1, y: 2 }]);
      database.close();
    }
  });

  it('leaves the old schema whole when a step fails half-way', () => {
    using folder = temporaryFolder();
    const first = ['CREATE TABLE a (x)'];
    openDatabase(folder.path, { ...HOME_FILE, migrations: first }).close();
    const broken: DatabaseFile = {
      ...HOME_FILE,
      migrations: [...first, 'CREATE TABLE b (y); INSERT INTO missing VALUES (1)'],
    };
    expect(() => openDatabase(folder.path, broken)).toThrow('home.db: no such table: missing');
    const database = openDatabase(folder.path, { ...HOME_FILE, migrations: first });
    expect(database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([
      { name: 'a' },
    ]);
    database.close();
  });

  it('refuses a file of a newer program and does not touch it', () => {
    for (const file of FILES) {
      using folder = temporaryFolder();
      const newer = [...file.migrations, 'CREATE TABLE future (x)'];
      openDatabase(folder.path, { ...file, migrations: newer }).close();
      const before = fs.readFileSync(path.join(folder.path, file.name));
      expect(() => openDatabase(folder.path, file)).toThrow(
        `${file.name} was written by a newer Ingle (version ${newer.length}; this one knows ${file.migrations.length})`,
      );
      expect(fs.readFileSync(path.join(folder.path, file.name)).equals(before)).toBe(true);
    }
  });

  it('says that a file is damaged, be it no database at all or one with a torn page', () => {
    using folder = temporaryFolder();
    const filePath = path.join(folder.path, HOME_FILE.name);
    fs.writeFileSync(filePath, 'this is a shopping list, not a database file'.repeat(200));
    expect(() => openDatabase(folder.path, HOME_FILE)).toThrow(DamagedFileError);

    fs.rmSync(filePath);
    const database = openDatabase(folder.path, HOME_FILE);
    const insert = database.prepare('INSERT INTO settings (name, value) VALUES (?, ?)');
    for (let index = 0; index < 500; index += 1) insert.run(`name ${index}`, 'x'.repeat(100));
    database.close();
    const bytes = fs.readFileSync(filePath);
    bytes.fill(0xff, bytes.length - 2 * 4096);
    fs.writeFileSync(filePath, bytes);
    expect(() => openDatabase(folder.path, HOME_FILE)).toThrow(/home\.db is damaged/);
  });

  it('says why a folder cannot be used', () => {
    using folder = temporaryFolder();
    const notAFolder = path.join(folder.path, 'file');
    fs.writeFileSync(notAFolder, '');
    expect(() => openDatabase(notAFolder, HOME_FILE)).toThrow(/home\.db cannot be opened/);
  });

  it('keeps two files that were set aside, the newest', () => {
    using folder = temporaryFolder();
    for (let day = 0; day < 4; day += 1) {
      fs.writeFileSync(path.join(folder.path, HISTORY_FILE.name), `day ${day}`);
      fs.writeFileSync(path.join(folder.path, `${HISTORY_FILE.name}-wal`), `day ${day}`);
      setAside(folder.path, HISTORY_FILE, Date.UTC(2026, 0, 1 + day));
    }
    expect(fs.readdirSync(folder.path).sort()).toEqual([
      'history.db.damaged-2026-01-03T00-00-00-000Z',
      'history.db.damaged-2026-01-03T00-00-00-000Z-wal',
      'history.db.damaged-2026-01-04T00-00-00-000Z',
      'history.db.damaged-2026-01-04T00-00-00-000Z-wal',
    ]);
  });

  it('opens for reading only what exists, and writes nothing through it', () => {
    using folder = temporaryFolder();
    expect(openReadOnly(folder.path, HISTORY_FILE)).toBeNull();
    const writer = openDatabase(folder.path, HISTORY_FILE);
    const reader = openReadOnly(folder.path, HISTORY_FILE);
    expect(() => reader?.exec('DELETE FROM log')).toThrow(/readonly/);
    reader?.close();
    writer.close();
  });
});
