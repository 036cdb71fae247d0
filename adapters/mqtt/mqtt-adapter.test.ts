// MQTT as a household meets it: the hub's own broker with an account for each device, Tasmota devices that announce
// themselves, and strangers, thieves and nonsense at the door.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect as connectTcp, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Aedes } from 'aedes';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import type { AccountList, NewAccount } from '../../hub/model/adapter-port.ts';
import { adapterId, nodeAddress } from '../../hub/model/identifiers.ts';
import { propertyKey } from '../../hub/model/properties.ts';
import { LanHome } from '../../scripts/virtual-home/lan/lan-home.ts';
import { createRandom } from '../../scripts/virtual-home/random.ts';
import { runConformance } from '../contract/conformance.ts';
import { inProcess, ScriptedHub } from '../contract/scripted-hub.ts';
import { createMqttAdapter } from './mqtt-adapter.ts';

const MQTT = adapterId('mqtt');
const FRIDGE = nodeAddress('4C752517B104');
const LAMP = nodeAddress('C4DD57A9C205');
const PANEL = nodeAddress('84F3EB30D306');
const ON = propertyKey('on');
const open = inProcess(MQTT, createMqttAdapter);
const OWN_BROKER = { host: '127.0.0.1', port: 0, url: null };

interface Setting extends AsyncDisposable {
  readonly folder: string;
  readonly home: LanHome;
  readonly hub: ScriptedHub;
}

async function startHub(
  dataFolder: string,
  settings: Parameters<ScriptedHub['start']>[0]['settings'] = OWN_BROKER,
): Promise<ScriptedHub> {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder, settings });
  await hub.connectCore();
  await hub.until('the broker', () => hub.state()?.kind === 'connected');
  return hub;
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
      await home.stop();
      await hub[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const portOf = async (hub: ScriptedHub): Promise<number> =>
  ((await hub.call({ kind: 'accounts' })) as AccountList).port ?? 0;

/** Makes an account for a device and tells the device of it, as a person would. */
async function acquaint(hub: ScriptedHub, home: LanHome, name: string): Promise<NewAccount> {
  const { model } = home.tasmota(name);
  const account = (await hub.call({ kind: 'accountAdd', name: model.topic })) as NewAccount;
  const { password, port } = account;
  const login = { host: '127.0.0.1', port: port ?? 0, user: model.topic, password };
  await home.setBroker(name, login);
  return account;
}

async function pair(hub: ScriptedHub, node: ReturnType<typeof nodeAddress>): Promise<void> {
  await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null });
  await hub.until('the device', () => hub.isOnline(node) === true && hub.description(node));
  await hub.call({ kind: 'pairStop' });
}

test('the MQTT adapter conforms, on a Tasmota lamp', async () => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await using home = await LanHome.start({ seed: 1, speed: 1, residents: false });
  let password = '';
  try {
    const results = await runConformance({
      open,
      dataFolder,
      settings: OWN_BROKER,
      subject: { node: LAMP, property: ON, values: [true, false] },
      prepare: async (hub) => {
        ({ password } = await acquaint(hub, home, 'Wardrobe lamp'));
        await pair(hub, LAMP);
        // The kit looks for secrets in all that was said; the account's one answer is meant to say it.
        for (const message of hub.messages) {
          if (message.kind === 'answer') Object.assign(message, { result: null });
        }
      },
      touch: () => home.tasmota('Wardrobe lamp').press(),
      reach: (isInReach) => home.fault('Wardrobe lamp', { kind: 'offline', offline: !isInReach }),
      secrets: () => [password],
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
  } finally {
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 60_000);

test('a device is proposed only while somebody adds devices', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await acquaint(hub, home, 'Fridge plug');
  const accounts = async () => (await hub.call({ kind: 'accounts' })) as AccountList;
  await expect.poll(async () => (await accounts()).accounts[0]?.isConnected).toBe(true);
  expect(hub.description(FRIDGE)).toBeNull();
  await pair(hub, FRIDGE);
  expect(hub.description(FRIDGE)?.kind).toBe('plug');
  expect(hub.state()).toMatchObject({
    kind: 'connected',
    detail: expect.stringMatching(/, 1 device$/),
  });
  await hub.until('its state', () => hub.values(FRIDGE)[ON] === true);
  await hub.until('its power', () => hub.values(FRIDGE)[propertyKey('power')] !== undefined);
  expect(hub.values(FRIDGE)[propertyKey('energy')]).toBeCloseTo(214.317, 2);
});

test('a lamp takes brightness, white and colour; a panel has two relays and a button', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await acquaint(hub, home, 'Wardrobe lamp');
  await acquaint(hub, home, 'Bathroom panel');
  await pair(hub, LAMP);
  await pair(hub, PANEL);
  const set = (node: typeof LAMP, property: string, value: Parameters<typeof Object>[0]) =>
    hub.settle(node, { kind: 'set', property: property as typeof ON, value });
  expect((await set(LAMP, 'brightness', 35)).state).toBe('acknowledged');
  expect((await set(LAMP, 'colorTemperature', 3_000)).state).toBe('acknowledged');
  expect((await set(LAMP, 'color', { hue: 200, saturation: 80 })).state).toBe('acknowledged');
  await hub.until('the colour', () => {
    const color = hub.values(LAMP)[propertyKey('color')];
    return typeof color === 'object' && color.hue === 200 && color.saturation === 80;
  });
  expect(
    home.tasmota('Wardrobe lamp').commands.map(({ name, payload }) => `${name} ${payload}`),
  ).toEqual(expect.arrayContaining(['Dimmer 35', 'CT 333', 'HSBColor 200,80,35']));
  const second = propertyKey('on', 2);
  expect((await set(PANEL, 'on@2', true)).state).toBe('acknowledged');
  await hub.until('the second relay', () => hub.values(PANEL)[second] === true);
  expect(hub.values(PANEL)[propertyKey('on', 1)]).toBe(false);
  home.tasmota('Bathroom panel').press('DOUBLE');
  await hub.until('the press', () =>
    hub.items.some(
      (item) => item.kind === 'event' && item.node === PANEL && item.value === 'double',
    ),
  );
});

test('accounts are kept as hashes in a private file, told once, and cut off when removed', async () => {
  await using setting = await setUp();
  const { hub, home, folder } = setting;
  const { password } = await acquaint(hub, home, 'Fridge plug');
  const file = path.join(folder, 'mqtt', 'accounts.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain(password);
  await pair(hub, FRIDGE);
  await hub.call({ kind: 'accountRemove', name: 'fridge-plug' });
  await hub.until('it to be cut off', () => hub.isOnline(FRIDGE) === false);
  await expect(hub.call({ kind: 'accountAdd', name: 'a/b' })).rejects.toMatchObject({
    code: 'invalid-input',
  });
});

test('a device that has gone offline refuses a command in both languages', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await acquaint(hub, home, 'Fridge plug');
  await pair(hub, FRIDGE);
  await home.fault('Fridge plug', { kind: 'offline', offline: true });
  await hub.until('word of it', () => hub.isOnline(FRIDGE) === false);
  const { state, problem } = await hub.settle(FRIDGE, { kind: 'set', property: ON, value: true });
  expect(state).toBe('failed');
  expect(problem).toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/is offline: The broker lost the connection to it$/),
    zh: {
      message: expect.stringMatching(/离线：它和 MQTT 服务器的连接断开了。$/),
      hint: '请检查它是否通电、是否在 Wi-Fi 覆盖范围内。',
    },
  });
});

test('a wrong password and a wrong topic are told to who is adding the device', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  const { password } = await acquaint(hub, home, 'Fridge plug');
  await hub.call({ kind: 'pair', seconds: 60, via: null, installCode: null });
  const lamp = home.tasmota('Wardrobe lamp');
  const port = await portOf(hub);
  await lamp.setBroker({ host: '127.0.0.1', port, user: 'wardrobe-lamp', password: 'guess' });
  const told = (text: string) =>
    hub.messages.some(
      (message) =>
        message.kind === 'pair' &&
        message.progress.kind === 'failed' &&
        message.progress.problem.message.includes(text),
    );
  await hub.until('the refusal', () => told('"wardrobe-lamp" with this password'));
  await lamp.setBroker({ host: '127.0.0.1', port, user: 'fridge-plug', password });
  await hub.until('the wrong topic', () => told('may not publish to tele/wardrobe-lamp/LWT'));
  expect(hub.description(LAMP)).toBeNull();
});

async function join(port: number, account: NewAccount): Promise<MqttClient> {
  return connectAsync({
    protocol: 'mqtt',
    hostname: '127.0.0.1',
    port,
    username: account.name,
    password: account.password,
    reconnectPeriod: 0,
  });
}

test('an account reaches its own topics and nothing else', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await acquaint(hub, home, 'Fridge plug');
  await pair(hub, FRIDGE);
  const port = await portOf(hub);
  const thief = (await hub.call({ kind: 'accountAdd', name: 'thief' })) as NewAccount;
  const client = await join(port, thief);
  const mayHear = (filter: string) =>
    client.subscribeAsync(filter).then(
      (granted) => granted.every(({ qos }) => qos < 128),
      () => false,
    );
  for (const filter of ['#', '+/+/+', '$SYS/#', 'tele/#', 'cmnd/#', 'cmnd/fridge-plug/#']) {
    expect(`${filter} ${await mayHear(filter)}`).toBe(`${filter} false`);
  }
  for (const filter of ['cmnd/thief/#', 'cmnd/tasmotas/#', 'cmnd/DVES_17B104_fb/#']) {
    expect(`${filter} ${await mayHear(filter)}`).toBe(`${filter} true`);
  }
  // It listens on 32 at once; one that it leaves makes room.
  for (let n = 3; n < 32; n += 1) expect(await mayHear(`cmnd/thief/${n}`)).toBe(true);
  expect(await mayHear('cmnd/thief/more')).toBe(false);
  await client.unsubscribeAsync('cmnd/thief/3');
  expect(await mayHear('cmnd/thief/more')).toBe(true);
  await client.endAsync(true);
  for (const topic of [
    'cmnd/fridge-plug/POWER',
    'stat/fridge-plug/RESULT',
    'tele/fridge-plug/LWT',
    '$SYS/broker/uptime',
    `tasmota/discovery/${FRIDGE}/config`,
    'homeassistant/switch/x/config',
  ]) {
    const other = await join(port, thief);
    const closed = new Promise<void>((resolve) => other.once('close', () => resolve()));
    const own = JSON.stringify({ ...home.tasmota('Fridge plug').model.config, t: 'thief' });
    other.publish(topic, own);
    await closed;
    await other.endAsync(true);
  }
  const outcome = await hub.settle(FRIDGE, { kind: 'set', property: ON, value: false });
  expect(outcome.state).toBe('acknowledged');
  expect(home.tasmota('Fridge plug').commands.some(({ payload }) => payload === 'OFF')).toBe(true);
});

/** Writes bytes to the broker and gives how long it let them stand. */
async function throwAt(port: number, bytes: Buffer): Promise<Socket> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(bytes);
  return socket;
}

const CONNECT = Buffer.from([
  0x10, 0x0d, 0x00, 0x04, 0x4d, 0x51, 0x54, 0x54, 0x04, 0x02, 0x00, 0x3c, 0x00, 0x01, 0x61,
]);

test('who is not let in cannot make the broker keep anything, and a thousand mutated packets pass by', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await acquaint(hub, home, 'Fridge plug');
  await pair(hub, FRIDGE);
  const port = await portOf(hub);
  const large = await throwAt(port, Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
  await new Promise((resolve) => large.once('close', resolve));
  const notFirst = await throwAt(port, Buffer.from([0x30, 0x03, 0x00, 0x01, 0x61]));
  await new Promise((resolve) => notFirst.once('close', resolve));
  const random = createRandom(4);
  for (let n = 0; n < 1_000; n += 1) {
    const packet = Buffer.concat([CONNECT, Buffer.from([0x82, 0x06, 0, 1, 0, 1, 0x23, 0])]);
    for (let times = random.integer(1, 6); times > 0; times -= 1) {
      packet[random.integer(0, packet.length - 1)] = random.integer(0, 255);
    }
    const socket = await throwAt(port, packet);
    socket.destroy();
  }
  const outcome = await hub.settle(FRIDGE, { kind: 'set', property: ON, value: false });
  expect(outcome.state).toBe('acknowledged');
  expect(hub.exitCode).toBeUndefined();
}, 30_000);

test('a thousand mutated messages of a device neither stop the adapter nor set what cannot be', async () => {
  await using setting = await setUp();
  const { hub, home } = setting;
  await acquaint(hub, home, 'Wardrobe lamp');
  await pair(hub, LAMP);
  const random = createRandom(5);
  const lamp = home.tasmota('Wardrobe lamp');
  const whole = '{"POWER":"ON","Dimmer":40,"HSBColor":"120,50,40","CT":300,"ENERGY":{"Power":3}}';
  const words = ['null', '[]', '1e999', '"__proto__"', '-1', '{', '"\\u0000"', '99999999'];
  for (let n = 0; n < 1_000; n += 1) {
    const at = random.integer(0, whole.length - 1);
    const text = whole.slice(0, at) + random.pick(words) + whole.slice(at + random.integer(0, 6));
    lamp.garble(
      random.next() < 0.5 ? 'stat' : 'tele',
      random.pick(['RESULT', 'STATE', 'LWT']),
      text,
    );
  }
  const outcome = await hub.settle(LAMP, { kind: 'set', property: ON, value: true });
  expect(outcome.state).toBe('acknowledged');
  const brightness = hub.values(LAMP)[propertyKey('brightness')];
  expect(Number(brightness)).toBeGreaterThanOrEqual(0);
}, 30_000);

/** A household's own broker, open to the machine. */
async function startOwnBroker(port: number) {
  const aedes = await Aedes.createBroker();
  const server = createServer((socket) => void aedes.handle(socket));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async stop() {
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('with a broker that is there already devices are lost and found with it', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await using home = await LanHome.start({ seed: 1, speed: 1, residents: false });
  let broker = await startOwnBroker(0);
  const { port } = broker;
  try {
    const url = `mqtt://ingle:secret-of-the-house@127.0.0.1:${port}`;
    await using hub = await startHub(folder, { host: '127.0.0.1', port: null, url });
    await home.setBroker('Fridge plug', { host: '127.0.0.1', port, user: 'x', password: 'y' });
    await pair(hub, FRIDGE);
    expect((await hub.settle(FRIDGE, { kind: 'set', property: ON, value: false })).state).toBe(
      'acknowledged',
    );
    await expect(hub.call({ kind: 'accountAdd', name: 'x' })).rejects.toMatchObject({
      code: 'unsupported',
    });
    await broker.stop();
    await hub.until('the loss', () => hub.state()?.kind === 'fault');
    await hub.until('word of the device', () => hub.isOnline(FRIDGE) === false);
    broker = await startOwnBroker(port);
    await hub.until('the broker again', () => hub.state()?.kind === 'connected', 15_000);
    await hub.until('the device again', () => hub.isOnline(FRIDGE) === true, 15_000);
    expect(JSON.stringify(hub.messages)).not.toContain('secret-of-the-house');
  } finally {
    await home.stop();
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 40_000);

test('a port that is taken is told with what to do, and taken up once it is free', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const hub = new ScriptedHub(open);
  try {
    hub.start({ dataFolder: folder, settings: { host: '127.0.0.1', port, url: null } });
    const fault = await hub.until('the fault', () => {
      const state = hub.state();
      return state?.kind === 'fault' ? state : null;
    });
    expect(fault.problem.message).toBe(`Another program listens on 127.0.0.1:${port} already`);
    expect(fault.problem.hint).toContain('INGLE_MQTT_PORT');
    await new Promise((resolve) => other.close(resolve));
    await hub.until('the broker', () => hub.state()?.kind === 'connected', 15_000);
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);

test('a message of a scene reaches the account that it is for, and none goes out in a device’s name', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = await startHub(folder);
  try {
    const account = (await hub.call({ kind: 'accountAdd', name: 'panel' })) as NewAccount;
    const client = await connectAsync(`mqtt://127.0.0.1:${account.port ?? 0}`, {
      ...{ username: 'panel', password: account.password, reconnectPeriod: 0 },
    });
    await client.subscribeAsync('ingle/panel/#');
    const heard = new Promise((resolve) =>
      client.once('message', (topic, payload) => resolve([topic, payload.toString()])),
    );
    const message = { kind: 'publish', payload: 'open', retain: false } as const;
    await hub.call({ ...message, topic: 'ingle/panel/door' });
    expect(await heard).toEqual(['ingle/panel/door', 'open']);
    for (const topic of ['cmnd/panel/POWER', 'stat/panel/RESULT', 'tele/panel/STATE']) {
      await expect(hub.call({ ...message, topic })).rejects.toMatchObject({ code: 'forbidden' });
    }
    await client.endAsync(true);
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the home hears what is said on the topics that it listens on, and no more once it does not', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = await startHub(folder);
  const { password, port } = (await hub.call({ kind: 'accountAdd', name: 'bell' })) as NewAccount;
  const url = `mqtt://127.0.0.1:${port}`;
  const bell = await connectAsync(url, { username: 'bell', password, reconnectPeriod: 0 });
  try {
    const heard = () =>
      hub.items.flatMap((item) =>
        item.kind === 'message' ? [[item.topic, item.payload, item.isRetained]] : [],
      );
    await bell.publishAsync('tele/bell/battery', '80', { retain: true });
    hub.listen(['tele/+/ring', 'tele/bell/battery']);
    await hub.until('the retained message', () => heard().length === 1);
    await bell.publishAsync('tele/bell/ring', 'ON');
    await bell.publishAsync('tele/bell/noise', 'ON');
    await hub.until('the ring', () => heard().length === 2);
    hub.listen(['tele/bell/noise']);
    await hub.call({ kind: 'describe' });
    await bell.publishAsync('tele/bell/ring', 'ON');
    await bell.publishAsync('tele/bell/noise', 'ON');
    await hub.until('the noise', () => heard().length === 3);
    expect(heard()).toEqual([
      ['tele/bell/battery', '80', true],
      ['tele/bell/ring', 'ON', false],
      ['tele/bell/noise', 'ON', false],
    ]);
  } finally {
    await bell.endAsync(true);
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});
