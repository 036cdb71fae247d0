// Through-latency of MQTT: a button is pressed on one Tasmota device, and the command reaches another. Ours is the
// hub's own broker with its accounts and a scene that is recorded; the peer is mosquitto, open to anybody, with a bare
// mqtt.js program in the place of the scene: the least that a household could run.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Bench, BenchScope } from './bench.ts';
import { startHub } from './ours.ts';
import { startBroker } from './peers/mosquitto.ts';
import { freePort, startProcess, until } from './process.ts';
import { median, percentile, spread } from './statistics.ts';

const PEER = 'mosquitto + a bare mqtt.js rule';
/** A scene rests when it is triggered more than 60 times in 10 s, so the presses go round. */
const DEVICES = 24;
const PRESSES_PER_SECOND = 100;
const ROUNDS = 5;
const ROUND_SECONDS = 8;
const ANSWER_WITHIN_MS = 3_000;

const topicOf = (place: number) => `panel-${place % DEVICES}`;
const macOf = (place: number) => `84F3EB30${place.toString(16).toUpperCase().padStart(4, '0')}`;

interface Login {
  readonly port: number;
  /** User and password by topic; none at an open broker. */
  readonly password?: (topic: string) => string;
}

/** A device as Tasmota is: announces itself, obeys at once, and tells when it was told. */
class Panel {
  readonly client: MqttClient;
  readonly topic: string;
  #isOn = false;

  constructor(client: MqttClient, place: number, commanded: (place: number) => void) {
    this.client = client;
    this.topic = topicOf(place);
    client.on('message', (topic, payload) => {
      if (!topic.endsWith('/POWER1')) return;
      commanded(place);
      const word = payload.toString();
      this.#isOn = word === 'TOGGLE' ? !this.#isOn : word === 'ON';
      this.tell('stat', 'RESULT', { POWER: this.#isOn ? 'ON' : 'OFF' });
    });
  }

  static async connect(
    place: number,
    { port, password }: Login,
    commanded: (place: number) => void,
  ): Promise<Panel> {
    const topic = topicOf(place);
    const client = await connectAsync({
      protocol: 'mqtt',
      hostname: '127.0.0.1',
      port,
      clientId: topic,
      reconnectPeriod: 0,
      ...(password === undefined ? {} : { username: topic, password: password(topic) }),
    });
    // Without this every second message waits for the acknowledgement of the one before.
    if ('setNoDelay' in client.stream)
      Reflect.apply(Object(client.stream.setNoDelay), client.stream, [true]);
    const panel = new Panel(client, place, commanded);
    await client.subscribeAsync(`cmnd/${topic}/#`);
    client.publish(`tele/${topic}/LWT`, 'Online', { retain: true });
    panel.announce(macOf(place));
    return panel;
  }

  announce(mac: string): void {
    const config = {
      ...{ dn: this.topic, mac, md: 'Panel', ofln: 'Offline', onln: 'Online', sw: '14.2.0' },
      ...{ t: this.topic, ft: '%prefix%/%topic%/', tp: ['cmnd', 'stat', 'tele'], ver: 1 },
      ...{ state: ['OFF', 'ON', 'TOGGLE', 'HOLD'], rl: [1], btn: [1], so: { '73': 1 }, lt_st: 0 },
    };
    const topic = `tasmota/discovery/${mac}`;
    this.client.publish(`${topic}/config`, JSON.stringify(config), { retain: true });
    this.client.publish(`${topic}/sensors`, JSON.stringify({ sn: {}, ver: 1 }), { retain: true });
  }

  press(): void {
    this.tell('stat', 'RESULT', { Button1: { Action: 'SINGLE' } });
  }

  tell(prefix: string, name: string, content: object): void {
    this.client.publish(`${prefix}/${this.topic}/${name}`, JSON.stringify(content));
  }
}

/** One side: devices that are connected, and what a press of each leads to. */
class Side {
  readonly #panels: Panel[] = [];
  readonly #pressedAtMs = new Map<number, number>();
  readonly #samples: number[] = [];

  async connect(login: Login): Promise<void> {
    const commanded = (place: number) => {
      const pressedAtMs = this.#pressedAtMs.get(place);
      if (pressedAtMs === undefined) return;
      this.#pressedAtMs.delete(place);
      this.#samples.push(performance.now() - pressedAtMs);
    };
    for (let place = 0; place < DEVICES; place += 1) {
      this.#panels.push(await Panel.connect(place, login, commanded));
    }
  }

  /** Presses at an even rate; the milliseconds of each, in the order of their ends. */
  async round(seconds: number): Promise<number[]> {
    this.#samples.length = 0;
    const presses = seconds * PRESSES_PER_SECOND;
    const startedAtMs = performance.now();
    for (let press = 0; press < presses; press += 1) {
      const dueMs = startedAtMs + (press * 1_000) / PRESSES_PER_SECOND - performance.now();
      if (dueMs > 0.5) await sleep(dueMs);
      const target = (press + 1) % DEVICES;
      if (!this.#pressedAtMs.has(target)) this.#pressedAtMs.set(target, performance.now());
      this.#panels[press % DEVICES]?.press();
    }
    const missing = () => (this.#pressedAtMs.size === 0 ? true : undefined);
    await until('an end of all commands', missing, { withinMs: ANSWER_WITHIN_MS, everyMs: 5 });
    return [...this.#samples];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#panels.map(({ client }) => client.endAsync(true)));
  }
}

async function startOurs({ folder, atEnd }: BenchScope): Promise<Side> {
  const port = await freePort();
  const hub = await startHub({
    folder: path.join(folder, 'hub'),
    zigbeePort: null,
    environment: { INGLE_MQTT_PORT: String(port) },
  });
  atEnd(() => hub.stop());
  await hub.ready();
  await hub.connected();
  const passwords = new Map<string, string>();
  for (let place = 0; place < DEVICES; place += 1) {
    const name = topicOf(place);
    const made = (await hub.call('POST', '/api/mqtt/accounts', { name })) as { password: string };
    passwords.set(name, made.password);
  }
  await hub.call('POST', '/api/jobs', { kind: 'pair', protocol: 'tasmota', seconds: 60 });
  const side = new Side();
  atEnd(() => side.stop());
  await side.connect({ port, password: (topic) => passwords.get(topic) ?? '' });
  interface Listed {
    readonly items: readonly { readonly handle: string; readonly address: string }[];
  }
  const devices = await until(
    'all devices in the home',
    async () => {
      const { items } = (await hub.call('GET', '/api/devices?limit=200')) as Listed;
      return items.length >= DEVICES ? items : undefined;
    },
    { withinMs: 30_000, process: hub.process },
  );
  const handle = (place: number) =>
    devices.find(({ address }) => address === macOf(place % DEVICES))?.handle;
  for (let place = 0; place < DEVICES; place += 1) {
    const lines = [
      `scene: Press ${place}`,
      'when:',
      `  - presses: {${handle(place)}.button: single}`,
      'do:',
      `  - toggle: ${handle(place + 1)}.on`,
    ];
    await hub.call('POST', '/api/scenes', `${lines.join('\n')}\n`);
  }
  return side;
}

/** Runs in a process of its own: what a press leads to. */
const RULE = `
import { connect } from 'mqtt';
const client = connect('mqtt://127.0.0.1:' + process.argv[1]);
client.on('connect', () => {
  client.stream.setNoDelay(true);
  client.subscribe('stat/+/RESULT', () => process.stdout.write('listening\\n'));
});
client.on('message', (topic, payload) => {
  if (JSON.parse(payload).Button1?.Action !== 'SINGLE') return;
  const place = (Number(topic.split('/')[1].slice(6)) + 1) % ${DEVICES};
  client.publish('cmnd/panel-' + place + '/POWER1', 'TOGGLE');
});
`;

async function startPeer({ folder, atEnd }: BenchScope): Promise<Side> {
  const { port, process: broker } = await startBroker(folder);
  atEnd(() => broker.stop());
  const rule = startProcess({
    name: 'rule',
    command: process.execPath,
    args: ['--input-type=module', '-e', RULE, String(port)],
    cwd: path.join(import.meta.dirname, '..', '..'),
  });
  atEnd(() => rule.stop());
  await until('the rule', () => (rule.output().includes('listening') ? true : undefined), {
    withinMs: 10_000,
    process: rule,
  });
  const side = new Side();
  atEnd(() => side.stop());
  await side.connect({ port });
  return side;
}

async function run(scope: BenchScope): Promise<void> {
  const ours = await startOurs(scope);
  const peer = await startPeer(scope);
  const rounds = scope.isQuick ? 1 : ROUNDS;
  const seconds = scope.isQuick ? 2 : ROUND_SECONDS;
  await ours.round(2);
  await peer.round(2);
  const figures = { ours: [] as number[][], peer: [] as number[][] };
  for (let round = 0; round < rounds; round += 1) {
    figures.ours.push(await ours.round(seconds));
    figures.peer.push(await peer.round(seconds));
  }
  const n = figures.ours.flat().length;
  for (const [metric, share, must, goal] of BUDGETS) {
    const of = (samples: readonly number[][]) => samples.map((each) => percentile(each, share));
    scope.say(`${metric}: ours ${spread(of(figures.ours))}, peer ${spread(of(figures.peer))} ms`);
    scope.row({
      bench: mqtt.name,
      metric: `press → command, ${metric}`,
      unit: 'ms',
      value: median(of(figures.ours)),
      peer: PEER,
      peerValue: median(of(figures.peer)),
      must,
      goal,
      n,
    });
  }
}

/** The peer keeps no accounts, no rights and no record, and its rule is compiled in: it cannot be met, only neared. */
const BUDGETS = [
  ['p50', 0.5, 2.5, 1.5],
  ['p99', 0.99, 2.5, 1.25],
] as const;

export const mqtt: Bench = { name: 'mqtt', run };
