// What a Shelly must not bring about: passwords that were changed, challenges that have run out, and messages that no
// device would send. INGLE_SEED repeats a run, INGLE_COUNT lengthens it.
import { expect, test } from 'vitest';
import { adapterId, nodeAddress } from '../../../hub/model/identifiers.ts';
import { ShellyDevice } from '../../../scripts/virtual-home/lan/shelly-device.ts';
import { oddJson, oddText } from '../../../scripts/virtual-home/odd-json.ts';
import { createRandom } from '../../../scripts/virtual-home/random.ts';
import { convert, describe as described, eventsOf, valuesOf } from './convert.ts';
import { parseInfo } from './device-info.ts';
import { isJson } from './rpc.ts';
import { atHome, key } from './testing/test-home.ts';
import * as profiles from './testing/test-profiles.ts';

const SEED = Number(process.env.INGLE_SEED ?? 20_261_122);
const COUNT = Number(process.env.INGLE_COUNT ?? 1_700);
const ON = key('on');

test('a challenge that has run out is answered anew, without a word to anybody', async () => {
  await using home = await atHome({ ...profiles.relay(), password: 'candlelight' });
  const { hub, node, device } = home;
  for (const value of [true, false, true]) {
    device.forgetNonces();
    const commands = [1, 2, 3].map(() => hub.settle(node, { kind: 'set', property: ON, value }));
    const outcomes = await Promise.all(commands);
    expect(outcomes.map(({ state }) => state)).toEqual([
      'acknowledged',
      'acknowledged',
      'acknowledged',
    ]);
  }
  expect(device.wrongAnswers).toBe(0);
  expect(hub.isOnline(node)).toBe(true);
});

test('a password that was changed is told with what to do, and the device is not tried again and again', async () => {
  await using home = await atHome({ ...profiles.relay(), password: 'candlelight' });
  const { hub, node, device } = home;
  device.password = 'lamplight';
  device.forgetNonces();
  const outcome = await hub.settle(node, { kind: 'set', property: ON, value: true });
  expect(outcome).toMatchObject({ state: 'failed', problem: { code: 'forbidden' } });
  await hub.until('word of it', () =>
    hub.items.some(
      (item) =>
        item.kind === 'availability' &&
        item.reason?.includes('does not take the password') === true,
    ),
  );
  const again = await hub.settle(node, { kind: 'set', property: ON, value: true });
  expect(again).toMatchObject({ state: 'failed', problem: { code: 'unreachable' } });
  // A device locks up, or its log fills, where a wrong password is tried each second.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  expect(device.wrongAnswers).toBeLessThanOrEqual(1);
  expect(device.connections).toBe(0);
});

test('odd descriptions of any device are taken in or left out, and never more than the table can hold', () => {
  const random = createRandom(SEED);
  process.stdout.write(`INGLE_SEED=${SEED}\n`);
  const models = profiles.PROFILES.map((profile) => new ShellyDevice(profile()));
  for (let n = 0; n < COUNT; n += 1) {
    const { model, status, config } = random.pick(models);
    const attributes = Object.fromEntries(
      (model.added ?? []).flatMap(({ key: one, attrs }) => (attrs ? [[one, attrs]] : [])),
    );
    const odd = oddJson(random, { status, config, attributes });
    if (!isJson(odd) || !isJson(odd.status) || !isJson(odd.config)) continue;
    const whole = {
      status: odd.status,
      config: odd.config,
      attributes: isJson(odd.attributes) ? odd.attributes : {},
    };
    const { nodes, places } = convert(whole);
    const info = parseInfo(model.info);
    for (const node of nodes) {
      const values = valuesOf(node, whole.status, null);
      const keys = described(adapterId('shelly'), nodeAddress(info.id), info, node).properties.map(
        (property) => property.key,
      );
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.length).toBeLessThanOrEqual(240);
      for (const one of Object.keys(values)) expect(keys).toContain(one);
      const events = oddJson(random, { component: 'input:0', event: 'single_push', idx: 0 });
      if (isJson(events)) eventsOf(node, events);
    }
    // What is kept gives the same names again.
    expect(convert(whole, places).places).toEqual(places);
  }
}, 240_000);

test('odd messages of any device neither stop the adapter nor lose the device', async () => {
  const random = createRandom(SEED);
  const perDevice = Math.ceil(COUNT / profiles.PROFILES.length);
  for (const profile of profiles.PROFILES) {
    await using home = await atHome(profile());
    const { hub, node, device } = home;
    const keys = Object.keys(device.status);
    for (let n = 0; n < perDevice; n += 1) {
      const component = random.pick(keys);
      const frame = random.pick([
        { method: 'NotifyStatus', params: { ts: 1, [component]: device.status[component] } },
        { method: 'NotifyFullStatus', params: { ts: 1, ...device.status } },
        { method: 'NotifyEvent', params: { ts: 1, events: [{ component, event: 'single_push' }] } },
        { id: n, src: device.id, result: device.status },
        { id: n, src: device.id, error: { code: 401, message: '{"nonce":1,"realm":"x"}' } },
      ]);
      device.garble(JSON.stringify(oddJson(random, { src: device.id, dst: 'ingle', ...frame })));
      if (n % 100 === 99) await hub.call({ kind: 'describe' });
    }
    // A text that is broken ends the connection, so a few of them stand for all.
    const whole = JSON.stringify({ method: 'NotifyStatus', params: { ts: 1, ...device.status } });
    const from = hub.items.length;
    for (let n = 0; n < 5; n += 1) device.garble(oddText(random, whole));
    device.garble('}{');
    const told = () =>
      hub.items.slice(from).flatMap((item) => {
        return item.kind === 'availability' && item.node === node ? [item.online] : [];
      });
    await hub.until('it to be lost and back', () => told().join() === 'false,true', 15_000);
    await hub.call({ kind: 'refresh', node });
    expect(hub.exitCode).toBeUndefined();
    const described = hub.description(node);
    expect(described?.properties.length).toBeLessThanOrEqual(240);
  }
}, 240_000);
