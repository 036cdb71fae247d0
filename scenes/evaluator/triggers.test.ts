import { describe, expect, it } from 'vitest';
import { deviceId, runId, sceneId } from '../../hub/model/identifiers.ts';
import { TestWorld } from './test-world.ts';

const TOGGLE = 'do: [{toggle: hall-lamp}]\n';
const scene = (when: string, more = ''): string => `scene: S\nwhen:\n${when}\n${more}${TOGGLE}`;

describe('becomes', () => {
  it('is an edge: it fires when the value comes, not while it stays', () => {
    const home = new TestWorld();
    home.given('hall-door.open', true);
    home.scene('s', scene('  - becomes: {hall-door.open: true}'));
    expect(home.asked()).toEqual([]);
    home.report('hall-door.open', false);
    expect(home.asked()).toEqual([]);
    home.report('hall-door.open', true);
    expect(home.asked()).toHaveLength(1);
    home.report('hall-door.open', true);
    expect(home.asked()).toHaveLength(1);
  });

  it('fires at the first motion that a sensor ever reports', () => {
    const home = new TestWorld();
    home.scene('s', scene('  - becomes: {hall-motion.occupancy: true}'));
    home.report('hall-motion.occupancy', true);
    expect(home.asked()).toHaveLength(1);
  });

  it('does not take a value that comes with a reconnection for an edge, unless asked to', () => {
    const reconnect = { kind: 'reconnect', adapter: 'zigbee' as never } as const;
    const home = new TestWorld();
    home.given('hall-door.open', false);
    home.scene('s', scene('  - becomes: {hall-door.open: true}'));
    home.report('hall-door.open', true, reconnect);
    expect(home.asked()).toEqual([]);
    home.report('hall-door.open', false, { kind: 'restore' });
    home.scene('asks', scene('  - becomes: {hall-door.open: true}\n    also: reconnect'));
    home.report('hall-door.open', true, reconnect);
    expect(home.asked()).toHaveLength(1);
  });

  it('fires once for a scene with several triggers that one change meets', () => {
    const home = new TestWorld();
    home.given('hall-door.open', false);
    home.scene('s', scene('  - becomes: {hall-door.open: true}\n  - changes: hall-door.open'));
    home.report('hall-door.open', true);
    expect(home.runs()).toHaveLength(1);
  });

  it('fires for any device of a kind, also for one that comes later', () => {
    const home = new TestWorld();
    home.scene(
      'leak',
      `scene: S
when: [{becomes: {any: [kind.waterLeak, true]}}]
do:
  - notify: {text: 'Water at {{cause.device.name}} in {{cause.device.room}}: {{cause.value}}'}
`,
    );
    home.given('bath-leak.waterLeak', false);
    home.report('bath-leak.waterLeak', true);
    const [model] = [...home.devices.values()].filter(({ handle }) => handle === 'bath-leak');
    if (!model) throw new Error('no sensor');
    const later = { ...model, id: deviceId('dev_new'), handle: 'new-leak', name: 'Cellar leak' };
    home.devices.set(later.id, later);
    home.input(() => home.evaluator.homeChanged(home.world));
    home.setOnline('new-leak', true);
    home.report('new-leak.waterLeak', true);
    expect(home.told()).toEqual([
      'Water at Bath leak in Bath: water',
      'Water at Cellar leak in Bath: water',
    ]);
    expect(home.runs()[1]?.summary.en).toContain('Cellar leak detects water');
  });
});

describe('changes', () => {
  it('fires at each other value, and not at the first', () => {
    const home = new TestWorld();
    home.scene('s', scene('  - changes: kitchen-climate.humidity'));
    for (const value of [40, 41, 41, 42]) home.report('kitchen-climate.humidity', value);
    expect(home.runs()).toHaveLength(2);
  });
});

describe('crosses', () => {
  const warm = scene('  - crosses: {kitchen-climate.temperature: {above: 28}}');
  const report = (home: TestWorld, ...values: number[]): void => {
    for (const value of values) home.report('kitchen-climate.temperature', value);
  };

  it('fires on the way over the threshold only, once for each time', () => {
    const home = new TestWorld();
    home.scene('s', warm);
    report(home, 20, 27.9, 28, 28.1, 30, 29, 28, 28.1);
    expect(home.runs()).toHaveLength(2);
  });

  it('takes the first value after unknown for the baseline and does not fire', () => {
    const home = new TestWorld();
    home.scene('s', warm);
    report(home, 30, 31);
    expect(home.runs()).toHaveLength(0);
    report(home, 27, 29);
    expect(home.runs()).toHaveLength(1);
  });

  it('must come back by the hysteresis before it fires again', () => {
    const home = new TestWorld();
    home.given('kitchen-climate.temperature', 20);
    home.scene(
      's',
      scene('  - crosses: {kitchen-climate.temperature: {above: 28, hysteresis: 0.5}}'),
    );
    report(home, 28.2, 27.8, 28.3, 27.6, 28.1);
    expect(home.runs()).toHaveLength(1);
    home.restart();
    report(home, 27.6, 28.2);
    expect(home.runs()).toHaveLength(1);
    report(home, 27.5, 28.1);
    expect(home.runs()).toHaveLength(2);
  });

  it('falls below as it rises above', () => {
    const home = new TestWorld();
    home.given('washer.power', 400);
    home.scene('s', scene('  - crosses: {washer.power: {below: 5, hysteresis: 5}}'));
    for (const watts of [4, 7, 3, 12, 4]) home.report('washer.power', watts);
    expect(home.runs()).toHaveLength(2);
  });

  it('takes the first value of a device that was out of reach for the baseline', () => {
    const home = new TestWorld();
    home.scene('s', warm);
    report(home, 20);
    home.setOnline('kitchen-climate', false);
    home.pass(60_000);
    home.setOnline('kitchen-climate', true);
    report(home, 30);
    expect(home.runs()).toHaveLength(0);
    report(home, 27, 29);
    expect(home.runs()).toHaveLength(1);
  });

  it('needs no new baseline once the device has said that nothing has changed', () => {
    const home = new TestWorld();
    home.scene('s', warm);
    report(home, 20);
    home.setOnline('kitchen-climate', false);
    home.pass(60_000);
    home.setOnline('kitchen-climate', true);
    home.pass(1000);
    report(home, 20);
    home.tick();
    report(home, 30);
    expect(home.runs()).toHaveLength(1);
  });
});

describe('presses', () => {
  it('fires for the named presses of the button, each time', () => {
    const home = new TestWorld();
    home.scene('s', scene('  - presses: {bedroom-button.button: [single, long]}'));
    home.press('bedroom-button.button', 'single');
    home.press('bedroom-button.button', 'double');
    home.press('bedroom-button.button', 'single');
    home.press('living-remote.button', 'on');
    expect(home.asked()).toEqual(['hall-lamp.on=true', 'hall-lamp.on=false']);
    expect(home.runs()[0]?.summary.en).toBe('Bedroom button is pressed: turned Hall lamp on');
  });
});

describe('holds', () => {
  const open = scene('  - holds: {hall-door.open: true}\n    for: 10min');

  it('fires when the level has lasted, and only once', () => {
    const home = new TestWorld();
    home.scene('s', open);
    home.report('hall-door.open', true);
    home.pass(599_999);
    expect(home.runs()).toHaveLength(0);
    home.pass(1);
    expect(home.runs()).toHaveLength(1);
    home.pass(3_600_000);
    expect(home.runs()).toHaveLength(1);
    home.report('hall-door.open', false);
    home.report('hall-door.open', true);
    home.pass(600_000);
    expect(home.runs()).toHaveLength(2);
  });

  it('begins anew when the level was interrupted', () => {
    const home = new TestWorld();
    home.scene('s', open);
    home.report('hall-door.open', true);
    home.pass(500_000);
    home.report('hall-door.open', false);
    home.report('hall-door.open', true);
    home.pass(500_000);
    expect(home.runs()).toHaveLength(0);
  });

  it('counts from now when the level holds already as the scene is saved', () => {
    const home = new TestWorld();
    home.given('hall-door.open', true);
    home.pass(3_600_000);
    home.scene('s', open);
    home.pass(599_999);
    expect(home.runs()).toHaveLength(0);
    home.pass(1);
    expect(home.runs()).toHaveLength(1);
  });

  it('is not touched by the edit of another scene, nor by one of its own that leaves the trigger as it was', () => {
    const home = new TestWorld();
    home.given('hall-door.open', false);
    home.scene('s', open);
    home.report('hall-door.open', true);
    home.pass(300_000);
    home.scene('other', scene('  - changes: front-lock.locked'));
    home.pass(300_000);
    expect(home.runs()).toHaveLength(1);
    home.report('hall-door.open', false);
    home.report('hall-door.open', true);
    home.pass(300_000);
    home.scene('s', open);
    home.pass(300_000);
    expect(home.runs()).toHaveLength(2);
  });

  it('forgives a device two minutes out of reach, and not more', () => {
    const home = new TestWorld();
    home.scene('s', open);
    home.report('hall-door.open', true);
    home.pass(540_000);
    home.setOnline('hall-door', false);
    home.pass(100_000);
    expect(home.runs()).toHaveLength(0);
    home.setOnline('hall-door', true);
    expect(home.runs()).toHaveLength(1);
    home.report('hall-door.open', false);
    home.report('hall-door.open', true);
    home.setOnline('hall-door', false);
    home.pass(120_000);
    home.setOnline('hall-door', true);
    home.pass(599_999);
    expect(home.runs()).toHaveLength(1);
    home.pass(1);
    expect(home.runs()).toHaveLength(2);
  });

  it('needs all of its levels at once', () => {
    const home = new TestWorld();
    home.scene(
      's',
      scene(
        '  - holds: {hall-motion.occupancy: false, kitchen-motion.occupancy: false}\n    for: 5min',
      ),
    );
    home.report('hall-motion.occupancy', false);
    home.pass(600_000);
    expect(home.runs()).toHaveLength(0);
    home.report('kitchen-motion.occupancy', false);
    home.pass(300_000);
    expect(home.runs()).toHaveLength(1);
  });

  it('holds each device of a kind by itself, and numbers in a range', () => {
    const home = new TestWorld();
    home.scene(
      's',
      scene(
        '  - holds: {any: [kind.temperature, {above: 25}]}\n    for: 1min',
        'again: parallel 5\n',
      ),
    );
    home.report('kitchen-climate.temperature', 26);
    home.pass(30_000);
    home.report('thermostat.temperature', 26);
    home.report('kitchen-climate.temperature', 27);
    home.pass(30_000);
    expect(home.runs().map(({ cause }) => cause)).toEqual([
      { kind: 'device', device: home.id('kitchen-climate') },
    ]);
    home.pass(30_000);
    expect(home.runs()).toHaveLength(2);
  });
});

describe('loops and floods', () => {
  it('of scenes that set each other off are broken after sixteen links, with an explanation', () => {
    const home = new TestWorld();
    home.given('hall-lamp.on', false);
    home.given('living-lamp.on', false);
    home.scene(
      'a',
      'scene: A\nwhen: [{changes: hall-lamp.on}]\ndo: [{toggle: living-lamp}]\nagain: parallel 50\n',
    );
    home.scene(
      'b',
      'scene: B\nwhen: [{changes: living-lamp.on}]\ndo: [{toggle: hall-lamp}]\nagain: parallel 50\n',
    );
    home.report('hall-lamp.on', true);
    expect(home.commands).toHaveLength(17);
    expect(home.nearMisses()).toHaveLength(1);
    expect(home.nearMisses()[0]?.summary.en).toMatch(
      /set each other off more than 16 times in a row/,
    );
    expect([...home.evaluator.problems().values()].map(({ code }) => code)).toEqual(['busy']);
    home.pass(60_000);
    expect(home.evaluator.problems().size).toBe(0);
  });

  it('of triggers make a scene rest for a minute, and a person may start it meanwhile', () => {
    const home = new TestWorld();
    const id = home.scene(
      's',
      scene('  - changes: kitchen-climate.humidity', 'again: parallel 50\n'),
    );
    for (let value = 0; value < 80; value++) home.report('kitchen-climate.humidity', value);
    expect(home.runs()).toHaveLength(60);
    expect(home.nearMisses()).toHaveLength(1);
    expect(home.nearMisses()[0]?.summary.zh).toContain('暂停一分钟');
    expect(home.run(id).state).toBe('running');
    home.restart();
    home.report('kitchen-climate.humidity', 90);
    expect(home.runs()).toHaveLength(61);
    home.pass(60_000);
    home.report('kitchen-climate.humidity', 91);
    expect(home.runs()).toHaveLength(62);
  });

  it('are not what a slow chain of scenes is', () => {
    const home = new TestWorld();
    const slow = (when: string, then: string): string =>
      `scene: S\nwhen: [{changes: ${when}.on}]\ndo: [{delay: 15s}, {toggle: ${then}}]\nagain: parallel 50\n`;
    home.given('hall-lamp.on', false);
    home.given('living-lamp.on', false);
    home.scene('a', slow('hall-lamp', 'living-lamp'));
    home.scene('b', slow('living-lamp', 'hall-lamp'));
    home.report('hall-lamp.on', true);
    home.pass(15_000 * 40);
    expect(home.commands).toHaveLength(40);
    expect(home.nearMisses()).toEqual([]);
  });

  it('count by causes: a run remembers what set it off', () => {
    const home = new TestWorld();
    home.given('hall-lamp.on', false);
    home.scene('s', scene('  - changes: living-lamp.on'));
    home.given('living-lamp.on', false);
    const cause = { kind: 'scene', scene: sceneId('scene_x'), run: runId('run_x') } as const;
    home.report('living-lamp.on', true, cause);
    expect(home.runs()[0]?.cause).toEqual(cause);
  });
});
