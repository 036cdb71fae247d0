// A large Zigbee network: 200 emulated nodes of many real models at one coordinator, without air latency. Rounds of
// joining; starts of the bundle with the network that it knows; memory over that of an empty home; a flood of reports,
// counted by what the core has numbered; commands, from the request to the node's acknowledgement.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, BenchScope } from './bench.ts';
import { builtHub } from './built.ts';
import { type Hub, startHub } from './ours.ts';
import { epochMs, memoryBytes, until } from './process.ts';
import { type LinkRadio, startLinkRadio } from './radio/link-radio-process.ts';
import { median, percentile, spread } from './statistics.ts';

const NODES = 200;
const ENTRY = path.resolve(import.meta.dirname, 'zigbee-network.ts');
const JOIN_LIMIT_MS = 60_000;
const START_LIMIT_MS = 20_000;
const MEGABYTE = 1e6;
const REPORTS_PER_SECOND = 5_000;
const REPORT_SECONDS = 10;
/** As the other benches: at 100 a second a queue of the bench's own making is not measured. */
const COMMAND_EVERY_MS = 10;
/** The counter stands still for this long: nothing is under way any more. */
const STILL_MS = 1_500;

interface Plan {
  readonly joinRounds: number;
  readonly startRounds: number;
  readonly commands: number;
  readonly commandRounds: number;
  readonly restMs: number;
  readonly memoryRounds: number;
}

function planOf({ isQuick }: BenchScope): Plan {
  return isQuick
    ? {
        joinRounds: 1,
        startRounds: 2,
        commands: 200,
        commandRounds: 1,
        restMs: 2_000,
        memoryRounds: 1,
      }
    : {
        joinRounds: 3,
        startRounds: 5,
        commands: 600,
        commandRounds: 5,
        restMs: 10_000,
        memoryRounds: 3,
      };
}

/** Starts an emulated network; nobody has joined it. */
async function startNetwork(scope: BenchScope, nodes: number): Promise<LinkRadio> {
  const radio = await startLinkRadio(scope.folder, {
    entry: ENTRY,
    environment: { INGLE_BENCH_NODES: String(nodes) },
  });
  scope.atEnd(radio.stop);
  return radio;
}

interface DeviceJson {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly availability: { readonly online: boolean };
}

async function devicesOf(hub: Hub): Promise<DeviceJson[]> {
  // The border of the API: a list as api.md has it.
  const list = (await hub.call('GET', '/api/devices?limit=200')) as { items: DeviceJson[] };
  return list.items;
}

async function up(scope: BenchScope, folder: string, zigbeePort: number): Promise<Hub> {
  const hub = await startHub({ folder, zigbeePort });
  scope.atEnd(hub.stop);
  await hub.ready();
  await hub.connected();
  return hub;
}

/** Seconds from the opening of the network until all are interviewed and in the home. */
async function join(hub: Hub): Promise<number> {
  const startedMs = performance.now();
  const job = await hub.call('POST', '/api/jobs', {
    kind: 'pair',
    protocol: 'zigbee',
    seconds: 120,
  });
  const all = async () => ((await devicesOf(hub)).length >= NODES ? true : undefined);
  await until(`${NODES} devices in the hub`, all, {
    withinMs: JOIN_LIMIT_MS,
    everyMs: 200,
    process: hub.process,
  });
  const seconds = (performance.now() - startedMs) / 1_000;
  const { id } = job as { id: string };
  await hub.call('DELETE', `/api/jobs/${id}`).catch(() => undefined);
  return seconds;
}

interface Home {
  readonly folder: string;
  readonly network: LinkRadio;
}

async function joinRounds(scope: BenchScope, rounds: number): Promise<Home> {
  const seconds: number[] = [];
  let last: Home | undefined;
  for (let round = 0; round < rounds; round++) {
    await last?.network.stop();
    const folder = path.join(scope.folder, `home-${round}`);
    const network = await startNetwork(scope, NODES);
    const hub = await up(scope, folder, network.zigbeePort);
    seconds.push(await join(hub));
    const models = new Set((await devicesOf(hub)).map(({ model }) => model));
    if (round === 0) scope.say(`${NODES} nodes of ${models.size} models`);
    // What they are still being configured with, a household's hub would do by itself.
    await settled(hub);
    await hub.stop();
    last = { folder, network };
  }
  if (last === undefined) throw new Error('no round of joining');
  scope.say(`joined and interviewed: ${spread(seconds)} s`);
  row(scope, {
    metric: `${NODES} nodes joined and interviewed`,
    unit: 's',
    value: median(seconds),
    must: 10,
    goal: 7,
    n: rounds,
  });
  return last;
}

/** Waits until the hub takes no inputs any more. */
async function settled(hub: Hub): Promise<number> {
  let last = await count(hub);
  for (let stillMs = 0; stillMs < STILL_MS; ) {
    await sleep(250);
    const now = await count(hub);
    stillMs = now === last ? stillMs + 250 : 0;
    last = now;
  }
  return last;
}

/** How many inputs the core has numbered so far: each report is one. */
async function count(hub: Hub): Promise<number> {
  const text = await hub.text('/metrics');
  return Number(/^ingle_inputs_total (\d+)$/m.exec(text)?.[1] ?? 0);
}

async function startRounds(scope: BenchScope, home: Home, rounds: number): Promise<void> {
  const took: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const hub = await startHub({ folder: home.folder, zigbeePort: home.network.zigbeePort });
    scope.atEnd(hub.stop);
    await hub.ready();
    const lamp = (await devicesOf(hub)).find(({ kind }) => kind === 'light');
    if (lamp === undefined) throw new Error('there is no lamp');
    await until('the first command', () => command(hub, lamp, round % 2 === 0), {
      withinMs: START_LIMIT_MS,
      everyMs: 5,
      process: hub.process,
    });
    // The first start fills the caches of the disk and of the code, and is not counted.
    if (round > 0) took.push(epochMs() - hub.process.startedAtMs);
    await hub.stop();
  }
  scope.say(`start to the first command: ${spread(took)} ms`);
  row(scope, {
    metric: `start with ${NODES} known nodes to the first command`,
    unit: 'ms',
    value: median(took),
    must: 2_000,
    goal: 1_600,
    n: rounds,
  });
}

interface CommandJson {
  readonly state: string;
  readonly requestedAt: string;
  readonly acknowledgedAt: string;
}

/** The command, once a lamp has acknowledged it. */
async function command(
  hub: Hub,
  device: DeviceJson,
  value: boolean,
): Promise<CommandJson | undefined> {
  const route = `/api/devices/${device.id}/commands?wait=acknowledged&timeoutMs=2000`;
  try {
    const answer = (await hub.call('POST', route, { property: 'on', value })) as CommandJson;
    return ['acknowledged', 'observed'].includes(answer.state) ? answer : undefined;
  } catch {
    return undefined;
  }
}

async function memoryOf(scope: BenchScope, hub: Hub, plan: Plan): Promise<number> {
  const bytes: number[] = [];
  for (let round = 0; round < plan.memoryRounds; round++) {
    await sleep(plan.restMs, undefined, { signal: scope.signal });
    bytes.push(memoryBytes(hub.pids()));
  }
  return median(bytes) / MEGABYTE;
}

async function memory(scope: BenchScope, home: Home, plan: Plan): Promise<void> {
  const nobody = await startNetwork(scope, 0);
  const empty = await up(scope, path.join(scope.folder, 'empty'), nobody.zigbeePort);
  const full = await up(scope, home.folder, home.network.zigbeePort);
  await home.network.load({ kind: 'rate', perSecond: 100, seconds: 5 });
  const [without, withThem] = await Promise.all([
    memoryOf(scope, empty, plan),
    memoryOf(scope, full, plan),
  ]);
  await Promise.all([empty.stop(), full.stop()]);
  scope.say(
    `an empty home ${without.toFixed(0)} MB, with ${NODES} nodes ${withThem.toFixed(0)} MB`,
  );
  row(scope, {
    metric: `memory of ${NODES} nodes over that of an empty home`,
    unit: 'MB',
    value: withThem - without,
    must: 60,
    goal: 40,
    n: plan.memoryRounds,
  });
}

async function reports(scope: BenchScope, home: Home, hub: Hub): Promise<void> {
  // Every thermometer has told its link quality once, and the code is warm.
  await home.network.load({ kind: 'rate', perSecond: 1_000, seconds: 3 });
  const before = await settled(hub);
  // Each is another value than the one before. What else the core is told of could hide as many that are lost.
  const spec = { kind: 'rate', perSecond: REPORTS_PER_SECOND, seconds: REPORT_SECONDS } as const;
  const { reports: sent, seconds } = await home.network.load(spec);
  const told = (await settled(hub)) - before;
  scope.say(`${told} inputs of ${sent} reports in ${seconds.toFixed(1)} s`);
  const logs = JSON.stringify(await hub.call('GET', '/api/logs?level=warn&part=zigbee'));
  if (/forgotten|dropped/.test(logs)) throw new Error(`the adapter forgot reports: ${logs}`);
  row(scope, {
    metric: `reports lost of ${REPORTS_PER_SECOND} a second for ${REPORT_SECONDS} s`,
    unit: 'reports',
    value: Math.max(0, sent - told),
    must: 0,
    goal: 0,
    n: sent,
  });
}

async function commands(scope: BenchScope, hub: Hub, plan: Plan): Promise<void> {
  const lamps = (await devicesOf(hub)).filter(({ kind }) => kind === 'light');
  const own: number[] = [];
  const overHttp: number[] = [];
  for (let round = 0; round <= plan.commandRounds; round++) {
    const took: number[] = [];
    const tookHttp: number[] = [];
    for (let index = 0; index < plan.commands; index++) {
      const lamp = lamps[index % lamps.length];
      if (lamp === undefined) throw new Error('there is no lamp');
      const startedMs = performance.now();
      const isOn = Math.floor(index / lamps.length) % 2 === round % 2;
      const done = await command(hub, lamp, isOn);
      if (done === undefined) throw new Error(`command ${index} was not acknowledged`);
      tookHttp.push(performance.now() - startedMs);
      took.push(Date.parse(done.acknowledgedAt) - Date.parse(done.requestedAt));
      await sleep(Math.max(0, startedMs + COMMAND_EVERY_MS - performance.now()));
    }
    if (round === 0) continue;
    own.push(percentile(took, 0.99));
    overHttp.push(percentile(tookHttp, 0.99));
    scope.say(
      `commands over HTTP: p50 ${percentile(tookHttp, 0.5).toFixed(2)} ms, p99 ${percentile(tookHttp, 0.99).toFixed(2)} ms`,
    );
  }
  const n = plan.commands * plan.commandRounds;
  row(scope, {
    metric: 'command p99 at 100/s, from requested to acknowledged, in whole ms',
    ...{ unit: 'ms', value: median(own), must: 5, goal: 3, n },
  });
  row(scope, {
    metric: 'command p99 at 100/s, from the HTTP request to its answer',
    ...{ unit: 'ms', value: median(overHttp), must: 8, goal: 5, n },
  });
}

interface Figure {
  readonly metric: string;
  readonly unit: string;
  readonly value: number;
  readonly must: number;
  readonly goal: number;
  readonly n: number;
}

function row(scope: BenchScope, figure: Figure): void {
  scope.row({ bench: zigbee.name, peer: null, peerValue: null, ...figure });
}

async function run(scope: BenchScope): Promise<void> {
  const plan = planOf(scope);
  builtHub();
  const home = await joinRounds(scope, plan.joinRounds);
  await startRounds(scope, home, plan.startRounds);
  await memory(scope, home, plan);
  const hub = await up(scope, home.folder, home.network.zigbeePort);
  await settled(hub);
  await reports(scope, home, hub);
  await commands(scope, hub, plan);
  await hub.stop();
}

export const zigbee: Bench = { name: 'zigbee', run };
