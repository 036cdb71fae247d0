// The process of main.ts as its parent has it: the devices that it lists, requests to them, and its end.
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BEGIN_ANEW, type ClusterValues, type EndpointPlacement } from './model.ts';
import type { Fetched } from './requestor.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 3_000;

export interface ListedDevice {
  readonly key: string;
  readonly manualCode: string;
  readonly qrCode: string;
  readonly isCommissioned: boolean;
}

export interface DeviceProcess {
  /** Those that listen; rejects when the process ended or took too long. */
  readonly listed: Promise<readonly ListedDevice[]>;
  /** Changes a device as its own hardware would. @throws Error with what the process says against it */
  set(key: string, endpoint: number, values: ClusterValues): Promise<void>;
  /** An attribute as it is now. */
  get(key: string, endpoint: number, cluster: string, attribute: string): Promise<unknown>;
  /** Adds a device to a bridge; gives the number of its endpoint. */
  add(key: string, endpoint: number, what: EndpointPlacement): Promise<number>;
  /** Takes an endpoint away. */
  remove(key: string, endpoint: number): Promise<void>;
  /** The image that a device runs; null for the one from the factory. */
  fetched(key: string): Promise<Fetched | null>;
  /** Sends a signal, such as SIGSTOP for a device out of reach. */
  signal(signal: NodeJS.Signals): void;
  /** Asks it to end, forces it after three seconds, and waits. May be called twice. */
  stop(): Promise<void>;
}

export interface DeviceProcessOptions {
  /** The command line that runs a program in the devices' network. */
  inside(command: string, args: readonly string[]): readonly [string, readonly string[]];
  /** What the devices remember. */
  readonly data: string;
  readonly networkInterface: string;
  /** A home's file; absent: the demo's home. */
  readonly home?: string;
  /** In place of a home, a module with nodes of its own. */
  readonly nodes?: URL;
  readonly seed?: number;
  /** Of the residents; absent: nobody lives there. */
  readonly speed?: number;
  /** What it writes to standard error. */
  said(text: string): void;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly problem?: string;
}

export function startDeviceProcess(options: DeviceProcessOptions): DeviceProcess {
  const { home, nodes, seed, speed } = options;
  const [command, args] = options.inside(process.execPath, [
    MAIN,
    ...['--data', options.data, '--interface', options.networkInterface],
    ...(home === undefined ? [] : ['--home', home]),
    ...(nodes === undefined ? [] : ['--nodes', nodes.href]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...(speed === undefined ? [] : ['--speed', String(speed)]),
  ]);
  const waiting = new Map<number, (answer: Answer) => void>();
  let last = 0;
  let isStopping = false;
  let child = launch();
  let listed = firstLine(child);

  function launch(): ChildProcessWithoutNullStreams {
    const launched = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    launched.stderr.on('data', (chunk: Buffer) => options.said(chunk.toString('utf8').trim()));
    // A process that has ended takes no more requests; whoever waits for an answer is told.
    launched.stdin.on('error', () => {});
    launched.once('exit', (code) => {
      for (const [id, settle] of waiting) settle({ id, problem: 'The Matter devices have ended' });
      waiting.clear();
      if (code !== BEGIN_ANEW || isStopping) return;
      child = launch();
      listed = firstLine(child);
      listed.catch(() => {});
    });
    return launched;
  }

  async function firstLine(
    launched: ChildProcessWithoutNullStreams,
  ): Promise<readonly ListedDevice[]> {
    const lines = createInterface({ input: launched.stdout });
    const signal = AbortSignal.timeout(START_WITHIN_MS);
    const line = once(lines, 'line', { signal });
    const ended = once(launched, 'exit', { signal }).then(([code]) => {
      throw new Error(`The Matter devices ended with code ${code}`);
    });
    const [first] = (await Promise.race([line, ended])) as [string];
    ended.catch(() => {});
    lines.on('line', answered);
    return (JSON.parse(first) as { devices: ListedDevice[] }).devices;
  }

  function answered(line: string): void {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  }

  async function ask(request: object): Promise<unknown> {
    await listed;
    if (hasEnded(child)) throw new Error('The Matter devices have ended');
    last += 1;
    const id = last;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    waiting.set(id, resolve);
    child.stdin.write(`${JSON.stringify({ id, ...request })}\n`);
    const { value, problem } = await promise;
    if (problem !== undefined) throw new Error(problem);
    return value;
  }

  // Whoever never asks for the devices does not fail by them.
  listed.catch(() => {});
  return {
    get listed() {
      return listed;
    },
    async set(device, endpoint, values) {
      await ask({ device, endpoint, set: values });
    },
    get: (device, endpoint, cluster, attribute) =>
      ask({ device, endpoint, get: [cluster, attribute] }),
    add: async (device, endpoint, what) => Number(await ask({ device, endpoint, add: what })),
    async remove(device, endpoint) {
      await ask({ device, endpoint, remove: true });
    },
    fetched: async (device) =>
      (await ask({ device, endpoint: 0, fetched: true })) as Fetched | null,
    signal: (signal) => void child.kill(signal),
    async stop() {
      isStopping = true;
      if (hasEnded(child)) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await gone;
      clearTimeout(force);
    },
  };
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
