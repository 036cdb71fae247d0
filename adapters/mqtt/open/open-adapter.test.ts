// Devices of vendors at the open interface: the one contract of all adapters, over both ways in, with their limits.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { adapterId, nodeAddress } from '../../../hub/model/identifiers.ts';
import {
  type OpenAsk,
  type OpenCommand,
  VENDOR_LIMITS,
} from '../../../hub/model/open-interface.ts';
import { type PropertyValue, propertyKey } from '../../../hub/model/properties.ts';
import { publish, subscribe } from '../../../scripts/e2e/mosquitto-clients.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { runConformance } from '../../contract/conformance.ts';
import { inProcess, ScriptedHub } from '../../contract/scripted-hub.ts';
import { createMqttAdapter } from '../mqtt-adapter.ts';
import { OpenDoor } from './door.ts';
import { createOpenAdapter } from './open-adapter.ts';

const LAMP = nodeAddress('acme/lamp');
const ON = propertyKey('on');
const TOKEN = 'vnd_of-the-tests-0123456789';
const ACCOUNT = {
  name: 'acme',
  tokenHash: createHash('sha256').update(TOKEN).digest('hex'),
  createdAtMs: 0,
};
const DESCRIPTION = {
  ...{ name: 'Acme lamp', manufacturer: 'Acme', model: 'L1' },
  properties: [{ property: 'on' }, { property: 'brightness' }, { property: 'button' }],
  commands: ['identify'],
};

const propertiesOf = (...properties: readonly object[]) => ({ ...DESCRIPTION, properties });

const openHub = (door = new OpenDoor()) =>
  new ScriptedHub(inProcess(adapterId('open'), createOpenAdapter(door)));
const ask = (hub: ScriptedHub, what: OpenAsk, account = 'acme') =>
  hub.call({ kind: 'open', account, ask: what });

/** A vendor's program over HTTP: takes commands by long poll and does as it is told. */
class Program {
  readonly #hub: ScriptedHub;
  isThere = true;
  isOn: PropertyValue = false;
  #isOver = false;

  constructor(hub: ScriptedHub) {
    this.#hub = hub;
    void this.#work();
  }

  stop(): void {
    this.#isOver = true;
  }

  async say(value: PropertyValue): Promise<void> {
    this.isOn = value;
    await ask(this.#hub, { kind: 'report', device: 'lamp', values: { on: value } });
  }

  async #work(): Promise<void> {
    while (!this.#isOver) {
      const waited = { kind: 'commands', waitMs: 300 } as const;
      const commands = (await ask(this.#hub, waited).catch(() => [])) as readonly OpenCommand[];
      if (!this.isThere) continue;
      for (const { id, body } of commands) {
        await ask(this.#hub, { kind: 'outcome', id, state: 'acknowledged', message: null });
        if (body.kind === 'set') await this.say(body.value);
      }
    }
  }
}

test('the open interface conforms, with a program that takes its commands by long poll', async () => {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const programs: Program[] = [];
  let current: ScriptedHub | null = null;
  const program = () => programs.at(-1) as Program;
  try {
    const results = await runConformance({
      open: inProcess(adapterId('open'), createOpenAdapter(new OpenDoor())),
      dataFolder,
      settings: {},
      subject: { node: LAMP, property: ON, values: [true, false] },
      prepare: async (hub) => {
        current = hub;
        await ask(hub, { kind: 'describe', device: 'lamp', description: DESCRIPTION });
        programs.push(new Program(hub));
        await program().say(false);
        await hub.until(
          'the lamp',
          () => hub.isOnline(LAMP) === true && hub.values(LAMP)[ON] === false,
        );
      },
      touch: async () => {
        await program().say(program().isOn !== true);
      },
      reach: async (isInReach) => {
        program().isThere = isInReach;
        const said = {
          kind: 'availability',
          device: 'lamp',
          online: isInReach,
          reason: null,
        } as const;
        if (current !== null) await ask(current, said);
      },
      secrets: () => [TOKEN],
    });
    expect(results.filter(({ isMet }) => !isMet)).toEqual([]);
  } finally {
    for (const each of programs) each.stop();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}, 60_000);

async function withOpen(
  work: (hub: ScriptedHub, door: OpenDoor, folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const door = new OpenDoor();
  const hub = openHub(door);
  try {
    hub.start({ dataFolder: folder, settings: {} });
    await hub.connectCore();
    await hub.until('the start', () => hub.state()?.kind === 'connected');
    await hub.call({ kind: 'vendors', accounts: [ACCOUNT] });
    await work(hub, door, folder);
  } finally {
    await hub[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

test('mosquitto_pub joins a device at the hub’s broker; mosquitto_sub takes its commands; others’ topics are closed', async () => {
  await withOpen(async (hub, door, folder) => {
    const mqtt = new ScriptedHub(
      inProcess(adapterId('mqtt'), (context) => createMqttAdapter(context, door)),
    );
    try {
      mqtt.start({ dataFolder: folder, settings: { host: '127.0.0.1', port: 0, url: null } });
      await mqtt.connectCore();
      await mqtt.until('the broker', () => mqtt.state()?.kind === 'connected');
      const { port } = (await mqtt.call({ kind: 'accounts' })) as { port: number };
      const login = { port, name: 'open.acme', password: TOKEN };
      const topic = (what: string) => `ingle/open/acme/lamp/${what}`;
      await publish(login, topic('description'), JSON.stringify(DESCRIPTION));
      await publish(login, topic('report'), '{"on": false, "brightness": 30}');
      await hub.until('the report', () => hub.values(LAMP)[propertyKey('brightness')] === 30);
      await publish(login, topic('event'), '{"property": "button", "value": "double"}');
      await hub.until('the press', () => hub.items.some((item) => item.kind === 'event'));

      // One that is connected and does not listen there takes no commands.
      const elsewhere = await connectAsync(`mqtt://127.0.0.1:${port}`, {
        ...{ username: 'open.acme', password: TOKEN, reconnectPeriod: 0 },
      });
      await elsewhere.subscribeAsync(topic('problem'));
      const waiting = hub.send(LAMP, { kind: 'set', property: ON, value: false });
      await expect
        .poll(() => ask(hub, { kind: 'commands', waitMs: 0 }))
        .toMatchObject([{ id: waiting, device: 'lamp' }]);
      await elsewhere.endAsync(true);

      const taken = subscribe(login, topic('command'));
      await expect.poll(taken.isAnswered).toBe(true);
      const id = hub.send(LAMP, { kind: 'set', property: ON, value: true });
      const [line = ''] = (await taken.ended).lines;
      const command = JSON.parse(line.slice(line.indexOf('{'))) as { id: string };
      expect(command).toMatchObject({ id, device: 'lamp', property: 'on', value: true });
      const outcome = JSON.stringify({ id, state: 'failed', message: 'too hot' });
      await publish(login, topic('outcome'), outcome);
      await hub.until('the end', () =>
        hub.outcomes(id).some(({ problem }) => problem?.message === 'too hot'),
      );

      const told = subscribe(login, topic('problem'));
      await expect.poll(told.isAnswered).toBe(true);
      await publish(
        login,
        topic('description'),
        '{"name": "X", "properties": [{"property": "onn"}]}',
      );
      expect((await told.ended).lines[0]).toContain('/properties/0/property');

      expect((await subscribe(login, 'ingle/open/#', { seconds: 2 }).ended).isRefused).toBe(true);
      expect((await subscribe(login, 'ingle/home/#', { seconds: 2 }).ended).isRefused).toBe(true);
      const wrong = await publish(
        { ...login, password: 'vnd_guess' },
        topic('report'),
        '{"on": true}',
      );
      expect(wrong.code).not.toBe(0);
      await hub.call({ kind: 'vendors', accounts: [] });
      const late = await publish(login, topic('report'), '{"on": true}');
      expect(late.code).not.toBe(0);
      expect(hub.isOnline(LAMP)).toBe(false);
    } finally {
      await mqtt[Symbol.asyncDispose]();
    }
  });
}, 40_000);

test('a property is called as the program calls it, and one without a label as the table does', async () => {
  await withOpen(async (hub) => {
    const properties = [
      ...[{ property: 'on@1', label: 'Pump' }, { property: 'on@2' }],
      ...[{ property: 'temperature', label: 'Flow temperature' }],
      { property: 'x_mood', type: 'enum', values: ['calm'], label: 'Mood' },
    ];
    await ask(hub, { kind: 'describe', device: 'lamp', description: propertiesOf(...properties) });
    const described = hub.description(LAMP)?.properties ?? [];
    const told = described.map(({ key, label, isNamed }) => [key, label, isNamed === true]);
    expect(told).toEqual([
      ['on@1', { en: 'Pump', zh: 'Pump 开关' }, true],
      ['on@2', undefined, false],
      ['temperature', { en: 'Flow temperature', zh: 'Flow temperature 温度' }, true],
      ['x_mood', { en: 'Mood', zh: 'Mood' }, false],
    ]);
  });
});

test('what is too much or wrong is refused with its place, and changes nothing', async () => {
  await withOpen(async (hub) => {
    const describe = (device: string, description: unknown, account?: string) =>
      ask(hub, { kind: 'describe', device, description }, account);
    for (const [description, place] of [
      [null, ''],
      [{ ...DESCRIPTION, name: '' }, '/name'],
      [{ ...DESCRIPTION, kind: 'spaceship' }, '/kind'],
      [{ ...DESCRIPTION, power: 'steam' }, '/power'],
      [{ ...DESCRIPTION, properties: [{ property: 'on', type: 'number' }] }, '/properties/0/type'],
      [{ ...DESCRIPTION, properties: [{ property: 'power', unit: 'kW' }] }, '/properties/0/unit'],
      [{ ...DESCRIPTION, properties: [{ property: 'x_a' }] }, '/properties/0/type'],
      [propertiesOf({ property: 'on' }, { property: 'on' }), '/properties/1/property'],
      [propertiesOf({ property: 'brightness', max: 300 }), '/properties/0/max'],
      [propertiesOf({ property: 'brightness', min: 9, max: 9 }), '/properties/0/max'],
      [propertiesOf({ property: 'brightness', step: 0 }), '/properties/0/step'],
      [propertiesOf({ property: 'brightness', minn: 1 }), '/properties/0/minn'],
      [propertiesOf({ property: 'on', label: 7 }), '/properties/0/label'],
      [propertiesOf({ property: 'x_a', type: 'number', label: ' ' }), '/properties/0/label'],
      [propertiesOf({ property: 'x_a', type: 'number', unit: 5 }), '/properties/0/unit'],
      [propertiesOf({ property: 'moving', values: ['openin'] }), '/properties/0/values'],
      [propertiesOf({ property: 'button', access: 'r' }), '/properties/0/access'],
      [propertiesOf({ property: 'temperature', access: 'rw' }), '/properties/0/access'],
      [propertiesOf({ property: 'x_mood', type: 'enum', values: [] }), '/properties/0/values'],
      [{ ...DESCRIPTION, modell: 'L1' }, '/modell'],
      [{ ...DESCRIPTION, commands: ['Boom!'] }, '/commands'],
    ] as const) {
      const problem = await describe('lamp', description).then(
        () => null,
        (error: { errors: { path: string }[] }) => error,
      );
      expect(problem?.errors.map((each) => each.path)).toContain(place);
    }
    await expect(describe('a/b', DESCRIPTION)).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(describe('lamp', DESCRIPTION, 'stranger')).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(hub.description(LAMP)).toBeNull();
    for (let n = 0; n < VENDOR_LIMITS.devices; n += 1) await describe(`lamp-${n}`, DESCRIPTION);
    await expect(describe('one-more', DESCRIPTION)).rejects.toMatchObject({ code: 'busy' });
    const report = { kind: 'report', device: 'lamp-1', values: { on: true } } as const;
    const flood = async () => {
      for (let n = 0; n <= VENDOR_LIMITS.perMinute; n += 1) await ask(hub, report);
    };
    await expect(flood()).rejects.toMatchObject({ code: 'too-many-attempts' });
  });
});

test('ten thousand mutated messages neither stop the open interface nor report what cannot be', async () => {
  const seed = Number(process.env.INGLE_SEED ?? 11);
  const count = Number(process.env.INGLE_COUNT ?? 10_000);
  process.stdout.write(`seed ${seed}, ${count} messages\n`);
  const random = createRandom(seed);
  const whole = JSON.stringify(DESCRIPTION);
  const words = ['null', '[]', '{', '1e999', '"__proto__"', '-1', '"x_"', '"on@0"', '99999999'];
  await withOpen(async (hub) => {
    let taken = 0;
    for (let n = 0; n < count; n += 1) {
      // Each in a name of its own, so that the limit of one account does not keep the nonsense out.
      if (n % 500 === 0) {
        const accounts = [{ ...ACCOUNT, name: `acme-${n / 500}` }];
        await hub.call({ kind: 'vendors', accounts });
      }
      const account = `acme-${Math.floor(n / 500)}`;
      let text = whole;
      for (let times = random.integer(1, 3); times > 0; times -= 1) {
        const at = random.integer(0, text.length);
        text = text.slice(0, at) + random.pick(words) + text.slice(at + random.integer(0, 6));
      }
      let description: unknown;
      try {
        description = JSON.parse(text);
      } catch {
        description = text;
      }
      const what: OpenAsk =
        random.next() < 0.5
          ? { kind: 'describe', device: `d${n % 20}`, description }
          : { kind: 'report', device: `d${n % 20}`, values: { on: description as PropertyValue } };
      await ask(hub, what, account).then(
        () => {
          taken += 1;
        },
        (error: { code: string }) => expect(error.code).not.toBe('internal'),
      );
    }
    process.stdout.write(`${taken} of them were taken\n`);
    for (const item of hub.items) {
      if (item.kind === 'report') expect(item.values[ON]).toBeTypeOf('boolean');
    }
    await hub.call({ kind: 'vendors', accounts: [ACCOUNT] });
    await ask(hub, { kind: 'describe', device: 'lamp', description: DESCRIPTION });
    expect(hub.description(LAMP)?.kind).toBe('light');
  });
}, 60_000);
