// A supervisor that started `npm start` ends npm: the hub must stop with it, in order, and leave nothing behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { makeFolder, waitFor } from './running-hub.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a hub that npm started stops when npm gets %s',
  async (signal) => {
    const data = makeFolder();
    const npm = spawn('npm', ['start', '--', '--port', '0'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, INGLE_DATA: data, INGLE_DEMO: '0' },
    });
    try {
      let output = '';
      for (const stream of [npm.stdout, npm.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          output += chunk.toString('utf8');
        });
      }
      const url = await waitFor(
        'the hub to say its address',
        () => / is at (http:\/\/\S+)\//.exec(output)?.[1],
        60_000,
      );
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      // The hub holds the pipes as well: they close when the last of the processes has ended.
      const closed = once(npm.stdout, 'close');
      npm.kill(signal);
      await closed;
      await expect(fetch(`${url}/healthz`)).rejects.toThrow();
      expect(existsSync(path.join(data, 'hub.lock'))).toBe(false);
      expect(existsSync(path.join(data, 'hub.json'))).toBe(false);
    } finally {
      npm.kill('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  },
  90_000,
);
