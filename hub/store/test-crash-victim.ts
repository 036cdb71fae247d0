// The program that crash.test.ts kills: it writes through a real storage worker as fast as that answers, and prints
// what was acknowledged, one line each: `durable N`, `setting N`, `logged N`.
import { MessageChannel, Worker } from 'node:worker_threads';
import type { LogEntry } from '../model/journal.ts';
import type { StoreCalls, StoreToCore } from '../model/store-port.ts';
import { createCaller } from '../threads/calls.ts';
import { change, journalRecord, notification, seededRandom } from './test-records.ts';

const [dataFolder = '', seed = '1'] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const worker = new Worker(new URL('./storage.worker.ts', import.meta.url), {
  workerData: { dataFolder, faults: false },
});
const { calls } = createCaller<StoreCalls>(worker, { timeoutMs: 30_000, to: 'storage' });
const { port1: core, port2 } = new MessageChannel();

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const recovery = await calls.recover();
let record = recovery.lastRecord;
let logged = Number(recovery.lastValues[0]?.value ?? 0);
let setting = Number((await calls.load()).settings.counter ?? 0);
let arrived: () => void = () => {};
core.on('message', (message: StoreToCore) => {
  if (message.kind !== 'durable') return;
  say(`durable ${message.upTo}`);
  if (message.upTo === record) arrived();
});
worker.postMessage({ kind: 'core', port: port2 }, [port2]);

async function saveSettings(): Promise<void> {
  for (;;) {
    setting += 1;
    await calls.putSetting('counter', String(setting));
    say(`setting ${setting}`);
  }
}

async function flushLog(): Promise<void> {
  for (;;) {
    const upTo = logged;
    await calls.flush();
    say(`logged ${upTo}`);
  }
}

async function decide(): Promise<void> {
  for (;;) {
    const done = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const records = Array.from({ length: 1 + Math.floor(random() * 20) }, () => {
      record += 1;
      const base = journalRecord(record);
      return record % 10 === 0 ? { ...base, notifications: [notification(`n${record}`)] } : base;
    });
    const entries: LogEntry[] = Array.from({ length: Math.floor(random() * 200) }, () => {
      logged += 1;
      return change(logged, logged);
    });
    core.postMessage(JSON.stringify({ kind: 'journal', records }));
    core.postMessage(JSON.stringify({ kind: 'log', entries }));
    await done;
  }
}

await Promise.all([saveSettings(), flushLog(), decide()]);
