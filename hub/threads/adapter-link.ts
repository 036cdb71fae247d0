// Main's end of one adapter: starts its host as a worker or a child process, joins it to the core, asks it numbered
// calls, and replaces it when it dies or hangs.
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { makeSocketFolder } from '../../adapters/contract/socket-port.ts';
import type { VendorProcess } from '../../adapters/contract/vendor-process.ts';
import type {
  AdapterCall,
  AdapterNotice,
  AdapterSettings,
  AdapterState,
  AdapterToMain,
  LogLevel,
  MainToAdapter,
  PairProgress,
} from '../model/adapter-port.ts';
import type { Clock } from '../model/clock.ts';
import type { NodeDescription } from '../model/device.ts';
import { fromProblem, HubError, TimeoutError } from '../model/errors.ts';
import type { AdapterHealth, PartHealth } from '../model/hub-port.ts';
import type { AdapterId, NodeAddress } from '../model/identifiers.ts';
import type { FromBridge, ToBridge } from '../model/matter-bridge.ts';
import { type MeshCare, NO_CARE } from '../model/mesh.ts';
import type { FromShare, ToShare } from '../model/mqtt.ts';
import { faultReason } from '../model/vendor-adapter.ts';
import type { CoreLink } from './core-link.ts';
import { type WorkerName, workerEntry } from './entry.ts';
import type { ComputeAccount } from './process-share.ts';
import type { SharedWorkers, WorkerLine, WorkerLineEvents } from './shared-workers.ts';
import { type PartEvents, type PartProcess, supervise } from './supervisor.ts';
import { type RunningChild, runVendorChild, type VendorChild } from './vendor-child.ts';
import { createVendorNotices } from './vendor-notices.ts';

/** A call to an adapter ends after this long; pairing and interviews tell of themselves by other messages. */
const CALL_WITHIN_MS = 65_000;
const CALLS_MAX = 200;
/** A host that does not answer its pings for this long hangs: it is replaced. */
const HANG_MS = 10_000;
/** One that loads a great library is silent meanwhile; on a busy small board that was seen to take over 10 s. */
const SLOW_START_HANG_MS = 45_000;
const LAST_WORDS_MAX = 2_000;
/**
 * Waits between the restarts of one that falls: each start of a process copies the map of this one's memory, which was
 * seen to hold up all threads of the hub for milliseconds.
 */
const VENDOR_BACKOFF = { backoffMs: 4_000, backoffMaxMs: 900_000, isPatient: true } as const;

export interface AdapterLinkOptions {
  readonly id: AdapterId;
  /** `child` for whatever may abort a process, such as a serial port's native binding. */
  readonly shell: 'worker' | 'child';
  readonly entries: { readonly worker?: WorkerName; readonly child?: WorkerName };
  /** Given for an adapter that is not ours: how its child is started, and what it may take. */
  readonly vendor?:
    | {
        process(): VendorProcess;
        readonly memoryBytesMax: number;
        readonly account: ComputeAccount;
      }
    | undefined;
  /** Given for an adapter whose worker others live in as well; absent: the worker is its own. */
  readonly sharedWorkers?: SharedWorkers | undefined;
  /** What the heap of a worker of its own may take; absent: Node's default. */
  readonly heap?: {
    readonly maxOldGenerationSizeMb: number;
    readonly maxYoungGenerationSizeMb: number;
  };
  /** A thread of its own that runs already; one that has to follow it is started here. */
  readonly firstThread?: Worker | undefined;
  readonly isSlowToStart?: true | undefined;
  readonly dataFolder: string;
  readonly settings: AdapterSettings;
  readonly clock: Clock;
  readonly core: CoreLink;
  /** Names of the nodes as the household gave them. */
  names(): Readonly<Record<NodeAddress, string>>;
  described(description: NodeDescription): void;
  left(node: NodeAddress): void;
  pairing(progress: PairProgress): void;
  /** A new life of the host has begun. */
  started?(): void;
  bridgeSaid?(said: FromBridge): void;
  shareAsked?(asked: FromShare): void;
  /** What is wrong in its mesh; nothing once it is gone. */
  cared(care: MeshCare): void;
  changed(): void;
  log(level: LogLevel, text: string): void;
}

export interface AdapterLink {
  readonly id: AdapterId;
  start(): void;
  /** Gives the host a new line to a core that has (re)started. */
  joinCore(): void;
  socketReady(socketPath: string): void;
  /** Its process sent the core so many things that are none. */
  droppedAtCore(count: number): void;
  /** Its process sent the core more than it may: it is begun anew. */
  tooMuchAtCore(reason: string): void;
  health(): AdapterHealth;
  part(): PartHealth;
  /** @throws the adapter's HubError, or TimeoutError after 65 s, or `unreachable` while the host is down. */
  call(body: AdapterCall): Promise<unknown>;
  /** What its own process takes; null: it has none, or that cannot be told here. */
  memoryBytes(): number | null;
  /** The number of its own process; null: it has none now. */
  processId(): number | null;
  /** News for the Matter bridge; lost while the host is down, which is told all of it when it starts. */
  bridge(update: ToBridge): void;
  /** News of what is shared over MQTT; likewise. */
  share(update: ToShare): void;
  /** Ends the host at once without a word to anybody, as a crash would. */
  crash(): void;
  /** Makes the host stand still, as a library's endless loop would. */
  hang(): void;
  stop(graceMs: number): Promise<void>;
}

/** A worker or a child, to which messages are posted alike. */
interface Host extends PartProcess {
  post(message: MainToAdapter): void;
}

export function createAdapterLink(options: AdapterLinkOptions): AdapterLink {
  const { id, clock, core } = options;
  const calls = new Map<
    number,
    { resolve: (result: unknown) => void; reject: (error: HubError) => void; timer: NodeJS.Timeout }
  >();
  let host: (Host & { joinCore(): void }) | null = null;
  /** Of the host that runs, or that was told to end and has not yet. */
  let current: PartEvents | null = null;
  let state: AdapterState = { kind: 'stopped' };
  let sinceMs = clock.now().wallMs;
  let notices: readonly AdapterNotice[] = [];
  let lastCall = 0;
  let { firstThread } = options;
  let vendorChild: VendorChild | null = null;
  let processId: number | null = null;
  const vendorNotices = createVendorNotices(options);
  let waitingSocket: { path: string; announce(): void } | null = null;

  const isStarting = () => state.kind === 'starting' || state.kind === 'connecting';

  function become(next: AdapterState): void {
    if (next.kind !== state.kind) sinceMs = clock.now().wallMs;
    state = next;
    if (next.kind === 'fault') {
      core.tell({ kind: 'adapterDown', adapter: id, reason: next.problem.message });
    }
    options.changed();
  }

  function onMessage(message: AdapterToMain, events: PartEvents): void {
    switch (message.kind) {
      case 'state':
        // Until its radio or network answers, or it has said why not, what ended the last one is not over.
        if (message.state.kind === 'connected' || message.state.kind === 'fault') events.ready();
        become(message.state);
        return;
      case 'described':
        options.described(message.description);
        return;
      case 'left':
        options.left(message.node);
        return;
      case 'pair':
        options.pairing(message.progress);
        return;
      case 'bridge':
        options.bridgeSaid?.(message.said);
        return;
      case 'share':
        options.shareAsked?.(message.asked);
        return;
      case 'notices':
        notices = message.notices;
        options.changed();
        return;
      case 'care':
        options.cared(message.care);
        return;
      case 'answer': {
        const waiting = calls.get(message.call);
        if (!waiting) return;
        calls.delete(message.call);
        clearTimeout(waiting.timer);
        if (message.problem) waiting.reject(fromProblem(message.problem));
        else waiting.resolve(message.result);
        return;
      }
      case 'pong':
        events.pong(message.number, message.rssBytes);
        return;
      case 'log':
        options.log(message.level, message.text);
        return;
      case 'stopped':
        return;
      default:
        message satisfies never;
    }
  }

  function ended(reason: string, events: PartEvents): void {
    // One that hung may end when the next has begun.
    if (current !== events) return;
    events.exited(reason);
    lost(reason);
  }

  /** What the host was asked is not answered any more, and its devices are out of reach. */
  function lost(reason: string): void {
    current = null;
    host = null;
    notices = [];
    vendorNotices.clear();
    options.cared(NO_CARE);
    for (const [, { reject, timer }] of calls) {
      clearTimeout(timer);
      reject(
        new HubError('unreachable', `The ${id} adapter stopped before it answered: ${reason}`, {
          hint: 'It is started again by itself. Try again in a moment.',
          zh: {
            message: `${id} 适配器没有应答就停止了：${reason}`,
            hint: '它会自动重新启动，请稍后再试。',
          },
        }),
      );
    }
    calls.clear();
    const isStopped = supervisor.health().state === 'stopped';
    if (isStopped) {
      become({ kind: 'stopped' });
      return;
    }
    const told = supervisor.health().problem;
    // Why it was ended, and not only that a signal did it.
    const why = faultReason(id, told?.message ?? reason);
    become({
      kind: 'fault',
      problem: {
        code: 'unreachable',
        message: `The ${id} adapter stopped: ${why.en}`,
        hint: told?.hint ?? null,
        zh: { message: `适配器 ${id} 停止了：${why.zh}`, hint: told?.zh?.hint ?? null },
      },
      retryAtMs: null,
    });
  }

  function startHost(events: PartEvents): PartProcess {
    if (current !== null) lost('it did not answer');
    current = events;
    host = options.shell === 'child' ? startChild(events) : startWorker(events);
    become({ kind: 'starting' });
    host.joinCore();
    const { dataFolder, settings } = options;
    host.post({ kind: 'start', dataFolder, settings, names: options.names() });
    options.started?.();
    return host;
  }

  function openLine(lineEvents: WorkerLineEvents): WorkerLine {
    const { worker: entry } = options.entries;
    if (!entry) throw new HubError('unsupported', `The ${id} adapter has no worker`);
    if (options.sharedWorkers) return options.sharedWorkers.open(entry, id, lineEvents);
    const worker =
      firstThread ??
      new Worker(workerEntry(entry), {
        name: id,
        ...(options.heap === undefined ? {} : { resourceLimits: options.heap }),
      });
    firstThread = undefined;
    let reason = 'it ended';
    worker.on('message', (message: AdapterToMain) => lineEvents.message(message));
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', (code) => lineEvents.ended(`${reason} (code ${code})`));
    return {
      post: (message) => worker.postMessage(message, message.kind === 'core' ? [message.port] : []),
      kill: () => void worker.terminate(),
    };
  }

  function startWorker(events: PartEvents) {
    const { post, kill } = openLine({
      message: (message) => onMessage(message, events),
      ended: (reason) => ended(reason, events),
    });
    return {
      post,
      joinCore() {
        const { port1, port2 } = new MessageChannel();
        core.useAdapterPort(id, port1);
        post({ kind: 'core', port: port2 });
      },
      ping: (number: number) => post({ kind: 'ping', number }),
      stop: () => post({ kind: 'stop' }),
      kill,
    };
  }

  function childEntry(): WorkerName {
    const { child } = options.entries;
    if (!child) throw new HubError('unsupported', `The ${id} adapter has no child process`);
    return child;
  }

  function hangMs(): number {
    if (options.isSlowToStart === true && isStarting()) return SLOW_START_HANG_MS;
    return vendorChild?.hangMs() ?? HANG_MS;
  }

  /** A process of ours: over Node's own channel, which trusts the other end. */
  function forkChild(events: PartEvents): RunningChild {
    const child = fork(fileURLToPath(workerEntry(childEntry())), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let lastWords = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString('utf8')).slice(-LAST_WORDS_MAX);
    });
    child.on('message', (message) => onMessage(message as AdapterToMain, events));
    return {
      child,
      post: (message) => {
        if (child.connected) child.send(message);
      },
      kill: () => void child.kill('SIGKILL'),
      lastWords: () => lastWords,
    };
  }

  function startVendorChild(
    vendor: NonNullable<AdapterLinkOptions['vendor']>,
    events: PartEvents,
  ): RunningChild {
    vendorChild?.stop();
    vendorNotices.clear();
    const { memoryBytesMax, account } = vendor;
    const started = runVendorChild(vendor.process(), {
      ...{ memoryBytesMax, account },
      message: (message) => onMessage(message, events),
      ...{ dropped: vendorNotices.dropped, held: vendorNotices.held },
      tooMuch: (reason) => {
        if (current === events) supervisor.restart(reason);
      },
      log: options.log,
    });
    vendorChild = started;
    return started;
  }

  function startChild(events: PartEvents) {
    const { vendor } = options;
    const running = vendor ? startVendorChild(vendor, events) : forkChild(events);
    const { child, post } = running;
    processId = child.pid ?? null;
    child.on('error', (error) => options.log('error', `${id}: ${error.message}`));
    child.on('exit', (code, signal) => {
      // The next one may run already, where this one did not end when it was told to.
      if (current === events) {
        vendorChild?.stop();
        vendorChild = null;
        processId = null;
      }
      const lastWords = running.lastWords().trim();
      if (lastWords) options.log('warn', `${id}: ${lastWords}`);
      ended(signal ? `it was ended by ${signal}` : `it ended with code ${code}`, events);
    });
    return {
      post,
      joinCore() {
        const socketPath = path.join(makeSocketFolder(), 'core.sock');
        const token = randomBytes(16).toString('hex');
        const announce = () => post({ kind: 'coreSocket', path: socketPath, token });
        waitingSocket = { path: socketPath, announce };
        const isVendor = vendor !== undefined;
        core.useAdapterSocket({ adapter: id, path: socketPath, token, isVendor });
      },
      ping: (number: number) => post({ kind: 'ping', number }),
      stop() {
        // One that is held could not end.
        vendorChild?.stop();
        post({ kind: 'stop' });
      },
      kill: () => running.kill(),
    };
  }

  const supervisor = supervise({
    name: id,
    clock,
    start: startHost,
    hangMs,
    ...(options.vendor === undefined ? { backoffMs: 1_000 } : VENDOR_BACKOFF),
    changed: options.changed,
    log: options.log,
  });

  return {
    id,
    start: () => supervisor.start(),
    joinCore: () => host?.joinCore(),
    socketReady(socketPath) {
      if (waitingSocket?.path !== socketPath) return;
      waitingSocket.announce();
      waitingSocket = null;
      // The folder is empty once the host has connected: the core takes the socket file away itself.
      setTimeout(
        () => rmSync(path.dirname(socketPath), { recursive: true, force: true }),
        60_000,
      ).unref();
    },
    droppedAtCore: vendorNotices.dropped,
    tooMuchAtCore: (reason) => vendorChild?.end(reason),
    health: () => ({
      ...{ id, state, sinceMs, restarts: supervisor.health().restarts },
      notices: [...vendorNotices.notices(), ...notices],
    }),
    part: () => supervisor.health(),
    memoryBytes: () => vendorChild?.bytes() ?? null,
    processId: () => processId,
    call(body) {
      const to = host;
      if (!to) {
        return Promise.reject(
          new HubError('unreachable', `The ${id} adapter is not running`, {
            hint: 'It is started again by itself. Try again in a moment.',
            zh: { message: `${id} 适配器没有运行`, hint: '它会自动重新启动，请稍后再试。' },
          }),
        );
      }
      if (calls.size >= CALLS_MAX) {
        return Promise.reject(
          new HubError('busy', `The ${id} adapter has ${CALLS_MAX} calls waiting`, {
            hint: 'Try again in a moment.',
            zh: { message: `${id} 适配器已有 ${CALLS_MAX} 个调用在等待`, hint: '请稍后再试。' },
          }),
        );
      }
      lastCall += 1;
      const call = lastCall;
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          calls.delete(call);
          reject(
            new TimeoutError(`The ${id} adapter did not answer "${body.kind}" within 65 s`, {
              hint: 'Try again; if it does not answer again, look at it in House.',
              zh: {
                message: `${id} 适配器在 65 秒内没有应答“${body.kind}”`,
                hint: '请再试一次；如果仍不应答，请到“全屋”里查看它。',
              },
            }),
          );
        }, CALL_WITHIN_MS);
        calls.set(call, { resolve, reject, timer });
        to.post({ kind: 'call', call, body });
      });
    },
    bridge: (update) => host?.post({ kind: 'bridge', update }),
    share: (update) => host?.post({ kind: 'share', update }),
    crash: () => host?.kill(),
    hang: () => host?.post({ kind: 'hang' }),
    async stop(graceMs) {
      await supervisor.stop(graceMs);
      if (state.kind !== 'stopped') become({ kind: 'stopped' });
    },
  };
}
