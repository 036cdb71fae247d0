// The storage and jobs workers as main starts them: real threads, real files.
import fs from 'node:fs';
import path from 'node:path';
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { TEST_DEVICES, TEST_ROOMS } from '../../scenes/language/test-home.ts';
import type { JobCalls, StoreCalls, StoreToCore } from '../model/store-port.ts';
import { type Caller, createCaller } from '../threads/calls.ts';
import { HOME_FILE } from './files.ts';
import { openDatabase } from './open.ts';
import { livedHistory } from './test-lived-history.ts';
import {
  change,
  device,
  HALL,
  journalRecords,
  runEntry,
  START_MS,
  TEMPERATURE,
  temporaryFolder,
  trace,
} from './test-records.ts';

interface Running<Calls> {
  readonly worker: Worker;
  readonly calls: Caller<Calls>;
  /** Waits for a message of a kind. */
  until(kind: string): Promise<{ kind: string; [name: string]: unknown }>;
  stop(): Promise<void>;
}

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function newFolder(): string {
  const folder = temporaryFolder();
  cleanups.push(() => folder[Symbol.dispose]());
  return folder.path;
}

function start<Calls extends object>(name: 'storage' | 'jobs', dataFolder: string): Running<Calls> {
  const entry = new URL(`./${name}.worker.ts`, import.meta.url);
  const worker = new Worker(entry, { workerData: { dataFolder, faults: true } });
  const caller = createCaller<Calls>(worker, { timeoutMs: 10_000, to: name });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    worker.postMessage({ kind: 'stop' });
    await exited;
    caller.close('it was stopped');
  };
  cleanups.push(stop);
  return {
    worker,
    calls: caller.calls,
    until: (kind) =>
      new Promise((resolve) => {
        worker.on('message', (message) => {
          if (message.kind === kind) resolve(message);
        });
      }),
    stop,
  };
}

function connectCore(worker: Worker): MessagePort {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage({ kind: 'core', port: port2 }, [port2]);
  cleanups.push(() => port1.close());
  return port1;
}

function untilDurable(port: MessagePort, upTo: number): Promise<void> {
  return new Promise((resolve) => {
    port.on('message', (message: StoreToCore) => {
      if (message.kind === 'durable' && message.upTo >= upTo) resolve();
    });
  });
}

const HOUSE = { devices: TEST_DEVICES, rooms: TEST_ROOMS };

describe('the storage worker', () => {
  it('is ready, answers pings and calls, stops when asked, and has all of it the next time', async () => {
    const folder = newFolder();
    const first = start<StoreCalls>('storage', folder);
    await first.until('ready');
    const pong = first.until('pong');
    first.worker.postMessage({ kind: 'ping', number: 7 });
    expect(await pong).toEqual({ kind: 'pong', number: 7 });
    await first.calls.putDevice(device('lamp'));
    await expect(first.calls.putDevice(device('lamp'))).rejects.toMatchObject({ code: 'conflict' });
    const core = connectCore(first.worker);
    core.postMessage(JSON.stringify({ kind: 'journal', records: journalRecords(1, 10) }));
    core.postMessage(
      JSON.stringify({ kind: 'log', entries: [change(1, 20), runEntry(2, trace('a'))] }),
    );
    await untilDurable(core, 10);
    const stopped = first.until('stopped');
    await first.stop();
    await stopped;

    const again = start<StoreCalls>('storage', folder);
    expect((await again.calls.load()).devices).toEqual([device('lamp')]);
    const recovery = await again.calls.recover();
    expect([recovery.lastRecord, recovery.lastValues]).toMatchObject([10, [{ value: 20 }]]);
    const jobs = start<JobCalls>('jobs', folder);
    expect(await jobs.calls.run(trace('a').id)).toEqual(trace('a'));
    const series = await jobs.calls.series({
      device: HALL,
      property: TEMPERATURE,
      fromMs: START_MS,
      toMs: START_MS + 60_000,
      points: 60,
    });
    expect(series.points).toEqual([[START_MS + 1000, 20, 20, 20, 20]]);
  });

  it('is stuck while it is stalled, and then does what has waited', async () => {
    const { worker, calls } = start<StoreCalls>('storage', newFolder());
    await calls.load();
    const core = connectCore(worker);
    await untilDurable(core, 0);
    const startedMs = performance.now();
    const stalled = calls.stall(300);
    core.postMessage(JSON.stringify({ kind: 'journal', records: journalRecords(1, 3) }));
    await untilDurable(core, 3);
    expect(performance.now() - startedMs).toBeGreaterThan(295);
    await stalled;
  });

  it('item 108: a jobs worker explains, replays and tests beside the thread that writes', async () => {
    using history = livedHistory({ ...HOUSE, everyMs: 3_600_000, days: 2 });
    const { calls } = start<JobCalls>('jobs', history.folder);
    const { fromMs, toMs, scene } = history;
    const why = await calls.why({ ...history.lamp, atMs: fromMs + 22 * 3_600_000 });
    expect(why?.links.map(({ kind }) => kind)).toEqual(['change', 'run', 'root']);
    const whyNot = await calls.whyNot({ scene, atMs: fromMs + 12 * 3_600_000 });
    expect(whyNot?.reason).toBe('no-trigger');
    const replayed = await calls.replayScene({ scene, text: null, fromMs: fromMs + 1, toMs });
    expect(replayed.result?.counts).toMatchObject({ lived: 2, tried: 2, same: 2 });
    const tested = await calls.testScene({ scene, text: null });
    expect(tested.result).toMatchObject({ name: 'Evening', passed: 0, failed: 0 });
  });

  it('fails with the reason where it cannot open its files, and ends', async () => {
    const folder = newFolder();
    const newer = { ...HOME_FILE, migrations: [...HOME_FILE.migrations, 'CREATE TABLE later (x)'] };
    openDatabase(folder, newer).close();
    const { worker, until } = start<StoreCalls>('storage', folder);
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    const failed = await until('failed');
    expect(failed).toMatchObject({
      problem: {
        code: 'storage',
        message: `home.db was written by a newer Ingle (version ${newer.migrations.length}; this one knows ${HOME_FILE.migrations.length})`,
      },
    });
    await exited;
  });

  it('ends cleanly when it is ended by force in the middle of commits', async () => {
    const folder = newFolder();
    for (let round = 0; round < 5; round += 1) {
      const { worker, calls } = start<StoreCalls>('storage', folder);
      const { lastRecord } = await calls.recover();
      const core = connectCore(worker);
      for (let group = 0; group < 200; group += 1) {
        const first = lastRecord + 1 + group * 5;
        core.postMessage(
          JSON.stringify({ kind: 'journal', records: journalRecords(first, first + 4) }),
        );
      }
      await untilDurable(core, lastRecord + 5);
      await worker.terminate();
      expect(fs.existsSync(path.join(folder, 'runs.db'))).toBe(true);
    }
  });
});
