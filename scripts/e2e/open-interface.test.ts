// The open interface as its own page describes it: each block of commands there is run as it stands, with curl and
// mosquitto_pub, against the whole hub. And the home's devices over MQTT, with the core's policy for each account.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { expect, test } from 'vitest';
import { debianProgram } from '../bench/peers/install.ts';
import { freePort } from '../bench/process.ts';
import { type RunningHub, startHub, waitFor } from './running-hub.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const PAGE = readFileSync(path.join(ROOT, 'adapters', 'mqtt', 'open', 'README.md'), 'utf8');
const INGLE = path.join(ROOT, 'hub', 'cli', 'main.ts');

/** Runs one block of the page as it stands; rejects where a command of it fails. */
function run(name: string, environment: Readonly<Record<string, string>>): Promise<string> {
  const block = new RegExp(`\`\`\`sh ${name}\\n(.*?)\`\`\``, 's').exec(PAGE)?.[1];
  if (block === undefined) throw new Error(`the page has no block "${name}"`);
  debianProgram('curl', 'curl');
  debianProgram('mosquitto_pub', 'mosquitto-clients');
  const ingle = `ingle() { "${process.execPath}" "${INGLE}" "$@"; }`;
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `${ingle}\n${block}`], {
    env: { PATH: process.env.PATH, HOME: '/nonexistent', LANG: 'C.UTF-8', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
  });
  child.stderr.on('data', (text: Buffer) => {
    errors += text.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${name} ended with ${code}: ${output}${errors}`));
    });
  });
}

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

test('every block of the page of the open interface does what it says', async () => {
  const port = await freePort();
  await using hub = await startHub({ environment: { INGLE_MQTT_PORT: String(port) } });
  await waitFor('readiness', async () => (await hub.call('/readyz')).status === 200);
  const base = { HUB: hub.url, HOST: '127.0.0.1', PORT: String(port), INGLE_DATA: hub.data };
  const granted = JSON.parse(await run('account', base)) as { token: string };
  const environment = { ...base, TOKEN: granted.token };

  expect(JSON.parse(await run('join', environment))).toMatchObject({
    device: 'lamp-1',
    isOnline: true,
  });
  const lamp = await waitFor('the lamp', () => deviceNamed(hub, 'Acme lamp'));
  expect(lamp.kind).toBe('light');
  await run('report', environment);
  await waitFor('its state', async () => {
    const properties = (await deviceNamed(hub, 'Acme lamp'))?.properties ?? {};
    return properties.brightness?.value === 40 && properties.x_mood?.value === 'calm';
  });

  const taking = run('take', environment);
  const asked = hub.call<{ state: string }>(`/api/devices/${lamp.id}/commands?wait=acknowledged`, {
    body: { property: 'brightness', value: 80 },
  });
  const { items } = JSON.parse(await taking) as { items: { id: string; value: unknown }[] };
  expect(items).toMatchObject([{ device: 'lamp-1', property: 'brightness', value: 80 }]);
  await run('answer', { ...environment, COMMAND: items[0]?.id ?? '' });
  expect((await asked).body.state).toBe('acknowledged');

  // The same commands as server-sent events.
  const stop = new AbortController();
  const stream = await fetch(`${hub.url}/api/open/stream`, {
    ...{ headers: { Authorization: `Bearer ${granted.token}` }, signal: stop.signal },
  });
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const reading = stream.body?.getReader();
  const asleep = hub.call<{ state: string }>(`/api/devices/${lamp.id}/commands?wait=acknowledged`, {
    body: { command: 'identify' },
  });
  let events = '';
  await waitFor('the event', async () => {
    const part = await reading?.read();
    events += new TextDecoder().decode(part?.value);
    return events.includes('event: command');
  });
  const told = JSON.parse(/^data: (.*)$/m.exec(events)?.[1] ?? '') as { id: string };
  expect(told).toMatchObject({ device: 'lamp-1', command: 'identify', args: {} });
  await run('answer', { ...environment, COMMAND: told.id });
  expect((await asleep).body.state).toBe('acknowledged');

  await run('mqtt', environment);
  const meter = await waitFor('the meter', () => deviceNamed(hub, 'Acme meter'));
  await waitFor('its power', async () => {
    const device = await deviceNamed(hub, 'Acme meter');
    return device?.properties.power?.value === 12.5;
  });

  // Over MQTT its program gets the commands on a topic, and answers there.
  const program = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ username: 'open.acme', password: granted.token, reconnectPeriod: 0 },
  });
  program.on('message', (topic, payload) => {
    if (!topic.endsWith('/command')) return;
    const { id } = JSON.parse(payload.toString()) as { id: string };
    program.publish('ingle/open/acme/meter/outcome', JSON.stringify({ id, state: 'acknowledged' }));
    program.publish('ingle/open/acme/meter/report', '{"on": false}');
  });
  await program.subscribeAsync('ingle/open/acme/#');
  const off = await hub.call<{ state: string }>(`/api/devices/${meter.id}/commands?wait=observed`, {
    body: { property: 'on', value: false },
  });
  expect(off.body.state).toBe('observed');

  // A mistake is told with its place, and nothing is taken.
  const bearer = { Authorization: `Bearer ${granted.token}` };
  const wrong = await hub.call<{ errors: { path: string }[] }>('/api/open/devices/lamp-2', {
    method: 'PUT',
    headers: bearer,
    body: { name: 'X', manufacturer: 'A', model: 'B', properties: [{ property: 'brightnes' }] },
  });
  expect(wrong.status).toBe(422);
  expect(wrong.body.errors).toMatchObject([{ path: '/properties/0/property' }]);
  const impossible = await hub.call('/api/open/devices/lamp-1/report', {
    headers: bearer,
    body: { values: { brightness: 400 } },
  });
  expect(impossible.status).toBe(422);
  // The token opens nothing else, and another's none of it.
  expect((await hub.call('/api/devices', { headers: bearer })).status).toBe(401);
  const stranger = { Authorization: 'Bearer vnd_0123456789012345678901234567890' };
  expect((await hub.call('/api/open/devices', { headers: stranger })).status).toBe(401);

  // Revoked, it is out at once, however it was in: the stream, a long poll, MQTT, and what was asked of its devices.
  const closed = new Promise<void>((resolve) => program.once('close', () => resolve()));
  const streamEnded = waitFor('the end of the stream', async () => (await reading?.read())?.done);
  const polling = hub.call('/api/open/commands?waitMs=30000', { headers: bearer });
  const unanswered = hub.call(`/api/devices/${meter.id}/commands?wait=observed`, {
    body: { property: 'on', value: true },
  });
  program.removeAllListeners('message');
  await new Promise<void>((resolve) => program.once('message', () => resolve()));
  const revokedMs = performance.now();
  expect((await hub.call('/api/vendors/acme', { method: 'DELETE' })).status).toBe(204);
  await Promise.all([closed, streamEnded]);
  expect((await polling).status).toBe(403);
  expect((await unanswered).body).toMatchObject({ code: 'unreachable' });
  expect(performance.now() - revokedMs).toBeLessThan(1_000);
  expect((await hub.call('/api/open/devices', { headers: bearer })).status).toBe(401);
  await waitFor('the lamp out of reach', async () => {
    return (await deviceNamed(hub, 'Acme lamp'))?.availability.online === false;
  });
  await program.endAsync(true);
  stop.abort();
}, 90_000);

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
