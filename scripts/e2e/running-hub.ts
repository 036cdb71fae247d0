// A hub as a household has it: the real program in a process of its own on a folder of the test's, spoken to over
// HTTP with the token of local root. Faults are those that a house brings: signals, and what the virtual home does.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const START_WITHIN_MS = 60_000;
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 50;

export interface RunningHubOptions {
  /** The data folder; made and removed by the test when it is given, else by `dispose`. */
  readonly data?: string;
  /** `tcp://…` of a coordinator, or a device path; absent: a home without an adapter. */
  readonly zigbee?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

export interface RunningHub {
  readonly url: string;
  readonly pid: number;
  readonly data: string;
  readonly process: ChildProcess;
  /** All that it wrote to standard output and standard error. */
  output(): string;
  /** Calls the API as root on the hub. */
  call<Body = Record<string, unknown>>(
    path: string,
    options?: { method?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer<Body>>;
  /** Ends it as a power cut would, as far as a process can be. */
  kill(): Promise<void>;
  /** Asks it to stop and waits until it is gone. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A fresh folder below the machine's temporary one. */
export function makeFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'ingle-e2e-'));
}

/** Looks until the answer is there. @throws Error naming what was waited for */
export async function waitFor<Result>(
  what: string,
  look: () => Promise<Result | null | undefined | false> | Result | null | undefined | false,
  withinMs = WAIT_MS,
): Promise<Result> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const result = await look();
    if (result) return result;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Starts the program on the folder, and waits for nothing. */
export function spawnHub(data: string, options: Omit<RunningHubOptions, 'data'>): ChildProcess {
  return spawn(process.execPath, [path.join(ROOT, 'hub', 'main.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_COMPILE_CACHE: path.join(ROOT, '.cache', 'compile'),
      INGLE_DATA: data,
      INGLE_PORT: '0',
      INGLE_DEMO: '0',
      ...(options.zigbee ? { INGLE_ZIGBEE_PORT: options.zigbee } : {}),
      ...options.environment,
    },
  });
}

export async function startHub(options: RunningHubOptions = {}): Promise<RunningHub> {
  const isOwnFolder = options.data === undefined;
  const data = options.data ?? makeFolder();
  const child = spawnHub(data, options);
  let output = '';
  let isGone = false;
  const gone = once(child, 'exit').then(() => {
    isGone = true;
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }

  const url = await waitFor(
    'the hub to say its address',
    () => {
      if (isGone) throw new Error('the hub ended at its start');
      return / is at (http:\/\/\S+)\//.exec(output)?.[1];
    },
    START_WITHIN_MS,
  ).catch(async (error: Error) => {
    child.kill('SIGKILL');
    await gone;
    if (isOwnFolder) rmSync(data, { recursive: true, force: true });
    throw new Error(`${error.message}; it wrote:\n${output}`);
  });
  const folder = existsSync(path.join(data, 'demo', 'cli.token')) ? path.join(data, 'demo') : data;
  const token = readFileSync(path.join(folder, 'cli.token'), 'utf8').trim();

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (!isGone) child.kill(signal);
    await gone;
  }

  return {
    url,
    pid: child.pid ?? 0,
    data: folder,
    process: child,
    output: () => output,
    async call(pathname, { method, body, headers } = {}) {
      const isText = typeof body === 'string';
      const response = await fetch(`${url}${pathname}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: {
          Authorization: `Bearer ${token}`,
          ...(body === undefined || isText ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
      return {
        status: response.status,
        body: (isJson ? JSON.parse(text) : text) as never,
        headers: response.headers,
      };
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async [Symbol.asyncDispose]() {
      const force = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await end('SIGTERM');
      clearTimeout(force);
      if (isOwnFolder) rmSync(data, { recursive: true, force: true });
    },
  };
}
