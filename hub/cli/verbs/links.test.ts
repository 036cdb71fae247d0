// `ingle links`: what a Zigbee device reports and is bound to is shown, set, and refused in words.
import { expect, test } from 'vitest';
import { startBench } from '../test-cli.ts';

test('reports and bindings are shown and set, in both languages', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  const shown = await bench.ingle(['links', 'Hall lamp']);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/genOnOff +onOff +after 0 to 3600 s/);
  expect(shown.stdout).toMatch(/genOnOff +the hub/);
  const set = await bench.ingle([
    ...['links', 'report', 'Hall lamp', 'genOnOff', 'onOff', '5', '600', '--change', '1'],
  ]);
  expect(set.stdout).toContain('Hall lamp has agreed.');
  expect(set.stdout).toMatch(/after 5 to 600 s +by 1/);
  const bound = await bench.ingle([
    ...['links', 'bind', 'Hall lamp', 'genOnOff', '--to', 'Hall lamp:2', '--lang', 'zh'],
  ]);
  expect(bound.stdout).toContain('Hall lamp，端点 2');
  const wrong = await bench.ingle([
    'links',
    'report',
    'Hall lamp',
    'genOnOff',
    'onOff',
    'x',
    '600',
  ]);
  expect(wrong.code).toBe(2);
}, 60_000);
