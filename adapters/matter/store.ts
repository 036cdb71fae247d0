// Where matter.js keeps the fabric, the nodes and what it knows of them: one SQLite database for each of its own nodes.
// Its default is a file for each value, several thousand for a large bridge, each brought to the disk by itself: a stop
// that came in the midst of that left half of a bridge behind, which could not be subscribed to any more.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type DataNamespace, StorageDriver, type StorageService } from '@matter/main';
import { FileStorageDriver, SqliteStorageDriver } from '@matter/nodejs';
import { writePrivateJson } from '../contract/private-file.ts';

type DatabaseCreator = NonNullable<
  NonNullable<ConstructorParameters<typeof SqliteStorageDriver>[0]>['databaseCreator']
>;
type Write = () => unknown;
type Values = Awaited<ReturnType<FileStorageDriver['values']>>;

const DATABASE = 'storage.db';
/** Says which kind of storage a folder holds; matter.js reads it. */
const DESCRIPTOR = 'driver.json';
const KEPT = /^(storage\.db|driver\.json|matter\.(lock|pid))/;

/** What is committed is on the disk: a device that was paired a moment before a power cut stays paired. */
const openDatabase = ((file: string) => {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512');
  return database;
}) as unknown as DatabaseCreator;

/** Holds back what is written until it is committed, and then writes all of it or nothing, in one step. */
class HeldBack extends StorageDriver.Transaction {
  readonly #writes: Write[] = [];
  readonly #apply: (writes: readonly Write[]) => void;

  constructor(storage: StorageDriver, apply: (writes: readonly Write[]) => void) {
    super(storage);
    this.#apply = apply;
  }

  override set(contexts: string[], keyOrValues: never, value?: never): void {
    this.#hold(() => this.storage.set(contexts, keyOrValues, value as never));
  }

  override delete(contexts: string[], key: string): void {
    this.#hold(() => this.storage.delete(contexts, key));
  }

  override clearAll(contexts: string[]): void {
    this.#hold(() => this.storage.clearAll(contexts));
  }

  override commit(): void {
    this.assertActive();
    this.#apply(this.#writes);
    super.commit();
  }

  #hold(write: Write): void {
    this.assertActive();
    this.#writes.push(write);
  }
}

/**
 * The library's driver with transactions that may overlap, as those of its own nodes do, and with the endpoints of a
 * node in the order of their numbers, as the node itself tells them: who is part of whom depends on it.
 */
class NodeStorage extends SqliteStorageDriver {
  static override async create(namespace: DataNamespace): Promise<NodeStorage> {
    const storage = new NodeStorage({ namespaceOrPath: namespace, databaseCreator: openDatabase });
    await storage.initialize();
    return storage;
  }

  override begin(): StorageDriver.Transaction {
    return new HeldBack(this, (writes) => this.atOnce(writes));
  }

  override contexts(contexts: string[]): string[] {
    return super.contexts(contexts).sort(new Intl.Collator('en', { numeric: true }).compare);
  }

  atOnce(writes: readonly Write[]): void {
    this.withAnyTransaction(() => {
      for (const write of writes) write();
    });
  }
}

/** Has matter.js keep what it has to remember in databases, from the next node that it opens. */
export function useDatabases(service: StorageService): void {
  service.registerDriver(NodeStorage as never);
  service.configuredDriver = NodeStorage.id;
}

/**
 * Takes what an earlier version of the hub kept in files into the database. That has its name once it is whole, and
 * then holds: whenever the power goes, the files or the database are complete.
 */
export async function takeUpFiles(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  const database = path.join(folder, DATABASE);
  const files = readdirSync(folder).filter((name) => !KEPT.test(name));
  if (!existsSync(database)) {
    if (files.length === 0) return;
    for (const end of ['', '-wal', '-shm']) rmSync(`${database}.new${end}`, { force: true });
    await copyFiles(folder, `${database}.new`);
    renameSync(`${database}.new`, database);
  }
  // The library writes it anew at each start, and takes a database beside a torn one for a value in a file.
  writePrivateJson(path.join(folder, DESCRIPTOR), { kind: NodeStorage.id, type: 'kv' });
  for (const name of files) rmSync(path.join(folder, name), { force: true, recursive: true });
}

/** Opens a database by its path, apart from matter.js's environment. */
export async function openNodeStorage(file: string): Promise<NodeStorage> {
  const storage = new NodeStorage({ namespaceOrPath: file, databaseCreator: openDatabase });
  await storage.initialize();
  return storage;
}

async function copyFiles(folder: string, database: string): Promise<void> {
  const source = new FileStorageDriver(folder);
  await source.initialize();
  const target = await openNodeStorage(database);
  try {
    const writes: Write[] = [];
    await copyContext(source, [], (contexts, values) => {
      writes.push(() => target.set(contexts, values));
    });
    target.atOnce(writes);
  } finally {
    await target.close();
    await source.close();
  }
}

async function copyContext(
  source: FileStorageDriver,
  contexts: string[],
  put: (contexts: string[], values: Values) => void,
): Promise<void> {
  const values = await source.values(contexts);
  if (Object.keys(values).length > 0) put(contexts, values);
  for (const each of source.contexts(contexts)) await copyContext(source, [...contexts, each], put);
}
