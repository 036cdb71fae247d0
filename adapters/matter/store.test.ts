// What matter.js has to remember is whole whenever the power goes, overlaps without harm, and is taken over from the
// files of an earlier version.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FileStorageDriver } from '@matter/nodejs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openProblem } from './open-problem.ts';
import { openNodeStorage, takeUpFiles } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-node-storage-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const database = () => path.join(folder, 'storage.db');
const reopened = async <T>(look: (storage: Awaited<ReturnType<typeof openNodeStorage>>) => T) => {
  const storage = await openNodeStorage(database());
  try {
    return look(storage);
  } finally {
    await storage.close();
  }
};

describe('the storage of a node', () => {
  test('has all of a transaction or nothing of it, though another one runs meanwhile', async () => {
    const storage = await openNodeStorage(database());
    const [first, second] = [storage.begin(), storage.begin()];
    await first.set(['endpoints', '1'], { a: 1, b: 'two' });
    await second.set(['endpoints', '2'], 'c', 3n);
    await first.delete(['endpoints', '1'], 'b');
    expect(storage.get(['endpoints', '1'], 'a')).toBe(undefined);
    first[Symbol.dispose]();
    second.commit();
    await storage.close();
    expect(await reopened((again) => again.contexts(['endpoints']))).toEqual(['2']);
    expect(await reopened((again) => again.get(['endpoints', '2'], 'c'))).toBe(3n);
  });

  test('keeps nothing of a transaction of which one value cannot be kept', async () => {
    const storage = await openNodeStorage(database());
    const transaction = storage.begin();
    await transaction.set(['endpoints', '1'], 'a', 1);
    await transaction.set(['endpoints', ''], 'b', 2);
    expect(() => transaction.commit()).toThrow('empty segments');
    storage.set(['endpoints', '3'], 'd', 4);
    await storage.close();
    expect(await reopened((again) => again.contexts(['endpoints']))).toEqual(['3']);
  });

  test('says that it is damaged, and what can be done', async () => {
    writeFileSync(database(), 'no database at all, but long enough to be looked into '.repeat(100));
    const error = await openNodeStorage(database()).catch((thrown: unknown) => thrown);
    expect(openProblem(error)).toMatchObject({
      ...{ code: 'storage', message: expect.stringContaining('storage.db, is damaged') },
      ...{ hint: expect.stringContaining('Restore a backup'), zh: { message: expect.any(String) } },
    });
  });

  test('tells the endpoints in the order of their numbers', async () => {
    const storage = await openNodeStorage(database());
    for (const number of ['10', '9', '100', '0']) storage.set(['endpoints', number], 'a', 1);
    expect(storage.contexts(['endpoints'])).toEqual(['0', '9', '10', '100']);
    await storage.close();
  });
});

describe('files of an earlier version', () => {
  const values = { a: 1, name: 'Lamp', big: 12_345_678_901_234_567_890n, list: [1, { x: null }] };

  async function files(): Promise<void> {
    const old = new FileStorageDriver(folder);
    await old.initialize();
    await old.set(['nodes', 'peer1', 'endpoints', '7', '29'], values);
    await old.set(['fabrics'], 'fabrics', [{ index: 1 }]);
    await old.close();
    writeFileSync(path.join(folder, 'driver.json'), '{"kind":"file","type":"kv"}');
  }
  const taken = () => reopened((again) => again.values(['nodes', 'peer1', 'endpoints', '7', '29']));

  test('are taken into the database and are gone afterwards', async () => {
    await files();
    await takeUpFiles(folder);
    expect(readdirSync(folder).sort()).toEqual(['driver.json', 'storage.db']);
    expect(JSON.parse(readFileSync(path.join(folder, 'driver.json'), 'utf8'))).toEqual({
      ...{ kind: 'sqlite', type: 'kv' },
    });
    expect({ ...(await taken()) }).toEqual(values);
    expect(await reopened((again) => again.get(['fabrics'], 'fabrics'))).toEqual([{ index: 1 }]);
  });

  test('are taken once more where the power went before the database was whole', async () => {
    await files();
    writeFileSync(path.join(folder, 'storage.db.new'), 'half a database');
    writeFileSync(path.join(folder, 'storage.db.new-wal'), 'and its log');
    await takeUpFiles(folder);
    expect({ ...(await taken()) }).toEqual(values);
    expect(existsSync(path.join(folder, 'storage.db.new-wal'))).toBe(false);
  });

  test('do not come back over the database where the power went while they were removed', async () => {
    await files();
    await takeUpFiles(folder);
    await reopened((again) => again.set(['fabrics'], 'fabrics', [{ index: 2 }]));
    writeFileSync(path.join(folder, 'fabrics.fabrics'), '[{"index":1}]');
    writeFileSync(path.join(folder, 'driver.json'), '{"ki');
    await takeUpFiles(folder);
    expect(readdirSync(folder).sort()).toEqual(['driver.json', 'storage.db']);
    expect(await reopened((again) => again.get(['fabrics'], 'fabrics'))).toEqual([{ index: 2 }]);
  });

  test('are no matter where there is no folder yet, or nothing in it', async () => {
    await takeUpFiles(path.join(folder, 'nowhere'));
    await takeUpFiles(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});
