// Writes a backup: SQLite's own copy of each database and all other files, as a tar, compressed, encrypted by age to
// the household's recipient. Whoever holds the recovery code can open it without this program:
// `age -d -i code.txt FILE | zcat | tar x`.
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Encrypter } from 'age-encryption';
import Database from 'better-sqlite3';
import { Header, Pack, ReadEntry } from 'tar';
import type { BackupManifest, BackupOrder, BackupProgress } from '../../model/backup.ts';
import { storageError } from '../open.ts';
import { type FoundFile, findContents, isDatabase } from './contents.ts';

export const MANIFEST = 'manifest.json';
/** Pages of a database that are copied before others get their turn. */
const PAGES_AT_ONCE = 512;

/**
 * Writes the backup of a folder, whole or not at all: the file has its name once it is on the disk.
 * @throws HubError `storage` where a file cannot be read or written
 * @returns its size in bytes
 */
export async function writeBackup(
  folder: string,
  file: string,
  order: BackupOrder,
  onProgress: (progress: BackupProgress) => void,
): Promise<number> {
  let scratch: string | null = null;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    scratch = await mkdtemp(path.join(path.dirname(file), '.writing-'));
    const half = path.join(scratch, 'backup');
    const contents = await findContents(folder);
    const of = contents.reduce((sum, { bytes }) => sum + bytes, 0);
    let bytes = 0;
    const passed = (more: number): void => {
      bytes = Math.min(of, bytes + more);
      onProgress({ bytes, of });
    };
    const pack = new Pack({ cwd: scratch, portable: true });
    const filling = fill(pack, { folder, scratch, contents, passed, manifest: manifestOf(order) });
    const encrypter = new Encrypter();
    encrypter.addRecipient(order.recipient);
    const compressed = createGzip();
    const packing = Promise.all([filling, pipeline(pack, compressed)]);
    // Whatever ends early ends the other half of the way, too.
    packing.catch((error: Error) => compressed.destroy(error));
    const sealed = await encrypter.encrypt(
      Readable.toWeb(compressed) as ReadableStream<Uint8Array>,
    );
    await Promise.all([
      packing,
      pipeline(Readable.fromWeb(sealed as never), createWriteStream(half, { mode: 0o600 })),
    ]);
    await onDisk(half);
    await rename(half, file);
    await onDisk(path.dirname(file));
    return (await stat(file)).size;
  } catch (error) {
    throw storageError(error, path.basename(file));
  } finally {
    if (scratch !== null) await rm(scratch, { recursive: true, force: true });
  }
}

function manifestOf({ hub, home, at }: BackupOrder) {
  return (contents: readonly FoundFile[]): BackupManifest => ({
    ...{ kind: 'ingle-backup', format: 1, hub, home, at },
    files: contents.length,
    bytes: contents.reduce((sum, { bytes }) => sum + bytes, 0),
  });
}

interface Filling {
  readonly folder: string;
  readonly scratch: string;
  readonly contents: readonly FoundFile[];
  passed(bytes: number): void;
  manifest(contents: readonly FoundFile[]): BackupManifest;
}

/** Puts the files in, the manifest first; a file that has gone meanwhile is left out, as it would be a moment later. */
async function fill(pack: Pack, { folder, scratch, contents, passed, manifest }: Filling) {
  await add(pack, MANIFEST, Buffer.from(JSON.stringify(manifest(contents))));
  for (const { path: name, bytes } of contents) {
    if (await isDatabase(path.join(folder, name))) {
      // It may be larger than memory: read from the disk as it goes in.
      await copy(folder, name, scratch);
      await drained(pack, pack.write(name));
    } else {
      const content = await readFile(path.join(folder, name)).catch(() => null);
      if (content !== null) await add(pack, name, content);
    }
    passed(bytes);
  }
  pack.end();
}

async function add(pack: Pack, name: string, content: Buffer): Promise<void> {
  const mtime = new Date();
  const header = new Header({
    path: name,
    mode: 0o600,
    size: content.length,
    type: 'File',
    mtime,
  });
  const entry = new ReadEntry(header);
  entry.end(content);
  await drained(pack, pack.write(entry));
}

async function drained(pack: Pack, hasRoom: boolean): Promise<void> {
  if (!hasRoom) await new Promise<void>((resolve) => pack.once('drain', resolve));
}

/** Copies a database as it is at one moment, though its hub goes on writing. */
async function copy(folder: string, name: string, into: string): Promise<void> {
  await mkdir(path.dirname(path.join(into, name)), { recursive: true });
  const database = new Database(path.join(folder, name), { readonly: true, timeout: 5_000 });
  try {
    await database.backup(path.join(into, name), { progress: () => PAGES_AT_ONCE });
  } finally {
    database.close();
  }
}

async function onDisk(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
