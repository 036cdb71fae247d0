// Main's end of the core: starts it, keeps the mirror, asks it numbered requests, and rebuilds it from the mirror
// within a second should it die.
import { type MessagePort, Worker } from 'node:worker_threads';
import { createMirror, type Mirror } from '../core/mirror.ts';
import type { CoreBoot, CoreToMain, CoreWorkerData, MainToCore } from '../core/shell-messages.ts';
import type { Clock, ClockState } from '../model/clock.ts';
import type { CoreCommit, CoreInput, CoreReply } from '../model/core-port.ts';
import { type DiskLag, NO_LAG, withLags } from '../model/disk-lag.ts';
import { HubError, TimeoutError } from '../model/errors.ts';
import type { HubStart } from '../model/home-values.ts';
import type { PartHealth } from '../model/hub-port.ts';
import type { AdapterId } from '../model/identifiers.ts';
import type { Recovery } from '../model/store-port.ts';
import { workerEntry } from './entry.ts';
import { type PartEvents, supervise } from './supervisor.ts';

/** Requests that wait for their reply; one more is refused as busy. */
const REQUESTS_MAX = 1_000;
const REPLY_WITHIN_MS = 10_000;
/** An input that ends the core this often is passed over from then on. */
const POISON_LIMIT = 3;
const HANG_MS = 3_000;
/** Ten thousand scenes on a small board are read within this. */
const READY_WITHIN_MS = 60_000;

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown
  ? Omit<Union, Key>
  : never;
/** An input that is answered, without its number. */
export type CoreRequest = DistributiveOmit<Extract<CoreInput, { request: number }>, 'request'>;

export interface CoreLinkOptions {
  readonly clock: Clock & { readonly wallOffsetMs: number };
  /** The thread of the first core, from `startCoreThread`; one that has to follow it is started here. */
  readonly firstThread: Worker;
  readonly dataFolder: string;
  readonly recovery: Recovery;
  /** How the hub came to run. */
  readonly hubStart: HubStart;
  /** The home's settings as inputs, as they are when the core (re)starts. */
  settings(): CoreInput[];
  /** Makes a new line to storage; the other end goes to the storage worker. */
  storePort(): MessagePort;
  /** A core runs (again): adapters need a new line to it. */
  started(): void;
  committed(commit: CoreCommit): void;
  socketReady(adapter: AdapterId, path: string): void;
  /** So many things that a vendor's process sent the core were none, and left out. */
  adapterDropped(adapter: AdapterId, count: number): void;
  /** A vendor's process sent the core more than it may. */
  adapterBroken(adapter: AdapterId, reason: string): void;
  changed(health: PartHealth): void;
  log(level: 'debug' | 'info' | 'warn' | 'error', text: string): void;
}

export interface CoreLink {
  readonly mirror: Mirror;
  start(): void;
  /** Resolves once scenes run; rejects when they do not within a minute of the start. */
  whenReady(): Promise<void>;
  health(): PartHealth;
  /** How long decisions took to the disk since the start. */
  diskLag(): DiskLag;
  /** A setting that changed; not answered. */
  tell(input: Exclude<CoreInput, { request: number }>): void;
  /** @throws HubError when the core refuses, is overloaded, or does not answer within 10 s. */
  ask(request: CoreRequest): Promise<CoreReply>;
  useAdapterPort(adapter: AdapterId, port: MessagePort): void;
  useAdapterSocket(socket: Omit<Extract<MainToCore, { kind: 'adapterSocket' }>, 'kind'>): void;
  useStorePort(port: MessagePort): void;
  holdClock(wallOffsetMs: number, state: ClockState): void;
  /** Ends the thread at once without a word to anybody, as a crash would. */
  crash(): void;
  stop(graceMs: number): Promise<void>;
}

interface Pending {
  readonly input: CoreInput;
  readonly resolve: (reply: CoreReply) => void;
  readonly reject: (error: HubError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Starts a core's thread: it loads its modules and then waits to be told what to start from. */
export function startCoreThread(dataFolder: string): Worker {
  const workerData: CoreWorkerData = { dataFolder };
  return new Worker(workerEntry('core'), { name: 'core', workerData });
}

export function createCoreLink(options: CoreLinkOptions): CoreLink {
  const { clock, recovery } = options;
  const mirror = createMirror({
    seq: recovery.lastSeq,
    journal: recovery.lastRecord,
    entries: recovery.entries,
  });
  const pending = new Map<number, Pending>();
  const poison = new Map<string, number>();
  const ready = Promise.withResolvers<void>();
  let worker: Worker | null = null;
  let lastRequest = 0;
  let hasRun = false;
  let diskLag = NO_LAG;
  let firstThread: Worker | null = options.firstThread;

  /** Inputs of this moment: what a person sets at once reaches the core, and lamps that are alike, at once. */
  let unsent: CoreInput[] = [];

  function post(message: MainToCore, transfer: MessagePort[] = []): void {
    sendInputs();
    worker?.postMessage(message, transfer);
  }

  function tell(input: CoreInput): void {
    if (unsent.push(input) === 1) queueMicrotask(sendInputs);
  }

  function sendInputs(): void {
    if (unsent.length === 0) return;
    const inputs = unsent;
    unsent = [];
    worker?.postMessage({ kind: 'inputs', inputs } satisfies MainToCore);
  }

  function boot(): CoreBoot {
    return {
      isRestart: hasRun,
      clock: clock.state(),
      wallOffsetMs: clock.wallOffsetMs,
      lastSeq: mirror.seq,
      lastRecord: mirror.journal,
      entries: mirror.entries(),
      // Values from disk are restored once; after a crash of the core the mirror has them, and newer ones.
      lastValues: hasRun ? [] : recovery.lastValues,
      // A quiet house is no outage: while main lives, so does the home.
      lastAliveMs: hasRun ? clock.now().wallMs : recovery.newestAtMs || null,
      hubStart: hasRun ? null : options.hubStart,
      settings: options.settings(),
      quarantined: [...poison].filter(([, count]) => count >= POISON_LIMIT).map(([name]) => name),
    };
  }

  function startWorker(events: PartEvents) {
    const mine = firstThread ?? startCoreThread(options.dataFolder);
    firstThread = null;
    worker = mine;
    let reason = 'it ended';
    mine.on('message', (message: CoreToMain | string) =>
      onMessage(
        typeof message === 'string' ? (JSON.parse(message) as CoreToMain) : message,
        events,
      ),
    );
    mine.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    mine.on('exit', (code) => {
      if (worker === mine) worker = null;
      events.exited(code === 0 ? reason : `${reason} (code ${code})`);
    });
    const port = options.storePort();
    mine.postMessage({ kind: 'start', boot: boot(), store: port } satisfies MainToCore, [port]);
    options.started();
    // A request whose reply is not in a commit was never worked: main gets a tick whole or not at all.
    unsent = unsent.filter((input) => !('request' in input));
    for (const { input } of pending.values()) tell(input);
    return {
      ping: (number: number) => mine.postMessage({ kind: 'ping', number } satisfies MainToCore),
      stop: () => mine.postMessage({ kind: 'stop' } satisfies MainToCore),
      kill: () => void mine.terminate(),
    };
  }

  function onMessage(message: CoreToMain, events: PartEvents): void {
    switch (message.kind) {
      case 'commit':
        hasRun = true;
        mirror.take(message);
        diskLag = withLags(diskLag, message.lags ?? [], message.waiting ?? 0);
        for (const reply of message.replies) answer(reply);
        options.committed(message);
        return;
      case 'ready':
        events.ready();
        ready.resolve();
        return;
      case 'pong':
        events.pong(message.number, message.rssBytes);
        return;
      case 'socketReady':
        options.socketReady(message.adapter, message.path);
        return;
      case 'adapterDropped':
        options.adapterDropped(message.adapter, message.count);
        return;
      case 'adapterBroken':
        options.adapterBroken(message.adapter, message.reason);
        return;
      case 'log':
        options.log(message.level, message.text);
        return;
      case 'poisoned': {
        const count = (poison.get(message.input) ?? 0) + 1;
        poison.set(message.input, count);
        options.log(
          'error',
          `The core cannot work ${message.input} (${count} times): ${message.message}`,
        );
        return;
      }
      case 'stopped':
        return;
      default:
        message satisfies never;
    }
  }

  function answer(reply: CoreReply): void {
    const waiting = pending.get(reply.request);
    if (!waiting) return;
    pending.delete(reply.request);
    clearTimeout(waiting.timer);
    waiting.resolve(reply);
  }

  const supervisor = supervise({
    name: 'core',
    clock,
    start: startWorker,
    hangMs: HANG_MS,
    backoffMs: 200,
    changed: options.changed,
    log: options.log,
  });

  return {
    mirror,
    start() {
      supervisor.start();
      const timer = setTimeout(() => {
        const { problem } = supervisor.health();
        const message = `The core did not start within ${READY_WITHIN_MS / 1_000} s`;
        ready.reject(new TimeoutError(message, { hint: problem?.message }));
      }, READY_WITHIN_MS);
      void ready.promise.then(
        () => clearTimeout(timer),
        () => {},
      );
    },
    whenReady: () => ready.promise,
    health: () => supervisor.health(),
    diskLag: () => diskLag,
    tell,
    ask(request) {
      if (pending.size >= REQUESTS_MAX) {
        return Promise.reject(
          new HubError('busy', `${REQUESTS_MAX} requests are waiting already`, {
            hint: 'Wait a moment and try again.',
            zh: { message: `已有 ${REQUESTS_MAX} 个请求在等待`, hint: '请稍等片刻再试。' },
          }),
        );
      }
      lastRequest += 1;
      const number = lastRequest;
      const input: CoreInput = { ...request, request: number };
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          pending.delete(number);
          reject(
            new TimeoutError('The core did not answer within 10 s', {
              hint: 'Try again.',
              zh: { message: '核心在 10 秒内没有应答', hint: '请再试一次。' },
            }),
          );
        }, REPLY_WITHIN_MS);
        pending.set(number, { input, resolve, reject, timer });
        tell(input);
      });
    },
    useAdapterPort: (adapter, port) => post({ kind: 'adapter', adapter, port }, [port]),
    useAdapterSocket: (socket) => post({ kind: 'adapterSocket', ...socket }),
    useStorePort: (port) => post({ kind: 'store', port }, [port]),
    holdClock: (ms, state) => post({ kind: 'wallOffset', ms, state }),
    crash: () => void worker?.terminate(),
    stop: (graceMs) => supervisor.stop(graceMs),
  };
}
