// Waits of runs for anything that can set a scene off, and until a condition holds.
import { describe, expect, it } from 'vitest';
import { TestWorld } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');

/** A scene that begins with a press of the button. */
function scene(home: TestWorld, steps: string): void {
  home.scene('s', `scene: S\nagain: restart\n${PRESS}do:\n${steps}`);
}

describe('waits for anything that can set a scene off', () => {
  it('item 49: a run waits for any kind of event, and does other steps when the time is over', () => {
    const events: [string, (home: TestWorld) => void][] = [
      ['{changes: thermostat.mode}', (home) => home.report('thermostat.mode', 'heat')],
      [
        '{crosses: {kitchen-climate.temperature: {above: 25}}}',
        (home) => home.report('kitchen-climate.temperature', 26),
      ],
      ['{at: "14:00"}', (home) => home.pass(3_600_000)],
      [
        '{sequence: [{becomes: {hall-door.open: true}}, {becomes: {hall-motion.occupancy: true}}], within: 1min}',
        (home) => {
          home.report('hall-door.open', true);
          home.report('hall-motion.occupancy', true);
        },
      ],
      [
        '{holds: {hall-motion.occupancy: true}, for: 1min}',
        (home) => {
          home.report('hall-motion.occupancy', true);
          home.pass(60_000);
        },
      ],
      ['{scene: {other: ended}}', (home) => home.run('scene_other' as never)],
    ];
    for (const [wait, cause] of events) {
      for (const isKilled of [false, true]) {
        const home = new TestWorld();
        home.given('kitchen-climate.temperature', 20);
        home.given('thermostat.mode', 'off');
        home.given('hall-door.open', false);
        home.given('hall-motion.occupancy', false);
        home.scene('other', 'scene: Other\ndo: [{delay: 0s}]\n');
        scene(
          home,
          `  - wait: ${wait}\n    timeout: 2h\n    else: [{toggle: living-lamp}]\n  - toggle: washer\n`,
        );
        press(home);
        if (isKilled) home.restart({ reboot: true });
        expect(home.asked()).toEqual([]);
        cause(home);
        home.pass(0);
        expect([wait, isKilled, home.asked()]).toEqual([wait, isKilled, ['washer.on=true']]);
        const run = home.runs().find(({ scene: id }) => id === 'scene_s');
        expect(run?.state).toBe('done');
        for (const table of [home.tables.holds, home.tables.schedules, home.tables.patterns])
          expect(table.keys().filter((key) => key.startsWith('wait_'))).toEqual([]);
      }
      const home = new TestWorld();
      home.scene('other', 'scene: Other\ndo: [{delay: 0s}]\n');
      scene(
        home,
        `  - wait: ${wait}\n    timeout: 10min\n    else: [{toggle: living-lamp}]\n  - toggle: washer\n`,
      );
      press(home);
      home.pass(600_000);
      expect(home.asked()).toEqual(['living-lamp.on=true', 'washer.on=true']);
    }
  });

  it('item 49: a wait goes by what its device is like now, also where that changes while it is waited', () => {
    const home = new TestWorld();
    const dial = home.devices.get(home.id('washer'));
    if (!dial) throw new Error('no washer');
    const stepped = (step: number) => {
      const level = { key: 'x_level', name: 'x_level', type: 'number', access: 'r', step } as const;
      const properties = [...dial.description.properties, level as never];
      home.devices.set(dial.id, { ...dial, description: { ...dial.description, properties } });
      home.input(() => home.evaluator.homeChanged(home.world));
    };
    stepped(1);
    scene(home, '  - wait: {changes: washer.x_level, to: 50}\n  - toggle: hall-lamp\n');
    press(home);
    home.report('washer.x_level', 47);
    expect(home.asked()).toEqual([]);
    stepped(10);
    home.report('washer.x_level', 0);
    home.report('washer.x_level', 46);
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
  });

  it('item 50: a run waits until any condition holds, at once where it does, and for as long as is said', () => {
    const wait = 'until: {any: [{is: {hall-door.open: true}}, {between: ["14:00", "15:00"]}]}';
    const home = new TestWorld();
    home.given('hall-door.open', false);
    scene(home, `  - wait: {${wait}, for: 1min}\n    timeout: 3h\n  - toggle: washer\n`);
    press(home);
    home.report('hall-door.open', true);
    home.pass(30_000);
    home.report('hall-door.open', false);
    home.pass(60_000);
    expect(home.asked()).toEqual([]);
    home.restart({ reboot: true });
    home.passUntil('2026-03-04T13:01:01Z');
    expect(home.asked()).toEqual(['washer.on=true']);
    scene(home, `  - wait: {${wait}}\n  - toggle: living-lamp\n`);
    press(home);
    expect(home.asked().at(-1)).toBe('living-lamp.on=true');
  });
});
