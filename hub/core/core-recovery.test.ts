// Goal: a core that takes the place of a dead one goes on as if nothing had been, whether main's memory or only the
// journal was left.
import { describe, expect, it } from 'vitest';
import type { CoreInput } from '../model/core-port.ts';
import type { SceneRecord } from '../model/home.ts';
import { commandId, nodeAddress, sceneId } from '../model/identifiers.ts';
import { emptyEffects } from './core-state.ts';
import {
  changes,
  commands,
  createHome,
  device,
  key,
  LAMP,
  member,
  OWNER,
  online,
  sent,
  set,
} from './test-core.ts';

describe('a core that died', () => {
  it('goes on from what main kept as if it had never stopped', () => {
    const home = createHome().furnish();
    home.report(LAMP, { on: false, brightness: 20 });
    const { command } = home.command(LAMP, set('on', true));
    const { seq, journal } = home.core.drain();
    const second = createHome({
      now: home.now(),
      lastSeq: seq,
      lastRecord: journal,
      entries: home.kept(),
    });
    second.turn(
      { kind: 'members', members: [member(OWNER, 'owner')] },
      { kind: 'device', device: device(LAMP, 'light', ['on', 'brightness', 'power']) },
    );
    second.core.resume(home.now());
    const resumed = second.turn();
    expect(sent(resumed)).toMatchObject([{ id: command.id, body: { value: true } }]);
    expect(changes(resumed)).toEqual([]);
    expect(commands(second.report(LAMP, { on: true }))).toMatchObject([
      { id: command.id, state: 'observed' },
    ]);
  });

  it('item 84: does not repeat what must not happen twice, and says that its outcome is unknown', () => {
    const home = createHome().furnish();
    const { command } = home.command(LAMP, { kind: 'invoke', name: 'step', args: {} });
    const durable = home.kept().filter((patch) => patch.table === 'intents');
    const second = createHome({ now: home.now(), lastSeq: 50, lastRecord: 9, entries: durable });
    second.turn({ kind: 'device', device: device(LAMP, 'light', ['on']) });
    second.core.resume(home.now());
    const resumed = second.turn();
    expect(sent(resumed)).toEqual([]);
    expect(commands(resumed)).toMatchObject([
      {
        id: command.id,
        state: 'failed',
        problem: { message: expect.stringMatching(/was not repeated/) },
      },
    ]);
  });

  it('item 83: gives no command the id of one that its predecessor sent and never put on disk', () => {
    const first = createHome({ life: 'aaaaa' }).furnish();
    const before = first.command(LAMP, set('on', true)).command;
    // Killed here: nothing was written, and the next core numbers its inputs from the same point.
    const second = createHome({ life: 'bbbbb' }).furnish();
    const other = second.command(LAMP, set('on', false)).command;
    expect(before.id.replace(/-.*/, '')).toBe(other.id.replace(/-.*/, ''));
    expect(before.id).not.toBe(other.id);
    expect([commandId(before.id), commandId(other.id)]).toEqual([before.id, other.id]);
    expect(other.id.length).toBeLessThan(20);
    // What the adapter still tells of the first command closes nothing of the second core's.
    const item = { kind: 'outcome' as const, problem: null };
    expect(commands(second.items({ ...item, command: before.id, state: 'sent' }))).toEqual([]);
    expect(commands(second.items({ ...item, command: other.id, state: 'sent' }))).toMatchObject([
      { id: other.id, state: 'sent' },
    ]);
  });

  it('takes values from disk as restored, not as changes', () => {
    const at = Date.UTC(2026, 10, 21);
    const home = createHome({
      lastValues: [{ device: LAMP, property: key('on'), value: true, atMs: at }],
    });
    const effects = home.turn({ kind: 'device', device: device(LAMP, 'light', ['on']) });
    expect(changes(effects)).toEqual([]);
    expect(changes(home.report(LAMP, { on: true }, 'reconnect'))).toEqual([]);
  });

  it('tells main of values from disk, so that pages show them before the device speaks', () => {
    const atMs = Date.UTC(2026, 10, 21);
    const home = createHome({
      lastValues: [{ device: LAMP, property: key('on'), value: true, atMs }],
    });
    home.turn({ kind: 'device', device: device(LAMP, 'light', ['on']) });
    home.core.resume(home.now());
    home.turn();
    expect(home.kept()).toContainEqual({
      table: 'values',
      key: 'dev_lamp/on',
      value: { value: true, atMs, seq: 0 },
    });
  });

  const lamp: CoreInput = {
    kind: 'device',
    device: device(LAMP, 'light', ['on', 'brightness', 'power']),
  };
  const held: SceneRecord = {
    id: sceneId('scene_held'),
    name: 'Held',
    enabled: true,
    source: `scene: Held\nwhen: [{holds: {${LAMP}.on: true}, for: 2s}]\ndo: [{notify: {to: adults, text: Held}}]\n`,
    author: null,
    version: 1,
    updatedAtMs: 0,
  };

  it('goes on with a hold whose value the log of values had not written yet', () => {
    const home = createHome().furnish();
    home.turn({ kind: 'scene', scene: held });
    home.items({
      kind: 'availability',
      node: nodeAddress(`0x${LAMP}`),
      online: true,
      reason: null,
    });
    home.report(LAMP, { on: false });
    home.report(LAMP, { on: true });
    const durable = home.kept().filter(({ table }) => !['values', 'availability'].includes(table));
    const wallMs = home.now().wallMs + 1_500;
    const second = createHome({
      now: { wallMs, monoMs: home.now().monoMs + 1_500 },
      lastSeq: 60,
      lastRecord: 30,
      entries: durable,
      lastValues: [{ device: LAMP, property: key('on'), value: false, atMs: wallMs - 4_000 }],
      lastAliveMs: wallMs - 1_000,
    });
    second.turn(lamp, { kind: 'scene', scene: held });
    second.core.resume(second.now());
    second.items({
      kind: 'availability',
      node: nodeAddress(`0x${LAMP}`),
      online: true,
      reason: null,
    });
    const told = second.pass(600).records.flatMap(({ notifications = [] }) => notifications);
    expect(told).toMatchObject([{ text: 'Held' }]);
  });

  it('asks again for what a run waits for, and shows the run', () => {
    const lit = {
      ...held,
      name: 'Lit',
      source: `scene: Lit\ndo: [{set: {${LAMP}: {on: true}}}]\n`,
    };
    const home = createHome().furnish();
    home.turn({ kind: 'scene', scene: lit });
    const cause = { kind: 'local' } as const;
    const begun = home.turn({
      ...{ kind: 'runScene', request: 1, scene: held.id, checkWhile: false, cause },
    });
    const [first] = sent(begun);
    const durable = home
      .kept()
      .filter(({ table }) => !['values', 'availability', 'commands'].includes(table));
    const second = createHome({ now: home.now(), lastSeq: 60, lastRecord: 30, entries: durable });
    second.turn(lamp, { kind: 'scene', scene: lit });
    second.core.resume(second.now());
    const resumed = second.turn();
    const there = second.items(online(LAMP));
    expect(sent(there)).toMatchObject([{ id: first?.id, body: { property: 'on', value: true } }]);
    expect(resumed.out).toContainEqual(
      expect.objectContaining({
        kind: 'run',
        trace: expect.objectContaining({ state: 'running' }),
      }),
    );
    const ended = second.report(LAMP, { on: true }).out.find(({ kind }) => kind === 'run');
    expect(ended).toMatchObject({ trace: { state: 'done' } });
  });

  it('item 84: tells a run at once that the outcome of its step is unknown, and does not do it again', () => {
    const stepped = {
      ...held,
      name: 'Stepped',
      source: `scene: Stepped\ndo: [{command: {${LAMP}: {step: {by: 5}}}}]\n`,
    };
    const home = createHome().furnish();
    home.turn({ kind: 'scene', scene: stepped });
    const cause = { kind: 'local' } as const;
    const begun = home.turn({
      ...{ kind: 'runScene', request: 1, scene: held.id, checkWhile: false, cause },
    });
    // Its intent is on disk and so it has gone out; then the power is cut.
    expect(sent(home.turn({ kind: 'durable', upTo: begun.records[0]?.number ?? 0 }))).toHaveLength(
      1,
    );
    const durable = home
      .kept()
      .filter(({ table }) => !['values', 'availability', 'commands'].includes(table));
    expect(durable.some(({ table }) => table === 'intents')).toBe(false);
    const second = createHome({ now: home.now(), lastSeq: 60, lastRecord: 30, entries: durable });
    second.turn(lamp, { kind: 'scene', scene: stepped });
    second.core.resume(second.now());
    const resumed = second.turn();
    expect(sent(resumed)).toEqual([]);
    const traces = resumed.out.flatMap((event) => (event.kind === 'run' ? [event.trace] : []));
    expect(traces.at(-1)).toMatchObject({ state: 'failed' });
    expect(traces.at(-1)?.steps.at(-1)?.problem?.message).toMatch(/it was not repeated/);
  });

  it('numbers its journal without a hole', () => {
    const home = createHome().furnish();
    const numbers: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      const { effects } = home.command(LAMP, { kind: 'invoke', name: 'step', args: {} });
      for (const record of effects.records) numbers.push(record.number);
      const durable = home.turn({ kind: 'durable', upTo: numbers.at(-1) ?? 0 });
      for (const record of durable.records) numbers.push(record.number);
    }
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(emptyEffects().records).toEqual([]);
  });
});
