// Goal: a home is shared over the Matter bridge and stays shared. Method: the real hub with emulated Zigbee, Shelly and
// Tasmota devices, and real matter.js controllers at the far end of a pair of virtual cables (root on Linux); what a
// command did is read from the device. INGLE_COUNT=50 has 50 devices on the bridge, and tries restarts and older
// controllers too.
import { cpSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestController } from '../../adapters/matter/testing/test-controller.ts';
import type { BridgeJson } from '../../hub/api/matter-bridge-shapes.ts';
import { restoreBackup } from '../../hub/store/backup/read.ts';
import { installedPackage } from '../bench/peers/install.ts';
import { freePort } from '../virtual-home/lan/demo-lan.ts';
import { LanHome } from '../virtual-home/lan/lan-home.ts';
import { createDemoNamespace, type DemoNamespace } from '../virtual-home/matter/namespace.ts';
import { addShelly, addTasmota } from './add-devices.ts';
import { connected, type House, nodeOf, openHouse } from './house.ts';
import { whyNoMatter } from './matter-devices.ts';
import { makeFolder, waitFor } from './running-hub.ts';

const why = whyNoMatter();
/** Two of them are of the network, the others Zigbee. */
const COUNT = Math.min(Number(process.env.INGLE_COUNT ?? 8), 60);
/** Versions of matter.js of before; installed where there is time for it. */
const OLDER = ['0.16.11'];
/** `npm run soak`, which has the time. */
const IS_LONG = process.env.INGLE_COUNT !== undefined;
/** Of the controller on its own, after its bridge came back. */
const BACK_WITHIN_MS = 60_000;

let network: DemoNamespace;
let lan: LanHome;
let house: House;
let controller: TestController;
const folders: string[] = [];
/** Endpoint of each device by its name, as the controller learned them at first. */
const endpoints = new Map<string, number>();

const endpointOf = (name: string): number => endpoints.get(name) ?? -1;

async function bridge(method = 'GET', at = '', body?: object): Promise<BridgeJson> {
  const { status, body: answer } = await house.hub.call<BridgeJson>(`/api/matter/bridge${at}`, {
    method,
    ...(body === undefined ? {} : { body }),
  });
  if (status !== 200) throw new Error(`${method} ${at}: ${JSON.stringify(answer)}`);
  return answer;
}

function startController(name: string, from?: string): Promise<TestController> {
  const data = makeFolder();
  folders.push(data);
  return TestController.start({
    inside: network.inside,
    data: path.join(data, name),
    networkInterface: network.deviceInterface,
    ...(from === undefined ? {} : { from }),
  });
}

async function openCode(): Promise<NonNullable<BridgeJson['window']>> {
  const { window } = await bridge('POST', '/window', { seconds: 300 });
  if (window === null) throw new Error('the window is not open');
  return window;
}

/** A switch is turned over by the controller, and the device itself did it. */
async function turnsOver(name: string, isOn: () => unknown): Promise<void> {
  const before = isOn() === true;
  await controller.invoke(endpointOf(name), 'onOff', before ? 'off' : 'on');
  await waitFor(`${name} itself`, () => isOn() === !before);
  // Read, since a controller whose bridge was away subscribes again when it sees fit.
  const shown = () => controller.read(endpointOf(name), 'onOff', 'onOff');
  await waitFor(`${name} to be shown so`, async () => (await shown()) === !before);
}

const shellyIsOn = () => lan.shelly('Coffee machine').status['switch:0']?.output;
const tasmotaIsOn = () => lan.tasmota('Fridge plug').state.POWER === 'ON';
const zigbeeIsOn = () => nodeOf(house, zigbeePlug).state.on;
let zigbeePlug = '';

/** The bridge came back under the controller: what it asks is done, without being added anew. */
async function stillWorks(): Promise<void> {
  await waitFor(
    'the controller to reach the bridge again',
    () =>
      controller.invoke(endpointOf('coffee-machine'), 'onOff', 'off').then(
        () => true,
        () => false,
      ),
    BACK_WITHIN_MS,
  );
  const numbers = (await controller.endpoints()).map(({ number }) => number);
  expect(numbers).toEqual(expect.arrayContaining([...endpoints.values()]));
  await waitFor('Zigbee', async () => (await house.device(handle(zigbeePlug))).availability.online);
  await turnsOver(zigbeePlug, zigbeeIsOn);
  await turnsOver('coffee-machine', shellyIsOn);
  await waitFor('MQTT', async () => (await house.device('fridge-plug')).availability.online);
  await turnsOver('fridge-plug', tasmotaIsOn);
  expect((await bridge()).fabrics.length).toBe(1);
}

const handle = (name: string) => name.toLowerCase().replaceAll(' ', '-');

describe.skipIf(why !== null)(`a home that is shared${why ? ` (skipped: ${why})` : ''}`, () => {
  beforeAll(async () => {
    network = await createDemoNamespace();
    lan = await LanHome.start({ seed: 1, speed: 1, residents: false });
    const ports = { mqtt: await freePort(), bridge: await freePort() };
    house = await openHouse({
      home: { nodes: COUNT - 2, latency: { minMs: 0, maxMs: 1 } },
      environment: {
        INGLE_MATTER: '1',
        INGLE_MDNS_INTERFACE: network.hubInterface,
        INGLE_MQTT_PORT: String(ports.mqtt),
        INGLE_MATTER_BRIDGE_PORT: String(ports.bridge),
      },
    });
    await house.add(...house.home.control.nodes().map(({ name }) => name));
    await connected(house, 'mqtt');
    await addShelly(house, lan, 'Coffee machine', 'coffee-machine');
    await addTasmota(house, lan, 'Fridge plug', 'fridge-plug');
    await connected(house, 'matter');
    const plug = (await house.devices()).find(
      ({ kind, name }) => kind === 'plug' && /\d/.test(name),
    );
    zigbeePlug = plug?.name ?? '';
  }, 120_000);

  afterAll(async () => {
    await controller?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
    await lan?.stop();
    await network?.remove();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it(`has ${COUNT} devices on the bridge once an owner says so, and a controller adds it by the QR code`, async () => {
    await bridge('PATCH', '', { on: true });
    const on = await waitFor('the bridge', async () => {
      const now = await bridge();
      return now.state === 'on' && now.devices.every(({ endpoint }) => endpoint !== null) && now;
    });
    expect(on.devices.length).toBe(COUNT);
    const { qrText } = await openCode();
    controller = await startController('first');
    await controller.commission(qrText);
    for (const { number, clusters } of await controller.endpoints()) {
      if (!clusters.includes('bridgedDeviceBasicInformation')) continue;
      const name = await controller.get(number, 'bridgedDeviceBasicInformation', 'nodeLabel');
      endpoints.set(String(name), number);
    }
    expect([...endpoints.keys()].sort()).toEqual(
      (await house.devices()).map(({ name }) => name).sort(),
    );
    const now = await waitFor('word of it', async () => {
      const { fabrics, window } = await bridge();
      return fabrics.length === 1 && window === null && fabrics[0];
    });
    expect(now).toMatchObject({
      name: 'Test home',
      isConnected: true,
      sees: COUNT,
      readOnly: false,
    });
  }, 90_000);

  it('acts on Zigbee, Wi-Fi and MQTT devices alike, and the home knows who asked', async () => {
    await turnsOver(zigbeePlug, zigbeeIsOn);
    await turnsOver('coffee-machine', shellyIsOn);
    await turnsOver('fridge-plug', tasmotaIsOn);
    const { id } = await house.device('fridge-plug');
    const { body } = await house.hub.call(`/api/why?device=${id}&property=on`);
    expect(JSON.stringify(body)).toContain('Test home asked for it over Matter');
  }, 60_000);

  it('shows what is done at the devices themselves, and which of them cannot be reached', async () => {
    const before = shellyIsOn() === true;
    lan.shelly('Coffee machine').toggle();
    await controller.becomes(endpointOf('coffee-machine'), 'onOff', 'onOff', !before);
    await lan.tasmota('Fridge plug').unplug();
    const information = 'bridgedDeviceBasicInformation';
    await controller.becomes(endpointOf('fridge-plug'), information, 'reachable', false, 30_000);
    await expect(
      controller.invoke(endpointOf('fridge-plug'), 'onOff', 'toggle'),
    ).rejects.toMatchObject({ status: 1 });
    lan.tasmota('Fridge plug').plugIn();
    await controller.becomes(endpointOf('fridge-plug'), information, 'reachable', true, 30_000);
  }, 60_000);

  it('keeps a device under its endpoint when it gets another name', async () => {
    const { id } = await house.device('coffee-machine');
    const body = { name: 'Espresso' };
    await house.hub.call(`/api/devices/${id}`, { method: 'PATCH', body });
    const information = 'bridgedDeviceBasicInformation';
    await controller.becomes(endpointOf('coffee-machine'), information, 'nodeLabel', 'Espresso');
    await turnsOver('coffee-machine', shellyIsOn);
  }, 30_000);

  it('lets a fabric look and not touch, and hides what it is not to see', async () => {
    const [fabric] = (await bridge()).fabrics;
    const at = `/fabrics/${fabric?.id}`;
    await bridge('PATCH', at, { readOnly: true });
    const ask = () => controller.invoke(endpointOf('coffee-machine'), 'onOff', 'toggle');
    const before = shellyIsOn();
    await expect(ask()).rejects.toMatchObject({ status: 0x7e });
    expect(shellyIsOn()).toBe(before);
    await bridge('PATCH', at, { readOnly: false, kinds: ['climate'] });
    const places = async () => {
      const all = await controller.endpoints();
      const number = endpointOf('coffee-machine');
      return all.filter((each) => each.number === number || each.parts.includes(number)).length;
    };
    await waitFor('it to be hidden', async () => (await places()) === 0);
    await bridge('PATCH', at, { kinds: null });
    // Itself, and in the lists of the node and of the aggregator.
    await waitFor('it to be back', async () => (await places()) === 3);
    await waitFor('it to obey', () =>
      ask().then(
        () => true,
        () => false,
      ),
    );
  }, 60_000);

  it('goes on with the same controller after its disk was lost, from a backup restored into an empty folder', async () => {
    const post = { method: 'POST', body: {} };
    const { body: made } = await house.hub.call<{ code: string }>('/api/backups/code', post);
    const job = { method: 'POST', body: { kind: 'backup' } };
    const { body: started } = await house.hub.call<{ id: string }>('/api/jobs', job);
    const done = await waitFor('the backup', async () => {
      const at = `/api/jobs/${started.id}`;
      const { body } = await house.hub.call<{ state: string; result: { name: string } }>(at);
      return body.state !== 'running' && body;
    });
    expect(done.state).toBe('done');
    const kept = makeFolder();
    folders.push(kept);
    const file = path.join(kept, done.result.name);
    cpSync(path.join(house.data, 'backups', done.result.name), file);
    await house.hub.kill();
    rmSync(house.data, { recursive: true });
    await restoreBackup(file, made.code, house.data);
    await house.restart();
    await stillWorks();
  }, 120_000);

  it.runIf(IS_LONG)(
    'goes on after a restart and after a power cut by itself',
    async () => {
      await house.hub.stop();
      await house.restart();
      await stillWorks();
      await house.hub.kill();
      await house.restart();
      await stillWorks();
    },
    240_000,
  );

  it('is shared with a second controller while the first stays, and each is removed by itself', async () => {
    const { manualCode } = await openCode();
    await using second = await startController('second');
    await second.commission(manualCode);
    const both = await waitFor('both', async () => {
      const { fabrics } = await bridge();
      return fabrics.length === 2 && fabrics;
    });
    const newer = both.find(({ id }) => id !== both[0]?.id);
    await second.invoke(endpointOf('coffee-machine'), 'onOff', 'on');
    await bridge('DELETE', `/fabrics/${newer?.id}`);
    await waitFor('one to be left', async () => (await bridge()).fabrics.length === 1);
    await turnsOver('coffee-machine', shellyIsOn);
    await bridge('POST', '/reset', {});
    await waitFor('nobody to have it', async () => (await bridge()).fabrics.length === 0);
    await using third = await startController('third');
    await third.commission((await openCode()).qrText);
    await third.invoke(endpointOf('coffee-machine'), 'onOff', 'on');
    await waitFor('the plug', () => shellyIsOn() === true);
  }, 120_000);

  it.runIf(IS_LONG).each(OLDER)(
    'is added by a controller on matter.js %s, too, and obeys it',
    async (version) => {
      const from = path.join(installedPackage('@matter/main', version), 'package.json');
      await bridge('POST', '/reset', {});
      await using old = await startController(`old-${version}`, from);
      await old.commission((await openCode()).manualCode);
      const before = shellyIsOn() === true;
      await waitFor('it to know the plug', () =>
        old.invoke(endpointOf('coffee-machine'), 'onOff', before ? 'off' : 'on').then(
          () => true,
          () => false,
        ),
      );
      await waitFor('the plug', () => shellyIsOn() === !before);
    },
    400_000,
  );
});
