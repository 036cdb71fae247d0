// Shelly devices as a household meets them: added by address, switched, heard, lost and back, with a password that is
// wrong, and with something at the address that is no Shelly at all.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { adapterId, nodeAddress } from '../../../hub/model/identifiers.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { LanHome } from '../../../scripts/virtual-home/lan/lan-home.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { runConformance } from '../../contract/conformance.ts';
import { inProcess, ScriptedHub } from '../../contract/scripted-hub.ts';
import { createLanAdapter } from '../lan-adapter.ts';
import { shelly } from './family.ts';

const SHELLY = adapterId('shelly');
const COFFEE = nodeAddress('shellyplusplugs-80646fe3a101');
const SHUTTER = nodeAddress('shellyplus2pm-a8032abe5202');
const DINING = nodeAddress('shellyprodm1pm-30c6f782a303');
const ON = propertyKey('on');
const open = inProcess(SHELLY, (context) => createLanAdapter(context, shelly));

async function startHub(dataFolder: string): Promise<ScriptedHub> {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder, settings: { mdnsInterface: null } });
  await hub.connectCore();
  await hub.until('the adapter', () => hub.state()?.kind === 'connected');
  return hub;
}

interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly home: LanHome;
  readonly hub: ScriptedHub;
}

async function setUp(): Promise<Setting> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const home = await LanHome.start({ seed: 1, speed: 1, residents: false });
  const hub = await startHub(folder);
  return {
    folder,
    home,
    hub,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await home.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Adds a device and gives the problem that the pairing ended with, if any. */
async function pair(hub: ScriptedHub, address: string, password: string | null = null) {
  const from = hub.messages.length;
  await hub.call({
    kind: 'pair',
    seconds: 30,
    via: null,
    installCode: null,
    address,
    password,
  });
  await hub.until('the pairing to close', () =>
    hub.messages
      .slice(from)
      .some((message) => message.kind === 'pair' && message.progress.kind === 'closed'),
  );
  const failure = hub.messages
    .slice(from)
    .flatMap((message) =>
      message.kind === 'pair' && message.progress.kind === 'failed'
        ? [message.progress.problem]
        : [],
    )[0];
  return failure ?? null;
}

const addressOf = (home: LanHome, name: string) => `127.0.0.1:${home.shelly(name).port}`;

test('the Shelly adapter conforms', async () => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await using home = await LanHome.start({ seed: 1, speed: 1, residents: false });
  try {
    const results = await runConformance({
      open,
      dataFolder,
      settings: { mdnsInterface: null },
      subject: { node: DINING, property: ON, values: [true, false] },
      prepare: async (hub) => {
        await pair(hub, addressOf(home, 'Dining light'), 'candlelight');
        await hub.until('the light', () => hub.isOnline(DINING) === true);
      },
      touch: () => home.shelly('Dining light').press(),
      reach: (isInReach) => home.fault('Dining light', { kind: 'offline', offline: !isInReach }),
      secrets: () => ['candlelight'],
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 60_000);

test('a plug is added by its address, switched, and tells what it draws', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  expect(await pair(hub, addressOf(home, 'Coffee machine'))).toBeNull();
  const description = hub.description(COFFEE);
  expect(description?.kind).toBe('plug');
  expect(description?.manufacturer).toBe('Shelly');
  expect(description?.properties.map(({ key }) => String(key))).toEqual(
    expect.arrayContaining(['on', 'power', 'energy', 'voltage', 'current']),
  );
  const outcome = await hub.settle(COFFEE, { kind: 'set', property: ON, value: true });
  expect(outcome.state).toBe('acknowledged');
  await hub.until('its power', () => Number(hub.values(COFFEE)[propertyKey('power')]) > 1_000);
  expect(hub.values(COFFEE)[propertyKey('energy')]).toBeCloseTo(4.1824, 3);
});

test('a shutter goes where it is told, stops, and tells presses of its inputs', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await pair(hub, addressOf(home, 'Living room shutter'));
  const position = propertyKey('position');
  await hub.settle(SHUTTER, { kind: 'set', property: position, value: 80 });
  await hub.until('it to move', () => hub.values(SHUTTER)[propertyKey('moving')] === 'closing');
  await hub.until('80 %', () => hub.values(SHUTTER)[position] === 80);
  await hub.until('it to rest', () => hub.values(SHUTTER)[propertyKey('moving')] === 'stopped');
  await hub.settle(SHUTTER, { kind: 'set', property: position, value: 0 });
  const stop = await hub.settle(SHUTTER, { kind: 'invoke', name: 'stop', args: {} });
  expect(stop.state).toBe('acknowledged');
  home.shelly('Living room shutter').press(1, 'double_push');
  await hub.until('the press', () =>
    hub.items.some(
      (item) =>
        item.kind === 'event' &&
        item.property === propertyKey('button', 2) &&
        item.value === 'double',
    ),
  );
});

test('a password is needed, tried, kept as a digest alone, and missed when it was changed', async () => {
  await using setting = await setUp();
  const { hub, home, folder } = setting;
  const address = addressOf(home, 'Dining light');
  expect(await pair(hub, address)).toMatchObject({
    code: 'forbidden',
    message: `${address} asks for a password`,
    zh: { message: `${address} 需要密码`, hint: '请用它的地址和设备自己页面上设置的密码添加它。' },
  });
  expect(await pair(hub, address, 'candlelite')).toMatchObject({
    code: 'forbidden',
    message: `${address} does not take the password`,
    zh: {
      message: `${address} 不接受这个密码`,
      hint: '请用设备自己页面的 Authentication 里设置的密码重新添加它。',
    },
  });
  expect(await pair(hub, address, 'candlelight')).toBeNull();
  const file = path.join(folder, 'shelly', 'devices.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('candlelight');
  await home.fault('Dining light', { kind: 'password', password: 'other' });
  await hub.until('word of it', () =>
    hub.items.some(
      (item) =>
        item.kind === 'availability' &&
        item.reason?.includes('does not take the password') === true,
    ),
  );
});

test('after a restart the hub finds its devices again, by the kept digest', async () => {
  await using setting = await setUp();
  const { hub, home, folder } = setting;
  await pair(hub, addressOf(home, 'Dining light'), 'candlelight');
  await hub.stop();
  await using next = await startHub(folder);
  await next.until('the light', () => next.isOnline(DINING) === true);
  const brightness = propertyKey('brightness');
  const outcome = await next.settle(DINING, { kind: 'set', property: brightness, value: 30 });
  expect(outcome.state).toBe('acknowledged');
  await next.until('30 %', () => next.values(DINING)[brightness] === 30);
  expect(next.values(DINING)[ON]).toBe(true);
});

test('what is no address of the home is never connected to', async () => {
  await using setting = await setUp();
  const { hub } = setting;
  for (const address of [
    '8.8.8.8',
    'http://127.0.0.1/settings',
    '192.168.1.300',
    '[2001:db8::1]',
    '::',
    'a b',
  ]) {
    const code = await hub
      .call({ kind: 'pair', seconds: 10, via: null, installCode: null, address })
      .then(
        () => 'an answer',
        (error: { code: string }) => error.code,
      );
    expect(`${address}: ${code}`).toMatch(/: (invalid-input)$/);
  }
  await expect(
    hub.call({ kind: 'pair', seconds: 10, via: null, installCode: null }),
  ).rejects.toMatchObject({ code: 'invalid-input' });
});

test('something else at the address, and silence there, are told as such', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  home.shelly('Coffee machine').fault.isTalkingNonsense = true;
  expect(await pair(hub, addressOf(home, 'Coffee machine'))).toMatchObject({
    code: 'rejected-by-device',
  });
  const printer = createServer((socket) => socket.resume().end('220 printer ready\r\n'));
  await new Promise<void>((resolve) => printer.listen(0, '127.0.0.1', resolve));
  const listening = printer.address();
  const port = typeof listening === 'object' && listening !== null ? listening.port : 0;
  expect(await pair(hub, `127.0.0.1:${port}`)).toMatchObject({ code: 'rejected-by-device' });
  await new Promise((resolve) => printer.close(resolve));
  expect(await pair(hub, `127.0.0.1:${port}`)).toMatchObject({ code: 'unreachable' });
});

test('a thousand mutated frames neither stop the adapter nor lose the device', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await pair(hub, addressOf(home, 'Coffee machine'));
  const shelly = home.shelly('Coffee machine');
  const random = createRandom(20_261_121);
  const frame = JSON.stringify({
    src: shelly.id,
    dst: 'ingle',
    method: 'NotifyStatus',
    params: { ts: 1, 'switch:0': { id: 0, output: true, apower: 12.5, aenergy: { total: 5 } } },
  });
  const replacements = ['null', '[]', '{}', '1e999', '"__proto__"', '-1', 'true', '""', '}'];
  for (let n = 0; n < 1_000; n += 1) {
    const at = random.integer(0, frame.length - 1);
    const text =
      random.next() < 0.5
        ? frame.slice(0, at) + random.pick(replacements) + frame.slice(at + random.integer(0, 9))
        : frame.slice(0, at) + String.fromCharCode(random.integer(32, 126)) + frame.slice(at + 1);
    shelly.garble(text);
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await hub.until('it to be back', () => hub.isOnline(COFFEE) === true, 15_000);
  const outcome = await hub.settle(COFFEE, { kind: 'set', property: ON, value: true });
  await hub.until('the command to reach it', () => shelly.status['switch:0']?.output === true);
  expect(['acknowledged', 'failed']).toContain(outcome.state);
  expect(hub.exitCode).toBeUndefined();
}, 30_000);

test('devices are looked for on the named interface alone, which there must be', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = new ScriptedHub(open);
  try {
    hub.start({ dataFolder: folder, settings: { mdnsInterface: 'no-such-net' } });
    await hub.until('the adapter', () => hub.state()?.kind === 'connected');
    await expect(
      hub.call({ kind: 'pair', seconds: 10, via: null, installCode: null }),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('no network interface'),
    });
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});
