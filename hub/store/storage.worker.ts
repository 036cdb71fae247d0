// The storage worker: says `ready` once its files are open (or `failed`, and ends), then answers calls and pings,
// takes the core's port, and closes its files when it is asked to stop. It is never to be ended in the middle of a
// call: what SQLite holds is torn down by itself alone.
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { onceLoaded } from '../../adapters/contract/once-loaded.ts';
import { toProblem } from '../model/errors.ts';
import type { StoreCalls } from '../model/store-port.ts';
import { answerCalls } from '../threads/calls.ts';
import { Storage } from './storage.ts';

/** Main → storage, beside calls. */
type MainToStorage =
  | { readonly kind: 'ping'; readonly number: number }
  | { readonly kind: 'core'; readonly port: MessagePort }
  | { readonly kind: 'stop' }
  | { readonly kind: 'call' };

interface StorageWorkerData {
  readonly dataFolder: string;
  readonly faults: boolean;
}

function run(port: MessagePort, data: StorageWorkerData): void {
  let storage: Storage;
  try {
    storage = new Storage({
      ...data,
      log: (level, text) => port.postMessage({ kind: 'log', level, text }),
    });
  } catch (error) {
    port.postMessage({ kind: 'failed', problem: toProblem(error) });
    return;
  }
  const endCalls = answerCalls<StoreCalls>(port, storage.calls());
  port.on('message', (message: MainToStorage) => {
    switch (message.kind) {
      case 'ping':
        port.postMessage({ kind: 'pong', number: message.number });
        return;
      case 'core':
        storage.attachCore(message.port);
        return;
      case 'stop':
        endCalls();
        storage.stop();
        port.postMessage({ kind: 'stopped' });
        port.close();
        return;
      case 'call':
        return;
      default:
        message satisfies never;
    }
  });
  port.postMessage({ kind: 'ready' });
  onceLoaded();
}

// What started this thread made its data.
if (parentPort !== null) run(parentPort, workerData as StorageWorkerData);
