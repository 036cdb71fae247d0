import { describe, expect, it } from 'vitest';
import type { Problem } from '../../hub/model/errors.ts';
import { memberId, sceneId } from '../../hub/model/identifiers.ts';
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

describe('what a run asks of devices', () => {
  const unreachable: Problem = {
    code: 'unreachable',
    message: 'Hall lamp does not answer',
    hint: null,
  };

  it('is asked of all targets at once and finished when all are', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{set: {hall-lamp: {on: true}, living-lamp: {on: true}}}, {toggle: washer}]\n`,
    );
    press(home);
    expect(home.asked()).toEqual(['hall-lamp.on=true', 'living-lamp.on=true']);
    const [first, second] = home.commands;
    if (!first || !second) throw new Error('no commands');
    home.end(second.id, 'observed');
    expect(home.asked()).toHaveLength(2);
    home.end(first.id, 'acknowledged');
    expect(home.asked()).toHaveLength(3);
  });

  it('goes on after a step that failed, and says so', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{set: {hall-lamp: {on: true}}}, {set: {living-lamp: {on: true}}}]\n`,
    );
    press(home);
    home.end(home.commands[0]?.id as never, 'failed', unreachable);
    home.end(home.commands[1]?.id as never, 'observed');
    const [run] = home.runs();
    expect(run?.state).toBe('failed');
    expect(run?.steps[1]).toMatchObject({ state: 'failed', problem: unreachable });
    expect(run?.summary).toEqual({
      en: 'Bedroom button is pressed: could not turn Hall lamp on: Hall lamp does not answer; turned Living room lamp on',
      zh: 'Bedroom button 被单击\uff1a未能打开 Hall lamp\uff1a无法连接设备\uff1b已打开 Living room lamp',
    });
  });

  it('ends the run where the step is to stop it', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{set: {hall-lamp: {on: true}}, on-error: stop}, {toggle: washer}]\n`,
    );
    press(home);
    home.end(home.commands[0]?.id as never, 'timedOut', { ...unreachable, code: 'timed-out' });
    expect(home.runs()[0]?.state).toBe('failed');
    expect(home.asked()).toHaveLength(1);
  });

  it('has not failed when something newer came', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene('s', `scene: S\n${PRESS}do: [{set: {hall-lamp: {on: true}}}]\n`);
    press(home);
    home.end(home.commands[0]?.id as never, 'superseded');
    expect(home.runs()[0]?.state).toBe('done');
    expect(home.runs()[0]?.steps[1]?.state).toBe('cancelled');
  });

  it('carries the author, the transition and its run as the cause', () => {
    const home = new TestWorld({ outcomes: 'none' });
    const author = memberId('mem_1');
    home.scene('s', `scene: S\n${PRESS}do: [{set: {hall-lamp: {brightness: 25}}, over: 2s}]\n`, {
      author,
    });
    press(home);
    expect(home.commands[0]).toMatchObject({
      author,
      body: { kind: 'set', property: 'brightness', value: 25, transitionMs: 2000 },
      cause: { kind: 'scene', scene: 'scene_s', run: home.runs()[0]?.id },
    });
  });

  it('is looked up at the device when the outcome never comes', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{set: {hall-lamp: {on: true}, living-lamp: {on: true}}}]\n`,
    );
    press(home);
    home.report('hall-lamp.on', true);
    home.pass(120_000);
    const [run] = home.runs();
    expect(run?.steps.slice(1).map(({ state }) => state)).toEqual(['ok', 'failed']);
    expect(run?.state).toBe('failed');
  });

  it('is a toggle of what was wanted last, and on where nothing is known', () => {
    const home = new TestWorld();
    home.scene('s', `scene: S\n${PRESS}do: [{toggle: [hall-lamp, double-switch.on@2]}]\n`);
    home.given('double-switch.on@2', true);
    press(home);
    press(home);
    expect(home.asked()).toEqual([
      'hall-lamp.on=true',
      'double-switch.on@2=false',
      'hall-lamp.on=false',
      'double-switch.on@2=true',
    ]);
  });

  it('may be a command of its own', () => {
    const home = new TestWorld();
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{command: {bedroom-blind: {step: {size: 10}}}}, {command: {bedroom-blind: stop}}]\n`,
    );
    press(home);
    expect(home.commands.map(({ body }) => body)).toEqual([
      { kind: 'invoke', name: 'step', args: { size: 10 } },
      { kind: 'invoke', name: 'stop', args: {} },
    ]);
    expect(texts(home.runs()[0]).slice(1)).toEqual([
      'Sent “step” (size 10) to Bedroom blind',
      'Stopped Bedroom blind',
    ]);
  });
});

describe('a message', () => {
  it('does not hold up the steps behind it, and the run ends when it is recorded', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{notify: {to: adults, text: Hi, urgent: true}}, {toggle: hall-lamp}]\n`,
    );
    press(home);
    expect(home.asked()).toHaveLength(1);
    expect(home.notifications[0]).toMatchObject({
      text: 'Hi',
      urgent: true,
      to: ['owner', 'adult'],
    });
    home.end(home.commands[0]?.id as never, 'observed');
    expect(home.runs()[0]?.state).toBe('running');
    home.tell(home.notifications[0]?.id as never, null);
    expect(home.runs()[0]?.state).toBe('done');
    expect(texts(home.runs()[0])).toContain('Told: “Hi”');
  });

  it('that is not recorded says so in both languages', () => {
    const home = new TestWorld({ outcomes: 'none' });
    home.scene('s', `scene: S\n${PRESS}do: [{notify: {text: Hi}}]\n`);
    press(home);
    home.tell(home.notifications[0]?.id as never, {
      code: 'not-recorded',
      message: 'Not recorded',
      hint: null,
    });
    expect(home.runs()[0]?.state).toBe('failed');
    expect(home.runs()[0]?.steps[1]?.text).toEqual({
      en: 'Could not tell “Hi”: Not recorded',
      zh: '未能通知“Hi”\uff1a未记录\uff0c因此没有执行',
    });
  });

  it("speaks the home's language and fills its blanks", () => {
    const home = new TestWorld();
    home.home = { ...home.home, language: 'zh' };
    home.given('kitchen-climate.temperature', 21.46);
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{notify: {text: {en: Hi, zh: '{{time}} {{kitchen-climate.temperature}} {{scene.name}} {{front-lock.locked}}'}}}]\n`,
    );
    press(home);
    expect(home.told()).toEqual(['13:00 21.5 °C S –']);
  });
});

describe('a wait', () => {
  const scene = (wait: string): string =>
    `scene: S\n${PRESS}do:\n  - ${wait}\n  - toggle: hall-lamp\n`;

  it('for a level that holds already passes at once', () => {
    const home = new TestWorld();
    home.given('hall-door.open', true);
    home.scene('s', scene('wait: {holds: {hall-door.open: true}}'));
    press(home);
    expect(home.asked()).toHaveLength(1);
  });

  it('for an edge needs a new one', () => {
    const home = new TestWorld();
    home.given('hall-door.open', true);
    home.scene('s', scene('wait: {becomes: {hall-door.open: true}}'));
    press(home);
    home.report('hall-door.open', false);
    expect(home.asked()).toHaveLength(0);
    home.report('hall-door.open', true);
    expect(home.asked()).toHaveLength(1);
  });

  it('for a press takes the press that is meant', () => {
    const home = new TestWorld();
    home.scene('s', scene('wait: {presses: {living-remote.button: off}}'));
    press(home);
    home.press('living-remote.button', 'on');
    expect(home.asked()).toHaveLength(0);
    home.press('living-remote.button', 'off');
    expect(home.asked()).toHaveLength(1);
  });

  it('whose time is over does what stands under else, and goes on', () => {
    const home = new TestWorld();
    home.scene(
      's',
      scene(
        'wait: {holds: {hall-door.open: true}}\n    timeout: 1min\n    else: [{toggle: washer}, {delay: 1min}]',
      ),
    );
    press(home);
    home.pass(60_000);
    expect(home.asked()).toEqual(['washer.on=true']);
    home.pass(60_000);
    expect(home.asked()).toEqual(['washer.on=true', 'hall-lamp.on=true']);
    expect(home.runs()[0]?.steps.map(({ path }) => path)).toEqual([
      'when[0]',
      'do[0]',
      'do[0].else[0]',
      'do[0].else[1]',
      'do[1]',
    ]);
    expect(texts(home.runs()[0])[1]).toBe('Waited 1 minute in vain until Hall door is open');
  });

  it('ends as the scene says', () => {
    const home = new TestWorld();
    home.scene(
      's',
      scene('wait: {holds: {hall-door.open: true}}\n    timeout: 1min\n    else: [{stop: failed}]'),
    );
    press(home);
    home.pass(60_000);
    expect(home.runs()[0]?.state).toBe('failed');
    expect(home.asked()).toEqual([]);
  });

  it('sees the level at the very moment at which its time is over', () => {
    const home = new TestWorld();
    home.given('hall-door.open', false);
    home.scene('s', scene('wait: {holds: {hall-door.open: true}, for: 1min}\n    timeout: 2min'));
    press(home);
    home.pass(60_000);
    home.report('hall-door.open', true);
    home.pass(60_000);
    expect(texts(home.runs()[0])[1]).toBe('Waited until Hall door is open for 1 minute');
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
      's cannot run: There is no device "dev_hall_lamp" (line 3)',
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
