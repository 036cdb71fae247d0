// Goal: a scene that runs away is stopped with its reason in both languages, and no other scene of the home notices.
// Method: beside each kind of runaway a button keeps switching a lamp; that must work at each press, in the same input,
// and about as fast as it does in a quiet home.
import { describe, expect, it } from 'vitest';
import type { RunTrace } from '../../hub/model/run.ts';
import { parseScene } from '../language/parse.ts';
import { SCENE_LIMITS } from '../language/scene.ts';
import { TEST_NAMES } from '../language/test-home.ts';
import { TestWorld } from './test-world.ts';

const BUTTON =
  'scene: Button\nwhen: [{presses: {living-remote.button: on}}]\ndo: [{toggle: living-lamp}]\nagain: restart\n';
const START = 'when: [{presses: {bedroom-button.button: single}}]\n';
const PRESSES = 100;
/** What a press may take at the median beside a runaway: a multiple of what it takes alone, on a busy machine too. */
const SLOWER_MAX = 10;
const NOTICED_MS = 1;

const median = (numbers: number[]): number =>
  numbers.sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

/** Presses the other button again and again while `meanwhile` goes on; gives what a press took at the median. */
function pressing(home: TestWorld, meanwhile: (press: number) => void): number {
  const took: number[] = [];
  for (let press = 0; press < PRESSES; press += 1) {
    meanwhile(press);
    const before = home.asked().filter((asked) => asked.startsWith('living-lamp')).length;
    const from = performance.now();
    home.press('living-remote.button', 'on');
    took.push(performance.now() - from);
    const after = home.asked().filter((asked) => asked.startsWith('living-lamp')).length;
    expect(after, `press ${press}`).toBe(before + 1);
    home.pass(200);
  }
  return median(took);
}

function aloneMs(): number {
  const home = new TestWorld();
  home.scene('button', BUTTON);
  return pressing(home, () => home.pass(0));
}

const ended = (home: TestWorld, states: readonly string[]): RunTrace[] =>
  [...home.runs(), ...home.nearMisses()].filter(
    ({ scene, state }) => scene !== 'scene_button' && states.includes(state),
  );

interface Runaway {
  readonly what: string;
  readonly scenes: Readonly<Record<string, string>>;
  readonly meanwhile: (home: TestWorld, press: number) => void;
  readonly en: RegExp;
  readonly zh: RegExp;
}

const begin = (home: TestWorld, press: number): void => {
  if (press === 0) home.press('bedroom-button.button', 'single');
};

const RUNAWAYS: readonly Runaway[] = [
  {
    what: 'switches what sets it off',
    scenes: {
      a: 'scene: A\nwhen: [{changes: hall-lamp.on}]\ndo: [{toggle: washer}]\nagain: parallel 50\n',
      b: 'scene: B\nwhen: [{changes: washer.on}]\ndo: [{toggle: hall-lamp}]\nagain: parallel 50\n',
    },
    meanwhile: (home, press) => {
      if (press === 0) home.report('hall-lamp.on', true);
    },
    en: /set each other off more than 16 times in a row/,
    zh: /互相触发超过 16 次/,
  },
  {
    what: 'is set off by a flood of reports',
    scenes: {
      a: 'scene: A\nwhen: [{changes: hall-motion.occupancy}]\ndo: [{notify: {text: Motion}}]\n',
    },
    meanwhile: (home, press) => {
      for (let report = 0; report < 20; report += 1) {
        home.report('hall-motion.occupancy', (report + press) % 2 === 0);
      }
    },
    en: /began more than 60 times within 10 seconds and rests/,
    zh: /触发超过 60 次/,
  },
  {
    what: 'repeats without end',
    scenes: {
      a: `scene: A\n${START}do: [{repeat: {while: {expression: "true"}, max: 10000, do: [{repeat: {times: 10000, do: [{let: {n: "1"}}]}}]}}]\n`,
    },
    // Its two hundred thousand steps would take a minute and a half; a night goes by meanwhile.
    meanwhile: (home, press) => {
      begin(home, press);
      home.pass(1_000);
    },
    en: /it has done 100000 steps, the most that one run may/,
    zh: /已执行 100000 步/,
  },
  {
    what: 'makes a text longer and longer',
    scenes: {
      a: `scene: A\n${START}do: [{let: {t: "'0123456789'"}}, {repeat: {times: 10000, do: [{let: {t: t + t}, on-error: stop}]}}]\n`,
    },
    meanwhile: begin,
    en: /Could not work out t: its text is too long/,
    zh: /无法得出 t.文本太长/,
  },
  {
    what: 'starts itself',
    scenes: {
      a: 'scene: A\nwhen: [{presses: {bedroom-button.button: single}}]\ndo: [{run: b, on-error: stop}]\nagain: parallel 50\n',
      b: 'scene: B\ndo: [{toggle: hall-lamp}]\nagain: parallel 50\n',
    },
    meanwhile: (home, press) => {
      if (press === 0) {
        // A scene can only name one that is there: the second edit closes the ring.
        home.scene('b', 'scene: B\ndo: [{run: a, on-error: stop}]\nagain: parallel 50\n');
      }
      begin(home, press);
    },
    en: /set each other off more than 16 times in a row/,
    zh: /互相触发超过 16 次/,
  },
  {
    what: 'does more and more side by side',
    scenes: {
      a: `scene: A\n${START}do: [{repeat: {times: 100, do: [{parallel: [[{delay: 1h}], [{delay: 1h}]], join: none}]}}]\n`,
    },
    meanwhile: begin,
    en: /it would do more than 50 things side by side/,
    zh: /同时进行的步骤将超过 50 个/,
  },
];

describe('a scene that runs away', () => {
  it.each(RUNAWAYS)(
    'item 70: and $what is stopped and says why, and nothing else notices',
    (one) => {
      const home = new TestWorld();
      home.given('hall-lamp.on', false);
      home.given('washer.on', false);
      home.given('hall-motion.occupancy', true);
      home.scene('button', BUTTON);
      for (const [name, text] of Object.entries(one.scenes).reverse()) home.scene(name, text);
      const took = pressing(home, (press) => one.meanwhile(home, press));
      expect(took).toBeLessThan(Math.max(NOTICED_MS, SLOWER_MAX * aloneMs()));
      const told = ended(home, ['failed', 'nearMiss', 'cancelled']).flatMap(({ steps }) => steps);
      expect(told.map(({ text }) => text.en).join('\n')).toMatch(one.en);
      expect(told.map(({ text }) => text.zh).join('\n')).toMatch(one.zh);
      const active = home.evaluator.activeRuns(home.world);
      expect(active.filter(({ scene }) => scene !== 'scene_button')).toEqual([]);
    },
  );

  const deep = (depth: number, inner: string): string =>
    `scene: S\nwhile: ${'{not: '.repeat(depth)}${inner}${'}'.repeat(depth)}\ndo: [{toggle: hall-lamp}]\n`;
  const steps = (count: number): string =>
    `scene: S\ndo:\n${'  - toggle: hall-lamp\n'.repeat(count)}`;
  const expression = (text: string): string =>
    `scene: S\nwhile: {expression: "${text}"}\ndo: [{toggle: hall-lamp}]\n`;
  const variables = (count: number): string => {
    const names = Array.from({ length: count }, (_, index) => `v${index}: 0`).join(', ');
    return `scene: S\nvars: {${names}}\ndo: [{toggle: hall-lamp}]\n`;
  };
  const TOO_MUCH: readonly (readonly [string, string, RegExp])[] = [
    ['nests too deep', deep(40, '{is: {hall-lamp.on: true}}'), /nested at most 32 deep/],
    ['has too many steps', steps(SCENE_LIMITS.steps + 1), /at most 200 steps/],
    ['has too large a text', `scene: S\ndescription: "${'x'.repeat(70_000)}"\n`, /at most 64 KB/],
    ['has too long an expression', expression(`true${' || true'.repeat(100)}`), /at most 500/],
    ['has too deep an expression', expression(`${'('.repeat(60)}1 < 2${')'.repeat(60)}`), /./],
    [
      'has too long a list',
      expression(`1 in [${'1,'.repeat(60)}1]`),
      /the items of a list are at most 50/,
    ],
    ['has too many variables', variables(SCENE_LIMITS.variables + 1), /At most 50/],
    [
      'has an expression that is not sure to end',
      expression('[1,2,3].map(x, x + 1).size() > 2'),
      /./,
    ],
  ];

  it.each(TOO_MUCH)(
    'item 70: and %s is refused at once, with its place and its bound',
    (_what, text, said) => {
      const from = performance.now();
      const { errors } = parseScene(text, TEST_NAMES);
      expect(performance.now() - from).toBeLessThan(500);
      expect(errors?.[0]?.message).toMatch(said);
      expect(errors?.[0]).toMatchObject({ line: expect.any(Number), column: expect.any(Number) });
    },
  );
});
