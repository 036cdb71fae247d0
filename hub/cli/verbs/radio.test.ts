// `ingle mesh` and `ingle coordinator` against the real API: what they print, refuse and write.
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBench, type TestBench } from '../test-cli.ts';

let bench: TestBench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench[Symbol.asyncDispose]());

test('a mesh that was never surveyed says how to, in both languages, and as JSON', async () => {
  expect((await bench.ingle(['mesh'])).stdout).toContain('ingle mesh --survey');
  expect((await bench.ingle(['--lang', 'zh', 'mesh'])).stdout).toContain('还没有扫描');
  const { stdout } = await bench.ingle(['mesh', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ takenAt: null, nodes: [], links: [] });
});

test('the coordinator is shown with every driver, and which of them were never run here', async () => {
  const { stdout, code } = await bench.ingle(['coordinator']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/zstack +yes/);
  expect(stdout).toMatch(/ember +no/);
  const { stdout: json } = await bench.ingle(['coordinator', '--json']);
  expect(JSON.parse(json).drivers.map(({ name }: { name: string }) => name)).toContain('deconz');
});

test('what writes to the network asks first, and refuses where nobody is there to ask', async () => {
  for (const words of [
    ['channel', '20'],
    ['restore', 'x'],
    ['move', 'tcp://127.0.0.1:9'],
  ]) {
    const { code, stderr } = await bench.ingle(['coordinator', ...words]);
    expect(code, words.join(' ')).toBe(2);
    expect(stderr).toContain('--yes');
  }
  expect((await bench.ingle(['coordinator', 'channel', '27', '--yes'])).code).toBe(2);
});

test('a backup is exported into a file of its owner alone, and never over another file', async () => {
  const file = path.join(bench.folder, 'exported.json');
  const name = 'coordinator-2026-11-21T19-00-00-000Z.json';
  const { code } = await bench.ingle(['coordinator', 'export', name, file]);
  expect(code).toBe(0);
  expect(fs.readFileSync(file, 'utf8')).toContain('network_key');
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  const again = await bench.ingle(['coordinator', 'export', name, file]);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('is there already');
});

test('which coordinator is used is told with its driver, and as JSON', async () => {
  const use = ['coordinator', 'use', 'tcp://192.168.1.41:6638'];
  const { stdout, code } = await bench.ingle(use);
  expect(code).toBe(0);
  expect(stdout).toMatch(/tcp:\/\/192\.168\.1\.41:6638.*zstack/);
  const { stdout: json } = await bench.ingle([...use, '--driver', 'ember', '--json']);
  expect(JSON.parse(json)).toEqual({ port: 'tcp://192.168.1.41:6638', driver: 'ember' });
});
