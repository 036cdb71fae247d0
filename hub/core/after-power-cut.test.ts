// What scenes set while radios and devices are still coming back: the hub is up first after a power cut.
import { describe, expect, it } from 'vitest';
import type { CoreInput } from '../model/core-port.ts';
import type { SceneRecord } from '../model/home.ts';
import { adapterId, sceneId } from '../model/identifiers.ts';
import { commands, createHome, LAMP, online, sent, set } from './test-core.ts';

const LIT: SceneRecord = {
  id: sceneId('scene_lit'),
  name: 'Lit',
  enabled: true,
  source: `scene: Lit\ndo: [{set: {${LAMP}: {on: true}}}]\n`,
  author: null,
  version: 1,
  updatedAtMs: 0,
};
const RUN: CoreInput = {
  ...{ kind: 'runScene' as const, request: 9, scene: LIT.id, checkWhile: false },
  cause: { kind: 'local' },
};

/** A home that has just started, whose lamp has not said a word. */
function started() {
  const home = createHome().furnish({ areHeard: false });
  home.turn({ kind: 'scene', scene: LIT });
  return home;
}

describe('a scene that sets a lamp which is not back yet', () => {
  it('is obeyed as soon as the lamp is there', () => {
    const home = started();
    expect(sent(home.turn(RUN))).toEqual([]);
    expect(sent(home.pass(90_000))).toEqual([]);
    const back = home.items(online(LAMP));
    expect(sent(back)).toMatchObject([{ body: { property: 'on', value: true } }]);
    const ended = home.report(LAMP, { on: true }).out.find(({ kind }) => kind === 'run');
    expect(ended).toMatchObject({ trace: { state: 'done' } });
  });

  it('is obeyed when the lamp reports, though nobody has said yet that it can be reached', () => {
    const home = started();
    home.turn(RUN);
    expect(sent(home.report(LAMP, { power: 3 }, 'reconnect'))).toEqual([]);
    expect(sent(home.report(LAMP, { power: 4 }))).toHaveLength(1);
  });

  it('is obeyed though the coordinator was gone meanwhile', () => {
    const home = started();
    home.turn(RUN);
    home.turn({ kind: 'adapterDown', adapter: adapterId('zigbee'), reason: 'no answer' });
    expect(sent(home.items(online(LAMP)))).toHaveLength(1);
  });

  it('is told after two minutes that the lamp did not come back', () => {
    const home = started();
    home.turn(RUN);
    const [ended] = commands(home.pass(120_000));
    expect(ended).toMatchObject({ state: 'timedOut' });
    expect(ended?.problem?.message).toBe(
      'lamp was not heard from within 120 s after the hub started',
    );
    expect(ended?.problem?.zh?.message).toContain('120 秒内没有收到');
    expect(sent(home.items(online(LAMP)))).toEqual([]);
  });

  it('gives way to what a person sets, who hears at once how it went', () => {
    const home = started();
    const held = home.turn(RUN);
    const { effects } = home.command(LAMP, set('on', false));
    expect(sent(effects)).toMatchObject([{ body: { property: 'on', value: false } }]);
    const id = commands(held)[0]?.id;
    expect(commands(effects)).toContainEqual(expect.objectContaining({ id, state: 'superseded' }));
    expect(sent(home.items(online(LAMP)))).toEqual([]);
  });

  it('is sent at once later on, where the lamp is offline', () => {
    const home = started();
    home.pass(120_001);
    expect(sent(home.turn(RUN))).toHaveLength(1);
  });
});
