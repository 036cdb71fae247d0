// What a property is called where its owner has named the part that it belongs to, in both languages.
import { describe, expect, test } from 'vitest';
import { channelNamed, entityNamed, ownName, toldApart } from './own-names.ts';
import { descriptorOf } from './property-draft.ts';

const words = ({ label }: { label?: { en: string; zh: string } }) => label && [label.en, label.zh];

describe('a channel that its owner has named', () => {
  test('is called so where it is switched, and beside the word of what else it has', () => {
    expect(channelNamed('Kitchen', 'on')).toEqual({
      label: { en: 'Kitchen', zh: 'Kitchen' },
      isNamed: true,
    });
    expect(words(channelNamed('Kitchen', 'brightness'))).toEqual([
      ...['Kitchen brightness', 'Kitchen 亮度'],
    ]);
    expect(words(channelNamed('厨房', 'brightness'))).toEqual(['厨房 brightness', '厨房亮度']);
    const own = { en: 'White channel', zh: '白光通道' };
    expect(words(channelNamed('Kitchen', 'x_white', own))).toEqual([
      ...['Kitchen white channel', 'Kitchen 白光通道'],
    ]);
  });

  test('says no word twice', () => {
    expect(words(channelNamed('Boiler temperature', 'temperature'))).toEqual([
      ...['Boiler temperature', 'Boiler temperature 温度'],
    ]);
    expect(words(channelNamed('锅炉温度', 'temperature'))).toEqual([
      ...['锅炉温度 temperature', '锅炉温度'],
    ]);
    const script = { en: 'Script Nightly', zh: '脚本 Nightly' };
    expect(words(channelNamed('Nightly', 'x_script_1', script))).toEqual([script.en, script.zh]);
  });

  test('without a name is called as the table calls it, or as its maker does', () => {
    expect(channelNamed(null, 'on')).toEqual({});
    const label = { en: 'White channel', zh: '白光通道' };
    expect(channelNamed(null, 'x_white', label)).toEqual({ label });
  });
});

describe('an entity, whose name says what it is', () => {
  test('is called by it alone in its own language, and beside the word of the table in the other', () => {
    expect(words(entityNamed('Outside warmth', 'temperature', true))).toEqual([
      ...['Outside warmth', 'Outside warmth 温度'],
    ]);
    expect(words(entityNamed('室外', 'temperature', true))).toEqual(['室外 temperature', '室外']);
    expect(words(entityNamed('Desk lamp', 'brightness', false))).toEqual([
      ...['Desk lamp brightness', 'Desk lamp 亮度'],
    ]);
  });

  test('that is called as the table calls it is called so in both languages', () => {
    for (const title of ['Temperature', 'temperature', '温度']) {
      expect(entityNamed(title, 'temperature', true)).toEqual({});
    }
  });
});

test('a name is one line of at most 60 characters, and none where it says nothing', () => {
  expect(ownName('  Hall\n\u0007 lamp ')).toBe('Hall lamp');
  expect(ownName('x'.repeat(100))).toHaveLength(60);
  for (const none of ['', '  \t', null, undefined, 7, {}]) expect(ownName(none)).toBeNull();
});

test('two of one property that are called alike are told apart by their places', () => {
  const draft = (name: 'on' | 'power', called: string) => ({ name, ...channelNamed(called, name) });
  const placed = toldApart([
    [draft('on', 'Lamp'), 1],
    [draft('on', 'Lamp'), 2],
    [draft('on', 'Fan'), 3],
    [draft('power', 'Lamp'), 1],
  ]);
  const labels = placed.map(
    ([one, place]) => descriptorOf({ ...one, access: 'r' }, place).label?.en,
  );
  expect(labels).toEqual(['Lamp 1', 'Lamp 2', 'Fan', 'Lamp electric power']);
});
