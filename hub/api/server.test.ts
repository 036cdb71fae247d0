// The listener over real sockets: what a connection may send, how long it may take, and how it all ends.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { startFrontDoor } from './front-door.ts';
import { type RunningServer, type ServerOptions, startServer } from './server.ts';
import { createTestApi, LOCAL_TOKEN, type TestApi } from './test-api.ts';
import { createTestHub } from './test-hub.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function serve(limits?: ServerOptions['limits'], api: TestApi = createTestApi()) {
  const server = await startServer({
    app: api.app,
    host: '127.0.0.1',
    port: 0,
    onStop: api.stop,
    ...(limits === undefined ? {} : { limits }),
  });
  closing.push(() => server.stop());
  return { api, server };
}

/** Writes bytes as they are and resolves with all that came back when the connection ends. */
async function raw(server: RunningServer, ...parts: readonly string[]): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: server.port });
  closing.push(() => socket.destroy());
  const ended = everything(socket);
  for (const part of parts) socket.write(part);
  return ended;
}

function everything(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
}

const GET = (target: string, ...headers: readonly string[]) =>
  `${[`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

async function isAlive(server: RunningServer): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${server.port}/healthz`)).ok;
}

describe('requests over a socket', () => {
  test.each([
    ['a plain one', GET('/healthz'), 200],
    ['a doubled slash', GET('//healthz'), 400],
    ['dot segments', GET('/api/../healthz'), 400],
    ['an escaped slash', GET('/api%2fdevices'), 400],
    ['a backslash', GET('/api\\devices'), 400],
    ['an absolute target', GET('http://localhost/healthz'), 400],
    ['an absolute target elsewhere', GET('http://evil.example/healthz'), 400],
    ['a foreign Host', GET('/healthz').replace('localhost', 'evil.example'), 421],
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['an empty Host', 'GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n', 400],
    ['a Host that cannot be', GET('/healthz').replace('localhost', 'a b'), 400],
    ['two Hosts', GET('/healthz', 'Host: evil.example'), 400],
    ['TRACE', GET('/healthz').replace('GET', 'TRACE'), 405],
    ['CONNECT-like OPTIONS *', GET('*').replace('GET', 'OPTIONS'), 400],
    ['a method of nobody', GET('/healthz').replace('GET', 'BREW'), 400],
    ['17 KB of headers', GET('/healthz', `X-Large: ${'x'.repeat(17_000)}`), 431],
    ['a huge cookie', GET('/healthz', `Cookie: ingle_session=${'x'.repeat(20_000)}`), 431],
    ['a header with a bare line feed', GET('/healthz', 'X-A: b\nX-C: d'), 400],
    ['garbage', '\u0000\u0001\u0002\u0003\r\n\r\n', 400],
    [
      'TLS at the wrong door',
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n',
      400,
    ],
    [
      'length and chunks at once',
      'POST /api/claim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'two lengths',
      'POST /api/claim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
      400,
    ],
  ])('%s is answered as it should be, and the hub goes on', async (_what, request, status) => {
    const { server } = await serve();
    const answer = await raw(server, request);
    expect(statusOf(answer)).toBe(status);
    expect(await isAlive(server)).toBe(true);
  });

  test('a body of 10 MB is refused without being taken in', async () => {
    const { server } = await serve();
    const head = `POST /api/rooms HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${LOCAL_TOKEN}\r\nContent-Type: application/json\r\n`;
    const sized = await raw(server, `${head}Content-Length: 10485760\r\n\r\n`, 'x'.repeat(65_536));
    expect(statusOf(sized)).toBe(413);
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const chunked = await raw(
      server,
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
      ...Array(160).fill(chunk),
    );
    expect(statusOf(chunked)).toBe(413);
    expect(await isAlive(server)).toBe(true);
  });

  test('those who are not signed in cannot make the hub read a body', async () => {
    const { server } = await serve();
    const head = 'POST /api/rooms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n';
    expect(statusOf(await raw(server, `${head}Content-Length: 1000000\r\n\r\n`))).toBe(401);
  });

  test('an upgrade is not taken', async () => {
    const { server } = await serve();
    const answer = await raw(
      server,
      GET('/api/events', 'Upgrade: websocket', 'Sec-WebSocket-Key: x').replace('close', 'Upgrade'),
    );
    expect(statusOf(answer)).toBe(426);
  });

  test('requests in a row on one connection are answered in their order', async () => {
    const { server } = await serve();
    const many = GET('/healthz').replace('Connection: close\r\n', '').repeat(50);
    const answer = await raw(server, many, GET('/readyz'));
    expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(51);
    expect(answer.lastIndexOf('"waitingFor"')).toBeGreaterThan(answer.lastIndexOf('"alive"'));
  });

  test('a HEAD has no body, and a header cannot be smuggled into an answer', async () => {
    const { server } = await serve();
    const head = await raw(server, GET('/healthz').replace('GET', 'HEAD'));
    expect(head.endsWith('\r\n\r\n')).toBe(true);
    const split = await raw(server, GET('/api/devices/dev_x%0d%0aSet-Cookie:%20a=b'));
    expect(split.toLowerCase()).not.toContain('set-cookie');
  });
});

describe('slow and many connections', () => {
  test('headers that never end are cut', async () => {
    const { server } = await serve({ headersMs: 300, requestMs: 500 });
    const answer = await raw(server, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    expect([408, Number.NaN]).toContain(statusOf(answer));
    expect(await isAlive(server)).toBe(true);
  });

  test('a body that never ends is cut', async () => {
    const { server } = await serve({ headersMs: 300, requestMs: 500 });
    const answer = await raw(
      server,
      `POST /api/rooms HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${LOCAL_TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"name":`,
    );
    expect([408, Number.NaN]).toContain(statusOf(answer));
    expect(await isAlive(server)).toBe(true);
  });

  test('connections beyond the limit are closed at once, and there is room again afterwards', async () => {
    const { server } = await serve({ connections: 10 });
    const idle = Array.from({ length: 10 }, () =>
      connect({ host: '127.0.0.1', port: server.port }),
    );
    closing.push(() => idle.forEach((socket) => void socket.destroy()));
    await Promise.all(
      idle.map((socket) => new Promise((resolve) => socket.once('connect', resolve))),
    );
    expect(await raw(server, GET('/healthz'))).toBe('');
    for (const socket of idle) socket.destroy();
    await expect
      .poll(() => raw(server, GET('/healthz')).then(statusOf), { timeout: 5_000 })
      .toBe(200);
  });
});

describe('stopping', () => {
  test('ends live streams and idle connections well within three seconds, and may be asked twice', async () => {
    const { server, api } = await serve();
    const headers = { Authorization: `Bearer ${LOCAL_TOKEN}` };
    const streams = await Promise.all(
      Array.from({ length: 5 }, () =>
        fetch(`http://127.0.0.1:${server.port}/api/events`, { headers }),
      ),
    );
    const startedAt = performance.now();
    await Promise.all([server.stop(), server.stop()]);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    for (const stream of streams) expect(await stream.text()).toContain('event: snapshot');
    expect(api.liveClients()).toBe(0);
  });

  test('a connection that hangs is closed after three seconds at most', async () => {
    const { server } = await serve();
    const stuck = raw(
      server,
      'POST /api/claim HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n',
    );
    await expect.poll(() => isAlive(server)).toBe(true);
    const startedAt = performance.now();
    await server.stop();
    await stuck;
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  test('an address that is taken is told with what to do', async () => {
    const { server } = await serve();
    const { app } = createTestApi();
    await expect(startServer({ app, host: '127.0.0.1', port: server.port })).rejects.toMatchObject({
      code: 'unreachable',
      hint: expect.stringContaining('INGLE_PORT'),
    });
  });
});

describe('the front door', () => {
  async function frontDoor(host = '127.0.0.1') {
    const dataFolder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
    closing.push(() => rmSync(dataFolder, { recursive: true }));
    const hub = createTestHub();
    const open = () =>
      startFrontDoor(hub.port, { host, port: 0, names: [], dataFolder, log: () => {} });
    const door = await open();
    closing.push(() => door.stop());
    return { door, open, dataFolder, hub };
  }

  test('writes a new token for local root at each start, readable by its owner alone', async () => {
    const { door, open, dataFolder } = await frontDoor();
    const file = path.join(dataFolder, 'cli.token');
    const token = readFileSync(file, 'utf8').trim();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const ask = (port: number) =>
      fetch(`http://127.0.0.1:${port}/api/home`, { headers: { Authorization: `Bearer ${token}` } });
    expect((await ask(door.port)).status).toBe(200);
    await door.stop();
    const again = await open();
    closing.push(() => again.stop());
    expect(readFileSync(file, 'utf8').trim()).not.toBe(token);
    expect((await ask(again.port)).status).toBe(401);
  });

  test('prints the address and the claim code, until there is an owner', async () => {
    const { door, hub } = await frontDoor();
    expect(door.announce(true)).toContain(`http://127.0.0.1:${door.port}/ (demo home)`);
    expect(door.announce(false)).toContain(door.api.claim.code());
    expect(door.announce(false)).not.toContain('encryption');
    hub.contents.isClaimed = true;
    expect(door.announce(false)).not.toContain('Claim code');
  });
});
