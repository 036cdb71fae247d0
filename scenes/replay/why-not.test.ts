// Why a scene did not run at an instant: goal: each reason is told apart, with what shows it.
import { describe, expect, it } from 'vitest';
import type { SceneId } from '../../hub/model/identifiers.ts';
import { type LivedHome, livedHome } from './test-lived-home.ts';

const NIGHT = `scene: Night light
when: [{becomes: {hall-motion.occupancy: true}}]
while: {is: {hall-door.open: false}}
do: [{set: {hall-lamp: {on: true}}}]
`;

function whyNot(home: LivedHome, scene: SceneId, clock: string) {
  const found = home.explain.whyNot({ scene, atMs: Date.parse(`2026-03-04T${clock}:00Z`) });
  if (found === null) throw new Error('no such scene');
  return found;
}

describe('item 108: why a scene did not run', () => {
  it('item 107: a condition that did not hold is told with the value that was read', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    home.report('hall-motion.occupancy', false);
    home.report('hall-door.open', true);
    home.until('22:00');
    home.report('hall-motion.occupancy', true);
    home.until('23:00');
    const found = whyNot(home, id, '22:00');
    expect(found.reason).toBe('condition');
    expect(found.run?.steps.some(({ read }) => read?.[0]?.value === true)).toBe(true);
    expect(found.sentence.en).toContain('Not run: it is not so that Hall door is closed');
    expect(found.sentence.zh).toContain('没有执行');
  });

  it('item 107: a condition that is not known is another reason than one that is false', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    home.report('hall-motion.occupancy', false);
    home.until('22:00');
    home.report('hall-motion.occupancy', true);
    expect(whyNot(home, id, '22:00').reason).toBe('unknown');
  });

  it('item 107: a near miss that was folded into later ones like it is found at its own time', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    home.report('hall-door.open', true);
    for (const clock of ['20:00', '20:30', '21:00']) {
      home.report('hall-motion.occupancy', false);
      home.until(clock);
      home.report('hall-motion.occupancy', true);
    }
    expect(whyNot(home, id, '20:00').reason).toBe('condition');
    expect(whyNot(home, id, '19:00').reason).toBe('no-trigger');
  });

  it('item 108: a scene that was still running says so', () => {
    using home = livedHome();
    const id = home.scene(
      'slow',
      'scene: Slow\nwhen: [{becomes: {hall-motion.occupancy: true}}]\ndo: [{delay: 1h}]\n',
    );
    home.report('hall-motion.occupancy', false);
    home.until('21:50');
    home.report('hall-motion.occupancy', true);
    home.report('hall-motion.occupancy', false);
    home.until('22:00');
    home.report('hall-motion.occupancy', true);
    const found = whyNot(home, id, '22:00');
    expect(found.reason).toBe('mode');
    expect(found.sentence.en).toContain('still running');
  });

  it('item 108: a scene that ran says that it did', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    home.report('hall-motion.occupancy', false);
    home.report('hall-door.open', false);
    home.until('22:00');
    home.report('hall-motion.occupancy', true);
    expect(whyNot(home, id, '22:00')).toMatchObject({ reason: 'ran', run: { state: 'done' } });
  });

  it('item 108: without a trigger the nearest one is told', () => {
    using home = livedHome();
    const id = home.scene('night', `${NIGHT}again: restart\n`);
    const late = home.scene('late', 'scene: Late\nwhen: [{at: "22:30"}]\ndo: [{delay: 1s}]\n');
    home.report('hall-motion.occupancy', false);
    home.until('21:40');
    home.report('hall-motion.occupancy', true);
    home.report('hall-motion.occupancy', false);
    home.until('23:00');
    const found = whyNot(home, id, '22:00');
    expect(found.reason).toBe('no-trigger');
    expect(found.nearest).toMatchObject([
      { path: 'when[0]', atMs: Date.parse('2026-03-04T21:40:00Z') },
    ]);
    expect(found.sentence.en).toContain('at 21:40');
    expect(whyNot(home, late, '22:00').nearest).toMatchObject([
      { path: 'when[0]', atMs: Date.parse('2026-03-04T22:30:00Z') },
    ]);
  });

  it('item 108: before it was saved, while it was switched off, and as a one-tap scene it did not run', () => {
    using home = livedHome();
    home.until('14:00');
    const id = home.scene('night', NIGHT);
    home.until('15:00');
    home.scene('night', NIGHT, { enabled: false });
    home.until('16:00');
    home.scene('night', NIGHT);
    const tap = home.scene('tap', 'scene: Tap\ndo: [{set: {hall-lamp: {on: true}}}]\n');
    home.until('17:00');
    expect(whyNot(home, id, '13:00')).toMatchObject({ reason: 'not-saved' });
    expect(whyNot(home, id, '15:30')).toMatchObject({ reason: 'disabled' });
    expect(whyNot(home, id, '16:30')).toMatchObject({ reason: 'no-trigger' });
    expect(whyNot(home, tap, '16:30')).toMatchObject({ reason: 'by-hand' });
  });

  it('item 108: while the hub was off nothing ran, and what was caught up is told', () => {
    using home = livedHome();
    const id = home.scene(
      'late',
      'scene: Late\nwhen: [{at: "22:00"}]\ndo: [{set: {hall-lamp: {on: true}}}]\n',
    );
    home.until('21:30');
    home.off('22:05');
    home.until('23:00');
    const found = whyNot(home, id, '22:00');
    expect(found.reason).toBe('hub-off');
    expect(found.run?.startedAtMs).toBe(Date.parse('2026-03-04T22:05:00Z'));
    expect(found.sentence.en).toContain('The hub was off from 21:30 to 22:05.');
  });

  it('item 108: a time that the clock was set over never came', () => {
    using home = livedHome();
    const id = home.scene('night', NIGHT);
    home.until('13:00');
    home.clock('2026-03-04T18:00:00Z', 'synced');
    home.until('19:00');
    expect(whyNot(home, id, '15:00').reason).toBe('clock');
    expect(whyNot(home, id, '18:30').reason).toBe('no-trigger');
  });

  it('item 108: a scene that ran away and rests says so', () => {
    using home = livedHome();
    const id = home.scene(
      'loop',
      'scene: Loop\nwhen: [{changes: hall-lamp.on}]\ndo: [{set: {living-lamp: {on: true}}}]\n',
    );
    for (let count = 0; count < 200; count++) home.report('hall-lamp.on', count % 2 === 0);
    expect(home.traces.some(({ held }) => held === 'rests')).toBe(true);
    const found = home.explain.whyNot({ scene: id, atMs: home.nowMs() + 90_000 });
    expect(found?.reason).toBe('no-trigger');
    home.pass(45_000);
    home.report('hall-lamp.on', true);
    home.report('hall-lamp.on', false);
    const resting = home.traces.find(({ held }) => held === 'rests');
    expect(resting?.summary.en).toContain('rests for a minute');
  });

  it('item 108: there is nothing to say of a scene that does not exist', () => {
    using home = livedHome();
    expect(home.explain.whyNot({ scene: 'scene_none' as SceneId, atMs: 0 })).toBeNull();
  });
});
