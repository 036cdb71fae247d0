// The command as people run it, a child process, against the real API on a real socket over the test hub.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { createApi } from '../api/app.ts';
import { writeLocalToken } from '../api/local-token.ts';
import { type RunningServer, startServer } from '../api/server.ts';
import { createTestHub, type TestHub } from '../api/test-hub.ts';
import type { HubPort } from '../model/hub-port.ts';

const MAIN = path.join(import.meta.dirname, 'main.ts');

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input; none without it. */
  readonly input?: string;
  readonly cwd?: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves once the text stands in what was printed so far. */
  printed(text: string): Promise<void>;
}

export interface TestBench {
  readonly hub: TestHub;
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  /** Runs to the end. */
  ingle(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** Stops the server and starts it again on the same port, with a new local token as a hub has. */
  restart(pause: () => Promise<void>): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts one command line; nothing of the caller's own settings reaches it. */
export function startCli(args: readonly string[], options: RunOptions, home: string): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? home,
    env: { PATH: process.env.PATH ?? '', HOME: home, TZ: 'UTC', LANG: 'C.UTF-8', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  const looks = new Set<() => void>();
  const look = () => {
    for (const each of looks) each();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    look();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!`${stdout}${stderr}`.includes(text)) return;
          looks.delete(check);
          resolve();
        };
        looks.add(check);
        check();
        void ended.then((outcome) =>
          reject(new Error(`it ended without "${text}": ${JSON.stringify(outcome)}`)),
        );
      }),
  };
}

/** A hub with its API on a free port, its token in a data folder, and the command pointed at it. */
export async function startBench(
  settings: {
    readonly change?: (port: HubPort, hub: TestHub) => HubPort;
    /** Where in the data folder the hub keeps its own: the demo has `demo`. */
    readonly subfolder?: string;
  } = {},
): Promise<TestBench> {
  const hub = createTestHub();
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const tokenFolder = path.join(folder, 'data', settings.subfolder ?? '');
  fs.mkdirSync(tokenFolder, { recursive: true });
  const hubPort = settings.change?.(hub.port, hub) ?? hub.port;
  const listen = async (port: number): Promise<RunningServer> => {
    const localToken = await writeLocalToken(tokenFolder);
    const api = createApi(hubPort, { localToken, log: () => undefined });
    return startServer({ app: api.app, host: '127.0.0.1', port, onStop: () => api.stop() });
  };
  let server = await listen(0);
  const { port } = server;
  const running = new Set<ChildProcess>();
  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const env = { INGLE_PORT: String(port), INGLE_DATA: path.join(folder, 'data'), ...options.env };
    const cli = startCli(args, { ...options, env }, folder);
    running.add(cli.child);
    void cli.ended.then(() => running.delete(cli.child));
    return cli;
  };
  return {
    hub,
    folder,
    port,
    address: `http://127.0.0.1:${port}`,
    start,
    ingle: (args, options) => start(args, options).ended,
    async restart(pause) {
      await server.stop();
      await pause();
      server = await listen(port);
    },
    async [Symbol.asyncDispose]() {
      for (const child of running) child.kill('SIGKILL');
      await server.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A QR code stands there as a phone can read it: a block of lines of one width, two modules a line. */
export function expectCode(stdout: string): void {
  const lines = stdout.split('\n').filter((line) => /^[█▀▄ ]+$/.test(line) && line.includes('█'));
  const [first = ''] = lines;
  expect(new Set(lines.map(({ length }) => length))).toEqual(new Set([first.length]));
  expect(lines.length).toBe(Math.ceil(first.length / 2));
  expect(lines.length).toBeGreaterThan(10);
}
