// The root of the API: who gets through to what, and in which form a request must come at all.
import { describe, expect, test } from 'vitest';
import type { Role } from '../model/home.ts';
import { ROUTE_SPECS, type Who } from './routes.ts';
import { bodyOf, createTestApi, HOST, pageHeaders } from './test-api.ts';

const ROUTES = Object.entries(ROUTE_SPECS).map(([name, { who }]) => {
  const [method = '', path = ''] = name.split(' ');
  const filled = path
    .replace('/devices/:id', '/devices/dev_none')
    .replace('/rooms/:id', '/rooms/room_none')
    .replace('/scenes/:id', '/scenes/scene_none')
    .replaceAll(/:\w+/g, 'none');
  return { name, method, path: filled, who };
});

/** What a stranger may get from a route that is open: never 401 and never 403. */
const OPEN: readonly Who[] = ['anyone'];
const ALLOWED: Record<Role, readonly Who[]> = {
  owner: ['anyone', 'member', 'installer', 'household', 'owner', 'nearby'],
  adult: ['anyone', 'member', 'installer', 'household'],
  installer: ['anyone', 'member', 'installer'],
  elder: ['anyone', 'member'],
  child: ['anyone', 'member'],
  guest: ['anyone', 'member'],
};

describe('every route', () => {
  test.each(ROUTES)(
    '$name without a session is open only where the table says so',
    async ({ method, path, who }) => {
      const api = createTestApi();
      api.page('owner');
      const answer = await api.call(path, { method, from: '192.168.1.20' });
      if (OPEN.includes(who)) expect([401, 403]).not.toContain(answer.status);
      else expect(answer.status).toBe(401);
      await answer.body?.cancel();
    },
  );

  test.each(
    ROUTES.flatMap((route) =>
      Object.keys(ALLOWED).map((role) => ({ ...route, role: role as Role })),
    ),
  )('$name is for $role only where the table says so', async ({ method, path, who, role }) => {
    const api = createTestApi();
    const member = api.program(role);
    const answer = await member(path, { method, from: '192.168.1.20' });
    if (ALLOWED[role].includes(who)) expect([401, 403]).not.toContain(answer.status);
    else expect(answer.status).toBe(403);
    await answer.body?.cancel();
  });

  test.each(ROUTES)(
    '$name carries the security headers and is not cached',
    async ({ method, path }) => {
      const api = createTestApi();
      const answer = await api.asLocal(path, { method });
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
      expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      await answer.body?.cancel();
    },
  );

  test('local root may do all of it from the hub itself, and nothing from elsewhere', async () => {
    const api = createTestApi();
    for (const { method, path } of ROUTES) {
      const here = await api.asLocal(path, { method });
      expect([401, 403], `${method} ${path}`).not.toContain(here.status === 403 ? 0 : here.status);
      await here.body?.cancel();
      const there = await api.asLocal(path, { method, from: '192.168.1.20' });
      if (path.startsWith('/api/')) expect(there.status).toBe(401);
      await there.body?.cancel();
    }
    api.stop();
  });

  test('metrics are for programs on the hub, and for owners elsewhere', async () => {
    const api = createTestApi();
    const text = await (await api.call('/metrics')).text();
    expect(text).toContain('ingle_commands_total{state="observed"} 3');
    expect(text).toContain('ingle_part_restarts_total{part="core"} 0');
    expect((await api.call('/metrics', { from: '10.0.0.9' })).status).toBe(401);
    expect((await api.program('adult')('/metrics', { from: '10.0.0.9' })).status).toBe(403);
    expect((await api.program('owner')('/metrics', { from: '10.0.0.9' })).status).toBe(200);
  });
});

describe('paths', () => {
  test.each([
    '//api/devices',
    '/api//devices',
    '/api%2Fdevices',
    '/api%2fdevices',
    '/%61pi/devices',
    '/api/./devices',
    '/api/../api/devices',
    '/api/devices/..',
    '/api/devices/%2e%2e/home',
    '/api/devices%00',
    '/api/devices%252f',
    '/api\\devices',
    '/api/devices;x=1',
    '/api/devices\u0000',
    'http://evil.example/api/devices',
    'api/devices',
    `/${'a'.repeat(5_000)}`,
  ])('%.60s has a second spelling and is refused, with or without a session', async (path) => {
    const api = createTestApi();
    const owner = api.program('owner');
    const request = new Request(`http://${HOST}/api/devices`, { headers: { Host: HOST } });
    const incoming = { url: path, socket: { remoteAddress: '127.0.0.1' }, rawHeaders: [] };
    expect((await api.app.fetch(request, { incoming } as never)).status).toBe(400);
    expect((await owner('/api/devices')).status).toBe(200);
  });

  test.each(['/api', '/api/', '/api/devices/', '/api/devices.json', '/api/device'])(
    '%s is not there: 401 to strangers, 404 to members',
    async (path) => {
      const api = createTestApi();
      expect((await api.call(path)).status).toBe(401);
      const answer = await api.program('owner')(path);
      expect(answer.status).toBe(404);
      expect(await bodyOf(answer)).toMatchObject({ code: 'not-found', status: 404 });
    },
  );

  test('paths are written in small letters', async () => {
    const api = createTestApi();
    for (const path of ['/API/devices', '/Api/devices', '/HEALTHZ']) {
      expect((await api.program('owner')(path)).status).toBe(404);
    }
  });

  test('methods that a path does not answer are named', async () => {
    const api = createTestApi();
    const owner = api.program('owner');
    const answer = await owner('/api/devices', { method: 'DELETE' });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET');
    for (const method of ['OPTIONS', 'PROPFIND']) {
      expect((await owner('/api/devices', { method })).status).toBe(405);
    }
    expect((await owner('/api/events', { method: 'HEAD' })).status).toBe(405);
    expect(api.liveClients()).toBe(0);
    const pretended = await owner('/api/rooms', {
      headers: { 'X-HTTP-Method-Override': 'DELETE' },
    });
    expect(pretended.status).toBe(200);
  });

  test('a query that means nothing is an error and not ignored', async () => {
    const api = createTestApi();
    const owner = api.program('owner');
    for (const query of [
      '?romm=x',
      '?limit=0',
      '?limit=201',
      '?limit=1e2',
      '?cursor=-1',
      '?limit=1&limit=2',
    ]) {
      expect((await owner(`/api/devices${query}`)).status, query).toBe(422);
    }
    expect((await owner("/api/devices?room=room_x'%20OR%20'1'='1")).status).toBe(200);
  });
});

describe('Host and origin', () => {
  test.each([
    ['localhost', 200],
    ['localhost:8420', 200],
    ['LOCALHOST:1', 200],
    ['127.0.0.1:8420', 200],
    ['[::1]:8420', 200],
    ['ingle.local', 200],
    ['lake.house:8420', 200],
    ['evil.example', 421],
    ['localhost.', 421],
    ['localhost.evil.example', 421],
    ['evil.example:8420@localhost', 421],
    ['127.0.0.1.evil.example', 421],
    ['192.0.2.77', 421],
    ['0x7f000001', 421],
    ['2130706433', 421],
    ['[::ffff:192.0.2.77]', 421],
    ['localhost:99999', 421],
    ['localhost:', 421],
    ['ingle.local.evil.example', 421],
    ['_', 421],
  ])('a request to %s gets %i', async (host, status) => {
    const api = createTestApi({ hosts: ['lake.house'] });
    for (const path of ['/healthz', '/api/session']) {
      const answer = await api.call(path, { headers: { Host: host } });
      expect(answer.status).toBe(status);
      if (status === 421) expect(await bodyOf(answer)).toMatchObject({ code: 'forbidden' });
    }
  });

  test('two Hosts are refused', async () => {
    const api = createTestApi();
    const request = new Request(`http://${HOST}/healthz`, { headers: { Host: HOST } });
    const rawHeaders = ['Host', HOST, 'host', 'evil.example'];
    const incoming = { url: '/healthz', socket: { remoteAddress: '127.0.0.1' }, rawHeaders };
    expect((await api.app.fetch(request, { incoming } as never)).status).toBe(400);
  });

  test.each([
    [{ Origin: 'http://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    [{ Origin: 'null' }],
    [{ Origin: `http://${HOST}`, 'Sec-Fetch-Site': 'same-site' }],
    [{ Origin: 'http://localhost:8421', 'Sec-Fetch-Site': 'same-origin' }],
    [{ Origin: `http://${HOST}.evil.example` }],
    [{ Origin: `http://${HOST}/` }],
    [{ 'Sec-Fetch-Site': 'cross-site', Origin: '' }],
  ])('a page elsewhere changes nothing, even with cookie and token: %j', async (headers) => {
    const api = createTestApi();
    const owner = api.page('owner');
    const answer = await owner('/api/rooms', { body: { name: 'Attic' }, headers });
    expect(answer.status).toBe(403);
    expect(api.hub.contents.rooms).toHaveLength(0);
  });

  test('a cookie without the browser’s word, or without the token header, changes nothing', async () => {
    const api = createTestApi();
    const { secret } = api.page('owner');
    const headers = pageHeaders(secret);
    const { Origin, 'Sec-Fetch-Site': site, 'X-Ingle-Token': token, Cookie } = headers;
    const tries = [
      { Cookie },
      { Cookie, 'X-Ingle-Token': token ?? '' },
      { Cookie, Origin: Origin ?? '' },
      { Cookie, 'Sec-Fetch-Site': site ?? '' },
      { ...headers, 'X-Ingle-Token': 'x' },
      { ...headers, 'X-Ingle-Token': pageHeaders(api.page('owner').secret)['X-Ingle-Token'] ?? '' },
    ];
    for (const each of tries) {
      const answer = await api.call('/api/rooms', {
        body: { name: 'Attic' },
        headers: each as Record<string, string>,
      });
      expect(answer.status).toBe(403);
    }
    expect(api.hub.contents.rooms).toHaveLength(0);
    const answer = await api.call('/api/rooms', { body: { name: 'Attic' }, headers });
    expect(answer.status).toBe(201);
  });

  test('another site reads nothing, and a typed address still opens', async () => {
    const api = createTestApi();
    const owner = api.page('owner');
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'Sec-Fetch-Site': site };
      expect((await owner('/api/devices', { headers })).status).toBe(403);
      expect((await owner('/api/events', { headers })).status).toBe(403);
    }
    const typed = { Cookie: `ingle_session=${owner.secret}`, 'Sec-Fetch-Site': 'none' };
    expect((await api.call('/api/devices', { headers: typed })).status).toBe(200);
  });

  test('a form’s text is no JSON', async () => {
    const api = createTestApi();
    const owner = api.page('owner');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
    ]) {
      const answer = await owner('/api/rooms', {
        body: '{"name":"Attic"}',
        headers: { 'Content-Type': type },
      });
      expect(answer.status, type).toBe(415);
    }
  });
});

describe('what is not meant for readers', () => {
  test('a failure inside is logged and told without its text', async () => {
    const api = createTestApi();
    api.hub.fault = new Error('SQLITE_CORRUPT: /home/ann/data/history.db');
    const answer = await api.program('owner')('/api/runs');
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('SQLITE');
    expect(api.logged.join()).toContain('SQLITE_CORRUPT');
  });

  test('strangers learn no names', async () => {
    const api = createTestApi();
    api.page('owner', 'Ann Archer');
    api.hub.addDevice('Secret lamp');
    for (const path of ['/readyz', '/healthz', '/api/claim', '/api/session', '/api/openapi.json']) {
      const text = await (await api.call(path, { from: '192.168.1.20' })).text();
      expect(text).not.toContain('Archer');
      expect(text).not.toContain('Secret');
    }
  });
});

test('the OpenAPI text has every route of the table, with who may call it', async () => {
  const api = createTestApi();
  const answer = await api.call('/api/openapi.json');
  expect(answer.headers.get('content-type')).toBe('application/json');
  const document = await bodyOf(answer);
  expect(document.openapi).toBe('3.1.0');
  const paths = document.paths as Record<string, Record<string, { 'x-who'?: string }>>;
  for (const [name, { who }] of Object.entries(ROUTE_SPECS)) {
    const [method = '', path = ''] = name.split(' ');
    const operation = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
    expect(operation?.['x-who'], name).toBe(who);
  }
});

test('readiness is 503 with what is waited for, then 200', async () => {
  const api = createTestApi();
  api.hub.health = { ...api.hub.health, ready: false, waitingFor: ['the core worker'] };
  const before = await api.call('/readyz');
  expect(before.status).toBe(503);
  expect(await bodyOf(before)).toMatchObject({ ready: false, waitingFor: ['the core worker'] });
  api.hub.health = { ...api.hub.health, ready: true, waitingFor: [] };
  expect((await api.call('/readyz')).status).toBe(200);
});
