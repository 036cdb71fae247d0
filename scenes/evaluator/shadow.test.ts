// Scenes in the shadow: goal: they are decided and told as any other, and nothing of it acts.
import { describe, expect, it } from 'vitest';
import type { SceneRecord } from '../../hub/model/home.ts';
import { TestWorld } from './test-world.ts';

const SHADOW: Partial<SceneRecord> = { shadow: true };

describe('item 109: a scene that runs in the shadow', () => {
  it('item 109: its runs and near misses are told and marked, and no command, message or call goes out', () => {
    const home = new TestWorld();
    home.scene(
      'night',
      `scene: Night
when: [{becomes: {hall-motion.occupancy: true}}]
while: {is: {hall-door.open: false}}
do:
  - set: {hall-lamp: {on: true, brightness: 30}}
  - notify: {to: adults, text: "Somebody is in the hall"}
  - delay: 1min
  - set: {hall-lamp: {on: false}}
  - mode: night
`,
      SHADOW,
    );
    home.given('hall-lamp.on', false);
    home.given('hall-door.open', false);
    home.given('hall-motion.occupancy', false);
    home.report('hall-motion.occupancy', true);
    home.pass(120_000);
    const last = home.traces.at(-1);
    expect(last).toMatchObject({ state: 'done', shadow: true });
    expect(last?.steps.map(({ text }) => text.en).join('; ')).toContain('Turned Hall lamp on');
    expect(home.commands).toEqual([]);
    expect(home.notifications).toEqual([]);
    expect(home.home.mode).toBe('home');
    home.given('hall-door.open', true);
    home.report('hall-motion.occupancy', false);
    home.report('hall-motion.occupancy', true);
    expect(home.traces.at(-1)).toMatchObject({
      state: 'nearMiss',
      shadow: true,
      held: 'condition',
    });
  });

  it('item 109: what it starts acts on nothing either, and it ends and sets off no other scene', () => {
    const home = new TestWorld();
    const other = home.scene('other', 'scene: Other\ndo: [{set: {living-lamp: {on: true}}}]\n');
    const slow = home.scene('slow', 'scene: Slow\ndo: [{delay: 1h}]\n');
    home.scene(
      'after',
      'scene: After\nwhen: [{scene: {boss: ended}}]\ndo: [{set: {hall-lamp: {on: true}}}]\n'.replace(
        'scene: {boss',
        'scene: {other',
      ),
    );
    const boss = home.scene(
      'boss',
      'scene: Boss\ndo: [{run: other}, {cancel: slow}, {disable: slow}]\n',
      SHADOW,
    );
    home.run(slow);
    home.run(boss);
    const started = home.traces.findLast(({ scene }) => scene === other);
    expect(started).toMatchObject({ state: 'done', shadow: true });
    expect(home.commands).toEqual([]);
    expect(home.record(slow)?.enabled).toBe(true);
    expect(home.traces.findLast(({ scene }) => scene === slow)?.state).toBe('running');
    expect(home.traces.findLast(({ scene }) => scene === boss)).toMatchObject({ state: 'done' });
    home.run(other);
    expect(home.commands.length).toBeGreaterThan(0);
  });

  it('item 109: a run in the shadow is still one after a power cut', () => {
    const home = new TestWorld();
    const id = home.scene(
      'wait',
      'scene: Wait\ndo: [{delay: 5min}, {set: {hall-lamp: {on: true}}}]\n',
      SHADOW,
    );
    home.run(id);
    home.restart();
    home.pass(600_000);
    expect(home.traces.at(-1)).toMatchObject({ state: 'done', shadow: true });
    expect(home.commands).toEqual([]);
  });
});
