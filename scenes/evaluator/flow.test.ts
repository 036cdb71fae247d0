import { describe, expect, it } from 'vitest';
import type { RunTrace } from '../../hub/model/run.ts';
import { parseScene } from '../language/parse.ts';
import { TEST_DEVICES, TEST_NAMES } from '../language/test-home.ts';
import { TestWorld } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const texts = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];
const last = (home: TestWorld): RunTrace | undefined => home.runs().at(-1);

/** A scene that begins with a press of the button. */
function scene(home: TestWorld, steps: string): void {
  home.scene('s', `scene: S\nagain: restart\n${PRESS}do:\n${steps}`);
}

describe('steps that branch', () => {
  const IF = `
  - if: {is: {hall-door.open: true}}
    then: [{set: {hall-lamp: {on: true}}}]
    else-if:
      - if: {is: {hall-motion.occupancy: true}}
        then: [{set: {living-lamp: {on: true}}}]
    else: [{toggle: washer}]
  - set: {kitchen-lamp: {on: true}}
`.replace('  - set: {kitchen-lamp: {on: true}}\n', '');

  it('item 51: the steps behind the first condition that holds are done, and else those of the end', () => {
    const home = new TestWorld();
    scene(home, IF);
    home.given('hall-door.open', true);
    home.given('hall-motion.occupancy', true);
    press(home);
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
    home.given('hall-door.open', false);
    press(home);
    expect(home.asked().at(-1)).toBe('living-lamp.on=true');
    home.given('hall-motion.occupancy', false);
    press(home);
    expect(home.asked().at(-1)).toBe('washer.on=true');
  });

  it('item 51: what is not known does not count as so, and the trace says that it was not known', () => {
    const home = new TestWorld();
    home.given('hall-motion.occupancy', false);
    scene(home, IF);
    press(home);
    expect(home.asked()).toEqual(['washer.on=true']);
    const conditions = last(home)?.steps.filter(({ kind }) => kind === 'condition');
    expect(conditions?.map(({ path, state }) => [path, state])).toEqual([
      ['do[0].if', 'unknown'],
      ['do[0].else-if[0].if', 'false'],
    ]);
    expect(last(home)?.steps.at(-1)?.path).toBe('do[0].else[0]');
  });

  it('item 52: of several choices the first that fits is done, and none where none fits', () => {
    const home = new TestWorld();
    scene(
      home,
      `
  - choose:
      - when: {is: {hall-door.open: true}}
        do: [{set: {hall-lamp: {on: true}}}]
      - when: {is: {hall-motion.occupancy: true}}
        do: [{set: {living-lamp: {on: true}}}]
  - toggle: washer
`,
    );
    home.given('hall-door.open', false);
    home.given('hall-motion.occupancy', true);
    press(home);
    expect(home.asked()).toEqual(['living-lamp.on=true', 'washer.on=true']);
    home.given('hall-motion.occupancy', false);
    press(home);
    expect(home.asked().slice(2)).toEqual(['washer.on=false']);
  });
});

describe('steps that are repeated', () => {
  it('item 53: are done once for each device of a list, which the steps call `each`', () => {
    const home = new TestWorld();
    scene(
      home,
      `
  - repeat:
      for-each: [hall-lamp, living-lamp]
      do:
        - if: {is: {each.on: true}}
          then:
            - set: {each: {brightness: 10}}
            - delay: 1min
`,
    );
    home.given('hall-lamp.on', true);
    home.given('living-lamp.on', true);
    press(home);
    expect(home.asked()).toEqual(['hall-lamp.brightness=10']);
    home.pass(60_000);
    expect(home.asked()).toEqual(['hall-lamp.brightness=10', 'living-lamp.brightness=10']);
    home.pass(60_000);
    expect(last(home)?.state).toBe('done');
    expect(texts(last(home))).toContain('Done 2 times');
  });

  it('item 53: are done once for each device of a room, a label or a kind, as the home is when it begins', () => {
    const devices = TEST_DEVICES.map((one) =>
      one.handle.endsWith('-leak') || one.handle === 'hall-door'
        ? { ...one, labels: ['damp'] }
        : one,
    );
    const home = new TestWorld({ devices });
    scene(
      home,
      `
  - repeat:
      for-each: {label: damp, except: hall-door}
      do:
        - if: {is: {each.waterLeak: true}}
          then: [{notify: {text: "Wet: {{each.waterLeak}}"}}]
          else: [{command: {each: identify}}]
`,
    );
    home.given('kitchen-leak.waterLeak', true);
    home.given('bath-leak.waterLeak', false);
    press(home);
    expect(home.asked()).toEqual(['bath-leak!identify']);
    expect(home.told()).toHaveLength(1);
  });

  it('item 53: a repeat over devices goes on with the device at which it was after a power cut', () => {
    const home = new TestWorld();
    scene(
      home,
      `
  - repeat:
      for-each: [hall-lamp, living-lamp]
      do:
        - parallel:
            - - set: {each: {on: true}}
              - wait: {holds: {each.brightness: 80}}
              - set: {each: {on: false}}
            - - delay: 1s
`,
    );
    press(home);
    home.restart({ downMs: 20_000, reboot: true });
    home.report('living-lamp.brightness', 80);
    expect(home.asked()).toEqual(['hall-lamp.on=true']);
    home.report('hall-lamp.brightness', 80);
    home.pass(2_000);
    expect(home.asked().slice(1)).toEqual([
      'hall-lamp.on=false',
      'living-lamp.on=true',
      'living-lamp.on=false',
    ]);
  });

  it('item 53: a repeat over more devices than it may ends as failed, and one over none does nothing', () => {
    const home = new TestWorld();
    scene(
      home,
      '  - repeat: {for-each: {room: hall}, max: 2, do: [{command: {each: identify}}]}\n',
    );
    press(home);
    expect(home.asked()).toHaveLength(2);
    expect(last(home)?.state).toBe('failed');
    scene(home, '  - repeat: {for-each: {label: none-such}, do: [{command: {each: identify}}]}\n');
    press(home);
    expect(home.asked()).toHaveLength(2);
    expect(texts(last(home))).toContain('There is no such device in the home');
  });

  it('item 53: what not all devices of the list have, and their past, is refused with its place', () => {
    const wrong = (steps: string) =>
      parseScene(`scene: S\ndo:\n  - repeat: ${steps}\n`, TEST_NAMES).errors?.map(
        ({ message }) => message,
      );
    expect(wrong('{for-each: [hall-lamp, hall-motion], do: [{set: {each: {on: true}}}]}')).toEqual([
      'each of them has no property "on"; it has none',
    ]);
    expect(
      wrong(
        '{for-each: {room: hall}, do: [{if: {held: {each.on: true}, for: 1min}, then: [{delay: 1s}]}]}',
      ),
    ).toEqual([
      'What was with the device of a round is not known; `held` and `was` name a device of the home',
    ]);
    expect(wrong('{times: 2, do: [{toggle: each}]}')).toEqual(['There is no device "each"']);
    expect(wrong('{for-each: [hall-lamp], max: 3, do: [{toggle: each}]}')).toEqual([
      'The list says how often; leave `max` out',
    ]);
  });

  it('item 53: are done so many times', () => {
    const home = new TestWorld();
    scene(home, '  - repeat: {times: 3, do: [{toggle: washer}, {delay: 1s}]}\n');
    press(home);
    home.pass(10_000);
    expect(home.asked()).toEqual(['washer.on=true', 'washer.on=false', 'washer.on=true']);
    expect(last(home)?.state).toBe('done');
    expect(texts(last(home))).toContain('Done 3 times');
  });

  it('item 53: are done as long as something is so, which is looked at before each round', () => {
    const home = new TestWorld();
    home.given('hall-door.open', true);
    scene(
      home,
      '  - repeat: {while: {is: {hall-door.open: true}}, do: [{notify: {text: Door}}, {delay: 1min}]}\n',
    );
    press(home);
    home.pass(150_000);
    home.report('hall-door.open', false);
    home.pass(60_000);
    expect(home.told()).toEqual(['Door', 'Door', 'Door']);
    expect(last(home)?.state).toBe('done');
    press(home);
    expect(home.told()).toHaveLength(3);
  });

  it('item 53: are done until something is so, at least once', () => {
    const home = new TestWorld();
    home.given('hall-door.open', false);
    scene(home, '  - repeat: {until: {is: {hall-door.open: false}}, do: [{toggle: washer}]}\n');
    press(home);
    expect(home.asked()).toEqual(['washer.on=true']);
  });

  it('item 53: are given up after the most rounds that are allowed, with the reason in the trace', () => {
    const home = new TestWorld();
    home.given('hall-door.open', true);
    scene(
      home,
      `  - repeat: {while: {is: {hall-door.open: true}}, do: [{delay: 1s}], max: 5}
  - toggle: washer
`,
    );
    press(home);
    home.pass(60_000);
    expect(last(home)?.state).toBe('failed');
    expect(texts(last(home))).toContain('Gave up after 5 rounds, the most that are allowed here');
    expect(home.asked()).toEqual(['washer.on=true']);
  });

  it('item 53: go on in the same round after the hub was killed', () => {
    const home = new TestWorld();
    scene(home, '  - repeat: {times: 4, do: [{toggle: washer}, {delay: 1min}]}\n');
    press(home);
    home.pass(90_000);
    home.restart({ reboot: true });
    home.pass(200_000);
    expect(home.asked()).toHaveLength(4);
    expect(last(home)?.state).toBe('done');
  });
});

describe('steps side by side', () => {
  const SLOW = '{delay: 1min}, {set: {hall-lamp: {on: true}}}';
  const FAST = '{delay: 10s}, {set: {living-lamp: {on: true}}}';

  it('item 54: are done at once, and the run goes on when all are over', () => {
    const home = new TestWorld();
    scene(home, `  - parallel: [[${SLOW}], [${FAST}]]\n  - toggle: washer\n`);
    press(home);
    home.pass(59_000);
    expect(home.asked()).toEqual(['living-lamp.on=true']);
    home.pass(1_000);
    expect(home.asked()).toEqual(['living-lamp.on=true', 'hall-lamp.on=true', 'washer.on=true']);
    expect(last(home)?.state).toBe('done');
  });

  it('item 54: are waited for until the first is over, or not at all, where the step says so', () => {
    const home = new TestWorld();
    scene(home, `  - parallel: [[${SLOW}], [${FAST}]]\n    join: first\n  - toggle: washer\n`);
    press(home);
    home.pass(120_000);
    expect(home.asked()).toEqual(['living-lamp.on=true', 'washer.on=true', 'hall-lamp.on=true']);
    scene(home, `  - parallel: [[${SLOW}], [${FAST}]]\n    join: none\n  - toggle: washer\n`);
    press(home);
    home.pass(120_000);
    expect(home.asked().slice(3)).toEqual([
      'washer.on=false',
      'living-lamp.on=true',
      'hall-lamp.on=true',
    ]);
    expect(last(home)?.state).toBe('done');
  });

  it('item 54: of a race only the first comes to its end; the others are ended', () => {
    const home = new TestWorld();
    scene(
      home,
      `  - race: [[${SLOW}], [${FAST}], [{wait: {becomes: {hall-door.open: true}}}]]\n  - toggle: washer\n`,
    );
    press(home);
    home.pass(10_000);
    expect(home.asked()).toEqual(['living-lamp.on=true', 'washer.on=true']);
    expect(last(home)?.state).toBe('done');
    expect(texts(last(home))).toContain('The others were ended');
    home.pass(120_000);
    home.report('hall-door.open', true);
    expect(home.asked()).toHaveLength(2);
  });

  it('item 54: go on each by itself after the hub was killed at any moment', () => {
    for (let killedAtMs = 5_000; killedAtMs <= 65_000; killedAtMs += 10_000) {
      const home = new TestWorld();
      scene(
        home,
        `  - parallel: [[${SLOW}], [${FAST}, {delay: 30s}, {toggle: tv}]]\n  - toggle: washer\n`.replace(
          'tv',
          'living-lamp',
        ),
      );
      press(home);
      home.pass(killedAtMs);
      home.restart({ reboot: true });
      home.pass(120_000 - killedAtMs);
      expect(home.asked()).toEqual([
        'living-lamp.on=true',
        'living-lamp.on=false',
        'hall-lamp.on=true',
        'washer.on=true',
      ]);
    }
  });

  it('item 54: a step that ends the run ends all that goes on beside it', () => {
    const home = new TestWorld();
    scene(
      home,
      `  - parallel: [[${SLOW}], [{delay: 5s}, {stop: failed, why: {en: Too late, zh: 太晚}}]]\n`,
    );
    press(home);
    home.pass(120_000);
    expect(home.asked()).toEqual([]);
    expect(last(home)?.state).toBe('failed');
    expect(last(home)?.steps.at(-1)?.text).toEqual({
      en: 'Ended here as failed: Too late',
      zh: '以失败结束\uff1a太晚',
    });
  });
});

describe('a run that would never end', () => {
  it('item 55: is ended where a step says so, as done or as failed, with its reason', () => {
    const home = new TestWorld();
    scene(home, '  - stop: done\n    why: "Nothing to do at {{time}}"\n  - toggle: washer\n');
    press(home);
    expect(home.asked()).toEqual([]);
    expect(last(home)?.state).toBe('done');
    expect(texts(last(home)).at(-1)).toBe('Ended here: Nothing to do at 13:00');
  });

  it('item 53: rests again and again so that others have their turn, and is stopped after so many steps', () => {
    const home = new TestWorld();
    home.given('hall-door.open', true);
    scene(
      home,
      `
  - repeat:
      times: 10000
      do:
        - repeat: {times: 20, do: [{if: {is: {hall-door.open: false}}, then: [{toggle: washer}]}]}
`,
    );
    const before = home.seq;
    press(home);
    expect(home.seq).toBe(before + 1);
    expect(last(home)?.state).toBe('running');
    home.scene(
      'other',
      'scene: Other\nwhen: [{becomes: {hall-motion.occupancy: true}}]\ndo: [{toggle: living-lamp}]\n',
    );
    home.report('hall-motion.occupancy', true);
    expect(home.asked()).toEqual(['living-lamp.on=true']);
    home.pass(60_000);
    const run = home.runs().find(({ scene: id }) => id === 'scene_s');
    expect(run?.state).toBe('failed');
    expect(texts(run).at(-1)).toBe('Stopped: it has done 100000 steps, the most that one run may');
  });

  it('item 54: is stopped when it does more and more side by side', () => {
    const home = new TestWorld();
    scene(
      home,
      '  - repeat: {times: 1000, do: [{parallel: [[{delay: 1h}], [{delay: 1h}]], join: none}]}\n',
    );
    press(home);
    home.pass(1_000);
    expect(last(home)?.state).toBe('failed');
    expect(texts(last(home)).at(-1)).toBe('Stopped: it would do more than 50 things side by side');
  });
});

describe('steps that wait', () => {
  it('item 48: wait from no time at all to 366 days, also over a power cut', () => {
    const home = new TestWorld();
    scene(home, '  - delay: 0s\n  - toggle: washer\n  - delay: 366d\n  - toggle: living-lamp\n');
    press(home);
    home.pass(0);
    expect(home.asked()).toEqual(['washer.on=true']);
    home.pass(365 * 86_400_000);
    home.restart({ reboot: true, downMs: 3_600_000 });
    home.pass(86_400_000 - 3_600_001);
    expect(home.asked()).toHaveLength(1);
    home.pass(1);
    expect(home.asked()).toHaveLength(2);
  });
});
