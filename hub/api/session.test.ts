// Claiming, signing in and out over HTTP, as pages and attackers do it.
import { describe, expect, test } from 'vitest';
import { createPasswords } from '../household/passwords.ts';
import { pageTokenOf } from '../household/sessions.ts';
import { bodyOf, createTestApi, HOST, PASSWORD, pageHeaders, type TestApi } from './test-api.ts';
import { createTestHub } from './test-hub.ts';

const ORIGIN = { Origin: `http://${HOST}`, 'Sec-Fetch-Site': 'same-origin' };

/** A claimed hub, and the owner's cookie. */
async function claimed(api: TestApi = createTestApi()) {
  const body = { code: api.claim.code(), name: 'Ann', password: PASSWORD };
  const answer = await api.call('/api/claim', { body, headers: ORIGIN });
  expect(answer.status).toBe(201);
  const secret = cookieOf(answer);
  return { api, secret, session: await bodyOf(answer) };
}

function cookieOf(answer: Response): string {
  return /^ingle_session=([^;]*)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? '';
}

function signIn(api: TestApi, name: string, password: string, headers = {}): Promise<Response> {
  return api.call('/api/session', { body: { name, password }, headers: { ...ORIGIN, ...headers } });
}

describe('claiming over HTTP', () => {
  test.each([false, true])('the first page becomes the owner’s (demo: %s)', async (isDemo) => {
    const { api, secret, session } = await claimed(createTestApi({ isDemo }));
    expect(session).toMatchObject({
      member: { name: 'Ann', role: 'owner' },
      demo: isDemo,
      claimed: true,
    });
    const answer = await api.call('/api/home', { headers: pageHeaders(secret) });
    expect(answer.status).toBe(200);
  });

  test('before it strangers learn that the hub is free, and nothing else', async () => {
    const api = createTestApi();
    const free = await bodyOf(await api.call('/api/claim'));
    expect(free).toEqual({ claimed: false, open: true, closesAt: '2026-11-21T19:15:00.000Z' });
    const early = await signIn(api, 'Ann', PASSWORD);
    expect(early.status).toBe(409);
    expect(await bodyOf(early)).toMatchObject({ code: 'not-claimed' });
  });

  test('from outside the home’s network nobody claims it', async () => {
    const api = createTestApi();
    const body = { code: api.claim.code(), name: 'Eve', password: PASSWORD };
    for (const from of ['203.0.113.9', '2001:db8::1', '172.32.0.1', '::ffff:8.8.8.8', '']) {
      expect((await api.call('/api/claim', { body, from })).status, from).toBe(403);
    }
    for (const from of ['192.168.1.7', '172.16.0.3', '::ffff:10.1.2.3', 'fe80::1', 'fd12::1']) {
      const wrong = { ...body, code: 'nope' };
      const answer = await bodyOf(await api.call('/api/claim', { body: wrong, from }));
      expect(answer.detail).toBe('That is not the code of this hub');
    }
  });

  test('a hundred requests at once make one owner', async () => {
    const api = createTestApi();
    const code = api.claim.code();
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        api.call('/api/claim', { body: { code, name: `M${index}`, password: PASSWORD } }),
      ),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(99);
    expect(api.hub.contents.members).toHaveLength(1);
  });

  test.each([
    [{ code: 'x', name: '', password: PASSWORD }, '/name'],
    [{ code: 'x', name: 'An\u0000n', password: PASSWORD }, '/name'],
    [{ code: 'x', name: 'A\u202enn', password: PASSWORD }, '/name'],
    [{ code: 'x', name: 'x'.repeat(61), password: PASSWORD }, '/name'],
    [{ code: 'x', name: 'Ann', password: 'short' }, '/password'],
    [{ code: 'x', name: 'Ann', password: PASSWORD, home: { zone: 'Mars/Olympus' } }, '/home/zone'],
    [{ code: 'x', name: 'Ann', password: PASSWORD, home: { zone: '+08:00' } }, '/home/zone'],
    [
      {
        code: 'x',
        name: 'Ann',
        password: PASSWORD,
        home: { place: { latitude: 91, longitude: 0 } },
      },
      '/home/place/latitude',
    ],
    [{ code: 'x', name: 'Ann', password: PASSWORD, role: 'owner' }, '/role'],
    [{ code: 'x', name: 'Ann' }, '/password'],
  ])('a form with a fault is answered with its place: %j', async (body, path) => {
    const api = createTestApi();
    const answer = await api.call('/api/claim', { body });
    expect(answer.status).toBe(422);
    expect((await bodyOf(answer)).errors).toMatchObject([{ path }]);
    expect(api.hub.contents.isClaimed).toBe(false);
  });

  test('only root on the hub opens it again', async () => {
    const api = createTestApi();
    api.hub.advance(16 * 60_000);
    expect(await bodyOf(await api.call('/api/claim'))).toMatchObject({
      open: false,
      closesAt: null,
    });
    expect((await api.call('/api/claim/code', { method: 'POST' })).status).toBe(401);
    const answer = await bodyOf(await api.asLocal('/api/claim/code', { method: 'POST' }));
    const body = { code: answer.code, name: 'Ann', password: PASSWORD };
    expect((await api.call('/api/claim', { body })).status).toBe(201);
    expect((await api.asLocal('/api/claim/code', { method: 'POST' })).status).toBe(409);
  });
});

describe('signing in', () => {
  test('gives a cookie that scripts, other sites and other paths cannot have', async () => {
    const { api } = await claimed();
    const answer = await signIn(api, 'ann', PASSWORD);
    expect(answer.status).toBe(201);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^ingle_session=[A-Za-z0-9_-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(await answer.text()).not.toContain(cookieOf(answer));
  });

  test('a wrong password and an unknown name get the same words', async () => {
    const { api } = await claimed();
    const wrong = await signIn(api, 'Ann', 'another password here');
    const unknown = await signIn(api, 'Nobody', 'another password here');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(await wrong.text()).toBe(await unknown.text());
  });

  test('a wrong password and an unknown name take the same time', async () => {
    const { api } = await claimed();
    const timeOf = async (name: string) => {
      const startedAt = performance.now();
      await signIn(api, name, 'another password here');
      return performance.now() - startedAt;
    };
    await timeOf('warm up');
    const known = [await timeOf('Ann'), await timeOf('Ann'), await timeOf('Ann')].sort(
      (a, b) => a - b,
    );
    const unknown = [await timeOf('Bo'), await timeOf('Cy'), await timeOf('Di')].sort(
      (a, b) => a - b,
    );
    // Without the stranger's hash the unknown would be answered fifty times as fast.
    expect(unknown[1]).toBeGreaterThan((known[1] ?? 0) / 5);
  });

  test('guessing is paused, forwarding headers or not, and a signed-in page does not notice', async () => {
    const { api, secret } = await claimed();
    for (let index = 0; index < 5; index += 1) {
      expect((await signIn(api, 'Ann', `wrong password ${index}`)).status).toBe(401);
    }
    const spoofed = {
      'X-Forwarded-For': '8.8.8.8',
      'X-Real-IP': '1.1.1.1',
      Forwarded: 'for=9.9.9.9',
    };
    for (const headers of [{}, spoofed]) {
      const answer = await signIn(api, 'Ann', PASSWORD, headers);
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await api.call('/api/devices', { headers: pageHeaders(secret) })).status).toBe(200);
    api.hub.advance(2_000);
    expect((await signIn(api, 'Ann', PASSWORD)).status).toBe(201);
  });

  test('guesses in parallel count like guesses in a row', async () => {
    const { api } = await claimed();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => signIn(api, 'Ann', `wrong password ${index}`)),
    );
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5);
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(25);
  });

  test('the pause outlives a restart of the hub', async () => {
    const { api } = await claimed();
    for (let index = 0; index < 8; index += 1) {
      await signIn(api, 'Ann', `wrong password ${index}`);
      api.hub.advance(200_000);
    }
    await signIn(api, 'Ann', 'wrong password');
    const { hub } = api;
    api.stop();
    Object.assign(hub.contents.settings, Object.fromEntries(hub.stored));
    const again = createTestApi({ hub });
    expect((await signIn(again, 'Ann', PASSWORD)).status).toBe(429);
  });

  test('another site cannot sign a browser in', async () => {
    const { api } = await claimed();
    const body = { name: 'Ann', password: PASSWORD };
    const foreign = { Origin: 'http://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await api.call('/api/session', { body, headers: foreign })).status).toBe(403);
    const form = { 'Content-Type': 'text/plain' };
    const text = JSON.stringify(body);
    expect(
      (await api.call('/api/session', { method: 'POST', body: text, headers: form })).status,
    ).toBe(415);
  });

  test('a body of strangers is small', async () => {
    const { api } = await claimed();
    expect((await signIn(api, 'Ann', 'x'.repeat(1024 * 1024))).status).toBe(413);
    expect((await signIn(api, 'Ann', 'x'.repeat(10_000))).status).toBe(401);
  });
});

describe('sessions over HTTP', () => {
  test('a page that was given a cookie by somebody else gets a new one at signing in', async () => {
    const { api, secret } = await claimed();
    const planted = await signIn(api, 'Ann', PASSWORD, {
      Cookie: `ingle_session=${'A'.repeat(43)}`,
    });
    expect(cookieOf(planted)).not.toBe('A'.repeat(43));
    const again = await signIn(api, 'Ann', PASSWORD, pageHeaders(secret));
    expect(cookieOf(again)).not.toBe(secret);
    expect((await api.call('/api/home', { headers: pageHeaders(secret) })).status).toBe(401);
  });

  test('after signing out the cookie is worth nothing', async () => {
    const { api, secret } = await claimed();
    const out = await api.call('/api/session', { method: 'DELETE', headers: pageHeaders(secret) });
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    expect((await api.call('/api/home', { headers: pageHeaders(secret) })).status).toBe(401);
    const session = await bodyOf(await api.call('/api/session', { headers: pageHeaders(secret) }));
    expect(session).toMatchObject({ member: null, token: null, expires: null });
  });

  test('a page in use stays signed in beyond 30 days; one that was left alone does not', async () => {
    const { api, secret } = await claimed();
    for (let day = 0; day < 5; day += 1) {
      api.hub.advance(20 * 86_400_000);
      const answer = await api.call('/api/devices', { headers: pageHeaders(secret) });
      expect(answer.status).toBe(200);
      expect(cookieOf(answer)).toBe(secret);
      const again = await api.call('/api/devices', { headers: pageHeaders(secret) });
      expect(again.headers.get('set-cookie')).toBeNull();
    }
    api.hub.advance(31 * 86_400_000);
    const late = await api.call('/api/devices', { headers: pageHeaders(secret) });
    expect(late.status).toBe(401);
  });

  test('two cookies of the name are none, as are values of another form', async () => {
    const { api, secret } = await claimed();
    const cookies = [
      `ingle_session=${secret}; ingle_session=${secret}`,
      `ingle_session=x; ingle_session=${secret}`,
      `ingle_session="${secret}"`,
      `INGLE_SESSION=${secret}`,
      `ingle_session=${secret}x`,
      `ingle_session=${encodeURIComponent(`${secret}\r\n`)}`,
    ];
    for (const Cookie of cookies) {
      expect((await api.call('/api/home', { headers: { Cookie } })).status, Cookie).toBe(401);
    }
  });

  test('GET /api/session gives the page its token, and a role that changed is there at once', async () => {
    const { api, secret } = await claimed();
    const session = await bodyOf(await api.call('/api/session', { headers: pageHeaders(secret) }));
    expect(session).toMatchObject({
      token: pageTokenOf(secret),
      expires: '2026-12-21T19:00:00.000Z',
    });
    const { members } = api.hub.contents;
    members[0] = { ...members[0], role: 'guest' } as (typeof members)[number];
    const denied = await api.call('/api/rooms', {
      body: { name: 'x' },
      headers: pageHeaders(secret),
    });
    expect(denied.status).toBe(403);
  });

  test.each(['Basic', 'Digest', 'Token', 'bearer:', 'Bearer  ', ''])(
    'a secret under the scheme "%s" is refused, whatever cookie comes with it',
    async (scheme) => {
      const { api, secret } = await claimed();
      const token = await bodyOf(await api.asLocal('/api/tokens', { body: { label: 'Test' } }));
      const headers = { ...pageHeaders(secret), Authorization: `${scheme} ${token.secret}`.trim() };
      expect((await api.call('/api/home', { headers })).status).toBe(401);
    },
  );

  test('a session’s secret is no bearer token and a token no cookie', async () => {
    const { api, secret } = await claimed();
    const { secret: token } = await bodyOf(
      await api.asLocal('/api/tokens', { body: { label: 'Test' } }),
    );
    const bearer = (value: unknown) => ({ Authorization: `Bearer ${value}` });
    expect((await api.call('/api/home', { headers: bearer(token) })).status).toBe(200);
    expect((await api.call('/api/home', { headers: bearer(secret) })).status).toBe(401);
    const asCookie = { Cookie: `ingle_session=${token}` };
    expect((await api.call('/api/home', { headers: asCookie })).status).toBe(401);
  });

  test('a token’s secret is shown once; revoking ends it; another member’s is not even there', async () => {
    const { api } = await claimed();
    const adult = api.program('adult');
    const owner = api.program('owner');
    const made = await bodyOf(await owner('/api/tokens', { body: { label: 'Script', days: 2 } }));
    const list = await (await owner('/api/tokens')).text();
    expect(list).toContain('"Script"');
    expect(list).not.toContain(String(made.secret));
    expect(list).not.toContain('secretHash');
    expect((await adult(`/api/tokens/${made.id}`, { method: 'DELETE' })).status).toBe(404);
    expect(await (await adult('/api/tokens')).text()).not.toContain('"Script"');
    expect((await owner(`/api/tokens/${made.id}`, { method: 'DELETE' })).status).toBe(204);
    const headers = { Authorization: `Bearer ${made.secret}` };
    expect((await api.call('/api/home', { headers })).status).toBe(401);
  });

  test('a new password ends the other sessions and not this one', async () => {
    const { api, secret } = await claimed();
    const other = cookieOf(await signIn(api, 'Ann', PASSWORD));
    const change = (current: string, password: string) =>
      api.call('/api/members/self/password', {
        body: { current, password },
        headers: pageHeaders(secret),
      });
    expect((await change('not the one it is', 'rivers under loud bridges')).status).toBe(403);
    expect((await change(PASSWORD, 'short')).status).toBe(422);
    expect((await change(PASSWORD, 'rivers under loud bridges')).status).toBe(204);
    expect((await api.call('/api/home', { headers: pageHeaders(other) })).status).toBe(401);
    expect((await api.call('/api/home', { headers: pageHeaders(secret) })).status).toBe(200);
    expect((await signIn(api, 'Ann', PASSWORD)).status).toBe(401);
    expect((await signIn(api, 'Ann', 'rivers under loud bridges')).status).toBe(201);
  });

  test('root on the hub resets a password, and an owner cannot reset another’s', async () => {
    const { api, secret } = await claimed();
    const { id } = api.hub.contents.members[0] ?? { id: '' };
    const body = { password: 'rivers under loud bridges' };
    const path = `/api/members/${id}/password`;
    expect((await api.call(path, { body, headers: pageHeaders(secret) })).status).toBe(403);
    expect((await api.asLocal(path, { body })).status).toBe(204);
    expect((await api.call('/api/home', { headers: pageHeaders(secret) })).status).toBe(401);
    expect((await signIn(api, 'Ann', 'rivers under loud bridges')).status).toBe(201);
  });

  test('a database that was read by a thief signs nobody in', async () => {
    const hub = createTestHub();
    const { secret } = await claimed(createTestApi({ hub }));
    const stolen = JSON.stringify(hub.contents);
    expect(stolen).not.toContain(secret);
    expect(stolen).not.toContain(PASSWORD);
    const hash = hub.contents.credentials[0]?.passwordHash ?? null;
    expect(await createPasswords().verify(hash ?? '', hash)).toBe(false);
  });
});
