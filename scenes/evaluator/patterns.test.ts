import { describe, expect, it } from 'vitest';
import type { AdapterId } from '../../hub/model/identifiers.ts';
import { TestWorld } from './test-world.ts';

const SECOND = 1000;
const MIN = 60_000;
const RECONNECT = { kind: 'reconnect', adapter: 'zigbee' as AdapterId } as const;
const scene = (when: string): string =>
  `scene: S\nwhen:\n${when}\ndo: [{notify: {text: hi}}]\nagain: parallel 9\n`;

function home(when: string): TestWorld {
  const world = new TestWorld();
  world.given('hall-door.open', true);
  world.given('front-lock.locked', false);
  world.given('hall-lamp.on', true);
  world.scene('s', scene(when));
  return world;
}

const fired = (world: TestWorld): number => world.told().length;

describe('several levels together', () => {
  it('item 25: a scene starts when the last of all that must be so comes about', () => {
    const world = home(
      '  - together: {hall-door.open: false, front-lock.locked: true, hall-lamp.on: false}',
    );
    world.report('hall-door.open', false);
    world.report('front-lock.locked', true);
    expect(fired(world)).toBe(0);
    world.report('hall-lamp.on', false);
    expect(fired(world)).toBe(1);
    world.report('hall-lamp.on', true);
    world.report('hall-lamp.on', false);
    expect(fired(world)).toBe(2);
  });

  it('item 25: or when so many of them are so, once until they are fewer again', () => {
    const world = home(
      '  - together: {hall-door.open: false, front-lock.locked: true, hall-lamp.on: false}\n    at-least: 2',
    );
    world.report('hall-door.open', false);
    expect(fired(world)).toBe(0);
    world.report('front-lock.locked', true);
    world.report('hall-lamp.on', false);
    expect(fired(world)).toBe(1);
    world.report('front-lock.locked', false);
    world.report('front-lock.locked', true);
    expect(fired(world)).toBe(1);
    world.report('hall-door.open', true);
    world.report('hall-lamp.on', true);
    world.report('hall-door.open', false);
    expect(fired(world)).toBe(2);
  });

  it('item 25: it may have to last, and what it has come to is kept over a restart', () => {
    const world = home('  - so: {every: {room: hall, on: false}}\n    for: 5min');
    world.report('hall-lamp.on', false);
    world.pass(2 * MIN);
    world.restart({ downMs: MIN });
    world.pass(2 * MIN - 1);
    expect(fired(world)).toBe(0);
    world.pass(1);
    expect(fired(world)).toBe(1);
  });

  it('item 25: a reconnection is no edge of it unless it is asked for, and says where it stands', () => {
    for (const [also, times] of [
      ['', 0],
      ['\n    also: reconnect', 1],
    ] as const) {
      const world = home(`  - together: {hall-door.open: false, front-lock.locked: true}${also}`);
      world.report('hall-door.open', false);
      world.report('front-lock.locked', true, RECONNECT);
      expect(fired(world)).toBe(times);
      world.report('front-lock.locked', false);
      world.report('front-lock.locked', true);
      expect(fired(world)).toBe(times + 1);
    }
  });

  it('item 25: what holds already as it is saved starts it only where that is asked for', () => {
    for (const [also, times] of [
      ['', 0],
      ['\n    also: [save, reconnect]', 1],
    ] as const) {
      const world = new TestWorld();
      world.given('hall-door.open', false);
      world.scene('s', scene(`  - so: {is: {hall-door.open: false}}${also}`));
      expect(fired(world)).toBe(times);
    }
  });
});

describe('a sequence', () => {
  const SEQUENCE = `  - sequence:
      - becomes: {hall-door.open: false}
      - becomes: {front-lock.locked: true}
      - presses: {bedroom-button.button: single}
    within: 30s`;

  it('item 26: a scene starts when things happen in their order within the time', () => {
    const world = home(SEQUENCE);
    world.report('hall-door.open', false);
    world.pass(10 * SECOND);
    world.report('front-lock.locked', true);
    world.pass(10 * SECOND);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(1);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(1);
  });

  it('item 26: not in another order, nor later, nor with one of them missing', () => {
    const world = home(SEQUENCE);
    world.report('front-lock.locked', true);
    world.report('hall-door.open', false);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(0);
    world.report('front-lock.locked', false);
    world.report('front-lock.locked', true);
    world.pass(30 * SECOND);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(0);
  });

  it('item 26: a new beginning counts, however far an older one has come', () => {
    const world = home(SEQUENCE);
    world.report('hall-door.open', false);
    world.pass(20 * SECOND);
    world.report('hall-door.open', true);
    world.report('hall-door.open', false);
    world.pass(20 * SECOND);
    world.report('front-lock.locked', true);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(1);
  });

  it('item 26: one event is one step of it, also where two steps are alike; a restart loses none', () => {
    const world = home(
      '  - sequence: [{presses: {bedroom-button.button: single}}, {presses: {bedroom-button.button: single}}]\n    within: 5s',
    );
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(0);
    world.restart({ downMs: SECOND, reboot: true });
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(1);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(1);
  });
});

describe('a count', () => {
  it('item 27: a scene starts when something happened so many times within the time that slides along', () => {
    const world = home(
      '  - count: {of: {becomes: {hall-motion.occupancy: true}}, times: 3, within: 1min}',
    );
    const motion = (): void => {
      world.report('hall-motion.occupancy', true);
      world.report('hall-motion.occupancy', false);
    };
    motion();
    world.pass(40 * SECOND);
    motion();
    world.pass(40 * SECOND);
    motion();
    expect(fired(world)).toBe(0);
    world.restart({ downMs: 5 * SECOND });
    motion();
    expect(fired(world)).toBe(1);
    motion();
    motion();
    expect(fired(world)).toBe(1);
    motion();
    expect(fired(world)).toBe(2);
  });

  it('item 27: a scene that is edited, or switched off and on, counts anew', () => {
    const world = new TestWorld();
    const text = scene(
      '  - count: {of: {presses: {bedroom-button.button: single}}, times: 2, within: 1h}',
    );
    const id = world.scene('s', text);
    world.press('bedroom-button.button', 'single');
    world.scene('s', text);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(0);
    world.setEnabled(id, false);
    world.setEnabled(id, true);
    world.press('bedroom-button.button', 'single');
    expect(fired(world)).toBe(0);
    expect(world.tables.patterns.size).toBe(1);
    world.removeScene(id);
    expect(world.tables.patterns.size).toBe(0);
  });
});

describe('an expression', () => {
  it('item 28: a scene starts when an expression becomes true, by any of what it reads', () => {
    const world = home(
      '  - expression: kitchen-climate.temperature > thermostat.temperature + 2 && hall-door.open',
    );
    world.report('kitchen-climate.temperature', 25);
    expect(fired(world)).toBe(0);
    world.report('thermostat.temperature', 24);
    world.report('thermostat.temperature', 20);
    expect(fired(world)).toBe(1);
    world.report('kitchen-climate.temperature', 26);
    expect(fired(world)).toBe(1);
    world.report('hall-door.open', false);
    world.report('hall-door.open', true);
    expect(fired(world)).toBe(2);
  });

  it('item 28: while it is unknown nothing happens, and what was known before still counts', () => {
    const world = home('  - expression: hall-door.open || hall-lamp.on');
    world.report('hall-door.open', false);
    world.report('hall-lamp.on', false);
    world.setOnline('hall-door', false);
    world.report('hall-lamp.on', true);
    expect(fired(world)).toBe(1);
    world.setOnline('hall-lamp', false);
    world.setOnline('hall-lamp', true);
    expect(fired(world)).toBe(1);
  });

  it('item 28: it is looked at each minute where it reads the clock', () => {
    const world = new TestWorld({ at: '2026-03-04T20:58:30Z' });
    world.scene('s', scene('  - expression: time.hour >= 22 && time.weekday == "wed"'));
    world.pass(90 * SECOND - 1);
    expect(fired(world)).toBe(0);
    world.pass(1);
    expect(fired(world)).toBe(1);
    world.pass(30 * MIN);
    expect(fired(world)).toBe(1);
  });

  it('item 28: a condition with a past becomes true at the very moment', () => {
    const world = home('  - so: {held: {hall-door.open: false}, for: 90s}');
    world.report('hall-door.open', false);
    world.pass(90 * SECOND - 1);
    expect(fired(world)).toBe(0);
    world.pass(1);
    expect(fired(world)).toBe(1);
  });

  it('stays in the file as it was written, and follows a rename of its devices', () => {
    const text = scene(
      '  - expression: hall-door.open && kitchen-climate.temperature-2 > 20 # why',
    );
    const world = new TestWorld();
    world.scene('s', text);
    world.report('hall-door.open', true);
    world.report('kitchen-climate.temperature', 20);
    world.report('kitchen-climate.temperature', 23);
    expect(fired(world)).toBe(1);
  });
});
