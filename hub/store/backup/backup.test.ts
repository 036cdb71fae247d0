// A backup of a home's folder: what is in it, that only its code opens it, and that nothing but a whole one of this
// program is ever restored.
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import Database from 'better-sqlite3';
import { Header, Pack, ReadEntry } from 'tar';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BackupOrder } from '../../model/backup.ts';
import { HISTORY_FILE, HOME_FILE, RUNS_FILE } from '../files.ts';
import { openDatabase } from '../open.ts';
import { restoreBackup, verifyBackup } from './read.ts';
import { MANIFEST, writeBackup } from './write.ts';

let root: string;
let home: string;
let file: string;
let code: string;
let order: BackupOrder;

beforeEach(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), 'ingle-backup-'));
  home = path.join(root, 'home');
  file = path.join(root, 'kept', 'one.ingle-backup');
  code = await generateX25519Identity();
  order = {
    ...{ recipient: await identityToRecipient(code), name: 'one', hub: '0.1.0' },
    ...{ home: 'Lindenweg 4', at: '2026-11-22T03:00:00.000Z' },
  };
  mkdirSync(path.join(home, 'matter', 'hub'), { recursive: true });
  mkdirSync(path.join(home, 'cache'));
  writeFileSync(path.join(home, 'matter', 'hub', 'fabrics.fabrics'), '[1]');
  writeFileSync(path.join(home, 'matter', 'hub', 'matter.lock'), '');
  writeFileSync(path.join(home, 'cache', 'page.js'), 'made anew');
  writeFileSync(path.join(home, 'cli.token'), 'of this start');
  writeFileSync(path.join(home, 'empty.json'), '');
  symlinkSync('/etc/passwd', path.join(home, 'link'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Databases with a writer that goes on writing. */
function liveDatabases() {
  const open = [HOME_FILE, RUNS_FILE, HISTORY_FILE].map((one) => openDatabase(home, one));
  // As an adapter keeps one in its folder; what is in it is in its WAL alone.
  const adapters = new Database(path.join(home, 'matter', 'hub', 'storage.db'));
  adapters.pragma('journal_mode = WAL');
  adapters.exec("CREATE TABLE kept (what TEXT); INSERT INTO kept VALUES ('the fabric')");
  const [first] = open;
  first?.prepare('INSERT INTO settings VALUES (?, ?)').run('home.name', '"Lindenweg 4"');
  return { first, close: () => [...open, adapters].forEach((one) => void one.close()) };
}

/** What the files of a folder hold in all. */
function bytesIn(folder: string): number {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .reduce((sum, one) => sum + statSync(path.join(one.parentPath, one.name)).size, 0);
}

/** A file as somebody else might make it. */
async function forged(entries: readonly (readonly [string, string, string?])[]): Promise<void> {
  const pack = new Pack({ portable: true });
  for (const [name, text, type = 'File'] of entries) {
    const entry = new ReadEntry(
      new Header({ path: name, size: text.length, mode: 0o644, type: type as 'File' }),
    );
    entry.end(Buffer.from(text));
    pack.write(entry);
  }
  pack.end();
  const encrypter = new Encrypter();
  encrypter.addRecipient(order.recipient);
  const gzip = createGzip();
  const packing = pipeline(pack, gzip);
  const sealed = await encrypter.encrypt(Readable.toWeb(gzip) as ReadableStream<Uint8Array>);
  mkdirSync(path.dirname(file), { recursive: true });
  await Promise.all([
    packing,
    pipeline(Readable.fromWeb(sealed as never), createWriteStream(file)),
  ]);
}

const manifest = (more: object = {}): [string, string] => [
  MANIFEST,
  JSON.stringify({
    kind: 'ingle-backup',
    format: 1,
    hub: '0.1.0',
    home: 'x',
    at: 'now',
    files: 1,
    bytes: 1,
    ...more,
  }),
];

describe('a backup', () => {
  test('of a hub that goes on writing is restored as the home was, without what belongs to a run', async () => {
    const databases = liveDatabases();
    const seen: number[] = [];
    await writeBackup(home, file, order, ({ bytes, of }) => seen.push(bytes / of));
    databases.first?.prepare('DELETE FROM settings').run();
    databases.close();
    expect(seen.at(-1)).toBe(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(readdirSync(path.dirname(file))).toEqual(['one.ingle-backup']);

    const target = path.join(root, 'new');
    const { manifest: said, files, bytes } = await restoreBackup(file, `${code}\n`, target);
    expect(said).toMatchObject({ home: 'Lindenweg 4', hub: '0.1.0', files });
    expect(bytes).toBe(bytesIn(target));
    expect(await verifyBackup(file, code)).toEqual({ manifest: said, files, bytes });
    expect(readdirSync(target).sort()).toEqual([
      ...['empty.json', 'history.db', 'home.db', 'matter', 'runs.db'],
    ]);
    const hub = path.join(target, 'matter', 'hub');
    expect(readdirSync(hub)).toEqual(['fabrics.fabrics', 'storage.db']);
    const kept = new Database(path.join(hub, 'storage.db'));
    expect(kept.prepare('SELECT what FROM kept').pluck().get()).toBe('the fabric');
    kept.close();
    const restored = openDatabase(target, HOME_FILE);
    expect(restored.prepare('SELECT value FROM settings').pluck().get()).toBe('"Lindenweg 4"');
    restored.close();
    expect(readdirSync(root).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('is opened by age and the usual tools, without this program', async () => {
    await writeBackup(home, file, order, () => {});
    const decrypter = new Decrypter();
    decrypter.addIdentity(code);
    const clear = gunzipSync(await decrypter.decrypt(readFileSync(file)));
    expect(clear.subarray(0, MANIFEST.length).toString()).toBe(MANIFEST);
    expect(readFileSync(file).includes('Lindenweg')).toBe(false);
  });

  test('is opened by no other code, and a code that is none is said to be none', async () => {
    await writeBackup(home, file, order, () => {});
    await expect(verifyBackup(file, await generateX25519Identity())).rejects.toMatchObject({
      code: 'invalid-input',
      message: 'This recovery code does not open one.ingle-backup',
    });
    await expect(verifyBackup(file, 'my password')).rejects.toThrow('This is no recovery code');
    await expect(verifyBackup(`${file}.gone`, code)).rejects.toThrow(/cannot be read \(ENOENT\)/);
  });

  test('that was cut off anywhere, or changed, is refused, and nothing of it is left', async () => {
    writeFileSync(
      path.join(home, 'zigbee.json'),
      Buffer.alloc(300_000, 'x').map((_, i) => i * i),
    );
    await writeBackup(home, file, order, () => {});
    const whole = readFileSync(file);
    const target = path.join(root, 'new');
    for (const part of [0, 0.01, 0.3, 0.6, 0.99]) {
      writeFileSync(file, whole);
      truncateSync(file, Math.floor(part * whole.length));
      await expect(restoreBackup(file, code, target)).rejects.toMatchObject({
        code: 'invalid-input',
      });
    }
    const changed = Buffer.from(whole);
    changed[Math.floor(whole.length / 2)] = (changed[Math.floor(whole.length / 2)] ?? 0) ^ 1;
    writeFileSync(file, changed);
    await expect(restoreBackup(file, code, target)).rejects.toThrow(/is no whole backup/);
    expect(readdirSync(root).sort()).toEqual(['home', 'kept']);
  });

  test('is never restored over something', async () => {
    await writeBackup(home, file, order, () => {});
    await expect(restoreBackup(file, code, home)).rejects.toMatchObject({ code: 'conflict' });
    expect(readFileSync(path.join(home, 'cli.token'), 'utf8')).toBe('of this start');
  });

  test.each([
    ['a file outside the folder', [manifest(), ['../evil', 'x']]],
    ['a link', [manifest(), ['evil', '', 'SymbolicLink']]],
    ['the same file twice', [manifest(), ['a', 'x'], ['a', 'y']]],
    ['no manifest', [['a', 'x']]],
    ['the manifest of another program', [manifest({ kind: 'tax-return' })]],
    ['a later layout', [manifest({ format: 2, hub: '9.0.0' })]],
  ] as [string, [string, string, string?][]][])('with %s is refused', async (_, entries) => {
    await forged(entries);
    const target = path.join(root, 'new');
    await expect(restoreBackup(file, code, target)).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(readdirSync(root).sort()).toEqual(['home', 'kept']);
  });

  test('of a newer hub is refused before anything is in its place', async () => {
    const databases = liveDatabases();
    databases.first?.pragma('user_version = 99');
    await writeBackup(home, file, { ...order, hub: '7.0.0' }, () => {});
    databases.close();
    await expect(restoreBackup(file, code, path.join(root, 'new'))).rejects.toThrow(
      'one.ingle-backup was written by Ingle 7.0.0, which is newer than this one',
    );
    expect(readdirSync(root).sort()).toEqual(['home', 'kept']);
  });
});
