// Several adapters in one worker: each starts, answers and stops by itself, and they fall and come back together.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AdapterToMain } from '../model/adapter-port.ts';
import { adapterId } from '../model/identifiers.ts';
import { createSharedWorkers, type WorkerLine } from './shared-workers.ts';

const MQTT = adapterId('mqtt');
const SHELLY = adapterId('shelly');
let dataFolder = '';

beforeAll(() => {
  dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
});
afterAll(() => rmSync(dataFolder, { recursive: true, force: true }));

interface Heard {
  readonly line: WorkerLine;
  readonly messages: AdapterToMain[];
  readonly ended: Promise<string>;
  isConnected(): boolean;
}

function open(workers: ReturnType<typeof createSharedWorkers>, id: typeof MQTT): Heard {
  const messages: AdapterToMain[] = [];
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  const line = workers.open('lan', id, {
    message: (message) => messages.push(message),
    ended: resolve,
  });
  const settings = { host: '127.0.0.1', port: 0, url: null, mdnsInterface: null };
  line.post({ kind: 'start', dataFolder, names: {}, settings });
  const isConnected = () =>
    messages.some(
      ({ kind, ...rest }) => kind === 'state' && JSON.stringify(rest).includes('connected'),
    );
  return { line, messages, ended, isConnected };
}

test('two adapters start in one worker, and one that stops leaves the other alone', async () => {
  const workers = createSharedWorkers();
  const mqtt = open(workers, MQTT);
  const shelly = open(workers, SHELLY);
  await expect
    .poll(() => mqtt.isConnected() && shelly.isConnected(), { timeout: 10_000 })
    .toBe(true);
  shelly.line.post({ kind: 'stop' });
  await shelly.ended;
  mqtt.line.post({ kind: 'ping', number: 7 });
  await expect
    .poll(() => mqtt.messages.some((message) => message.kind === 'pong' && message.number === 7))
    .toBe(true);
  const again = open(workers, SHELLY);
  await expect.poll(() => again.isConnected(), { timeout: 10_000 }).toBe(true);
  for (const { line } of [mqtt, again]) line.post({ kind: 'stop' });
  await Promise.all([mqtt.ended, again.ended]);
});

test('a worker that is killed ends all its lines, and the next opening has a fresh one', async () => {
  const workers = createSharedWorkers();
  const mqtt = open(workers, MQTT);
  const shelly = open(workers, SHELLY);
  await expect
    .poll(() => mqtt.isConnected() && shelly.isConnected(), { timeout: 10_000 })
    .toBe(true);
  mqtt.line.kill();
  await Promise.all([mqtt.ended, shelly.ended]);
  const again = open(workers, MQTT);
  await expect.poll(() => again.isConnected(), { timeout: 10_000 }).toBe(true);
  again.line.post({ kind: 'stop' });
  await again.ended;
});
