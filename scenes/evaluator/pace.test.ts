// How often scenes run, in which order, and what an edit does to what is open.
import { describe, expect, it } from 'vitest';
import { TestWorld } from './test-world.ts';

const motion = (more: string, name = 'Hall', then = '') => `scene: ${name}
when: [{becomes: {hall-motion.occupancy: true}}]
${more}
do: [{set: {hall-lamp: {on: true}}}${then}]`;

function moved(world: TestWorld): void {
  world.report('hall-motion.occupancy', false);
  world.report('hall-motion.occupancy', true);
}

/** States of the runs and near misses so far, in order of their end. */
function states(world: TestWorld, scene?: string): string[] {
  return world.traces
    .filter(({ endedAtMs }) => endedAtMs !== null)
    .filter((trace) => scene === undefined || trace.scene === `scene_${scene}`)
    .map(({ state }) => state);
}

function notes(world: TestWorld): string[] {
  return world.traces.flatMap(({ steps }) => steps.at(-1)?.text.en ?? '');
}

describe('the pace of a scene', () => {
  it('item 68: with debounce a scene runs once, when it has been quiet, also after a power cut', () => {
    const world = new TestWorld();
    world.scene('hall', motion('debounce: 10s'));
    moved(world);
    world.pass(8_000);
    moved(world);
    world.pass(8_000);
    expect(states(world)).toEqual([]);
    world.restart({ downMs: 1_000 });
    world.pass(1_000);
    expect(states(world)).toEqual(['done']);
    world.pass(60_000);
    expect(states(world)).toEqual(['done']);
  });

  it('item 68: with throttle the first trigger counts and those right behind it are told as near misses', () => {
    const world = new TestWorld();
    world.scene('hall', motion('throttle: 1min'));
    moved(world);
    world.pass(30_000);
    moved(world);
    expect(states(world)).toEqual(['done', 'nearMiss']);
    expect(notes(world).at(-1)).toMatch(/may again in 30 seconds/);
    world.restart({ downMs: 1_000 });
    moved(world);
    expect(states(world).filter((state) => state === 'done')).toHaveLength(1);
    world.pass(30_000);
    moved(world);
    expect(states(world).filter((state) => state === 'done')).toHaveLength(2);
  });

  it('item 68: with cooldown a scene rests after the end of a run', () => {
    const world = new TestWorld();
    world.scene('hall', motion('cooldown: 1min', 'Hall', ', {delay: 30s}'));
    moved(world);
    world.pass(30_000);
    world.pass(59_000);
    moved(world);
    expect(states(world)).toEqual(['done', 'nearMiss']);
    world.pass(1_000);
    moved(world);
    world.pass(30_000);
    expect(states(world)).toEqual(['done', 'nearMiss', 'done']);
  });

  it('item 68: somebody who starts a scene by hand is not held up by its pace', () => {
    const world = new TestWorld();
    const id = world.scene('hall', motion('throttle: 1min\ncooldown: 1min'));
    moved(world);
    expect(world.run(id).state).not.toBe('nearMiss');
  });

  it('item 69: of several scenes that one event sets off the one of highest priority is worked first', () => {
    const world = new TestWorld();
    world.scene('a', motion('priority: -5', 'A'));
    world.scene('b', motion('', 'B'));
    world.scene('c', motion('priority: 7', 'C'));
    moved(world);
    expect(world.commands.map(({ cause }) => (cause.kind === 'scene' ? cause.scene : ''))).toEqual([
      'scene_c',
      'scene_b',
      'scene_a',
    ]);
  });

  it('item 69: of a group only the scene of highest priority runs on one event', () => {
    const world = new TestWorld();
    world.scene('a', motion('group: lights\npriority: 1', 'A'));
    world.scene('b', motion('group: lights\npriority: 9', 'B'));
    moved(world);
    expect(world.commands.map(({ cause }) => (cause.kind === 'scene' ? cause.scene : ''))).toEqual([
      'scene_b',
    ]);
    expect(notes(world).some((note) => /“B” of the group “lights” is under way/.test(note))).toBe(
      true,
    );
  });

  it('item 69: a scene of higher priority ends the one of its group that is under way', () => {
    const world = new TestWorld();
    world.scene('a', motion('group: lights', 'A', ', {delay: 5min}'));
    world.scene(
      'b',
      'scene: B\nwhen: [{becomes: {hall-door.open: true}}]\ngroup: lights\npriority: 1\ndo: [{delay: 5min}]',
    );
    moved(world);
    world.report('hall-door.open', false);
    world.report('hall-door.open', true);
    expect(states(world, 'a')).toEqual(['cancelled']);
    moved(world);
    expect(states(world, 'a')).toEqual(['cancelled', 'nearMiss']);
  });

  it('item 67: a full queue lets the oldest give way where the scene says so', () => {
    const world = new TestWorld();
    const slow = (again: string) => motion(`again: ${again}`, 'Hall', ', {delay: 1min}');
    world.scene('hall', slow('queue 1 drop-oldest'));
    moved(world);
    moved(world);
    moved(world);
    expect(states(world)).toEqual(['cancelled']);
    expect(notes(world).some((note) => /the oldest gives way/.test(note))).toBe(true);
    const other = new TestWorld();
    other.scene('hall', slow('queue 1'));
    for (let count = 0; count < 3; count += 1) moved(other);
    expect(states(other)).toEqual(['nearMiss']);
  });

  it('item 67: each device has a run of its own where the mode is per device', () => {
    const world = new TestWorld();
    world.scene(
      'any',
      'scene: Any\nwhen: [{becomes: {any: [kind.on, true]}}]\nagain: single per device\ndo: [{delay: 1min}]',
    );
    world.report('hall-lamp.on', false);
    world.report('hall-lamp.on', true);
    world.report('living-lamp.on', false);
    world.report('living-lamp.on', true);
    world.report('hall-lamp.on', false);
    world.report('hall-lamp.on', true);
    expect(states(world)).toEqual(['nearMiss']);
    expect(world.evaluator.activeRuns(world.world)).toHaveLength(2);
  });

  it('item 67: a run that waited its turn looks at the condition again, unless the scene says not to', () => {
    const slow = (recheck: boolean) =>
      motion(
        `while: {is: {hall-door.open: true}}\nagain: queue 3${recheck ? '' : '\nrecheck: false'}`,
        'Hall',
        ', {delay: 1min}',
      );
    for (const recheck of [true, false]) {
      const world = new TestWorld();
      world.given('hall-door.open', true);
      world.scene('hall', slow(recheck));
      moved(world);
      moved(world);
      world.report('hall-door.open', false);
      world.pass(60_000);
      world.pass(60_000);
      expect(states(world)).toEqual(['done', recheck ? 'nearMiss' : 'done']);
    }
  });

  it('item 72: a run goes on with the version it began with, and one that waits takes the new one', () => {
    const world = new TestWorld();
    world.scene('hall', motion('again: queue 3').replace('do: [', 'do: [{delay: 1min}, '));
    moved(world);
    moved(world);
    world.scene(
      'hall',
      motion('again: queue 3').replace(
        'do: [{set: {hall-lamp: {on: true}}}]',
        'do: [{set: {hall-lamp: {on: false}}}]',
      ),
    );
    world.pass(60_000);
    const asked = world.commands.map(({ body }) => (body.kind === 'set' ? body.value : null));
    expect(asked).toEqual([true, false]);
    expect(
      world.traces.filter(({ state }) => state === 'done').map(({ sceneVersion }) => sceneVersion),
    ).toEqual([1, 2]);
    expect(world.tables.oldScenes.size).toBe(0);
  });

  it('item 72: a hold whose trigger an edit has not touched goes on, another begins anew', () => {
    const held = (lamp: boolean, minutes: number) => `scene: Held
when: [{holds: {hall-motion.occupancy: false}, for: ${minutes}min}]
do: [{set: {hall-lamp: {on: ${lamp}}}}]`;
    const world = new TestWorld();
    world.given('hall-motion.occupancy', false);
    world.scene('held', held(true, 5));
    world.pass(4 * 60_000);
    world.scene('held', held(false, 5));
    world.pass(60_000);
    expect(world.commands).toHaveLength(1);
    const other = new TestWorld();
    other.given('hall-motion.occupancy', false);
    other.scene('held', held(true, 5));
    other.pass(4 * 60_000);
    other.scene('held', held(true, 3));
    other.pass(2 * 60_000);
    expect(other.commands).toHaveLength(0);
    other.pass(60_000);
    expect(other.commands).toHaveLength(1);
  });

  it('item 72: a trigger that waits for quiet is dropped where the edit has taken it away', () => {
    const world = new TestWorld();
    world.scene('hall', motion('debounce: 10s'));
    moved(world);
    world.scene(
      'hall',
      motion('debounce: 10s').replace('hall-motion.occupancy: true', 'hall-door.open: true'),
    );
    world.pass(60_000);
    expect(states(world)).toEqual([]);
    expect(world.tables.pace.size).toBe(0);
  });

  it('item 70: a scene that begins too often rests, and says so', () => {
    const world = new TestWorld();
    world.scene('hall', motion(''));
    for (let count = 0; count < 80; count += 1) moved(world);
    expect(states(world).filter((state) => state === 'done')).toHaveLength(60);
    expect([...world.evaluator.problems().values()][0]?.message).toMatch(/rests/);
  });
});
