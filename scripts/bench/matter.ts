// Matter: how long a command takes to its answer and to the report of its change, the hub's adapter in its worker
// against a bare matter.js controller, each with a lamp of its own, in turns in the same run; and what Matter with
// five devices adds to the hub's memory. All of it in a network namespace, on its loopback.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { TestHouse, whyNoNamespace } from '../../adapters/matter/testing/test-house.ts';
import type { ListedDevice } from '../virtual-home/matter/device-process.ts';
import { loadMatterHome, type MatterPlacement } from '../virtual-home/matter/model.ts';
import type { Bench, BenchScope } from './bench.ts';
import { builtHub } from './built.ts';
import type { SwitchTimes } from './matter-side.ts';
import { REPOSITORY } from './peers/install.ts';
import { memoryBytes, processTree, startProcess, until } from './process.ts';
import { median, percentile, spread } from './statistics.ts';

const SIDE = path.join(import.meta.dirname, 'matter-side.ts');
const PEER = 'matter.js 0.17.9 alone';
const PORT = '8420';
const MEGABYTE = 1e6;
/** The hub with Matter may take this much more than without. */
const ADDED_MB = { must: 130, goal: 100 };

/** With the home's devices on the bridge as well. */
const BRIDGE_ADDED_MB = { must: 160, goal: 130 };

/** Two lamps of one kind, one for each side. */
const LAMPS: readonly MatterPlacement[] = ['ours', 'bare'].map((key, index) => ({
  key,
  name: key,
  room: 'hall',
  product: 'Lamp',
  passcode: 20_202_100 + index,
  discriminator: (index + 1) << 8,
  endpoints: [{ type: 'dimmable-light' }],
}));

interface Side {
  switchTimes(count: number): Promise<SwitchTimes>;
}

async function openHouse(scope: BenchScope): Promise<TestHouse> {
  const why = whyNoNamespace();
  if (why !== null) throw new Error(`This machine gives no network namespace: ${why}`);
  const house = await TestHouse.open();
  scope.atEnd(() => house[Symbol.asyncDispose]());
  return house;
}

async function openSide(
  scope: BenchScope,
  house: TestHouse,
  name: 'ours' | 'bare',
  more: readonly string[],
): Promise<Side> {
  const args = [...house.inside, process.execPath, SIDE, name, ...more];
  const child: ChildProcess = spawn('nsenter', args, { stdio: ['pipe', 'pipe', 'inherit'] });
  scope.atEnd(() => {
    child.kill('SIGKILL');
  });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('a side has no pipes');
  const lines = createInterface({ input: stdout });
  const next = async (): Promise<unknown> => {
    const [line] = (await once(lines, 'line', { signal: scope.signal })) as [string];
    return JSON.parse(line);
  };
  await next();
  return {
    async switchTimes(count) {
      const answer = next();
      stdin.write(`${count}\n`);
      return (await answer) as SwitchTimes;
    },
  };
}

async function runLatency(scope: BenchScope): Promise<void> {
  const house = await openHouse(scope);
  const devices = await house.devices(LAMPS);
  const worker = path.join(path.dirname(builtHub()), 'matter.worker.js');
  const at = (name: string) => ['--data', path.join(scope.folder, name)];
  const code = (name: string) => ['--code', devices.of(name).manualCode];
  const ours = await openSide(scope, house, 'ours', [
    ...at('ours'),
    ...code('ours'),
    '--worker',
    worker,
  ]);
  const bare = await openSide(scope, house, 'bare', [...at('bare'), ...code('bare')]);
  const [rounds, count] = scope.isQuick ? [2, 20] : [6, 100];
  const sides = [ours, bare].map((side) => ({
    side,
    times: { invokeMs: [], reportMs: [] } as SwitchTimes,
  }));
  for (let round = 0; round <= rounds; round++) {
    for (const { side, times } of sides) {
      const { invokeMs, reportMs } = await side.switchTimes(round === 0 ? 20 : count);
      // The first round warms both.
      if (round === 0) continue;
      times.invokeMs.push(...invokeMs);
      times.reportMs.push(...reportMs);
    }
  }
  const [mine, theirs] = sides.map(({ times }) => times);
  if (mine === undefined || theirs === undefined) return;
  const what = [
    ['invokeMs', 'command to its answer'],
    ['reportMs', 'command to the report of its change'],
  ] as const;
  for (const [key, metric] of what) {
    for (const [share, name] of [
      [0.5, 'p50'],
      [0.99, 'p99'],
    ] as const) {
      scope.row({
        bench: latency.name,
        metric: `${metric}, ${name}`,
        unit: 'ms',
        value: percentile(mine[key], share),
        peer: PEER,
        peerValue: percentile(theirs[key], share),
        must: 1.3,
        goal: 1.1,
        n: mine[key].length,
      });
    }
  }
}

/** Bytes of a hub's processes at rest. */
async function hubMemory(
  scope: BenchScope,
  house: TestHouse,
  options: {
    readonly folder: string;
    readonly isOn: boolean;
    readonly restMs: number;
    readonly add?: readonly ListedDevice[];
    /** Switches the bridge on, with all devices on it; it stays on. */
    readonly share?: true;
  },
): Promise<number> {
  const hub = startProcess({
    name: options.isOn ? 'the hub with Matter' : 'the hub without Matter',
    command: 'nsenter',
    args: [...house.inside, process.execPath, builtHub()],
    cwd: REPOSITORY,
    environment: {
      INGLE_DATA: options.folder,
      INGLE_PORT: PORT,
      INGLE_DEMO: '0',
      INGLE_MATTER: options.isOn ? '1' : '0',
      INGLE_MDNS_INTERFACE: 'lo',
    },
  });
  try {
    const isUp = (): true | undefined => (hub.output().includes('Ingle is at') ? true : undefined);
    await until('the hub', isUp, { withinMs: 30_000, process: hub });
    // Matter starts after the first scene can run.
    if (options.isOn) await sleep(5_000, undefined, { signal: scope.signal });
    if (options.add !== undefined) await addDevices(scope, house, options.folder, options.add);
    if (options.share) await runSide(scope, house, ['share', '--data', options.folder]);
    await sleep(options.restMs, undefined, { signal: scope.signal });
    return memoryBytes(processTree(hub.pid));
  } finally {
    await hub.stop();
  }
}

async function addDevices(
  scope: BenchScope,
  house: TestHouse,
  folder: string,
  devices: readonly ListedDevice[],
): Promise<void> {
  const codes = devices.flatMap(({ manualCode }) => ['--code', manualCode]);
  await runSide(scope, house, ['add', '--data', folder, ...codes]);
}

async function runSide(
  scope: BenchScope,
  house: TestHouse,
  words: readonly string[],
): Promise<void> {
  const args = [SIDE, ...words, '--port', PORT];
  const child = spawn('nsenter', [...house.inside, process.execPath, ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [exit] = (await once(child, 'exit', { signal: scope.signal })) as [number | null];
  if (exit !== 0) throw new Error(`"${words[0]}" could not be done at the hub`);
}

async function runMemory(scope: BenchScope): Promise<void> {
  const house = await openHouse(scope);
  const devices = await house.devices(loadMatterHome());
  const [rounds, restMs] = scope.isQuick ? [1, 2_000] : [3, 12_000];
  const folders = { on: path.join(scope.folder, 'on'), off: path.join(scope.folder, 'off') };
  // What adding took is no memory at rest: it happens in a life of the hub's own.
  await hubMemory(scope, house, { folder: folders.on, isOn: true, restMs: 0, add: devices.list });
  const [on, off]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const without = { folder: folders.off, isOn: false, restMs };
    off.push((await hubMemory(scope, house, without)) / MEGABYTE);
    on.push((await hubMemory(scope, house, { folder: folders.on, isOn: true, restMs })) / MEGABYTE);
  }
  scope.say(`without Matter: ${spread(off)} MB; with it: ${spread(on)} MB`);
  scope.row({
    bench: memoryAdded.name,
    metric: `memory that Matter with ${devices.list.length} devices adds to the hub at rest`,
    unit: 'MB',
    value: median(on) - median(off),
    peer: null,
    peerValue: null,
    ...ADDED_MB,
    n: rounds,
  });
  await hubMemory(scope, house, { folder: folders.on, isOn: true, restMs: 0, share: true });
  const shared: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const bytes = await hubMemory(scope, house, { folder: folders.on, isOn: true, restMs });
    shared.push(bytes / MEGABYTE);
  }
  scope.say(`with controller and bridge: ${spread(shared)} MB`);
  scope.row({
    bench: memoryAdded.name,
    metric: `memory that Matter adds with its ${devices.list.length} devices on the bridge as well`,
    unit: 'MB',
    value: median(shared) - median(off),
    peer: null,
    peerValue: null,
    ...BRIDGE_ADDED_MB,
    n: rounds,
  });
}

const latency: Bench = { name: 'matter/latency', run: runLatency };
const memoryAdded: Bench = { name: 'matter/memory', run: runMemory };

export { latency as matterLatency, memoryAdded as matterMemory };
