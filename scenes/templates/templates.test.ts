import { beforeEach, describe, expect, it } from 'vitest';
import { homeSubjects } from '../../hub/model/home-values.ts';
import type {
  SceneTemplates,
  TemplateBindings,
  TemplateHome,
} from '../../hub/model/scene-templates-port.ts';
import { homeNames } from '../language/names.ts';
import { parseScene } from '../language/parse.ts';
import { toShown, toStored } from '../language/stored.ts';
import { TEST_DEVICES, TEST_ROOMS } from '../language/test-home.ts';
import { checkTemplate } from './check-template.ts';
import { createSceneTemplates } from './scene-templates.ts';

const KIND_BY_HANDLE: Readonly<
  Record<string, 'light' | 'contact' | 'plug' | 'thermostat' | 'lock' | 'cover'>
> = {
  'hall-lamp': 'light',
  'living-lamp': 'light',
  'hall-door': 'contact',
  washer: 'plug',
  thermostat: 'thermostat',
  'front-lock': 'lock',
  'bedroom-blind': 'cover',
};
const HOME: TemplateHome = {
  devices: [
    ...TEST_DEVICES.map((one) => ({
      ...one,
      description: { ...one.description, kind: KIND_BY_HANDLE[one.handle] ?? ('other' as const) },
    })),
    ...homeSubjects({ name: 'Test', mode: 'home' }, []),
  ],
  rooms: TEST_ROOMS,
  scenes: [],
  language: 'en',
  modes: ['home', 'away', 'night', 'holiday'],
};
const NAMES = homeNames(HOME.devices, HOME.rooms);
const NIGHT = { motion: ['hall-motion'], lamps: ['hall-lamp'] };

function bindings(
  devices: TemplateBindings['devices'],
  values: TemplateBindings['values'] = {},
): TemplateBindings {
  return { devices, rooms: {}, values };
}

describe('binding a template to a home', () => {
  let templates: SceneTemplates;
  beforeEach(() => {
    templates = createSceneTemplates();
  });
  const bind = (given: TemplateBindings, home = HOME) =>
    templates.bind('night-path', { name: null, bindings: given }, home, []);

  it('item 75: what fits a slot is proposed, and what is in the same room comes first', () => {
    const slots = templates.show('night-path', HOME, [])?.slots ?? [];
    const [motion, lamps] = slots;
    expect(motion?.choices.map(({ handle }) => handle)).toEqual(['hall-motion', 'kitchen-motion']);
    expect(motion?.suggested).toEqual(['hall-motion']);
    expect(lamps?.choices.map(({ handle }) => handle)).toEqual(['hall-lamp', 'living-lamp']);
    expect(lamps?.suggested).toEqual(['hall-lamp']);
    expect(lamps?.wants).toEqual({ en: 'a light with brightness', zh: '有亮度的灯' });
  });

  it('item 75: a template says of what the home has nothing', () => {
    const list = templates.list(HOME, []);
    expect(list.find(({ id }) => id === 'night-path')?.missing).toEqual([]);
    const smoke = list.find(({ id }) => id === 'smoke');
    expect(smoke?.missing).toEqual([{ en: 'Smoke alarms', zh: '烟雾报警器' }]);
  });

  it('item 75: the preview is the sentence with the names of the home, in both languages', () => {
    const made = bind(bindings(NIGHT, { level: 35 }));
    expect(made?.problems).toEqual([]);
    expect(made?.scene?.sentence.en).toContain('When Hall motion detects motion');
    expect(made?.scene?.sentence.en).toContain('brightness to 35 %');
    expect(made?.scene?.sentence.zh).toContain('当 Hall motion 检测到有人移动时');
  });

  it('item 75: what does not fit is told by its slot, with what would fit, in both languages', () => {
    expect(bind(bindings({ motion: ['hall-door'], lamps: ['washer'] }))?.problems).toEqual([
      {
        slot: 'motion',
        text: {
          en: 'Motion sensor: Hall door has no motion; a device with motion is wanted',
          zh: '人体传感器：Hall door 没有人体移动；需要有人体移动的设备',
        },
        fits: ['hall-motion', 'kitchen-motion'],
      },
      {
        slot: 'lamps',
        text: {
          en: 'Lamps: Washing machine is not a light; a light with brightness is wanted',
          zh: '灯：Washing machine 不是灯；需要有亮度的灯',
        },
        fits: ['hall-lamp', 'living-lamp'],
      },
    ]);
  });

  it('item 75: a slot that is left open, a value out of its range and a slot that is not there are told', () => {
    const problems = bind(
      bindings({ motion: ['hall-motion'], lamp: ['hall-lamp'] }, { level: 400, after: '5d' }),
    )?.problems;
    expect(problems?.map(({ slot, text }) => [slot, text.en])).toEqual([
      ['lamps', 'Lamps: choose a light with brightness, such as Hall lamp, Living room lamp'],
      ['level', 'Brightness: A number from 1 to 100 % is wanted'],
      ['after', 'Off after no motion for: A duration from 10s to 30min is wanted'],
      ['lamp', 'There is no such slot "lamp"; there are motion, lamps, from, to, level, after'],
    ]);
  });

  it('item 75: what a device cannot do with a value is told by the slot that it came of', () => {
    const made = templates.bind(
      'window-heating',
      {
        name: null,
        bindings: bindings({ windows: ['hall-door'], thermostat: ['thermostat'] }, { low: 5 }),
      },
      {
        ...HOME,
        devices: HOME.devices.map((one) =>
          one.handle === 'thermostat'
            ? {
                ...one,
                description: {
                  ...one.description,
                  properties: one.description.properties.map((two) => ({ ...two, min: 10 })),
                },
              }
            : one,
        ),
      },
      [],
    );
    expect(made?.scene).toBeNull();
    expect(made?.problems[0]?.slot).toBe('low');
    expect(made?.problems[0]?.text.en).toMatch(/^Temperature meanwhile: .*10/);
  });

  it('item 75: a scene remembers its template and bindings, also when devices are renamed, and can be bound anew', () => {
    const text = bind(bindings(NIGHT, { level: 35 }))?.scene?.text ?? '';
    const stored = toStored(text, NAMES);
    if (stored.errors) throw new Error(JSON.stringify(stored.errors));
    expect(stored.stored).toContain('motion: dev_hall_motion');
    const renamed = {
      ...HOME,
      devices: HOME.devices.map((one) =>
        one.handle === 'hall-lamp' ? { ...one, handle: 'way-lamp' } : one,
      ),
    };
    const uses = templates.usesOf(stored.stored, renamed);
    expect(uses).toMatchObject({
      template: 'night-path',
      devices: { motion: ['hall-motion'], lamps: ['way-lamp'] },
      values: { level: 35, from: '22:00' },
    });
    if (uses === null) return;
    const again = bind({ ...uses, values: { ...uses.values, level: 50 } }, renamed);
    expect(again?.scene?.text).toContain('way-lamp: {on: true, brightness: 50}');
  });

  it('item 75: a scene whose template names a device that is gone still runs', () => {
    const stored = 'scene: S\nuses: {template: t, devices: {a: dev_gone}}\ndo: [{delay: 1s}]\n';
    expect(parseScene(stored, NAMES).errors).toBeUndefined();
    expect(templates.usesOf(stored, HOME)).toEqual({
      template: 't',
      devices: { a: [] },
      rooms: {},
      values: {},
    });
  });

  it('item 75: two scenes of one template have different names', () => {
    const home = { ...HOME, scenes: [{ id: 'scene_1' as never, name: 'Light the way at night' }] };
    expect(bind(bindings(NIGHT), home)?.scene?.name).toBe('Light the way at night 2');
  });
});

describe('templates of one’s own', () => {
  const SCENE = `scene: Reading
room: living
when: [{presses: {bedroom-button.button: double}}]
while: {below: {hall-motion.illuminance: 20}}
do:
  - set: {living-lamp: {on: true, brightness: 60}}
  - command: {bedroom-blind: stop}
  - notify: {text: "Light is {{hall-motion.illuminance}}"}
`;
  const templates = createSceneTemplates();

  function derived(text: string): string {
    const stored = toStored(text, NAMES);
    if (stored.errors) throw new Error(JSON.stringify(stored.errors));
    return templates.derive(stored.stored, HOME, 'reading').text ?? '';
  }

  it('item 77: a scene becomes a template whose slots want what the scene uses, and binding it gives the scene again', () => {
    const file = derived(SCENE);
    expect(templates.check(file)).toEqual({ errors: [], id: 'reading' });
    const slots = templates.show('reading', HOME, [file])?.slots ?? [];
    const handles: Record<string, string> = {
      'the-living-lamp': 'living-lamp',
      'the-bedroom-button': 'bedroom-button',
      'the-hall-motion': 'hall-motion',
      'the-bedroom-blind': 'bedroom-blind',
    };
    expect(slots.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(handles), 'the-room-living'].sort(),
    );
    const devices = Object.fromEntries(
      Object.entries(handles).map(([slot, handle]) => [slot, [handle]]),
    );
    const wish = {
      name: 'Reading',
      bindings: { devices, rooms: { 'the-room-living': 'living' }, values: {} },
    };
    const made = templates.bind('reading', wish, HOME, [file]);
    expect(made?.problems).toEqual([]);
    const before = parseScene(SCENE, NAMES).scene;
    const after = parseScene(made?.scene?.text ?? '', NAMES).scene;
    expect({ ...after, uses: undefined }).toEqual({ ...before, uses: undefined });
    const wrong = templates.bind(
      'reading',
      {
        ...wish,
        bindings: { ...wish.bindings, devices: { ...devices, 'the-living-lamp': ['washer'] } },
      },
      HOME,
      [file],
    );
    expect(wrong?.problems.map(({ slot }) => slot)).toEqual(['the-living-lamp']);
  });

  it('item 77: a scene as it is shown can be exported and is the same scene when it is read again', () => {
    const stored = toStored(SCENE, NAMES);
    if (stored.errors) throw new Error('wrong');
    const shown = toShown(stored.stored, NAMES);
    expect(shown).toBe(SCENE);
    expect(parseScene(shown, NAMES).scene).toEqual(parseScene(SCENE, NAMES).scene);
  });

  it('item 75: all mistakes of a template file are told with their places', () => {
    const check = (text: string) =>
      checkTemplate(text).errors.map(({ line, message }) => `${line ?? '-'}: ${message}`);
    const head = 'template: t\nname: {en: T, zh: 试}\ndescription: {en: T, zh: 试}\n';
    expect(check('template: T!\nname: T\n')).toHaveLength(5);
    expect(
      check(`${head}slots:
  lamp: {kind: device, sets: [onn], label: {en: L, zh: 灯}}
  motion: {kind: device, has: occupancy, near: lmap, label: {en: M, zh: 人}}
  level: {kind: number, min: 1, max: 10, default: 50, label: {en: B, zh: 亮}}
scene:
  do: [{set: {"{{lamp}}": {on: true, brightness: "{{levl}}"}}}]
`),
    ).toEqual([
      '5: "onn" is not a property that devices have',
      '6: There is no slot "lmap"',
      '7: A number from 1 to 10 is wanted',
      '9: There is no slot "levl"; did you mean level?',
      '6: Nothing in the scene uses the slot "motion"',
      '7: Nothing in the scene uses the slot "level"',
    ]);
  });

  it('item 75: a template of which some binding gives no valid scene is refused', () => {
    const text = `template: t
name: {en: T, zh: 试}
description: {en: T, zh: 试}
slots:
  lamp: {kind: device, sets: on, label: {en: L, zh: 灯}}
  level: {kind: number, min: 1, max: 200, default: 50, label: {en: B, zh: 亮}}
scene:
  do: [{set: {"{{lamp}}": {on: true, brightness: "{{level}}"}}}]
`;
    expect(checkTemplate(text).errors[0]?.message).toMatch(/has no property "brightness"/);
    const mended = checkTemplate(text.replace('sets: on', 'sets: [on, brightness]')).errors;
    expect(mended[0]?.message).toMatch(/200.*\(level\)/);
    expect(
      checkTemplate(
        text.replace('sets: on', 'sets: [on, brightness]').replace('max: 200', 'max: 100'),
      ).errors,
    ).toEqual([]);
  });
});
