// Goal: a coordinator that is not the usual one works as far as it can, and what it cannot do is said by its name.
// Method: the emulated stick with other traits: an older stack, another layout of its memory, commands that it lacks,
// answers that come late, in pieces and between others; the real zigbee-herdsman over it. Each home has a lamp and a
// sensor that sleeps.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import type { StickCheck, SurveyState } from '../../../hub/model/mesh.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { loadModels } from '../../../scripts/virtual-home/devices/model.ts';
import { startVirtualHome, type VirtualHome } from '../../../scripts/virtual-home/home.ts';
import type { Guest } from '../../../scripts/virtual-home/options.ts';
import type { StickTraits } from '../../../scripts/virtual-home/znp/traits.ts';
import { ScriptedHub } from '../../contract/scripted-hub.ts';
import { isSetUp, openPairedHome, ZIGBEE_WORKER } from '../testing/paired-home.ts';
import { failedCommand } from './unknown-commands.ts';

const place = { room: 'hall', lqi: 150, parent: undefined };
const LAMP = nodeAddress('0x00158d0004006101');
const SENSOR = nodeAddress('0x00124b00f1000102');
const DEVICES = [{ model: 'innr-rb-285-c', ieee: LAMP, name: 'Lamp', ...place }];
/** It asks its parent more often than a real one, so that nobody waits. */
const GUESTS: readonly Guest[] = [
  {
    placement: { model: 'sonoff-snzb-02p', ieee: SENSOR, name: 'Climate', ...place },
    model: { ...modelNamed('sonoff-snzb-02p'), poll: { longMs: 400, fastMs: 60 } },
  },
];

function modelNamed(file: string): NonNullable<Guest['model']> {
  const model = loadModels().get(file);
  if (model === undefined) throw new Error(`no device file ${file}`);
  return model;
}

const ON = propertyKey('on');
const TEMPERATURE = propertyKey('temperature');
const quick = { latency: { minMs: 0, maxMs: 2 } };

const UTIL = 7;
const DEVICE_INFORMATION = 0;
const NEIGHBOURS = 0x0531;
const ROUTES = 0x0532;
const FIND_ROUTE = 0x0545;
const EXTENDED_DATA = 0x0402;
const ITEM_LENGTH = 0x0113;
const ROW_LENGTH = 0x0132;
const LED = 0x070a;

/** As an 8-bit stick of the years before. */
const OLDER: StickTraits = {
  ...{ product: 2, revision: 20_221_226, isUnaligned: true, answersAfterMs: 5 },
  ...{ lacksItems: [0x004c, 0x0101], lacksTables: [1, 4, 6, 7] },
  unknownCommands: [NEIGHBOURS, ROUTES, FIND_ROUTE, LED],
};
/** As somebody's first emulation of one: no backup, no tables, no broadcasts, no word of who joins, a mind and words of its own. */
const HOMEMADE: StickTraits = {
  ...{ channel: 11, panId: 0x1234, deviceState: 8, isSilentAboutJoins: true },
  ...{ bytesAtOnce: 3, isChatty: true },
  unknownCommands: [ROW_LENGTH, NEIGHBOURS, ROUTES, LED, EXTENDED_DATA],
};

function setLamp(hub: ScriptedHub, isOn: boolean) {
  return hub.settle(LAMP, { kind: 'set', property: ON, value: isOn });
}

async function bothWork(hub: ScriptedHub, home: VirtualHome, temperature: number): Promise<void> {
  const isOn = home.control.node(LAMP).state.on === true;
  expect(await setLamp(hub, !isOn)).toMatchObject({ state: 'acknowledged' });
  await hub.until('the word of the lamp', () => hub.values(LAMP)[ON] === !isOn);
  home.control.set(SENSOR, { temperature });
  await hub.until('the sensor', () => hub.values(SENSOR)[TEMPERATURE] === temperature);
}

describe.each([
  ['of an older stack that is slow and lacks half its memory', OLDER, 'ZStack30x 20221226'],
  ['with gaps, odd habits and a network of its own choice', HOMEMADE, 'channel 11'],
])('a coordinator %s', (_, traits, detail) => {
  test('pairs, tells and obeys, is not taken for lost, and all is there after it was without power', async () => {
    await using paired = await openPairedHome({
      devices: DEVICES,
      guests: GUESTS,
      traits,
      ...quick,
    });
    const { home, hub } = paired;
    const from = hub.messages.length;
    expect(hub.state()).toMatchObject({
      kind: 'connected',
      detail: expect.stringContaining(detail),
    });
    for (const node of [LAMP, SENSOR]) expect(hub.description(node)?.support).toBe('exact');
    await bothWork(hub, home, 12.5);

    await hub.call({ kind: 'meshSurvey' });
    const survey = await vi.waitFor(async () => {
      const state = (await hub.call({ kind: 'meshSurveyState' })) as SurveyState;
      expect(state.kind).toBe('failed');
      return state;
    }, 5_000);
    expect(survey).toMatchObject({
      problem: { code: 'unsupported', zh: { message: expect.stringContaining('网络表') } },
    });

    const backup = hub.call({ kind: 'coordinatorBackup' });
    if (traits === OLDER) expect(await backup).toMatchObject({ source: 'zstack' });
    else await expect(backup).rejects.toMatchObject({ code: 'unsupported', zh: expect.anything() });

    // It is asked how it is when it has started, and every five seconds; what it says of its state is odd.
    const asked = home.control.asked(UTIL, DEVICE_INFORMATION);
    const isAsked = () => home.control.asked(UTIL, DEVICE_INFORMATION) > asked;
    if (traits.deviceState !== undefined) await expect.poll(isAsked, { timeout: 8_000 }).toBe(true);
    expect(hub.messages.slice(from).filter(({ kind }) => kind === 'state')).toEqual([]);

    // Its memory is no better than its power, and what was saved of it cannot be put back.
    await paired.restart(() => home.control.fault({ kind: 'wipe' }));
    const both = () => [LAMP, SENSOR].every((node) => paired.hub.description(node) !== null);
    await paired.hub.until('both', both);
    const lines = paired.hub.messages.flatMap((each) => (each.kind === 'log' ? [each.text] : []));
    expect(lines).toContainEqual(expect.stringContaining('made anew with the same key'));
    await bothWork(paired.hub, home, 13.5);
  }, 60_000);
});

describe('a coordinator on its first day', () => {
  let home: VirtualHome | undefined;
  let hub: ScriptedHub | undefined;
  const folders: string[] = [];
  afterEach(async () => {
    await hub?.[Symbol.asyncDispose]();
    await home?.stop();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  });

  async function start(port: number): Promise<ScriptedHub> {
    const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
    folders.push(dataFolder);
    hub = new ScriptedHub(ZIGBEE_WORKER);
    const settings = { port: `tcp://127.0.0.1:${port}`, driver: 'zstack' };
    hub.start({ dataFolder, settings });
    await hub.connectCore();
    return hub;
  }

  const faultOf = (which: ScriptedHub) =>
    which.until(
      'the fault',
      () => {
        const state = which.state();
        return state?.kind === 'fault' && state.problem;
      },
      20_000,
    );

  test('that lacks what its driver needs is told with the command', async () => {
    const traits = { unknownCommands: [ITEM_LENGTH] };
    home = await startVirtualHome({ residents: false, devices: DEVICES, traits, ...quick });
    expect(await faultOf(await start(home.zigbeePort))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('does not know the command "SYS osalNvLength"'),
      hint: expect.stringContaining('firmware'),
      zh: { message: expect.stringContaining('不认识命令“SYS osalNvLength”') },
    });
  }, 40_000);

  test('that carries another network is refused, and taken into service by one word of its owner', async () => {
    home = await startVirtualHome({ residents: false, devices: DEVICES, ...quick });
    await using spare = await spareOf(home, 'another network');
    const before = spare.network();
    const started = await start(spare.port);
    expect(await faultOf(started)).toMatchObject({ code: 'conflict' });
    expect(spare.network()).toEqual(before);
    const port = `tcp://127.0.0.1:${spare.port}`;
    const check = { kind: 'coordinatorCheck', port, driver: 'zstack' } as const;
    expect((await started.call(check)) as StickCheck).toMatchObject({ network: 'other' });
    const move = { kind: 'coordinatorMove', port, driver: 'zstack', baudRate: null } as const;
    await expect(started.call({ ...move, overwrite: false })).rejects.toMatchObject({
      code: 'conflict',
    });
    await started.call({ ...move, overwrite: true }, 40_000);
    expect(started.state()).toMatchObject({ kind: 'connected' });
    expect(spare.network()?.panId).not.toBe(before?.panId);
  }, 60_000);
});

test('a new home goes on with the network of a stick, and its devices come in when they are switched on while devices are added', async () => {
  await using paired = await openPairedHome({ devices: DEVICES, ...quick });
  const { home, dataFolder } = paired;
  const key = networkKeyIn(dataFolder);
  const port = `tcp://127.0.0.1:${home.zigbeePort}`;
  const move = { kind: 'coordinatorMove', port, driver: 'zstack', baudRate: null } as const;
  const keep = { ...move, overwrite: false, keep: true } as const;
  await expect(paired.hub.call(keep)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('of its own with 1 device'),
  });
  await paired.hub.stop();

  // The disk is lost, and with it all that the hub knew.
  rmSync(path.join(dataFolder, 'zigbee'), { recursive: true });
  const hub = new ScriptedHub(ZIGBEE_WORKER);
  paired.hub = hub;
  hub.start({ dataFolder, settings: { port, driver: 'zstack' } });
  await hub.connectCore();
  await hub.until('the refusal', () => hub.state()?.kind === 'fault', 20_000);
  await hub.call(keep, 40_000);
  expect(hub.state()).toMatchObject({ kind: 'connected' });
  expect(networkKeyIn(dataFolder)).toEqual(key);
  expect(JSON.stringify(hub.messages)).not.toContain(Buffer.from(key).toString('hex'));
  home.control.announce(LAMP);
  expect(await hub.call({ kind: 'statistics' })).toMatchObject({ nodes: [] });

  await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null });
  home.control.announce(LAMP);
  await hub.until('the lamp', () => isSetUp(hub, LAMP), 20_000);
  expect(await setLamp(hub, true)).toMatchObject({ state: 'acknowledged' });
  await hub.call({ kind: 'pairStop' });
  const joins = home.control.log({ kind: 'joined', limit: 100 }).records;
  expect(joins).toHaveLength(1);
  // As after any other start from now on.
  await paired.restart();
  await paired.hub.until('the lamp again', () => paired.hub.description(LAMP) !== null);
  expect(await setLamp(paired.hub, false)).toMatchObject({ state: 'acknowledged' });
}, 90_000);

function networkKeyIn(dataFolder: string): number[] {
  const file = path.join(dataFolder, 'zigbee', 'network.json');
  return JSON.parse(readFileSync(file, 'utf8')).networkKey;
}

test.each([
  ['SRSP - SYS - osalNvLength after 6000ms', { command: 'SYS osalNvLength', how: 'unanswered' }],
  ['RPC error 2: ZDO - mgmtLqiReq is not known', { command: 'ZDO mgmtLqiReq', how: 'unknown' }],
  [
    "--> 'SREQ: AF - register - {\"endpoint\":1}' failed with status '(0x02) INVALID_PARAM'",
    { command: 'AF register', how: 'refused' },
  ],
])('what failed at a start is known by its name: %s', (message, failed) => {
  expect(failedCommand(new Error(message))).toEqual({ ...failed, message });
  expect(failedCommand(new Error('Connecting took longer'))).toBeNull();
});

async function spareOf(home: VirtualHome, carries: 'another network') {
  const spare = await home.plugInSpare(carries);
  return { ...spare, [Symbol.asyncDispose]: () => spare.stop() };
}
