// Main's end of storage: the storage worker, kept alive, and the jobs worker, started when somebody reads.
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import type { Clock } from '../model/clock.ts';
import { HubError } from '../model/errors.ts';
import type { Async, PartHealth } from '../model/hub-port.ts';
import type { OutboundCalls } from '../model/outbound.ts';
import type { JobCalls, JobsWorkerData, StoreCalls } from '../model/store-port.ts';
import { createCaller } from './calls.ts';
import { type WorkerName, workerEntry } from './entry.ts';
import { type PartEvents, supervise } from './supervisor.ts';

/** An SD card can stall for seconds; only a worker that is silent for a minute is taken for stuck. */
const STORE_HANG_MS = 60_000;
const STORE_CALL_MS = 30_000;
const READ_CALL_MS = 60_000;
/** A jobs worker ends after this long without a call: its memory is worth more than its start. */
const IDLE_MS = 60_000;

export interface StoreLinkOptions {
  readonly dataFolder: string;
  readonly allowFaults: boolean;
  /** A storage thread that runs already; one that has to follow it is started here. */
  readonly firstThread?: Worker | undefined;
  readonly clock: Clock;
  /** Storage runs again after a fault: the core needs a new line to it. */
  restarted(): void;
  changed(health: PartHealth): void;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

export interface StoreLink {
  /** Resolves once the files are open; rejects with why they cannot be. */
  start(): Promise<void>;
  readonly calls: Async<StoreCalls>;
  readonly reads: Async<JobCalls>;
  /** Calls to the outside, in a thread of their own. */
  readonly outbound: Async<OutboundCalls>;
  /** A new line for a core; what it is told there goes on when storage is replaced, over another line. */
  corePort(): MessagePort;
  parts(): PartHealth[];
  stop(graceMs: number): Promise<void>;
}

type FromStorage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'pong'; readonly number: number }
  | { readonly kind: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly text: string }
  | {
      readonly kind: 'failed';
      readonly problem: { readonly message: string; readonly hint: string | null };
    }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'answer' };

/** Calls to a worker that may be replaced: each goes to the one that runs when it is made. */
function current<Calls extends object>(caller: () => Async<Calls>): Async<Calls> {
  return new Proxy(Object.create(null), {
    get: (_target, name) => Reflect.get(caller(), name),
  }) as Async<Calls>;
}

export function createStoreLink(options: StoreLinkOptions): StoreLink {
  const { clock, dataFolder } = options;
  const opened = Promise.withResolvers<void>();
  let storage: Worker | null = null;
  let calls: Async<StoreCalls> | null = null;
  let hasOpened = false;
  let { firstThread } = options;
  const reads = createOnDemand<JobCalls>('reads', 'The reader', options);
  const outbound = createOnDemand<OutboundCalls>('outbound', 'The outbound thread', options);

  function startStorage(events: PartEvents) {
    const data = { dataFolder, faults: options.allowFaults };
    const worker = firstThread ?? startWorker('storage', data);
    firstThread = undefined;
    const caller = createCaller<StoreCalls>(worker, { timeoutMs: STORE_CALL_MS, to: 'Storage' });
    storage = worker;
    calls = caller.calls;
    let reason = 'it ended';
    worker.on('message', (message: FromStorage) => {
      if (message.kind === 'pong') events.pong(message.number, null);
      else if (message.kind === 'log') options.log(message.level, message.text);
      else if (message.kind === 'failed') reason = message.problem.message;
      if (message.kind !== 'ready') return;
      events.ready();
      opened.resolve();
      if (hasOpened) options.restarted();
      hasOpened = true;
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      caller.close(reason);
      if (!hasOpened) {
        opened.reject(
          new HubError('storage', `Storage cannot open its files: ${reason}`, {
            hint: 'Look at the file, or start with another folder (INGLE_DATA).',
            zh: {
              message: `无法打开存储文件：${reason}`,
              hint: '请检查这个文件，或用另一个文件夹（INGLE_DATA）启动。',
            },
          }),
        );
      }
      events.exited(reason);
    });
    return {
      ping: (number: number) => worker.postMessage({ kind: 'ping', number }),
      stop: () => worker.postMessage({ kind: 'stop' }),
      kill: () => void worker.terminate(),
    };
  }

  const supervisor = supervise({
    name: 'storage',
    clock,
    start: startStorage,
    hangMs: STORE_HANG_MS,
    backoffMs: 1_000,
    changed: options.changed,
    log: options.log,
  });

  return {
    start() {
      supervisor.start();
      return opened.promise;
    },
    calls: current(() => {
      if (!calls) {
        throw new HubError('unreachable', 'Storage is not running', {
          hint: 'It is started again by itself. Try again in a moment.',
          zh: { message: '存储没有运行', hint: '它会自动重新启动，请稍后再试。' },
        });
      }
      return calls;
    }),
    reads: reads.calls,
    outbound: outbound.calls,
    corePort() {
      const { port1, port2 } = new MessageChannel();
      storage?.postMessage({ kind: 'core', port: port2 }, [port2]);
      return port1;
    },
    parts: () => [supervisor.health()],
    async stop(graceMs) {
      await Promise.all([reads.stop(), outbound.stop(), supervisor.stop(graceMs)]);
    },
  };
}

function startWorker(name: WorkerName, workerData: object): Worker {
  return new Worker(workerEntry(name), { name, workerData });
}

/** A jobs worker: made at the first call, gone after a minute without one. */
function createOnDemand<Calls extends object>(
  role: JobsWorkerData['role'],
  title: string,
  options: Pick<StoreLinkOptions, 'dataFolder' | 'log'>,
) {
  let running: { worker: Worker; calls: Async<Calls> } | null = null;
  let idleTimer: NodeJS.Timeout | undefined;

  function use(): Async<Calls> {
    clearTimeout(idleTimer);
    idleTimer = setTimeout(end, IDLE_MS);
    idleTimer.unref();
    if (running) return running.calls;
    const data: JobsWorkerData = { dataFolder: options.dataFolder, role };
    const worker = startWorker('jobs', data);
    const caller = createCaller<Calls>(worker, { timeoutMs: READ_CALL_MS, to: title });
    running = { worker, calls: caller.calls };
    worker.on('error', (error) => {
      options.log('error', `${role}: ${error instanceof Error ? error.message : String(error)}`);
    });
    worker.on('exit', () => {
      caller.close('it ended');
      if (running?.worker === worker) running = null;
    });
    return caller.calls;
  }

  function end(): void {
    running?.worker.postMessage({ kind: 'stop' });
    running = null;
  }

  return {
    calls: current(use),
    async stop() {
      clearTimeout(idleTimer);
      const worker = running?.worker;
      if (!worker) return;
      const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
      end();
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    },
  };
}
