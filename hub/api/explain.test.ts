// Why, why not, replay and a scene's own tests over HTTP.
import { describe, expect, it } from 'vitest';
import { sceneId } from '../model/identifiers.ts';
import { propertyKey } from '../model/properties.ts';
import { bodyOf, createTestApi } from './test-api.ts';

const label = (en: string) => ({ en, zh: '中文' });
const AT_MS = Date.parse('2026-03-04T22:00:00.000Z');
const LAMP = 'dev_lamp';

describe('explanations over HTTP', () => {
  it('item 108: why a property is as it is comes as data and as a sentence in both languages', async () => {
    const api = createTestApi();
    const ask = api.page('guest');
    const device = api.hub.addDevice('Lamp').id;
    api.hub.explained.why = {
      ...{ device, property: propertyKey('on'), value: true, sinceMs: AT_MS },
      links: [{ kind: 'root', atMs: AT_MS, cause: { kind: 'local' }, text: label('somebody') }],
      sentence: label('Lamp is on since 22:00: somebody.'),
    };
    const answer = await ask(`/api/why?device=${device}&property=on&at=2026-03-04T23:00:00Z`);
    expect(answer.status).toBe(200);
    expect(await bodyOf(answer)).toMatchObject({
      value: true,
      since: '2026-03-04T22:00:00.000Z',
      links: [{ kind: 'root', at: '2026-03-04T22:00:00.000Z', cause: { kind: 'local' } }],
      sentence: { en: 'Lamp is on since 22:00: somebody.' },
    });
    api.hub.explained.why = null;
    expect((await ask(`/api/why?device=${LAMP}&property=on`)).status).toBe(404);
    expect((await ask('/api/why?device=lamp&property=on')).status).toBe(422);
  });

  it('item 108: why a scene did not run names the reason and what came nearest', async () => {
    const api = createTestApi();
    const ask = api.page('child');
    api.hub.explained.whyNot = {
      ...{ scene: sceneId('scene_a'), atMs: AT_MS, reason: 'no-trigger', run: null },
      nearest: [{ path: 'when[0]', atMs: AT_MS - 60_000, text: label('Motion') }],
      sentence: label('Nothing set it off at 22:00.'),
    };
    const answer = await ask('/api/why-not?scene=scene_a&at=2026-03-04T22:00:00Z');
    expect(await bodyOf(answer)).toMatchObject({
      reason: 'no-trigger',
      nearest: [{ path: 'when[0]', at: '2026-03-04T21:59:00.000Z' }],
    });
    api.hub.explained.whyNot = null;
    expect((await ask('/api/why-not?scene=scene_b')).status).toBe(404);
  });

  it('item 111: a replay is for the household, and says what is wrong with a draft', async () => {
    const api = createTestApi();
    const body = { text: 'scene: X' };
    const refused = await api.page('child')('/api/scenes/replay', { body });
    expect(refused.status).toBe(403);
    expect(await bodyOf(refused)).toMatchObject({
      zh: { detail: expect.stringContaining('孩子'), hint: expect.stringContaining('户主') },
    });
    const ask = api.page('adult');
    const errors = [{ path: '/do', message: '"do" is missing here', line: 1, column: 1 }];
    api.hub.explained.replay = { errors, result: null };
    const wrong = await ask('/api/scenes/replay', { body });
    expect(wrong.status).toBe(422);
    expect(await bodyOf(wrong)).toMatchObject({ errors: [{ line: 1, column: 1 }] });
    const none = { lived: 0, tried: 0, same: 0, different: 0, added: 0, gone: 0, nearMisses: 0 };
    const result = {
      ...{ fromMs: AT_MS, toMs: AT_MS + 1, entries: 7, counts: none, runs: [], omitted: 0 },
      ...{ notes: [label('Reports are not kept.')], sentence: label('It would not have run.') },
    };
    api.hub.explained.replay = { errors: null, result };
    const right = await ask('/api/scenes/scene_a/replay', { body: {} });
    expect(await bodyOf(right)).toMatchObject({ entries: 7, from: '2026-03-04T22:00:00.000Z' });
  });

  it('item 71: the tests of a scene or of a file are run and told case by case', async () => {
    const api = createTestApi();
    const ask = api.page('adult');
    const checks = [{ isMet: false, expected: label('turn Lamp on') }];
    const cases = [{ number: 1, isPassed: false, checks, happened: [label('Not run')], run: null }];
    const result = { name: 'Evening', passed: 0, failed: 1, cases };
    api.hub.explained.test = { errors: null, result };
    const answer = await ask('/api/scenes/scene_a/test', { body: {} });
    expect(await bodyOf(answer)).toMatchObject({
      ...{ name: 'Evening', failed: 1, errors: [] },
      cases: [{ number: 1, passed: false, checks: [{ met: false }] }],
    });
    const yaml = { body: 'scene: X', headers: { 'Content-Type': 'application/yaml' } };
    api.hub.explained.test = {
      errors: [{ path: '', message: 'no', line: 1, column: 1 }],
      result: null,
    };
    const wrong = await bodyOf(await ask('/api/scenes/test', { method: 'POST', ...yaml }));
    expect(wrong).toMatchObject({ name: null, errors: [{ line: 1 }], cases: [] });
  });

  it('item 109: a scene goes into the shadow and out of it by an edit', async () => {
    const api = createTestApi();
    const ask = api.page('adult');
    const { id } = await bodyOf(await ask('/api/scenes', { body: { text: 'scene: Dusk' } }));
    const change = (shadow: boolean) => ({
      ...{ method: 'PATCH', body: { shadow }, headers: { 'If-Match': '*' } },
    });
    expect(await bodyOf(await ask(`/api/scenes/${id}`, change(true)))).toMatchObject({
      ...{ shadow: true, enabled: true, version: 2 },
    });
    expect(await bodyOf(await ask(`/api/scenes/${id}`, change(false)))).toMatchObject({
      shadow: false,
    });
  });
});
