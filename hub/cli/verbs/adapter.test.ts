// `ingle adapter`: making, testing and installing an adapter of one's own, in both languages.
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { startBench } from '../test-cli.ts';

test('a new adapter is made, passes the kit with the hub down, and is installed, listed, set, switched and removed', async () => {
  await using bench = await startBench();
  const inFolder = { cwd: bench.folder };
  const made = await bench.ingle(['adapter', 'new', 'acme-lamp'], inFolder);
  expect(made).toMatchObject({ code: 0 });
  expect(made.stdout).toContain('ingle adapter test');
  const again = await bench.ingle(['adapter', 'new', 'acme-lamp', '--lang', 'zh'], inFolder);
  expect(again.stderr).toContain('已经存在');
  expect(again.code).not.toBe(0);
  const down = { cwd: bench.folder, env: { INGLE_HUB: 'http://127.0.0.1:1' } };
  const tested = await bench.ingle(['adapter', 'test', 'acme-lamp'], down);
  expect(tested).toMatchObject({ code: 0 });
  expect(tested.stdout).toContain('✓ it keeps secrets');
  expect(tested.stdout).toContain('Verdict: it meets all 14 demands.');

  const installed = await bench.ingle(['adapter', 'install', 'acme-lamp'], inFolder);
  expect(installed.stdout).toContain('may reach: lan');
  expect(installed.stdout).toContain('To be set: address.');
  const list = await bench.ingle(['adapter', '--lang', 'zh']);
  expect(list.stdout).toMatch(/^acme-lamp +社区 +已关闭 +0 个设备 +Example 0\.1\.0$/m);
  const json = await bench.ingle(['adapter', 'list', '--json']);
  expect(json.stdout).toContain('"tier":"community"');
  const set = await bench.ingle(['adapter', 'set', 'acme-lamp', 'address=192.168.1.4', 'port=7']);
  expect(set).toMatchObject({ code: 0, stdout: 'acme-lamp runs.\n' });
  const off = await bench.ingle(['adapter', 'disable', 'acme-lamp']);
  expect(off.stdout).toBe('acme-lamp is switched off.\n');
  expect((await bench.ingle(['adapter', 'remove', 'acme-lamp'])).code).toBe(0);
  expect((await bench.ingle(['adapter', 'remove', 'acme-lamp'])).code).toBe(2);
}, 60_000);

test('a device is shown with how far we stand behind it', async () => {
  await using bench = await startBench();
  bench.hub.addDevice('Hall lamp');
  const shown = await bench.ingle(['devices', 'show', 'hall-lamp']);
  expect(shown.stdout).toMatch(/ adapter +zigbee \(core\) /);
  const chinese = await bench.ingle(['devices', 'show', 'hall-lamp', '--lang', 'zh']);
  expect(chinese.stdout).toContain('zigbee (核心)');
});

test('a package that cannot be installed is told with every mistake, and ends with exit code 2', async () => {
  await using bench = await startBench();
  const folder = path.join(bench.folder, 'bad');
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, 'ingle-adapter.json'), '{"id": "No!", "hosts": "all"}');
  const english = await bench.ingle(['adapter', 'test', folder]);
  expect(english).toMatchObject({ code: 2 });
  expect(english.stderr).toContain('"id" is 2 to 24 small letters');
  expect(english.stderr).toContain('"hosts" lists at most 20 names');
  const chinese = await bench.ingle(['adapter', 'install', folder, '--lang', 'zh']);
  expect(chinese).toMatchObject({ code: 2 });
  expect(chinese.stderr).toContain('“hosts”列出它要连接的名称或地址');
  expect((await bench.ingle(['adapter', 'test', path.join(folder, 'gone')])).code).toBe(2);
});
