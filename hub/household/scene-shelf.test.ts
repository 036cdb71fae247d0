// The household's scenes over the real store: several saved at once, versions, and what differs between them.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createSceneLanguage } from '../../scenes/language/scene-language.ts';
import { createSceneTemplates } from '../../scenes/templates/scene-templates.ts';
import type { CoreInput } from '../model/core-port.ts';
import type { Actor, Async, Household } from '../model/hub-port.ts';
import type { StoreCalls } from '../model/store-port.ts';
import { HOME_FILE } from '../store/files.ts';
import { HomeStore } from '../store/home-store.ts';
import { openDatabase } from '../store/open.ts';
import { createHousehold } from './household.ts';
import { createSceneShelf } from './scene-shelf.ts';

const ACTOR: Actor = { member: null, cause: { kind: 'local' } };
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

/** A household whose edits go to a real home.db. */
function house(): { household: Household; told: CoreInput[]; store: HomeStore } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  folders.push(folder);
  const home = new HomeStore(openDatabase(folder, HOME_FILE));
  const told: CoreInput[] = [];
  // Only the calls that edits of scenes make.
  const store = {
    putScene: async (...args: Parameters<StoreCalls['putScene']>) => home.putScene(...args),
    putScenes: async (...args: Parameters<StoreCalls['putScenes']>) => home.putScenes(...args),
    putHomeValue: async (...args: Parameters<StoreCalls['putHomeValue']>) =>
      home.putHomeValue(...args),
    audit: async (...args: Parameters<StoreCalls['audit']>) => home.audit(...args),
  } as unknown as Async<StoreCalls>;
  const tellCore = (input: CoreInput): void => void told.push(input);
  const household = createHousehold({
    contents: home.load(),
    store,
    nowMs: () => 1_000,
    tellCore,
    callAdapter: async () => null,
    checkSetting: () => {},
    syncConsentChanged: async () => {},
    changed: () => {},
    templates: createSceneTemplates(),
    shelf: createSceneShelf({
      language: createSceneLanguage(),
      store,
      nowMs: () => 1_000,
      tellCore,
      lastRun: () => null,
      nextAtMs: () => null,
      changed: () => {},
    }),
  });
  return { household, told, store: home };
}

const night = (name: string, minutes = 5) =>
  `# ${name}\nscene: ${name}\nwhen: [{becomes: {home.mode: night}}]\ndo: [{delay: ${minutes}min}]\n`;
const wish = (text: string) => ({ id: null, text, version: null });

describe('several scenes at once', () => {
  it('item 73: all of them are saved in one go, and the core hears of them in one input', async () => {
    const { household, told, store } = house();
    const saved = await household.saveScenes([wish(night('A')), wish(night('B'))], [], ACTOR);
    expect(saved.map(({ record }) => record.name)).toEqual(['A', 'B']);
    expect(store.load().scenes).toHaveLength(2);
    expect(told.map(({ kind }) => kind)).toEqual(['scenes']);
    const [a] = saved;
    if (a === undefined) throw new Error('nothing was saved');
    const again = { id: a.record.id, text: night('C'), version: 1 };
    await household.saveScenes([again, wish(night('A'))], [], ACTOR);
    expect(household.scenes().map(({ record }) => record.name)).toEqual(['C', 'B', 'A']);
  });

  it('item 73: where one has a mistake nothing is saved, and the mistake names its scene', async () => {
    const { household, told, store } = house();
    const broken = wish(night('B').replace('night', 'nigth'));
    const failed = household.saveScenes([wish(night('A')), broken], [], ACTOR);
    await expect(failed).rejects.toMatchObject({
      errors: [{ path: expect.stringMatching(/^\/scenes\/1\/when/) }],
    });
    expect(store.load().scenes).toEqual([]);
    expect(household.scenes()).toEqual([]);
    expect(told).toEqual([]);
  });

  it('item 73: where the disk refuses one, none is saved and the core hears nothing', async () => {
    const { household, told, store } = house();
    const [a] = await household.saveScenes([wish(night('A'))], [], ACTOR);
    if (a === undefined) throw new Error('nothing was saved');
    // Somebody else has written a newer version behind this household's back.
    store.putScene({ ...a.record, version: 2 });
    const before = told.length;
    const both = [{ id: a.record.id, text: night('A', 6), version: 1 }, wish(night('B'))];
    await expect(household.saveScenes(both, [], ACTOR)).rejects.toMatchObject({ code: 'conflict' });
    expect(store.load().scenes.map(({ version }) => version)).toEqual([2]);
    expect(told).toHaveLength(before);
  });

  it('item 74: versions are kept, differ in plain words, and an old one can be saved anew', async () => {
    const { household, store } = house();
    const first = await household.saveScene(null, night('A'), { version: null }, ACTOR);
    const { id } = first.record;
    const second = await household.saveScene(id, night('A', 9), { version: 1 }, ACTOR);
    expect(household.sceneDifferences(first.record, second.record)).toEqual([
      {
        kind: 'changed',
        part: 'do',
        text: {
          en: 'Step changed: wait 9 minutes; was: wait 5 minutes',
          zh: '步骤已更改：等待 9 分钟；原为：等待 5 分钟',
        },
      },
    ]);
    const old = store.sceneVersions(id).find(({ version }) => version === 1);
    const back = await household.saveScene(id, old?.source ?? '', { version: 2 }, ACTOR);
    expect(back.record.version).toBe(3);
    expect(back.text).toBe(night('A'));
  });

  it('item 19: a variable is declared once and for all, and scenes that name it can be saved', async () => {
    const { household, told, store } = house();
    const guests = night('A').replace('home.mode: night', 'var.guests: 3');
    await expect(household.saveScene(null, guests, { version: null }, ACTOR)).rejects.toMatchObject(
      { code: 'invalid-input' },
    );
    const shape = { type: 'number', min: 0, max: 20 } as const;
    await household.addHomeValue({ kind: 'variable', name: 'Guests', shape, initial: 0 }, ACTOR);
    expect(told.at(-1)).toMatchObject({ kind: 'homeValues', values: [{ id: 'var.guests' }] });
    expect(store.load().homeValues).toHaveLength(1);
    const saved = await household.saveScene(null, guests, { version: null }, ACTOR);
    expect(saved.sentence.en).toBe('When “Guests” becomes 3: wait 5 minutes.');
  });
});
