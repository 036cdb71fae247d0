// A house for tests: a network namespace of its own in which multicast works on its loopback, real matter.js device
// nodes in it, and the Matter worker in a process in it. Nothing reaches the machine's own network.
import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import {
  type DeviceProcess,
  type ListedDevice,
  startDeviceProcess,
} from '../../../scripts/virtual-home/matter/device-process.ts';
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
const WORKER = new URL('./matter-worker.child.ts', import.meta.url);

/** Why this machine cannot give a namespace; null when it can. */
export function whyNoNamespace(): string | null {
  const tried = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up'], {
    encoding: 'utf8',
  });
  if (tried.status === 0) return null;
  return tried.error?.message ?? tried.stderr.trim();
}

/** The process with the devices, and what a test does at them. */
export interface TestDevices
  extends Pick<DeviceProcess, 'set' | 'get' | 'add' | 'remove' | 'fetched'> {
  readonly list: readonly ListedDevice[];
  of(key: string): ListedDevice;
  /** Stops and resumes the whole process: out of reach and back. */
  freeze(isFrozen: boolean): void;
  /** A power cut: the process ends in the middle of whatever it does. */
  kill(): Promise<void>;
}

export class TestHouse {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-matter-'));
  readonly #holder: ChildProcess;
  readonly #children: ChildProcess[] = [];
  readonly #devices: DeviceProcess[] = [];

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

  /**
   * Starts devices, by default the demo's, or those of a module of its own; what they remember is in a folder of the
   * name.
   */
  async devices(
    placements?: readonly MatterPlacement[] | URL,
    name = 'devices',
  ): Promise<TestDevices> {
    const home = path.join(this.folder, `${name}.json`);
    const nodes = placements instanceof URL ? placements : undefined;
    const isHome = placements !== undefined && nodes === undefined;
    if (isHome) writeFileSync(home, JSON.stringify({ devices: placements }));
    const devices = startDeviceProcess({
      inside: (command, args) => ['nsenter', [...this.inside, command, ...args]],
      data: path.join(this.folder, name),
      networkInterface: 'lo',
      ...(isHome ? { home } : {}),
      ...(nodes === undefined ? {} : { nodes }),
      said: (text) => process.stderr.write(`${text}\n`),
    });
    this.#devices.push(devices);
    const list = await devices.listed;
    return {
      ...devices,
      list,
      of(key) {
        const device = list.find((each) => each.key === key);
        if (device === undefined) throw new Error(`There is no device ${key}`);
        return device;
      },
      freeze: (isFrozen) => devices.signal(isFrozen ? 'SIGSTOP' : 'SIGCONT'),
      async kill() {
        devices.signal('SIGKILL');
        await devices.stop();
      },
    };
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
    for (const devices of this.#devices) {
      devices.signal('SIGKILL');
      await devices.stop();
    }
    for (const child of [...this.#children, this.#holder]) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
