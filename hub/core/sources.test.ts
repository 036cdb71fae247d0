// What is told to the home and is no device's, from the core's input to the run that follows from it.
import { describe, expect, it } from 'vitest';
import { homeNames } from '../../scenes/language/names.ts';
import { toStored } from '../../scenes/language/stored.ts';
import type { Cause } from '../model/cause.ts';
import type { CoreEffects, SourceInput } from '../model/core-port.ts';
import type { SceneRecord } from '../model/home.ts';
import {
  HOME_MODE,
  type HomeValueRecord,
  homeSubjects,
  homeValueKey,
  parseHomeValueKey,
} from '../model/home-values.ts';
import { adapterId, type MemberId, sceneId } from '../model/identifiers.ts';
import type { CoreStart } from './core.ts';
import { NO_HOME } from './core-state.ts';
import { BUTTON, CHILD, createHome, device, LAMP, OWNER, online, sent } from './test-core.ts';

const ANNA = declared('person', 'anna', 'Anna', { type: 'enum', member: OWNER });
const BEN = declared('person', 'ben', 'Ben', { type: 'enum', member: CHILD });
const VALUES: readonly HomeValueRecord[] = [
  ANNA,
  BEN,
  declared('variable', 'guests', 'Guests', { type: 'number', initial: 0, min: 0, max: 20 }),
  declared('input', 'alarm', 'Alarm', {
    type: 'enum',
    values: ['off', 'armed'],
    initial: 'off',
    topic: 'tele/alarm/state',
  }),
  declared('calendar', 'school', 'School', { type: 'boolean', initial: false }),
  declared('zone', 'work', 'Work', { type: 'string' }),
];
const HOME = { ...NO_HOME, name: 'Home', modes: ['guests'], version: 1 };
const SUBJECTS = homeSubjects(HOME, VALUES);
const DEVICES = [
  device(LAMP, 'light', ['on', 'battery', 'batteryLow']),
  device(BUTTON, 'button', ['button']),
];
const MQTT = adapterId('mqtt');
const BY_OWNER: Cause = { kind: 'member', id: OWNER, via: 'api' };

function declared(
  kind: HomeValueRecord['kind'],
  handle: string,
  name: string,
  more: Partial<HomeValueRecord> & Pick<HomeValueRecord, 'type'>,
): HomeValueRecord {
  const id = homeValueKey(kind, handle);
  return { id, name, kind, initial: null, member: null, topic: null, version: 1, ...more };
}

const OTHERS = [
  { id: sceneId('scene_evening'), name: 'Evening' },
  { id: sceneId('scene_test'), name: 'Test' },
];

function scene(text: string, id = 'scene_test'): SceneRecord {
  const stored = toStored(text, homeNames([...DEVICES, ...SUBJECTS], [], OTHERS));
  if (stored.errors) throw new Error(JSON.stringify(stored.errors));
  return {
    id: sceneId(id),
    name: stored.scene.name,
    enabled: true,
    source: stored.stored,
    author: null,
    version: 1,
    updatedAtMs: 0,
  };
}

function house(scenes: readonly SceneRecord[], start: Partial<CoreStart> = {}) {
  const home = createHome(start);
  const first = home.turn(
    { kind: 'home', home: HOME },
    { kind: 'members', members: MEMBERS },
    { kind: 'homeValues', values: VALUES },
    ...DEVICES.map((one) => ({ kind: 'device' as const, device: one })),
    ...scenes.map((one) => ({ kind: 'scene' as const, scene: one })),
  );
  home.items(online(LAMP), online(BUTTON));
  home.core.resume(home.now());
  const resumed = home.turn({ kind: 'tick' });
  let request = 0;
  return {
    ...home,
    first,
    resumed,
    tell(source: SourceInput, cause: Cause = BY_OWNER): CoreEffects {
      request += 1;
      return home.turn({ kind: 'source', request, source, cause });
    },
    set(key: string, value: string | number | boolean | null, cause: Cause = BY_OWNER) {
      return this.tell({ kind: 'value', key: parseHomeValueKey(key), value }, cause);
    },
    message(topic: string, payload: string, isRetained = false): CoreEffects {
      const { monoMs } = home.now();
      request += 1;
      return home.turn({
        kind: 'batch',
        adapter: MQTT,
        host: 'mqtt-host',
        number: request,
        items: [{ kind: 'message', topic, payload, isRetained, monoMs }],
      });
    },
  };
}

const MEMBERS = [member(OWNER, 'owner'), member(CHILD, 'child')];
function member(id: MemberId, role: 'owner' | 'child') {
  return { id, name: id.slice(4), role, language: 'en' as const, version: 1, createdAtMs: 0 };
}

/** The scene's runs and near misses in these effects, with why they began. */
function runs(effects: CoreEffects): string[] {
  return effects.out.flatMap((event) =>
    event.kind === 'run' && event.trace.endedAtMs === null ? [because(event.trace.steps)] : [],
  );
}
function because(steps: readonly { readonly text: { readonly en: string } }[]): string {
  return steps[0]?.text.en ?? '';
}

const lampOn = (when: string, more = '', id = 'scene_test') =>
  scene(
    `scene: Test
when: [${when}]
${more}
do: [{set: {lamp: {on: true}}}]`,
    id,
  );

describe('what is told to the home', () => {
  it('item 16: the first person who comes home sets a scene off, the second one does not', () => {
    const home = house([lampOn('{arrives: first}')]);
    home.set('person.anna', 'away');
    home.set('person.ben', 'away');
    const first = home.set('person.ben', 'home');
    expect(runs(first)).toEqual(['the first person comes home']);
    expect(sent(first)).toHaveLength(1);
    home.pass(60_000);
    expect(runs(home.set('person.anna', 'home'))).toEqual([]);
  });

  it('item 16: the last person who leaves sets a scene off, and a named person does so alone', () => {
    const home = house([lampOn('{leaves: last}, {arrives: anna}')]);
    home.set('person.anna', 'home');
    home.set('person.ben', 'home');
    expect(runs(home.set('person.anna', 'away'))).toEqual([]);
    expect(runs(home.set('person.ben', 'work'))).toEqual(['the last person leaves home']);
    home.pass(60_000);
    expect(runs(home.set('person.ben', 'home'))).toEqual([]);
    expect(runs(home.set('person.anna', 'home'))).toEqual(['Anna arrives at home']);
  });

  it('item 16: where a person is found to be after nothing was known is no arrival', () => {
    const home = house([lampOn('{arrives: anyone}')]);
    expect(runs(home.set('person.anna', 'home'))).toEqual([]);
  });

  it('item 17: a person who comes to a zone or leaves it sets a scene off', () => {
    const home = house([lampOn('{enters: {anna: work}}, {exits: {anyone: work}}')]);
    home.set('person.anna', 'away');
    expect(runs(home.set('person.anna', 'work'))).toEqual(['Anna enters “work”']);
    home.pass(60_000);
    expect(runs(home.set('person.anna', 'away'))).toEqual(['anybody leaves “work”']);
  });

  it('item 18: the home’s mode can be waited for, held, and asked for like a device’s value', () => {
    const home = house([
      lampOn('{holds: {home.mode: night}, for: 5min}', 'while: {above: {home.people: 0}}'),
    ]);
    home.set('person.anna', 'home');
    home.set('home.mode', 'night');
    expect(runs(home.pass(299_000))).toEqual([]);
    expect(runs(home.pass(1_000))).toHaveLength(1);
  });

  it('item 18: a mode that the home does not have is refused with the nearest one', () => {
    const home = house([]);
    expect(home.set('home.mode', 'nigth').replies[0]?.problem?.message).toMatch(/mode/);
    expect(home.set('home.mode', 'guests').replies[0]?.problem).toBeUndefined();
  });

  it('item 59: a scene sets the home’s mode, and another one that waits for that mode runs', () => {
    const home = house([
      scene(
        'scene: Evening\nwhen: [{presses: {button.button: single}}]\ndo: [{mode: night}]',
        'scene_evening',
      ),
      lampOn('{becomes: {home.mode: night}}'),
    ]);
    const effects = home.items({
      kind: 'event',
      node: DEVICES[1]?.description.node ?? ('' as never),
      property: 'button' as never,
      value: 'single',
      monoMs: home.now().monoMs,
    });
    expect(runs(effects)).toEqual(["the home's mode becomes night"]);
    expect(JSON.stringify(effects.out)).toContain('家的模式变为夜间');
    expect(sent(effects)).toHaveLength(1);
  });

  it('item 19: a variable that changes sets a scene off, and is kept over a power cut', () => {
    const home = house([lampOn('{crosses: {var.guests: {above: 2}}}')]);
    expect(runs(home.set('var.guests', 2))).toEqual([]);
    expect(runs(home.set('var.guests', 3))).toEqual(['“Guests” rises above 2']);
    const entries = home.core.durableEntries().map((one) => structuredClone(one));
    const again = house([lampOn('{changes: var.guests}', '', 'scene_other')], {
      entries,
      lastSeq: 100,
    });
    expect(runs(again.set('var.guests', 3))).toEqual([]);
    expect(runs(again.set('var.guests', 4))).toEqual(['“Guests” changes']);
  });

  it('item 19: a variable takes only what it was declared for', () => {
    const home = house([]);
    expect(home.set('var.guests', 21).replies[0]?.problem?.code).toBe('invalid-input');
    expect(home.set('var.guests', 'many').replies[0]?.problem?.code).toBe('invalid-input');
    expect(home.set('var.gests', 1).replies[0]?.problem?.hint).toMatch(/var\.guests/);
    expect(home.set('home.people', 1).replies[0]?.problem?.code).toBe('not-found');
  });

  it('item 20: a scene that begins, ends or fails sets another one off', () => {
    const evening = scene(
      'scene: Evening\nwhen: [{becomes: {home.mode: night}}]\ndo: [{delay: 10s}, {stop: failed}]',
      'scene_evening',
    );
    const started = house([evening, lampOn('{scene: {evening: started}}')]);
    const begun = runs(started.set('home.mode', 'night'));
    expect(begun).toContain('“Evening” begins');
    const failed = house([evening, lampOn('{scene: {evening: failed}}')]);
    failed.set('home.mode', 'night');
    expect(runs(failed.pass(10_000))).toContain('“Evening” has failed');
    const ended = house([evening, lampOn('{scene: {evening: ended}}')]);
    ended.set('home.mode', 'night');
    expect(runs(ended.pass(10_000))).toEqual([]);
  });

  it('item 70: scenes that begin each other by their events are stopped as a loop', () => {
    const one = scene(
      'scene: Evening\nwhen: [{becomes: {home.mode: night}}, {scene: {test: ended}}]\ndo: [{mode: night}]',
      'scene_evening',
    );
    const two = scene('scene: Test\nwhen: [{scene: {evening: ended}}]\ndo: [{mode: night}]');
    const home = house([one, two]);
    const effects = home.set('home.mode', 'night');
    const all = effects.out.flatMap((event) => (event.kind === 'run' ? [event.trace] : []));
    expect(all.length).toBeLessThan(60);
    expect(all.some(({ summary }) => /16 times in a row/.test(summary.en))).toBe(true);
  });

  it('item 21: a device that goes out of reach, comes back, or has a low battery sets a scene off', () => {
    const node = DEVICES[0]?.description.node ?? ('' as never);
    const home = house([
      lampOn('{device: {lamp: offline}}, {device: {any: low-battery}}, {device: {lamp: online}}'),
    ]);
    const reach = (online: boolean) =>
      home.items({ kind: 'availability', node, online, reason: online ? null : 'gone' });
    expect(runs(reach(true))).toEqual([]);
    expect(runs(reach(false))).toEqual(['lamp goes out of reach']);
    home.pass(120_000);
    expect(runs(reach(true))).toEqual(['lamp is within reach again']);
    home.pass(200_000);
    home.report(LAMP, { battery: 20 });
    expect(runs(home.report(LAMP, { battery: 14 }))).toEqual(['lamp has a low battery']);
    home.pass(200_000);
    expect(runs(home.report(LAMP, { battery: 13 }))).toEqual([]);
  });

  it('item 21: a device that joins or leaves the home sets a scene off', () => {
    const home = house([lampOn('{device: {any: joined}}, {device: {any: left}}')]);
    const plug = device('dev_plug' as never, 'plug', ['on']);
    expect(runs(home.turn({ kind: 'device', device: plug }))).toEqual(['plug joins the home']);
    home.pass(60_000);
    expect(runs(home.turn({ kind: 'deviceRemoved', id: plug.id }))).toEqual([
      'plug leaves the home',
    ]);
  });

  it('item 22: the hub’s start after a power cut differs from one after a stop', () => {
    const cut = lampOn('{hub: power-returned}');
    expect(runs(house([cut], { hubStart: 'power-returned' }).resumed)).toHaveLength(1);
    expect(runs(house([cut], { hubStart: 'restarted' }).resumed)).toEqual([]);
    expect(runs(house([lampOn('{hub: started}')], { hubStart: 'first' }).resumed)).toHaveLength(1);
    expect(runs(house([lampOn('{hub: started}')]).resumed)).toEqual([]);
  });

  it('item 23: a call from the network sets the scene off that names it', () => {
    const home = house([lampOn('{webhook: doorbell}', 'while: {caused-by: webhook}')]);
    const cause: Cause = { kind: 'source', via: 'webhook', name: 'doorbell' };
    expect(runs(home.tell({ kind: 'webhook', name: 'doorbell' }, cause))).toEqual([
      'the call “doorbell” comes from the network',
    ]);
    expect(runs(home.tell({ kind: 'webhook', name: 'other' }, cause))).toEqual([]);
  });

  it('item 24: a message on a topic sets a scene off, a retained one does not', () => {
    const home = house([lampOn('{mqtt: {topic: tele/+/ring, payload: "ON"}}')]);
    expect(runs(home.message('tele/bell/ring', 'ON', true))).toEqual([]);
    expect(runs(home.message('tele/bell/ring', 'OFF'))).toEqual([]);
    expect(runs(home.message('tele/bell/ring', 'ON'))).toHaveLength(1);
  });

  it('item 24: the MQTT adapter is told which topics the home listens on', () => {
    const home = house([lampOn('{mqtt: {topic: tele/bell/#}}, {tag: red}')]);
    const told = [home.first, home.resumed].flatMap(({ send }) => send);
    expect(told.at(-1)).toEqual({
      adapter: MQTT,
      message: { kind: 'topics', filters: ['tele/+/tag', 'tele/alarm/state', 'tele/bell/#'] },
    });
    const gone = home.turn({ kind: 'sceneRemoved', id: sceneId('scene_test') });
    expect(gone.send.at(-1)?.message).toEqual({ kind: 'topics', filters: ['tele/alarm/state'] });
  });

  it('item 29: a tag that is read, an alarm that is armed and a calendar’s entry set scenes off', () => {
    const home = house([
      lampOn('{tag: red}, {becomes: {home.alarm: armed}}, {calendar: {school: starts}}'),
    ]);
    expect(runs(home.message('tele/reader/tag', 'red'))).toEqual(['the tag “red” is read']);
    home.pass(60_000);
    expect(runs(home.message('tele/alarm/state', '{"state":"armed"}'))).toHaveLength(1);
    home.pass(60_000);
    expect(runs(home.set('calendar.school', true))).toEqual(['“School” starts']);
    home.pass(60_000);
    expect(runs(home.set('calendar.school', false))).toEqual([]);
  });

  it('item 38: a scene asks who caused it: a person by name, a device by itself, another scene', () => {
    const byAnna = house([lampOn('{changes: var.guests}', 'while: {caused-by: anna}')]);
    expect(runs(byAnna.set('var.guests', 1))).toHaveLength(1);
    const byBen = house([lampOn('{changes: var.guests}', 'while: {caused-by: ben}')]);
    expect(runs(byBen.set('var.guests', 1))).toEqual([]);
    const byScene = house([
      scene('scene: Evening\nwhen: [{changes: var.guests}]\ndo: [{mode: night}]', 'scene_evening'),
      lampOn('{becomes: {home.mode: night}}', 'while: {caused-by: [evening, ben]}'),
    ]);
    expect(runs(byScene.set('home.mode', 'night'))).toEqual([]);
    byScene.set('home.mode', 'home');
    expect(runs(byScene.set('var.guests', 1))).toContain("the home's mode becomes night");
  });

  it('item 39: a scene asks how long ago it last ran', () => {
    const home = house([lampOn('{changes: var.guests}', 'while: {last-run: {ago: 10min}}')]);
    expect(runs(home.set('var.guests', 1))).toHaveLength(1);
    home.pass(300_000);
    expect(runs(home.set('var.guests', 2))).toEqual([]);
    home.pass(300_000);
    expect(runs(home.set('var.guests', 3))).toHaveLength(1);
  });

  it('item 40: a scene asks whether another one is under way', () => {
    const home = house([
      scene(
        'scene: Evening\nwhen: [{becomes: {home.mode: night}}]\ndo: [{delay: 10min}]',
        'scene_evening',
      ),
      lampOn('{changes: var.guests}', 'while: {active: evening}'),
    ]);
    expect(runs(home.set('var.guests', 1))).toEqual([]);
    home.set('home.mode', 'night');
    expect(runs(home.set('var.guests', 2))).toHaveLength(1);
    home.pass(600_000);
    home.pass(60_000);
    expect(runs(home.set('var.guests', 3))).toEqual([]);
  });

  it('a child says where it is itself, and sets nothing else', () => {
    const home = house([]);
    const byChild: Cause = { kind: 'member', id: CHILD, via: 'page' };
    expect(home.set('person.ben', 'home', byChild).replies[0]?.problem).toBeUndefined();
    expect(home.set('home.mode', 'away', byChild).replies[0]?.problem?.code).toBe('forbidden');
  });

  it('a value that is declared no more is forgotten', () => {
    const home = house([]);
    home.set('var.guests', 3);
    home.turn({ kind: 'homeValues', values: [ANNA] });
    expect(home.core.durableEntries().some(({ key }) => key === 'var.guests')).toBe(false);
    expect(home.core.durableEntries().some(({ key }) => key === HOME_MODE)).toBe(false);
  });
});
