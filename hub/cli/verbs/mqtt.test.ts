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
  expect(chinese.stdout).toContain('还没有 MQTT 账户');
});
