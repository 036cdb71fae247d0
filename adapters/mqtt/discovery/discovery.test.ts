// Devices of others by Home Assistant discovery, at the hub's own broker with its accounts: announced by real clients,
// proposed, accepted by the household, obeyed, taken away and found again; and nobody announces in another's place.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Aedes } from 'aedes';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import type { AccountList, NewAccount } from '../../../hub/model/adapter-port.ts';
import { adapterId, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { AccountRights, FoundDevice } from '../../../hub/model/mqtt.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { type Login, publish, subscribe } from '../../../scripts/e2e/mosquitto-clients.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { runConformance } from '../../contract/conformance.ts';
import { inProcess, ScriptedHub } from '../../contract/scripted-hub.ts';
import { createMqttAdapter } from '../mqtt-adapter.ts';

const open = inProcess(adapterId('mqtt'), createMqttAdapter);
const OWN_BROKER = { host: '127.0.0.1', port: 0, url: null };
const BRIDGE: AccountRights = { topics: ['zigbee2mqtt/#'], announces: true, home: 'none' };
const LAMP = nodeAddress('ha/zigbee2mqtt_0x01');
const ON = propertyKey('on');

/** A bridge as Zigbee2MQTT is: announces lamps, says how they are, does as it is told. */
class Bridge {
  readonly client: MqttClient;
  readonly states = new Map<string, Record<string, unknown>>();
  readonly told: string[] = [];
  isMute = false;

  constructor(client: MqttClient) {
    this.client = client;
    client.on('message', (topic, payload) => {
      const name = /^zigbee2mqtt\/([^/]+)\/set$/.exec(topic)?.[1];
      if (name === undefined) return;
      if (this.isMute) return;
      this.told.push(`${name} ${payload.toString()}`);
      this.tell(name, JSON.parse(payload.toString()) as Record<string, unknown>);
    });
  }

  static async connect({ name, password, port }: Login): Promise<Bridge> {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
      ...{ username: name, password, reconnectPeriod: 200 },
    });
    await client.subscribeAsync(['zigbee2mqtt/+/set', 'homeassistant/status']);
    const tellOnline = () =>
      client.publish('zigbee2mqtt/bridge/state', '{"state":"online"}', { retain: true });
    client.on('connect', tellOnline);
    tellOnline();
    return new Bridge(client);
  }

  announce(name: string, ieee: string, more: object = {}): void {
    const base = `zigbee2mqtt/${name}`;
    this.client.publish(
      `homeassistant/light/${ieee}/light/config`,
      JSON.stringify({
        ...{ schema: 'json', state_topic: base, command_topic: `${base}/set`, brightness: true },
        ...{ brightness_scale: 254, name: null, unique_id: `${ieee}_light` },
        availability: [
          { topic: 'zigbee2mqtt/bridge/state', value_template: '{{ value_json.state }}' },
        ],
        device: { identifiers: [`zigbee2mqtt_${ieee}`], name, manufacturer: 'IKEA', model: 'LED1' },
        origin: { name: 'Zigbee2MQTT', sw: '2.6.0' },
        ...more,
      }),
      { retain: true },
    );
  }

  tell(name: string, change: Record<string, unknown>): void {
    const state = { ...this.states.get(name), ...change };
    this.states.set(name, state);
    this.client.publish(`zigbee2mqtt/${name}`, JSON.stringify(state));
  }
}

async function startHub(dataFolder: string, port = 0): Promise<ScriptedHub> {
  const hub = new ScriptedHub(open);
  hub.start({ dataFolder, settings: { ...OWN_BROKER, port } });
  await hub.connectCore();
  await hub.until('the broker', () => hub.state()?.kind === 'connected');
  return hub;
}

async function account(hub: ScriptedHub, name: string, rights?: AccountRights): Promise<Login> {
  const call = rights === undefined ? {} : { rights };
  const made = (await hub.call({ kind: 'accountAdd', name, ...call })) as NewAccount;
  return { name, password: made.password, port: made.port ?? 0 };
}

const found = async (hub: ScriptedHub) => (await hub.call({ kind: 'found' })) as FoundDevice[];
const set = (hub: ScriptedHub, node: typeof LAMP, property: typeof ON, value: boolean | number) =>
  hub.settle(node, { kind: 'set', property, value });

async function withHub(work: (hub: ScriptedHub, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = await startHub(folder);
  try {
    await work(hub, folder);
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('the MQTT adapter conforms, on a lamp that a bridge announces', async () => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const bridges: Bridge[] = [];
  const bridge = () => bridges[0] as Bridge;
  let password = '';
  try {
    const results = await runConformance({
      open,
      dataFolder,
      settings: OWN_BROKER,
      subject: { node: LAMP, property: ON, values: [true, false] },
      prepare: async (hub) => {
        const login = await account(hub, 'zigbee2mqtt', BRIDGE);
        password = login.password;
        bridges.push(await Bridge.connect(login));
        bridge().announce('Hall', '0x01');
        await expect.poll(async () => (await found(hub)).length).toBe(1);
        await hub.call({ kind: 'accept', nodes: [LAMP], bridge: null });
        bridge().tell('Hall', { state: 'OFF', brightness: 254 });
        await hub.until('the lamp', () => hub.isOnline(LAMP) && hub.values(LAMP)[ON] === false);
        for (const message of hub.messages) {
          if (message.kind === 'answer') Object.assign(message, { result: null });
        }
      },
      touch: () => {
        const isOn = bridge().states.get('Hall')?.state === 'ON';
        bridge().tell('Hall', { state: isOn ? 'OFF' : 'ON' });
      },
      reach: (isInReach) => {
        const state = isInReach ? 'online' : 'offline';
        bridge().isMute = !isInReach;
        bridge().client.publish('zigbee2mqtt/bridge/state', JSON.stringify({ state }));
      },
      secrets: () => [password],
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
  } finally {
    await bridge().client.endAsync(true);
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 60_000);

test('a found device is proposed, never taken; accepted it appears with its state and obeys', async () => {
  await withHub(async (hub, folder) => {
    const bridge = await Bridge.connect(await account(hub, 'zigbee2mqtt', BRIDGE));
    bridge.announce('Hall', '0x01');
    bridge.announce('Loft', '0x02');
    bridge.announce('Shed', '0x03');
    await expect.poll(async () => (await found(hub)).length).toBe(3);
    expect(await found(hub)).toMatchObject([
      { node: LAMP, name: 'Hall', kind: 'light', bridge: 'Zigbee2MQTT', account: 'zigbee2mqtt' },
      { name: 'Loft', isAccepted: false },
      { name: 'Shed', isAccepted: false },
    ]);
    expect(hub.messages.some(({ kind }) => kind === 'described')).toBe(false);

    await hub.call({ kind: 'accept', nodes: [LAMP], bridge: null });
    expect(hub.description(LAMP)).toMatchObject({ title: 'Hall', kind: 'light', model: 'LED1' });
    await hub.until('the lamp', () => hub.isOnline(LAMP) === true);
    bridge.tell('Hall', { state: 'ON', brightness: 127 });
    await hub.until('its state', () => hub.values(LAMP)[ON] === true);
    expect(hub.values(LAMP)[propertyKey('brightness')]).toBe(50);
    expect((await set(hub, LAMP, ON, false)).state).toBe('acknowledged');
    expect((await set(hub, LAMP, propertyKey('brightness'), 100)).state).toBe('acknowledged');
    expect(bridge.told).toEqual(['Hall {"state":"OFF"}', 'Hall {"state":"ON","brightness":254}']);
    await expect(hub.call({ kind: 'accept', nodes: [LAMP], bridge: null })).rejects.toMatchObject({
      code: 'not-found',
    });

    await hub.call({ kind: 'accept', nodes: null, bridge: 'Zigbee2MQTT' });
    expect((await found(hub)).every(({ isAccepted }) => isAccepted)).toBe(true);
    // The bridge's own topic says for all of them that they are there.
    for (const id of ['0x02', '0x03']) {
      const node = nodeAddress(`ha/zigbee2mqtt_${id}`);
      await hub.until('the others', () => hub.isOnline(node) === true);
    }
    expect(statSync(path.join(folder, 'mqtt', 'discovered.json')).mode & 0o777).toBe(0o600);
    await bridge.client.endAsync(true);
  });
});

test('accepted devices outlive a restart; what is announced again is no change, what is taken away is told', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  let hub = await startHub(folder);
  const login = await account(hub, 'zigbee2mqtt', BRIDGE);
  const bridge = await Bridge.connect(login);
  try {
    bridge.announce('Hall', '0x01');
    await expect.poll(async () => (await found(hub)).length).toBe(1);
    await hub.call({ kind: 'accept', nodes: null, bridge: 'Zigbee2MQTT' });
    await hub.stop();
    hub = await startHub(folder, login.port);
    await hub.until('the lamp', () => hub.description(LAMP) !== null);
    await hub.until('the lamp there', () => hub.isOnline(LAMP) === true);
    bridge.announce('Hall', '0x01');
    await expect.poll(async () => (await found(hub)).length).toBe(1);
    const described = () => hub.messages.filter(({ kind }) => kind === 'described').length;
    const before = described();
    bridge.announce('Hall', '0x01');
    bridge.announce('Loft', '0x02');
    await expect.poll(async () => (await found(hub)).length).toBe(2);
    expect(described()).toBe(before);

    bridge.announce('Hall', '0x01', { effect: true, effect_list: ['blink'] });
    await hub.until('the effect', () =>
      hub.description(LAMP)?.properties.some(({ name }) => name === 'effect'),
    );
    bridge.client.publish('homeassistant/light/0x01/light/config', '', { retain: true });
    await hub.until('the end', () => hub.isOnline(LAMP) === false);
    const outcome = await set(hub, LAMP, ON, true);
    expect(outcome.problem?.message).toContain('Its bridge has taken it away');
    expect(outcome.problem?.zh?.message).toContain('网桥');
    await hub.call({ kind: 'remove', node: LAMP, force: false });
    await expect.poll(async () => (await found(hub)).map(({ name }) => name)).toEqual(['Loft']);
  } finally {
    await bridge.client.endAsync(true);
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}, 30_000);

test('mosquitto_pub and mosquitto_sub: each account reaches what its rights give it, and nothing else', async () => {
  await withHub(async (hub) => {
    const plug = await account(hub, 'plug');
    const bridge = await account(hub, 'zigbee2mqtt', BRIDGE);
    const reader = await account(hub, 'panel', { topics: [], announces: false, home: 'read' });
    const owner = await account(hub, 'ha', { topics: [], announces: false, home: 'control' });

    const heard = subscribe(bridge, 'zigbee2mqtt/#');
    await expect.poll(heard.isAnswered).toBe(true);
    expect((await publish(bridge, 'zigbee2mqtt/Hall', '{"state":"ON"}')).code).toBe(0);
    expect((await heard.ended).lines).toEqual(['zigbee2mqtt/Hall {"state":"ON"}']);

    for (const [who, filter] of [
      [plug, '#'],
      [plug, '+/Hall'],
      [plug, 'zigbee2mqtt/#'],
      [plug, 'ingle/home/#'],
      [plug, 'homeassistant/#'],
      [plug, '$SYS/#'],
      [bridge, 'zigbee2mqtt2/#'],
      [bridge, 'ingle/home/#'],
      [reader, 'zigbee2mqtt/#'],
      [reader, 'ingle/#'],
      [owner, 'ingle/+/#'],
      [owner, '#'],
    ] as const) {
      const { isRefused } = await subscribe(who, filter, { seconds: 2 }).ended;
      expect(`${who.name} ${filter} ${isRefused}`).toBe(`${who.name} ${filter} true`);
    }
    for (const [who, filter] of [
      [plug, 'plug/#'],
      [reader, 'ingle/home/+/state'],
      [reader, 'homeassistant/#'],
      [owner, 'ingle/status'],
    ] as const) {
      const answer = subscribe(who, filter, { seconds: 1 });
      expect(`${filter} ${(await answer.ended).isRefused}`).toBe(`${filter} false`);
    }

    // What may not be said reaches nobody, retained or not, and neither does a will.
    const listener = subscribe(bridge, 'zigbee2mqtt/#', { seconds: 4 });
    await expect.poll(listener.isAnswered).toBe(true);
    await publish(plug, 'zigbee2mqtt/Hall', 'stolen');
    await publish(plug, 'zigbee2mqtt/Hall', 'stolen and kept', '-r', '-q', '1');
    await publish(reader, 'ingle/home/dev_1/set/on', 'true');
    const dying = await connectAsync(`mqtt://127.0.0.1:${plug.port}`, {
      ...{ username: 'plug', password: plug.password, reconnectPeriod: 0 },
      will: { topic: 'zigbee2mqtt/Hall', payload: Buffer.from('last will'), qos: 0, retain: true },
    });
    dying.stream.destroy();
    const kept = await listener.ended;
    expect(kept.lines).toEqual([]);
    const later = await subscribe(bridge, 'zigbee2mqtt/#', { seconds: 1 }).ended;
    expect(later.lines).toEqual([]);

    // A will of one's own comes.
    const own = subscribe(bridge, 'zigbee2mqtt/bridge/state');
    await expect.poll(own.isAnswered).toBe(true);
    const leaving = await connectAsync(`mqtt://127.0.0.1:${bridge.port}`, {
      ...{ username: bridge.name, password: bridge.password, reconnectPeriod: 0 },
      will: {
        topic: 'zigbee2mqtt/bridge/state',
        payload: Buffer.from('offline'),
        qos: 0,
        retain: false,
      },
    });
    leaving.stream.destroy();
    expect((await own.ended).lines).toEqual(['zigbee2mqtt/bridge/state offline']);

    await hub.call({
      kind: 'accountChange',
      name: 'plug',
      rights: { ...BRIDGE, topics: ['loft/#'] },
    });
    const more = subscribe(plug, 'loft/#', { seconds: 1 });
    expect((await more.ended).isRefused).toBe(false);
    const { accounts } = (await hub.call({ kind: 'accounts' })) as AccountList;
    expect(accounts.find(({ name }) => name === 'plug')).toMatchObject({ topics: ['loft/#'] });
    await expect(
      hub.call({ kind: 'accountChange', name: 'plug', rights: { ...BRIDGE, topics: ['cmnd/#'] } }),
    ).rejects.toMatchObject({ code: 'invalid-input' });
  });
}, 60_000);

test('a retained message is not lost beside others of the same moment, and each quality keeps its order', async () => {
  await withHub(async (hub) => {
    const login = await account(hub, 'zigbee2mqtt', BRIDGE);
    const url = `mqtt://127.0.0.1:${login.port}`;
    const who = { username: login.name, password: login.password, reconnectPeriod: 0 };
    const [speaker, listener] = [await connectAsync(url, who), await connectAsync(url, who)];
    const heard: string[] = [];
    listener.on('message', (_topic, payload) => heard.push(payload.toString()));
    await listener.subscribeAsync('zigbee2mqtt/#');
    const said = Array.from({ length: 300 }, (_, n) => String(n));
    for (const text of said) {
      const options = {
        retain: Number(text) % 3 === 0,
        qos: Number(text) % 2 === 0 ? 0 : 1,
      } as const;
      speaker.publish(`zigbee2mqtt/lamp-${Number(text) % 7}`, text, options);
    }
    await expect.poll(() => heard.length).toBe(said.length);
    // MQTT keeps the order of messages of one quality.
    for (const rest of [0, 1]) {
      const ofQuality = (text: string) => Number(text) % 2 === rest;
      expect(heard.filter(ofQuality)).toEqual(said.filter(ofQuality));
    }
    await Promise.all([speaker.endAsync(true), listener.endAsync(true)]);
  });
});

test('nobody announces in another’s place, nor a device of topics that are not his', async () => {
  await withHub(async (hub) => {
    const bridge = await Bridge.connect(await account(hub, 'zigbee2mqtt', BRIDGE));
    bridge.announce('Hall', '0x01');
    await expect.poll(async () => (await found(hub)).length).toBe(1);
    await hub.call({ kind: 'accept', nodes: [LAMP], bridge: null });
    const thief = await account(hub, 'thief', { topics: [], announces: true, home: 'none' });
    const config = (topic: string) =>
      JSON.stringify({
        state_topic: topic,
        command_topic: `${topic}/set`,
        unique_id: 'x',
        device: { identifiers: ['zigbee2mqtt_0x01'] },
      });
    for (const [topic, payload] of [
      ['homeassistant/light/0x01/light/config', config('thief/lamp')],
      ['homeassistant/light/0x01/light/config', ''],
      ['homeassistant/switch/other/config', config('thief/lamp')],
      ['homeassistant/switch/other/config', config('zigbee2mqtt/Hall').replace('0x01', '0x99')],
      ['homeassistant/switch/other/config', 'no json'],
    ] as const) {
      await publish(thief, topic, payload, '-r');
    }
    await publish(
      thief,
      'homeassistant/switch/own/config',
      config('thief/lamp').replace('0x01', '0x99'),
      '-r',
    );
    await expect.poll(async () => (await found(hub)).length).toBe(2);
    expect((await found(hub)).map(({ account: who, properties }) => [who, properties])).toEqual([
      ['thief', ['on']],
      ['zigbee2mqtt', ['on', 'brightness']],
    ]);
    expect(hub.isOnline(LAMP)).toBe(true);
    await bridge.client.endAsync(true);
  });
}, 30_000);

test('ten thousand mutated announcements and states over a socket leave the adapter whole', async () => {
  const seed = Number(process.env.INGLE_SEED ?? 7);
  const count = Number(process.env.INGLE_COUNT ?? 10_000);
  process.stdout.write(`seed ${seed}, ${count} messages\n`);
  // At the household's own broker nobody keeps the nonsense out.
  const aedes = await Aedes.createBroker();
  const server = createServer((socket) => void aedes.handle(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = new ScriptedHub(open);
  const url = `mqtt://127.0.0.1:${port}`;
  try {
    hub.start({ dataFolder: folder, settings: { host: '127.0.0.1', port: null, url } });
    await hub.connectCore();
    await hub.until('the broker', () => hub.state()?.kind === 'connected');
    const bridge = await Bridge.connect({ name: 'x', password: 'y', port });
    bridge.announce('Hall', '0x01');
    await expect.poll(async () => (await found(hub)).length).toBe(1);
    await hub.call({ kind: 'accept', nodes: [LAMP], bridge: null });
    const random = createRandom(seed);
    const words = [
      'null',
      '[]',
      '{',
      '1e999',
      '"__proto__"',
      '-1',
      '"{% if"',
      '"{{ a.b(',
      '\\u0000',
    ];
    const whole = JSON.stringify({
      ...{ schema: 'json', stat_t: '~', cmd_t: '~/set', brightness: true, '~': 'zigbee2mqtt/Hall' },
      ...{ val_tpl: '{{ value_json.state | int(0) * 2 }}', dev: { ids: ['zigbee2mqtt_0x07'] } },
    });
    const state = '{"state":"ON","brightness":120,"color":{"x":0.4,"y":0.4},"color_temp":300}';
    for (let n = 0; n < count; n += 1) {
      const isState = random.next() < 0.5;
      let text = isState ? state : whole;
      for (let times = random.integer(1, 3); times > 0; times -= 1) {
        const at = random.integer(0, text.length);
        text = text.slice(0, at) + random.pick(words) + text.slice(at + random.integer(0, 6));
      }
      const component = random.pick(['light', 'switch', 'cover', 'climate', 'sensor', 'device']);
      const topic = isState ? 'zigbee2mqtt/Hall' : `homeassistant/${component}/m${n % 50}/config`;
      const sent = bridge.client.publishAsync(topic, text);
      if (n % 100 === 0) await sent;
    }
    bridge.client.publish('zigbee2mqtt/bridge/state', '{"state":"online"}');
    bridge.tell('Hall', { state: 'ON', brightness: 254, color_mode: 'xy' });
    await hub.until('its state', () => hub.values(LAMP)[ON] === true);
    expect((await set(hub, LAMP, ON, false)).state).toBe('acknowledged');
    expect(hub.exitCode).toBeUndefined();
    await bridge.client.endAsync(true);
  } finally {
    await hub[Symbol.asyncDispose]();
    await new Promise<void>((resolve) => aedes.close(() => resolve()));
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);

test('a file of found devices that is damaged is told, and not written over', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  mkdirSync(path.join(folder, 'mqtt'));
  const file = path.join(folder, 'mqtt', 'discovered.json');
  writeFileSync(file, '{"version":1,"devices":[{}]}');
  const hub = new ScriptedHub(open);
  try {
    hub.start({ dataFolder: folder, settings: OWN_BROKER });
    await hub.until('the fault', () => hub.state()?.kind === 'fault');
    expect(readFileSync(file, 'utf8')).toContain('[{}]');
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
});
