// Real Unix sockets: who is let in, what a line may be, and what happens at its limits.
import { chmodSync, existsSync, rmSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  connectToCore,
  LINE_BYTES_MAX,
  listenForHost,
  makeSocketFolder,
  type SocketPort,
} from './socket-port.ts';

const folders: string[] = [];
const ports: SocketPort<unknown, unknown>[] = [];

function socketPath(): string {
  const folder = makeSocketFolder();
  folders.push(folder);
  return path.join(folder, 'core.sock');
}

async function pair(): Promise<{
  core: SocketPort<unknown, unknown>;
  host: SocketPort<unknown, unknown>;
}> {
  const at = socketPath();
  const listening = listenForHost(at, 'secret');
  const host = await connectToCore({ path: at, adapter: 'zigbee', token: 'secret' });
  const core = await listening;
  ports.push(core, host);
  return { core, host };
}

function next(port: SocketPort<unknown, unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    port.onmessage = resolve;
  });
}

function closed(port: SocketPort<unknown, unknown>): Promise<string | null> {
  return new Promise((resolve) => {
    port.onclose = resolve;
  });
}

afterEach(() => {
  for (const port of ports.splice(0)) port.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('messages go both ways, also those sent before anyone listens for them', async () => {
  const { core, host } = await pair();
  host.postMessage({ number: 1, text: 'Küche\n灯' });
  expect(await next(core)).toEqual({ number: 1, text: 'Küche\n灯' });
  core.postMessage({ number: 2 });
  core.postMessage({ number: 3 });
  const answers: unknown[] = [];
  await new Promise<void>((resolve) => {
    host.onmessage = (message) => {
      answers.push(message);
      if (answers.length === 2) resolve();
    };
  });
  expect(answers).toEqual([{ number: 2 }, { number: 3 }]);
});

test('a connection with a wrong token is closed and the right one is still let in', async () => {
  const at = socketPath();
  const listening = listenForHost(at, 'secret');
  const stranger = await connectToCore({ path: at, adapter: 'zigbee', token: 'guess!' });
  await closed(stranger);
  const host = await connectToCore({ path: at, adapter: 'zigbee', token: 'secret' });
  const core = await listening;
  ports.push(core, host);
  core.postMessage('hello');
  expect(await next(host)).toBe('hello');
  expect(existsSync(at)).toBe(false);
});

test('a socket in a folder that others may enter is refused', async () => {
  const at = socketPath();
  chmodSync(path.dirname(at), 0o755);
  await expect(listenForHost(at, 'secret')).rejects.toMatchObject({ code: 'forbidden' });
});

test('a host that never comes is a timeout, and nobody listening is unreachable', async () => {
  const at = socketPath();
  await expect(listenForHost(at, 'secret', { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'timed-out',
  });
  await expect(connectToCore({ path: at, adapter: 'x', token: 'secret' })).rejects.toMatchObject({
    code: 'unreachable',
  });
});

test('a line that is no JSON or has no end closes the port with the reason', async () => {
  for (const [bytes, reason] of [
    ['{"kind":\n', 'a line is not JSON'],
    ['x'.repeat(LINE_BYTES_MAX + 2), 'a line is over the limit of 1 MB'],
  ] as const) {
    const at = socketPath();
    const listening = listenForHost(at, 'secret');
    const raw = net.connect(at);
    raw.on('error', () => {});
    raw.write(`${JSON.stringify({ hello: 'zigbee', token: 'secret' })}\n`);
    const core = await listening;
    ports.push(core);
    const reasonGiven = closed(core);
    raw.write(bytes);
    expect(await reasonGiven).toBe(reason);
    raw.destroy();
  }
});

test('a message over 1 MB is not sent but ends the port', async () => {
  const { core, host } = await pair();
  const reason = closed(core);
  core.postMessage('x'.repeat(LINE_BYTES_MAX));
  expect(await reason).toMatch(/over the limit of 1 MB/);
  host.close();
});
