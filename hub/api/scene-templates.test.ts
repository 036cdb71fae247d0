// Scene templates over HTTP.
import { describe, expect, it } from 'vitest';
import type {
  TemplateBriefJson,
  TemplateJson,
  TemplatePreviewJson,
} from './scene-templates-shapes.ts';
import { bodyOf, createTestApi } from './test-api.ts';

const OWN = `template: my-lamp
name: {en: My lamp, zh: 我的灯}
description: {en: A lamp at a time., zh: 定时开灯。}
slots:
  lamp: {kind: device, is: light, sets: [on, brightness], label: {en: Lamp, zh: 灯}}
  level: {kind: number, min: 1, max: 100, unit: '%', default: 40, label: {en: Brightness, zh: 亮度}}
scene:
  do: [{set: {"{{lamp}}": {on: true, brightness: "{{level}}"}}}]
`;

/** The answer, in the shape that its route has. */
async function jsonOf<Json>(response: Response): Promise<Json> {
  return (await response.json()) as Json;
}

async function withLamp() {
  const api = createTestApi();
  const ask = api.page('adult');
  const { handle } = api.hub.addDevice('Hall lamp');
  return { api, ask, handle };
}

describe('scene templates', () => {
  it('item 75: are listed with what the home lacks, and shown with what fits each slot', async () => {
    const { ask, handle } = await withLamp();
    const { items }: { items: TemplateBriefJson[] } = await jsonOf(
      await ask('/api/scene-templates?limit=100'),
    );
    expect(items.length).toBeGreaterThanOrEqual(20);
    const smoke = items.find(({ id }) => id === 'smoke');
    expect(smoke?.missing).toEqual([{ en: 'Smoke alarms', zh: '烟雾报警器' }]);
    const shown: TemplateJson = await jsonOf(await ask('/api/scene-templates/night-path'));
    const lamps = shown.slots.find(({ name }) => name === 'lamps');
    expect(lamps?.choices.map((one) => one.handle)).toContain(handle);
    expect((await ask('/api/scene-templates/nothing')).status).toBe(404);
  });

  it('item 75: one of one’s own is kept, previewed, made into a scene, and removed', async () => {
    const { ask, handle } = await withLamp();
    const kept = await ask('/api/scene-templates', { body: { text: OWN } });
    expect(kept.status).toBe(201);
    expect(await bodyOf(kept)).toMatchObject({ id: 'my-lamp', isOwn: true });
    const path = '/api/scene-templates/my-lamp';
    const good = { bindings: { devices: { lamp: [handle] }, values: { level: 70 } } };
    const preview: TemplatePreviewJson = await jsonOf(await ask(`${path}/preview`, { body: good }));
    expect(preview.problems).toEqual([]);
    expect(preview.scene?.sentence.en).toContain('brightness to 70 %');
    const wrong = { bindings: { devices: { lamp: ['nobody'] }, values: { level: 700 } } };
    const told: TemplatePreviewJson = await jsonOf(await ask(`${path}/preview`, { body: wrong }));
    expect(told.scene).toBeNull();
    expect(told.problems.map(({ slot }) => slot)).toEqual(['lamp', 'level']);
    expect(told.problems[0]?.fits).toContain(handle);
    const refused = await ask(`${path}/scenes`, { body: wrong });
    expect(refused.status).toBe(422);
    expect(await bodyOf(refused)).toMatchObject({ errors: [{ path: '/bindings/lamp' }, {}] });
    const made = await ask(`${path}/scenes`, { body: { ...good, name: 'Reading' } });
    expect(made.status).toBe(201);
    expect((await bodyOf(made)).text).toContain('template: my-lamp');
    expect((await ask(path, { method: 'DELETE' })).status).toBe(204);
    expect((await ask(path)).status).toBe(404);
    expect((await ask('/api/scene-templates/smoke', { method: 'DELETE' })).status).toBe(409);
  });

  it('item 77: a template is exported as the file that was imported', async () => {
    const { ask } = await withLamp();
    await ask('/api/scene-templates', { body: { text: OWN } });
    const headers = { Accept: 'application/yaml' };
    const file = await ask('/api/scene-templates/my-lamp', { headers });
    expect(await file.text()).toBe(OWN);
  });

  it('item 75: a template with mistakes is not kept, and each mistake has its place', async () => {
    const { ask } = await withLamp();
    const text = OWN.replace('{{level}}', '{{levl}}');
    const refused = await ask('/api/scene-templates', { body: { text } });
    expect(refused.status).toBe(422);
    const message = 'There is no slot "levl"; did you mean level?';
    expect(await bodyOf(refused)).toMatchObject({ errors: [{ line: 8, message }, {}] });
    const taken = OWN.replace('my-lamp', 'smoke');
    expect((await ask('/api/scene-templates', { body: { text: taken } })).status).toBe(409);
  });

  it('children do not make scenes of templates', async () => {
    const api = createTestApi();
    expect((await api.page('child')('/api/scene-templates')).status).toBe(403);
  });
});
