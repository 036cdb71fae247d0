import { describe, expect, it } from 'vitest';
import { TEST_DEVICES } from '../language/test-home.ts';
import { TestWorld, type TestWorldOptions } from './test-world.ts';

const SECOND = 1000;
const MIN = 60_000;

/** A scene that a press starts, with this condition. */
function home(condition: string, options: TestWorldOptions = {}): TestWorld {
  const world = new TestWorld(options);
  world.scene('s', scene(condition));
  return world;
}

function scene(condition: string, when = '  - presses: {bedroom-button.button: single}'): string {
  return `scene: S\nwhen:\n${when}\nwhile: ${condition}\ndo: [{notify: {text: hi}}]\nagain: parallel 9\n`;
}

/** Whether the condition lets the scene run now: yes, no, or it is not known. */
function asks(world: TestWorld): 'yes' | 'no' | 'unknown' {
  const [told, missed] = [world.told().length, world.nearMisses().length];
  world.press('bedroom-button.button', 'single');
  if (world.told().length > told) return 'yes';
  expect(world.nearMisses()).toHaveLength(missed + 1);
  return world.nearMisses().at(-1)?.summary.en.includes('it is not known') ? 'unknown' : 'no';
}

describe('conditions on values', () => {
  it('item 30: a value equals one, or is in a set, and unknown is neither', () => {
    const world = home('{is: {thermostat.mode: [heat, auto], hall-lamp.on: true}}');
    expect(asks(world)).toBe('unknown');
    world.report('thermostat.mode', 'auto');
    world.report('hall-lamp.on', true);
    expect(asks(world)).toBe('yes');
    world.report('thermostat.mode', 'off');
    expect(asks(world)).toBe('no');
    expect(
      world
        .nearMisses()
        .at(-1)
        ?.steps.find(({ kind }) => kind === 'condition'),
    ).toMatchObject({
      state: 'false',
      read: [{ property: 'mode', value: 'off' }],
    });
  });

  it('item 31: a number lies in a range, whose ends lie outside it', () => {
    const world = home('{is: {kitchen-climate.temperature: {above: 20, below: 25}}}');
    for (const [value, answer] of [
      [20, 'no'],
      [20.1, 'yes'],
      [25, 'no'],
    ] as const) {
      world.report('kitchen-climate.temperature', value);
      expect(asks(world)).toBe(answer);
    }
  });

  it('item 31: a number is above or below another one', () => {
    const world = home('{below: {thermostat.temperature: kitchen-climate.temperature}}');
    world.report('thermostat.temperature', 20);
    expect(asks(world)).toBe('unknown');
    world.report('kitchen-climate.temperature', 21);
    expect(asks(world)).toBe('yes');
    world.report('kitchen-climate.temperature', 20);
    expect(asks(world)).toBe('no');
  });
});

describe('conditions on the past', () => {
  it('item 35: something is so and has been for as long, from when it became so', () => {
    const world = home('{held: {hall-door.open: true}, for: 10min}');
    expect(asks(world)).toBe('unknown');
    world.report('hall-door.open', true);
    expect(asks(world)).toBe('no');
    world.pass(10 * MIN - 1);
    expect(asks(world)).toBe('no');
    world.pass(1);
    expect(asks(world)).toBe('yes');
    world.report('hall-door.open', false);
    world.report('hall-door.open', true);
    expect(asks(world)).toBe('no');
  });

  it('item 35: something was so within a time, until that is over', () => {
    const world = home('{was: {hall-motion.occupancy: true}, within: 5min}');
    world.report('hall-motion.occupancy', false);
    expect(asks(world)).toBe('no');
    world.report('hall-motion.occupancy', true);
    expect(asks(world)).toBe('yes');
    world.report('hall-motion.occupancy', false);
    world.pass(5 * MIN - 1);
    expect(asks(world)).toBe('yes');
    world.pass(1);
    expect(asks(world)).toBe('no');
  });

  it('item 35: the past is kept over a restart, and a long outage is not counted as watched', () => {
    const world = home('{held: {kitchen-climate.temperature: {above: 25}}, for: 10min}');
    world.report('kitchen-climate.temperature', 26);
    world.pass(6 * MIN);
    world.restart({ downMs: 4 * MIN, reboot: true });
    expect(asks(world)).toBe('yes');
    world.restart({ downMs: 20 * MIN, reboot: true });
    expect(asks(world)).toBe('no');
    world.pass(10 * MIN);
    expect(asks(world)).toBe('yes');
  });

  it('item 35: what is so already when the scene is saved counts from then; nothing is left when it goes', () => {
    const world = new TestWorld();
    world.given('hall-door.open', true);
    const id = world.scene('s', scene('{held: {hall-door.open: true}, for: 1min}'));
    expect(asks(world)).toBe('no');
    world.pass(MIN);
    expect(asks(world)).toBe('yes');
    world.removeScene(id);
    expect(world.tables.pasts.size).toBe(0);
  });
});

describe('conditions on many devices', () => {
  const devices = TEST_DEVICES.map((device) =>
    device.handle === 'hall-lamp' || device.handle === 'washer'
      ? { ...device, labels: ['christmas'] }
      : device,
  );
  const lamps = ['hall-lamp', 'living-lamp', 'washer', 'double-switch'];
  const given = (world: TestWorld, on: readonly string[]): void => {
    for (const lamp of lamps) {
      if (lamp !== 'double-switch') world.report(`${lamp}.on`, on.includes(lamp));
    }
    world.report('double-switch.on@1', on.includes('double-switch'));
    world.report('double-switch.on@2', false);
  };

  it.each([
    ['{some: {room: hall, on: true}}', ['hall-lamp'], 'yes'],
    ['{some: {room: hall, on: true}}', ['living-lamp', 'washer'], 'no'],
    ['{every: {label: christmas, on: true}}', ['hall-lamp', 'washer'], 'yes'],
    ['{every: {label: christmas, on: true}}', ['hall-lamp'], 'no'],
    ['{none: {on: true}}', [], 'yes'],
    ['{none: {on: true}}', ['double-switch'], 'no'],
    ['{at-least: {count: 2, on: true}}', ['washer', 'double-switch'], 'yes'],
    ['{at-least: {count: 2, on: true}}', ['washer'], 'no'],
    ['{at-least: {count: 1, room: bath, label: christmas, on: true}}', ['washer'], 'yes'],
  ])('item 36: %s with %j on: %s', (condition, on, answer) => {
    const world = home(condition, { devices });
    given(world, on);
    expect(asks(world)).toBe(answer);
  });

  it('item 36: devices of a kind are looked at, also those that come later, and what is unknown leaves it open', () => {
    const lights = devices.map((device) =>
      device.handle.endsWith('lamp')
        ? { ...device, description: { ...device.description, kind: 'light' as const } }
        : device,
    );
    const world = home('{every: {kind: light, on: false}}', { devices: lights });
    world.report('hall-lamp.on', false);
    expect(asks(world)).toBe('unknown');
    world.report('living-lamp.on', false);
    world.report('washer.on', true);
    expect(asks(world)).toBe('yes');
    world.setOnline('hall-lamp', false);
    expect(asks(world)).toBe('unknown');
    world.report('living-lamp.on', true);
    expect(asks(world)).toBe('no');
  });

  it('item 36: the sentence says of how many, and of which', () => {
    const world = home('{none: {room: hall, label: christmas, on: true}}', { devices });
    given(world, ['hall-lamp']);
    expect(asks(world)).toBe('no');
    expect(world.nearMisses().at(-1)?.summary.en).toContain(
      'no device in Hall labelled “christmas” tells that power is on',
    );
  });
});

describe('conditions on what set the scene off, and on reach', () => {
  it('item 37: a scene knows which of its triggers was met, also when its run has waited for its turn', () => {
    const world = new TestWorld();
    world.scene(
      's',
      `scene: S
when:
  - presses: {bedroom-button.button: single}
    id: once
  - presses: {bedroom-button.button: double}
    id: twice
  - becomes: {hall-door.open: true}
while: {triggered-by: [once, twice]}
do:
  - if: {triggered-by: twice}
    then: [{notify: {text: two}}]
    else: [{notify: {text: one}}]
  - delay: 1min
again: queue 5
`,
    );
    world.press('bedroom-button.button', 'single');
    world.press('bedroom-button.button', 'double');
    world.report('hall-door.open', true);
    expect(world.told()).toEqual(['one']);
    expect(world.nearMisses()).toHaveLength(1);
    world.pass(MIN);
    expect(world.told()).toEqual(['one', 'two']);
  });

  it('item 41: a device is within reach or it is not, which is always known', () => {
    const world = home('{reachable: [hall-lamp, washer]}');
    expect(asks(world)).toBe('yes');
    world.setOnline('washer', false);
    expect(asks(world)).toBe('no');
    world.scene('s', scene('{not: {reachable: washer}}'));
    expect(asks(world)).toBe('yes');
  });

  it('item 41: to go out of reach is an edge too', () => {
    const world = new TestWorld();
    world.scene(
      's',
      'scene: S\nwhen: [{so: {not: {reachable: washer}}}]\ndo: [{notify: {text: gone}}]\n',
    );
    world.setOnline('hall-lamp', false);
    expect(world.told()).toEqual([]);
    world.setOnline('washer', false);
    expect(world.told()).toEqual(['gone']);
  });
});

describe('expressions and logic', () => {
  it('item 42: an expression over devices decides, and says what it read and why it is unknown', () => {
    const world = home(
      '{expression: "round(kitchen-climate.temperature) >= thermostat.temperature || hall-door.open"}',
    );
    expect(asks(world)).toBe('unknown');
    const line = world
      .nearMisses()
      .at(-1)
      ?.steps.find(({ kind }) => kind === 'condition');
    expect(line?.read?.at(-1)).toMatchObject({
      property: 'unknown',
      value: 'temperature is not known',
    });
    world.report('hall-door.open', true);
    expect(asks(world)).toBe('yes');
    world.report('hall-door.open', false);
    world.report('kitchen-climate.temperature', 19.6);
    world.report('thermostat.temperature', 20);
    expect(asks(world)).toBe('yes');
    world.report('kitchen-climate.temperature', 19.4);
    expect(asks(world)).toBe('no');
  });

  const T = '{is: {hall-lamp.on: true}}';
  const F = '{is: {living-lamp.on: true}}';
  const U = '{is: {washer.on: true}}';
  it.each([
    [`{all: [${T}, ${U}]}`, 'unknown'],
    [`{all: [${F}, ${U}]}`, 'no'],
    [`{any: [${T}, ${U}]}`, 'yes'],
    [`{any: [${F}, ${U}]}`, 'unknown'],
    [`{not: ${U}}`, 'unknown'],
    [`{not: {any: [${F}, ${U}]}}`, 'unknown'],
    [`{one-of: [${T}, ${F}]}`, 'yes'],
    [`{one-of: [${T}, ${T}]}`, 'no'],
    [`{one-of: [${F}, ${F}]}`, 'no'],
    [`{one-of: [${T}, ${U}]}`, 'unknown'],
    [`{one-of: [${T}, ${T}, ${U}]}`, 'no'],
    [`{at-least: {count: 2, of: [${T}, ${T}, ${U}]}}`, 'yes'],
    [`{at-least: {count: 2, of: [${T}, ${F}, ${U}]}}`, 'unknown'],
    [`{at-least: {count: 2, of: [${F}, ${F}, ${U}]}}`, 'no'],
    [`{all: [${T}, {is: {washer.on: true}, if-unknown: pass}]}`, 'yes'],
    [`{all: [${T}, {is: {washer.on: true}, if-unknown: fail}]}`, 'no'],
  ])(
    'item 43: unknown is neither true nor false, and the rest may decide: %s',
    (condition, answer) => {
      const world = home(condition);
      world.report('hall-lamp.on', true);
      world.report('living-lamp.on', false);
      expect(asks(world)).toBe(answer);
    },
  );

  it('is asked at the moment of the event, when its own past may have begun in that very event', () => {
    const world = new TestWorld();
    world.given('hall-door.open', true);
    world.scene(
      's',
      scene('{was: {hall-door.open: true}, within: 1s}', '  - becomes: {hall-door.open: false}'),
    );
    world.pass(60 * SECOND);
    world.report('hall-door.open', false);
    expect(world.told()).toEqual(['hi']);
  });
});
