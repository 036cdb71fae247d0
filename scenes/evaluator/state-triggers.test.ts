import { describe, expect, it } from 'vitest';
import type { AdapterId } from '../../hub/model/identifiers.ts';
import { TestWorld } from './test-world.ts';

const MIN = 60_000;
const scene = (when: string, more = ''): string =>
  `scene: S\nwhen:\n${when}\n${more}do: [{notify: {text: hi}}]\nagain: parallel 9\n`;
const RECONNECT = { kind: 'reconnect', adapter: 'zigbee' as AdapterId } as const;

function home(when: string, more = ''): TestWorld {
  const world = new TestWorld();
  world.scene('s', scene(when, more));
  return world;
}

const fired = (world: TestWorld): number => world.told().length;

describe('a change of state', () => {
  it('item 1: a scene starts when a value becomes another one, from and to those that are asked for', () => {
    const world = home('  - becomes: {thermostat.mode: heat}\n    from: [off]');
    world.report('thermostat.mode', 'heat');
    expect(fired(world)).toBe(0);
    world.report('thermostat.mode', 'auto');
    world.report('thermostat.mode', 'heat');
    expect(fired(world)).toBe(0);
    world.report('thermostat.mode', 'off');
    world.report('thermostat.mode', 'heat');
    expect(fired(world)).toBe(1);
  });

  it('item 1: any change will do but those to a value that is left out', () => {
    const world = home('  - changes: thermostat.mode\n    from: [heat, auto]\n    not-to: auto');
    for (const mode of ['off', 'heat', 'auto', 'heat', 'off', 'auto']) {
      world.report('thermostat.mode', mode);
    }
    // heat → auto is left out, and what comes from off is not asked for.
    expect(fired(world)).toBe(2);
    const to = home('  - changes: thermostat.mode\n    to: [off]');
    for (const mode of ['heat', 'off', 'auto', 'off']) to.report('thermostat.mode', mode);
    expect(fired(to)).toBe(2);
  });

  it('item 2: a scene can start at each report, also of the same value again', () => {
    const world = home('  - reports: kitchen-climate.temperature');
    const changes = home('  - changes: kitchen-climate.temperature');
    for (const value of [20, 20, 21, 21]) {
      world.report('kitchen-climate.temperature', value);
      changes.report('kitchen-climate.temperature', value);
    }
    expect(fired(world)).toBe(4);
    expect(fired(changes)).toBe(1);
    expect(world.runs()[1]?.summary.en).toContain('is reported');
    world.report('kitchen-climate.temperature', 22, RECONNECT);
    expect(fired(world)).toBe(4);
  });

  it('item 3: a scene starts when a command to a device is seen, whoever gave it, and knows who did', () => {
    const world = home('  - commanded: {hall-lamp.on: true}\n  - commanded: {bedroom-blind: stop}');
    world.command('hall-lamp.on', false);
    world.command('bedroom-blind', 'identify');
    world.command('washer.on', true);
    expect(fired(world)).toBe(0);
    world.command('hall-lamp.on', true);
    world.command('bedroom-blind', 'stop', RECONNECT);
    expect(fired(world)).toBe(2);
    expect(world.runs()[0]?.cause).toEqual({ kind: 'local' });
    expect(world.runs()[0]?.summary.en).toContain("Hall lamp's power is commanded to be on");
    expect(world.runs()[1]?.summary.en).toContain('Bedroom blind is told “stop”');
    // A report alone is no command.
    world.report('hall-lamp.on', true);
    expect(fired(world)).toBe(2);
  });

  it('item 3: a command that another scene gives is seen too, after that scene has done its step', () => {
    const world = home('  - commanded: {hall-lamp.on: true}');
    const id = world.scene('lights', 'scene: Lights\ndo: [{set: {hall-lamp: {on: true}}}]\n');
    world.run(id);
    expect(fired(world)).toBe(1);
    expect(world.runs().find(({ scene: of }) => of !== id)?.cause.kind).toBe('scene');
  });

  it('item 4: each attribute of a device is a trigger of its own, and others of it change nothing', () => {
    const world = home('  - changes: [hall-lamp.brightness, hall-motion.battery]');
    world.given('hall-lamp.brightness', 20);
    world.given('hall-motion.battery', 90);
    world.report('hall-lamp.on', true);
    world.report('hall-motion.occupancy', true);
    expect(fired(world)).toBe(0);
    world.report('hall-lamp.brightness', 40);
    world.report('hall-motion.battery', 89);
    expect(fired(world)).toBe(2);
  });

  it('a level that is there already as the scene is saved starts it where that is asked for', () => {
    const plain = new TestWorld();
    plain.given('hall-door.open', true);
    plain.scene('s', scene('  - becomes: {hall-door.open: true}'));
    expect(fired(plain)).toBe(0);
    const also = new TestWorld();
    also.given('hall-door.open', true);
    const id = also.scene('s', scene('  - becomes: {hall-door.open: true}\n    also: save'));
    expect(fired(also)).toBe(1);
    also.setEnabled(id, false);
    also.setEnabled(id, true);
    expect(fired(also)).toBe(2);
    // Another scene's edit, and a restart, say nothing anew.
    also.scene('other', scene('  - becomes: {hall-lamp.on: true}'));
    also.restart({ downMs: MIN });
    expect(fired(also)).toBe(2);
  });
});

describe('numbers', () => {
  it('item 5: a threshold is crossed once, and anew only when the number was back by the hysteresis', () => {
    const world = home('  - crosses: {kitchen-climate.temperature: {above: 25, hysteresis: 1}}');
    for (const value of [24, 26, 24.5, 25.5, 24, 25.5]) {
      world.report('kitchen-climate.temperature', value);
    }
    expect(fired(world)).toBe(2);
  });

  it('item 5: a power cut at any moment makes it neither cross once more nor miss a crossing, also where nothing ran', () => {
    const world = new TestWorld();
    const crossing = 'crosses: {kitchen-climate.temperature: {above: 25, hysteresis: 1}}';
    const held = 'while: {is: {hall-lamp.on: true}}';
    world.scene('s', `scene: S\nwhen: [{${crossing}}]\n${held}\ndo: [{toggle: hall-lamp}]\n`);
    for (const value of [24, 26, 24.5, 25.5, 24, 25.5]) {
      world.report('kitchen-climate.temperature', value);
      world.restart({ reboot: true, fromDisk: true });
    }
    expect(world.traces.map(({ state }) => state)).toEqual(['nearMiss', 'nearMiss']);
  });

  it('item 5: the first value after a start or an absence only says where the number stands', () => {
    const world = home('  - crosses: {kitchen-climate.temperature: {above: 25, below: 10}}');
    world.report('kitchen-climate.temperature', 30);
    expect(fired(world)).toBe(0);
    world.report('kitchen-climate.temperature', 20);
    world.setOnline('kitchen-climate', false);
    world.setOnline('kitchen-climate', true);
    world.report('kitchen-climate.temperature', 31);
    expect(fired(world)).toBe(0);
    world.report('kitchen-climate.temperature', 9);
    expect(fired(world)).toBe(1);
  });

  it('item 5: of many scenes on one number those are started whose threshold it crossed, in their order', () => {
    const world = new TestWorld();
    const count = 300;
    for (let number = 0; number < count; number++) {
      const threshold = 10 + number / 10;
      const hysteresis = number % 2 === 0 ? '' : ', hysteresis: 0.5';
      world.scene(
        `n${String(number).padStart(3, '0')}`,
        `scene: S${number}\nwhen: [{crosses: {kitchen-climate.temperature: {above: ${threshold}${hysteresis}}}}]\ndo: [{notify: {text: '${number}'}}]\n`,
      );
    }
    world.report('kitchen-climate.temperature', 9);
    world.report('kitchen-climate.temperature', 10.35);
    expect(world.told()).toEqual(['0', '1', '2', '3']);
    // Back by a little: those without hysteresis can be crossed again, the others cannot.
    world.report('kitchen-climate.temperature', 10.05);
    world.report('kitchen-climate.temperature', 10.35);
    expect(world.told().slice(4)).toEqual(['2']);
    world.report('kitchen-climate.temperature', 9);
    world.report('kitchen-climate.temperature', 10.15);
    expect(world.told().slice(5)).toEqual(['0', '1']);
    world.report('kitchen-climate.temperature', 60);
    expect(world.told()).toHaveLength(7 + count - 2);
  });

  it('item 6: a scene starts when a number moves by so much within a time, and then only after a new move', () => {
    const world = home('  - moves: {kitchen-climate.temperature: {up: 2, within: 10min}}');
    world.report('kitchen-climate.temperature', 20);
    world.pass(60 * MIN);
    world.report('kitchen-climate.temperature', 21);
    world.pass(11 * MIN);
    // Slowly: only 1.5 within any ten minutes.
    world.report('kitchen-climate.temperature', 22.5);
    expect(fired(world)).toBe(0);
    world.pass(5 * MIN);
    world.report('kitchen-climate.temperature', 23.2);
    expect(fired(world)).toBe(1);
    world.report('kitchen-climate.temperature', 24);
    expect(fired(world)).toBe(1);
    world.report('kitchen-climate.temperature', 25.2);
    expect(fired(world)).toBe(2);
    world.report('kitchen-climate.temperature', 10);
    expect(fired(world)).toBe(2);
  });

  it('item 6: what it moved by is kept over a restart, and what came with a reconnection is no move', () => {
    const world = home('  - moves: {kitchen-climate.temperature: {by: 3, within: 10min}}');
    world.report('kitchen-climate.temperature', 20);
    world.report('kitchen-climate.temperature', 18.5);
    world.restart({ downMs: MIN, reboot: true });
    world.report('kitchen-climate.temperature', 17);
    expect(fired(world)).toBe(1);
    world.report('kitchen-climate.temperature', 30, RECONNECT);
    expect(fired(world)).toBe(1);
    world.report('kitchen-climate.temperature', 33);
    expect(fired(world)).toBe(2);
  });

  it('item 7: a scene starts when one number goes over another, whichever of the two moves', () => {
    const world = home(
      '  - crosses: {kitchen-climate.temperature: {above: thermostat.temperature, hysteresis: 1}}',
    );
    world.report('thermostat.temperature', 21);
    world.report('kitchen-climate.temperature', 20);
    world.report('kitchen-climate.temperature', 22);
    expect(fired(world)).toBe(1);
    world.report('thermostat.temperature', 22.5);
    world.report('thermostat.temperature', 21.5);
    expect(fired(world)).toBe(1);
    world.report('thermostat.temperature', 25);
    world.report('thermostat.temperature', 21);
    expect(fired(world)).toBe(2);
    expect(world.runs()[0]?.summary.en).toContain(
      "Kitchen climate's temperature rises above Thermostat's temperature",
    );
  });
});

describe('time that something lasts', () => {
  it('item 8: a level must hold for as long as is said, and begins anew when it was broken', () => {
    const world = home('  - holds: {hall-door.open: true}\n    for: 10min');
    world.report('hall-door.open', true);
    world.pass(9 * MIN);
    world.report('hall-door.open', false);
    world.report('hall-door.open', true);
    world.pass(9 * MIN);
    expect(fired(world)).toBe(0);
    world.pass(MIN);
    expect(fired(world)).toBe(1);
    world.pass(60 * MIN);
    expect(fired(world)).toBe(1);
  });

  it.each([
    ['now', 10],
    ['since', 4],
  ])('item 8: what holds already as the scene is saved counts from %s', (already, minutes) => {
    const world = new TestWorld();
    world.report('hall-door.open', true);
    world.pass(3 * MIN);
    world.report('hall-door.open', true);
    world.pass(3 * MIN);
    world.scene(
      's',
      scene(`  - holds: {hall-door.open: true}\n    for: 10min\n    already: ${already}`),
    );
    world.pass(minutes * MIN - 1);
    expect(fired(world)).toBe(0);
    world.pass(1);
    expect(fired(world)).toBe(1);
  });

  it('item 8: what holds already as the scene is saved waits for the next time where that is said', () => {
    const world = new TestWorld();
    world.report('hall-door.open', true);
    world.scene('s', scene('  - holds: {hall-door.open: true}\n    for: 10min\n    already: next'));
    world.pass(60 * MIN);
    expect(fired(world)).toBe(0);
    world.report('hall-door.open', false);
    world.report('hall-door.open', true);
    world.pass(10 * MIN);
    expect(fired(world)).toBe(1);
  });

  it.each([
    ['ignore', 5],
    ['pause', 6],
    ['reset', 10],
  ])('item 8: while the device is out of reach a hold does as is said: %s', (away, leftMinutes) => {
    const world = home(`  - holds: {hall-door.open: true}\n    for: 10min\n    away: ${away}`);
    world.report('hall-door.open', true);
    world.pass(4 * MIN);
    world.setOnline('hall-door', false);
    world.pass(MIN);
    world.setOnline('hall-door', true);
    world.pass(leftMinutes * MIN - 1);
    expect(fired(world)).toBe(0);
    world.pass(1);
    expect(fired(world)).toBe(1);
  });

  it('item 9: a scene starts when nothing was seen for a time, and once for each such time', () => {
    const world = home('  - holds: {hall-motion.occupancy: false}\n    for: 30min');
    world.report('hall-motion.occupancy', true);
    world.pass(60 * MIN);
    expect(fired(world)).toBe(0);
    world.report('hall-motion.occupancy', false);
    world.pass(30 * MIN);
    expect(fired(world)).toBe(1);
  });

  it('item 9: a device that does not report for a time is told once, and again after it was heard', () => {
    const world = home('  - silent: kitchen-climate.temperature\n    for: 2h');
    world.report('kitchen-climate.temperature', 20);
    world.pass(90 * MIN);
    world.report('kitchen-climate.temperature', 20);
    world.pass(119 * MIN);
    expect(fired(world)).toBe(0);
    world.pass(MIN);
    expect(fired(world)).toBe(1);
    world.pass(600 * MIN);
    expect(fired(world)).toBe(1);
    world.report('kitchen-climate.temperature', 20);
    world.pass(121 * MIN);
    world.pass(120 * MIN);
    expect(fired(world)).toBe(2);
    expect(world.runs()[0]?.summary.en).toContain(
      "Kitchen climate's temperature is not reported for 2 hours",
    );
  });

  it('item 9: silence while the hub was off counts from its start, since nobody could hear', () => {
    const world = home('  - silent: kitchen-climate.temperature\n    for: 2h');
    world.report('kitchen-climate.temperature', 20);
    world.restart({ downMs: 180 * MIN, reboot: true });
    world.pass(119 * MIN);
    expect(fired(world)).toBe(0);
    world.pass(2 * MIN);
    expect(fired(world)).toBe(1);
  });

  it('item 10: a button starts a scene by how it is pressed: once, twice, long or let go', () => {
    const world = new TestWorld();
    for (const press of ['single', 'double', 'long']) {
      world.scene(
        press,
        `scene: ${press}\nwhen: [{presses: {bedroom-button.button: ${press}}}]\ndo: [{notify: {text: ${press}}}]\n`,
      );
    }
    world.scene(
      'any',
      "scene: any\nwhen: [{presses: {any: [kind.button, [double, release]]}}]\ndo: [{notify: {text: 'any'}}]\n",
    );
    for (const press of ['double', 'single', 'long', 'release', 'single']) {
      world.press('bedroom-button.button', press);
    }
    expect(world.told()).toEqual(['any', 'double', 'single', 'long', 'any', 'single']);
  });
});
