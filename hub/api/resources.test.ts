// What members do over HTTP: devices, rooms, scenes, runs, jobs, the inbox, the home.
import { describe, expect, test } from 'vitest';
import type { NotificationRecord } from '../model/home.ts';
import { notificationId } from '../model/identifiers.ts';
import { bodyOf, createTestApi } from './test-api.ts';

function setUp() {
  const api = createTestApi();
  const owner = api.page('owner', 'Ann');
  const lamp = api.hub.addDevice('Hall lamp');
  return { api, owner, lamp };
}

describe('devices', () => {
  test('a device shows what it is, what it reported, and what it takes', async () => {
    const { api, owner, lamp } = setUp();
    api.hub.report(lamp.id, 'brightness', 62.5);
    const answer = await owner(`/api/devices/${lamp.id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(await bodyOf(answer)).toMatchObject({
      id: lamp.id,
      name: 'Hall lamp',
      handle: 'hall-lamp',
      kind: 'light',
      adapter: 'zigbee',
      availability: { online: true, since: '2026-11-21T19:00:00.000Z', reason: null },
      firmware: { current: '2.3.050', available: null },
      properties: {
        on: { value: null, access: 'rw', type: 'boolean' },
        brightness: { value: 62.5, at: '2026-11-21T19:00:00.000Z', unit: '%', min: 0, max: 100 },
        'on@2': { value: null, type: 'boolean' },
        x_led_color: { values: ['red', 'green'], label: { en: 'LED colour', zh: '指示灯颜色' } },
      },
    });
  });

  test('the list is paged and can be narrowed', async () => {
    const { api, owner } = setUp();
    for (let index = 0; index < 4; index += 1) api.hub.addDevice(`Lamp ${index}`);
    const first = await bodyOf(await owner('/api/devices?limit=2'));
    expect(first.items).toHaveLength(2);
    const second = await bodyOf(await owner(`/api/devices?limit=3&cursor=${first.next}`));
    expect(second.items).toHaveLength(3);
    expect(second.next).toBeNull();
    expect((await bodyOf(await owner('/api/devices?kind=lock'))).items).toHaveLength(0);
  });

  test('an edit on an older version changes nothing and says which version is there', async () => {
    const { owner, lamp } = setUp();
    const path = `/api/devices/${lamp.id}`;
    const patch = (name: string, headers = {}) =>
      owner(path, { method: 'PATCH', body: { name }, headers });
    expect((await patch('Hall', { 'If-Match': '"1"' })).headers.get('etag')).toBe('"2"');
    for (const stale of ['"1"', 'W/"2"', '2', '"x"', '"2", "3"', '']) {
      expect((await patch('Lost', { 'If-Match': stale })).status, stale).toBe(412);
    }
    expect(await bodyOf(await owner(path))).toMatchObject({ name: 'Hall', version: 2 });
    expect((await patch('Attic', { 'If-Match': '*' })).status).toBe(200);
  });

  test('a room that is not there, a device that is not there, a device that does not answer', async () => {
    const { api, owner, lamp } = setUp();
    const path = `/api/devices/${lamp.id}`;
    const moved = await owner(path, { method: 'PATCH', body: { room: 'room_none' } });
    expect(moved.status).toBe(422);
    expect((await bodyOf(moved)).errors).toMatchObject([{ path: '/room' }]);
    for (const id of ['dev_none', 'nonsense', 'dev_NONE', 'room_x']) {
      expect((await owner(`/api/devices/${id}`)).status).toBe(404);
    }
    api.hub.behave(lamp.id, 'unreachable');
    expect((await owner(path, { method: 'DELETE' })).status).toBe(503);
    expect((await owner(`${path}?force=true`, { method: 'DELETE' })).status).toBe(204);
    expect((await owner(path)).status).toBe(404);
  });

  test('a dead node is replaced under the same device', async () => {
    const { api, owner, lamp } = setUp();
    const fresh = api.hub.addDevice('New lamp');
    const path = `/api/devices/${lamp.id}/replace`;
    expect((await owner(path, { body: { from: lamp.id } })).status).toBe(422);
    const answer = await bodyOf(await owner(path, { body: { from: fresh.id } }));
    expect(answer).toMatchObject({ id: lamp.id, address: fresh.description.node });
  });

  test('the table of properties has the words in both languages', async () => {
    const { owner } = setUp();
    const { items } = await bodyOf(await owner('/api/properties'));
    expect(items).toContainEqual(
      expect.objectContaining({
        name: 'on',
        label: expect.objectContaining({ zh: expect.any(String) }),
      }),
    );
  });

  test('names with markup or escapes come back as they are, as JSON', async () => {
    const { owner, lamp } = setUp();
    const name = '<img src=x onerror=alert(1)>"\'{{7*7}}';
    const path = `/api/devices/${lamp.id}`;
    const answer = await owner(path, { method: 'PATCH', body: { name } });
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect((await bodyOf(answer)).name).toBe(name);
    for (const bad of ['a\u001b[2J', 'a\r\nSet-Cookie: x=1', '\u202eevil', '', '   ']) {
      expect((await owner(path, { method: 'PATCH', body: { name: bad } })).status).toBe(422);
    }
  });
});

describe('rooms', () => {
  test('are added, ordered, renamed and removed', async () => {
    const { owner } = setUp();
    const made = await owner('/api/rooms', { body: { name: ' Hall ', icon: 'mdiDoor' } });
    expect(made.status).toBe(201);
    const room = await bodyOf(made);
    expect(room).toMatchObject({ name: 'Hall', icon: 'mdiDoor', version: 1 });
    expect(made.headers.get('location')).toBe(`/api/rooms/${room.id}`);
    expect((await owner('/api/rooms', { body: { name: 'Hall' } })).status).toBe(409);
    const path = `/api/rooms/${room.id}`;
    const renamed = await owner(path, { method: 'PATCH', body: { name: '门厅', order: 7 } });
    expect(await bodyOf(renamed)).toMatchObject({ name: '门厅', order: 7, version: 2 });
    expect((await owner(path, { method: 'DELETE', headers: { 'If-Match': '"1"' } })).status).toBe(
      412,
    );
    expect((await owner(path, { method: 'DELETE' })).status).toBe(204);
    expect((await owner(path)).status).toBe(404);
  });
});

describe('scenes', () => {
  const TEXT = 'scene: Evening\ndo: []\n';
  const YAML = { 'Content-Type': 'application/yaml' };

  test('a file goes in and comes out as YAML or as JSON', async () => {
    const { owner } = setUp();
    const made = await owner('/api/scenes', { method: 'POST', body: TEXT, headers: YAML });
    expect(made.status).toBe(201);
    const scene = await bodyOf(made);
    expect(scene).toMatchObject({ name: 'Evening', enabled: true, text: TEXT, version: 1 });
    const path = `/api/scenes/${scene.id}`;
    const bare = await owner(path, { headers: { Accept: 'application/yaml' } });
    expect(bare.headers.get('content-type')).toBe('application/yaml; charset=utf-8');
    expect(bare.headers.get('etag')).toBe('"1"');
    expect(await bare.text()).toBe(TEXT);
    const next = { text: 'scene: Night\n', enabled: false };
    expect((await owner(path, { method: 'PUT', body: next })).status).toBe(428);
    const saved = await owner(path, { method: 'PUT', body: next, headers: { 'If-Match': '"1"' } });
    expect(await bodyOf(saved)).toMatchObject({ name: 'Night', enabled: false, version: 2 });
    const lost = await owner(path, { method: 'PUT', body: next, headers: { 'If-Match': '"1"' } });
    expect(lost.status).toBe(412);
    expect(lost.headers.get('etag')).toBe('"2"');
    expect(await bodyOf(lost)).toMatchObject({ zh: { detail: expect.stringContaining('版本 2') } });
    const on = await owner(path, { method: 'PATCH', body: { enabled: true } });
    expect(await bodyOf(on)).toMatchObject({ enabled: true, version: 3 });
    const { items } = await bodyOf(await owner(`${path}/versions`));
    expect(items).toMatchObject([{ version: 3 }, { version: 2 }, { version: 1, text: TEXT }]);
    const list = await bodyOf(await owner('/api/scenes'));
    expect(list.items).toMatchObject([{ name: 'Night', sentence: { zh: '场景 Night' } }]);
  });

  test('a file with faults is answered with their places and saves nothing', async () => {
    const { api, owner } = setUp();
    const made = await owner('/api/scenes', { body: { text: 'when: []' } });
    expect(made.status).toBe(422);
    expect((await bodyOf(made)).errors).toMatchObject([{ path: 'scene', line: 1, column: 1 }]);
    const checked = await owner('/api/scenes/validate', { body: { text: 'when: []' } });
    expect(checked.status).toBe(200);
    expect(await bodyOf(checked)).toMatchObject({ errors: [{ line: 1 }], sentence: null });
    const right = await owner('/api/scenes/validate', {
      method: 'POST',
      body: TEXT,
      headers: YAML,
    });
    expect(await bodyOf(right)).toMatchObject({ errors: [], name: 'Evening' });
    expect(api.hub.contents.scenes).toHaveLength(0);
  });

  test('a run by hand can be looked at and cancelled', async () => {
    const { owner } = setUp();
    const scene = await bodyOf(await owner('/api/scenes', { body: { text: TEXT } }));
    const started = await owner(`/api/scenes/${scene.id}/run`, { method: 'POST' });
    expect(started.status).toBe(202);
    const run = await bodyOf(started);
    expect(run).toMatchObject({ scene: scene.id, state: 'running', cause: { kind: 'member' } });
    const { items } = await bodyOf(await owner(`/api/runs?scene=${scene.id}`));
    expect(items).toMatchObject([{ id: run.id }]);
    const path = `/api/runs/${run.id}`;
    expect(await bodyOf(await owner(path, { method: 'DELETE' }))).toMatchObject({
      state: 'cancelled',
    });
    expect((await owner(path, { method: 'DELETE' })).status).toBe(409);
    expect((await owner('/api/runs/run_none')).status).toBe(404);
    expect((await owner('/api/runs?from=yesterday')).status).toBe(422);
    expect((await owner("/api/runs?scene=scene_x'--")).status).toBe(422);
  });
});

describe('history, jobs, inbox, home', () => {
  test('a series has its unit and its times', async () => {
    const { owner, lamp } = setUp();
    const query = `device=${lamp.id}&property=brightness&from=2026-11-20T00:00:00Z&points=10`;
    expect(await bodyOf(await owner(`/api/history?${query}`))).toEqual({
      unit: '%',
      points: [['2026-11-20T00:00:00.000Z', 1, 3, 2, 2]],
      resolution: 60_000,
    });
    const bad = [
      `device=${lamp.id}`,
      `device=${lamp.id}&property=bright`,
      `device=${lamp.id}&property=on&from=2027-01-01T00:00:00Z&to=2026-01-01T00:00:00Z`,
      `device=${lamp.id}&property=on&points=100000`,
      `device=${lamp.id}&property=on&from=0`,
    ];
    for (const each of bad) expect((await owner(`/api/history?${each}`)).status, each).toBe(422);
  });

  test('pairing is a job that can be followed and cancelled', async () => {
    const { api, owner, lamp } = setUp();
    const body = { kind: 'pair', protocol: 'zigbee', seconds: 120, via: null, installCode: null };
    const started = await owner('/api/jobs', { body });
    expect(started.status).toBe(202);
    const job = await bodyOf(started);
    expect(job).toMatchObject({ kind: 'pair', state: 'running', step: { index: 1, of: 3 } });
    const path = `/api/jobs/${job.id}`;
    expect(await bodyOf(await owner(path, { method: 'DELETE' }))).toMatchObject({
      state: 'cancelled',
    });
    expect(
      (await owner('/api/jobs', { body: { kind: 'interview', device: lamp.id } })).status,
    ).toBe(202);
    expect((await bodyOf(await owner('/api/jobs'))).items).toHaveLength(2);
    const bad = [
      { kind: 'pair', protocol: 'matter' },
      { kind: 'pair', protocol: 'zigbee', seconds: 255 },
      { kind: 'pair', protocol: 'zigbee', via: 'dev_NONE' },
      { kind: 'format-disk' },
      {},
    ];
    for (const each of bad) expect((await owner('/api/jobs', { body: each })).status).toBe(422);
    expect((await api.program('installer')('/api/jobs')).status).toBe(200);
  });

  test('a notification is seen by those it is for, and marked as read once', async () => {
    const { api, owner } = setUp();
    const note = (id: string, to: NotificationRecord['to']): NotificationRecord => ({
      id: notificationId(id),
      atMs: Date.UTC(2026, 10, 21),
      text: `For ${to.join() || 'all'}`,
      urgent: false,
      to,
      scene: null,
      run: null,
      readAtMs: null,
    });
    api.hub.notify(note('ntf_1', []));
    api.hub.notify(note('ntf_2', ['owner']));
    api.hub.notify(note('ntf_3', ['child']));
    const seen = async (call: (path: string) => Promise<Response>) => {
      const { items } = await bodyOf(await call('/api/notifications'));
      return (items as { id: string }[]).map(({ id }) => id);
    };
    expect(await seen(owner)).toEqual(['ntf_2', 'ntf_1']);
    expect(await seen(api.program('elder'))).toEqual(['ntf_1']);
    expect(await seen(api.program('child'))).toEqual(['ntf_3']);
    expect(await seen(api.program('guest'))).toEqual([]);
    const read = (call: typeof owner, id: string) =>
      call(`/api/notifications/${id}/read`, { method: 'POST' });
    expect((await read(owner, 'ntf_1')).status).toBe(204);
    expect((await read(owner, 'ntf_3')).status).toBe(404);
    const { items } = await bodyOf(await owner('/api/notifications'));
    expect(items).toMatchObject([{ readAt: null }, { readAt: '2026-11-21T19:00:00.000Z' }]);
  });

  test('the home is edited, and an unset clock is held to the browser’s', async () => {
    const { api, owner } = setUp();
    const home = await owner('/api/home');
    expect(home.headers.get('etag')).toBe('"1"');
    const change = {
      name: 'Lake house',
      zone: 'Asia/Shanghai',
      place: { latitude: 31.2, longitude: 121.5 },
      holidays: ['10-01', '2027-02-06'],
    };
    const edited = await owner('/api/home', {
      method: 'PATCH',
      body: change,
      headers: { 'If-Match': '"1"' },
    });
    expect(await bodyOf(edited)).toMatchObject({ ...change, version: 2 });
    const wrong = await owner('/api/home', {
      method: 'PATCH',
      body: { holidays: ['10-01', 'Christmas'] },
    });
    expect(await bodyOf(wrong)).toMatchObject({ errors: [{ path: '/holidays/1' }] });
    const at = { at: '2026-11-22T08:00:00.000Z' };
    expect((await owner('/api/clock', { body: at })).status).toBe(409);
    api.hub.clock = 'unset';
    expect((await owner('/api/clock', { body: { at: '1970-01-01T00:00:00Z' } })).status).toBe(422);
    const held = await bodyOf(await owner('/api/clock', { body: at }));
    expect(held.clock).toEqual({ state: 'held', now: at.at });
  });

  test('settings are listed and set by name', async () => {
    const { owner } = setUp();
    const set = (name: string, value: unknown) =>
      owner(`/api/settings/${name}`, { method: 'PUT', body: { value } });
    expect(await bodyOf(await set('log.level', 'debug'))).toMatchObject({ value: 'debug' });
    expect((await set('security.attempts', '{}')).status).toBe(404);
    expect((await set('log.level', 7)).status).toBe(422);
  });

  test('a member changes what is their own', async () => {
    const { api, owner } = setUp();
    api.page('adult', 'Bo');
    const patch = (body: unknown) => owner('/api/members/self', { method: 'PATCH', body });
    expect(await bodyOf(await patch({ language: 'zh' }))).toMatchObject({
      name: 'Ann',
      language: 'zh',
    });
    expect((await patch({ name: 'BO' })).status).toBe(422);
    expect((await patch({ role: 'owner' })).status).toBe(422);
    expect((await api.asLocal('/api/members/self')).status).toBe(403);
    expect((await bodyOf(await owner('/api/members'))).items).toHaveLength(2);
  });

  test('log lines are narrowed by level and part, the newest last', async () => {
    const { api, owner } = setUp();
    api.hub.logLines = (['debug', 'info', 'warn', 'error'] as const).map((level, index) => ({
      atMs: index,
      level,
      part: index < 2 ? 'core' : 'zigbee',
      text: `line ${index}`,
    }));
    const texts = async (query: string) => {
      const { items } = await bodyOf(await owner(`/api/logs${query}`));
      return (items as { text: string }[]).map(({ text }) => text);
    };
    expect(await texts('')).toHaveLength(4);
    expect(await texts('?level=warn')).toEqual(['line 2', 'line 3']);
    expect(await texts('?part=core&limit=1')).toEqual(['line 1']);
  });
});

test('a body over a megabyte is refused, whatever its headers say', async () => {
  const { owner } = setUp();
  const large = JSON.stringify({ name: 'x'.repeat(10 * 1024 * 1024) });
  const headers = { 'Content-Type': 'application/json' };
  const answer = await owner('/api/rooms', { method: 'POST', body: large, headers });
  expect(answer.status).toBe(413);
  expect(await bodyOf(answer)).toMatchObject({ code: 'too-large' });
  const packed = await owner('/api/rooms', { body: {}, headers: { 'Content-Encoding': 'gzip' } });
  expect(packed.status).toBe(415);
});
