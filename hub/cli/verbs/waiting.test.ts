// `ingle waiting`: what waits for a sleeping device is said, listed and taken back, in both languages.
import { expect, test } from 'vitest';
import { startBench } from '../test-cli.ts';

test('a setting for a device that sleeps is told as waiting, listed, and taken back', async () => {
  await using bench = await startBench();
  const lamp = bench.hub.addDevice('Hall lamp');
  bench.hub.behave(lamp.id, 'sleeps');
  const set = await bench.ingle(['set', 'Hall lamp', 'brightness', '40%']);
  expect(set.code).toBe(0);
  expect(set.stdout).toMatch(/Hall lamp sleeps: Brightness 40 % waits for it to wake, until .+\./);
  expect(set.stdout).toContain('ingle waiting');
  const listed = await bench.ingle(['waiting', '--lang', 'zh']);
  expect(listed.stdout).toMatch(/Hall lamp：亮度 40 %?.*最晚到/);
  const cancelled = await bench.ingle(['waiting', 'cancel', 'Hall lamp', 'brightness']);
  expect(cancelled.stdout).toContain('Hall lamp: Brightness was taken back.');
  expect((await bench.ingle(['waiting'])).stdout).toContain('Nothing waits');
}, 60_000);
