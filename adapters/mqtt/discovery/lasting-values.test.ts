// How long a value holds, at the hub's own broker with a real client: a sensor that falls silent is out of reach with
// the reason, one of several that does is named, and motion goes off by itself.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import { expect, test } from 'vitest';
import type { AdapterNotice, NewAccount } from '../../../hub/model/adapter-port.ts';
import { adapterId, nodeAddress } from '../../../hub/model/identifiers.ts';
import type { FoundDevice } from '../../../hub/model/mqtt.ts';
import { offlineReason } from '../../../hub/model/offline-reason.ts';
import { propertyKey } from '../../../hub/model/properties.ts';
import { inProcess, ScriptedHub } from '../../contract/scripted-hub.ts';
import { createMqttAdapter } from '../mqtt-adapter.ts';
import { spanText } from './lasting-values.ts';

const NODE = nodeAddress('ha/probe');
const TEMPERATURE = propertyKey('temperature');
const OCCUPANCY = propertyKey('occupancy');

/** A device with these entities, taken into the home. */
async function withProbe(
  entities: Readonly<Record<string, object>>,
  work: (hub: ScriptedHub, client: MqttClient) => Promise<void>,
): Promise<void> {
  const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  const hub = new ScriptedHub(inProcess(adapterId('mqtt'), createMqttAdapter));
  hub.start({ dataFolder, settings: { host: '127.0.0.1', port: 0, url: null } });
  await hub.connectCore();
  await hub.until('the broker', () => hub.state()?.kind === 'connected');
  const rights = { topics: ['acme/#'], announces: true, home: 'none' } as const;
  const made = (await hub.call({ kind: 'accountAdd', name: 'acme', rights })) as NewAccount;
  const client = await connectAsync(`mqtt://127.0.0.1:${made.port}`, {
    ...{ username: made.name, password: made.password, reconnectPeriod: 0 },
  });
  try {
    const config = {
      device: { ids: ['probe'], name: 'Probe' },
      o: { name: 'Acme' },
      cmps: entities,
    };
    client.publish('homeassistant/device/probe/config', JSON.stringify(config), { retain: true });
    const found = async () => (await hub.call({ kind: 'found' })) as FoundDevice[];
    await expect.poll(async () => (await found()).length).toBe(1);
    expect((await found())[0]?.leftOut).toEqual([]);
    await hub.call({ kind: 'accept', nodes: [NODE], bridge: null });
    await work(hub, client);
  } finally {
    await client.endAsync(true);
    await hub[Symbol.asyncDispose]();
    rmSync(dataFolder, { recursive: true, force: true });
  }
}

const sensor = (name: string, more: object) => ({
  ...{ p: name === 'motion' ? 'binary_sensor' : 'sensor', stat_t: `acme/${name}`, uniq_id: name },
  ...more,
});

function reasonOf(hub: ScriptedHub): string {
  const said = hub.items.flatMap((item) => (item.kind === 'availability' ? [item.reason] : []));
  return said.at(-1) ?? '';
}

function notices(hub: ScriptedHub): readonly AdapterNotice[] {
  const told = hub.messages.flatMap((each) => (each.kind === 'notices' ? [each.notices] : []));
  return told.at(-1) ?? [];
}

test('a device whose values hold no longer is out of reach with the reason, and back with the next word', async () => {
  const temperature = sensor('temperature', { dev_cla: 'temperature', exp_aft: 1 });
  await withProbe({ temperature }, async (hub, client) => {
    client.publish('acme/temperature', '21.5');
    await hub.until('its value', () => hub.values(NODE)[TEMPERATURE] === 21.5);
    expect(hub.isOnline(NODE)).toBe(true);
    await hub.until('it to be out of reach', () => hub.isOnline(NODE) === false);
    expect(reasonOf(hub)).toBe('It has told nothing for 1 second, and its values hold no longer');
    expect(offlineReason(reasonOf(hub), 'zh')).toContain('1 秒');
    client.publish('acme/temperature', '22');
    await hub.until('it to be back', () => hub.isOnline(NODE) === true);
  });
});

test('while other values of a device hold, the one that does not is named, until it is told again', async () => {
  const entities = {
    temperature: sensor('temperature', { dev_cla: 'temperature', exp_aft: 1 }),
    humidity: sensor('humidity', { dev_cla: 'humidity', unit_of_meas: '%', exp_aft: 600 }),
  };
  await withProbe(entities, async (hub, client) => {
    client.publish('acme/humidity', '40');
    client.publish('acme/temperature', '21');
    await hub.until('the old value to be named', () => notices(hub).length === 1);
    expect(hub.isOnline(NODE)).toBe(true);
    expect(notices(hub)[0]?.text.en).toMatch(/^Probe has not told Temperature for longer/);
    expect(notices(hub)[0]?.text.zh).toMatch(/温度/);
    client.publish('acme/temperature', '21');
    await hub.until('nothing to be named', () => notices(hub).length === 0);
    await hub.until('it to be named again', () => notices(hub).length === 1);
    await hub.call({ kind: 'remove', node: NODE, force: false });
    await hub.until('nobody to be named', () => notices(hub).length === 0);
  });
});

test('motion that is only told when it begins goes off after its delay', async () => {
  const motion = sensor('motion', { dev_cla: 'motion', off_dly: 1 });
  await withProbe({ motion }, async (hub, client) => {
    client.publish('acme/motion', 'ON');
    await hub.until('motion', () => hub.values(NODE)[OCCUPANCY] === true);
    await hub.until('its end', () => hub.values(NODE)[OCCUPANCY] === false);
  });
});

test('a span is said in the unit that people would use', () => {
  expect([1_000, 90_000, 300_000, 7_200_000, 86_400_000].map(spanText)).toEqual([
    ...['1 second', '90 seconds', '5 minutes', '2 hours', '24 hours'],
  ]);
});
