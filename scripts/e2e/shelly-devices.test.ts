// Goal: what a Shelly brings stands in a whole house: the Bluetooth devices that a gateway hears are devices of the
// home that scenes use, a sensor that sleeps is heard when it calls, and all of them go with the Shelly that speaks for
// them. Method: the real hub over its API, emulated devices that speak Shelly's own protocol.
import { expect, test } from 'vitest';
import { climate, gateway } from '../../adapters/wifi/shelly/testing/test-profiles.ts';
import { freePort } from '../virtual-home/lan/demo-lan.ts';
import { ShellyDevice } from '../virtual-home/lan/shelly-device.ts';
import type { DeviceJson } from './house.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

async function devices(hub: RunningHub): Promise<DeviceJson[]> {
  const { body } = await hub.call<{ items: DeviceJson[] }>('/api/devices?limit=200');
  return body.items;
}

async function named(hub: RunningHub, name: string): Promise<DeviceJson> {
  return waitFor(name, async () => (await devices(hub)).find((one) => one.name === name));
}

async function add(hub: RunningHub, device: ShellyDevice, count: number): Promise<void> {
  const before = (await devices(hub)).length;
  const { status, body } = await hub.call<{ id: string }>('/api/jobs', {
    body: { kind: 'pair', protocol: 'shelly', address: `127.0.0.1:${device.port}` },
  });
  expect(`${status} ${JSON.stringify(body)}`).toMatch(/^202/);
  await waitFor('its devices', async () => (await devices(hub)).length >= before + count);
  await hub.call(`/api/jobs/${body.id}`, { method: 'DELETE' });
}

test('Bluetooth devices of a gateway and a sensor that sleeps are devices of the home, until they are removed', async () => {
  const [blu, sensor] = [new ShellyDevice(gateway()), new ShellyDevice(climate())];
  const callPort = String(await freePort());
  await using hub = await startHub({ environment: { INGLE_SHELLY_CALL_PORT: callPort } });
  try {
    for (const device of [blu, sensor]) await device.start(0);
    await add(hub, blu, 6);
    const door = await named(hub, 'Front door');
    expect(door).toMatchObject({ kind: 'contact', availability: { online: true } });
    const valve = await named(hub, 'Radiator');
    const set = { body: { property: 'targetTemperature', value: 21.5 } };
    const warmer = await hub.call<{ state: string }>(
      `/api/devices/${valve.id}/commands?wait=observed`,
      set,
    );
    expect(warmer.body.state).toBe('observed');

    const scene = `scene: Cold air\nwhen:\n  - becomes: {${door.handle}.open: false}\ndo:\n  - set: {${valve.handle}: {targetTemperature: 19}}\n`;
    const saved = await hub.call('/api/scenes', { body: { text: scene } });
    expect(`${saved.status} ${JSON.stringify(saved.body)}`).toMatch(/^201/);
    blu.change('bthomesensor:202', { value: false });
    await waitFor('the valve to be turned down', () => blu.status['blutrv:204']?.target_C === 19);

    await add(hub, sensor, 1);
    await waitFor('it to know where to call', () => 'ws' in sensor.config);
    await sensor.unplug();
    await sensor.wake({ 'temperature:0': { tC: 12.5 } });
    const warmth = async () =>
      (await devices(hub)).find(({ properties }) => properties.temperature?.value === 12.5);
    expect(await waitFor('its value', warmth)).toMatchObject({ availability: { online: true } });

    const all = await devices(hub);
    const own = all.find(({ name }) => name === 'Shelly BluGwG3');
    expect(own).toBeDefined();
    expect((await hub.call(`/api/devices/${own?.id}`, { method: 'DELETE' })).status).toBe(204);
    await waitFor('all of the gateway to be gone', async () => (await devices(hub)).length === 1);
  } finally {
    await blu.stop();
    await sensor.stop();
  }
}, 90_000);
