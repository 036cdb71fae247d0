// Goal: a vendor's programmer who has never seen Ingle copies what the page of the open interface says, and it
// works; what cannot be is refused as its table says; and a revoked account is out at once, however it came in.
// Method: each block of the page is run as it stands, with curl, mosquitto, Node and Python, against the whole hub.
// And the home's devices over MQTT, with the core's policy for each account.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { VENDOR_LIMITS } from '../../hub/model/open-interface.ts';
import { freePort } from '../bench/process.ts';
import { DocBlocks } from './doc-blocks.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

const PAGE = fileURLToPath(new URL('../../adapters/mqtt/open/README.md', import.meta.url));
const OWNER_WAIT = 'wait=acknowledged';

interface Device {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly availability: { readonly online: boolean };
  readonly properties: Readonly<Record<string, { readonly value: unknown }>>;
}

async function deviceNamed(hub: RunningHub, name: string): Promise<Device | undefined> {
  const { body } = await hub.call<{ items: Device[] }>('/api/devices');
  return body.items.find((device) => device.name === name);
}

describe('the open interface as its page tells it', () => {
  const page = new DocBlocks(PAGE);
  let hub: RunningHub;
  let folder: string;
  let base: Record<string, string>;

  beforeAll(async () => {
    const port = await freePort();
    folder = mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
    hub = await startHub({ environment: { INGLE_MQTT_PORT: String(port) } });
    await waitFor('readiness', async () => (await hub.call('/readyz')).status === 200);
    base = { HUB: hub.url, HOST: '127.0.0.1', PORT: String(port), INGLE_DATA: hub.data };
  }, 60_000);
  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const named = (name: string) => waitFor(name, () => deviceNamed(hub, name));
  const command = (id: string, body: object, query = OWNER_WAIT) =>
    hub.call<{ state: string; code?: string }>(`/api/devices/${id}/commands?${query}`, { body });
  const isOffline = async (name: string) =>
    (await deviceNamed(hub, name))?.availability.online === false;
  async function grant(name: string): Promise<string> {
    const { body } = await hub.call<{ token: string }>('/api/vendors', { body: { name } });
    return body.token;
  }
  const revoke = (name: string) => hub.call(`/api/vendors/${name}`, { method: 'DELETE' });
  /** A request of a vendor's program. */
  const say = (token: string, method: string, route: string, body?: unknown, headers?: object) =>
    hub.call<{ code: string; detail: string; hint: string; errors: { path: string }[] }>(
      `/api/open/${route}`,
      { method, headers: { Authorization: `Bearer ${token}`, ...headers }, body },
    );
  const DOOR = { name: 'Door', manufacturer: 'A', model: 'B', properties: [{ property: 'on' }] };

  it('joins, reports and takes commands by poll, stream and topic, and a revoked account sees each end at once', async () => {
    const granted = JSON.parse(await page.run('account', base)) as { token: string };
    const environment = { ...base, TOKEN: granted.token };
    const joined = JSON.parse(await page.run('join', environment)) as object;
    expect(joined).toMatchObject({ device: 'lamp-1', isOnline: true });
    const lamp = await named('Acme lamp');
    expect(lamp.kind).toBe('light');
    await page.run('report', environment);
    await waitFor('its state', async () => {
      const properties = (await deviceNamed(hub, 'Acme lamp'))?.properties ?? {};
      return properties.brightness?.value === 40 && properties.x_mood?.value === 'calm';
    });

    const taking = page.run('take', environment);
    const asked = command(lamp.id, { property: 'brightness', value: 80 });
    const { items } = JSON.parse(await taking) as { items: { id: string; value: unknown }[] };
    expect(items).toMatchObject([{ device: 'lamp-1', property: 'brightness', value: 80 }]);
    await page.run('answer', { ...environment, COMMAND: items[0]?.id ?? '' });
    expect((await asked).body.state).toBe('acknowledged');

    const stream = page.begin('stream', environment, folder);
    await waitFor('the stream', () => stream.output().includes(': commands come here'));
    const blinked = command(lamp.id, { command: 'identify' });
    const event = await waitFor('the event', () =>
      /^event: command\ndata: (.*)$/m.exec(stream.output()),
    );
    const told = JSON.parse(event[1] ?? '') as { id: string };
    expect(told).toMatchObject({ device: 'lamp-1', command: 'identify', args: {} });
    await page.run('answer', { ...environment, COMMAND: told.id });
    expect((await blinked).body.state).toBe('acknowledged');

    await page.run('mqtt', environment);
    const meter = await named('Acme meter');
    await waitFor('its power', async () => {
      return (await deviceNamed(hub, 'Acme meter'))?.properties.power?.value === 12.5;
    });
    // The stream waits still, so it comes there; without one it goes to the topic.
    stream.stop();
    await stream.ended;
    const topic = page.begin('mqtt-take', environment, folder);
    const switched = await waitFor('a program at the topic', async () => {
      const { body } = await command(
        meter.id,
        { property: 'on', value: false },
        'wait=sent&timeoutMs=5000',
      );
      return body.state === 'sent' ? waitFor('its line', () => topic.output()) : null;
    });
    const order = JSON.parse(switched) as { id: string };
    expect(order).toMatchObject({ device: 'meter', property: 'on', value: false });
    expect(await topic.ended).toBe(0);
    await page.run('mqtt-answer', { ...environment, COMMAND: order.id });
    await waitFor('its outcome', async () => {
      const { body } = await hub.call<{ state: string }>(`/api/commands/${order.id}`);
      return body.state === 'acknowledged';
    });

    const last = page.begin('stream', environment, folder);
    const poll = page.begin('take', environment, folder);
    const listener = page.begin('mqtt-take', environment, folder);
    await waitFor('the stream', () => last.output().includes(': commands come here'));
    const unanswered = command(lamp.id, { property: 'on', value: false }, 'wait=observed');
    await waitFor('it to be taken', () =>
      /event: command|"items"/.test(last.output() + poll.output()),
    );
    const again = page.begin('take', environment, folder);
    const watcher = await connectAsync(`mqtt://127.0.0.1:${base.PORT}`, {
      ...{ username: 'open.acme', password: granted.token, reconnectPeriod: 0 },
    });
    const cutOff = new Promise<void>((resolve) => watcher.once('close', () => resolve()));
    await watcher.subscribeAsync('ingle/open/acme/#');
    const revokedMs = performance.now();
    await page.run('revoke', base);
    await Promise.all([last.ended, again.ended, cutOff]);
    expect((await unanswered).body).toMatchObject({ code: 'unreachable' });
    expect(performance.now() - revokedMs).toBeLessThan(3_000);
    expect(last.output()).toMatch(/^event: problem\ndata: .*"code":"forbidden".*was revoked/m);
    expect(again.output()).toContain('403');
    listener.stop();
    await watcher.endAsync(true);
    await waitFor('the lamp out of reach', () => isOffline('Acme lamp'));
    expect((await say(granted.token, 'GET', 'devices')).status).toBe(401);
  }, 60_000);

  it('has a whole program in JavaScript and one in Python: each joins its lamp, obeys, and ends when it is revoked', async () => {
    for (const [language, name, farewell] of [
      ['node', 'Node lamp', /"code":"forbidden".*\nThe stream has ended/],
      ['python', 'Python lamp', /HTTP Error 40[13]/],
    ] as const) {
      const TOKEN = await grant(language);
      const program = page.begin(language, { ...base, TOKEN }, folder);
      try {
        const { id } = await named(name);
        for (const value of [true, false]) {
          const body = { property: 'on', value };
          expect((await command(id, body, 'wait=observed')).body.state).toBe('observed');
        }
        await revoke(language);
        await program.ended;
        expect(program.output()).toMatch(farewell);
        await waitFor('its lamp to be out of reach', () => isOffline(name));
      } finally {
        program.stop();
      }
    }
    expect(page.unrun).toEqual([]);
  }, 60_000);

  it('refuses what cannot be as its table says, naming the thing, the value and what to do, and takes nothing of it', async () => {
    const [mine, other] = [await grant('mine'), await grant('other')];
    await say(mine, 'PUT', 'devices/door', DOOR);
    await say(other, 'PUT', 'devices/window', { ...DOOR, name: 'Window' });
    const door = await named('Door');
    const change = (properties: object[], more = {}) => ({ ...DOOR, ...more, properties });
    const report = (values: object) => ['POST', 'devices/door/report', { values }] as const;
    const describing = (body: object) => ['PUT', 'devices/new', body] as const;
    const outcome = { state: 'acknowledged' };
    const { body: asked } = await hub.call<{ id: string }>(
      `/api/devices/${door.id}/commands?timeoutMs=1000`,
      { body: { property: 'on', value: true } },
    );
    const late = asked.id;
    await waitFor('its time to be over', async () => {
      const { body } = await hub.call<{ state: string }>(`/api/commands/${late}`);
      return body.state === 'timedOut';
    });
    const taking = say(mine, 'GET', 'commands?waitMs=10000');
    const waited = command(door.id, { property: 'on', value: true });
    const { items } = (await taking).body as unknown as { items: { id: string }[] };
    const answer = ['POST', `commands/${items[0]?.id}/outcome`, outcome] as const;
    expect((await say(mine, ...answer)).status).toBe(204);
    expect((await waited).body.state).toBe('acknowledged');

    const wrong: readonly [readonly [string, string, object?], number, string, RegExp][] = [
      [report({ onn: true }), 422, 'invalid-input', /door has described no "onn".*may report: on/],
      [report({ on: 'yes' }), 422, 'invalid-input', /on cannot be "yes".*true or false/],
      [describing(change([{ property: 'brightnes' }])), 422, 'invalid-input', /mean brightness\?/],
      [
        describing(change([{ property: 'brightness', max: 300 }])),
        ...([422, 'invalid-input', /cannot be 300: brightness ends at 100/] as const),
      ],
      [
        describing(change([{ property: 'temperature', access: 'rw' }])),
        ...([422, 'invalid-input', /is r for temperature, not rw/] as const),
      ],
      [
        describing(change([{ property: 'power', unit: 'kW' }])),
        ...([422, 'invalid-input', /is W for power: convert the values/] as const),
      ],
      [
        describing(change([{ property: 'on' }, { property: 'on' }])),
        ...([422, 'invalid-input', /is there twice: on/] as const),
      ],
      [
        ['POST', 'devices/door/events', { property: 'on', value: true }],
        ...([422, 'invalid-input', /"on" has a value, and is reported/] as const),
      ],
      [
        ['POST', 'devices/window/report', { values: { on: true } }],
        404,
        'not-found',
        /none of "mine"/,
      ],
      [answer, 409, 'conflict', /was answered already/],
      [['POST', `commands/${late}/outcome`, outcome], 409, 'conflict', /came later than 1000 ms/],
      [['POST', 'commands/cmd_no/outcome', outcome], 404, 'not-found', /no command "cmd_no"/],
      [report({ x_text: 'x'.repeat(40_000) }), 413, 'too-large', /32/],
    ];
    const rows = readFileSync(PAGE, 'utf8');
    for (const [request, status, code, words] of wrong) {
      const refused = await say(mine, ...request);
      expect([request, refused.status, refused.body.code]).toEqual([request, status, code]);
      expect(JSON.stringify(refused.body).replaceAll('\\"', '"')).toMatch(words);
      expect(refused.body.hint).toBeTruthy();
      expect(rows).toContain(`| ${status} | \`${code}\` |`);
    }
    expect(await deviceNamed(hub, 'X')).toBeUndefined();
    expect((await deviceNamed(hub, 'Door'))?.properties.on?.value).not.toBe(true);
    const misspelt = { ...DOOR, modell: 'B', properties: [{ property: 'on', acces: 'r' }] };
    const told = JSON.stringify((await say(mine, 'PUT', 'devices/new', misspelt)).body.errors);
    expect(told).toContain('did you mean model?');
    expect(told).toContain('did you mean access?');
    // What its program needs to know of the table and of its own devices, it can read.
    const table = await say(mine, 'GET', 'properties?limit=200');
    expect(JSON.stringify(table.body)).toContain('"name":"brightness"');
    expect((await say(mine, 'GET', 'devices/door')).body).toMatchObject({ name: 'Door' });
    expect((await say(mine, 'GET', 'devices/window')).status).toBe(404);
    // The token opens nothing else, and another's none of it.
    const bearer = { Authorization: `Bearer ${mine}` };
    const elsewhere = await hub.call<{ detail: string }>('/api/devices', { headers: bearer });
    expect(elsewhere.status).toBe(401);
    expect(elsewhere.body.detail).toContain('opens the open interface alone');
    expect((await say('vnd_0123456789012345678901234567890', 'GET', 'devices')).status).toBe(401);

    for (let sent = 0; sent <= VENDOR_LIMITS.perMinute; sent += 20) {
      await Promise.all(Array.from({ length: 20 }, () => say(mine, ...report({ on: false }))));
    }
    const tooFast = await say(mine, ...report({ on: false }));
    expect([tooFast.status, tooFast.body.code]).toEqual([429, 'too-many-attempts']);
    expect(tooFast.body.detail).toMatch(
      /"mine" says more than 600 times a minute; it may again in/,
    );
    expect((await say(other, 'GET', 'devices')).status).toBe(200);
  }, 60_000);

  it('takes a repeated event once, and gives no command to a program that has gone', async () => {
    const token = await grant('steady');
    await say(token, 'PUT', 'devices/key', {
      ...{ name: 'Key', manufacturer: 'A', model: 'B' },
      properties: [{ property: 'button' }, { property: 'on' }],
    });
    const { id } = await named('Key');
    const presses = async () => {
      const { body } = await hub.call<string>('/metrics');
      return Number(/^ingle_event_events_total (\d+)$/m.exec(body)?.[1] ?? 0);
    };
    const before = await presses();
    const press = { property: 'button', value: 'single' };
    for (const key of ['a', 'a', 'b']) {
      const sent = await say(token, 'POST', 'devices/key/events', press, {
        'Idempotency-Key': key,
      });
      expect(sent.status).toBe(204);
    }
    await waitFor('two presses', async () => (await presses()) === before + 2);

    // As a program that loses its network in a long poll, and begins again.
    const headers = { Authorization: `Bearer ${token}` };
    const cut = new AbortController();
    const first = fetch(`${hub.url}/api/open/commands?waitMs=30000`, {
      headers,
      signal: cut.signal,
    });
    const waiting = Array.from({ length: VENDOR_LIMITS.waiters - 1 }, () =>
      fetch(`${hub.url}/api/open/stream`, { headers }),
    );
    const streams = await Promise.all(waiting);
    const full = await waitFor('the fourth to wait', async () => {
      const one = await say(token, 'GET', 'commands?waitMs=1');
      return one.status === 503 ? one : null;
    });
    expect(full.body.detail).toContain('4 programs of "steady" wait for commands already');
    cut.abort();
    await expect(first).rejects.toThrow();
    for (const stream of streams) await stream.body?.cancel();
    const again = waitFor('room for one that waits', async () => {
      const one = await say(token, 'GET', 'commands?waitMs=20000');
      return one.status === 200 ? one : null;
    });
    const asked = command(id, { property: 'on', value: true }, 'wait=sent');
    const { items } = (await again).body as unknown as { items: object[] };
    expect(items).toMatchObject([{ device: 'key', property: 'on', value: true }]);
    expect((await asked).body.state).toBe('sent');
  }, 60_000);
});

test('a program beside the hub sees what is shared and commands by its right: a lock takes more than a lamp', async () => {
  const port = await freePort();
  await using hub = await startHub({ environment: { INGLE_MQTT_PORT: String(port) } });
  await waitFor('readiness', async () => (await hub.call('/readyz')).status === 200);
  const { body: vendor } = await hub.call<{ token: string }>('/api/vendors', {
    body: { name: 'acme' },
  });
  const bearer = { Authorization: `Bearer ${vendor.token}` };
  for (const [id, property] of [
    ['lamp', 'on'],
    ['door', 'locked'],
  ] as const) {
    const body = { name: id, manufacturer: 'A', model: 'B', properties: [{ property }] };
    await hub.call(`/api/open/devices/${id}`, { method: 'PUT', headers: bearer, body });
    const values = { [property]: true };
    await hub.call(`/api/open/devices/${id}/report`, { headers: bearer, body: { values } });
  }
  const lamp = await waitFor('the lamp', () => deviceNamed(hub, 'lamp'));
  const door = await waitFor('the door', () => deviceNamed(hub, 'door'));
  const { body: account } = await hub.call<{ password: string }>('/api/mqtt/accounts', {
    body: { name: 'ha', home: 'control' },
  });
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ username: 'ha', password: account.password, reconnectPeriod: 100 },
  });
  const told = new Map<string, string>();
  client.on('message', (topic, payload) => told.set(topic, payload.toString()));
  await client.subscribeAsync(['homeassistant/#', 'ingle/home/#']);
  await hub.call('/api/mqtt/sharing', { method: 'PATCH', body: { isOn: true } });
  await waitFor(
    'the announcements',
    () => [...told.keys()].filter((each) => each.endsWith('/config')).length === 2,
  );
  await waitFor('the state', () => told.get(`ingle/home/${lamp.id}/state`) === '{"on":true}');

  client.publish(`ingle/home/${lamp.id}/set/on`, 'OFF');
  const { body } = await hub.call<{ items: { id: string; device: string }[] }>(
    '/api/open/commands?waitMs=10000',
    { headers: bearer },
  );
  expect(body.items).toMatchObject([{ device: 'lamp', property: 'on', value: false }]);
  await hub.call(`/api/open/commands/${body.items[0]?.id}/outcome`, {
    ...{ headers: bearer, body: { state: 'acknowledged' } },
  });
  await hub.call('/api/open/devices/lamp/report', {
    headers: bearer,
    body: { values: { on: false } },
  });
  await waitFor('the new state', () => told.get(`ingle/home/${lamp.id}/state`) === '{"on":false}');

  client.publish(`ingle/home/${door.id}/set/locked`, 'false');
  await waitFor('the refusal', () =>
    told.get(`ingle/home/${door.id}/problem`)?.includes('forbidden'),
  );
  expect(told.get(`ingle/home/${door.id}/problem`)).toContain(
    'The MQTT account ha may not control door',
  );
  await hub.call('/api/mqtt/accounts/ha', { method: 'PATCH', body: { home: 'all' } });
  await waitFor('the account again', () => client.connected);
  const opened = hub.call<{ items: unknown[] }>('/api/open/commands?waitMs=10000', {
    headers: bearer,
  });
  await waitFor('the order', async () => {
    client.publish(`ingle/home/${door.id}/set/locked`, 'false');
    return (
      (await Promise.race([opened, new Promise((resolve) => setTimeout(resolve, 300))])) !==
      undefined
    );
  });
  expect((await opened).body.items[0]).toMatchObject({
    device: 'door',
    property: 'locked',
    value: false,
  });
  await client.endAsync(true);
}, 90_000);
