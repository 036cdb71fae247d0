// Triggers on each report and on each command, from the core's input to the run that follows; and what of it is logged.
import { describe, expect, it } from 'vitest';
import { homeNames } from '../../scenes/language/names.ts';
import { toStored } from '../../scenes/language/stored.ts';
import type { CoreEffects } from '../model/core-port.ts';
import type { SceneRecord } from '../model/home.ts';
import { sceneId } from '../model/identifiers.ts';
import { createHome, device, LAMP, LOCK, sent, set } from './test-core.ts';

const DEVICES = [device(LAMP, 'light', ['on', 'brightness']), device(LOCK, 'lock', ['locked'])];

function scene(text: string): SceneRecord {
  const { stored, errors } = { stored: undefined, ...toStored(text, homeNames(DEVICES, [])) };
  if (stored === undefined) throw new Error(errors?.[0]?.message ?? 'it cannot be read');
  return {
    ...{ id: sceneId('scene_s'), name: 'S', enabled: true, source: stored, author: null },
    ...{ version: 1, updatedAtMs: 0 },
  };
}

function home(when: string) {
  const world = createHome().furnish();
  world.turn(...DEVICES.map((one) => ({ kind: 'device' as const, device: one })));
  const text = `scene: S\nwhen: [${when}]\nagain: parallel 5\ndo: [{set: {lock: {locked: true}}}]\n`;
  world.turn({ kind: 'scene', scene: scene(text) });
  return world;
}

const locks = (effects: CoreEffects) => sent(effects).map(({ node }) => node.slice(2));
const logged = (effects: CoreEffects) =>
  effects.log.flatMap((entry) =>
    entry.kind === 'change' || entry.kind === 'event' ? [entry] : [],
  );

describe('each report', () => {
  it('item 2: sets a scene off that asks for it, the same value again too', () => {
    const world = home('{reports: lamp.brightness}');
    expect(locks(world.report(LAMP, { brightness: 10 }))).toEqual([LOCK]);
    expect(locks(world.report(LAMP, { brightness: 10 }))).toEqual([LOCK]);
    expect(locks(world.report(LAMP, { on: true }))).toEqual([]);
  });

  it('item 2: the same value again is logged where a scene looks at it, as an event and no change', () => {
    const world = home('{reports: lamp.brightness}');
    expect(logged(world.report(LAMP, { brightness: 10 }))).toMatchObject([{ kind: 'change' }]);
    expect(logged(world.report(LAMP, { brightness: 10 }))).toMatchObject([
      { kind: 'event', device: LAMP, property: 'brightness', value: 10 },
    ]);
    world.report(LAMP, { on: true });
    expect(logged(world.report(LAMP, { on: true }))).toEqual([]);
  });
});

describe('each command', () => {
  it('item 3: sets a scene off that asks for it, before the device has done it, and says who gave it', () => {
    const world = home('{commanded: {lamp.on: true}}');
    const { effects } = world.command(LAMP, set('on', true));
    expect(locks(effects).sort()).toEqual([LAMP, LOCK]);
    const trace = effects.out
      .flatMap((event) => (event.kind === 'run' ? [event.trace] : []))
      .at(-1);
    expect(trace?.cause).toMatchObject({ kind: 'member' });
    expect(locks(world.command(LAMP, set('on', false), undefined, 2).effects)).toEqual([LAMP]);
  });

  it('item 3: a command by its name sets a scene off too', () => {
    const world = home('{commanded: {lamp: identify}}');
    const invoke = { kind: 'invoke', name: 'identify', args: {} } as const;
    expect(locks(world.command(LAMP, invoke).effects)).toContain(LOCK);
  });
});

describe('since when a value is what it is', () => {
  it('is not moved by a report of the same value', () => {
    const world = home('{reports: lamp.brightness}');
    world.report(LAMP, { on: true });
    const since = world.now().wallMs;
    world.pass(60_000);
    world.report(LAMP, { on: true });
    const kept = world.kept().find(({ table, key }) => table === 'values' && key === `${LAMP}/on`);
    expect(kept?.value).toMatchObject({ atMs: since + 60_000, changedAtMs: since });
  });
});
