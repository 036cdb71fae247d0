import { describe, expect, it } from 'vitest';
import type { AdapterItem } from '../model/adapter-port.ts';
import type { CommandBody, CommandRecord } from '../model/command.ts';
import type { CoreEffects, CoreInput } from '../model/core-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { MemberRecord, Role, SceneRecord } from '../model/home.ts';
import {
  adapterId,
  type CommandId,
  deviceId,
  memberId,
  nodeAddress,
  sceneId,
} from '../model/identifiers.ts';
import {
  describeProperty,
  type PropertyName,
  type PropertyValue,
  parsePropertyKey,
} from '../model/properties.ts';
import type { Patch } from '../model/state-table.ts';
import { type Core, type CoreStart, createCore } from './core.ts';
import { emptyEffects, NO_HOME } from './core-state.ts';

const ZIGBEE = adapterId('zigbee');
const LAMP = deviceId('dev_lamp');
const LOCK = deviceId('dev_lock');
const BUTTON = deviceId('dev_button');
const OWNER = memberId('mem_owner');
const CHILD = memberId('mem_child');
const key = (text: string) => parsePropertyKey(text).key;

function device(
  id: DeviceRecord['id'],
  kind: DeviceRecord['description']['kind'],
  names: PropertyName[],
  power: 'mains' | 'battery' = 'mains',
): DeviceRecord {
  return {
    id,
    name: id.slice(4),
    handle: id.slice(4),
    room: null,
    version: 1,
    createdAtMs: 0,
    description: {
      adapter: ZIGBEE,
      node: nodeAddress(`0x${id}`),
      manufacturer: 'Maker',
      model: 'M1',
      title: id,
      kind,
      power,
      tier: 'core',
      support: 'exact',
      firmware: null,
      properties: names.map((name) => describeProperty(name)),
      commands: kind === 'light' ? ['identify', 'step'] : [],
    },
  };
}

function member(id: MemberRecord['id'], role: Role): MemberRecord {
  return { id, name: id.slice(4), role, language: 'en', version: 1, createdAtMs: 0 };
}

/** A core with a clock of the test's own; `turn` works inputs and gives what they caused. */
function createHome(start: Partial<CoreStart> = {}) {
  let now = start.now ?? { wallMs: Date.UTC(2026, 10, 21, 12), monoMs: 1_000_000 };
  const core: Core = createCore({
    now,
    bootId: 'boot',
    clock: 'synced',
    lastSeq: 0,
    lastRecord: 0,
    entries: [],
    lastValues: [],
    ...start,
  });
  // The adapter outlives the core: its batches go on counting.
  let batch = start.lastSeq ?? 0;
  const kept = new Map<string, Patch>();

  function drain(): CoreEffects {
    const { patches, effects } = core.drain();
    for (const patch of patches) {
      const name = `${patch.table} ${patch.key}`;
      if (patch.value === undefined) kept.delete(name);
      else kept.set(name, structuredClone(patch));
    }
    return effects;
  }

  function turn(...inputs: CoreInput[]): CoreEffects {
    for (const input of inputs) core.apply(input, now);
    return drain();
  }

  const home = {
    core,
    turn,
    kept: () => [...kept.values()],
    now: () => now,
    pass(ms: number): CoreEffects {
      now = { wallMs: now.wallMs + ms, monoMs: now.monoMs + ms };
      return turn({ kind: 'due' });
    },
    items(...items: AdapterItem[]): CoreEffects {
      batch += 1;
      return turn({ kind: 'batch', adapter: ZIGBEE, host: 'host', number: batch, items });
    },
    report(
      id: DeviceRecord['id'],
      values: Record<string, PropertyValue>,
      reason: 'report' | 'reconnect' = 'report',
    ) {
      return home.items({ kind: 'report', node: nodeAddress(`0x${id}`), values, reason });
    },
    command(id: DeviceRecord['id'], body: CommandBody, by = OWNER, request = 1) {
      const effects = turn({
        kind: 'command',
        request,
        device: id,
        body,
        cause: { kind: 'member', id: by, via: 'api' },
        timeoutMs: 0,
      });
      const command = effects.replies.find((reply) => reply.request === request)?.command;
      if (!command) throw new Error('the core gave no command');
      return { command, effects };
    },
    outcome(id: CommandId, state: 'sent' | 'acknowledged' | 'failed') {
      return home.items({
        kind: 'outcome',
        command: id,
        state,
        problem:
          state === 'failed' ? { code: 'rejected-by-device', message: 'no', hint: null } : null,
      });
    },
    furnish() {
      turn(
        { kind: 'home', home: { ...NO_HOME, name: 'Home', version: 1 } },
        { kind: 'members', members: [member(OWNER, 'owner'), member(CHILD, 'child')] },
        { kind: 'device', device: device(LAMP, 'light', ['on', 'brightness', 'power']) },
        { kind: 'device', device: device(LOCK, 'lock', ['locked']) },
        { kind: 'device', device: device(BUTTON, 'button', ['button'], 'battery') },
      );
      core.resume(now);
      drain();
      return home;
    },
  };
  return home;
}

const set = (property: string, value: PropertyValue): CommandBody => ({
  kind: 'set',
  property: key(property),
  value,
});
const changes = (effects: CoreEffects) => effects.out.filter((event) => event.kind === 'change');
const commands = (effects: CoreEffects): CommandRecord[] =>
  effects.out.flatMap((event) => (event.kind === 'command' ? [event.command] : []));
const sent = (effects: CoreEffects) =>
  effects.send.flatMap(({ message }) => (message.kind === 'command' ? [message] : []));

describe('a report', () => {
  it('changes the state once; the same value again is no change', () => {
    const home = createHome().furnish();
    expect(changes(home.report(LAMP, { on: true }))).toMatchObject([
      { device: LAMP, property: 'on', value: true, previous: null, cause: { kind: 'device' } },
    ]);
    expect(changes(home.report(LAMP, { on: true }))).toEqual([]);
  });

  it('that was sent twice, because the adapter did not hear that it was taken, counts once', () => {
    const home = createHome().furnish();
    const again: CoreInput = {
      kind: 'batch',
      adapter: ZIGBEE,
      host: 'h2',
      number: 1,
      items: [
        {
          kind: 'event',
          node: nodeAddress(`0x${BUTTON}`),
          property: key('button'),
          value: 'single',
          monoMs: home.now().monoMs,
        },
      ],
    };
    expect(home.turn(again).out).toHaveLength(1);
    const second = home.turn(again);
    expect(second.out).toEqual([]);
    expect(second.send).toMatchObject([{ message: { kind: 'taken', upTo: 1 } }]);
  });

  it('of a node whose device is not known yet is kept and shown once it is', () => {
    const home = createHome().furnish();
    const late = device(deviceId('dev_late'), 'climate', ['temperature']);
    home.report(late.id, { temperature: 21 });
    const effects = home.turn({ kind: 'device', device: late });
    expect(changes(effects)).toMatchObject([{ device: late.id, value: 21 }]);
  });

  it('of a property that the device does not have is passed over', () => {
    const home = createHome().furnish();
    expect(home.report(LOCK, { brightness: 3 }).out).toEqual([]);
  });
});

describe('a press', () => {
  it('older than ten seconds does not act, and the log says so', () => {
    const home = createHome().furnish();
    const effects = home.items({
      kind: 'event',
      node: nodeAddress(`0x${BUTTON}`),
      property: key('button'),
      value: 'single',
      monoMs: home.now().monoMs - 10_001,
    });
    expect(effects.out).toEqual([]);
    expect(effects.log).toMatchObject([{ kind: 'gap', lost: 1 }]);
  });
});

describe('a command', () => {
  it('goes requested, sent, acknowledged, and is observed only by a report', () => {
    const home = createHome().furnish();
    home.report(LAMP, { on: false });
    const { command, effects } = home.command(LAMP, set('on', true));
    expect(sent(effects)).toMatchObject([
      { id: command.id, body: { property: 'on', value: true } },
    ]);
    expect(home.outcome(command.id, 'sent').out).toMatchObject([{ command: { state: 'sent' } }]);
    expect(commands(home.outcome(command.id, 'acknowledged'))).toMatchObject([
      { state: 'acknowledged', endedAtMs: null },
    ]);
    const seen = home.report(LAMP, { on: true });
    expect(commands(seen)).toMatchObject([{ state: 'observed' }]);
    expect(changes(seen)).toMatchObject([{ cause: { kind: 'member', id: OWNER } }]);
    expect(home.core.nextDueMonoMs()).toBeUndefined();
  });

  it('keeps what is wanted apart from what was reported until they are one', () => {
    const home = createHome().furnish();
    home.report(LAMP, { brightness: 10 });
    home.command(LAMP, set('brightness', 80));
    const wanted = () =>
      home.kept().find((patch) => patch.table === 'values' && patch.key === `${LAMP}/brightness`)
        ?.value;
    expect(wanted()).toMatchObject({ value: 10, wanted: 80 });
    home.report(LAMP, { brightness: 40 });
    expect(wanted()).toMatchObject({ value: 40, wanted: 80 });
    home.report(LAMP, { brightness: 80 });
    expect(wanted()).not.toHaveProperty('wanted');
  });

  it('is superseded by a newer one for the same property', () => {
    const home = createHome().furnish();
    const first = home.command(LAMP, set('brightness', 10)).command;
    const { effects } = home.command(LAMP, set('brightness', 90));
    expect(commands(effects)[0]).toMatchObject({ id: first.id, state: 'superseded' });
    expect(home.outcome(first.id, 'acknowledged').out).toEqual([]);
  });

  it('that the device rejects fails and leaves no wish behind', () => {
    const home = createHome().furnish();
    const { command } = home.command(LAMP, set('on', true));
    expect(commands(home.outcome(command.id, 'failed'))).toMatchObject([
      { state: 'failed', problem: { code: 'rejected-by-device' } },
    ]);
    const state = home.kept().find((patch) => patch.key === `${LAMP}/on`)?.value;
    expect(state).not.toHaveProperty('wanted');
  });

  it('without an answer times out, naming the device and what to do', () => {
    const home = createHome().furnish();
    home.command(LAMP, set('on', true));
    expect(commands(home.pass(4_900))).toEqual([]);
    expect(commands(home.pass(200))).toMatchObject([
      {
        state: 'timedOut',
        problem: { code: 'timed-out', message: 'lamp did not answer within 5 s' },
      },
    ]);
  });

  it('toggle becomes a set of the opposite, also of what is still wanted', () => {
    const home = createHome().furnish();
    home.report(LAMP, { on: true });
    const toggle: CommandBody = { kind: 'invoke', name: 'toggle', args: {} };
    expect(sent(home.command(LAMP, toggle).effects)).toMatchObject([
      { body: { kind: 'set', value: false } },
    ]);
    expect(sent(home.command(LAMP, toggle).effects)).toMatchObject([
      { body: { kind: 'set', value: true } },
    ]);
  });

  it.each([
    [LAMP, set('brightness', 130), /brightness cannot be 130/],
    [LAMP, set('on', 'yes'), /on/],
    [LAMP, set('locked', true), /lamp has no property "locked"/],
    [LAMP, set('power', 3), /can be read but not set/],
    [
      LAMP,
      { kind: 'invoke', name: 'explode', args: {} } as CommandBody,
      /has no command "explode"/,
    ],
    [deviceId('dev_none'), set('on', true), /no device "dev_none"/],
  ])('of %s %j is refused with what is wrong, and nothing is sent', (id, body, message) => {
    const home = createHome().furnish();
    const { command, effects } = home.command(id, body);
    expect(command.state).toBe('refused');
    expect(command.problem?.message).toMatch(message);
    expect(effects.send).toEqual([]);
  });

  it('of a child to a lock is refused, to a lamp is not', () => {
    const home = createHome().furnish();
    expect(home.command(LOCK, set('locked', false), CHILD).command).toMatchObject({
      state: 'refused',
      problem: { code: 'forbidden', message: 'child may not control lock' },
    });
    expect(home.command(LAMP, set('on', true), CHILD).command.state).toBe('requested');
  });

  it('that must not happen twice waits for the disk, and without it is not done', () => {
    const home = createHome().furnish();
    const step: CommandBody = { kind: 'invoke', name: 'step', args: { by: 10 } };
    const first = home.command(LAMP, step);
    expect(sent(first.effects)).toEqual([]);
    const record = first.effects.records[0];
    expect(record).toMatchObject({ kind: 'intent' });
    expect(sent(home.turn({ kind: 'durable', upTo: record?.number ?? 0 }))).toMatchObject([
      { id: first.command.id },
    ]);
    home.outcome(first.command.id, 'acknowledged');

    const second = home.command(LAMP, step);
    const late = home.pass(2_001);
    expect(commands(late)).toMatchObject([
      { id: second.command.id, state: 'failed', problem: { code: 'not-recorded' } },
    ]);
    const number = second.effects.records[0]?.number ?? 0;
    expect(sent(home.turn({ kind: 'durable', upTo: number + 1 }))).toEqual([]);
  });

  it('ends at once when its adapter is gone', () => {
    const home = createHome().furnish();
    home.command(LAMP, set('on', true));
    const effects = home.turn({
      kind: 'adapterDown',
      adapter: ZIGBEE,
      reason: 'the coordinator is gone',
    });
    expect(commands(effects)).toMatchObject([
      { state: 'failed', problem: { code: 'unreachable' } },
    ]);
    expect(
      home.kept().find((patch) => patch.table === 'availability' && patch.key === LAMP)?.value,
    ).toMatchObject({
      online: false,
      reason: 'the coordinator is gone',
    });
  });
});

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

  it('does not repeat what must not happen twice, and says that its outcome is unknown', () => {
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
    expect(sent(resumed)).toMatchObject([{ id: first?.id, body: { property: 'on', value: true } }]);
    expect(resumed.out).toContainEqual(
      expect.objectContaining({
        kind: 'run',
        trace: expect.objectContaining({ state: 'running' }),
      }),
    );
    const ended = second.report(LAMP, { on: true }).out.find(({ kind }) => kind === 'run');
    expect(ended).toMatchObject({ trace: { state: 'done' } });
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
