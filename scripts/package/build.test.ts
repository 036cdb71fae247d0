// The bundle as a household would run it: built whole, started without the sources' help, stopped.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleName, WORKER_SOURCES, type WorkerName } from '../../hub/threads/entry.ts';
import { buildBundle } from './build.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const READY_MS = 15_000;

let dist: string;
let data: string;

beforeAll(async () => {
  fs.mkdirSync(path.join(root, '.cache'), { recursive: true });
  // Inside the repository, so that what stays outside of the bundle is found in its node_modules.
  dist = fs.mkdtempSync(path.join(root, '.cache', 'bundle-'));
  data = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  await buildBundle(dist);
}, 60_000);

afterAll(() => {
  fs.rmSync(dist, { recursive: true, force: true });
  fs.rmSync(data, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}

test('every thread, the child process and the command have one file each', () => {
  const files = fs.readdirSync(dist);
  for (const name of Object.keys(WORKER_SOURCES) as WorkerName[]) {
    expect(files).toContain(bundleName(name));
  }
  expect(files).toContain('main.js');
  expect(files).toContain('cli.js');
});

test('the licences of what is inside are told, and no text takes two bytes a character', () => {
  const licences = fs.readFileSync(path.join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of ['zigbee-herdsman', 'zigbee-herdsman-converters', 'zigbee-on-host', 'hono']) {
    expect(licences).toMatch(new RegExp(`^# ${name} \\d`, 'm'));
  }
  const files = [dist, path.join(dist, 'zigbee')].flatMap((folder) =>
    fs.readdirSync(folder).map((name) => path.join(folder, name)),
  );
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const text = fs.readFileSync(file);
    expect(
      text.every((byte) => byte < 0x80),
      file,
    ).toBe(true);
  }
});

test("the bundle's package.json pins what stays outside", () => {
  const file = path.join(dist, 'package.json');
  const { dependencies } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  expect(Object.keys(dependencies)).toContain('better-sqlite3');
  for (const version of Object.values(dependencies)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('the bundled command knows its version, and says when no hub answers', async () => {
  const cli = path.join(dist, 'cli.js');
  const version = spawnSync(process.execPath, [cli, '--version'], { encoding: 'utf8' });
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const port = await freePort();
  const hub = ['--hub', `http://127.0.0.1:${port}`];
  const status = spawnSync(process.execPath, [cli, 'status', ...hub], { encoding: 'utf8' });
  expect(status.status).toBe(3);
});

test('the bundled hub becomes ready with its threads, and stops when it is asked to', async () => {
  const port = await freePort();
  const node = path.dirname(process.execPath);
  const hub = spawn(path.join(dist, 'ingle-hub'), [], {
    cwd: data,
    env: {
      ...process.env,
      PATH: `${node}:${process.env.PATH}`,
      INGLE_DATA: data,
      INGLE_PORT: String(port),
      INGLE_DEMO: '0',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  hub.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  try {
    const deadlineMs = performance.now() + READY_MS;
    let isReady = false;
    while (!isReady && performance.now() < deadlineMs && hub.exitCode === null) {
      isReady = await fetch(`http://127.0.0.1:${port}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (!isReady) await delay(100);
    }
    expect(isReady, log).toBe(true);
    const status = spawnSync(
      process.execPath,
      [path.join(dist, 'cli.js'), 'status', '--json', '--hub', `http://127.0.0.1:${port}`],
      { encoding: 'utf8', env: { ...process.env, INGLE_DATA: data } },
    );
    expect(status.stderr).toBe('');
    expect(JSON.parse(status.stdout)).toMatchObject({ ready: true });
  } finally {
    hub.kill('SIGTERM');
    expect(await exitOf(hub), log).toBe(0);
  }
}, 40_000);
