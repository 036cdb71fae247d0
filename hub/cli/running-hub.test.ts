// The command finds the hub that runs on a data folder by what that hub left there, wherever it listens.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeRunFile } from '../api/run-file.ts';
import { startBench } from './test-cli.ts';
import { dataFolders, runningHub } from './tokens.ts';

let folder = '';

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

test('a hub that runs is found at its port, in the demo’s folder too, until it has stopped', () => {
  const demo = path.join(folder, 'demo');
  fs.mkdirSync(demo);
  const folders = dataFolders(folder, {});
  expect(runningHub(folders)).toBeUndefined();
  const stopped = writeRunFile(demo, { host: '0.0.0.0', port: 18_420 });
  expect(runningHub(folders)).toBe('http://127.0.0.1:18420');
  expect(fs.statSync(path.join(demo, 'hub.json')).mode & 0o777).toBe(0o600);
  stopped();
  expect(runningHub(folders)).toBeUndefined();
});

test('a hub that was killed, and a file that is no hub’s, are passed over', () => {
  const { pid } = spawnSync('true');
  const file = path.join(folder, 'hub.json');
  for (const text of [`{"url": "http://127.0.0.1:1", "pid": ${pid}}`, '{"pid": 1}', 'not JSON']) {
    fs.writeFileSync(file, text);
    expect(runningHub([folder])).toBeUndefined();
  }
});

test('without a port and without --hub the command speaks to the hub of the data folder', async () => {
  await using bench = await startBench();
  const data = path.join(bench.folder, 'data');
  writeRunFile(data, { host: '127.0.0.1', port: bench.port });
  const { code, stdout } = await bench.ingle(['status'], { env: { INGLE_PORT: '' } });
  expect(code).toBe(0);
  expect(stdout).toContain('The hub is ready.');
  // A port that is named is meant, whatever else runs.
  const named = await bench.ingle(['status'], { env: { INGLE_PORT: '9' } });
  expect(named.code).toBe(3);
});
