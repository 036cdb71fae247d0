// How nodes come in: the real zigbee-herdsman in its worker against the virtual home's emulated coordinator. What a
// household is told when a device joins, may not, or does not say what it is. The tests share one home and build on
// one another.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { PairProgress } from '../../../hub/model/adapter-port.ts';
import { type NodeAddress, nodeAddress } from '../../../hub/model/identifiers.ts';
import { loadModels } from '../../../scripts/virtual-home/devices/model.ts';
import { startVirtualHome, type VirtualHome } from '../../../scripts/virtual-home/home.ts';
import type { Guest } from '../../../scripts/virtual-home/options.ts';
import { inWorker, ScriptedHub } from '../../contract/scripted-hub.ts';

const WORKER = inWorker(new URL('../zigbee.worker.ts', import.meta.url));
const CODE = '83FED3407A939723A5C639B26916D505C3B5';
const MODELS = loadModels();
/** Devices that join at once though nobody has invited them; the full count by hand. */
const CROWD = Number(process.env.INGLE_COUNT ?? 150);

const CODED: Guest = {
  placement: {
    ...{ model: 'innr-sp-234', ieee: '0x70ac08fffeef7001', name: 'Coded plug', room: 'hall' },
    ...{ lqi: 150, parent: undefined, installCode: CODE },
  },
};
/** Of each length that there is, with its checksum. Spec: Base Device Behavior 13-0402-13 § 10.1.1. */
const CODES = ['83FED3407A932B70', '83FED3407A939738C552', '83FED3407A939723A5C639FF4C12'] as const;
const SHORT_CODED = CODES.map((installCode, index): Guest & { readonly installCode: string } => ({
  installCode,
  placement: {
    ...{ model: 'innr-sp-234', ieee: `0x70ac08fffeef71${index}0`, name: `Coded ${index}` },
    ...{ room: 'hall', lqi: 150, parent: undefined, installCode },
  },
}));
const SENSOR: Guest = {
  placement: {
    ...{ model: 'sonoff-snzb-02p', ieee: '0x00124b00f1000001', name: 'Cellar climate' },
    ...{ room: 'cellar', lqi: 90, parent: undefined },
  },
  // It asks its parent more often than a real one, so that nobody waits.
  model: { ...modelNamed('sonoff-snzb-02p'), poll: { longMs: 400, fastMs: 60 } },
};
const UNKNOWN: Guest = {
  placement: {
    ...{ model: 'own', ieee: '0x70ac08fffeef7002', name: 'Strange plug', room: 'hall' },
    ...{ lqi: 150, parent: undefined },
  },
  model: strangePlug(),
};

function modelNamed(file: string): NonNullable<Guest['model']> {
  const model = MODELS.get(file);
  if (model === undefined) throw new Error(`no device file ${file}`);
  return model;
}

/** A plug of a make that no library has heard of. */
function strangePlug(): NonNullable<Guest['model']> {
  const plug = modelNamed('innr-sp-234');
  const endpoints = plug.endpoints.map((endpoint) => {
    const basic = endpoint.attributes.get(0)?.map((row) => {
      if (row.id === 4) return { ...row, value: 'Basement Works' };
      return row.id === 5 ? { ...row, value: 'BW-PLUG-1' } : row;
    });
    return basic === undefined
      ? endpoint
      : { ...endpoint, attributes: new Map([...endpoint.attributes, [0, basic]]) };
  });
  return {
    ...plug,
    id: 'own',
    manufacturerName: 'Basement Works',
    modelId: 'BW-PLUG-1',
    endpoints,
  };
}

let home: VirtualHome;
let hub: ScriptedHub;
let dataFolder = '';

async function startHub(): Promise<void> {
  hub = new ScriptedHub(WORKER);
  const settings = { port: `tcp://127.0.0.1:${home.zigbeePort}`, driver: 'zstack' };
  hub.start({ dataFolder, settings });
  await hub.connectCore();
  await hub.until('the connection', () => hub.state()?.kind === 'connected', 20_000);
}

beforeAll(async () => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  home = await startVirtualHome({
    ...{
      nodes: CROWD,
      guests: [CODED, ...SHORT_CODED, SENSOR, UNKNOWN],
      residents: false,
      autoJoin: false,
    },
    ...{ latency: { minMs: 1, maxMs: 4 }, joinStaggerMs: 0 },
  });
  await startHub();
}, 30_000);

afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await home?.stop();
  rmSync(dataFolder, { recursive: true, force: true });
});

afterEach(async () => {
  home.control.fault({ kind: 'clear' });
  await hub.call({ kind: 'pairStop' });
});

function addressOf({ placement }: Guest): NodeAddress {
  return nodeAddress(placement.ieee);
}

function pair(
  options: { via?: NodeAddress; installCode?: string; seconds?: number } = {},
): Promise<unknown> {
  const { via = null, installCode = null, seconds = 60 } = options;
  return hub.call({ kind: 'pair', seconds, via, installCode });
}

function progressOf(node: NodeAddress): PairProgress[] {
  return hub.messages
    .filter((message) => message.kind === 'pair')
    .map(({ progress }) => progress)
    .filter((progress) => 'node' in progress && progress.node === node);
}

async function join(who: string, node: NodeAddress): Promise<void> {
  const from = progressOf(node).length;
  home.control.join(who);
  await hub.until(`${who} to be described`, () =>
    progressOf(node)
      .slice(from)
      .some(({ kind }) => kind === 'described'),
  );
}

const noticesNow = () =>
  hub.messages.findLast((message) => message.kind === 'notices')?.notices ?? [];
const node = (number: number) => nodeAddress(`0x00124b00f0${number.toString(16).padStart(6, '0')}`);
const FIRST = node(10);

test('a mistyped install code opens nothing, and is told in both languages', async () => {
  const mistyped = `${FIRST.slice(2)}|${CODE.replace('A939', 'A393')}`;
  await expect(pair({ installCode: mistyped })).rejects.toMatchObject({
    code: 'invalid-input',
    hint: expect.stringContaining('at least one digit is wrong'),
    zh: { message: '安装码不对' },
  });
  expect(home.control.openings()).toEqual([]);
}, 30_000);

test('a device joins with its install code alone and is no weak join; another is one, over a restart too', async () => {
  const coded = addressOf(CODED);
  // A code that is whole, of another device: its own is not known, and it cannot come in.
  await pair({ installCode: `${coded.slice(2)} 83FED3407A932B70` });
  home.control.join('Coded plug');
  await join('node 10', FIRST);
  expect(home.control.node(coded).joined).toBe(false);
  await pair({ installCode: `frient Z:${coded.slice(2).toUpperCase()}$I:${CODE}` });
  await join('Coded plug', coded);
  expect(home.control.node(coded).joinedWith).toBe('install-code');
  expect(home.control.node(FIRST).joinedWith).toBe('well-known');
  expect(hub.description(coded)?.isWeakJoin).toBe(false);
  expect(hub.description(FIRST)?.isWeakJoin).toBe(true);
  expect(JSON.stringify(hub.messages)).not.toContain(CODE);
  const kept = readFileSync(path.join(dataFolder, 'zigbee', 'install-codes.json'), 'utf8');
  expect(kept.toUpperCase()).not.toContain(CODE.slice(0, 12));
  await hub.stop();
  await startHub();
  await hub.until('both', () => hub.description(coded) !== null && hub.description(FIRST) !== null);
  expect(hub.description(coded)?.isWeakJoin).toBe(false);
  expect(hub.description(FIRST)?.isWeakJoin).toBe(true);
}, 40_000);

test.each(SHORT_CODED)(
  'a device joins with a short code, $installCode',
  async (guest) => {
    const address = addressOf(guest);
    await pair({ installCode: `${address.slice(2)}|${guest.installCode}` });
    await join(guest.placement.name, address);
    expect(home.control.node(address).joinedWith).toBe('install-code');
    expect(hub.description(address)?.isWeakJoin).toBe(false);
  },
  30_000,
);

test('devices join through the chosen router alone, and no longer once it is closed', async () => {
  await pair();
  await join('node 2', node(2));
  expect(home.control.openings()).toContain('node 2');
  expect(home.control.openings()).toContain('coordinator');
  await pair({ via: node(2) });
  expect(home.control.openings()).toEqual(['node 2']);
  await join('node 6', node(6));
  expect(home.control.node(node(6)).parent).toBe('node 2');
  await hub.call({ kind: 'pairStop' });
  expect(home.control.openings()).toEqual([]);
}, 30_000);

test('through a device that lets nobody join, or does not answer, nothing is opened, and it is said', async () => {
  await pair();
  await join('node 7', node(7));
  await hub.call({ kind: 'pairStop' });
  await expect(pair({ via: node(7) })).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining('it is no router'),
    zh: { message: expect.stringContaining('它不是路由器') },
  });
  home.control.fault({ kind: 'unplugRouter', ieee: node(2), unplugged: true });
  const startedAtMs = performance.now();
  await expect(pair({ via: node(2) })).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('does not answer'),
    hint: expect.stringContaining('Give it power'),
    zh: { message: expect.stringContaining('没有应答') },
  });
  // The command line waits ten seconds for an answer.
  expect(performance.now() - startedAtMs).toBeLessThan(9_000);
  expect(home.control.openings()).toEqual([]);
}, 30_000);

test('an opening ends by itself, at the coordinator too', async () => {
  const from = hub.messages.length;
  await pair({ seconds: 2 });
  expect(home.control.openings()).toContain('coordinator');
  const isClosed = () =>
    hub.messages
      .slice(from)
      .some((each) => each.kind === 'pair' && each.progress.kind === 'closed');
  await hub.until('the end', isClosed, 6_000);
  await vi.waitFor(() => expect(home.control.openings()).toEqual([]));
}, 30_000);

test('a device that joins while the network is closed is sent away, and the household is told', async () => {
  home.control.join('node 8', { uninvited: true });
  const [notice] = await hub.until('the notice', () => noticesNow().length > 0 && noticesNow());
  expect(notice).toMatchObject({
    severity: 'warning',
    text: {
      en: expect.stringContaining(`${node(8)} wanted to join while no device was being added`),
      zh: expect.stringContaining('已被拒绝'),
    },
  });
  await vi.waitFor(() => expect(home.control.node(node(8)).joined).toBe(false), 5_000);
  expect(hub.description(node(8))).toBeNull();
  // The next one to add it is not told of what is over.
  await pair();
  await hub.until('nothing to tell', () => noticesNow().length === 0);
  await join('node 8', node(8));
}, 30_000);

test('of a crowd that joins while it is closed nobody gets in, and they are told in a few words', async () => {
  const { nodes: before } = (await hub.call({ kind: 'statistics' })) as { nodes: unknown[] };
  const from = hub.messages.length;
  const startedAtMs = performance.now();
  const count = home.control.join('all', { uninvited: true });
  await vi.waitFor(
    () => {
      expect(noticesNow()[0]?.text.en).toContain(`${count} times in all`);
      expect(home.control.nodes().filter((each) => each.joined)).toHaveLength(before.length);
    },
    { timeout: 60_000, interval: 100 },
  );
  const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  process.stdout.write(`${count} uninvited joins were refused in ${seconds} s\n`);
  const since = hub.messages.slice(from);
  const lines = since.filter((each) => each.kind === 'log' && /: refused/.test(each.text));
  expect(lines.length).toBeLessThanOrEqual(10);
  const notices = since.filter((each) => each.kind === 'notices');
  expect(notices.length).toBeLessThan(40);
  expect(JSON.stringify(notices).length).toBeLessThan(40_000);
  const { nodes: after } = (await hub.call({ kind: 'statistics' })) as { nodes: unknown[] };
  expect(after).toHaveLength(before.length);
}, 90_000);

test('a device that does not say what it is, is asked again when it wakes: why, and when, is told', async () => {
  const sensor = addressOf(SENSOR);
  home.control.fault({ kind: 'silent', ieee: sensor, about: 'endpoints' });
  await pair();
  home.control.join('Cellar climate');
  const isFailed = (progress: PairProgress) => progress.kind === 'failed';
  const failed = await hub.until('the failure', () => progressOf(sensor).find(isFailed), 20_000);
  expect(failed).toMatchObject({
    retryInSeconds: 10,
    problem: {
      message: expect.stringContaining('did not say which parts (endpoints) it has'),
      hint: expect.stringContaining('press its button to wake it'),
      zh: { hint: expect.stringContaining('按它的按键唤醒它') },
    },
  });
  await hub.until('its place in the home', () => hub.description(sensor)?.interview);
  expect(hub.description(sensor)?.interview).toMatchObject({
    attempts: 1,
    retryAtMs: expect.any(Number),
  });
  home.control.fault({ kind: 'clear' });
  // Somebody presses its button: each sign of life counts, once some seconds have passed.
  const pressing = setInterval(() => home.control.announce(sensor), 500);
  try {
    const isDescribed = (progress: PairProgress) => progress.kind === 'described';
    await hub.until('all to be known', () => progressOf(sensor).find(isDescribed), 9_000);
  } finally {
    clearInterval(pressing);
  }
  expect(hub.description(sensor)).toMatchObject({ model: 'SNZB-02P', support: 'exact' });
  expect(hub.description(sensor)?.interview).toBeUndefined();
}, 60_000);

test('a device that did not say what it is, is asked again by hand and at the next start', async () => {
  home.control.fault({ kind: 'silent', ieee: node(4), about: 'endpoint' });
  await pair();
  home.control.join('node 4');
  await hub.until('the failure', () => progressOf(node(4)).some(({ kind }) => kind === 'failed'));
  await expect(hub.call({ kind: 'interview', node: node(4) })).rejects.toMatchObject({
    message: expect.stringContaining('did not answer all questions'),
  });
  await hub.stop();
  home.control.fault({ kind: 'clear' });
  await startHub();
  await hub.until(
    'the next try by itself',
    () => progressOf(node(4)).some(({ kind }) => kind === 'interviewing'),
    15_000,
  );
  await hub.until('all to be known', () => hub.description(node(4))?.support === 'exact', 15_000);
  expect(hub.description(node(4))?.interview).toBeUndefined();
  await hub.call({ kind: 'interview', node: node(4) });
}, 60_000);

test('an unknown model works by what it says of itself, and wholly once a file defines it', async () => {
  const plug = addressOf(UNKNOWN);
  await pair();
  await join('Strange plug', plug);
  expect(hub.description(plug)).toMatchObject({
    model: 'BW-PLUG-1',
    manufacturer: 'Basement Works',
    title: 'BW-PLUG-1',
    support: 'generated',
  });
  const set = { kind: 'set' as const, property: 'on' as never, value: true };
  expect(await hub.settle(plug, set)).toMatchObject({ state: 'acknowledged' });
  await hub.stop();

  const folder = path.join(dataFolder, 'zigbee', 'external-converters');
  mkdirSync(folder);
  writeFileSync(
    path.join(folder, 'basement.mjs'),
    `import {onOff} from 'zigbee-herdsman-converters/lib/modernExtend';
     import * as exposes from 'zigbee-herdsman-converters/lib/exposes';
     export default {
       zigbeeModel: ['BW-PLUG-1'], model: 'BWP1', vendor: 'Basement Works',
       description: 'Plug from the basement', extend: [onOff()],
       onEvent: () => { throw new Error('out of order'); },
       meta: {checked: typeof exposes.presets.switch === 'function'},
     };\n`,
  );
  writeFileSync(path.join(folder, 'broken.js'), `module.exports = {model: 'X'\n`);
  await startHub();
  await hub.until('its own definition', () => hub.description(plug)?.support === 'exact');
  expect(hub.description(plug)).toMatchObject({
    model: 'BWP1',
    title: 'Plug from the basement',
    definedBy: 'basement.mjs',
    tier: 'community',
  });
  expect(await hub.settle(plug, { ...set, value: false })).toMatchObject({ state: 'acknowledged' });
  // One that throws when it is told of the device costs a line, and one that is broken a notice.
  const lines = hub.messages.flatMap((each) => (each.kind === 'log' ? [each.text] : []));
  expect(lines).toContainEqual(expect.stringMatching(/failed at start: out of order/));
  expect(noticesNow()).toMatchObject([
    { text: { en: expect.stringContaining('broken.js cannot be used: ') } },
  ]);
}, 60_000);
