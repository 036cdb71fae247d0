// `ingle mqtt accounts` and the pairing of what lies on the home's network.
import { expect, test } from 'vitest';
import { startBench } from '../test-cli.ts';

test('an account is made with a line to copy, listed, and removed', async () => {
  await using bench = await startBench();
  const empty = await bench.ingle(['mqtt', 'accounts']);
  expect(empty.stdout).toContain('no MQTT accounts yet');
  const made = await bench.ingle(['mqtt', 'accounts', 'add', 'kitchen-plug']);
  expect(made.code).toBe(0);
  expect(made.stdout).toContain('User kitchen-plug, password told-once, port 1883.');
  expect(made.stdout).toContain(
    'MqttUser kitchen-plug; MqttPassword told-once; Topic kitchen-plug',
  );
  const listed = await bench.ingle(['mqtt', 'accounts', '--json']);
  expect(JSON.parse(listed.stdout)).toMatchObject({ name: 'kitchen-plug', isConnected: false });
  const again = await bench.ingle(['mqtt', 'accounts', 'add', 'kitchen-plug']);
  expect(again.code).toBe(1);
  const removed = await bench.ingle(['mqtt', 'accounts', 'remove', 'kitchen-plug']);
  expect(removed.stdout).toContain('The account kitchen-plug is removed.');
  expect((await bench.ingle(['mqtt', 'accounts', 'remove', 'kitchen-plug'])).code).toBe(2);
});

test('a name that no topic can have is refused, in Chinese too', async () => {
  await using bench = await startBench();
  const { code, stderr } = await bench.ingle(['mqtt', 'accounts', 'add', 'a/b']);
  expect(code).toBe(2);
  expect(stderr).toContain('letters, digits');
  const chinese = await bench.ingle(['mqtt', 'accounts', '--lang', 'zh']);
  expect(chinese.stdout).toContain('还没有 MQTT 账号');
});

test('an account is given rights, they are listed and changed, and wrong ones are refused', async () => {
  await using bench = await startBench();
  const made = await bench.ingle([
    ...['mqtt', 'accounts', 'add', 'zigbee2mqtt', '--announce', '--topic', 'zigbee2mqtt-loft/#'],
  ]);
  expect(made.code).toBe(0);
  expect(made.stdout).not.toContain('Backlog');
  const changed = await bench.ingle([
    ...['mqtt', 'accounts', 'change', 'zigbee2mqtt', '--home', 'control'],
  ]);
  expect(changed.code).toBe(0);
  const listed = await bench.ingle(['mqtt', 'accounts']);
  expect(listed.stdout).toContain('zigbee2mqtt-loft/#, announces devices, controls the home');
  const wrong = await bench.ingle(['mqtt', 'accounts', 'change', 'zigbee2mqtt', '--home', 'some']);
  expect(wrong.code).toBe(2);
  const less = await bench.ingle([
    ...['mqtt', 'accounts', 'change', 'zigbee2mqtt', '--no-announce', '--json'],
  ]);
  expect(JSON.parse(less.stdout)).toMatchObject({ announces: false, home: 'control' });
  expect((await bench.ingle(['mqtt', 'accounts', 'change', 'nobody', '--announce'])).code).toBe(2);
});

test('found devices are listed with what is left out, and accepted one by one or all of a bridge', async () => {
  await using bench = await startBench();
  const found = await bench.ingle(['mqtt', 'found', '--lang', 'zh']);
  expect(found.stdout).toContain('Bridge lamp  IKEA LED1624G9  Zigbee2MQTT  已发现  ha/lamp');
  expect(found.stdout).toContain('未采用：camera/door，因为它不是属性');
  const one = await bench.ingle(['mqtt', 'accept', 'ha/lamp']);
  expect(one.stdout).toContain('1 device is in the home now.');
  const all = await bench.ingle(['mqtt', 'accept', '--bridge', 'Zigbee2MQTT', '--json']);
  expect(JSON.parse(all.stdout)).toEqual({ nodes: ['ha/lamp', 'ha/plug'] });
  expect((await bench.ingle(['mqtt', 'accept'])).code).toBe(2);
  expect((await bench.ingle(['mqtt', 'accept', '--bridge', 'Nobody'])).code).toBe(2);
});

test('what is shared over MQTT is chosen by room and device, listed, and given back to all', async () => {
  await using bench = await startBench();
  const lamp = bench.hub.addDevice('Hall lamp');
  bench.hub.addDevice('Loft lamp');
  const share = (...more: string[]) => bench.ingle(['mqtt', 'share', ...more]);
  expect((await share()).stdout).toContain('Nothing is shared over MQTT');
  expect((await share('--on')).stdout).toContain('Shared over MQTT: 2 of 2 devices.');
  const without = await share('--without', 'Loft lamp', '--list');
  expect(without.stdout).toContain('Shared over MQTT: 1 of 2 devices.');
  expect(without.stdout).toContain('  Loft lamp  not shared, by choice');
  const chosen = await bench.ingle([
    ...['mqtt', 'share', '--device', 'Hall lamp', '--auto', 'Loft lamp', '--json'],
  ]);
  expect(JSON.parse(chosen.stdout)).toMatchObject({ isOn: true, rooms: null });
  expect(JSON.parse(chosen.stdout).devices[0]).toMatchObject({ id: lamp.id, own: true });
  const all = await bench.ingle(['mqtt', 'share', '--all', '--lang', 'zh']);
  expect(all.stdout).toContain('2 个设备中的 2 个');
  expect((await share('--room', 'nowhere')).code).toBe(2);
  expect((await share('--device', 'nobody')).code).toBe(2);
}, 30_000);
