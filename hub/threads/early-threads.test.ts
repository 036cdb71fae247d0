// Threads before main: they start by the memory of the last start alone, and lose no word until they are taken.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { earlyThreads, rememberThreads, startEarlyThreads } from './early-threads.ts';

let folder: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});

afterEach(async () => {
  await earlyThreads()?.end();
  fs.rmSync(folder, { recursive: true, force: true });
});

it('starts nothing where nothing is remembered, or the settings file may name another folder', () => {
  startEarlyThreads([], { INGLE_DATA: folder });
  startEarlyThreads([], { INGLE_CONFIG: path.join(folder, 'ingle.yaml') });
  startEarlyThreads(['--data', path.join(folder, 'none')], {});
  expect(earlyThreads()).toBeNull();
});

it('does not let a damaged memory keep a start', () => {
  fs.mkdirSync(path.join(folder, 'cache'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'cache', 'threads.json'), '["storage", "else"');
  startEarlyThreads([], { INGLE_DATA: folder });
  expect(earlyThreads()).toBeNull();
});

it('hands a thread over once, with all that it has said before', async () => {
  rememberThreads(folder, ['storage']);
  startEarlyThreads([`--data=${folder}`], {});
  const early = earlyThreads();
  expect(early?.folder).toBe(folder);
  await expect.poll(() => fs.existsSync(path.join(folder, 'history.db'))).toBe(true);
  const storage = early?.take('storage');
  expect(early?.take('storage')).toBeUndefined();
  expect(early?.take('core')).toBeUndefined();
  const ready = new Promise((resolve) => {
    storage?.on('message', ({ kind }: { kind: string }) => kind === 'ready' && resolve(kind));
  });
  expect(await ready).toBe('ready');
  const gone = new Promise((resolve) => storage?.once('exit', resolve));
  storage?.postMessage({ kind: 'stop' });
  expect(await gone).toBe(0);
});

it('keeps compiled code for the next start, though the power is cut', async () => {
  const module = path.join(import.meta.dirname, 'early-threads.ts');
  const code = path.join(folder, 'loaded.mjs');
  fs.writeFileSync(code, 'export const loaded = true;');
  const home = path.join(folder, 'home');
  fs.mkdirSync(home);
  const program = `import { keepCompiledCode } from ${JSON.stringify(module)};
    keepCompiledCode(${JSON.stringify(home)}, 100);
    await import(${JSON.stringify(code)});
    setInterval(() => {}, 1_000);`;
  const hub = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    // Not that of the tests, where compiled code stands elsewhere.
    env: { PATH: process.env.PATH },
    stdio: 'inherit',
  });
  try {
    const kept = () =>
      fs
        .readdirSync(home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile());
    await expect.poll(() => kept().length, { timeout: 20_000 }).toBeGreaterThan(0);
  } finally {
    hub.kill('SIGKILL');
    await once(hub, 'exit');
  }
});

it('ends what nobody took', async () => {
  rememberThreads(folder, ['storage', 'core']);
  startEarlyThreads([], { INGLE_DATA: folder });
  const early = earlyThreads();
  await early?.end();
  expect(early?.take('storage')).toBeUndefined();
  expect(fs.existsSync(path.join(folder, 'home.db-wal'))).toBe(false);
});
