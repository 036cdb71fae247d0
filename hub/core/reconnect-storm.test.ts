// Goal: when a coordinator or a broker comes back, two hundred devices tell at once how they are, and nothing in the
// house moves because of it, but what asked for that. Method: the real core with a scene of each kind on each
// device.
import { describe, expect, it } from 'vitest';
import { homeNames } from '../../scenes/language/names.ts';
import { toStored } from '../../scenes/language/stored.ts';
import type { CoreEffects } from '../model/core-port.ts';
import type { SceneRecord } from '../model/home.ts';
import { deviceId, sceneId } from '../model/identifiers.ts';
import type { PropertyValue } from '../model/properties.ts';
import { NO_HOME } from './core-state.ts';
import { createHome, device, LAMP, sent } from './test-core.ts';

const COUNT = 200;
/** Devices of a home do not all come back in one message. */
const AT_ONCE = 20;
const SENSORS = Array.from({ length: COUNT }, (_, index) =>
  device(deviceId(`dev_s${index}`), 'sensor', ['occupancy', 'open', 'temperature', 'waterLeak']),
);
const DEVICES = [...SENSORS, device(LAMP, 'light', ['on'])];

const TRIGGERS = (s: string): readonly string[] => [
  `{becomes: {${s}.occupancy: true}}`,
  `{becomes: {${s}.open: true}, from: false}`,
  `{changes: [${s}.open, ${s}.temperature]}`,
  `{reports: ${s}.temperature}`,
  `{crosses: {${s}.temperature: {above: 25, hysteresis: 1}}}`,
  `{crosses: {${s}.temperature: {above: 25}}}`,
  `{moves: {${s}.temperature: {by: 2, within: 1h}}}`,
  `{so: {is: {${s}.occupancy: true}}}`,
  `{sequence: [{becomes: {${s}.occupancy: true}}, {becomes: {${s}.open: true}}], within: 1min}`,
  `{count: {of: {changes: ${s}.open}, times: 2, within: 1min}}`,
];

function scene(id: string, when: string): SceneRecord {
  const text = `scene: ${id}\nwhen: [${when}]\ndo: [{set: {lamp: {on: true}}}]\nagain: parallel 50\n`;
  const stored = toStored(text, homeNames(DEVICES, []));
  if (stored.errors) throw new Error(JSON.stringify(stored.errors));
  const record = { id: sceneId(`scene_${id}`), name: id, enabled: true, source: stored.stored };
  return { ...record, author: null, version: 1, updatedAtMs: 0 };
}

/** The house with its scenes, quiet: doors shut, nobody there, 20 °C. */
function quietHouse(scenes: readonly SceneRecord[]) {
  const home = createHome();
  home.turn(
    { kind: 'home', home: { ...NO_HOME, name: 'Home', version: 1 } },
    ...DEVICES.map((one) => ({ kind: 'device' as const, device: one })),
  );
  home.core.resume(home.now());
  home.turn();
  for (const { id } of SENSORS)
    home.report(id, { occupancy: false, open: false, temperature: 20, waterLeak: false });
  home.report(LAMP, { on: false });
  home.turn(...scenes.map((one) => ({ kind: 'scene' as const, scene: one })));
  home.pass(3_600_000);
  return home;
}

type Home = ReturnType<typeof quietHouse>;

/** What came of it: scenes that began or nearly did, and commands that went out. */
function came(all: readonly CoreEffects[]) {
  const traces = all.flatMap(({ out }) =>
    out.flatMap((event) => (event.kind === 'run' ? [event.trace] : [])),
  );
  return { scenes: [...new Set(traces.map(({ scene }) => scene))].sort(), sent: all.flatMap(sent) };
}

function goAway(home: Home): CoreEffects[] {
  return SENSORS.map(({ description: { node } }) =>
    home.items({ kind: 'availability', node, online: false, reason: 'The coordinator is gone' }),
  );
}

/** All come back, some at a time, and say what they retained. */
function comeBack(home: Home, values: Record<string, PropertyValue>): CoreEffects[] {
  const effects: CoreEffects[] = [];
  for (let from = 0; from < COUNT; from += AT_ONCE) {
    const items = SENSORS.slice(from, from + AT_ONCE).flatMap(({ description: { node } }) => [
      { kind: 'availability' as const, node, online: true, reason: null },
      { kind: 'report' as const, node, values, reason: 'reconnect' as const },
    ]);
    effects.push(home.items(...items));
  }
  return effects;
}

const SAME = { occupancy: false, open: false, temperature: 20, waterLeak: false };
const OTHER = { occupancy: true, open: true, temperature: 30, waterLeak: true };

describe('200 devices that go and come back at once', () => {
  const scenes = SENSORS.flatMap(({ handle }) =>
    TRIGGERS(handle).map((when, kind) => scene(`${handle}_${kind}`, when)),
  );

  it.each([
    ['what they were', SAME],
    ['something else', OTHER],
  ])('set no scene off that did not ask for it: they say %s', (_what, values) => {
    const any = scene('any', '{becomes: {any: [kind.waterLeak, true]}}');
    const home = quietHouse([...scenes, any]);
    const effects = [...goAway(home), home.pass(30_000), ...comeBack(home, values), home.pass(500)];
    expect(came(effects)).toEqual({ scenes: [], sent: [] });
    // Twice, since the second time they are known.
    const again = [...goAway(home), home.pass(600_000), ...comeBack(home, values), home.pass(500)];
    expect(came(again)).toEqual({ scenes: [], sent: [] });
  });

  it('set those off that asked for it, each once, and only where something is another', () => {
    const asking = SENSORS.flatMap(({ handle }) => [
      scene(`${handle}_is`, `{becomes: {${handle}.open: true}, also: reconnect}`),
      scene(`${handle}_any`, `{changes: ${handle}.open, also: reconnect}`),
    ]);
    const home = quietHouse([...scenes, ...asking]);
    expect(came([...goAway(home), ...comeBack(home, SAME)]).scenes).toEqual([]);
    const { scenes: begun } = came([...goAway(home), ...comeBack(home, OTHER)]);
    expect(begun).toEqual(asking.map(({ id }) => id).sort());
  });

  it('are heard as ever afterwards: the next thing that happens counts', () => {
    const home = quietHouse(scenes);
    const [first] = SENSORS;
    goAway(home);
    comeBack(home, OTHER);
    const id = first?.id ?? LAMP;
    home.report(id, { occupancy: false });
    const begun = came([home.report(id, { occupancy: true })]).scenes;
    expect(begun).toContain('scene_s0_0');
    expect(begun).not.toContain('scene_s1_0');
  });
});
