// Bluetooth devices that a Shelly hears: each of them a device of the home by itself, which comes and goes with what
// people do on the Shelly's own page.
import { expect, test } from 'vitest';
import { nodeAddress } from '../../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import { add, atHome, eventsOf, key, startHub } from './testing/test-home.ts';
import { gateway } from './testing/test-profiles.ts';

const ID = 'shellyblugwg3-54320aa1020f';
const BUTTON = nodeAddress(`${ID}/blu-3c2ef571d52a`);
const WALL = nodeAddress(`${ID}/blu-3c2ef571d52b`);
const DOOR = nodeAddress(`${ID}/blu-3c2ef571d52c`);
const WEATHER = nodeAddress(`${ID}/blu-3c2ef571d52d`);
const VALVE = nodeAddress(`${ID}/blu-f844771d0554`);
const FINE = { fault: false, x_errors: '', x_rssi: -59, battery: 90 };

test('each device that a gateway hears is a device of the home, with all that it measures', async () => {
  await using home = await atHome(gateway());
  const { hub } = home;
  await hub.until('all of them', () =>
    [BUTTON, WALL, DOOR, WEATHER, VALVE].every((node) => hub.isOnline(node) === true),
  );
  expect(hub.description(BUTTON)).toMatchObject({
    ...{ title: 'Bedside', model: 'BLU Button1', kind: 'button', power: 'battery' },
  });
  expect(hub.description(DOOR)).toMatchObject({ title: 'Front door', kind: 'contact' });
  expect(hub.description(VALVE)).toMatchObject({ title: 'Radiator', kind: 'thermostat' });
  expect(hub.values(DOOR)).toEqual({ open: true, illuminance: 12, x_rotation: 4.5, ...FINE });
  expect(hub.values(WEATHER)).toEqual({
    ...{ 'temperature@1': 7.4, 'temperature@2': 9.1, humidity: 71, pressure: 1_013.2 },
    ...{ rainfall: 3.6, x_object_231: 42, ...FINE },
  });
  expect(hub.values(VALVE)).toEqual({
    ...{ targetTemperature: 17.8, temperature: 18.5, valvePosition: 54, runningState: 'heat' },
    ...{ boost: false, x_valve_connected: true, ...FINE },
  });
});

test('presses come with the button that was pressed, and values as they are heard', async () => {
  await using home = await atHome(gateway());
  const { hub, device } = home;
  device.tell('bthomedevice:200', 'double_push', { id: 200, idx: 0 });
  device.tell('bthomedevice:201', 'single_push', { id: 201, idx: 0 });
  device.tell('bthomedevice:201', 'long_push', { id: 201, idx: 3 });
  await hub.until('the presses', () => eventsOf(hub, WALL).length === 2);
  expect(eventsOf(hub, BUTTON)).toEqual(['button double']);
  expect(eventsOf(hub, WALL)).toEqual(['button@1 single', 'button@4 long']);
  device.change('bthomesensor:202', { value: false });
  await hub.until('the door', () => hub.values(DOOR)[key('open')] === false);
  device.change('bthomedevice:202', { errors: ['key_missing_or_bad'], battery: 12 });
  await hub.until('its errors', () => hub.values(DOOR)[key('fault')] === true);
  expect(hub.values(DOOR)).toMatchObject({
    ...{ x_errors: 'bthomedevice:202 key_missing_or_bad', battery: 12 },
  });
});

test('a radiator valve is set through its gateway', async () => {
  await using home = await atHome(gateway());
  const { hub, device } = home;
  const set = (property: string, value: PropertyValue) =>
    hub.settle(VALVE, { kind: 'set', property: key(property), value });
  expect((await set('targetTemperature', 20.5)).state).toBe('acknowledged');
  expect(device.requests.at(-1)).toEqual({
    method: 'BluTRV.Call',
    params: { id: 204, method: 'Trv.SetTarget', params: { id: 0, target_C: 20.5 } },
  });
  await hub.until('it to be set', () => hub.values(VALVE)[key('targetTemperature')] === 20.5);
  expect((await set('boost', true)).state).toBe('acknowledged');
  await hub.until('the boost', () => hub.values(VALVE)[key('boost')] === true);
  expect((await set('targetTemperature', 31)).problem?.code).toBe('invalid-input');
});

test('a device that has been silent for days counts as gone, and one that speaks again is back', async () => {
  const model = gateway();
  const old = Math.floor(Date.now() / 1_000) - 4 * 86_400 - 60;
  const added = (model.added ?? []).map((one) =>
    one.key === 'bthomedevice:203'
      ? { ...one, status: { ...one.status, last_updated_ts: old } }
      : one,
  );
  const { sys: _, ...status } = model.status;
  await using home = await atHome({ ...model, status, added });
  const { hub, device } = home;
  await hub.until('word of it', () =>
    hub.items.some(
      (item) =>
        item.kind === 'availability' &&
        item.node === WEATHER &&
        item.reason === 'Nothing was heard of it for 4 days',
    ),
  );
  device.change('bthomedevice:203', { last_updated_ts: Math.floor(Date.now() / 1_000) });
  await hub.until('it to be back', () => hub.isOnline(WEATHER) === true);
});

test('one that is learned on the gateway appears, and one that is forgotten there is told', async () => {
  await using home = await atHome(gateway());
  const { hub, device, folder } = home;
  const added = nodeAddress(`${ID}/blu-3c2ef571d5ff`);
  const address = { addr: '3c:2e:f5:71:d5:ff', name: 'Cellar' };
  const at = Math.floor(Date.now() / 1_000);
  device.add(
    'bthomedevice:205',
    { id: 205, rssi: -70, battery: 44, last_updated_ts: at },
    { id: 205, ...address },
  );
  await hub.until('the new one', () => hub.isOnline(added) === true);
  expect(hub.description(added)?.title).toBe('Cellar');
  device.take('bthomedevice:200');
  device.take('bthomesensor:200');
  await hub.until('the one that is gone', () => hub.isOnline(BUTTON) === false);
  expect(hub.isOnline(WALL)).toBe(true);

  // What is removed from the home stays away, also over a restart, while the gateway still hears it.
  await hub.call({ kind: 'remove', node: DOOR, force: false });
  await hub.call({ kind: 'remove', node: BUTTON, force: false });
  await hub.stop();
  await using next = await startHub(folder);
  await next.until('the others', () => next.isOnline(WALL) === true);
  expect(next.description(DOOR)).toBeNull();
  expect(next.isOnline(DOOR)).toBeNull();
  await add(next, device);
  await next.until('it again', () => next.isOnline(DOOR) === true);

  // With the gateway go all that it speaks for.
  const answer = await next.call({ kind: 'remove', node: nodeAddress(ID), force: false });
  expect(answer).toEqual({ removed: expect.arrayContaining([WALL, DOOR, WEATHER, VALVE]) });
  const left = next.messages.flatMap((one) => (one.kind === 'left' ? [one.node] : []));
  expect(left).toEqual(expect.arrayContaining([nodeAddress(ID), WALL, DOOR, WEATHER, VALVE]));
});

test('with the gateway all of its devices are out of reach, and back', async () => {
  await using home = await atHome(gateway());
  const { hub, device } = home;
  await device.unplug();
  await hub.until('the loss', () => [BUTTON, VALVE].every((node) => hub.isOnline(node) === false));
  await device.start();
  await hub.until('them back', () => [BUTTON, VALVE].every((node) => hub.isOnline(node) === true));
});
