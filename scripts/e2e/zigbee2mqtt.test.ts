// Goal: a home moves in from Zigbee2MQTT: its devices answer without joining again, under the names that they had, and
// nothing of its folder is touched. Method: a data folder that the real Zigbee2MQTT left on the virtual home, recorded
// by scripts/record-zigbee2mqtt.ts with the memory of that coordinator and its nodes; the real hub and command. In
// `npm run soak` Zigbee2MQTT is installed from npm and run anew first.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Outcome, startCli } from '../../hub/cli/test-cli.ts';
import { liveWithZigbee2Mqtt, UNNAMED } from '../moving-in/real-zigbee2mqtt.ts';
import type { NodeView } from '../virtual-home/control/control.ts';
import { startVirtualHome, type VirtualHome } from '../virtual-home/home.ts';
import { type BrowserPage, openOwnersPage } from './browser-page.ts';
import type { DeviceJson } from './house.ts';
import { makeFolder, type RunningHub, startHub, waitFor } from './running-hub.ts';

const RECORDED = path.join(import.meta.dirname, '..', 'moving-in', 'recorded');
const isReal = process.env.INGLE_SOAK === '1';
const PAIR_MS = 180_000;

interface Moved extends DeviceJson {
  readonly address: string;
  readonly labels: readonly string[];
}

let root = '';
let source = '';
let home: VirtualHome;
let hub: RunningHub;
let browser: BrowserPage | undefined;
let before = '';
let nodes: NodeView[] = [];
/** The address that each node had when Zigbee2MQTT stopped: who joins again gets another one. */
let addresses: (number | undefined)[] = [];
/** Settings that sleeping devices take when they next wake. */
const SET_ASLEEP: Readonly<Record<string, { property: string; value: unknown }>> = {
  'Bedroom blind': { property: 'position', value: 40 },
  'Front door lock': { property: 'locked', value: false },
  'Living room radiator': { property: 'targetTemperature', value: 18 },
};
/** What holds the coordinator while a test wants it held. */
let holding: { stop(): Promise<void> } | undefined;

function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    hash.update(name).update(readFileSync(path.join(folder, name)));
  }
  return hash.digest('hex');
}

async function ingle(...args: string[]): Promise<Outcome> {
  const env = { INGLE_DATA: hub.data, INGLE_PORT: new URL(hub.url).port };
  return startCli(args, { env }, root).ended;
}

const port = () => `tcp://127.0.0.1:${home.zigbeePort}`;

async function devices(): Promise<Moved[]> {
  return (await hub.call<{ items: Moved[] }>('/api/devices?limit=200')).body.items;
}

/** A hub whose adapter folder and home are empty. */
async function freshHub(environment: Record<string, string> = {}): Promise<RunningHub> {
  return startHub({ environment });
}

beforeAll(async () => {
  root = makeFolder();
  source = path.join(root, 'zigbee2mqtt');
  const memory = path.join(root, 'virtual-home');
  if (isReal) {
    const first = await startVirtualHome({
      residents: false,
      latency: { minMs: 0, maxMs: 2 },
      data: memory,
    });
    await liveWithZigbee2Mqtt(root, first);
    await first.stop();
    rmSync(path.join(source, 'log'), { recursive: true, force: true });
  } else {
    cpSync(path.join(RECORDED, 'zigbee2mqtt'), source, { recursive: true });
    mkdirSync(memory);
    copyFileSync(path.join(RECORDED, 'virtual-home.json'), path.join(memory, 'zigbee.json'));
  }
  home = await startVirtualHome({
    residents: false,
    autoJoin: false,
    latency: { minMs: 0, maxMs: 2 },
    data: memory,
  });
  nodes = home.control.nodes();
  const kept = JSON.parse(readFileSync(path.join(memory, 'zigbee.json'), 'utf8'));
  addresses = nodes.map(({ ieee }) => kept.nodes[ieee]?.membership?.networkAddress);
  before = fingerprint(source);
  hub = await freshHub();
}, PAIR_MS);

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await holding?.stop();
  await hub?.[Symbol.asyncDispose]();
  await home?.stop();
  rmSync(root, { recursive: true, force: true });
});

describe('before', () => {
  it('every node of the emulated network is in it already', () => {
    expect(nodes.length).toBe(19);
    expect(addresses.filter((address) => typeof address === 'number')).toHaveLength(19);
  });

  it('a dry run says what would be done, and does nothing', async () => {
    const dry = await ingle('import', 'zigbee2mqtt', source, '--port', port(), '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toMatch(/\+ Run Zigbee2MQTT's network \(PAN 0x[0-9a-f]{4}, .*channel 20, /);
    expect(dry.stdout).toContain('+ Add the room Living room');
    expect(dry.stdout).toMatch(/\+ Bring in Hall lamp \(.*TRADFRI.*\) in Hall/);
    expect(dry.stdout).toContain('The group evening lights becomes the label evening-lights, on 2');
    expect(dry.stdout).toMatch(
      /· Settings that change what a device tells.*outdoor_climate \(temperature_calibration\)/,
    );
    const { networkKey } = networkOf();
    expect(dry.stdout).not.toContain(networkKey);
    const chinese = await ingle(
      ...['--lang', 'zh', 'import', 'zigbee2mqtt', source, '--port', port(), '--dry-run'],
    );
    expect(chinese.stdout).toMatch(/带来“Hall lamp”/);
    expect(await devices()).toEqual([]);
  });

  it('a folder that is none, or whose files contradict one another, is told with file and line', async () => {
    const none = await ingle('import', 'zigbee2mqtt', root);
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('There is no configuration.yaml');
    const broken = path.join(root, 'broken');
    cpSync(source, broken, { recursive: true });
    const yaml = path.join(broken, 'configuration.yaml');
    const text = readFileSync(yaml, 'utf8');
    writeFileSync(yaml, text.replace(/pan_id: \d+/, 'pan_id: 4660'));
    const line = text.split('\n').findIndex((each) => each.trim().startsWith('pan_id')) + 1;
    const told = await ingle('import', 'zigbee2mqtt', broken, '--port', port());
    expect(told).toMatchObject({ code: 2, stdout: '' });
    expect(told.stderr).toContain(`${line}:1 configuration.yaml: The PAN id is another than in`);
    const chinese = await ingle('--lang', 'zh', 'import', 'zigbee2mqtt', broken, '--port', port());
    expect(chinese.stderr).toContain('PAN 标识');
  });

  it('it is refused while another program has the coordinator open', async () => {
    holding = await holdCoordinator(home.zigbeePort);
    const refused = await ingle('import', 'zigbee2mqtt', source, '--port', port(), '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('has the coordinator');
    expect(refused.stderr).toMatch(/\(process \d+\) has the coordinator tcp:.* open/);
    expect(refused.stderr).toContain('Stop Zigbee2MQTT');
    expect(await devices()).toEqual([]);
    await holding.stop();
    holding = undefined;
  });
});

describe('moving in', () => {
  it('runs the network with its devices, named as they were, each in its room', async () => {
    const done = await ingle('import', 'zigbee2mqtt', source, '--port', port(), '--yes');
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    expect(done.stdout).toContain('Done: the home has moved in.');
    const moved = await devices();
    expect(moved.map(({ address }) => address).sort()).toEqual(
      nodes.map(({ ieee }) => ieee).sort(),
    );
    const { body } = await hub.call<{ items: { id: string; name: string }[] }>('/api/rooms');
    const rooms = new Map(body.items.map(({ id, name }) => [id, name]));
    const named = (name: string) => moved.find((device) => device.name === name);
    expect(named('Hall lamp')).toMatchObject({ handle: 'hall-lamp', labels: ['evening-lights'] });
    expect(rooms.get(named('Living room lamp')?.room ?? '')).toBe('Living room');
    expect(rooms.get(named('Bedroom window')?.room ?? '')).toBe('Bedroom');
    expect(named('Washing machine plug')?.room).toBeNull();
    const unnamed = nodes.find(({ name }) => name === UNNAMED);
    expect(moved.find(({ address }) => address === unnamed?.ieee)?.name).not.toContain('0x');
  }, 60_000);

  it('every device with mains power answers a command, and every other one is heard', async () => {
    const moved = await devices();
    const asleep: NodeView[] = [];
    for (const node of nodes) {
      const device = moved.find(({ address }) => address === node.ieee);
      if (device === undefined) throw new Error(`${node.name} has not moved in`);
      if (node.sleepy) {
        asleep.push(node);
        continue;
      }
      const answer = await hub.call<{ state: string; problem: unknown }>(
        `/api/devices/${device.id}/commands?wait=acknowledged&timeoutMs=8000`,
        {
          body:
            'on' in device.properties ? { property: 'on', value: true } : { command: 'identify' },
        },
      );
      const { state, problem } = answer.body;
      expect([node.name, problem ?? null, ['acknowledged', 'observed'].includes(state)]).toEqual([
        node.name,
        null,
        true,
      ]);
    }
    expect(asleep.length).toBeGreaterThan(5);
    for (const node of asleep.filter(({ name }) => !Object.hasOwn(SET_ASLEEP, name))) {
      await heard(node);
    }
    await Promise.all(Object.entries(SET_ASLEEP).map((each) => takenAtWake(...each)));
    const now = home.control.nodes().map(({ networkAddress }) => networkAddress);
    expect(now).toEqual(addresses);
    expect(home.control.log({ kind: 'joined', limit: 10 }).records).toEqual([]);
  }, 60_000);

  it('leaves the folder of Zigbee2MQTT as it was, byte for byte', () => {
    expect(fingerprint(source)).toBe(before);
  });

  it('does nothing when it is done again, and what a person has renamed stays so', async () => {
    const lamp = (await devices()).find(({ name }) => name === 'Hall lamp');
    await hub.call(`/api/devices/${lamp?.id}`, {
      method: 'PATCH',
      body: { name: 'Entrance light' },
    });
    const again = await ingle('import', 'zigbee2mqtt', source, '--port', port(), '--yes');
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('Nothing to do: this home has moved in.');
    expect((await devices()).some(({ name }) => name === 'Entrance light')).toBe(true);
  });

  it('stands over a restart of the hub without being set anywhere else', async () => {
    const { data } = hub;
    await hub.stop();
    hub = await startHub({ data });
    await connected();
    const lamp = (await devices()).find(({ name }) => name === 'Entrance light');
    const answer = await hub.call<{ state: string }>(
      `/api/devices/${lamp?.id}/commands?wait=acknowledged&timeoutMs=8000`,
      { body: { property: 'on', value: false } },
    );
    expect(['acknowledged', 'observed']).toContain(answer.body.state);
    await hub.stop();
    rmSync(data, { recursive: true, force: true });
  }, 60_000);
});

describe('in the page', () => {
  it('a person chooses the folder, reads what would be done, and moves in', async () => {
    hub = await freshHub();
    browser = await openOwnersPage(hub);
    const { page, at } = browser;
    await browser.open('move-in');
    await at('move-folder').setInputFiles(source);
    await at('move-plan').getByText('Bring in Hall lamp').first().waitFor();
    await at('move-port').fill(port());
    await page.getByText('Look again').click();
    await at('move-plan').getByText(port()).first().waitFor();
    await browser.expectAccessible('the plan of a move');
    await at('move-start').click();
    await at('move-done').waitFor({ timeout: 60_000 });
    expect(await devices()).toHaveLength(nodes.length);
    expect(browser.errors).toEqual([]);
  }, 90_000);
});

async function connected(): Promise<void> {
  await waitFor('the coordinator', async () => {
    const { body } = await hub.call<{ adapters: { id: string; state: string }[] }>('/api/health');
    return body.adapters.some(({ id, state }) => id === 'zigbee' && state === 'connected');
  });
}

/** It sleeps: what it is told waits until it wakes, and is then done. */
async function takenAtWake(
  name: string,
  body: { property: string; value: unknown },
): Promise<void> {
  const node = nodes.find((each) => each.name === name);
  const device = (await devices()).find(({ address }) => address === node?.ieee);
  const sent = await hub.call<{ id: string }>(
    `/api/devices/${device?.id}/commands?timeoutMs=30000`,
    { body },
  );
  await waitFor(`${name} to take ${body.property}`, async () => {
    const { body: now } = await hub.call<{ state: string }>(`/api/commands/${sent.body.id}`);
    if (['failed', 'timedOut'].includes(now.state)) throw new Error(JSON.stringify(now));
    return ['acknowledged', 'observed'].includes(now.state);
  });
}

/** A node that sleeps says something of its own accord, and the hub takes it. */
async function heard(node: NodeView): Promise<void> {
  const find = async () => (await devices()).find(({ address }) => address === node.ieee);
  const at = async () => JSON.stringify((await find())?.properties);
  const old = await at();
  if (node.inputs.includes('temperature')) home.control.set(node.ieee, { temperature: 17.5 });
  else if (node.inputs.includes('occupancy')) home.control.move(node.ieee, 200);
  else if (node.inputs.includes('open')) home.control.set(node.ieee, { open: true });
  else if (node.inputs.includes('water')) home.control.set(node.ieee, { water: true });
  else if (node.inputs.includes('smoke')) home.control.set(node.ieee, { smoke: true });
  else if (node.actions.length > 0) home.control.press(node.ieee);
  else home.control.announce(node.ieee);
  await waitFor(`word of ${node.name} (${node.inputs}; ${node.actions})`, async () => {
    if (node.inputs.length === 0) return (await find())?.availability.online;
    return (await at()) !== old;
  });
}

function networkOf(): { networkKey: string } {
  const backup = JSON.parse(readFileSync(path.join(source, 'coordinator_backup.json'), 'utf8'));
  return { networkKey: backup.network_key.key };
}

/** Another program on the coordinator's line, as Zigbee2MQTT is while it runs. */
async function holdCoordinator(zigbeePort: number): Promise<{ stop(): Promise<void> }> {
  const program = `const s = require('net').connect(${zigbeePort}, '127.0.0.1', () => process.stdout.write('holds'))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return {
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}
