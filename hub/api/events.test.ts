// The live feed: over a real socket, because what matters is what a client sees, misses and cannot do.
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { notificationId } from '../model/identifiers.ts';
import { QUEUED_EVENTS_MAX } from './event-stream.ts';
import { CLIENTS_MAX } from './events.ts';
import { type RunningServer, startServer } from './server.ts';
import { createTestApi, LOCAL_TOKEN, pageHeaders, type TestApi } from './test-api.ts';

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function serve(api: TestApi): Promise<RunningServer> {
  const server = await startServer({ app: api.app, host: '127.0.0.1', port: 0, onStop: api.stop });
  open.push(() => server.stop());
  return server;
}

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** A client that reads one event after the other; `ended` resolves when the hub ends the stream. */
async function listen(server: RunningServer, query = '', headers: Record<string, string> = {}) {
  const stop = new AbortController();
  open.push(async () => stop.abort());
  const answer = await fetch(`http://127.0.0.1:${server.port}/api/events${query}`, {
    headers: { Authorization: `Bearer ${LOCAL_TOKEN}`, ...headers },
    signal: stop.signal,
  });
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  let isDone = false;
  async function next(): Promise<Event | null> {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const field = (name: string) =>
          lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? '';
        if (field('event') !== '') {
          return { id: field('id'), event: field('event'), data: JSON.parse(field('data')) };
        }
        continue;
      }
      if (isDone) return null;
      const part = await reader?.read();
      isDone = part?.done ?? true;
      text += part?.value ?? '';
    }
  }
  return { answer, next, close: () => stop.abort() };
}

function until(holds: () => boolean): Promise<void> {
  return expect.poll(holds, { interval: 5, timeout: 5_000 }).toBe(true) as unknown as Promise<void>;
}

describe('a stream of events', () => {
  test('begins with a snapshot of the asked topics and goes on with what happens', async () => {
    const api = createTestApi();
    const lamp = api.hub.addDevice('Hall lamp');
    const client = await listen(await serve(api), '?topics=devices,home');
    expect(client.answer.headers.get('content-type')).toBe('text/event-stream');
    expect(client.answer.headers.get('content-encoding')).toBeNull();
    const snapshot = await client.next();
    expect(snapshot).toMatchObject({
      event: 'snapshot',
      data: { devices: [{ id: lamp.id }], home: {} },
    });
    expect(snapshot?.data).not.toHaveProperty('scenes');
    api.hub.report(lamp.id, 'on', true);
    expect(await client.next()).toMatchObject({
      event: 'change',
      data: {
        device: lamp.id,
        property: 'on',
        value: true,
        previous: null,
        cause: { kind: 'device' },
      },
    });
  });

  test('nothing lies between the snapshot and the first event, and ids rise', async () => {
    const api = createTestApi();
    const lamp = api.hub.addDevice('Hall lamp');
    const server = await serve(api);
    for (let round = 0; round < 5; round += 1) {
      api.hub.report(lamp.id, 'brightness', round);
      const client = await listen(server, '?topics=devices');
      api.hub.report(lamp.id, 'brightness', round + 50);
      const [snapshot, change] = [await client.next(), await client.next()];
      expect(snapshot).toMatchObject({
        data: { devices: [{ properties: { brightness: { value: round } } }] },
      });
      expect(change).toMatchObject({ data: { previous: round, value: round + 50 } });
      expect(Number(change?.id)).toBe(Number(snapshot?.id) + 1);
      client.close();
    }
  });

  test('is resumed after the last event that the client saw', async () => {
    const api = createTestApi();
    const lamp = api.hub.addDevice('Hall lamp');
    const server = await serve(api);
    for (const value of [1, 2, 3]) api.hub.report(lamp.id, 'brightness', value);
    const after = String(api.hub.port.live.lastId - 2);
    const header = await listen(server, '?topics=devices', { 'Last-Event-ID': after });
    const query = await listen(server, `?topics=devices&lastEventId=${after}`);
    for (const client of [header, query]) {
      expect(await client.next()).toMatchObject({ event: 'change', data: { value: 2 } });
      expect(await client.next()).toMatchObject({ event: 'change', data: { value: 3 } });
    }
  });

  test.each(['0', '999999', '-1', 'x', '1e3'])(
    'begins anew with a snapshot where the last event was "%s"',
    async (lastId) => {
      const api = createTestApi();
      const lamp = api.hub.addDevice('Hall lamp');
      for (let index = 0; index < 5_100; index += 1)
        api.hub.report(lamp.id, 'brightness', index % 100);
      const client = await listen(await serve(api), '', { 'Last-Event-ID': lastId });
      expect(await client.next()).toMatchObject({ event: 'snapshot' });
    },
  );

  test('tells each kind of event in the shape of the API', async () => {
    const api = createTestApi();
    const lamp = api.hub.addDevice('Hall lamp');
    const client = await listen(await serve(api));
    await client.next();
    const call = (path: string, body: unknown) => api.asLocal(path, { body });
    await call(`/api/devices/${lamp.id}/commands?wait=observed`, { property: 'on', value: true });
    const states: unknown[] = [];
    for (;;) {
      const event = await client.next();
      if (event?.event !== 'command') continue;
      states.push((event.data as { state: string }).state);
      if (states.at(-1) === 'observed') break;
    }
    expect(states).toEqual(['sent', 'acknowledged', 'observed']);
    await call('/api/jobs', { kind: 'pair', protocol: 'zigbee' });
    expect(await client.next()).toMatchObject({
      event: 'job',
      data: { kind: 'pair', state: 'running' },
    });
    await call('/api/rooms', { name: 'Hall' });
    expect(await client.next()).toMatchObject({ event: 'home', data: { what: 'rooms' } });
    api.hub.tell('devices', {
      kind: 'availability',
      seq: 1,
      atMs: 0,
      device: lamp.id,
      online: false,
      reason: 'No answer',
    });
    expect(await client.next()).toEqual({
      id: expect.any(String),
      event: 'availability',
      data: {
        at: '1970-01-01T00:00:00.000Z',
        seq: 1,
        device: lamp.id,
        online: false,
        reason: 'No answer',
      },
    });
  });

  test('keeps from a member what is not for them', async () => {
    const api = createTestApi();
    const server = await serve(api);
    const child = api.page('child');
    const headers = { Authorization: '', Cookie: pageHeaders(child.secret).Cookie ?? '' };
    const { Authorization: _none, ...cookie } = headers;
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/events`, { headers: cookie });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    const common = { atMs: 0, urgent: false, scene: null, run: null, readAtMs: null };
    api.hub.notify({ ...common, id: notificationId('ntf_1'), text: 'The safe is open', to: [] });
    api.hub.notify({ ...common, id: notificationId('ntf_2'), text: 'Time for bed', to: ['child'] });
    let text = '';
    while (!text.includes('Time for bed')) text += (await reader?.read())?.value ?? '';
    expect(text).not.toContain('safe');
    await reader?.cancel();
  });

  test('says that it is still there while nothing happens', async () => {
    const api = createTestApi({ heartbeatMs: 20 });
    const server = await serve(api);
    const answer = await fetch(`http://127.0.0.1:${server.port}/api/events`, {
      headers: { Authorization: `Bearer ${LOCAL_TOKEN}` },
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!/(: still here\n\n.*){2}/s.test(text)) text += (await reader?.read())?.value ?? '';
    await reader?.cancel();
  });

  test('ends within a second of its session being revoked, by whichever way', async () => {
    const api = createTestApi();
    const server = await serve(api);
    const owner = api.page('owner');
    const revocations = [
      (id: string) => owner(`/api/tokens/${id}`, { method: 'DELETE' }),
      async () => {
        api.hub.contents.tokens = api.hub.contents.tokens.filter(
          ({ label }) => label !== 'Program',
        );
        api.hub.tell('home', { kind: 'home', what: 'members' });
      },
    ];
    for (const revoke of revocations) {
      const made = await owner('/api/tokens', { body: { label: 'Program' } });
      const { id, secret } = (await made.json()) as { id: string; secret: string };
      const client = await listen(server, '', { Authorization: `Bearer ${secret}` });
      expect(await client.next()).toMatchObject({ event: 'snapshot' });
      const startedAt = performance.now();
      await revoke(id);
      while ((await client.next()) !== null);
      expect(performance.now() - startedAt).toBeLessThan(1_000);
    }
    expect(api.liveClients()).toBe(0);
  });

  test('is forgotten when the client goes away', async () => {
    const api = createTestApi();
    const server = await serve(api);
    const clients = await Promise.all(Array.from({ length: 20 }, () => listen(server)));
    expect(api.liveClients()).toBe(20);
    for (const client of clients) client.close();
    await until(() => api.liveClients() === 0);
  });

  test(`is one of ${CLIENTS_MAX} at most`, async () => {
    const api = createTestApi();
    const server = await serve(api);
    const clients = await Promise.all(Array.from({ length: CLIENTS_MAX }, () => listen(server)));
    const surplus = await listen(server);
    expect(surplus.answer.status).toBe(503);
    clients[0]?.close();
    await until(() => api.liveClients() === CLIENTS_MAX - 1);
    expect((await listen(server)).answer.status).toBe(200);
  });
});

describe('a client that does not read', () => {
  /** Asks for the stream and then reads nothing. */
  async function stuckClient(server: RunningServer): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: server.port });
    open.push(async () => void socket.destroy());
    socket.on('error', () => {});
    socket.pause();
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(
      `GET /api/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${LOCAL_TOKEN}\r\n\r\n`,
    );
    return socket;
  }

  test('is cut, told so, and costs the others nothing', async () => {
    const api = createTestApi();
    const lamp = api.hub.addDevice('Hall lamp');
    const server = await serve(api);
    await stuckClient(server);
    await until(() => api.liveClients() === 1);
    const reading = await listen(server, '?topics=devices');
    await reading.next();
    const before = process.memoryUsage().arrayBuffers;
    let value = 0;
    while (api.liveClients() === 2 && value < 400_000) {
      for (let index = 0; index < QUEUED_EVENTS_MAX / 2; index += 1) {
        value += 1;
        api.hub.report(lamp.id, 'brightness', value % 100);
      }
      // The reader takes what was told; the stuck client does not.
      for (let index = 0; index < QUEUED_EVENTS_MAX / 2; index += 1) {
        expect(await reading.next()).toMatchObject({ event: 'change' });
      }
      const isCut = await cutSoon();
      if (isCut) break;
    }
    expect(value).toBeLessThan(400_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
    api.hub.report(lamp.id, 'on', true);
    expect(await reading.next()).toMatchObject({ data: { property: 'on' } });

    async function cutSoon(): Promise<boolean> {
      await new Promise((resolve) => setImmediate(resolve));
      return api.liveClients() < 2;
    }
  });

  test('that reads again finds the overflow as the last thing said', async () => {
    const api = createTestApi();
    const lamp = api.hub.addDevice('Hall lamp');
    const server = await serve(api);
    const client = await stuckClient(server);
    await until(() => api.liveClients() === 1);
    // More than the system keeps for a socket, and more than the hub then keeps itself.
    for (let index = 0; index < 80_000; index += 1) {
      api.hub.report(lamp.id, 'brightness', index % 100);
    }
    let text = '';
    client.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    client.resume();
    // The last of the answer's chunks.
    await until(() => text.endsWith('\r\n0\r\n\r\n'));
    expect(text.match(/^event: \w+$/gm)?.at(-1)).toBe('event: overflow');
    expect(text.match(/^event: change$/gm)?.length).toBeLessThan(80_000);
    expect(api.liveClients()).toBe(0);
  });

  test('sees every event once and in its order, however unevenly it reads', async () => {
    const api = createTestApi();
    const lamp = api.hub.addDevice('Hall lamp');
    const server = await serve(api);
    const client = await stuckClient(server);
    await until(() => api.liveClients() === 1);
    let text = '';
    client.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    let told = 0;
    for (let round = 0; round < 60; round += 1) {
      if (round % 3 === 0) client.pause();
      else client.resume();
      for (let index = 0; index < QUEUED_EVENTS_MAX / 2; index += 1) {
        api.hub.report(lamp.id, 'brightness', told % 100);
        told += 1;
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    client.resume();
    const seen = () => [...text.matchAll(/^id: (\d+)$/gm)].slice(1).map(([, id]) => Number(id));
    await until(() => seen().length === told);
    const first = seen()[0] ?? 0;
    expect(seen()).toEqual(Array.from({ length: told }, (_, index) => first + index));
  });
});
