// `ingle adapter`: making, testing and installing an adapter of one's own, in both languages.
import { generateKeyPairSync } from 'node:crypto';
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
  expect(tested.stdout).toContain('Verdict: it meets all 19 demands.');

  const installed = await bench.ingle(['adapter', 'install', 'acme-lamp'], inFolder);
  expect(installed.stdout).toContain('acme-lamp 0.1.0 Example is installed (community).');
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

test('Matter is switched on at a network while the hub runs, with what it takes; what is set elsewhere is told', async () => {
  await using bench = await startBench();
  const off = await bench.ingle(['matter']);
  expect(off.stdout).toBe('Matter is off.\nWhile it is on it takes about 100 MB of memory.\n');
  const on = await bench.ingle(['matter', 'on', '--interface', 'eth0', '--json']);
  expect(JSON.parse(on.stdout)).toMatchObject({ enabled: true, settings: [{ value: 'eth0' }] });
  const chinese = await bench.ingle(['matter', 'off', '--lang', 'zh']);
  expect(chinese.stdout).toContain('Matter：已关闭，网络 eth0。');
  const mqtt = await bench.ingle(['adapter', 'disable', 'mqtt']);
  expect(mqtt.code).not.toBe(0);
  expect(mqtt.stderr).toContain('environment variable');
  expect((await bench.ingle(['adapter', 'enable', 'nobody'])).code).toBe(2);
}, 30_000);

test('whoever has tried a package signs it, with the hub down; a file without a key is told', async () => {
  await using bench = await startBench();
  const inFolder = { cwd: bench.folder, env: { INGLE_HUB: 'http://127.0.0.1:1' } };
  await bench.ingle(['adapter', 'new', 'acme-lamp'], inFolder);
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  fs.writeFileSync(path.join(bench.folder, 'key.pem'), pem);
  const signed = await bench.ingle(['adapter', 'sign', 'acme-lamp', '--key', 'key.pem'], inFolder);
  expect(signed).toMatchObject({ code: 0 });
  const [, key] = /call it preferred: (\S+)/.exec(signed.stdout) ?? [];
  const file = path.join(bench.folder, 'acme-lamp', 'ingle-adapter.sig');
  expect(fs.readFileSync(file, 'utf8')).toMatch(
    new RegExp(`^${key?.replaceAll('+', '\\+')} \\S+\\n$`),
  );
  const again = await bench.ingle(['adapter', 'sign', 'acme-lamp', '--key', 'key.pem'], inFolder);
  expect(again.code).toBe(0);
  expect(fs.readFileSync(file, 'utf8').split('\n').length).toBe(2);
  for (const [wrong, told] of [
    [['acme-lamp', '--key', 'gone.pem'], 'gone.pem holds no private key'],
    [['gone', '--key', 'key.pem'], 'There is no folder'],
  ] as const) {
    const refused = await bench.ingle(['adapter', 'sign', ...wrong], inFolder);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(told);
  }
  const chinese = await bench.ingle(
    ['adapter', 'sign', 'acme-lamp', '--key', 'gone.pem', '--lang', 'zh'],
    inFolder,
  );
  expect(chinese.stderr).toContain('里没有可以签名的私钥');
}, 30_000);

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
