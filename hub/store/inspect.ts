// Looks into the database files of a hub that is not running, and changes nothing: whether each opens, whether it is
// whole, and whether this program is new enough for it.
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { HISTORY_FILE, HOME_FILE, RUNS_FILE } from './files.ts';

export interface InspectedFile {
  readonly name: string;
  readonly state: 'absent' | 'whole' | 'damaged' | 'newer';
  /** Of the file; null where it could not be read. */
  readonly version: number | null;
  readonly known: number;
}

/** Larger files are not read through: a person waits for the answer. */
const READ_THROUGH_BYTES_MAX = 64 * 1024 * 1024;

export function inspectDatabases(folder: string): InspectedFile[] {
  return [HOME_FILE, RUNS_FILE, HISTORY_FILE].map(({ name, migrations }): InspectedFile => {
    const file = path.join(folder, name);
    const known = migrations.length;
    if (!fs.existsSync(file)) return { name, state: 'absent', version: null, known };
    let database: Database.Database | null = null;
    try {
      database = new Database(file, { readonly: true, fileMustExist: true, timeout: 2_000 });
      const version = Number(database.pragma('user_version', { simple: true }));
      if (version > known) return { name, state: 'newer', version, known };
      const isSmall = fs.statSync(file).size <= READ_THROUGH_BYTES_MAX;
      const found = isSmall ? database.pragma('quick_check(1)', { simple: true }) : 'ok';
      return { name, state: found === 'ok' ? 'whole' : 'damaged', version, known };
    } catch {
      return { name, state: 'damaged', version: null, known };
    } finally {
      database?.close();
    }
  });
}
