// A house for tests: a network namespace of its own in which multicast works on its loopback, real matter.js device
// nodes in it, and the Matter worker in a process in it. Nothing reaches the machine's own network.
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { MatterPlacement } from '../../../scripts/virtual-home/matter/model.ts';
import type { CoreLine, OpenLine } from '../../contract/scripted-hub.ts';
import type { FromRelay, ToRelay } from './relay-message.ts';

const SETUP = [
  'ip link set lo up',
  'ip link set lo multicast on',
  'ip -6 route add multicast ff00::/8 dev lo table local metric 1',
  'ip route add 224.0.0.0/4 dev lo',
  'echo ready',
  'exec cat',
].join(' && ');
const DEVICES = fileURLToPath(
  new URL('../../../scripts/virtual-home/matter/main.ts', import.meta.url),
);
const WORKER = new URL('./matter-worker.child.ts', import.meta.url);

/** Why this machine cannot give a namespace; null when it can. */
export function whyNoNamespace(): string | null {
  const tried = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up'], {
    encoding: 'utf8',
  });
  if (tried.status === 0) return null;
  return tried.error?.message ?? tried.stderr.trim();
}

export interface TestDevice {
  readonly key: string;
  readonly manualCode: string;
  readonly qrCode: string;
}

/** The process with the devices, and what a test does at them. */
export interface TestDevices {
  readonly list: readonly TestDevice[];
  of(key: string): TestDevice;
  /** Changes a device as its own hardware would. */
  set(key: string, endpoint: number, values: object): Promise<void>;
  get(key: string, endpoint: number, cluster: string, attribute: string): Promise<unknown>;
  /** Stops and resumes the whole process: out of reach and back. */
  freeze(isFrozen: boolean): void;
  kill(): Promise<void>;
}

export class TestHouse {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-matter-'));
  readonly #holder: ChildProcess;
  readonly #children: ChildProcess[] = [];

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  static async open(): Promise<TestHouse> {
    const holder = spawn('unshare', ['-rn', 'sh', '-c', SETUP], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: holder.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    if (first !== 'ready') throw new Error(`The namespace did not come up: ${first}`);
    return new TestHouse(holder);
  }

  /** Arguments of `nsenter` before a command that is to run inside. */
  get inside(): string[] {
    return ['-t', String(this.#holder.pid), '-U', '-n', '--preserve-credentials', '--'];
  }

  /** Starts devices, by default the demo's; what they remember is in a folder of the name. */
  async devices(placements?: readonly MatterPlacement[], name = 'devices'): Promise<TestDevices> {
    const data = path.join(this.folder, name);
    const home = path.join(this.folder, `${name}.json`);
    const more: string[] = [];
    if (placements !== undefined) {
      writeFileSync(home, JSON.stringify({ devices: placements }));
      more.push('--home', home);
    }
    const args = [process.execPath, DEVICES, '--data', data, '--interface', 'lo', ...more];
    const child = spawn('nsenter', [...this.inside, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, 'line')) as [string];
    const { devices } = JSON.parse(first) as { devices: TestDevice[] };
    return remote(child, lines, devices);
  }

  /** Opens the Matter worker in the namespace. */
  readonly open: OpenLine = (onMain, onExit) => {
    const child = fork(WORKER, {
      execPath: 'nsenter',
      execArgv: [...this.inside, process.execPath],
    });
    this.#children.push(child);
    const say = (message: ToRelay): void => {
      if (child.connected) child.send(message);
    };
    let onBatch: Parameters<ReturnType<OpenLine>['connectCore']>[0] = () => {};
    let connected: ((line: CoreLine) => void) | null = null;
    const coreLine: CoreLine = {
      send: (message) => say({ to: 'core', message }),
      close: () => say({ to: 'disconnect' }),
    };
    child.on('message', (message: FromRelay) => {
      if (message.from === 'main') onMain(message.message);
      else if (message.from === 'core') onBatch(message.batch);
      else if (message.from === 'connected') connected?.(coreLine);
      else {
        onExit(message.code);
        child.disconnect();
      }
    });
    return {
      pid: null,
      toHost: (message) => say({ to: 'host', message }),
      connectCore: (listener) => {
        onBatch = listener;
        const line = new Promise<CoreLine>((resolve) => {
          connected = resolve;
        });
        say({ to: 'connect' });
        return line;
      },
      kill: async () => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = once(child, 'exit');
        child.kill('SIGKILL');
        await gone;
      },
    };
  };

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#children, this.#holder]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function remote(child: ChildProcess, lines: Interface, list: readonly TestDevice[]): TestDevices {
  const waiting = new Map<number, (answer: { value?: unknown; problem?: string }) => void>();
  let last = 0;
  lines.on('line', (line) => {
    const answer = JSON.parse(line) as { id: number; value?: unknown; problem?: string };
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = async (request: object): Promise<unknown> => {
    last += 1;
    const id = last;
    const answered = new Promise<{ value?: unknown; problem?: string }>((resolve) => {
      waiting.set(id, resolve);
    });
    child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
    const { value, problem } = await answered;
    if (problem !== undefined) throw new Error(problem);
    return value;
  };
  return {
    list,
    of(key) {
      const device = list.find((each) => each.key === key);
      if (device === undefined) throw new Error(`There is no device ${key}`);
      return device;
    },
    set: async (device, endpoint, values) => {
      await ask({ device, endpoint, set: values });
    },
    get: (device, endpoint, cluster, attribute) =>
      ask({ device, endpoint, get: [cluster, attribute] }),
    freeze: (isFrozen) => {
      child.kill(isFrozen ? 'SIGSTOP' : 'SIGCONT');
    },
    kill: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
