import { describe, expect, it } from 'vitest';
import type { History } from '../../hub/model/explain.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import { sceneId } from '../../hub/model/identifiers.ts';
import { homeNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import { toStored } from '../language/stored.ts';
import { testScene } from '../replay/scene-tests.ts';
import { bindTemplate } from './bind.ts';
import { checkTemplate } from './check-template.ts';
import { MODEL_PERSON, modelBindings, modelHome } from './model-home.ts';
import { LIBRARY } from './scene-templates.ts';
import type { Template } from './template.ts';

const HAN = /\p{Script=Han}/u;
/** Marks of Latin text beside Chinese, or two of them. */
const MISSET = /\p{Script=Han}[,;:!?](?=\p{Script=Han})|[，。；：]{2}/u;
const TEMPLATES = LIBRARY.map((text) => {
  const { template, errors } = checkTemplate(text);
  if (template === null) throw new Error(`${text.slice(0, 60)}: ${JSON.stringify(errors)}`);
  return template;
});

function bound(template: Template, count: number, isBare: boolean) {
  const home = modelHome(template, count);
  const bindings = modelBindings(template, count, isBare);
  const { scene, problems } = bindTemplate(template, { name: null, bindings }, home);
  if (scene === null) throw new Error(JSON.stringify(problems));
  return { home, scene };
}

describe('item 75: the library of templates', () => {
  it('item 75: has more than twenty templates, each called by another name in both languages', () => {
    expect(TEMPLATES.length).toBeGreaterThanOrEqual(20);
    for (const language of ['en', 'zh'] as const) {
      expect(new Set(TEMPLATES.map(({ name }) => name[language])).size).toBe(TEMPLATES.length);
    }
    expect(new Set(TEMPLATES.map(({ id }) => id)).size).toBe(TEMPLATES.length);
  });

  it('item 75: has variants for elders, children and pets, and a pet trips no alarm', () => {
    const of = (household: string) =>
      TEMPLATES.filter(({ households }) => households.some((one) => one === household)).length;
    expect([of('elder'), of('child'), of('pet')].every((count) => count >= 3)).toBe(true);
    expect(TEMPLATES.find(({ id }) => id === 'away-alarm')?.households).not.toContain('pet');
  });

  it.each(TEMPLATES.map((template) => [template.id, template] as const))(
    'item 75: “%s” makes a scene that reads as a sentence in both languages, whatever is left open',
    (_id, template) => {
      for (const [count, isBare] of [
        [1, true],
        [3, false],
      ] as const) {
        const { en, zh } = bound(template, count, isBare).scene.sentence;
        expect(en).toMatch(/^When .+: .+\.$/);
        expect(zh).toMatch(/就.+。$/);
        expect(zh.replaceAll(/“[^”]*”/g, '')).not.toMatch(MISSET);
        expect(`${en}${zh}`).not.toMatch(/undefined|null|NaN|that is gone|已移除/);
      }
      const labels = [
        template.name,
        template.description,
        ...template.slots.map(({ label }) => label),
      ];
      for (const label of labels) {
        expect(label.zh).toMatch(HAN);
        expect(label.zh).not.toMatch(MISSET);
        expect(label.en).not.toMatch(HAN);
      }
    },
  );

  it.each(
    TEMPLATES.filter(({ body }) => 'tests' in body).map(
      (template) => [template.id, template] as const,
    ),
  )('item 75: “%s” does in a simulated home what it says', (_id, template) => {
    for (const count of [1, 2]) {
      const { home, scene } = bound(template, count, false);
      expect(scene.text).toContain('tests:');
      const names = homeNames(home.devices, home.rooms);
      const stored = toStored(scene.text, names);
      if (stored.errors) throw new Error(JSON.stringify(stored.errors));
      const record: SceneRecord = {
        ...{ id: sceneId('scene_t'), name: scene.name, enabled: true, source: stored.stored },
        ...{ author: null, version: 1, updatedAtMs: 0 },
      };
      const parsed = parseScene(stored.stored, names).scene;
      if (!parsed) throw new Error('what was stored cannot be read');
      const { cases } = testScene(historyOf(home, record), record, parsed);
      expect(cases.length).toBeGreaterThan(0);
      const failed = cases.filter(({ isPassed }) => !isPassed);
      expect(
        failed.map(({ number, checks, happened }) => ({
          number,
          missed: checks.filter(({ isMet }) => !isMet).map(({ expected }) => expected.en),
          happened: happened.map(({ en }) => en),
        })),
      ).toEqual([]);
    }
  });

  it('item 75: nearly all templates bring tests of their own', () => {
    expect(TEMPLATES.filter(({ body }) => !('tests' in body)).map(({ id }) => id)).toEqual([
      'low-battery',
    ]);
  });
});

/** A history in which nothing has happened yet. */
function historyOf(home: ReturnType<typeof modelHome>, record: SceneRecord): History {
  return {
    home: {
      home: {
        name: 'Model',
        language: 'en',
        zone: 'Europe/Berlin',
        place: null,
        mode: 'home',
        version: 1,
      },
      devices: home.devices.filter(({ id }) => id.startsWith('dev_')),
      rooms: home.rooms,
      members: [],
      scenes: [record],
      values: [MODEL_PERSON],
    },
    sceneVersions: () => [record],
    changeBefore: () => null,
    changeAfter: () => null,
    run: () => null,
    runBefore: () => null,
    runAfter: () => null,
    gapAt: () => null,
    span: () => null,
    entries: () => [],
  };
}
