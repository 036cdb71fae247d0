import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import { parseScene } from '../language/parse.ts';
import { toStored } from '../language/stored.ts';
import { TEST_DEVICES, TEST_NAMES } from '../language/test-home.ts';
import { createEvaluator } from './evaluator.ts';
import { KeptScenes } from './kept-scenes.ts';
import { sceneTables } from './tables.ts';
import { TestWorld } from './test-world.ts';

const EXAMPLES = path.join(import.meta.dirname, '..', 'examples');

/** All examples as a home stores them. */
const SCENES: readonly SceneRecord[] = fs.readdirSync(EXAMPLES).map((file, index) => {
  const result = toStored(fs.readFileSync(path.join(EXAMPLES, file), 'utf8'), TEST_NAMES);
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return {
    ...{ id: `scene_${index}` as SceneId, name: file, enabled: true, source: result.stored },
    ...{ author: null, version: 1, updatedAtMs: 0 },
  };
});

/** A start of a home with these devices: what it keeps, what is wrong with its scenes, and all that it decided. */
function start(kept: KeptScenes | null, devices: readonly DeviceRecord[] = TEST_DEVICES) {
  const { world } = new TestWorld({ devices });
  const tables = sceneTables();
  const evaluator = createEvaluator(tables, kept);
  for (const scene of SCENES) evaluator.setScene(scene, world);
  evaluator.restored(world, world.now.wallMs);
  return {
    text: evaluator.keptScenes(world),
    problems: [...evaluator.problems()],
    next: SCENES.map(({ id }) => evaluator.nextAt(id)),
    tables: tables.all.map((table) => [...table.entries()]),
  };
}

function keptText(): string {
  const { text } = start(new KeptScenes(null));
  if (text === null) throw new Error('nothing was kept');
  return text;
}

describe('scenes that are kept for the next start', () => {
  it('are for every example what reading its text gives', () => {
    const kept = new KeptScenes(keptText());
    const { world } = new TestWorld();
    for (const scene of SCENES) {
      expect(kept.read(scene, TEST_NAMES, world)).toStrictEqual(
        parseScene(scene.source, TEST_NAMES),
      );
    }
    expect(kept.text([], world)).toBeNull();
  });

  it('let a home start as it does without them', () => {
    const { text, ...cold } = start(null);
    expect(text).toBeNull();
    expect(start(new KeptScenes(keptText()))).toStrictEqual({ text: null, ...cold });
  });

  it('do not stand for a text that was edited', () => {
    const kept = new KeptScenes(keptText());
    const { world } = new TestWorld();
    const [scene] = SCENES;
    if (!scene) throw new Error('there are no examples');
    const source = scene.source.replace(/^scene: .*$/m, 'scene: Another name');
    const read = kept.read({ ...scene, source }, TEST_NAMES, world);
    expect(read.scene?.name).toBe('Another name');
    expect(kept.text([], world)).not.toBeNull();
  });

  it('do not hide that a device is gone', () => {
    const devices = TEST_DEVICES.filter(({ handle }) => handle !== 'hall-lamp');
    const { text: _cold, ...cold } = start(null, devices);
    const { text, ...warm } = start(new KeptScenes(keptText()), devices);
    expect(warm).toStrictEqual(cold);
    expect(warm.problems.length).toBeGreaterThan(0);
    expect(text).not.toBeNull();
  });

  it('are those of the home as it came to be after the start, so that the next one reads nothing anew', () => {
    const { world } = new TestWorld();
    const evaluator = createEvaluator(sceneTables(), new KeptScenes(null));
    evaluator.restored(world, world.now.wallMs);
    expect(evaluator.keptScenes(world)).toBeNull();
    for (const scene of SCENES) evaluator.setScene(scene, world);
    const text = evaluator.keptScenes(world);
    expect(text).toBe(keptText());
    expect(evaluator.keptScenes(world)).toBeNull();
    evaluator.homeChanged(world);
    expect(evaluator.keptScenes(world)).toBe(text);
    expect(start(new KeptScenes(text))).toMatchObject({ text: null });
  });
});
