// Running by hand, testing with the condition, and seeing what a scene would do without doing it.
import { describe, expect, it } from 'vitest';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { dryRun } from './dry-run.ts';
import { TestWorld } from './test-world.ts';

const SCENE = `scene: Hall
while: {is: {hall-door.open: true}}
do:
  - set: {hall-lamp: {on: true}}
  - delay: 10min
  - set: {hall-lamp: {on: false}}
  - notify: {text: Done}`;

function dry(world: TestWorld, id: SceneId, checkWhile = false): RunTrace {
  const record = (scene: SceneId) => world.evaluator.record(scene);
  return dryRun(id, { checkWhile, cause: { kind: 'local' }, record }, world.world);
}

describe('a run by hand', () => {
  it('item 29: somebody who taps a scene runs it whatever its condition says', () => {
    const world = new TestWorld();
    world.given('hall-door.open', false);
    const id = world.scene('hall', SCENE);
    expect(world.run(id).state).toBe('running');
    expect(world.commands).toHaveLength(1);
  });

  it('item 29: a test with conditions is told as a near miss where they do not hold', () => {
    const world = new TestWorld();
    world.given('hall-door.open', false);
    const id = world.scene('hall', SCENE);
    expect(world.run(id, true).state).toBe('nearMiss');
    expect(world.commands).toHaveLength(0);
  });

  it('item 29: a dry run shows each command and sends none, and takes no time', () => {
    const world = new TestWorld();
    world.given('hall-door.open', true);
    world.given('hall-lamp.on', false);
    const id = world.scene('hall', SCENE);
    const before = world.tables.all.map((table) => JSON.stringify(table.entries()));
    const trace = dry(world, id, true);
    expect(trace.state).toBe('done');
    expect(trace.summary.en).toMatch(/^Nothing was sent\. /);
    const commands = trace.steps.filter(({ kind }) => kind === 'command');
    expect(commands.map(({ text }) => text.en)).toEqual([
      'Turned Hall lamp on',
      'Turned Hall lamp off',
    ]);
    expect(world.commands).toHaveLength(0);
    expect(world.notifications).toHaveLength(0);
    expect(world.traces).toHaveLength(0);
    expect(world.tables.all.map((table) => JSON.stringify(table.entries()))).toEqual(before);
  });

  it('item 29: a dry run ends at what cannot be foreseen, and says so', () => {
    const world = new TestWorld();
    const id = world.scene(
      'wait',
      'scene: Wait\ndo: [{wait: {becomes: {hall-door.open: true}}}, {set: {hall-lamp: {on: true}}}]',
    );
    const trace = dry(world, id);
    expect(trace.steps.at(-1)?.text.en).toMatch(/cannot be told/);
    expect(trace.steps.some(({ kind }) => kind === 'command')).toBe(false);
  });
});
