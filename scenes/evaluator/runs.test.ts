import { describe, expect, it } from 'vitest';
import { sceneId } from '../../hub/model/identifiers.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { TestWorld } from './test-world.ts';

const HALL = `
scene: Light the hall
when:
  - becomes: {hall-motion.occupancy: true}
do:
  - set: {hall-lamp: {on: true, brightness: 60}}
  - wait: {holds: {hall-motion.occupancy: false}, for: 2min}
    timeout: 1h
  - set: {hall-lamp: {on: false}}
again: restart
`;

describe('a scene that is triggered by a change', () => {
  it('runs its steps in order, waits, and tells what it did in both languages', () => {
    const home = new TestWorld();
    home.scene('hall', HALL);
    home.given('hall-motion.occupancy', false);
    home.report('hall-motion.occupancy', true);
    expect(home.asked()).toEqual(['hall-lamp.on=true', 'hall-lamp.brightness=60']);
    home.pass(10_000);
    home.report('hall-motion.occupancy', false);
    home.pass(119_999);
    expect(home.asked()).toHaveLength(2);
    home.pass(1);
    expect(home.asked().at(-1)).toBe('hall-lamp.on=false');
    const [run] = home.runs();
    expect(run?.state).toBe('done');
    expect(run?.summary).toEqual({
      en: "Hall motion detects motion: turned Hall lamp on; set Hall lamp's brightness to 60 %; turned Hall lamp off",
      zh: 'Hall motion 检测到有人移动\uff1a已打开 Hall lamp\uff1b已把 Hall lamp 的亮度设为 60 %\uff1b已关闭 Hall lamp',
    });
    expect(run?.steps.map(({ text }) => text.en)).toEqual([
      'Hall motion detects motion',
      'Turned Hall lamp on',
      "Set Hall lamp's brightness to 60 %",
      'Waited until Hall motion sees no motion for 2 minutes',
      'Turned Hall lamp off',
    ]);
    expect(home.tables.runs.size).toBe(0);
  });
});

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const texts = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];

describe('a scene that is triggered while it runs', () => {
  const scene = (again: string): string =>
    `scene: S\n${PRESS}do: [{toggle: hall-lamp}, {delay: 1min}, {toggle: living-lamp}]\nagain: ${again}\n`;

  it('single: goes on and tells the near miss', () => {
    const home = new TestWorld();
    home.scene('s', scene('single'));
    press(home);
    home.pass(30_000);
    press(home);
    home.pass(60_000);
    expect(home.runs()).toHaveLength(1);
    expect(home.nearMisses()[0]?.summary.en).toBe(
      'Bedroom button is pressed. Not run: it is still running',
    );
    press(home);
    expect(home.runs()).toHaveLength(2);
  });

  it('restart: ends the first run and begins anew', () => {
    const home = new TestWorld();
    home.scene('s', scene('restart'));
    press(home);
    home.pass(30_000);
    press(home);
    home.pass(59_999);
    expect(home.runs().map(({ state }) => state)).toEqual(['cancelled', 'running']);
    home.pass(1);
    expect(home.runs().map(({ state }) => state)).toEqual(['cancelled', 'done']);
    expect(texts(home.runs()[0]).at(-1)).toBe('Ended: it was triggered again');
  });

  it('queue: runs one after another, up to so many', () => {
    const home = new TestWorld();
    home.scene('s', scene('queue 2'));
    for (let count = 0; count < 4; count++) press(home);
    expect(home.runs()).toHaveLength(3);
    expect(home.asked()).toHaveLength(1);
    expect(home.nearMisses()[0]?.summary.en).toContain('2 runs wait already');
    home.pass(60_000);
    expect(home.asked()).toHaveLength(3);
    home.restart();
    home.pass(120_000);
    expect(home.runs().map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(texts(home.runs()[2])).toContain('Waits its turn');
  });

  it('queue: looks at the condition again when a run has its turn', () => {
    const home = new TestWorld();
    home.given('hall-door.open', false);
    home.scene('s', scene('queue 2\nwhile: {is: {hall-door.open: false}}'));
    press(home);
    press(home);
    home.report('hall-door.open', true);
    home.pass(60_000);
    expect(home.asked()).toHaveLength(2);
    expect(home.nearMisses()[0]?.summary.en).toBe(
      'Bedroom button is pressed. Not run: it is not so that Hall door is closed',
    );
    expect(home.tables.runs.size).toBe(0);
  });

  it('parallel: runs at once, up to so many', () => {
    const home = new TestWorld();
    home.scene('s', scene('parallel 2'));
    for (let count = 0; count < 3; count++) press(home);
    expect(home.runs().map(({ state }) => state)).toEqual(['running', 'running']);
    expect(home.nearMisses()).toHaveLength(1);
  });

  it('per device: one run for each, anew for the same', () => {
    const home = new TestWorld();
    home.scene(
      's',
      `scene: S
when: [{becomes: {any: [kind.occupancy, true]}}]
do: [{delay: 1min}, {toggle: hall-lamp}]
again: per device
`,
    );
    home.report('hall-motion.occupancy', true);
    home.report('kitchen-motion.occupancy', true);
    home.report('hall-motion.occupancy', false);
    home.report('hall-motion.occupancy', true);
    expect(home.runs().map(({ state }) => state)).toEqual(['cancelled', 'running', 'running']);
  });
});

describe('a run that somebody starts or ends', () => {
  it('skips the condition, unless it is to be looked at', () => {
    const home = new TestWorld();
    home.given('hall-door.open', false);
    const id = home.scene(
      's',
      `scene: S\n${PRESS}while: {is: {hall-door.open: true}}\ndo: [{toggle: hall-lamp}]\n`,
    );
    expect(home.run(id, true).state).toBe('nearMiss');
    expect(home.asked()).toEqual([]);
    home.run(id);
    expect(home.asked()).toHaveLength(1);
    expect(home.runs()[0]?.cause).toEqual({ kind: 'local' });
  });

  it('is refused with a reason while a single run is under way, and for a scene that is not there', () => {
    const home = new TestWorld();
    const id = home.scene('s', 'scene: S\ndo: [{delay: 1min}]\n');
    home.run(id);
    expect(() => home.run(id)).toThrow('was not started: it is still running');
    expect(() => home.run(sceneId('scene_none'))).toThrow('There is no scene "scene_none"');
  });

  it('is ended by hand', () => {
    const home = new TestWorld();
    const id = home.scene('s', 'scene: S\ndo: [{delay: 1min}, {toggle: hall-lamp}]\n');
    const run = home.run(id);
    expect(home.evaluator.activeRuns(home.world)).toHaveLength(1);
    expect(home.cancel(run.id).state).toBe('cancelled');
    home.pass(60_000);
    expect(home.asked()).toEqual([]);
    expect(() => home.cancel(run.id)).toThrow('There is no run');
  });
});

describe('a scene that is edited', () => {
  it('lets its runs go on as they began', () => {
    const home = new TestWorld();
    const text = (lamp: string): string =>
      `scene: S\n${PRESS}do: [{delay: 1min}, {toggle: ${lamp}}]\n`;
    home.scene('s', text('hall-lamp'));
    press(home);
    home.scene('s', text('living-lamp'));
    home.restart();
    home.pass(60_000);
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
    expect(home.tables.oldScenes.size).toBe(0);
    press(home);
    home.pass(60_000);
    expect(home.asked().at(-1)).toBe('living-lamp.on=true');
  });

  it('ends its runs and leaves nothing behind when it is switched off or removed', () => {
    for (const end of ['off', 'removed']) {
      const home = new TestWorld();
      const id = home.scene(
        's',
        `scene: S
when:
  - holds: {hall-door.open: true}
    for: 1min
  - at: 18:30
  - presses: {bedroom-button.button: single}
do: [{delay: 10min}, {toggle: hall-lamp}]
`,
      );
      press(home);
      home.report('hall-door.open', true);
      if (end === 'off') home.setEnabled(id, false);
      else home.removeScene(id);
      expect(home.runs()[0]?.state).toBe('cancelled');
      home.pass(86_400_000);
      press(home);
      expect(home.asked()).toEqual([]);
      const { runs, holds, schedules } = home.tables;
      expect([runs.size, holds.size, schedules.size]).toEqual([0, 0, 0]);
    }
  });

  it('that names a device which is gone is kept with its problem, and runs again when it is back', () => {
    const home = new TestWorld();
    const id = home.scene('s', `scene: S\n${PRESS}do: [{toggle: hall-lamp}]\n`);
    const lamp = home.devices.get(home.id('hall-lamp'));
    if (!lamp) throw new Error('no lamp');
    home.devices.delete(lamp.id);
    home.input(() => home.evaluator.homeChanged(home.world));
    expect(home.evaluator.problems().get(id)?.message).toBe(
      'S cannot run: There is no device "dev_hall_lamp" (line 3)',
    );
    press(home);
    expect(() => home.run(id)).toThrow('There is no device');
    home.devices.set(lamp.id, lamp);
    home.input(() => home.evaluator.homeChanged(home.world));
    expect(home.evaluator.problems().size).toBe(0);
    press(home);
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
  });
});

describe('a trace', () => {
  it('keeps two hundred lines and counts the rest', () => {
    const home = new TestWorld();
    const targets = Array.from(
      { length: 8 },
      () => '  - set: {hall-lamp: {on: true, brightness: 1}}\n',
    ).join('');
    const stepsText = targets.repeat(13);
    home.scene('s', `scene: S\n${PRESS}do:\n${stepsText}`);
    press(home);
    expect(home.runs()[0]?.steps).toHaveLength(200);
    expect(home.runs()[0]?.omitted).toBe(9);
    expect(home.runs()[0]?.state).toBe('done');
  });
});
