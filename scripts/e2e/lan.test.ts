// The network devices in a whole house: added through the API, part of scenes that cross protocols, and back by
// themselves after their worker was killed.
import { expect, test } from 'vitest';
import { freePort } from '../virtual-home/lan/demo-lan.ts';
import { LanHome } from '../virtual-home/lan/lan-home.ts';
import { addShelly, addTasmota } from './add-devices.ts';
import { connected, type DeviceJson, type House, nodeOf, openHouse } from './house.ts';
import { waitFor } from './running-hub.ts';

const isOn = async (house: House, handle: string): Promise<boolean> =>
  (await house.device(handle)).properties.on?.value === true;

test('Zigbee, Shelly and Tasmota act upon one another, and outlive their worker', async () => {
  await using lan = await LanHome.start({ seed: 1, speed: 1, residents: false });
  await using house = await openHouse({
    environment: { INGLE_MQTT_PORT: String(await freePort()), INGLE_FAULTS: '1' },
  });
  await house.add('Hall motion', 'Hall lamp');
  await connected(house, 'mqtt');
  await addShelly(house, lan, 'Coffee machine', 'coffee-machine');
  await addShelly(house, lan, 'Dining light', 'dining-light');
  await addTasmota(house, lan, 'Bathroom panel', 'bathroom-panel');
  await house.scene(
    'scene: Motion\nwhen:\n  - becomes: {hall-motion.occupancy: true}\ndo:\n  - set: {coffee-machine: {on: true}}\n',
  );
  await house.scene(
    'scene: Button\nwhen:\n  - presses: {bathroom-panel.button: single}\ndo:\n  - set: {dining-light: {on: true, brightness: 30}}\n  - set: {hall-lamp: {on: true}}\n',
  );

  house.home.control.move(nodeOf(house, 'Hall motion').ieee);
  await waitFor('the plug', () => isOn(house, 'coffee-machine'));
  const { body: runs } = await house.hub.call<{ items: { steps?: unknown[] }[] }>('/api/runs');
  expect(JSON.stringify(runs.items[0])).toContain(
    'Hall motion detects motion: turned coffee-machine on',
  );

  lan.tasmota('Bathroom panel').press('SINGLE');
  await waitFor('the light', () => isOn(house, 'dining-light'));
  await waitFor('the Zigbee lamp', () => isOn(house, 'hall-lamp'));

  await house.hub.call('/api/faults', { body: { kind: 'kill', part: 'shelly' } });
  const restarted = async (id: string) => {
    const { body } = await house.hub.call<{
      adapters: { id: string; state: string; restarts: number }[];
    }>('/api/health');
    const adapter = body.adapters.find((one) => one.id === id);
    return adapter?.state === 'connected' && adapter.restarts > 0;
  };
  await waitFor('both adapters to be back', async () => {
    return (await restarted('shelly')) && (await restarted('mqtt'));
  });
  await waitFor('both devices to be back', async () => {
    const online = async (handle: string) => (await house.device(handle)).availability.online;
    return (await online('coffee-machine')) && (await online('bathroom-panel'));
  });
  const lamp: DeviceJson = await house.device('coffee-machine');
  const off = await house.hub.call<{ state: string }>(
    `/api/devices/${lamp.id}/commands?wait=observed`,
    { body: { property: 'on', value: false } },
  );
  expect(off.body.state).toBe('observed');
}, 90_000);
