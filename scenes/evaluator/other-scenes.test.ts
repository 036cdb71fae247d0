import { describe, expect, it } from 'vitest';
import type { RunTrace } from '../../hub/model/run.ts';
import { TestWorld } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const texts = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];
const runOf = (home: TestWorld, name: string): RunTrace | undefined =>
  home.runs().find(({ scene }) => scene === `scene_${name}`);

describe('a scene that starts another', () => {
  it('item 58: a scene runs another, and its trace names the scene and the run that it started', () => {
    const home = new TestWorld();
    const evening = home.scene('evening', 'scene: Evening\ndo: [{set: {hall-lamp: {on: true}}}]\n');
    home.scene('s', `scene: S\n${PRESS}do: [{run: evening}, {toggle: washer}]\n`);
    press(home);
    expect(home.asked()).toEqual(['hall-lamp.on=true', 'washer.on=true']);
    const [caller, started] = [runOf(home, 's'), runOf(home, 'evening')];
    expect(caller?.state).toBe('done');
    expect(caller?.steps[1]).toMatchObject({
      kind: 'scene',
      state: 'ok',
      other: { scene: evening, run: started?.id },
      text: { en: 'Started “Evening”', zh: '已启动“Evening”' },
    });
    expect(started?.cause).toEqual({ kind: 'scene', scene: 'scene_s', run: caller?.id });
    expect(started?.summary.en).toBe('“S” starts it: turned Hall lamp on');
  });

  it('item 58: a scene that cannot be started is told with the reason, and the run goes on or ends as it says', () => {
    const home = new TestWorld();
    const off = home.scene('off', 'scene: Off\ndo: [{set: {hall-lamp: {on: true}}}]\n');
    home.setEnabled(off, false);
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{run: off}, {run: off, on-error: stop}, {toggle: washer}]\n`,
    );
    press(home);
    expect(home.asked()).toEqual([]);
    expect(runOf(home, 's')?.state).toBe('failed');
    expect(texts(runOf(home, 's')).slice(1)).toEqual([
      'Did not start “Off”: it is switched off',
      'Did not start “Off”: it is switched off',
      'Ended, since a step did not succeed',
    ]);
  });

  it('item 58: the other scene runs whatever its own condition says, unless the step asks for it', () => {
    const home = new TestWorld();
    home.given('hall-door.open', false);
    home.scene('s', 'scene: S\nwhile: {is: {hall-door.open: true}}\ndo: [{toggle: washer}]\n');
    home.scene('a', `scene: A\n${PRESS}do: [{run: s, while: check}]\n`);
    press(home);
    expect(home.asked()).toEqual([]);
    expect(texts(runOf(home, 'a'))[1]).toBe('Did not start “S”: its condition does not hold');
    expect(home.nearMisses()).toHaveLength(1);
    home.scene('a', `scene: A\n${PRESS}do: [{run: s}]\n`);
    press(home);
    expect(home.asked()).toEqual(['washer.on=true']);
  });

  it('item 58: scenes that start each other without end are stopped, each with the reason', () => {
    const home = new TestWorld();
    home.scene('b', 'scene: B\ndo: [{toggle: washer}]\n');
    home.scene('a', 'scene: A\nagain: parallel 50\ndo: [{run: b}]\n');
    home.scene('b', 'scene: B\nagain: parallel 50\ndo: [{run: a}]\n');
    home.run('scene_a' as never);
    expect(home.runs().length).toBeLessThan(20);
    const why = texts(home.runs().find(({ state }) => state === 'failed'));
    expect(why.at(-1)).toMatch(
      /Did not start “[AB]”: scenes set each other off more than 16 times/,
    );
  });
});

describe('a scene that undoes another', () => {
  const EVENING = 'scene: Evening\ndo: [{set: {hall-lamp: {on: true}, living-lamp: {on: true}}}]\n';
  const home = (): TestWorld => {
    const world = new TestWorld();
    world.given('hall-lamp.on', false);
    world.given('living-lamp.on', false);
    world.scene('evening', EVENING);
    world.scene('s', `scene: S\n${PRESS}do: [{undo: evening}]\n`);
    return world;
  };

  it('item 64: a step puts back what the last run of a scene has changed and nobody else has since', () => {
    const world = home();
    world.run('scene_evening' as never);
    world.report('hall-lamp.on', true);
    world.report('living-lamp.on', false, {
      kind: 'member',
      id: 'm_anna' as never,
      via: 'page',
    });
    press(world);
    expect(world.asked().slice(2)).toEqual(['hall-lamp.on=false']);
    expect(texts(runOf(world, 's')).at(-1)).toBe('Undoing what “Evening” has changed');
    expect(world.commands.at(-1)?.cause).toMatchObject({ kind: 'scene', scene: 'scene_s' });
    press(world);
    expect(world.asked()).toHaveLength(3);
    const again = world.runs().filter(({ scene }) => scene === 'scene_s');
    expect(again.map((run) => texts(run).at(-1)).sort()).toEqual([
      'Undoing what “Evening” has changed',
      '“Evening” has nothing to undo',
    ]);
  });

  it('item 64: a run that is under way is ended before it is undone', () => {
    const world = home();
    world.scene('evening', `${EVENING.trim().slice(0, -1)}, {delay: 1h}, {toggle: washer}]\n`);
    world.run('scene_evening' as never);
    world.report('hall-lamp.on', true);
    world.report('living-lamp.on', true);
    press(world);
    expect(world.asked().slice(2).sort()).toEqual(['hall-lamp.on=false', 'living-lamp.on=false']);
    expect(
      world.runs().some(({ scene, state }) => scene === 'scene_evening' && state === 'cancelled'),
    ).toBe(true);
    world.pass(2 * 3_600_000);
    expect(world.asked()).toHaveLength(4);
  });
});

describe('a scene that ends or switches another', () => {
  const LONG =
    'scene: Long\nagain: queue 5\ndo: [{set: {hall-lamp: {on: true}}}, {delay: 1h}, {toggle: washer}]\n';

  it('item 58: a scene ends all runs of another, those that wait their turn too', () => {
    const home = new TestWorld();
    const long = home.scene('long', LONG);
    home.scene('s', `scene: S\n${PRESS}do: [{cancel: long}]\n`);
    home.run(long);
    home.run(long);
    press(home);
    expect(texts(runOf(home, 's'))[1]).toBe('Ended 2 runs of “Long”');
    const runs = home.runs().filter(({ scene }) => scene === long);
    expect(runs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
    expect(texts(runs[0]).at(-1)).toBe('Ended by “S”');
    home.pass(7_200_000);
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
  });

  it('item 58: a scene is switched off and on as a person would do it, and its runs finish or end as the step says', () => {
    for (const running of ['finish', 'cancel']) {
      const home = new TestWorld();
      const long = home.scene('long', LONG);
      home.scene(
        's',
        `scene: S\n${PRESS}do: [{disable: long, running: ${running}}, {toggle: living-lamp}]\n`,
      );
      home.run(long);
      press(home);
      expect(home.record(long)?.enabled).toBe(false);
      expect(texts(runOf(home, 's'))[1]).toBe('Switched “Long” off');
      expect(runOf(home, 'long')?.state).toBe(running === 'finish' ? 'running' : 'cancelled');
      home.pass(7_200_000);
      expect(home.asked().includes('washer.on=true')).toBe(running === 'finish');
      home.scene('s', `scene: S\n${PRESS}do: [{enable: long}]\n`);
      press(home);
      expect(home.record(long)?.enabled).toBe(true);
    }
  });

  it('item 58: what the household had not switched yet when the hub was killed is switched after the restart', () => {
    const home = new TestWorld();
    const long = home.scene('long', LONG);
    home.scene('s', `scene: S\n${PRESS}do: [{disable: long}, {toggle: washer}]\n`);
    home.isHouseholdSlow = true;
    press(home);
    expect(home.record(long)?.enabled).toBe(true);
    expect(home.asked()).toEqual([]);
    home.isHouseholdSlow = false;
    home.restart({ reboot: true });
    expect(home.record(long)?.enabled).toBe(false);
    expect(home.asked()).toEqual(['washer.on=true']);
  });

  it('item 58: a scene switches itself off and still does its steps', () => {
    const home = new TestWorld();
    const self = home.scene(
      's',
      `scene: S\n${PRESS}do: [{disable: self}, {delay: 1s}, {toggle: washer}]\n`,
    );
    press(home);
    press(home);
    home.pass(1_000);
    expect(home.record(self)?.enabled).toBe(false);
    expect(home.asked()).toEqual(['washer.on=true']);
  });

  it('item 58: a household that does not answer is given up, and the run goes on', () => {
    const home = new TestWorld();
    home.scene('long', LONG);
    home.scene('s', `scene: S\n${PRESS}do: [{disable: long}, {toggle: washer}]\n`);
    home.isHouseholdSlow = true;
    press(home);
    home.pass(30_000);
    expect(home.asked()).toEqual(['washer.on=true']);
    expect(runOf(home, 's')?.state).toBe('failed');
  });
});
