// What is told of mistakes in a scene file: all at once, each with its place, in English and in Chinese.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type * as v from 'valibot';
import { expect, it } from 'vitest';
import { parseScene } from './parse.ts';
import { SCENE_FILE_SCHEMA } from './schema.ts';
import { TEST_NAMES } from './test-home.ts';

const HAN = /\p{Script=Han}/u;
/** Words of English sentences; what stands in quotation marks is the file's own. */
const ENGLISH = /\b(?:is|are|the|has|not|wanted|here|write|only|leave|cannot|instead)\b(?!:)/;

it('a scene file with eleven different mistakes is told all of them at once, each with its place and with what would be right', () => {
  const text = `scene: ""
room: cellar
when:
  - becomes: {hall-door.opn: true}
  - at: 25:00
  - presses: {bedroom-button.button: triple}
while: {between: [22:00]}
do:
  - set: {hall-lmp: {on: true}}
  - delay: 5 parsecs
  - set: {hall-lamp: {brightness: 300}}
again: twice
colour: red
`;
  const { errors = [] } = parseScene(text, TEST_NAMES);
  const places = errors.map(({ line, column }) => `${line}:${column}`);
  expect(places).toEqual([
    ...['1:8', '2:7', '4:15', '5:9', '6:38', '7:18', '9:11', '10:12', '11:35', '12:8', '13:1'],
  ]);
  const right: readonly (readonly [en: RegExp, zh: RegExp])[] = [
    [/is not empty/, /场景的名称不能为空/],
    [/no room "cellar"/, /没有房间“cellar”/],
    [/did you mean open\?/, /你是不是想写 open？/],
    [/write it as 07:00 or 22:30/, /请写成 07:00 或 22:30/],
    [/takes one of single, double, long/, /应为以下之一：single、double、long/],
    [/a moment is wanted here: 07:00, sunset-30min/, /这里要写时刻：07:00、sunset-30min/],
    [/did you mean hall-lamp\?/, /没有设备“hall-lmp”；你是不是想写 hall-lamp？/],
    [/A duration such as 2s, 3min or 1h30min is wanted/, /这里要写时长，例如 2s、3min 或 1h30min/],
    [/takes a number from 0 to 100 %/, /应为 0 到 100 % 之间的数/],
    [
      /is single, restart, queue 5, parallel 3 or per device/,
      /single、restart、queue 5、parallel 3/,
    ],
    [/a scene has scene, room, description/, /没有“colour”这个词；场景有 scene、room/],
  ];
  for (const [index, [en, zh]] of right.entries()) {
    expect(errors[index]?.message).toMatch(en);
    expect(errors[index]?.zh).toMatch(zh);
  }
  expect(errors).toHaveLength(right.length);
});

const top = (lines: string) => `scene: S\ndo: [{delay: 1s}]\n${lines}`;
const trigger = (item: string) => top(`when: [${item}]`);
const condition = (item: string) => top(`while: ${item}`);
const step = (item: string) => `scene: S\ndo: [${item}]\n`;
const test = (item: string) => top(`tests: [${item}]`);

const WRONG: readonly string[] = [
  // The file as such.
  '',
  '- a\n',
  'scene: S\ndo: [{delay: 1s}\n',
  'scene: S\n  do: x\n',
  'scene: "S\ndo: []\n',
  '\tscene: S\n',
  'a: 1\n---\nb: 2\n',
  'scene: &a S\ndo: [{delay: 1s}]\n',
  'scene: *a\ndo: [{delay: 1s}]\n',
  'scene: !x S\ndo: [{delay: 1s}]\n',
  'scene: S\nscene: T\ndo: [{delay: 1s}]\n',
  'scene: S\n? [a]\n: b\ndo: [{delay: 1s}]\n',
  'scene: S\n__proto__: 1\ndo: [{delay: 1s}]\n',
  'scene: S\n',
  'scene: S\ndo: []\n',
  'scene: S\ndo: {delay: 1s}\n',
  `scene: S\ndescription: ${'x'.repeat(70_000)}\n`,
  step('{delay: .inf}'),
  `scene: S\ndo: ${'['.repeat(40)}${']'.repeat(40)}\n`,
  // Names and values.
  trigger('{becomes: {hall-lamp: true}}'),
  trigger('{becomes: {nothing.on: true}}'),
  trigger('{becomes: {hall-lamp.xyzzy: true}}'),
  trigger('{becomes: {any: [kind.nothing, true]}}'),
  trigger('{becomes: {any: [kind.waterLeak]}}'),
  step('{set: {hall-lamp: {brightness: "50%"}}}'),
  step('{set: {hall-lamp: {brightness: 50 lumen}}}'),
  step('{set: {hall-lamp: {on: yes}}}'),
  step('{set: {hall-lamp: {on: off}}}'),
  step('{set: {thermostat: {mode: hot}}}'),
  // Triggers.
  trigger('x'),
  trigger('{}'),
  trigger('{becmes: {hall-lamp.on: true}}'),
  trigger('{becomes: {hall-lamp.on: true}, changes: hall-lamp.on}'),
  trigger('{becomes: {hall-lamp.on: true}, debounce: 1s}'),
  trigger('{becomes: {kitchen-climate.temperature: {above: 3}}}'),
  trigger('{presses: {hall-lamp.on: single}}'),
  trigger('{becomes: {bedroom-button.button: single}}'),
  trigger('{changes: hall-lamp.on, also: save}'),
  trigger('{changes: hall-lamp.on, also: []}'),
  trigger('{crosses: {hall-lamp.on: {above: 1}}}'),
  trigger('{crosses: {kitchen-climate.temperature: {}}}'),
  trigger('{crosses: {kitchen-climate.temperature: {above: hall-lamp.brightness}}}'),
  trigger('{crosses: {kitchen-climate.temperature: {above: hall-lamp.on}}}'),
  trigger('{moves: {hall-lamp.on: {by: 1, within: 1min}}}'),
  trigger('{moves: {kitchen-climate.temperature: {within: 1min}}}'),
  trigger('{moves: {kitchen-climate.temperature: {by: 1, within: 0s}}}'),
  trigger('{holds: {hall-lamp.on: true}, for: 0s}'),
  trigger('{holds: {any: [kind.occupancy, false], hall-lamp.on: true}, for: 5s}'),
  trigger('{silent: kind.temperature, for: 1h}'),
  trigger('{silent: kitchen-climate.temperature, for: 0s}'),
  trigger('{commanded: {kitchen-climate.temperature: 3}}'),
  trigger('{commanded: {bedroom-blind: dance}}'),
  trigger('{so: {triggered-by: a}}'),
  trigger('{so: {last-run: {ago: 1h}}}'),
  trigger('{together: {hall-lamp.on: true}, at-least: 2}'),
  trigger('{sequence: [{at: 07:00}, {becomes: {hall-lamp.on: true}}], within: 3s}'),
  trigger('{sequence: [{becomes: {hall-lamp.on: true}}], within: 3s}'),
  trigger('{count: {of: {becomes: {hall-lamp.on: true}}, times: 1, within: 3s}}'),
  trigger('{at: 7:00}'),
  trigger('{at: midnight}'),
  trigger('{at: sunset30min}'),
  trigger('{at: sunset-13h}'),
  trigger('{at: 07:00, on: [monday]}'),
  trigger('{at: 07:00, dates: [2026-13-01]}'),
  trigger('{at: 07:00, dates: [2026-02-30]}'),
  trigger('{at: 07:00, dates: [christmas]}'),
  trigger('{at: 07:00, dates: [2026-05-01..2026-04-01]}'),
  trigger('{at: 07:00, dates: [2026-05-01..06-01]}'),
  trigger('{at: 07:00, no-sun: skip}'),
  trigger('{at: 07:00, late: perhaps}'),
  trigger('{at: sunset, gap: skip}'),
  trigger('{at: {value: hall-lamp.on}}'),
  trigger('{at: {value: kind.temperature}}'),
  trigger('{every: 100ms}'),
  trigger('{every: 7min, aligned: true}'),
  trigger('{every: 5min, on: [mon]}'),
  trigger('{every: 5min, aligned: true, from: enable}'),
  trigger('{every: 400d}'),
  trigger('{every: 1min1h}'),
  trigger('{cron: "61 * * * *"}'),
  trigger('{cron: "x"}'),
  trigger('{cron: "@reboot"}'),
  trigger('{cron: "0 0 30 2 *"}'),
  trigger('{sun: {elevation: {}}}'),
  trigger('{arrives: nobody-here}'),
  trigger('{enters: {anyone: moon}}'),
  trigger('{scene: {nothing: ended}}'),
  trigger('{device: {hall-lamp: joined}}'),
  trigger('{calendar: {nothing: starts}}'),
  trigger('{webhook: "No!"}'),
  trigger('{mqtt: {topic: "a/#/b"}}'),
  // Conditions and expressions.
  condition('[{is: {hall-lamp.on: true}}]'),
  condition('{is: {any: [kind.on, true]}}'),
  condition('{is: {kitchen-climate.temperature: {}}}'),
  condition('{is: {kitchen-climate.temperature: {above: 5, below: 3}}}'),
  condition('{is: {hall-lamp.on: {above: 5}}}'),
  condition('{above: {kind.temperature: 3}}'),
  condition('{above: {any: [kind.temperature, 3]}}'),
  condition('{at-least: {count: 3, of: [{sun: up}]}}'),
  condition('{at-least: {count: 1, of: [{sun: up}], room: hall}}'),
  condition('{some: {room: hall}}'),
  condition('{some: {kind: lamps, on: true}}'),
  condition('{triggered-by: nobody}'),
  condition('{caused-by: nobody-at-all}'),
  condition('{last-run: {}}'),
  condition('{between: [07:00, 07:00]}'),
  condition('{weekday: [mon, tue, wed, thu, fri, sat, sun]}'),
  condition('{season: [spring, summer, autumn, winter]}'),
  condition('{sun: {elevation: {above: 5, below: 3}}}'),
  condition('{expression: ""}'),
  condition('{expression: "1 +"}'),
  condition('{expression: "hall-lamp.on + 1"}'),
  condition('{expression: "kitchen-climate.temperature"}'),
  condition('{expression: "nothing.on"}'),
  condition('{expression: "hall-lamp.brigtness > 1"}'),
  condition('{expression: "true || time.century == 1"}'),
  condition('{expression: "sin(1) > 0"}'),
  condition('{expression: "[1, 2][0] > 0"}'),
  condition('{expression: "bedroom-button.button == \'single\'"}'),
  condition('{expression: "thermostat.mode == \'hot\'"}'),
  condition(`{expression: "${'1 + '.repeat(200)}1 > 0"}`),
  condition('{expression: "\'abc > 0"}'),
  // Steps.
  step('{set: {hall-lamp: {}}}'),
  step('{set: {}}'),
  step('{set: {}, all: {room: hall}}'),
  step('{set: {on: true}, all: {}}'),
  step('{set: {kitchen-climate: {temperature: 3}}}'),
  step('{toggle: hall-lamp.brightness}'),
  step('{toggle: [a], all: {room: hall}}'),
  step('{toggle: brightness, all: {room: hall}}'),
  step('{adjust: {}}'),
  step('{adjust: {hall-lamp.on: 1}}'),
  step('{adjust: {nothing: 1}, all: {room: hall}}'),
  step('{command: stop}'),
  step('{command: {}}'),
  step('{command: {bedroom-blind: dance}}'),
  step('{command: {bedroom-blind: stop}, all: {room: hall}}'),
  step('{ramp: {}, over: 5s}'),
  step('{ramp: {hall-lamp.brightness: 5}, over: 0s}'),
  step('{set: {hall-lamp: {on: true}}, within: 5s}'),
  step('{set: {hall-lamp: {on: true}}, retry: {every: 0s}}'),
  step('{wait: {holds: {hall-lamp.on: true}, becomes: {hall-lamp.on: true}}}'),
  step('{wait: {becomes: {hall-lamp.on: true}, for: 5s}}'),
  step('{wait: {presses: {any: [kind.button, single]}}}'),
  step('{wait: {sun: up}, else: [{delay: 1s}]}'),
  step('{repeat: {times: 3, max: 3, do: [{delay: 1s}]}}'),
  step('{repeat: {do: [{delay: 1s}]}}'),
  step('{repeat: {for-each: [hall-lamp], max: 2, do: [{delay: 1s}]}}'),
  step(
    '{repeat: {for-each: [hall-lamp], do: [{if: {held: {each.on: true}, for: 5s}, then: [{delay: 1s}]}]}}',
  ),
  step('{parallel: [[{delay: 1s}]]}'),
  step('{notify: {to: everybody, text: Hello}}'),
  step('{notify: {to: zzzzzzz, text: Hello}}'),
  step('{notify: {text: "{{nothing}}"}}'),
  step('{notify: {text: "{{time"}}'),
  step('{notify: {text: Hello, every: 5min}}'),
  step('{notify: {text: Hello, until: acknowledged, every: 1s}}'),
  step('{notify: {text: Hello, wait: 5min}}'),
  step('{notify: {text: Hello}, answers: {a: [{delay: 1s}]}}'),
  step('{notify: {text: Hello, actions: {a: A}}, answers: {zzzzz: [{delay: 1s}]}}'),
  step('{notify: {text: Hello, actions: {a: A}, until: acknowledged}}'),
  step('{http: {url: "https://a:b@example.org"}}'),
  step('{http: {url: "https://example.org", method: GET, body: x}}'),
  step('{http: {url: "https://example.org", timeout: 5min}}'),
  step('{mqtt: {topic: "a/+", payload: x}}'),
  step('{let: {time: 3}}'),
  step('{let: {"a b": 3}}'),
  step('{remember: {count: 3}}'),
  step('{run: nothing}'),
  step('{call: {scene: nothing, into: x}}'),
  step('{mode: nothing}'),
  step('{speak: x}'),
  // The scene as a whole, and its tests.
  top('debounce: 0s'),
  top('undo: x'),
  top('priority: 1000'),
  top('vars: {a: 1}\ntakes: {a: number}'),
  top('after-outage: {late: skip over a year}'),
  test('{when: [], then: []}'),
  test('{given: {date: today}, when: [], then: [{nothing: true}]}'),
  test('{given: {time: 5}, when: [], then: [{nothing: true}]}'),
  test('{given: {offline: 5}, when: [], then: [{nothing: true}]}'),
  test('{when: [x], then: [{nothing: true}]}'),
  test('{when: [{zzzzzz: 1}], then: [{nothing: true}]}'),
  test('{when: [{run: 1}], then: [{nothing: 1}]}'),
  test(
    '{when: [{webhook: 1}, {mqtt: {}}], then: [{notify: 1}, {runs: x}, {ends: x}, {is: 1}, {}]}',
  ),
  test('{when: [{after: 1s, run: true}], then: [{hall-lamp: 1}, {hall-lamp: {on: true}, x: 1}]}'),
];

it.each(WRONG.map((text) => [text.slice(0, 90), text]))(
  'what is wrong is told in Chinese too: %s',
  (_short, text) => {
    const { errors = [] } = parseScene(text, TEST_NAMES);
    expect(errors.length).toBeGreaterThan(0);
    for (const { message, zh = '' } of errors) {
      expect(message).not.toMatch(HAN);
      expect(zh).toMatch(HAN);
      expect(zh.replaceAll(/“[^”]*”|`[^`]*`|\{[^}]*\}|\([^)]*\)/g, '')).not.toMatch(ENGLISH);
    }
  },
);

it('every part of the shape of a scene file says in both languages what it wants', () => {
  const seen = new Set<unknown>();
  let messages = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    if (node instanceof RegExp) return;
    const { message, type } = node as { readonly message?: unknown; readonly type?: unknown };
    if (message !== undefined) {
      expect(message, String(type)).toBeInstanceOf(Function);
      const say = message as (issue: { readonly lang?: string }) => string;
      // Examples of texts stand in braces, in either language.
      expect(say({}).replaceAll(/\{.*\}/g, '')).not.toMatch(HAN);
      expect(say({ lang: 'zh' })).toMatch(HAN);
      messages += 1;
    }
    if (type === 'lazy' && 'getter' in node) {
      visit((node as v.LazySchema<v.GenericSchema>).getter({}));
    }
    for (const inner of Object.values(node)) visit(inner);
  };
  visit(SCENE_FILE_SCHEMA);
  expect(messages).toBeGreaterThan(150);
});

it('each mistake that the language and its templates can tell has its own Chinese words', () => {
  const files = [
    'scenes/language',
    'scenes/language/read',
    'scenes/language/shapes',
    'scenes/templates',
  ]
    .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  let told = 0;
  for (const file of files) {
    const source = ts.createSourceFile(file, fs.readFileSync(file, 'utf8'), ts.ScriptTarget.ESNext);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
        const [en, zh] = node.arguments;
        const isTold = ['mistake', 'wants'].includes(node.expression.text);
        const isWritten =
          en !== undefined && (ts.isStringLiteralLike(en) || ts.isTemplateExpression(en));
        if (isTold && isWritten && !/^`\$\{[^}]*\}; \$\{[^}]*\}`$/.test(en.getText(source))) {
          told += 1;
          expect(zh?.getText(source), `${file}: ${en.getText(source)}`).toMatch(HAN);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  expect(told).toBeGreaterThan(250);
});
