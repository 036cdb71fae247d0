// Why a device is as it is: goal: from the newest change back to who or what began it, whatever lies between.
import { describe, expect, it } from 'vitest';
import { parsePropertyKey } from '../../hub/model/properties.ts';
import { type LivedHome, livedHome } from './test-lived-home.ts';

const NIGHT = `scene: Light the way
when: [{becomes: {hall-motion.occupancy: true}}]
do: [{set: {hall-lamp: {on: true}}}]
`;

function why(home: LivedHome, reference: string, atMs = home.nowMs()) {
  const [handle = '', property = ''] = reference.split('.');
  const found = home.explain.why({
    device: home.id(handle),
    property: parsePropertyKey(property).key,
    atMs,
  });
  if (found === null) throw new Error('no such property');
  return found;
}

describe('item 108: why a device is as it is', () => {
  it('item 108: a lamp that a scene turned on is traced back to the motion that set the scene off', () => {
    using home = livedHome();
    home.scene('night', NIGHT);
    home.report('hall-lamp.on', false);
    home.until('22:03');
    home.report('hall-motion.occupancy', true);
    home.until('22:30');
    const found = why(home, 'hall-lamp.on');
    expect(found.value).toBe(true);
    expect(found.links.map(({ kind }) => kind)).toEqual(['change', 'run', 'root']);
    expect(found.links.at(-1)).toMatchObject({
      device: home.id('hall-motion'),
      cause: { kind: 'device' },
    });
    expect(found.sentence.en).toBe(
      'Hall lamp is on since 22:03: the scene “Light the way” did it at 22:03, because Hall motion detects motion.',
    );
    expect(found.sentence.zh).toContain('场景“Light the way”在 22:03 所为');
  });

  it('item 108: it is told the same once the changes have gone into series', () => {
    using home = livedHome();
    home.scene('night', NIGHT);
    home.report('hall-lamp.on', false);
    home.until('22:03');
    home.report('hall-motion.occupancy', true);
    const before = why(home, 'hall-lamp.on');
    home.roll();
    expect(why(home, 'hall-lamp.on')).toEqual(before);
  });

  it('item 108: a chain of scenes is followed to the person at its beginning', () => {
    using home = livedHome();
    home.scene(
      'one',
      'scene: One\nwhen: [{becomes: {hall-lamp.on: true}}]\ndo: [{set: {living-lamp: {on: true}}}]\n',
    );
    home.scene(
      'two',
      'scene: Two\nwhen: [{becomes: {living-lamp.on: true}}]\ndo: [{set: {washer: {on: true}}}]\n',
    );
    for (const name of ['hall-lamp', 'living-lamp', 'washer']) home.report(`${name}.on`, false);
    home.set('hall-lamp.on', true);
    const { links, sentence } = why(home, 'washer.on');
    expect(links.map(({ kind }) => kind)).toEqual([
      'change',
      'run',
      'change',
      'run',
      'change',
      'root',
    ]);
    expect(links.at(-1)?.cause).toMatchObject({ kind: 'member' });
    expect(sentence.en).toContain('Anna asked for it in the page.');
    expect(sentence.zh).toContain('Anna 在页面上要求的');
  });

  it('item 108: a time of day, a person who starts a scene, and a hand at the device are roots', () => {
    using home = livedHome();
    home.scene(
      'late',
      'scene: Late\nwhen: [{at: "23:00"}]\ndo: [{set: {hall-lamp: {on: false}}}]\n',
    );
    const tap = home.scene('tap', 'scene: Tap\ndo: [{set: {living-lamp: {on: true}}}]\n');
    home.report('hall-lamp.on', true);
    home.report('living-lamp.on', false);
    expect(why(home, 'hall-lamp.on').links.at(-1)?.cause).toMatchObject({ kind: 'device' });
    home.until('23:00:10');
    expect(why(home, 'hall-lamp.on').links.at(-1)?.cause).toMatchObject({ kind: 'schedule' });
    home.run(tap);
    expect(why(home, 'living-lamp.on').sentence.en).toContain('Anna asked for it with the ingle');
  });

  it('item 108: what it was at an earlier instant has its own reason, and before history there is none', () => {
    using home = livedHome();
    home.report('hall-lamp.on', false);
    home.until('13:00');
    home.set('hall-lamp.on', true);
    home.until('14:00');
    const before = why(home, 'hall-lamp.on', Date.parse('2026-03-04T12:30:00Z'));
    expect(before.value).toBe(false);
    const unknown = why(home, 'hall-lamp.on', Date.parse('2026-03-04T11:00:00Z'));
    expect(unknown).toMatchObject({ value: null, links: [] });
    expect(unknown.sentence.en).toContain('Nothing is known of Hall lamp at 11:00');
  });

  it('item 108: a property that the home does not have is not explained', () => {
    using home = livedHome();
    const property = parsePropertyKey('position').key;
    const ask = { device: home.id('hall-lamp'), property, atMs: home.nowMs() };
    expect(home.explain.why(ask)).toBeNull();
  });
});
