// Opens a backup and restores it into an empty folder: decrypted, unpacked beside the folder, looked through, and only
// then put in its place. Nothing of a file that is not a whole backup of this program gets there.
import { createReadStream, createWriteStream, existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { Readable, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Decrypter } from 'age-encryption';
import { Parser, type ReadEntry } from 'tar';
import type { BackupManifest } from '../../model/backup.ts';
import { ConflictError, HubError, ValidationError } from '../../model/errors.ts';
import { inspectDatabases } from '../inspect.ts';
import { MANIFEST } from './write.ts';

const FILES_MAX = 100_000;
const BYTES_MAX = 8 * 1024 ** 3;
const MANIFEST_BYTES_MAX = 64 * 1024;

/** A backup that was opened and found whole. */
export interface OpenedBackup {
  readonly manifest: BackupManifest;
  readonly files: number;
  readonly bytes: number;
}

/**
 * Opens the whole file, and leaves nothing of it anywhere.
 * @throws ValidationError where the code does not open it, or it is no whole backup that this program can read
 */
export function verifyBackup(file: string, code: string): Promise<OpenedBackup> {
  return unpack(file, code, null);
}

/**
 * Restores a backup into a folder that is empty, or not there yet.
 * @throws ConflictError where something is in the folder; nothing of it is touched
 * @throws ValidationError as `verifyBackup` does; also where its databases are damaged or newer than this program
 */
export async function restoreBackup(
  file: string,
  code: string,
  folder: string,
): Promise<OpenedBackup> {
  const target = path.resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new ConflictError(`${target} is not empty`, {
      hint: 'Stop the hub, move its folder away, and restore into an empty one.',
      zh: {
        message: `${target} 不是空的`,
        hint: '请停止中枢，把它的文件夹移开，再恢复到空文件夹。',
      },
    });
  }
  await mkdir(path.dirname(target), { recursive: true });
  const scratch = await mkdtemp(path.join(path.dirname(target), '.restoring-'));
  try {
    const opened = await unpack(file, code, scratch);
    for (const { name, state } of inspectDatabases(scratch)) {
      if (state === 'damaged' || state === 'newer') throw unfit(file, name, state, opened.manifest);
    }
    // What SQLite left beside the files when they were looked into.
    for (const name of readdirSync(scratch)) {
      if (/-(wal|shm)$/.test(name)) await rm(path.join(scratch, name));
    }
    if (existsSync(target)) await rmdir(target);
    await rename(scratch, target);
    await synced(path.dirname(target));
    return opened;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function unfit(file: string, name: string, state: 'damaged' | 'newer', { hub }: BackupManifest) {
  const of = path.basename(file);
  if (state === 'damaged') {
    return new ValidationError(`${name} in ${of} is damaged`, {
      hint: 'Restore an older backup.',
      zh: { message: `${of} 中的 ${name} 已损坏`, hint: '请恢复更早的备份。' },
    });
  }
  return new ValidationError(`${of} was written by Ingle ${hub}, which is newer than this one`, {
    hint: `Install Ingle ${hub} or later, then restore it.`,
    zh: { message: `${of} 由更新的 Ingle ${hub} 写成`, hint: `请先安装 Ingle ${hub} 或更新版本。` },
  });
}

async function unpack(file: string, code: string, into: string | null): Promise<OpenedBackup> {
  const name = path.basename(file);
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(code.trim());
  } catch (error) {
    throw new ValidationError('This is no recovery code', {
      hint: 'It begins with AGE-SECRET-KEY-1 and was shown once, when backups were set up.',
      zh: {
        message: '这不是恢复码',
        hint: '它以 AGE-SECRET-KEY-1 开头，只在设置备份时显示过一次。',
      },
      cause: error,
    });
  }
  const source = createReadStream(file);
  await new Promise<void>((resolve, reject) => {
    source.once('open', () => resolve());
    source.once('error', (error) => reject(unreadable(file, error)));
  });
  try {
    const clear = await decrypter.decrypt(Readable.toWeb(source) as ReadableStream<Uint8Array>);
    const taker = new Taker(name, into);
    await pipeline(
      Readable.fromWeb(clear as never),
      createGunzip(),
      taker.parser as unknown as Writable,
    );
    return await taker.end();
  } catch (error) {
    throw problemOf(error, name);
  } finally {
    source.destroy();
  }
}

function unreadable(file: string, error: Error): HubError {
  const code = (error as { code?: string }).code ?? error.message;
  return new ValidationError(`${file} cannot be read (${code})`, {
    hint: 'Name the file of a backup.',
    zh: { message: `无法读取 ${file}（${code}）`, hint: '请给出备份文件。' },
  });
}

/** What age, zlib and tar throw, as a person can use it. */
function problemOf(error: unknown, name: string): HubError {
  if (error instanceof HubError) return error;
  const text = error instanceof Error ? error.message : String(error);
  if (/no identity matched/.test(text)) {
    return new ValidationError(`This recovery code does not open ${name}`, {
      hint: 'It was made with another code: each one opens the backups since it was made.',
      zh: { message: `这个恢复码打不开 ${name}`, hint: '它用的是另一个恢复码。' },
      cause: error,
    });
  }
  return new ValidationError(`${name} is no whole backup: ${text}`, {
    hint: 'It was cut off or changed on its way. Copy it again, or restore another one.',
    zh: {
      message: `${name} 不是完整的备份`,
      hint: '它在传输中被截断或改动。请重新复制，或恢复另一个备份。',
    },
    cause: error,
  });
}

/** Takes what is in the tar, file by file, within its limits. */
class Taker {
  readonly parser: Parser;
  readonly #name: string;
  readonly #into: string | null;
  #manifest: BackupManifest | null = null;
  #hasBegun = false;
  #files = 0;
  #bytes = 0;
  #working: Promise<void> = Promise.resolve();

  constructor(name: string, into: string | null) {
    this.#name = name;
    this.#into = into;
    this.parser = new Parser({ strict: true });
    this.parser.on('entry', (entry: ReadEntry) => {
      const taking = this.#take(entry);
      taking.catch((error: Error) => this.parser.abort(error));
      this.#working = this.#working.then(() => taking);
      // Told by `end()`.
      this.#working.catch(() => {});
    });
  }

  async end(): Promise<OpenedBackup> {
    await this.#working;
    if (this.#manifest === null) throw new Error('it holds no manifest');
    return { manifest: this.#manifest, files: this.#files, bytes: this.#bytes };
  }

  async #take(entry: ReadEntry): Promise<void> {
    const isFirst = !this.#hasBegun;
    this.#hasBegun = true;
    const { path: name, size } = entry;
    if (entry.type !== 'File' || !isInside(name)) {
      throw new Error(`it holds ${entry.type} "${name}", which no backup has`);
    }
    if (isFirst) {
      if (size > MANIFEST_BYTES_MAX) throw new Error('it holds no manifest');
      this.#manifest = manifestIn(name, Buffer.from(await entry.concat()), this.#name);
      return;
    }
    // Counted before anything is waited for: the next file may begin while this one is taken.
    this.#files += 1;
    this.#bytes += size;
    if (this.#files > FILES_MAX || this.#bytes > BYTES_MAX) {
      throw new Error(`it holds more than ${FILES_MAX} files or ${BYTES_MAX} bytes`);
    }
    if (this.#into === null) {
      entry.resume();
      return;
    }
    const file = path.join(this.#into, name);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const written = createWriteStream(file, { mode: 0o600, flags: 'wx', flush: true });
    entry.pipe(written as never);
    await finished(written);
  }
}

/** A path that stays in its folder, whatever it is joined to. */
function isInside(name: string): boolean {
  const parts = name.split('/');
  return (
    !name.includes('\\') && !name.includes('\0') && parts.every((part) => !/^\.{0,2}$/.test(part))
  );
}

function manifestIn(name: string, content: Buffer, of: string): BackupManifest {
  if (name !== MANIFEST) throw new Error('it holds no manifest');
  const manifest = JSON.parse(content.toString('utf8')) as BackupManifest;
  if (manifest.kind !== 'ingle-backup') throw new Error('it is the file of another program');
  if (manifest.format !== 1) {
    throw new ValidationError(`${of} has layout ${manifest.format}; this Ingle knows layout 1`, {
      hint: `Install Ingle ${manifest.hub} or later, then restore it.`,
      zh: {
        message: `${of} 的格式 ${manifest.format} 太新`,
        hint: `请先安装 Ingle ${manifest.hub}。`,
      },
    });
  }
  return manifest;
}

async function synced(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
