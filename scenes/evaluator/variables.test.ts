import { describe, expect, it } from 'vitest';
import { parseHomeValueKey } from '../../hub/model/home-values.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import { parseScene } from '../language/parse.ts';
import { TEST_NAMES } from '../language/test-home.ts';
import { TestWorld } from './test-world.ts';

const PRESS = 'when: [{presses: {bedroom-button.button: single}}]\n';
const press = (home: TestWorld): void => home.press('bedroom-button.button', 'single');
const texts = (run: RunTrace | undefined): string[] => run?.steps.map(({ text }) => text.en) ?? [];
const runOf = (home: TestWorld, name: string): RunTrace | undefined =>
  home.runs().findLast(({ scene }) => scene === `scene_${name}`);

describe('variables', () => {
  it('item 56: of a run are worked out, used by later steps, and stand in the trace with the step that wrote them', () => {
    const home = new TestWorld();
    home.given('kitchen-climate.temperature', 20);
    home.scene(
      's',
      `scene: S
${PRESS}do:
  - let: {warm: kitchen-climate.temperature + 1.5, word: "'hot'"}
  - let: {warm: warm * 2}
`,
    );
    press(home);
    expect(texts(runOf(home, 's')).slice(1)).toEqual([
      'warm is 21.5 now',
      'word is “hot” now',
      'warm is 43 now',
    ]);
    expect(runOf(home, 's')?.steps.map(({ path }) => path)).toEqual([
      'when[0]',
      'do[0]',
      'do[0]',
      'do[1]',
    ]);
  });

  it('item 56: of a scene are there for its next run, also after the hub was killed', () => {
    const home = new TestWorld();
    home.scene('s', `scene: S\nvars: {count: 0}\n${PRESS}do: [{remember: {count: count + 1}}]\n`);
    press(home);
    press(home);
    home.restart({ reboot: true });
    press(home);
    expect(texts(runOf(home, 's')).at(-1)).toBe('count is 3 now');
    expect(home.tables.variables.get('scene_s/count')).toMatchObject({
      value: 3,
      by: { run: runOf(home, 's')?.id, path: 'do[0]' },
    });
    home.removeScene('scene_s' as never);
    expect(home.tables.variables.size).toBe(0);
  });

  it('item 56: of a run are there after the hub was killed', () => {
    const home = new TestWorld();
    home.scene('s', `scene: S\n${PRESS}do: [{let: {a: 2}}, {delay: 1min}, {let: {a: a * 21}}]\n`);
    press(home);
    home.restart({ reboot: true });
    home.pass(60_000);
    expect(texts(runOf(home, 's')).at(-1)).toBe('a is 42 now');
  });

  it('item 56: what is not known leaves a variable as it was, and the step has failed', () => {
    const home = new TestWorld();
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{let: {a: kitchen-climate.temperature}, on-error: stop}, {toggle: washer}]\n`,
    );
    press(home);
    expect(runOf(home, 's')?.state).toBe('failed');
    expect(texts(runOf(home, 's'))[1]).toBe('Could not work out a: temperature is not known');
    expect(home.asked()).toEqual([]);
  });

  it('item 56: a scene that makes a text longer and longer is stopped by the limit of a value', () => {
    const home = new TestWorld();
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{let: {a: "'aaaaaaaaaa'"}}, {repeat: {times: 100, do: [{let: {a: a + a}, on-error: stop}]}}]\n`,
    );
    press(home);
    expect(runOf(home, 's')?.state).toBe('failed');
    expect(texts(runOf(home, 's')).at(-2)).toBe('Could not work out a: its text is too long');
  });

  it('item 56: mistakes with variables are told with their places and what would be right', () => {
    const problems = (text: string) =>
      parseScene(text, TEST_NAMES).errors?.map(({ line, message }) => `${line}: ${message}`);
    expect(
      problems('scene: S\nvars: {count: 0}\ndo:\n  - let: {count: 1}\n  - remember: {other: 1}\n'),
    ).toEqual([
      '4: "count" is a variable of the scene; use remember',
      '5: "other" is no variable of the scene; name it under vars: with its first value, or write var.NAME for one of the home',
    ]);
    expect(
      problems('scene: S\ndo:\n  - let: {a: 1}\n  - let: {a: "\'b\'"}\n  - let: {true: 1}\n'),
    ).toEqual([
      '4: The expression comes to a text; a number is wanted here',
      '5: "true" means something else in an expression; choose another name',
    ]);
  });
});

describe('a scene that another one calls', () => {
  const DOUBLE =
    'scene: Double\ntakes: {n: number, more: {default: 1}}\ndo: [{delay: 1s}]\ngives: n * 2 + more\n';

  it('item 57: takes values, and gives one back into a variable of its caller', () => {
    const home = new TestWorld();
    home.scene('double', DOUBLE);
    home.scene(
      's',
      `scene: S
${PRESS}do:
  - let: {result: 0, three: 3}
  - call: {scene: double, with: {n: three + 1}, into: result}
  - let: {result: result + 100}
`,
    );
    press(home);
    expect(runOf(home, 's')?.state).toBe('running');
    home.pass(1_000);
    expect(runOf(home, 's')?.state).toBe('done');
    expect(texts(runOf(home, 's')).slice(3)).toEqual(['Done: “Double”', 'result is 109 now']);
    expect(runOf(home, 's')?.steps[3]?.other?.run).toBe(runOf(home, 'double')?.id);
  });

  it('item 57: goes on after the hub was killed, and so does its caller', () => {
    for (const reboot of [false, true]) {
      const home = new TestWorld();
      home.scene('double', DOUBLE);
      home.scene(
        's',
        `scene: S\n${PRESS}do: [{let: {r: 0}}, {call: {scene: double, with: {n: 1}, into: r}}, {let: {r: r + 0.5}}]\n`,
      );
      press(home);
      home.pass(500);
      home.restart({ reboot });
      home.pass(500);
      expect(texts(runOf(home, 's')).at(-1)).toBe('r is 3.5 now');
    }
  });

  it('item 57: that fails is a step that did not succeed; what it wants and does not get is told', () => {
    const home = new TestWorld();
    home.scene('double', DOUBLE);
    home.scene('bad', 'scene: Bad\ndo: [{stop: failed}]\n');
    home.scene(
      's',
      `scene: S\n${PRESS}do: [{call: double}, {call: {scene: double, with: {n: 1, x: 2}}}, {call: bad, on-error: stop}, {toggle: washer}]\n`,
    );
    press(home);
    expect(texts(runOf(home, 's')).slice(1)).toEqual([
      'Did not start “Double”: it wants n',
      'Did not start “Double”: it takes no x',
      '“Bad” failed',
      'Ended, since a step did not succeed',
    ]);
    expect(home.asked()).toEqual([]);
  });

  it('item 57: is ended when its caller is, and when it loses a race', () => {
    const home = new TestWorld();
    home.scene('long', 'scene: Long\ndo: [{delay: 1h}, {toggle: washer}]\n');
    home.scene('s', `scene: S\n${PRESS}do: [{call: long}]\n`);
    press(home);
    home.cancel(runOf(home, 's')?.id as never);
    expect(runOf(home, 'long')?.state).toBe('cancelled');
    home.scene('s', `scene: S\n${PRESS}do: [{race: [[{call: long}], [{delay: 1s}]]}]\n`);
    press(home);
    home.pass(1_000);
    expect(runOf(home, 's')?.state).toBe('done');
    expect(runOf(home, 'long')?.state).toBe('cancelled');
  });

  it('item 57: scenes that call each other without end are stopped with the reason, however slowly they do it', () => {
    const home = new TestWorld();
    home.scene('a', 'scene: A\nagain: parallel 50\ndo: [{toggle: washer}]\n');
    home.scene('a', 'scene: A\nagain: parallel 50\ndo: [{delay: 1min}, {call: a}]\n');
    home.run('scene_a' as never);
    home.pass(3_600_000);
    expect(home.runs().length).toBe(17);
    expect(home.runs().every(({ state }) => state === 'failed')).toBe(true);
    expect(home.runs().flatMap(texts)).toContain(
      'Did not start “A”: 16 calls wait for each other already',
    );
  });
});

describe('variables in conditions, and those of the home', () => {
  it('item 56: a condition of a step and of the scene may ask for variables', () => {
    const home = new TestWorld();
    home.scene(
      's',
      `scene: S
vars: {count: 0}
${PRESS}while: {expression: count < 3}
do:
  - remember: {count: count + 1}
  - let: {double: count * 2}
  - if: {expression: double > 3}
    then: [{toggle: washer}]
`,
    );
    for (let times = 0; times < 5; times++) press(home);
    expect(home.asked()).toEqual(['washer.on=true', 'washer.on=false']);
    expect(home.nearMisses()).toHaveLength(2);
  });

  it('item 56: a variable of the home that a step sets is a change on which other scenes run', () => {
    const home = new TestWorld();
    home.values = [
      {
        ...{
          id: parseHomeValueKey('var.guests'),
          name: 'Guests',
          kind: 'variable',
          type: 'number',
        },
        ...{ initial: 0, member: null, topic: null, version: 1 },
      },
    ];
    home.setHomeValue('var.guests', 1);
    home.scene('other', 'scene: Other\nwhen: [{changes: var.guests}]\ndo: [{toggle: washer}]\n');
    home.scene('s', `scene: S\n${PRESS}do: [{remember: {var.guests: var.guests + 2}}]\n`);
    press(home);
    expect(texts(runOf(home, 's')).at(-1)).toBe('var.guests is 3 now');
    expect(home.asked()).toEqual(['washer.on=true']);
  });
});
