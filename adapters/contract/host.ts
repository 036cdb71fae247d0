// The host of one adapter, apart from threads and processes: it starts and stops the adapter, answers main,
// and gets reports to the core in numbered batches that survive the core's death. The shells give it ports.
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type {
  AdapterItem,
  AdapterState,
  AdapterToCore,
  AdapterToMain,
  CoreToAdapter,
  LogLevel,
  MainToAdapter,
} from '../../hub/model/adapter-port.ts';
import { HubError, type Problem, TimeoutError, toProblem } from '../../hub/model/errors.ts';
import type { AdapterId, CommandId, NodeAddress } from '../../hub/model/identifiers.ts';
import type { Adapter, AdapterCommand, AdapterContext, CreateAdapter } from './adapter.ts';
import { type Forgotten, Outbox } from './outbox.ts';

/** Time an adapter has for `stop()` before its host ends without it. */
export const STOP_LIMIT_MS = 5_000;
/** Time an adapter has for `start()` before its host gives up. */
export const START_LIMIT_MS = 30_000;
const CALL_LIMIT_MS = 60_000;
/** Commands kept while the adapter connects; one more is answered at once. */
const WAITING_MAX = 256;
/** That a command has left is told with the device's answer, where that comes this soon. */
const SENT_WITHIN_MS = 5;
const INTERVIEW_LIMIT_MS = 180_000;
/** What a person should know at one time. */
const NOTICES_MAX = 20;

/** The host's end of its direct line to the core; a MessagePort or a Unix socket. */
export interface CorePort {
  postMessage(message: AdapterToCore): void;
  onmessage: ((message: CoreToAdapter) => void) | null;
  close(): void;
}

/** What a shell gives to the host. */
export interface HostShell {
  toMain(message: AdapterToMain): void;
  /** Ends the thread or the process; 0 after an orderly stop. */
  exit(code: number): void;
  /** Resident memory of the host's own process; null in a worker, whose memory is main's. */
  rssBytes(): number | null;
}

/** Monotonic milliseconds since the machine's boot: comparable between the processes of one boot. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1_000_000;
}

/** One adapter and its two lines. Nothing that the adapter throws leaves this class. */
export class AdapterHost {
  readonly #id: AdapterId;
  readonly #createAdapter: CreateAdapter;
  readonly #shell: HostShell;
  readonly #host = randomUUID();
  readonly #outbox = new Outbox(this.#host);
  readonly #names = new Map<NodeAddress, string>();
  #core: CorePort | null = null;
  /** Commands that came while the adapter connects: they go once it has, and fail with it. */
  #waiting: { readonly command: AdapterCommand; readonly untilMs: number }[] = [];
  #isConnecting = true;
  /** What the home listens on: also for an adapter that is made later. */
  #topics: readonly string[] = [];
  #adapter: Adapter | null = null;
  #isFlushScheduled = false;
  #patient: NodeJS.Timeout | undefined;
  #isClosed = false;
  #stopping: Promise<void> | null = null;

  constructor(id: AdapterId, createAdapter: CreateAdapter, shell: HostShell) {
    this.#id = id;
    this.#createAdapter = createAdapter;
    this.#shell = shell;
  }

  /** Takes a new line to the core in place of the last; what no core has acknowledged goes out again. */
  setCore(port: CorePort): void {
    if (this.#core !== port) this.#core?.close();
    this.#core = port;
    port.onmessage = (message) => this.#onCore(message);
    const { messages, staleEvents } = this.#outbox.resend(monotonicMs());
    this.#logForgotten({ superseded: 0, staleEvents, overflow: 0 });
    for (const message of messages) port.postMessage(message);
    this.#flush();
  }

  /** The line to the core is closed: what comes is kept until there is a new one. */
  coreLost(port: CorePort): void {
    if (this.#core === port) this.#core = null;
  }

  /** A message of main. */
  onMain(message: MainToAdapter): void {
    switch (message.kind) {
      case 'start':
        void this.#start(message);
        return;
      case 'call':
        void this.#call(message);
        return;
      case 'bridge':
        this.#adapter?.bridge?.(message.update);
        return;
      case 'share':
        this.#adapter?.share?.(message.update);
        return;
      case 'ping':
        this.#shell.toMain({
          kind: 'pong',
          number: message.number,
          rssBytes: this.#shell.rssBytes(),
        });
        return;
      case 'hang':
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        return;
      case 'stop':
        void this.stop();
        return;
      default:
        this.#log('warn', `Ignored a message of unknown kind: ${JSON.stringify(message)}`);
    }
  }

  /** Stops the adapter, at most 5 s, says so and ends. May be called twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopOnce();
    return this.#stopping;
  }

  /** Something was thrown outside of every call: tells main why and ends, so that a fresh host begins. */
  crashed(error: unknown): void {
    const { message } = toProblem(error);
    const stack = error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : '';
    this.#log('error', `The ${this.#id} adapter failed and is started anew: ${message}${stack}`);
    this.#exit(1);
  }

  /** A promise was rejected and nobody listened; the host goes on. */
  uncaught(reason: unknown): void {
    this.#log('warn', `A rejection of the ${this.#id} adapter was not caught: ${String(reason)}`);
  }

  async #start(message: Extract<MainToAdapter, { kind: 'start' }>): Promise<void> {
    if (this.#adapter !== null || this.#stopping !== null) {
      this.#log('warn', 'Ignored a second start');
      return;
    }
    this.#shell.toMain({ kind: 'state', state: { kind: 'starting' } });
    for (const [node, name] of Object.entries(message.names)) {
      this.#names.set(node as NodeAddress, name);
    }
    try {
      const dataFolder = path.join(message.dataFolder, this.#id);
      mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
      this.#adapter = this.#createAdapter(this.#context(dataFolder, message));
      this.#adapter.listen?.(this.#topics);
      await within(this.#adapter.start(), START_LIMIT_MS, `starting the ${this.#id} adapter`);
    } catch (error) {
      this.#shell.toMain({
        kind: 'state',
        state: { kind: 'fault', problem: toProblem(error), retryAtMs: null },
      });
      this.#became('fault');
    }
  }

  async #stopOnce(): Promise<void> {
    try {
      if (this.#adapter !== null) {
        await within(this.#adapter.stop(), STOP_LIMIT_MS, `stopping the ${this.#id} adapter`);
      }
    } catch (error) {
      this.#log('warn', toProblem(error).message);
    }
    this.#flush();
    this.#isClosed = true;
    this.#core?.close();
    this.#core = null;
    this.#shell.toMain({ kind: 'state', state: { kind: 'stopped' } });
    this.#shell.toMain({ kind: 'stopped' });
    this.#shell.exit(0);
  }

  async #call(message: Extract<MainToAdapter, { kind: 'call' }>): Promise<void> {
    const { call, body } = message;
    if (body.kind === 'rename') this.#names.set(body.node, body.name);
    let result: unknown = null;
    let problem: Problem | null = null;
    try {
      const adapter = this.#adapter;
      if (adapter === null) {
        throw new HubError('busy', `The ${this.#id} adapter has not been started`, {
          hint: 'Try again in a moment.',
          zh: { message: `${this.#id} 适配器还没有启动`, hint: '请稍后再试。' },
        });
      }
      const limitMs = body.kind === 'interview' ? INTERVIEW_LIMIT_MS : CALL_LIMIT_MS;
      result = (await within(adapter.call(body), limitMs, `"${body.kind}"`)) ?? null;
    } catch (error) {
      problem = toProblem(error);
    }
    this.#shell.toMain({ kind: 'answer', call, result, problem });
  }

  #onCore(message: CoreToAdapter): void {
    switch (message.kind) {
      case 'taken':
        this.#outbox.taken(message.host, message.upTo);
        return;
      case 'command':
        void this.#send(message);
        return;
      case 'cancel':
        this.#adapter?.cancel?.(message.command);
        return;
      case 'topics':
        this.#topics = message.filters;
        this.#adapter?.listen?.(message.filters);
        return;
      default:
        this.#log('warn', `Ignored a message of unknown kind: ${JSON.stringify(message)}`);
    }
  }

  async #send(command: AdapterCommand): Promise<void> {
    if (this.#isConnecting && this.#stopping === null && this.#waiting.length < WAITING_MAX) {
      this.#waiting.push({ command, untilMs: monotonicMs() + command.timeoutMs });
      return;
    }
    try {
      const adapter = this.#adapter;
      if (adapter === null || this.#stopping !== null) {
        throw new HubError('unreachable', `The ${this.#id} adapter is not running`, {
          hint: 'Try again in a moment.',
          zh: { message: `${this.#id} 适配器没有在运行`, hint: '请稍后再试。' },
        });
      }
      await adapter.send(command);
    } catch (error) {
      this.#outcome(command.id, toProblem(error));
    }
  }

  /** Lets waiting commands go; one whose time is over has been given up by the core. */
  #became(kind: AdapterState['kind']): void {
    this.#isConnecting = kind === 'starting' || kind === 'connecting';
    if (this.#isConnecting) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { command, untilMs } of waiting) {
      const timeoutMs = Math.round(untilMs - monotonicMs());
      if (timeoutMs > 0) void this.#send({ ...command, timeoutMs });
    }
  }

  #outcome(command: CommandId, problem: Problem): void {
    this.#add({ kind: 'outcome', command, state: 'failed', problem });
  }

  #context(dataFolder: string, message: Extract<MainToAdapter, { kind: 'start' }>): AdapterContext {
    const toMain = (message: AdapterToMain): void => {
      if (!this.#isClosed) this.#shell.toMain(message);
    };
    return {
      id: this.#id,
      dataFolder,
      settings: message.settings,
      nameOf: (node) => this.#names.get(node),
      report: (node, values, reason) => this.#add({ kind: 'report', node, values, reason }),
      event: (node, property, value) =>
        this.#add({ kind: 'event', node, property, value, monoMs: monotonicMs() }),
      message: (topic, payload, isRetained) =>
        this.#add({ kind: 'message', topic, payload, isRetained, monoMs: monotonicMs() }),
      availability: (node, online, reason) =>
        this.#add({ kind: 'availability', node, online, reason }),
      outcome: (command, state, problem) => this.#add({ kind: 'outcome', command, state, problem }),
      waiting: (item) => this.#add({ kind: 'waiting', ...item }),
      described: (description) => toMain({ kind: 'described', description }),
      left: (node) => toMain({ kind: 'left', node }),
      pairProgress: (progress) => toMain({ kind: 'pair', progress }),
      bridge: (said) => toMain({ kind: 'bridge', said }),
      share: (asked) => toMain({ kind: 'share', asked }),
      notices: (notices) => toMain({ kind: 'notices', notices: notices.slice(0, NOTICES_MAX) }),
      care: (care) => toMain({ kind: 'care', care }),
      state: (state) => {
        toMain({ kind: 'state', state });
        this.#became(state.kind);
      },
      log: (level, text) => this.#log(level, text),
      abandon: (reason) => {
        this.#log('error', `The ${this.#id} adapter gives up this host: ${reason}`);
        this.#exit(1);
      },
    };
  }

  #add(item: AdapterItem): void {
    if (this.#isClosed) return;
    this.#logForgotten(this.#outbox.add(item, monotonicMs()));
    if (this.#isFlushScheduled) return;
    if (item.kind === 'outcome' && item.state === 'sent') {
      this.#patient ??= setTimeout(() => this.#flush(), SENT_WITHIN_MS);
      return;
    }
    this.#isFlushScheduled = true;
    // Still in this turn of the loop, after all that the same bytes have brought: the next turn costs a wait more.
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushScheduled = false;
    clearTimeout(this.#patient);
    this.#patient = undefined;
    if (this.#core === null) return;
    for (const message of this.#outbox.close()) this.#core.postMessage(message);
  }

  #logForgotten({ superseded, staleEvents, overflow }: Forgotten): void {
    if (staleEvents > 0) {
      this.#log('warn', `Dropped ${staleEvents} events that the core did not take within 10 s`);
    }
    if (superseded > 0) {
      this.#log('warn', `The core takes nothing: ${superseded} superseded values were forgotten`);
    }
    if (overflow > 0) {
      this.#log('error', `The core takes nothing: the oldest ${overflow} reports were dropped`);
    }
  }

  #log(level: LogLevel, text: string): void {
    if (!this.#isClosed) this.#shell.toMain({ kind: 'log', level, text });
  }

  #exit(code: number): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    this.#shell.exit(code);
  }
}

/** The promise's result, or a TimeoutError after `limitMs`; the promise itself goes on unheard. */
export async function within<Result>(
  promise: Promise<Result>,
  limitMs: number,
  what: string,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TimeoutError(`${what} took longer than ${limitMs / 1_000} s`)),
      limitMs,
    );
  });
  promise.catch(() => {
    // A failure after the limit was told as the limit's.
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
