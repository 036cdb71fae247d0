// Worker threads that several light adapters share: the first line that is opened starts the worker, each adapter
// has a line of its own to its host in there, and when the worker is gone every line of it says so.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type {
  MainToSharedWorker,
  MainToWorkerHost,
} from '../../adapters/contract/shell-message.ts';
import type { AdapterToMain } from '../model/adapter-port.ts';
import type { AdapterId } from '../model/identifiers.ts';
import { type WorkerName, workerEntry } from './entry.ts';

/** A worker's exit is told this soon after its lines have closed. */
const EXIT_TOLD_WITHIN_MS = 50;

export interface WorkerLineEvents {
  message(message: AdapterToMain): void;
  /** Once: the host has stopped, or its worker is gone. */
  ended(reason: string): void;
}

export interface WorkerLine {
  post(message: MainToWorkerHost): void;
  /** Ends the whole worker, as only that ends a hanging host; the other adapters in it start anew. */
  kill(): void;
}

export interface SharedWorkers {
  open(entry: WorkerName, adapter: AdapterId, events: WorkerLineEvents): WorkerLine;
}

interface SharedWorker {
  readonly worker: Worker;
  readonly ended: Set<(reason: string) => void>;
}

export function createSharedWorkers(): SharedWorkers {
  const workers = new Map<WorkerName, SharedWorker>();

  function start(entry: WorkerName): SharedWorker {
    const worker = new Worker(workerEntry(entry), { name: entry });
    const shared: SharedWorker = { worker, ended: new Set() };
    let reason = 'it ended';
    const isOver = () => {
      if (workers.get(entry) === shared) workers.delete(entry);
    };
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
      isOver();
    });
    worker.on('exit', (code) => {
      isOver();
      for (const ended of [...shared.ended]) ended(`${reason} (code ${code})`);
    });
    workers.set(entry, shared);
    return shared;
  }

  return {
    open(entry, adapter, events) {
      const shared = workers.get(entry) ?? start(entry);
      const { port1, port2 } = new MessageChannel();
      let isOpen = true;
      const ended = (reason: string): void => {
        if (!isOpen) return;
        isOpen = false;
        shared.ended.delete(ended);
        // The last line that closes ends the worker by itself: what opens meanwhile gets a fresh one.
        if (shared.ended.size === 0 && workers.get(entry) === shared) workers.delete(entry);
        events.ended(reason);
      };
      shared.ended.add(ended);
      port1.on('message', (message: AdapterToMain) => {
        if (isOpen) events.message(message);
      });
      // A host that stops closes its line; when the worker is gone its `exit` follows and knows the reason.
      port1.on('close', () => setTimeout(() => ended('it ended'), EXIT_TOLD_WITHIN_MS));
      const opening: MainToSharedWorker = { adapter, port: port2 };
      shared.worker.postMessage(opening, [port2]);
      return {
        post: (message) => port1.postMessage(message, transfers(message)),
        kill: () => {
          // Two adapters of a hanging worker end it one after the other; by then the next worker may have begun.
          if (workers.get(entry) === shared) workers.delete(entry);
          void shared.worker.terminate();
        },
      };
    },
  };
}

function transfers(message: MainToWorkerHost): MessagePort[] {
  return message.kind === 'core' ? [message.port] : [];
}
