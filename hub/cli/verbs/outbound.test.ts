// `ingle outbound`, `ingle notify` and `ingle scenes undo` against the API.
import { expect, test } from 'vitest';
import { notificationId, sceneId } from '../../model/identifiers.ts';
import { startBench } from '../test-cli.ts';

test('item 65: the owner keeps the list of what scenes may call, and a bad entry is refused with what would be right', async () => {
  await using bench = await startBench();
  expect((await bench.ingle(['outbound'])).stdout).toContain('Nothing');
  const added = await bench.ingle([
    ...['outbound', 'allow', 'https://Hooks.example/door', 'mqtt:ingle/#'],
  ]);
  expect(added.stdout).toContain('https://hooks.example/door\nmqtt:ingle/#');
  const bad = await bench.ingle(['outbound', 'allow', 'mqtt:#']);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toContain('cannot be allowed');
  const left = await bench.ingle(['outbound', 'remove', 'mqtt:ingle/#', '--json']);
  expect(JSON.parse(left.stdout)).toMatchObject({ allow: ['https://hooks.example/door'] });
  expect((await bench.ingle(['outbound', 'remove', 'https://b.example'])).code).toBe(2);
});

test('item 60: the ntfy server is set, tested and taken away; its token is never shown', async () => {
  await using bench = await startBench();
  const set = await bench.ingle([
    ...['notify', 'ntfy', 'http://192.168.1.20:8080', 'home', '--token', 'tk_secret'],
  ]);
  expect(set.stdout).toContain('home at http://192.168.1.20:8080/');
  const json = (await bench.ingle(['outbound', '--json'])).stdout;
  expect(JSON.parse(json)).toMatchObject({ push: { topic: 'home', hasToken: true } });
  expect(json + set.stdout).not.toContain('tk_secret');
  expect((await bench.ingle(['notify', 'test'])).stdout).toContain('arrived');
  expect((await bench.ingle(['notify', 'off', '--lang', 'zh'])).stdout).toContain(
    '消息只留在收件箱',
  );
  expect((await bench.ingle(['notify', 'ntfy', 'nonsense', 'home'])).code).toBe(2);
});

test('item 60: a message is answered by one of its buttons, once', async () => {
  await using bench = await startBench();
  const id = notificationId('ntf_a');
  bench.hub.notify({
    ...{ id, atMs: 0, text: 'Open?', urgent: false, to: [], scene: null, run: null },
    ...{ readAtMs: null, actions: [{ id: 'yes', text: 'Yes' }] },
  });
  expect((await bench.ingle(['notify'])).stdout).toContain('yes (Yes)');
  const wrong = await bench.ingle(['notify', 'answer', id, 'maybe']);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('yes');
  expect((await bench.ingle(['notify', 'answer', id, 'yes'])).stdout).toContain('yes');
  expect((await bench.ingle(['notify', 'answer', id, 'yes'])).code).toBe(1);
});

test('item 64: a run is undone by its id, and what was left is said', async () => {
  await using bench = await startBench();
  const actor = { member: null, cause: { kind: 'local' } } as const;
  const { id } = await bench.hub.port.runScene(
    sceneId('scene_a'),
    { checkWhile: false, isDry: false },
    actor,
  );
  const { code, stdout } = await bench.ingle(['scenes', 'undo', '--run', id]);
  expect(code).toBe(0);
  expect(stdout).toContain('Started by hand');
  expect((await bench.ingle(['scenes', 'undo', '--run', 'run_none'])).code).toBe(2);
});

test('why a message did not reach the ntfy server is told in the reader’s language', async () => {
  await using bench = await startBench();
  const problem = {
    code: 'forbidden',
    ...{ message: 'ntfy at a.example does not take the token (403)', hint: null },
    zh: { message: 'a.example 上的 ntfy 不接受这个令牌（403）', hint: null },
  } as const;
  bench.hub.notify({
    ...{ id: notificationId('ntf_a'), atMs: 0, text: '厨房漏水', urgent: true, to: [] },
    ...{ scene: null, run: null, readAtMs: null },
    delivery: { channel: 'ntfy', state: 'failed', attempts: 1, atMs: 0, problem },
  });
  expect((await bench.ingle(['notify'])).stdout).toContain(`ntfy: ${problem.message}`);
  expect((await bench.ingle(['notify', '--lang', 'zh'])).stdout).toContain(
    `ntfy: ${problem.zh.message}`,
  );
});
