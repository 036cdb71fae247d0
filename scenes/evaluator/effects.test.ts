// Steps that act on devices: targets, groups, relative steps, snapshots and ownership, retries, expectations, ramps.
import { describe, expect, it } from 'vitest';
import type { Cause } from '../../hub/model/cause.ts';
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { Problem } from '../../hub/model/errors.ts';
import { memberId } from '../../hub/model/identifiers.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { TEST_DEVICES } from '../language/test-home.ts';
import { TestWorld, type TestWorldOptions } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const ANNA: Cause = { kind: 'member', id: memberId('mem_anna'), via: 'page' };
const SECOND = 1_000;
const MINUTE = 60_000;
const UNREACHABLE: Problem = { code: 'unreachable', message: 'It does not answer', hint: null };

const DEVICES: readonly DeviceRecord[] = TEST_DEVICES.map((device) => {
  const isLamp = device.handle.endsWith('-lamp');
  const kind = isLamp ? 'light' : device.handle === 'bedroom-blind' ? 'cover' : 'other';
  const labels = device.handle === 'washer' || device.handle === 'living-lamp' ? ['night'] : [];
  return { ...device, labels, description: { ...device.description, kind } };
});

function homeWith(steps: string, more = '', options: TestWorldOptions = {}): TestWorld {
  const home = new TestWorld({ devices: DEVICES, ...options });
  for (const lamp of ['hall-lamp', 'living-lamp']) {
    home.given(`${lamp}.on`, false);
    home.given(`${lamp}.brightness`, 80);
  }
  home.scene('s', `scene: S\n${PRESS}${more}do:\n${steps}`);
  return home;
}
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const lines = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];
const last = (home: TestWorld): RunTrace | undefined => home.runs().at(-1);

describe('what a step acts on', () => {
  it('item 44: a command goes to one device, to all of a room, to all with a label, and to all of a kind', () => {
    const home = homeWith(`
  - command: {bedroom-blind: stop}
  - set: {on: true}
    all: {room: hall, kind: light}
  - set: {on: true}
    all: {label: night}
  - command: stop
    all: {kind: cover}
`);
    press(home);
    expect(home.asked()).toEqual([
      'bedroom-blind!stop',
      'hall-lamp.on=true',
      'living-lamp.on=true',
      'washer.on=true',
      'bedroom-blind!stop',
    ]);
    expect(last(home)?.state).toBe('done');
  });

  it('item 44: all devices of a room are those that are there when the step is done, except the named ones', () => {
    const home = homeWith('  - set: {on: true}\n    all: {kind: light, except: hall-lamp}\n');
    press(home);
    expect(home.asked()).toEqual(['living-lamp.on=true']);
  });

  it('item 44: a selection without any device is a failure that the trace names', () => {
    const home = homeWith('  - set: {on: true}\n    all: {room: bath, kind: light}\n');
    press(home);
    expect(last(home)?.state).toBe('failed');
    expect(lines(last(home))).toContain('There is no such device in the home');
  });

  it('item 45: a set of target states goes out at once, with its transition', () => {
    const home = homeWith(
      '  - set: {hall-lamp: {on: true, brightness: 25}, living-lamp: {brightness: 10}}\n    over: 2s\n',
    );
    press(home);
    expect(home.commands.map(({ body }) => body)).toEqual([
      { kind: 'set', property: 'on', value: true, transitionMs: 2_000 },
      { kind: 'set', property: 'brightness', value: 25, transitionMs: 2_000 },
      { kind: 'set', property: 'brightness', value: 10, transitionMs: 2_000 },
    ]);
  });

  it('item 46: a toggle becomes a set of the opposite, and of a group all go off where any is on', () => {
    const home = homeWith('  - toggle: hall-lamp\n  - toggle: on\n    all: {kind: light}\n');
    press(home);
    expect(home.asked()).toEqual([
      'hall-lamp.on=true',
      'hall-lamp.on=false',
      'living-lamp.on=false',
    ]);
  });

  it('item 46: a relative step is bounded by what the device takes, and is marked as not to be done twice', () => {
    const home = homeWith(
      '  - adjust: {hall-lamp.brightness: 30}\n  - adjust: {brightness: -200}\n    all: {kind: light}\n',
    );
    press(home);
    expect(home.commands.map(({ body }) => body)).toMatchObject([
      { property: 'brightness', value: 100, isRelative: true },
      { property: 'brightness', isRelative: true },
      { property: 'brightness', isRelative: true },
    ]);
    const [, second] = home.commands;
    expect(second?.body.kind === 'set' && second.body.value).toBeLessThanOrEqual(1);
  });

  it('item 46: a relative step of a value that nobody knows fails and says so', () => {
    const home = new TestWorld({ devices: DEVICES });
    home.scene('s', `scene: S\n${PRESS}do: [{adjust: {hall-lamp.brightness: 10}}]\n`);
    press(home);
    expect(home.asked()).toEqual([]);
    expect(last(home)?.state).toBe('failed');
  });
});

describe('putting things back', () => {
  const NIGHT = `
  - set: {hall-lamp: {on: true, brightness: 25}}
  - wait: {holds: {hall-motion.occupancy: false}, for: 3min}
  - restore: hall-lamp
`;

  it('item 47: what a run has changed is put back as it was before', () => {
    const home = homeWith(NIGHT);
    home.given('hall-lamp.on', true);
    home.given('hall-motion.occupancy', false);
    press(home);
    home.pass(4 * MINUTE);
    expect(home.asked()).toEqual([
      'hall-lamp.on=true',
      'hall-lamp.brightness=25',
      'hall-lamp.brightness=80',
    ]);
    expect(last(home)?.state).toBe('done');
  });

  it('item 47: of a lamp that was off only that it was off is put back', () => {
    const home = homeWith(NIGHT);
    home.given('hall-motion.occupancy', false);
    press(home);
    home.pass(4 * MINUTE);
    expect(home.asked().slice(2)).toEqual(['hall-lamp.on=false']);
  });

  it('item 47: what a person has changed since is theirs and stays, and the trace says why', () => {
    const home = homeWith(NIGHT);
    home.given('hall-lamp.on', true);
    home.given('hall-motion.occupancy', false);
    press(home);
    home.pass(MINUTE);
    home.report('hall-lamp.brightness', 60, ANNA);
    home.pass(4 * MINUTE);
    expect(home.asked()).toHaveLength(2);
    expect(lines(last(home)).join(' ')).toContain('somebody has changed it since');
  });

  it('item 47: a hand at the switch takes a lamp over, the late end of its own movement does not', () => {
    const drift = homeWith(NIGHT);
    drift.given('hall-lamp.on', true);
    drift.given('hall-motion.occupancy', false);
    press(drift);
    drift.report('hall-lamp.brightness', 26);
    drift.pass(4 * MINUTE);
    expect(drift.asked().at(-1)).toBe('hall-lamp.brightness=80');
    const hand = homeWith(NIGHT);
    hand.given('hall-motion.occupancy', false);
    press(hand);
    hand.pass(MINUTE);
    hand.report('hall-lamp.on', false);
    hand.pass(4 * MINUTE);
    expect(hand.asked()).toHaveLength(2);
  });

  it('item 47: a run that starts anew puts back what was before its first start', () => {
    const home = homeWith(NIGHT, 'again: restart\n');
    home.given('hall-motion.occupancy', false);
    press(home);
    home.pass(MINUTE);
    press(home);
    home.pass(4 * MINUTE);
    expect(home.asked().at(-1)).toBe('hall-lamp.on=false');
  });

  it('item 47: a snapshot remembers what the run itself does not touch, and lives through a power cut', () => {
    const home = homeWith('  - snapshot: living-lamp\n  - delay: 10min\n  - restore: everything\n');
    home.given('living-lamp.on', true);
    press(home);
    home.pass(MINUTE);
    home.restart({ downMs: MINUTE, reboot: true });
    home.pass(10 * MINUTE);
    // Nobody has touched it, so there is nothing to put back; and it is not switched about.
    expect(home.asked()).toEqual([]);
    expect(last(home)?.state).toBe('done');
  });

  it('S25: a set with `for` is put back when its time is over, across a restart too', () => {
    const home = homeWith('  - set: {hall-lamp: {on: true}}\n    for: 10min\n');
    press(home);
    home.pass(5 * MINUTE);
    home.restart({ downMs: 2 * MINUTE, reboot: true });
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
    home.pass(4 * MINUTE);
    expect(home.asked()).toEqual(['hall-lamp.on=true', 'hall-lamp.on=false']);
    expect(last(home)?.state).toBe('done');
  });

  it('S25: after an outage the time of `for` begins anew, or the run is ended, where the scene says so of its waits', () => {
    const step = '  - set: {hall-lamp: {on: true}}\n    for: 10min\n';
    const anew = homeWith(step, 'after-outage: {waits: restart}\n');
    press(anew);
    anew.pass(5 * MINUTE);
    anew.restart({ downMs: 2 * MINUTE, reboot: true });
    anew.pass(10 * MINUTE - 1);
    expect(anew.asked()).toEqual(['hall-lamp.on=true']);
    anew.pass(1);
    expect(anew.asked()).toEqual(['hall-lamp.on=true', 'hall-lamp.on=false']);
    const dropped = homeWith(step, 'after-outage: {waits: drop}\n');
    press(dropped);
    dropped.restart({ downMs: 2 * MINUTE, reboot: true });
    expect(lines(last(dropped)).at(-1)).toBe('Ended: the hub was off for 2 minutes');
    dropped.pass(20 * MINUTE);
    expect(dropped.asked()).toEqual(['hall-lamp.on=true']);
  });

  it('item 64: the last run of a scene can be undone, except what somebody else has changed since', () => {
    const home = homeWith('  - set: {hall-lamp: {on: true}, living-lamp: {on: true}}\n');
    press(home);
    const run = last(home);
    home.report('living-lamp.on', false, ANNA);
    const undone = home.input(() => home.evaluator.undo(run?.id as never, ANNA, home.world));
    expect(home.asked().slice(2)).toEqual(['hall-lamp.on=false']);
    expect(home.commands.at(-1)?.cause).toEqual(ANNA);
    expect(lines(undone).join(' ')).toContain("Left Living room lamp's power as it is");
    for (const id of [run?.id, undone?.id]) {
      expect(() => home.input(() => home.evaluator.undo(id as never, ANNA, home.world))).toThrow(
        /was undone already/,
      );
    }
    press(home);
    expect(last(home)?.id).not.toBe(run?.id);
    home.input(() => home.evaluator.undo(last(home)?.id as never, ANNA, home.world));
  });

  it('item 64: what can be undone is known after a restart too', () => {
    const home = homeWith('  - set: {hall-lamp: {on: true}}\n');
    press(home);
    const run = last(home);
    home.restart({ downMs: MINUTE, reboot: true });
    home.input(() => home.evaluator.undo(run?.id as never, ANNA, home.world));
    expect(home.asked().at(-1)).toBe('hall-lamp.on=false');
  });

  it('S26: a device that a person has changed is left to them for the time that the scene says', () => {
    const home = homeWith(
      '  - set: {hall-lamp: {on: true}, living-lamp: {on: true}}\n',
      'yield: 30min\n',
    );
    home.report('hall-lamp.on', true, ANNA);
    home.report('hall-lamp.on', false, ANNA);
    press(home);
    expect(home.asked()).toEqual(['living-lamp.on=true']);
    expect(lines(last(home))).toContain('Left Hall lamp alone: somebody has changed it lately');
    home.pass(31 * MINUTE);
    press(home);
    expect(home.asked()).toContain('hall-lamp.on=true');
  });

  it('S26: a hand at the switch counts as a person, the scene’s own act does not', () => {
    const home = homeWith('  - toggle: hall-lamp\n', 'yield: 30min\n');
    press(home);
    press(home);
    expect(home.asked()).toEqual(['hall-lamp.on=true', 'hall-lamp.on=false']);
    home.pass(MINUTE);
    home.report('hall-lamp.on', true);
    press(home);
    expect(home.asked()).toHaveLength(2);
  });
});

describe('what is done when it does not succeed', () => {
  const failed = (home: TestWorld, index: number, problem = UNREACHABLE): void =>
    home.end(home.commands[index]?.id as never, 'failed', problem);
  const none = { outcomes: 'none' } as const;

  it('S20: each target has its own outcome, and one that succeeds is enough where the step says so', () => {
    const home = homeWith(
      '  - set: {hall-lamp: {on: true}, living-lamp: {on: true}}\n    ok-if: any\n',
      '',
      none,
    );
    press(home);
    failed(home, 0);
    home.end(home.commands[1]?.id as never, 'observed');
    expect(last(home)?.state).toBe('done');
    expect(last(home)?.steps.map(({ state }) => state)).toContain('failed');
  });

  it('S20: where fewer succeed than are wanted the step has failed, and what is to be done then is done', () => {
    const home = homeWith(
      '  - set: {hall-lamp: {on: true}, living-lamp: {on: true}, washer: {on: true}}\n    ok-if: 2\n    else: [{notify: {text: "Too dark."}}]\n',
      '',
      none,
    );
    press(home);
    failed(home, 0);
    failed(home, 1);
    home.end(home.commands[2]?.id as never, 'observed');
    expect(home.told()).toEqual(['Too dark.']);
  });

  it('item 62: an effect that is expected and not seen within the time leads elsewhere', () => {
    const home = homeWith(
      '  - command: {bedroom-blind: stop}\n    expect: {bedroom-blind.position: 0}\n    within: 30s\n    else: [{notify: {text: "It did not close."}}]\n',
    );
    home.given('bedroom-blind.position', 50);
    press(home);
    home.pass(29 * SECOND);
    expect(home.told()).toEqual([]);
    home.pass(2 * SECOND);
    expect(home.told()).toEqual(['It did not close.']);
  });

  it('item 62: an effect that is seen in time leads on, and the wait lives through a restart', () => {
    const home = homeWith(
      '  - command: {bedroom-blind: stop}\n    expect: {bedroom-blind.position: 0}\n    within: 5min\n    else: [{stop: failed}]\n  - toggle: washer\n',
    );
    home.given('bedroom-blind.position', 50);
    press(home);
    home.restart({ downMs: MINUTE, reboot: true });
    home.report('bedroom-blind.position', 0);
    expect(home.asked().at(-1)).toBe('washer.on=true');
    expect(last(home)?.state).toBe('done');
  });

  it('item 63: what failed is tried again, each time after a longer while, and only what failed', () => {
    const home = homeWith(
      '  - set: {hall-lamp: {on: true}, living-lamp: {on: true}}\n    retry: {times: 2, every: 10s, within: 5min}\n',
      '',
      none,
    );
    press(home);
    home.end(home.commands[1]?.id as never, 'observed');
    failed(home, 0);
    home.pass(10 * SECOND);
    expect(home.asked().slice(2)).toEqual(['hall-lamp.on=true']);
    failed(home, 2);
    home.pass(19 * SECOND);
    expect(home.asked()).toHaveLength(3);
    home.pass(SECOND);
    home.end(home.commands[3]?.id as never, 'observed');
    expect(last(home)?.state).toBe('done');
  });

  it('item 63: a command that would come after the deadline is dropped', () => {
    const home = homeWith(
      '  - set: {hall-lamp: {on: true}}\n    retry: {times: 9, every: 1min, within: 2min}\n',
      '',
      none,
    );
    press(home);
    failed(home, 0);
    home.restart({ downMs: 10 * MINUTE, reboot: true });
    home.pass(MINUTE);
    expect(home.asked()).toHaveLength(1);
    expect(last(home)?.state).toBe('failed');
    expect(lines(last(home))).toContain('Not tried again: it was too late');
  });

  it('item 63: what may have happened and is not to happen twice is not tried again', () => {
    const home = homeWith(
      '  - command: {bedroom-blind: step}\n    retry: {times: 3, every: 1s, within: 1min}\n',
      '',
      none,
    );
    press(home);
    home.end(home.commands[0]?.id as never, 'timedOut', { ...UNREACHABLE, code: 'timed-out' });
    home.pass(MINUTE);
    expect(home.asked()).toHaveLength(1);
    expect(last(home)?.state).toBe('failed');
  });
});

describe('ramps', () => {
  it('item 66: a short way of a light is one transition, a long one is made of at most 60 steps', () => {
    const short = homeWith('  - ramp: {hall-lamp.brightness: {from: 80, to: 20}}\n    over: 5s\n');
    press(short);
    expect(short.commands.map(({ body }) => body)).toMatchObject([
      { value: 20, transitionMs: 5_000 },
    ]);
    const long = homeWith('  - ramp: {hall-lamp.brightness: {from: 0, to: 60}}\n    over: 20min\n');
    long.given('hall-lamp.brightness', 0);
    press(long);
    long.pass(10 * MINUTE);
    expect(long.asked().at(-1)).toBe('hall-lamp.brightness=31');
    long.pass(11 * MINUTE);
    expect(long.commands).toHaveLength(60);
    expect(long.asked().at(-1)).toBe('hall-lamp.brightness=60');
    expect(last(long)?.state).toBe('done');
  });

  it('item 66: a ramp goes on after an outage from where it should be by then', () => {
    const home = homeWith('  - ramp: {thermostat.targetTemperature: 22}\n    over: 1h\n');
    home.given('thermostat.targetTemperature', 16);
    press(home);
    home.pass(10 * MINUTE);
    home.restart({ downMs: 40 * MINUTE, reboot: true });
    home.pass(SECOND);
    const value = Number(home.asked().at(-1)?.split('=')[1]);
    expect(value).toBeGreaterThanOrEqual(21);
    home.pass(20 * MINUTE);
    expect(home.asked().at(-1)).toBe('thermostat.targetTemperature=22');
  });

  it('item 66: a ramp begins anew after an outage where the scene says so of its waits, or is ended', () => {
    const ramp = '  - ramp: {thermostat.targetTemperature: {from: 10, to: 22}}\n    over: 1h\n';
    const anew = homeWith(ramp, 'after-outage: {waits: restart}\n');
    press(anew);
    anew.pass(30 * MINUTE);
    anew.restart({ downMs: MINUTE, reboot: true });
    anew.pass(59 * MINUTE);
    expect(last(anew)?.state).toBe('running');
    anew.pass(MINUTE);
    expect(last(anew)?.state).toBe('done');
    const dropped = homeWith(ramp, 'after-outage: {waits: drop}\n');
    press(dropped);
    dropped.pass(30 * MINUTE);
    dropped.restart({ downMs: MINUTE, reboot: true });
    expect(last(dropped)?.state).toBe('cancelled');
  });

  it('item 66: a ramp leaves alone what somebody takes over meanwhile', () => {
    const home = homeWith('  - ramp: {hall-lamp.brightness: {to: 20}}\n    over: 20min\n');
    press(home);
    home.pass(5 * MINUTE);
    const before = home.commands.length;
    home.report('hall-lamp.brightness', 99, ANNA);
    home.pass(20 * MINUTE);
    expect(home.commands).toHaveLength(before);
  });
});
