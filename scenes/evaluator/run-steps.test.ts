import { describe, expect, it } from 'vitest';
import type { Problem } from '../../hub/model/errors.ts';
import { memberId } from '../../hub/model/identifiers.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { TestWorld } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const texts = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];

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

  it('does not hold up the next press once it is asked', () => {
    for (const again of ['single', 'queue 2', 'restart']) {
      const home = new TestWorld({ outcomes: 'none' });
      home.scene('s', `scene: S\n${PRESS}do: [{set: {hall-lamp: {on: true}}}]\nagain: ${again}\n`);
      press(home);
      press(home);
      expect(home.asked()).toHaveLength(2);
      for (const { id } of [...home.openCommands()]) home.end(id, 'observed');
      expect(home.runs().map(({ state }) => state)).toEqual(['done', 'done']);
    }
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
