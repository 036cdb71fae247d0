import fs from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parseScene } from './parse.ts';
import { SCENE_FILE_SCHEMA, sceneFileJsonSchema } from './schema.ts';
import { TEST_NAMES } from './test-home.ts';

const EXAMPLES = path.join(import.meta.dirname, '..', 'examples');
const MINIMAL = 'scene: S\ndo:\n  - toggle: hall-lamp\n';

/** The problems of a text as "line:column message". */
function problems(text: string): string[] {
  const { errors } = parseScene(text, TEST_NAMES);
  return (errors ?? []).map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('the reader of scene files', () => {
  it.each(fs.readdirSync(EXAMPLES))('reads the example %s', (file) => {
    const text = fs.readFileSync(path.join(EXAMPLES, file), 'utf8');
    expect(problems(text)).toEqual([]);
    expect(v.safeParse(SCENE_FILE_SCHEMA, parseYaml(text)).success).toBe(true);
  });

  it('fills in defaults, ids, milliseconds and minutes', () => {
    const { scene } = parseScene(
      `scene: Evening
room: living
when:
  - at: 18:30
    on: [fri, mon]
while: {not: {between: [22:00, 06:30]}}
do:
  - set: {living-lamp: {on: true, color: {hue: 30, saturation: 80}}}
    over: 1.5s
  - wait: {holds: {hall-motion.occupancy: false}, for: 1h30min}
again: queue 5
`,
      TEST_NAMES,
    );
    expect(scene).toEqual({
      name: 'Evening',
      room: 'room_living',
      description: null,
      when: [
        {
          kind: 'at',
          time: { kind: 'clock', minute: 1110 },
          on: { days: ['mon', 'fri'], dates: null, except: [] },
          noSun: { kind: 'skip' },
          ...{ gap: 'after', overlap: 'first', late: null },
        },
      ],
      while: {
        kind: 'not',
        of: {
          kind: 'between',
          from: { kind: 'clock', minute: 1320 },
          to: { kind: 'clock', minute: 390 },
          on: { days: null, dates: null, except: [] },
          noSun: { kind: 'nearest' },
        },
      },
      do: [
        {
          kind: 'set',
          targets: [
            { device: 'dev_living_lamp', property: 'on', value: true },
            {
              device: 'dev_living_lamp',
              property: 'color',
              value: { hue: 30, saturation: 80 },
            },
          ],
          overMs: 1500,
          onError: 'continue',
        },
        {
          kind: 'wait',
          until: {
            kind: 'holds',
            of: [
              {
                subject: { kind: 'device', device: 'dev_hall_motion', property: 'occupancy' },
                matcher: { kind: 'oneOf', values: [false] },
              },
            ],
            forMs: 5_400_000,
          },
          timeoutMs: null,
          otherwise: [],
        },
      ],
      again: { kind: 'queue', max: 5 },
      afterOutage: { waits: 'resume', holds: 'assume', late: { kind: 'default' } },
      tests: [],
    });
  });

  it('reads JSON as well, with places', () => {
    const json = `{"scene": "S", "when": [{"becomes": {"hall-door.open": true}}],
 "do": [{"set": {"hall-lamp": {"brightnes": 20}}}]}`;
    expect(problems(json)).toEqual([
      '2:32 Hall lamp has no property "brightnes"; did you mean brightness?',
    ]);
    expect(problems(json.replace('brightnes', 'brightness'))).toEqual([]);
  });

  it('keeps the tests of a scene, their devices by id', () => {
    const { scene } = parseScene(
      `${MINIMAL}tests:
  - given: {time: "23:10", hall-motion.occupancy: false}
    when: [{hall-motion.occupancy: true}]
    then: [{hall-lamp: {on: true}}]
`,
      TEST_NAMES,
    );
    const motion = { device: 'dev_hall_motion', property: 'occupancy' };
    expect(scene?.tests).toEqual([
      {
        number: 1,
        given: { date: null, minute: 1390, values: [{ ...motion, value: false }], offline: [] },
        when: [{ kind: 'values', of: [{ ...motion, value: true, isPress: false }] }],
        expected: [
          { kind: 'sets', of: [{ device: 'dev_hall_lamp', property: 'on', value: true }] },
        ],
      },
    ]);
  });
});

/** Each with all that it must be told, by line and column. */
const MALFORMED: readonly (readonly [title: string, text: string, expected: readonly string[]])[] =
  [
    [
      'two documents',
      `${MINIMAL}---\n${MINIMAL}`,
      ['4:1 A scene file holds one scene; a second one begins here'],
    ],
    [
      'no text at all',
      '',
      ['1:1 The scene is empty; it needs at least `scene` (its name) and `do`'],
    ],
    [
      'a list at the top',
      '- a\n',
      ['1:1 A scene file is a map that begins with `scene: ` and its name'],
    ],
    [
      'a bracket that is not closed',
      'scene: S\ndo: [{toggle: hall-lamp}\n',
      [
        '3:1 This is not well-formed: Flow sequence in block collection must be sufficiently indented and end with a ]',
      ],
    ],
    [
      'no name and no steps',
      'when: []\n',
      ['1:1 "scene" is missing here', '1:1 "do" is missing here'],
    ],
    [
      'a word of the top level misspelt',
      `${MINIMAL}agan: single\n`,
      ['4:1 "agan" is not known; did you mean again?'],
    ],
    [
      'a trigger misspelt',
      `scene: S\nwhen:\n  - become: {hall-door.open: true}\ndo: [{toggle: hall-lamp}]\n`,
      ['3:5 "become" is not known; did you mean becomes?'],
    ],
    [
      'a device that is not there',
      'scene: S\ndo:\n  - toggle: hall-lmap\n',
      ['3:13 There is no device "hall-lmap"; did you mean hall-lamp?'],
    ],
    [
      'a property that the device has not',
      'scene: S\nwhen:\n  - becomes: {hall-door.occupancy: true}\ndo: [{toggle: hall-lamp}]\n',
      ['3:15 Hall door has no property "occupancy"; it has open, battery'],
    ],
    [
      'no property at all',
      'scene: S\nwhen:\n  - becomes: {hall-door: true}\ndo: [{toggle: hall-lamp}]\n',
      ['3:15 "hall-door" is not a device.property; write it as hall-lamp.on'],
    ],
    [
      'a property that cannot be set',
      'scene: S\ndo:\n  - set: {hall-motion: {occupancy: true}}\n',
      ['3:25 "occupancy" of Hall motion can be read but not set'],
    ],
    [
      'a value out of range',
      'scene: S\ndo:\n  - set: {hall-lamp: {brightness: 120}}\n',
      ['3:35 brightness cannot be 120 %; brightness takes a number from 0 to 100 %'],
    ],
    [
      'a number with its unit',
      'scene: S\ndo:\n  - set: {hall-lamp: {brightness: 25%}}\n',
      ['3:35 brightness cannot be "25%"; write 25 without its unit'],
    ],
    [
      'a number in another unit',
      'scene: S\ndo:\n  - set: {thermostat: {targetTemperature: 70F}}\n',
      ['3:43 targetTemperature cannot be "70F"; it is in °C, so write the number alone'],
    ],
    [
      'yes where true is meant',
      'scene: S\ndo:\n  - set: {hall-lamp: {on: yes}}\n',
      ['3:27 on cannot be "yes"; write true'],
    ],
    [
      'a value that is none of the choices',
      'scene: S\ndo:\n  - set: {thermostat: {mode: cosy}}\n',
      ['3:30 mode cannot be "cosy"; mode takes one of off, heat, auto'],
    ],
    [
      'a duration without a unit',
      'scene: S\ndo:\n  - delay: 5\n',
      ['3:12 A duration such as 2s, 3min or 1h30min is wanted here (here stands 5)'],
    ],
    [
      'a duration of another form',
      'scene: S\ndo:\n  - delay: 5 minutes\n',
      ['3:12 A duration such as 2s, 3min or 1h30min is wanted here (here stands "5 minutes")'],
    ],
    [
      'a duration that is too long',
      'scene: S\ndo:\n  - delay: 400d\n',
      ['3:12 400d is too long; a duration is at most 366d'],
    ],
    [
      'units in the wrong order',
      'scene: S\ndo:\n  - delay: 5s2min\n',
      ['3:12 "5s2min" is not a duration; write its units once, the largest first, as in 1h30min'],
    ],
    [
      'a time of day that does not exist',
      'scene: S\nwhen:\n  - at: 25:00\ndo: [{toggle: hall-lamp}]\n',
      ['3:9 "25:00" is not a time of day; write it as 07:00 or 22:30'],
    ],
    [
      'a time of day without its zero',
      'scene: S\nwhen:\n  - at: 7:00\ndo: [{toggle: hall-lamp}]\n',
      ['3:9 "7:00" is not a time of day; write it as 07:00'],
    ],
    [
      'a day that is none',
      'scene: S\nwhen:\n  - at: 07:00\n    on: [monday]\ndo: [{toggle: hall-lamp}]\n',
      ['4:10 A day is one of mon, tue, wed, thu, fri, sat, sun (here stands "monday")'],
    ],
    [
      'an event where a state is wanted',
      'scene: S\nwhen:\n  - becomes: {bedroom-button.button: single}\ndo: [{toggle: hall-lamp}]\n',
      ['3:15 "button" is an event and has no state; use presses'],
    ],
    [
      'a state where an event is wanted',
      'scene: S\nwhen:\n  - presses: {hall-lamp.on: single}\ndo: [{toggle: hall-lamp}]\n',
      ['3:15 "on" is a state and not an event; use becomes or changes'],
    ],
    [
      'a press that the button has not',
      'scene: S\nwhen:\n  - presses: {bedroom-button.button: triple}\ndo: [{toggle: hall-lamp}]\n',
      ['3:38 button cannot be "triple"; button takes one of single, double, long'],
    ],
    [
      'a threshold on what is no number',
      'scene: S\nwhen:\n  - crosses: {hall-door.open: {above: 1}}\ndo: [{toggle: hall-lamp}]\n',
      ['3:15 "open" is not a number; use becomes or changes'],
    ],
    [
      'a threshold with its unit',
      'scene: S\nwhen:\n  - crosses: {kitchen-climate.temperature: {above: 28°C}}\ndo: [{toggle: hall-lamp}]\n',
      [
        '3:52 A number without its unit is wanted here, such as 28, or the device.property to compare it with (here stands "28°C")',
      ],
    ],
    [
      'no threshold',
      'scene: S\nwhen:\n  - crosses: {kitchen-climate.temperature: {}}\ndo: [{toggle: hall-lamp}]\n',
      ['3:44 A threshold is wanted here, such as {above: 28}'],
    ],
    [
      'a hold without its length',
      'scene: S\nwhen:\n  - holds: {hall-door.open: true}\ndo: [{toggle: hall-lamp}]\n',
      ['3:5 "for" is missing here'],
    ],
    [
      'two triggers in one item',
      'scene: S\nwhen:\n  - changes: hall-door.open\n    at: 07:00\ndo: [{toggle: hall-lamp}]\n',
      ['4:5 A trigger says one thing; "at" stands beside "changes", so make it an item of its own'],
    ],
    [
      'triggers that are no list',
      'scene: S\nwhen: {changes: hall-door.open}\ndo: [{toggle: hall-lamp}]\n',
      ['2:7 `when` is a list; begin each of its items with "- "'],
    ],
    [
      'a window with one end',
      `${MINIMAL}while: {between: [22:00]}\n`,
      [
        '4:18 An entry is missing here: a moment is wanted here: 07:00, sunset-30min, or {value: device.property} for the time that it says',
      ],
    ],
    [
      'an empty window',
      `${MINIMAL}while: {between: [22:00, 22:00]}\n`,
      ['4:18 The window from 22:00 to 22:00 is empty; give it two different ends'],
    ],
    [
      'a range that nothing is in',
      `${MINIMAL}while: {is: {kitchen-climate.temperature: {above: 25, below: 20}}}\n`,
      ['4:43 No number is above 25 and below 20'],
    ],
    [
      'a list of conditions',
      `${MINIMAL}while: [{is: {hall-lamp.on: true}}]\n`,
      ['4:8 A condition is a map; write {all: […]} where all of them must hold'],
    ],
    [
      'a mode that is none',
      `${MINIMAL}again: often\n`,
      [
        '4:8 `again` is single, restart, queue 5, parallel 3 or per device, with at most 50 runs (here stands "often")',
      ],
    ],
    [
      'a queue that is too long',
      `${MINIMAL}again: queue 500\n`,
      [
        '4:8 `again` is single, restart, queue 5, parallel 3 or per device, with at most 50 runs (here stands "queue 500")',
      ],
    ],
    [
      'a room that is not there',
      `${MINIMAL}room: kitchn\n`,
      ['4:7 There is no room "kitchn"; did you mean kitchen?'],
    ],
    [
      'a command that the device has not',
      'scene: S\ndo:\n  - command: {bedroom-blind: stpp}\n',
      ['3:30 Bedroom blind has no command "stpp"; did you mean stop?'],
    ],
    [
      'a message to nobody',
      'scene: S\ndo:\n  - notify: {to: adlts, text: Hi}\n',
      ['3:18 "adlts" is nobody of this home; did you mean adults?'],
    ],
    [
      'a message with an unknown blank',
      "scene: S\ndo:\n  - notify: {text: 'At {{place}}'}\n",
      [
        '3:20 The blank {{place}} is not known; write {{cause.device.name}}, {{cause.device.room}}, {{cause.value}}, {{scene.name}}, {{time}} or {{hall-sensor.temperature}}',
      ],
    ],
    [
      'else without a timeout',
      'scene: S\ndo:\n  - wait: {holds: {hall-lamp.on: true}}\n    else: [{stop: done}]\n',
      ['4:5 `else` is done when the time is over; say the `timeout`'],
    ],
    [
      'a step of a later version',
      'scene: S\ndo:\n  - toggle: hall-lamp\n  - speak: []\n',
      ['4:5 "speak" is not supported yet in this version'],
    ],
    [
      'a moment that is none',
      `${MINIMAL}while: {between: [sunset 20min, 25:00]}\n`,
      ['4:19 "sunset 20min" is not a moment; write sunset, sunset-30min or sunset+1h'],
    ],
    [
      'a step with more said than it can mean',
      'scene: S\ndo:\n  - command: {bedroom-blind: stop}\n    within: 30s\n  - command: stop\n',
      [
        '4:5 `within` goes with `expect`: what is expected within the time?',
        '5:14 Which device does it? Write {bedroom-blind: stop}, or say `all` beside it',
      ],
    ],
    [
      'selections, buttons and calls that cannot be',
      [
        'scene: S',
        'do:',
        '  - set: {on: true, brightnes: 5}',
        '    all: {room: attic}',
        '  - notify: {text: Hi, actions: {yes: Yes}}',
        '    answers: {yess: [{toggle: hall-lamp}]}',
        '  - http: {url: "https://u:p@a.example", timeout: 5min}',
        '  - mqtt: {topic: "a/#", payload: x}',
        '  - adjust: {hall-lamp.on: 1}',
        '  - notify: {text: Hi, wait: 5min}',
        '',
      ].join('\n'),
      [
        '3:21 "brightnes" is not a property that devices have',
        '4:17 There is no room "attic"',
        '6:15 There is no button "yess"; did you mean yes?',
        '7:17 An address such as https://example.org/hooks/door is wanted here, without a password',
        '8:19 A topic to publish to has no + and no #, and does not begin with $',
        '9:14 "hall-lamp.on" is not a number that can be set',
        '10:24 Nobody is asked anything here: give it `actions`, or `until: acknowledged`',
      ],
    ],
    [
      'the same key twice',
      'scene: S\nscene: T\ndo: [{toggle: hall-lamp}]\n',
      ['2:1 "scene" stands here twice; keep one of them'],
    ],
    [
      'an anchor and an alias',
      'scene: &a S\ndescription: *a\ndo: [{toggle: hall-lamp}]\n',
      [
        '1:11 Anchors (&name) cannot be used in a scene; leave it out',
        '2:14 Aliases (*name) cannot be used in a scene; write the value itself',
      ],
    ],
    [
      'a tag',
      'scene: !secret S\ndo: [{toggle: hall-lamp}]\n',
      ['1:16 The tag !secret is not known; leave it out'],
    ],
  ];

describe('a scene file that is wrong', () => {
  it.each(MALFORMED)('is refused with its place: %s', (_title, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('is told with all that is wrong in it, in the order of the file', () => {
    const text = `scene: S
when:
  - becomes: {hall-door.open: maybe}
  - at: 99:99
while: {is: {nowhere.on: true}}
do:
  - delay: soon
  - set: {hall-lamp: {brightness: -1, nosuch: 3}}
again: never
`;
    expect(problems(text).map((line) => line.split(' ')[0])).toEqual([
      '3:31',
      '4:9',
      '5:14',
      '7:12',
      '8:35',
      '8:39',
      '9:8',
    ]);
  });

  it('is refused when it is too large, too deep, too long or built to grow', () => {
    expect(problems(`scene: S\ndescription: "${'x'.repeat(70_000)}"\n`)[0]).toMatch(
      /at most 64 KB/,
    );
    expect(problems(`scene: S\ndo: ${'['.repeat(40)}${']'.repeat(40)}\n`)[0]).toMatch(
      /nested at most 32/,
    );
    expect(problems('['.repeat(60_000))[0]).toMatch(/^\d+:\d+ This is not well-formed/);
    expect(problems('- '.repeat(30_000))[0]).toMatch(/^\d+:\d+ /);
    const steps = '  - delay: 1s\n'.repeat(201);
    expect(problems(`scene: S\ndo:\n${steps}`)).toEqual(['203:5 A scene has at most 200 steps']);
    const laughs = 'a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n';
    expect(problems(laughs).length).toBeGreaterThan(0);
    expect(problems(`{"__proto__": {"polluted": true}, "scene": "S"}`).length).toBeGreaterThan(0);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('never makes the reader throw, whatever bytes it is', () => {
    const good = fs.readFileSync(path.join(EXAMPLES, 'light-the-hall.yaml'), 'utf8');
    for (let at = 0; at < good.length; at += 3) {
      for (const cut of [good.slice(0, at), `${good.slice(0, at)}\u0000{${good.slice(at)}`]) {
        expect(() => parseScene(cut, TEST_NAMES)).not.toThrow();
      }
    }
  });
});

describe('the JSON Schema of scene files', () => {
  it('names every key of the format', () => {
    const text = JSON.stringify(sceneFileJsonSchema());
    for (const key of [
      'becomes',
      'crosses',
      'hysteresis',
      'presses',
      'between',
      'if-unknown',
      'after-outage',
      'on-error',
    ]) {
      expect(text).toContain(`"${key}"`);
    }
  });
});
