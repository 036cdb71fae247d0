// Differences of two versions of a scene, in plain words.
import { describe, expect, it } from 'vitest';
import { homeNames } from './names.ts';
import { createSceneLanguage } from './scene-language.ts';
import { toStored } from './stored.ts';
import { TEST_DEVICES, TEST_ROOMS } from './test-home.ts';

const HOME = { devices: TEST_DEVICES, rooms: TEST_ROOMS, scenes: [] };

const BEFORE = `# Mind the cat.
scene: Hall light
when: [{becomes: {hall-motion.occupancy: true}}]
do:
  - set: {hall-lamp: {on: true}}   # bright enough
  - delay: 3min
  - set: {hall-lamp: {on: false}}
`;

function stored(text: string): string {
  const result = toStored(text, homeNames(TEST_DEVICES, TEST_ROOMS));
  if (result.errors) throw new Error(JSON.stringify(result.errors));
  return result.stored;
}

function differences(before: string, after: string): string[][] {
  const found = createSceneLanguage().differences(stored(before), stored(after), HOME) ?? [];
  return found.map(({ kind, part, text }) => [kind, part, text.en, text.zh]);
}

describe('what differs between two versions', () => {
  it('item 74: a step put in between is one line, and a changed one says what it was', () => {
    const after = BEFORE.replace('delay: 3min', 'delay: 5min').replace(
      'do:\n',
      'do:\n  - set: {living-lamp: {on: true}}\n',
    );
    expect(differences(BEFORE, after)).toEqual([
      ['added', 'do', 'Step added: turn Living room lamp on', '新增步骤：打开 Living room lamp'],
      [
        'changed',
        'do',
        'Step changed: wait 5 minutes; was: wait 3 minutes',
        '步骤已更改：等待 5 分钟；原为：等待 3 分钟',
      ],
    ]);
  });

  it('item 74: name, condition, pace and mode are told each by itself', () => {
    const after = BEFORE.replace('Hall light', 'Hall at night').replace(
      'do:\n',
      'while: {is: {hall-door.open: true}}\nagain: restart\nthrottle: 1min\ndo:\n',
    );
    const found = differences(BEFORE, after);
    expect(found.map(([kind, part]) => `${kind} ${part}`)).toEqual([
      'changed name',
      'added while',
      'added how',
      'added how',
    ]);
    expect(found[1]?.[2]).toBe('Only while Hall door is open');
    expect(differences(after, BEFORE).map(([kind, part]) => `${kind} ${part}`)).toEqual([
      'changed name',
      'removed while',
      'removed how',
      'removed how',
    ]);
  });

  it('item 74: a comment alone makes no difference', () => {
    expect(differences(BEFORE, BEFORE.replace('# Mind the cat.\n', ''))).toEqual([]);
  });

  it('item 77: a scene goes out as it came in, with its comments and the present handles', () => {
    const language = createSceneLanguage();
    const text = stored(BEFORE);
    expect(text).not.toContain('hall-lamp');
    expect(language.show(text, HOME)).toBe(BEFORE);
    const renamed = TEST_DEVICES.map((one) =>
      one.handle === 'hall-lamp' ? { ...one, handle: 'porch-lamp' } : one,
    );
    const shown = language.show(text, { ...HOME, devices: renamed });
    expect(shown).toBe(BEFORE.replaceAll('hall-lamp', 'porch-lamp'));
    expect(shown).toContain('# bright enough');
  });

  it('gives nothing where a version names what is gone', () => {
    const none = createSceneLanguage().differences(stored(BEFORE), stored(BEFORE), {
      ...HOME,
      devices: [],
    });
    expect(none).toBeNull();
  });
});
