// What of a data folder belongs to a backup: all that the hub cannot make anew, and nothing that names a process that
// runs.
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';

export interface FoundFile {
  /** Within the data folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
}

/** What a database of SQLite begins with, whatever its name; zigbee-herdsman's `database.db` is a text. */
const SQLITE = Buffer.from('SQLite format 3\0');
/** Folders of what is made anew, of the demo's house, and of the backups themselves. */
const LEFT_OUT = new Set(['backups', 'cache', 'virtual-home', 'demo']);
/** Of a process that runs, or half written. */
const MOMENTARY =
  /(^hub\.lock|^running\.json|^cli\.token|^matter\.(lock|pid)|\.tmp|-wal|-shm|\.sock)$|\.damaged/;
/** A home has some thousand files; ten times a large one's is a mistake. */
const FILES_MAX = 100_000;

/** Everything of the folder that is to be kept, by name; links and sockets are not. */
export async function findContents(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  await walk('');
  return found;

  async function walk(within: string): Promise<void> {
    const names = await readdir(path.join(folder, within)).catch(() => []);
    for (const name of names.sort()) {
      if (MOMENTARY.test(name) || (within === '' && LEFT_OUT.has(name))) continue;
      const at = within === '' ? name : `${within}/${name}`;
      // It may have gone since its folder was read.
      const stat = await lstat(path.join(folder, at)).catch(() => null);
      if (stat?.isDirectory() === true) await walk(at);
      else if (stat?.isFile() === true) found.push({ path: at, bytes: stat.size });
      if (found.length > FILES_MAX) throw new Error(`${folder} has over ${FILES_MAX} files`);
    }
  }
}

/** Whether a file is a database, which is written while it is copied; not where it cannot be read. */
export async function isDatabase(file: string): Promise<boolean> {
  const handle = await open(file, 'r').catch(() => null);
  if (handle === null) return false;
  try {
    const begin = Buffer.alloc(SQLITE.length);
    await handle.read(begin, 0, begin.length, 0);
    return begin.equals(SQLITE);
  } finally {
    await handle.close();
  }
}
