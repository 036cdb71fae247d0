// A hub that does only what a script says: it stands in for main and core towards one adapter, in this thread
// or through either shell, and remembers what the adapter said. For the conformance kit and for tests.
import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type {
  AdapterCall,
  AdapterItem,
  AdapterSettings,
  AdapterState,
  AdapterToCore,
  AdapterToMain,
  CoreToAdapter,
  MainToAdapter,
  WaitingItem,
} from '../../hub/model/adapter-port.ts';
import type { CommandBody } from '../../hub/model/command.ts';
import type { NodeDescription } from '../../hub/model/device.ts';
import { fromProblem, type Problem, TimeoutError } from '../../hub/model/errors.ts';
import type { AdapterId, CommandId, NodeAddress } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { CreateAdapter } from './adapter.ts';
import { AdapterHost, type CorePort } from './host.ts';
import type { MainToChildHost } from './shell-message.ts';
import { listenForHost, makeSocketFolder } from './socket-port.ts';
import { textPort } from './text-port.ts';
import { WORDS } from './vendor-complaints.ts';
import { startVendor } from './vendor-line.ts';
import type { VendorProcess } from './vendor-process.ts';

/** How the script reaches the host: in this thread, in a worker or in a child process. */
export interface HostLine {
  toHost(message: MainToAdapter): void;
  /** Gives the host a new line to the core. Resolves once it stands. */
  connectCore(onBatch: (message: AdapterToCore) => void): Promise<CoreLine>;
  /** Ends the host without asking it. */
  kill(): Promise<void>;
  /** The process id of a child host, else null. */
  readonly pid: number | null;
}

/** The core's end of a line. */
export interface CoreLine {
  send(message: CoreToAdapter): void;
  close(): void;
}

type OnMain = (message: AdapterToMain) => void;
type OnExit = (code: number | null) => void;
/** Opens a line to a host; given to a ScriptedHub. */
export type OpenLine = (onMain: OnMain, onExit: OnExit) => HostLine;

/** The host in this thread. */
export function inProcess(id: AdapterId, createAdapter: CreateAdapter): OpenLine {
  return (onMain, onExit) => {
    const host = new AdapterHost(id, createAdapter, {
      toMain: (message) => queueMicrotask(() => onMain(message)),
      exit: (code) => onExit(code),
      rssBytes: () => null,
    });
    return {
      pid: null,
      toHost: (message) => host.onMain(structuredClone(message)),
      connectCore: async (onBatch) => {
        const port: CorePort = {
          postMessage: (message) => onBatch(structuredClone(message)),
          onmessage: null,
          close: () => {},
        };
        host.setCore(port);
        return {
          send: (message) => port.onmessage?.(structuredClone(message)),
          close: () => host.coreLost(port),
        };
      },
      kill: () => host.stop(),
    };
  };
}

/**
 * The host in a worker thread that runs this entry file.
 * @param opened is given each thread, for whoever measures it
 */
export function inWorker(entry: URL, opened: (worker: Worker) => void = () => {}): OpenLine {
  return (onMain, onExit) => {
    const worker = new Worker(entry);
    opened(worker);
    worker.on('message', onMain);
    worker.on('exit', onExit);
    worker.on('error', () => {});
    return {
      pid: null,
      toHost: (message) => worker.postMessage(message),
      connectCore: async (onBatch) => {
        const { port1, port2 } = new MessageChannel();
        const line = textPort<AdapterToCore, CoreToAdapter>(port1, onBatch);
        worker.postMessage({ kind: 'core', port: port2 }, [port2]);
        return { send: line.postMessage, close: line.close };
      },
      kill: async () => {
        await worker.terminate();
      },
    };
  };
}

/** The host of a vendor's adapter in its process, as the hub starts it. */
export function inVendorProcess(how: VendorProcess): OpenLine {
  return (onMain, onExit) => {
    const log = (text: string) => onMain({ kind: 'log', level: 'warn', text });
    const { child, post } = startVendor(how, {
      message: onMain,
      dropped: (count) => log(`${WORDS.malformed.log}: so far ${count} of its messages`),
      broken(reason) {
        log(`The hub ends it: ${reason}`);
        child.kill('SIGKILL');
      },
      wrote: (text) => process.stderr.write(text),
    });
    return overChild(child, post, onExit);
  };
}

/** The host in a child process that runs this entry file, with its Unix socket. */
export function inChild(entry: URL): OpenLine {
  return (onMain, onExit) => {
    const child = fork(entry, [], { serialization: 'advanced' });
    child.on('message', (message) => onMain(message as AdapterToMain));
    const post = (message: MainToChildHost) => {
      if (child.connected) child.send(message);
    };
    return overChild(child, post, onExit);
  };
}

function overChild(
  child: ChildProcess,
  post: (message: MainToChildHost) => void,
  onExit: OnExit,
): HostLine {
  const folders: string[] = [];
  const ended = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
      onExit(code);
      resolve();
    });
  });
  return {
    pid: child.pid ?? null,
    toHost: post,
    connectCore: async (onBatch) => {
      const folder = makeSocketFolder();
      folders.push(folder);
      const token = randomUUID();
      const socketPath = path.join(folder, 'core.sock');
      const listening = listenForHost<AdapterToCore, CoreToAdapter>(socketPath, token);
      post({ kind: 'coreSocket', path: socketPath, token });
      const port = await listening;
      port.onmessage = onBatch;
      return { send: (message) => port.postMessage(message), close: () => port.close() };
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

interface Waiter {
  readonly check: () => boolean;
  readonly done: () => void;
  /** The host is gone, and nothing comes any more. */
  readonly gone: () => void;
}

/** What a host said last may still be on its way when its end is known. */
const LAST_WORDS_MS = 500;

/** Main and core of one adapter, as a script needs them. Everything said is kept in the order it came. */
export class ScriptedHub {
  readonly items: AdapterItem[] = [];
  readonly batches: AdapterToCore[] = [];
  readonly messages: AdapterToMain[] = [];
  readonly line: HostLine;
  /** Whether batches are acknowledged as they come, as a living core does. */
  acknowledges = true;
  exitCode: number | null | undefined = undefined;
  readonly #waiters = new Set<Waiter>();
  readonly #answers = new Map<
    number,
    (answer: { result: unknown; problem: Problem | null }) => void
  >();
  #core: CoreLine | null = null;
  #isSilent = false;
  #lastCall = 0;
  #lastCommand = 0;
  readonly #life: string;
  readonly #seen = new Map<string, number>();

  /** @param life what the ids of its commands begin with; another one for each life over the same folder */
  constructor(open: OpenLine, life = 'cmd_script') {
    this.#life = life;
    this.line = open(
      (message) => this.#onMain(message),
      (code) => {
        this.exitCode = code;
        this.#wake();
        setTimeout(() => {
          this.#isSilent = true;
          for (const waiter of [...this.#waiters]) waiter.gone();
        }, LAST_WORDS_MS).unref();
      },
    );
  }

  /** Gives the host a line to a core that has seen nothing of a core before it but what it acknowledged. */
  async connectCore(): Promise<void> {
    this.#core?.close();
    this.#core = null;
    this.#core = await this.line.connectCore((batch) => this.#onBatch(batch));
  }

  /** The core dies: its line closes, and nothing is acknowledged. */
  loseCore(): void {
    this.#core?.close();
    this.#core = null;
  }

  start(options: {
    readonly dataFolder: string;
    readonly settings: AdapterSettings;
    readonly names?: Readonly<Record<NodeAddress, string>>;
  }): void {
    this.line.toHost({ kind: 'start', names: {}, ...options });
  }

  /** A call of main; rejects with the problem of the answer. */
  async call(body: AdapterCall, timeoutMs = 20_000): Promise<unknown> {
    this.#lastCall += 1;
    const call = this.#lastCall;
    let answer: { result: unknown; problem: Problem | null } | null = null;
    this.#answers.set(call, (given) => {
      answer = given;
    });
    this.line.toHost({ kind: 'call', call, body });
    const given = await this.until(`the answer to ${body.kind}`, () => answer, timeoutMs);
    if (given.problem !== null) throw fromProblem(given.problem);
    return given.result;
  }

  /** The home listens on these topics. */
  listen(filters: readonly string[]): void {
    this.#core?.send({ kind: 'topics', filters });
  }

  /** Sends a command and gives its id at once. */
  send(node: NodeAddress, body: CommandBody, timeoutMs = 5_000): CommandId {
    this.#lastCommand += 1;
    const id = `${this.#life}${this.#lastCommand}` as CommandId;
    this.#core?.send({ kind: 'command', id, node, body, timeoutMs });
    return id;
  }

  /** Sends a command and waits for its end, or for its acknowledgement. */
  async settle(
    node: NodeAddress,
    body: CommandBody,
    timeoutMs = 5_000,
  ): Promise<Extract<AdapterItem, { kind: 'outcome' }>> {
    const id = this.send(node, body, timeoutMs);
    return this.until(
      `the outcome of ${JSON.stringify(body)}`,
      () => this.outcomes(id).find((outcome) => outcome.state !== 'sent') ?? null,
      timeoutMs + 5_000,
    );
  }

  outcomes(id: CommandId): Extract<AdapterItem, { kind: 'outcome' }>[] {
    return this.items
      .filter((item) => item.kind === 'outcome')
      .filter(({ command }) => command === id);
  }

  /** The newest reported value of each property of a node. */
  values(node: NodeAddress): Record<PropertyKey, PropertyValue> {
    const values: Record<PropertyKey, PropertyValue> = {};
    for (const item of this.items) {
      if (item.kind === 'report' && item.node === node) Object.assign(values, item.values);
    }
    return values;
  }

  /** The newest word about whether a node is online; null before the first. */
  isOnline(node: NodeAddress): boolean | null {
    let online: boolean | null = null;
    for (const item of this.items) {
      if (item.kind === 'availability' && item.node === node) online = item.online;
    }
    return online;
  }

  description(node: NodeAddress): NodeDescription | null {
    let found: NodeDescription | null = null;
    for (const message of this.messages) {
      if (message.kind === 'described' && message.description.node === node) {
        found = message.description;
      }
    }
    return found;
  }

  /** The adapter's newest state; null before the first. */
  state(): AdapterState | null {
    let state: AdapterState | null = null;
    for (const message of this.messages) if (message.kind === 'state') state = message.state;
    return state;
  }

  /** What is told as waiting for a node to wake, by its command; what has had an outcome since is not. */
  waiting(): Map<CommandId, WaitingItem> {
    const waiting = new Map<CommandId, WaitingItem>();
    for (const item of this.items) {
      if (item.kind === 'waiting') waiting.set(item.command, item);
      else if (item.kind === 'outcome') waiting.delete(item.command);
    }
    return waiting;
  }

  /** Takes back what waits. */
  cancel(command: CommandId): void {
    this.#core?.send({ kind: 'cancel', command });
  }

  /**
   * Waits until `find` gives something else than null, undefined or false; asked at once and after each message.
   * @throws TimeoutError with the newest state and log lines; soon where the host is gone
   */
  async until<Found>(
    what: string,
    find: () => Found | null | undefined | false,
    timeoutMs = 10_000,
  ): Promise<Found> {
    let found: Found | null | undefined | false = find();
    if (found) return found;
    if (this.#isSilent) throw this.#gone(what);
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        settle();
      };
      const waiter: Waiter = {
        check: () => {
          found = find();
          return Boolean(found);
        },
        done: () => end(resolve),
        gone: () => end(() => reject(this.#gone(what))),
      };
      const timer = setTimeout(() => {
        const late = `Waited ${timeoutMs} ms in vain for ${what}. ${this.#tail()}`;
        end(() => reject(new TimeoutError(late)));
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
    return found as Found;
  }

  /** Asks the host to stop and waits until it has ended. */
  async stop(timeoutMs = 8_000): Promise<void> {
    if (this.exitCode === undefined) {
      this.line.toHost({ kind: 'stop' });
      await this.until('the host to end', () => this.exitCode !== undefined, timeoutMs);
    }
    this.loseCore();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.stop();
    } finally {
      if (this.exitCode === undefined) await this.line.kill();
      this.loseCore();
    }
  }

  #gone(what: string): TimeoutError {
    const text = `The adapter ended (${this.exitCode ?? 'killed'}) before ${what}. ${this.#tail()}`;
    return new TimeoutError(text);
  }

  #onBatch(batch: AdapterToCore): void {
    this.batches.push(batch);
    // A core drops what it has numbered before.
    if (batch.number > (this.#seen.get(batch.host) ?? 0)) {
      this.#seen.set(batch.host, batch.number);
      this.items.push(...batch.items);
    }
    if (this.acknowledges) {
      this.#core?.send({ kind: 'taken', host: batch.host, upTo: batch.number });
    }
    this.#wake();
  }

  #onMain(message: AdapterToMain): void {
    this.messages.push(message);
    if (message.kind === 'answer') {
      this.#answers.get(message.call)?.(message);
      this.#answers.delete(message.call);
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) if (waiter.check()) waiter.done();
  }

  #tail(): string {
    const logs = this.messages
      .filter((message) => message.kind === 'log')
      .slice(-12)
      .map(({ level, text }) => `${level} ${text}`);
    return `State: ${JSON.stringify(this.state())}. Log:\n${logs.join('\n')}`;
  }
}
