// Threads that are started before main has loaded: most of a start is the loading of code, and the threads can load
// theirs meanwhile. Which of them a home needs is remembered from its last start; a start that turns out to need others
// ends what was started in vain, so that a wrong memory costs time and nothing else.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import path from 'node:path';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { onceLoaded } from '../../adapters/contract/once-loaded.ts';
import { type WorkerName, workerEntry } from './entry.ts';
import { holdFolder } from './folder-lock.ts';

/** Threads that wait to be told what to do, or, for storage, open the files of the folder that is held. */
export const EARLY_THREADS = ['storage', 'zigbee', 'core'] as const satisfies readonly WorkerName[];
export type EarlyName = (typeof EARLY_THREADS)[number];

const STOP_WITHIN_MS = 6_000;

export interface EarlyThreads {
  readonly folder: string;
  /** The thread of that name, once; undefined where it was not started or has ended. Listeners go on it at once. */
  take(name: EarlyName): Worker | undefined;
  /** Ends what nobody took; resolves once it is gone. */
  end(): Promise<void>;
}

/** A thread of the home; its data stays the same however early it starts. */
export function startHomeThread(name: EarlyName, dataFolder: string, faults: boolean): Worker {
  const options: WorkerOptions = {
    name,
    ...(name === 'zigbee' ? {} : { workerData: { dataFolder, faults } }),
  };
  return new Worker(workerEntry(name), options);
}

let started: EarlyThreads | null = null;

/** What boot.ts has started in this process; null where it started nothing. */
export function earlyThreads(): EarlyThreads | null {
  return started;
}

/**
 * Keeps compiled code in the data folder from here on, and starts what the last start of this folder needed. Does
 * nothing where the folder is not yet there or is given in the settings file, which main reads.
 */
export function startEarlyThreads(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const folder = earlyFolder(args, environment);
  if (folder === null || !existsSync(folder)) return;
  keepCompiledCode(folder);
  const names = readMemory(folder);
  if (names.length === 0) return;
  try {
    holdFolder(folder);
  } catch {
    // Another hub has it: main tells of that.
    return;
  }
  const faults = environment.INGLE_FAULTS === '1';
  started = waiting(
    folder,
    new Map(names.map((name) => [name, startHomeThread(name, folder, faults)])),
  );
}

/**
 * Every thread and child from here on finds its compiled code again, and writes its own once it has run for a while:
 * the device definitions alone take 0.2 s to compile.
 */
export function keepCompiledCode(folder: string, afterMs?: number): void {
  const cache = path.join(folder, 'cache', 'compile');
  process.env.NODE_COMPILE_CACHE ??= cache;
  mkdirSync(path.join(folder, 'cache'), { recursive: true, mode: 0o700 });
  enableCompileCache(cache);
  onceLoaded(afterMs === undefined ? {} : { keepAfterMs: afterMs });
}

function earlyFolder(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  const flag = args.indexOf('--data');
  const given =
    flag === -1
      ? args.find((arg) => arg.startsWith('--data='))?.slice('--data='.length)
      : args[flag + 1];
  const folder = given || environment.INGLE_DATA || (environment.INGLE_CONFIG ? null : './data');
  return folder === null ? null : path.resolve(folder);
}

function memoryFile(folder: string): string {
  return path.join(folder, 'cache', 'threads.json');
}

function readMemory(folder: string): EarlyName[] {
  try {
    const content: unknown = JSON.parse(readFileSync(memoryFile(folder), 'utf8'));
    const names: readonly unknown[] = Array.isArray(content) ? content : [];
    return EARLY_THREADS.filter((name) => names.includes(name));
  } catch {
    return [];
  }
}

/** Remembers for the next start of this folder what this one needed; written only where that has changed. */
export function rememberThreads(folder: string, names: readonly EarlyName[]): void {
  const needed = EARLY_THREADS.filter((name) => names.includes(name));
  if (readMemory(folder).join() === needed.join()) return;
  try {
    mkdirSync(path.dirname(memoryFile(folder)), { recursive: true, mode: 0o700 });
    writeFileSync(memoryFile(folder), JSON.stringify(needed), { mode: 0o600 });
  } catch {
    // A full or read-only disk is told by storage, which needs it.
  }
}

/** Keeps what the threads say until they are taken. */
function waiting(folder: string, workers: ReadonlyMap<EarlyName, Worker>): EarlyThreads {
  const threads = new Map<EarlyName, { worker: Worker; heard: unknown[]; release(): void }>();
  for (const [name, worker] of workers) {
    const heard: unknown[] = [];
    const hear = (message: unknown): void => void heard.push(message);
    // One that fails so early is started again by its supervisor, and is heard then.
    const over = (): void => void threads.delete(name);
    worker.on('message', hear).on('error', over).on('exit', over);
    const release = (): void => {
      worker.off('message', hear).off('error', over).off('exit', over);
    };
    threads.set(name, { worker, heard, release });
  }
  return {
    folder,
    take(name) {
      const thread = threads.get(name);
      if (thread === undefined) return undefined;
      threads.delete(name);
      thread.release();
      queueMicrotask(() => {
        for (const message of thread.heard) thread.worker.emit('message', message);
      });
      return thread.worker;
    },
    async end() {
      const left = [...threads];
      threads.clear();
      await Promise.all(left.map(([name, { worker }]) => endThread(name, worker)));
    },
  };
}

/** Storage is asked, since what SQLite holds is torn down by itself alone; the others hold nothing yet. */
async function endThread(name: EarlyName, worker: Worker): Promise<void> {
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('error', () => {});
  if (name === 'storage') worker.postMessage({ kind: 'stop' });
  else void worker.terminate();
  const limit = AbortSignal.timeout(STOP_WITHIN_MS);
  await Promise.race([
    gone,
    new Promise<void>((resolve) => limit.addEventListener('abort', () => resolve())),
  ]);
}
