// The home's devices out over MQTT: off at first; announced as Home Assistant expects it, in a form that our own
// reading of such announcements understands; state, availability and presses on topics of their own; orders only by
// right.
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Aedes } from 'aedes';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import type { NewAccount } from '../../../hub/model/adapter-port.ts';
import { adapterId, deviceId } from '../../../hub/model/identifiers.ts';
import type { BridgedDevice, BridgedNews } from '../../../hub/model/matter-bridge.ts';
import type { FromShare, HomeRight, MqttSharing, ToShare } from '../../../hub/model/mqtt.ts';
import { describeProperty, propertyKey } from '../../../hub/model/properties.ts';
import { inProcess, ScriptedHub } from '../../contract/scripted-hub.ts';
import { parseAnnouncement, parseDiscoveryTopic } from '../discovery/announcement.ts';
import { convert } from '../discovery/convert.ts';
import { Message } from '../discovery/entity-config.ts';
import { createMqttAdapter } from '../mqtt-adapter.ts';

const open = inProcess(adapterId('mqtt'), createMqttAdapter);
const LAMP = deviceId('dev_lamp');
const HOUSE = deviceId('dev_house');
const SHARED: MqttSharing = { isOn: true, rooms: null, devices: {}, foreign: 'read' };
const about = {
  room: null,
  manufacturer: 'IKEA',
  model: 'X',
  firmware: '1.2',
  power: 'mains',
} as const;

const lamp: BridgedDevice = {
  ...{ ...about, id: LAMP, name: 'Hall lamp', kind: 'light', commands: ['identify'] },
  properties: [
    describeProperty('on'),
    describeProperty('brightness'),
    describeProperty('colorTemperature', { min: 2_200, max: 6_500 }),
    describeProperty('color'),
    describeProperty('linkQuality'),
  ],
};

/** One device with a property of each kind, so that nothing of the table's forms is missed. */
const house: BridgedDevice = {
  ...{ ...about, id: HOUSE, name: 'All of it', kind: 'other', commands: ['stop'] },
  properties: [
    describeProperty('on', { endpoint: 2 }),
    describeProperty('position'),
    describeProperty('tilt'),
    describeProperty('moving'),
    describeProperty('targetTemperature', { min: 5, max: 30, step: 0.5 }),
    describeProperty('temperature'),
    describeProperty('mode', { values: ['off', 'heat', 'auto'] }),
    describeProperty('preset', { values: ['eco', 'boost'] }),
    describeProperty('runningState'),
    describeProperty('locked'),
    describeProperty('open'),
    describeProperty('power'),
    describeProperty('powerOnBehavior'),
    describeProperty('siren'),
    describeProperty('occupancyTimeout'),
    describeProperty('airQuality'),
    describeProperty('button', { values: ['single', 'double'] }),
  ],
};

const standing: BridgedNews[] = [
  {
    device: LAMP,
    isOnline: true,
    values: {
      [propertyKey('on')]: true,
      [propertyKey('brightness')]: 40,
      [propertyKey('colorTemperature')]: 3_000,
      [propertyKey('color')]: { hue: 120, saturation: 50 },
      [propertyKey('linkQuality')]: 99,
    },
  },
  {
    device: HOUSE,
    isOnline: true,
    values: {
      [propertyKey('on', 2)]: false,
      [propertyKey('position')]: 30,
      [propertyKey('moving')]: 'opening',
      [propertyKey('targetTemperature')]: 21.5,
      [propertyKey('temperature')]: 19,
      [propertyKey('mode')]: 'auto',
      [propertyKey('preset')]: 'eco',
      [propertyKey('runningState')]: 'heat',
      [propertyKey('locked')]: true,
      [propertyKey('open')]: false,
      [propertyKey('power')]: 12.5,
      [propertyKey('powerOnBehavior')]: 'previous',
      [propertyKey('siren')]: false,
      [propertyKey('occupancyTimeout')]: 60,
      [propertyKey('airQuality')]: 'good',
    },
  },
];

const tell = (hub: ScriptedHub, update: ToShare) => hub.line.toHost({ kind: 'share', update });
const home = (sharing = SHARED, devices = [lamp, house]): ToShare => ({
  ...{ kind: 'home', sharing, devices },
  news: standing.filter(({ device }) => devices.some(({ id }) => id === device)),
});
const asked = (hub: ScriptedHub): FromShare[] =>
  hub.messages.flatMap((message) => (message.kind === 'share' ? [message.asked] : []));

/** A program beside the hub: what it is told, the newest of each topic. */
async function listen(client: MqttClient): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  client.on('message', (topic, payload) => told.set(topic, payload.toString()));
  await client.subscribeAsync(['homeassistant/#', 'ingle/home/#', 'ingle/status']);
  return told;
}

async function withHub(
  work: (hub: ScriptedHub, connect: (home: HomeRight) => Promise<MqttClient>) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = new ScriptedHub(open);
  const clients: MqttClient[] = [];
  try {
    hub.start({ dataFolder: folder, settings: { host: '127.0.0.1', port: 0, url: null } });
    await hub.connectCore();
    await hub.until('the broker', () => hub.state()?.kind === 'connected');
    await work(hub, async (right) => {
      const name = `ha-${right}`;
      const rights = { topics: [], announces: false, home: right };
      const account = (await hub.call({ kind: 'accountAdd', name, rights })) as NewAccount;
      const client = await connectAsync(`mqtt://127.0.0.1:${account.port}`, {
        ...{ username: name, password: account.password, reconnectPeriod: 0 },
      });
      clients.push(client);
      return client;
    });
  } finally {
    for (const client of clients) await client.endAsync(true);
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

const configOf = (told: Map<string, string>, id: string) =>
  [...told].find(([topic, text]) => topic.endsWith(`${id}/config`) && text !== '') ?? ['', ''];

test('nothing is told before the household switches it on, and all is taken back when it switches it off', async () => {
  await withHub(async (hub, connect) => {
    const told = await listen(await connect('read'));
    tell(hub, home({ ...SHARED, isOn: false }, []));
    tell(hub, { kind: 'news', news: standing });
    await hub.call({ kind: 'found' });
    expect([...told.keys()]).toEqual([]);
    tell(hub, home());
    await expect.poll(() => told.size).toBe(7);
    expect(told.get('ingle/status')).toBe('online');
    expect(JSON.parse(told.get(`ingle/home/${LAMP}/state`) ?? '')).toEqual(standing[0]?.values);
    expect(told.get(`ingle/home/${LAMP}/availability`)).toBe('online');
    // What is shared is not found: the hub knows its own announcements.
    expect(await hub.call({ kind: 'found' })).toEqual([]);

    tell(hub, home({ ...SHARED, rooms: [], devices: { [LAMP]: true } }, [lamp]));
    await expect.poll(() => told.get(`ingle/home/${HOUSE}/state`)).toBe('');
    expect(configOf(told, HOUSE)).toEqual(['', '']);
    tell(hub, home({ ...SHARED, isOn: false }, []));
    await expect.poll(() => [...told.values()].every((text) => text === '')).toBe(true);
  });
});

test('what is announced is understood by the reader of such announcements, each property with its value', async () => {
  await withHub(async (hub, connect) => {
    const told = await listen(await connect('read'));
    tell(hub, home());
    await expect.poll(() => told.size).toBe(7);
    for (const device of [lamp, house]) {
      const [topic, text] = configOf(told, device.id);
      const parsed = parseDiscoveryTopic('homeassistant', topic);
      const found = parsed && parseAnnouncement(topic, parsed, JSON.parse(text));
      expect(found?.device).toMatchObject({ name: device.name, bridge: 'Ingle', firmware: '1.2' });
      const conversion = convert(found?.entities ?? [], {});
      expect(conversion.leftOut).toEqual([]);
      const state = new Message(told.get(`ingle/home/${device.id}/state`) ?? '');
      const values: unknown[] = [];
      for (const { descriptor, told: tellings } of conversion.bindings.values()) {
        const value = tellings[0]?.read(state);
        if (value !== undefined) values.push([descriptor.name.replace(/^x_/, ''), value]);
      }
      const wanted = Object.entries(standing.find((one) => one.device === device.id)?.values ?? {});
      const plain = (pairs: unknown[]) => pairs.map((pair) => JSON.stringify(pair)).sort();
      expect(plain(values)).toEqual(
        plain(wanted.map(([key, value]) => [key.replace(/@\d+$/, ''), value])),
      );
    }
  });
});

test('changes, presses and loss are told as they happen', async () => {
  await withHub(async (hub, connect) => {
    const told = await listen(await connect('read'));
    tell(hub, home());
    await expect.poll(() => told.size).toBe(7);
    tell(hub, {
      kind: 'news',
      news: [
        { device: LAMP, values: { [propertyKey('on')]: false } },
        { device: HOUSE, isOnline: false, events: [[propertyKey('button'), 'double']] },
      ],
    });
    await expect.poll(() => told.get(`ingle/home/${HOUSE}/availability`)).toBe('offline');
    expect(JSON.parse(told.get(`ingle/home/${LAMP}/state`) ?? '').on).toBe(false);
    expect(told.get(`ingle/home/${HOUSE}/event/button`)).toBe('{"event_type":"double"}');
  });
});

test('orders come with their account and its right; what cannot be is answered on the device’s own topic', async () => {
  await withHub(async (hub, connect) => {
    const client = await connect('control');
    const told = await listen(client);
    tell(hub, home());
    await expect.poll(() => told.size).toBe(7);
    client.publish(`ingle/home/${LAMP}/set/on`, 'OFF');
    client.publish(`ingle/home/${LAMP}/set/color`, '200,70');
    client.publish(`ingle/home/${LAMP}/set`, '{"brightness": 80, "on": true}');
    client.publish(`ingle/home/${HOUSE}/command`, 'open');
    client.publish(`ingle/home/${HOUSE}/command`, 'stop');
    client.publish(`ingle/home/${LAMP}/set/on`, 'true', { retain: true });
    client.publish(`ingle/home/${LAMP}/set/brightness`, '400');
    await expect.poll(() => told.get(`ingle/home/${LAMP}/problem`)).toContain('0 to 100');
    expect(asked(hub).map(({ account, right, body }) => [account, right, body])).toEqual([
      ['ha-control', 'control', { kind: 'set', property: 'on', value: false }],
      [
        'ha-control',
        'control',
        { kind: 'set', property: 'color', value: { hue: 200, saturation: 70 } },
      ],
      ['ha-control', 'control', { kind: 'set', property: 'brightness', value: 80 }],
      ['ha-control', 'control', { kind: 'set', property: 'on', value: true }],
      ['ha-control', 'control', { kind: 'set', property: 'position', value: 100 }],
      ['ha-control', 'control', { kind: 'invoke', name: 'stop', args: {} }],
    ]);
    const problem = { code: 'forbidden', message: 'It may not', hint: null } as const;
    tell(hub, { kind: 'done', request: asked(hub)[0]?.request ?? 0, problem });
    await expect.poll(() => told.get(`ingle/home/${LAMP}/problem`)).toContain('It may not');

    const reader = await connect('read');
    reader.publish(`ingle/home/${LAMP}/set/on`, 'ON');
    await new Promise<void>((resolve) => reader.once('close', () => resolve()));
    expect(asked(hub)).toHaveLength(6);
  });
});

test('at a broker that is there already the end is told by its will, and the right is the household’s word', async () => {
  const aedes = await Aedes.createBroker();
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    void aedes.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `mqtt://127.0.0.1:${port}`;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = new ScriptedHub(open);
  // First, so that its socket is known from the hub's.
  const client = await connectAsync(url);
  try {
    hub.start({ dataFolder: folder, settings: { host: '127.0.0.1', port: null, url } });
    await hub.connectCore();
    await hub.until('the broker', () => hub.state()?.kind === 'connected');
    const told = await listen(client);
    tell(hub, home({ ...SHARED, foreign: 'control' }));
    await expect.poll(() => told.get('ingle/status'), { timeout: 10_000 }).toBe('online');
    await hub.until('the broker again', () => hub.state()?.kind === 'connected', 10_000);
    await expect
      .poll(
        () => {
          client.publish(`ingle/home/${LAMP}/set/on`, 'OFF');
          return asked(hub)[0]?.right;
        },
        { timeout: 10_000 },
      )
      .toBe('control');
    // The hub was the second to connect: it is cut off without a word.
    for (const socket of sockets.slice(1)) socket.destroy();
    await expect.poll(() => told.get('ingle/status'), { timeout: 10_000 }).toBe('offline');
    await expect.poll(() => told.get('ingle/status'), { timeout: 10_000 }).toBe('online');
  } finally {
    await client.endAsync(true);
    await hub[Symbol.asyncDispose]();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}, 40_000);
