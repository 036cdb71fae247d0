// Goal: an adapter that is killed and another that hangs at the same time leave the rest as quick as before, are named
// in both languages, and are both back within 20 s. Method: a real hub on emulated Zigbee and network devices, whose
// adapters are broken two at a time while commands to those that are left are timed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../virtual-home/lan/demo-lan.ts';
import { LanHome } from '../virtual-home/lan/lan-home.ts';
import { connected, type House, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const MAIN = fileURLToPath(new URL('../../hub/cli/main.ts', import.meta.url));
const BACK_WITHIN_MS = 20_000;
/** Medians this close to zero say nothing about their ratio. */
const RATIO = 3;
const SLACK_MS = 50;
const SAMPLES = 15;

interface Health {
  readonly notices: readonly { about: string; text: { en: string; zh: string } }[];
  readonly parts: readonly { name: string; state: string; restarts: number }[];
  readonly adapters: readonly { id: string; state: string; restarts: number }[];
}

let lan: LanHome;
let house: House;

beforeAll(async () => {
  lan = await LanHome.start({ seed: 1, speed: 1, residents: false });
  house = await openHouse({
    environment: {
      INGLE_FAULTS: '1',
      INGLE_MQTT_PORT: String(await freePort()),
      // Matter without a device: its worker loads and runs all the same.
      INGLE_MATTER: '1',
      INGLE_MDNS_INTERFACE: 'lo',
    },
  });
  await house.add('Hall lamp');
  await waitFor('MQTT and Matter', async () => {
    const now = await health();
    return isConnected(now, 'mqtt') && isConnected(now, 'matter');
  });
  await addPlug();
}, 120_000);

afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
  await lan?.[Symbol.asyncDispose]();
});

const health = async (): Promise<Health> => (await house.hub.call<Health>('/api/health')).body;
const adapterOf = ({ adapters }: Health, id: string) => adapters.find((one) => one.id === id);
const isConnected = (at: Health, id: string) => adapterOf(at, id)?.state === 'connected';
/** For a moment a host that hung is replaced, and its adapter still has the old one's state. */
const isBack = (at: Health, id: string) =>
  isConnected(at, id) && at.parts.some(({ name, state }) => name === id && state === 'running');
const restartsOf = (at: Health, id: string) => adapterOf(at, id)?.restarts ?? 0;

/** A Shelly plug, by its address. */
async function addPlug(): Promise<void> {
  const address = `127.0.0.1:${lan.shelly('Coffee machine').port}`;
  const job = await house.hub.call<{ id: string }>('/api/jobs', {
    body: { kind: 'pair', protocol: 'shelly', address, password: null },
  });
  const id = await waitFor('the plug', async () => {
    const { body } = await house.hub.call<{ result: { devices: { id: string }[] } | null }>(
      `/api/jobs/${job.body.id}`,
    );
    return body.result?.devices[0]?.id;
  });
  const named = { name: 'Coffee machine', handle: 'coffee-machine' };
  await house.hub.call(`/api/devices/${id}`, { method: 'PATCH', body: named });
}

async function fault(body: object): Promise<void> {
  expect((await house.hub.call('/api/faults', { body })).status).toBe(204);
}

/** How long a command takes until the device has reported what it did. */
async function commandMs(handle: string, value: boolean): Promise<number> {
  const { id } = await house.device(handle);
  const startedMs = performance.now();
  const { body } = await house.hub.call<{ state: string }>(
    `/api/devices/${id}/commands?wait=observed`,
    { body: { property: 'on', value } },
  );
  expect(body.state).toBe('observed');
  return performance.now() - startedMs;
}

async function medianCommandMs(handle: string): Promise<number> {
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    times.push(await commandMs(handle, sample % 2 === 0));
  }
  return times.sort((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? Number.POSITIVE_INFINITY;
}

/** What the command line's status says; it names faults in the language that is asked for. */
async function status(language: 'en' | 'zh'): Promise<string> {
  const { url, data } = house.hub;
  const child = spawn(process.execPath, [MAIN, 'status', '--hub', url, '--lang', language], {
    env: { PATH: process.env.PATH, HOME: data, INGLE_DATA: data, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  await once(child, 'close');
  return text;
}

interface Breakage {
  readonly killed: string;
  readonly hanging: string;
  /** Also in the worker of the one that hangs. */
  readonly with?: string;
  readonly names: Readonly<Record<string, string>>;
  /** A device of an adapter that is left alone. */
  readonly other: string;
}

const BREAKAGES: readonly Breakage[] = [
  {
    killed: 'zigbee',
    hanging: 'matter',
    names: { zigbee: 'Zigbee', matter: 'Matter' },
    other: 'coffee-machine',
  },
  {
    killed: 'matter',
    hanging: 'shelly',
    with: 'mqtt',
    names: { matter: 'Matter', shelly: 'Shelly' },
    other: 'hall-lamp',
  },
  {
    killed: 'matter',
    hanging: 'zigbee',
    names: { matter: 'Matter', zigbee: 'Zigbee' },
    other: 'coffee-machine',
  },
];

describe('a house with one adapter killed and another hanging', () => {
  it.each(BREAKAGES)(
    'goes on as usual while $killed is gone and $hanging hangs, names both, and has both back',
    async ({ killed, hanging, names, other, ...rest }) => {
      const before = await health();
      const usualMs = await medianCommandMs(other);
      const brokenMs = performance.now();
      await fault({ kind: 'hang', part: hanging });
      await fault({ kind: 'kill', part: killed });

      const whenKilled = await waitFor('the killed one to be named', async () => {
        const notice = (await health()).notices.find(({ about }) => about === killed);
        return notice;
      });
      expect(whenKilled.text).toEqual({
        en: `${names[killed]} stopped and is being started again. Nothing needs to be done; if it happens often, look at the log.`,
        zh: `${names[killed]} 停止了，正在重新启动。不需要你做什么；如果经常发生，请查看日志。`,
      });

      const duringMs = await medianCommandMs(other);
      expect(duringMs).toBeLessThan(usualMs * RATIO + SLACK_MS);

      const named = await waitFor('the hanging one to be named', async () => {
        const now = await health();
        return now.parts.some(({ name, state }) => name === hanging && state === 'hanging') && now;
      });
      expect(adapterOf(named, hanging)?.state).toBe('fault');
      const english = `${names[hanging]} does not answer. If it stays silent, it is started again by itself within seconds; all else goes on.`;
      const chinese = `${names[hanging]} 没有应答。如果一直没有应答，几秒后会自动重新启动；其他一切照常。`;
      expect(named.notices.find(({ about }) => about === hanging)?.text).toEqual({
        en: english,
        zh: chinese,
      });
      // At one time: it is begun anew within seconds, and is then not named any more.
      const [told, inChinese] = await Promise.all([status('en'), status('zh')]);
      expect(told).toContain(`Fault: ${english}`);
      expect(inChinese).toContain(chinese);

      const broken = [killed, hanging, ...(rest.with === undefined ? [] : [rest.with])];
      await waitFor(
        `${broken.join(', ')} to be back`,
        async () => {
          const now = await health();
          return broken.every(
            (id) => isBack(now, id) && restartsOf(now, id) > restartsOf(before, id),
          );
        },
        BACK_WITHIN_MS,
      );
      expect(performance.now() - brokenMs).toBeLessThan(BACK_WITHIN_MS);
      expect((await health()).notices).toEqual([]);
      await connected(house);
      for (const handle of ['hall-lamp', 'coffee-machine']) {
        await waitFor(
          `${handle} to be back`,
          async () => (await house.device(handle)).availability.online,
        );
        await commandMs(handle, true);
      }
    },
    60_000,
  );
});
