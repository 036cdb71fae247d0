// Care of the mesh, with the real zigbee-herdsman against the virtual home: the survey, a device that floods, the
// channel, the coordinator's backups and another stick. One paired home; the tests build on one another.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import type {
  CoordinatorBackup,
  Mesh,
  MeshCare,
  ReachState,
  StickCheck,
  SurveyState,
} from '../../../hub/model/mesh.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import type { NodeView } from '../../../scripts/virtual-home/control/control.ts';
import { loadHome } from '../../../scripts/virtual-home/devices/model.ts';
import { startVirtualHome, type VirtualHome } from '../../../scripts/virtual-home/home.ts';
import type { SpareCoordinator } from '../../../scripts/virtual-home/spare-coordinator.ts';
import { inWorker, ScriptedHub } from '../../contract/scripted-hub.ts';

const WORKER = inWorker(new URL('../zigbee.worker.ts', import.meta.url));
const ON = propertyKey('on');
/** Two routers with others behind them, and sensors that sleep. */
const NAMES = [
  'Hall lamp',
  'Bathroom lamp',
  'Kitchen lamp',
  'Living room lamp',
  'Living room climate',
  'Living room dial',
  'Outdoor climate',
  'Front door',
];

let home: VirtualHome;
let hub: ScriptedHub;
let dataFolder = '';
let nodes: NodeView[] = [];
const spares: SpareCoordinator[] = [];

const address = (name: string): NodeAddress => {
  const view = nodes.find((node) => node.name === name);
  if (view === undefined) throw new Error(`Nobody is called ${name}`);
  return nodeAddress(view.ieee);
};
const tcp = (port: number): string => `tcp://127.0.0.1:${port}`;
const care = (): MeshCare | undefined =>
  hub.messages.findLast((message) => message.kind === 'care')?.care;
const files = (): string => path.join(dataFolder, 'zigbee');

async function startHub(port: number): Promise<ScriptedHub> {
  const started = new ScriptedHub(WORKER);
  started.start({
    dataFolder,
    settings: {
      port: tcp(port),
      driver: 'zstack',
      surveyHours: 0,
      surveyPauseMs: 10,
      floodPerSecond: 20,
      floodSeconds: 3,
    },
  });
  await started.connectCore();
  await started.until('the connection', () => started.state()?.kind === 'connected', 25_000);
  return started;
}

async function survey(): Promise<Mesh> {
  await hub.call({ kind: 'meshSurvey' });
  await vi.waitFor(
    async () => {
      const state = (await hub.call({ kind: 'meshSurveyState' })) as SurveyState;
      expect(state.kind).toBe('done');
    },
    { timeout: 20_000, interval: 50 },
  );
  return (await hub.call({ kind: 'mesh' })) as Mesh;
}

async function reach(): Promise<ReachState> {
  await hub.call({ kind: 'meshReach' });
  return vi.waitFor(
    async () => {
      const state = (await hub.call({ kind: 'meshReachState' })) as ReachState;
      expect(state.isRunning).toBe(false);
      return state;
    },
    { timeout: 20_000, interval: 50 },
  );
}

async function allListen(): Promise<void> {
  const { of, silent } = await reach();
  expect(silent).toEqual([]);
  expect(of).toBeGreaterThanOrEqual(nodes.filter(({ router }) => router).length);
  const wanted = home.control.node(address('Hall lamp')).state.on !== true;
  const outcome = await hub.settle(address('Hall lamp'), {
    kind: 'set',
    property: ON,
    value: wanted,
  });
  expect(outcome.state).toBe('acknowledged');
  await hub.until('its report', () => hub.values(address('Hall lamp'))[ON] === wanted);
}

beforeAll(async () => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  home = await startVirtualHome({
    residents: false,
    latency: { minMs: 0, maxMs: 2 },
    joinStaggerMs: 10,
    devices: loadHome().filter(({ name }) => NAMES.includes(name)),
  });
  nodes = home.control.nodes();
  hub = await startHub(home.zigbeePort);
  await hub.call({ kind: 'pair', seconds: 254, via: null, installCode: null });
  const described = (): number =>
    new Set(
      hub.messages.flatMap((each) =>
        each.kind === 'pair' && each.progress.kind === 'described' ? [each.progress.node] : [],
      ),
    ).size;
  await hub.until('all nodes', () => described() === nodes.length, 60_000);
  await hub.call({ kind: 'pairStop' });
  nodes = home.control.nodes();
}, 90_000);

afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  for (const spare of spares) await spare.stop();
  await home?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

describe('a survey', () => {
  test('puts every node on its way, with link quality, and holds up no command meanwhile', async () => {
    await hub.call({ kind: 'meshSurvey' });
    const startedAtMs = performance.now();
    const outcome = await hub.settle(address('Living room lamp'), {
      kind: 'set',
      property: ON,
      value: true,
    });
    expect(outcome.state).toBe('acknowledged');
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    const mesh = await survey();
    expect(mesh.nodes).toHaveLength(nodes.length + 1);
    for (const node of mesh.nodes) {
      const view = nodes.find(({ ieee }) => ieee === node.node);
      if (view === undefined) {
        expect(node).toMatchObject({ role: 'coordinator', hops: 0, parent: null });
        continue;
      }
      const parent = nodes.find(({ ieee }) => ieee === node.parent)?.name ?? 'coordinator';
      expect(parent, view.name).toBe(view.parent);
      expect(node.linkQuality, view.name).toBeGreaterThan(0);
      expect(node.history.at(-1)?.parent, view.name).toBe(node.parent);
    }
    expect(mesh.links.map(({ linkQuality }) => linkQuality)).toEqual(
      mesh.links.map(({ linkQuality }) => linkQuality).toSorted((a, b) => b - a),
    );
  }, 40_000);

  test('ends although a router promises more neighbours than it gives, and counts those that it gave', async () => {
    const boaster = address('Bathroom lamp');
    await hub.until('it to be there', () => hub.isOnline(boaster) === true);
    const before = home.control.tableRequests(boaster).length;
    home.control.fault({ kind: 'boastful', ieee: boaster });
    const mesh = await survey();
    expect(mesh.nodes.find(({ node }) => node === boaster)?.asked).toBe('answered');
    const asked = home.control.tableRequests(boaster).length - before;
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(10);
    home.control.fault({ kind: 'clear' });
  }, 30_000);
});

test('a node that floods is thinned to its newest value, others are heard at once, and it is let go by hand', async () => {
  const loud = address('Outdoor climate');
  home.control.fault({ kind: 'flood', ieee: loud, rate: 100, seconds: 60 });
  const flooding = await hub.until('the quarantine', () => care()?.flooding[0], 15_000);
  expect(flooding).toMatchObject({ node: loud, perSecond: expect.any(Number) });
  const reports = (): number =>
    hub.items.filter((item) => item.kind === 'report' && item.node === loud).length;
  const before = reports();
  const startedAtMs = performance.now();
  home.control.set(address('Front door'), { open: true });
  const open = propertyKey('open');
  await hub.until('the door', () => hub.values(address('Front door'))[open] === true);
  expect(performance.now() - startedAtMs).toBeLessThan(500);
  expect(reports() - before).toBeLessThan(5);
  home.control.fault({ kind: 'clear' });
  await hub.call({ kind: 'meshRelease', node: loud });
  expect(care()?.flooding).toEqual([]);
  await expect(hub.call({ kind: 'meshRelease', node: loud })).rejects.toMatchObject({
    code: 'not-found',
  });
  home.control.set(loud, { temperature: -3.5 });
  const temperature = propertyKey('temperature');
  await hub.until('its value', () => hub.values(loud)[temperature] === -3.5);
}, 40_000);

describe('the coordinator', () => {
  test('is saved: a private file of the open format, listed, and not twice while nothing changes', async () => {
    const first = (await hub.call({ kind: 'coordinatorBackup' })) as CoordinatorBackup;
    expect(first).toMatchObject({ devices: nodes.length, source: 'zstack', channel: 15 });
    const again = (await hub.call({ kind: 'coordinatorBackup' })) as CoordinatorBackup;
    expect(again.name).toBe(first.name);
    const folder = path.join(files(), 'coordinator-backups');
    for (const file of readdirSync(folder)) {
      expect(statSync(path.join(folder, file)).mode & 0o777, file).toBe(0o600);
    }
    const text = (await hub.call({ kind: 'coordinatorBackupRead', name: first.name })) as string;
    expect(JSON.parse(text).metadata).toMatchObject({
      format: 'zigpy/open-coordinator-backup',
      version: 1,
    });
    await expect(
      hub.call({ kind: 'coordinatorBackupRead', name: '../network.json' }),
    ).rejects.toMatchObject({ code: 'not-found' });
    await expect(
      hub.call({ kind: 'coordinatorBackupAdd', text: '{"devices":[]}' }),
    ).rejects.toMatchObject({ code: 'invalid-input' });
    const foreign = JSON.parse(text);
    foreign.pan_id = 'beef';
    const added = (await hub.call({
      kind: 'coordinatorBackupAdd',
      text: JSON.stringify(foreign),
    })) as CoordinatorBackup;
    await expect(hub.call({ kind: 'coordinatorRestore', name: added.name })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('another network'),
    });
  });

  test('moves to another channel with all nodes, and one that did not follow is listed', async () => {
    const stubborn = address('Kitchen lamp');
    home.control.fault({ kind: 'stubborn', ieee: stubborn });
    expect(await hub.call({ kind: 'channelSet', channel: 20 }, 40_000)).toEqual({
      from: 15,
      to: 20,
    });
    const { silent, of } = await reach();
    expect(silent).toEqual([stubborn]);
    expect(of).toBe(4);
    const kept = JSON.parse(readFileSync(path.join(files(), 'network.json'), 'utf8'));
    expect(kept.channel).toBe(20);
    home.control.fault({ kind: 'clear' });
    await expect(hub.call({ kind: 'channelSet', channel: 27 })).rejects.toMatchObject({
      code: 'invalid-input',
    });
    await expect(hub.call({ kind: 'channelSet', channel: 20 })).rejects.toMatchObject({
      code: 'conflict',
    });
  }, 60_000);

  test('is looked at before anything is written: another network on a stick is refused and left as it is', async () => {
    const other = await home.plugInSpare('another network');
    spares.push(other);
    const before = other.network();
    const check = { kind: 'coordinatorCheck', port: tcp(other.port), driver: 'zstack' } as const;
    expect((await hub.call(check)) as StickCheck).toMatchObject({
      driver: 'zstack',
      network: 'other',
      panId: before?.panId,
    });
    // A serial line must not even be opened in a worker; one that is not there is said.
    const serial = { kind: 'coordinatorCheck', driver: 'zstack' } as const;
    expect(await hub.call({ ...serial, port: '/dev/null' })).toMatchObject({ network: 'unknown' });
    await expect(
      hub.call({ ...serial, port: path.join(dataFolder, 'ttyUSB7') }),
    ).rejects.toMatchObject({ message: expect.stringContaining('no device') });
    // Where nothing listens it is said so, and nothing is promised: nobody looks again.
    await expect(hub.call({ ...check, port: 'tcp://127.0.0.1:9' })).rejects.toMatchObject({
      message: expect.stringContaining('Nothing listens at 127.0.0.1:9'),
      hint: expect.not.stringContaining('keeps trying'),
      zh: { hint: expect.not.stringContaining('继续尝试') },
    });
    const move = { kind: 'coordinatorMove', driver: 'zstack', baudRate: null } as const;
    await expect(
      hub.call({ ...move, port: tcp(other.port), overwrite: false }),
    ).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('Nothing') });
    const { takenAtMs: surveyed, links } = (await hub.call({ kind: 'mesh' })) as Mesh;
    // The same where the hub is started on it by mistake.
    await hub.stop();
    hub = new ScriptedHub(WORKER);
    hub.start({ dataFolder, settings: { port: tcp(other.port), driver: 'zstack' } });
    const fault = await hub.until(
      'the refusal',
      () => {
        const state = hub.state();
        return state?.kind === 'fault' && state;
      },
      20_000,
    );
    expect(fault.problem).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('another Zigbee network'),
      zh: { message: expect.stringContaining('另一个 Zigbee 网络') },
    });
    expect(other.network()).toEqual(before);
    await hub.stop();
    hub = await startHub(home.zigbeePort);
    expect(await hub.call({ kind: 'mesh' })).toMatchObject({ takenAtMs: surveyed, links });
    await expect(
      hub.call({ ...move, port: 'tcp://127.0.0.1:9', overwrite: false }),
    ).rejects.toMatchObject({ code: 'unreachable' });
    await allListen();
  }, 60_000);

  test('goes on where it was when the new one is gone after it was looked at', async () => {
    const gone = await home.plugInSpare('nothing');
    const moving = hub
      .call(
        {
          kind: 'coordinatorMove',
          port: tcp(gone.port),
          driver: 'zstack',
          baudRate: null,
          overwrite: false,
        },
        50_000,
      )
      .catch((error: unknown) => error);
    // Once to see what it is and once to see what it carries: then the old one is read, and this one unplugged.
    await vi.waitFor(() => expect([gone.connections(), gone.isOpen()]).toEqual([2, false]), {
      timeout: 10_000,
      interval: 1,
    });
    await gone.stop();
    expect(await moving).toMatchObject({ code: 'unreachable' });
    await hub.until('the old one again', () => hub.state()?.kind === 'connected', 30_000);
    await allListen();
  }, 60_000);

  test('is replaced by a blank one of its family, and every device answers without joining again', async () => {
    const spare = await home.plugInSpare('nothing');
    spares.push(spare);
    const identity = (view: NodeView) => [view.name, view.networkAddress];
    const before = home.control.nodes().map(identity);
    await hub.call(
      {
        kind: 'coordinatorMove',
        port: tcp(spare.port),
        driver: 'zstack',
        baudRate: null,
        overwrite: false,
      },
      50_000,
    );
    expect(hub.state()).toMatchObject({ kind: 'connected' });
    expect(spare.network()?.channel).toBe(20);
    await allListen();
    home.control.set(address('Outdoor climate'), { temperature: 4.25 });
    const temperature = propertyKey('temperature');
    await hub.until('a sensor', () => hub.values(address('Outdoor climate'))[temperature] === 4.25);
    expect(home.control.nodes().map(identity)).toEqual(before);
    const { records } = home.control.log({ kind: 'joined', limit: 1_000 });
    expect(records).toHaveLength(nodes.length);
  }, 60_000);

  test('is given a kept backup again, and all listen as before', async () => {
    const [newest] = (await hub.call({ kind: 'coordinatorBackups' })) as CoordinatorBackup[];
    await hub.call({ kind: 'coordinatorRestore', name: newest?.name ?? '' }, 50_000);
    await allListen();
  }, 60_000);
});
