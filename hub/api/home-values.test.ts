// The home's own values, happenings and webhooks over HTTP.
import { describe, expect, it } from 'vitest';
import { bodyOf, createTestApi } from './test-api.ts';

describe('the home’s own values', () => {
  it('item 18: the mode is set as a value or with the home, and a mode that there is not is refused', async () => {
    const api = createTestApi();
    const ask = api.page('adult');
    const set = await ask('/api/home/values/home.mode', { method: 'PUT', body: { value: 'away' } });
    expect(await bodyOf(set)).toMatchObject({ key: 'home.mode', value: 'away', type: 'enum' });
    expect(await bodyOf(await ask('/api/home'))).toMatchObject({
      mode: 'away',
      modes: ['home', 'away', 'night', 'holiday'],
    });
    const modes = await ask('/api/home', { method: 'PATCH', body: { modes: ['guests'] } });
    expect(modes.status).toBe(200);
    const own = await ask('/api/home', { method: 'PATCH', body: { mode: 'guests' } });
    expect(await bodyOf(own)).toMatchObject({ mode: 'guests' });
    const wrong = { method: 'PUT', body: { value: 'party' } } as const;
    expect((await ask('/api/home/values/home.mode', wrong)).status).toBe(422);
    const both = { method: 'PATCH', body: { name: 'Elsewhere', mode: 'party' } } as const;
    expect((await ask('/api/home', both)).status).toBe(422);
    expect((await bodyOf(await ask('/api/home'))).name).not.toBe('Elsewhere');
  });

  it('item 16: each member is a person of the home, and others can be added', async () => {
    const api = createTestApi();
    const ask = api.page('owner', 'Anna');
    const granny = await ask('/api/home/values', { body: { kind: 'person', name: 'Granny' } });
    expect(granny.status).toBe(201);
    const zone = await ask('/api/home/values', { body: { kind: 'zone', name: 'Work' } });
    expect(zone.status).toBe(201);
    const { items } = await bodyOf(await ask('/api/home/values'));
    expect(items).toMatchObject([
      { key: 'home.mode' },
      { key: 'home.people', value: null },
      { key: 'person.anna', member: ask.member.id, values: ['home', 'away', 'work'] },
      { key: 'person.granny', member: null },
      { key: 'zone.work' },
    ]);
    const at = { method: 'PUT', body: { value: 'work' } } as const;
    expect(await bodyOf(await ask('/api/home/values/person.granny', at))).toMatchObject({
      value: 'work',
    });
    const twice = await ask('/api/home/values', { body: { kind: 'person', name: 'Granny' } });
    expect(twice.status).toBe(409);
    const word = await ask('/api/home/values', { body: { kind: 'person', name: 'Anyone' } });
    expect(word.status).toBe(409);
  });

  it('item 19: a variable is declared with its type, changed, and removed', async () => {
    const api = createTestApi();
    const ask = api.page('adult');
    const body = { kind: 'variable', name: 'Guests', type: 'number', min: 0, max: 9, initial: 2 };
    expect(await bodyOf(await ask('/api/home/values', { body }))).toMatchObject({
      key: 'var.guests',
      max: 9,
    });
    const bad = { ...body, name: 'Rooms', initial: 10 };
    expect((await ask('/api/home/values', { body: bad })).status).toBe(422);
    const change = { method: 'PATCH', body: { max: 12 } } as const;
    expect(await bodyOf(await ask('/api/home/values/var.guests', change))).toMatchObject({
      max: 12,
      version: 2,
    });
    expect((await ask('/api/home/values/var.guests', { method: 'DELETE' })).status).toBe(204);
    expect((await ask('/api/home/values/var.guests', { method: 'DELETE' })).status).toBe(404);
    expect((await ask('/api/home/values/nonsense', { method: 'DELETE' })).status).toBe(404);
  });

  it('item 29: a tag that a phone has read, and a message, are told to the home', async () => {
    const api = createTestApi();
    const ask = api.page('adult');
    const tag = await ask('/api/home/happenings', { body: { kind: 'tag', tag: 'red' } });
    expect(tag.status).toBe(204);
    expect(api.hub.told.at(-1)).toEqual({
      source: { kind: 'tag', tag: 'red' },
      cause: { kind: 'source', via: 'tag', name: 'red' },
    });
    expect((await ask('/api/home/happenings', { body: { kind: 'noise' } })).status).toBe(422);
  });
});

describe('webhooks', () => {
  it('item 23: a call with the secret path is told to the home, without any session', async () => {
    const api = createTestApi();
    const made = await api.page('adult')('/api/webhooks', { body: { name: 'doorbell' } });
    const { path } = (await bodyOf(made)) as unknown as { path: string };
    expect(path).toMatch(/^\/api\/hooks\/[\w-]{32}$/);
    expect((await api.call(path, { method: 'POST' })).status).toBe(204);
    expect(api.hub.told.at(-1)).toEqual({
      source: { kind: 'webhook', name: 'doorbell' },
      cause: { kind: 'source', via: 'webhook', name: 'doorbell' },
    });
    expect(JSON.stringify(api.hub.contents.settings)).not.toContain(path.split('/').at(-1));
  });

  it('item 23: a webhook is called ten times at once and then once a second', async () => {
    const api = createTestApi();
    const made = await api.page('adult')('/api/webhooks', { body: { name: 'bell' } });
    const { path } = (await bodyOf(made)) as unknown as { path: string };
    const call = async () => (await api.call(path, { method: 'POST' })).status;
    for (let count = 0; count < 10; count += 1) expect(await call()).toBe(204);
    expect(await call()).toBe(503);
    api.hub.advance(1_000);
    expect(await call()).toBe(204);
    expect(await call()).toBe(503);
  });

  it('item 23: wrong paths are not found, and after a while not even looked at', async () => {
    const api = createTestApi();
    const miss = async () =>
      (await api.call('/api/hooks/nothing-of-the-kind', { method: 'POST' })).status;
    for (let count = 0; count < 20; count += 1) expect(await miss()).toBe(404);
    expect(await miss()).toBe(503);
  });

  it('item 23: a webhook that was removed leads nowhere', async () => {
    const api = createTestApi();
    const ask = api.page('adult');
    const made = await ask('/api/webhooks', { body: { name: 'bell' } });
    const { path } = (await bodyOf(made)) as unknown as { path: string };
    expect((await ask('/api/webhooks/bell', { method: 'DELETE' })).status).toBe(204);
    expect((await api.call(path, { method: 'POST' })).status).toBe(404);
    expect((await ask('/api/webhooks', { body: { name: 'No spaces' } })).status).toBe(422);
  });
});
