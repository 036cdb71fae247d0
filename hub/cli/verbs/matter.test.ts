// `ingle matter bridge`: the home shared with the home apps of others.
import { expect, test } from 'vitest';
import type { Actor } from '../../model/hub-port.ts';
import type { FabricId } from '../../model/identifiers.ts';
import { expectCode, startBench } from '../test-cli.ts';

const BRIDGE = ['matter', 'bridge'];
const NOBODY: Actor = { member: null, cause: { kind: 'local' } };
const GOOGLE = '2906c908d115d362' as FabricId;

test('the bridge is switched on, its code is shown as a QR code and as digits, and closed again', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  const before = await bench.ingle(BRIDGE);
  expect(before.stdout).toContain('The Matter bridge is off.');
  expect((await bench.ingle([...BRIDGE, 'code'])).code).toBe(2);
  const on = await bench.ingle([...BRIDGE, 'on']);
  expect(on.stdout).toContain('The Matter bridge is on, on UDP port 5540.');
  expect(on.stdout).toContain('It offers 1 of 1 device.');
  const code = await bench.ingle([...BRIDGE, 'code', '--seconds', '300']);
  expect(code.stdout).toContain('Code: 3347-040-6629');
  expect(code.stdout).toContain('QR text: MT:-24J0C0R15OT2I0R800');
  expectCode(code.stdout);
  const chinese = await bench.ingle([...BRIDGE, 'code', '--lang', 'zh']);
  expect(chinese.stdout).toContain('配对码：3347-040-6629');
  expect((await bench.ingle([...BRIDGE, 'code', '--seconds', '5'])).code).toBe(2);
});

test('devices are offered and left out by name and kind', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  await bench.hub.bridge.set({ isOn: true }, NOBODY);
  const devices = async () => (await bench.ingle([...BRIDGE, 'devices'])).stdout;
  expect(await devices()).toContain('Hall lamp  endpoint 2, DimmableLight');
  await bench.ingle([...BRIDGE, 'devices', 'remove', 'Hall lamp']);
  expect(await devices()).toContain('Hall lamp  left out by choice');
  await bench.ingle([...BRIDGE, 'devices', 'auto', 'hall']);
  await bench.ingle([...BRIDGE, 'devices', 'kinds', 'plug', 'cover']);
  expect(await devices()).toContain('left out: its kind is not offered');
  const wrong = await bench.ingle([...BRIDGE, 'devices', 'kinds', 'spaceship']);
  expect(wrong.code).toBe(2);
});

test('a home app is listed, narrowed, renamed and removed, and all of them at once', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  await bench.hub.bridge.set({ isOn: true }, NOBODY);
  bench.hub.bridge.join({ id: GOOGLE, label: '', vendorId: 24_582, isConnected: true });
  const fabrics = async () => (await bench.ingle([...BRIDGE, 'fabrics'])).stdout;
  expect(await fabrics()).toContain('Google Home, sees 1 device  may control  connected');
  const narrowed = await bench.ingle([
    ...[...BRIDGE, 'fabrics', 'rights', 'Google Home', '--kinds', 'plug', '--read-only'],
  ]);
  expect(narrowed.stdout).toContain('sees 0 devices  looks only');
  expect((await bench.ingle([...BRIDGE, 'fabrics', 'rights', 'Google Home'])).code).toBe(2);
  await bench.ingle([...BRIDGE, 'fabrics', 'rename', 'google', 'Nest hub']);
  expect(await fabrics()).toContain('Nest hub (Google Home)');
  const removed = await bench.ingle([...BRIDGE, 'fabrics', 'remove', 'Nest hub']);
  expect(removed.stdout).toContain('Nest hub no longer has the bridge.');
  expect((await bench.ingle([...BRIDGE, 'reset'])).code).toBe(2);
  expect((await bench.ingle([...BRIDGE, 'reset', '--yes'])).code).toBe(0);
});
