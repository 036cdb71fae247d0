import { describe, expect, it } from 'vitest';
import type { AdapterItem } from '../model/adapter-port.ts';
import type { CommandBody } from '../model/command.ts';
import type { CoreInput } from '../model/core-port.ts';
import { deviceId, nodeAddress } from '../model/identifiers.ts';

import {
  BUTTON,
  CHILD,
  changes,
  commands,
  createHome,
  device,
  key,
  LAMP,
  LOCK,
  OWNER,
  sent,
  set,
  ZIGBEE,
} from './test-core.ts';

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
    expect(second.taken).toMatchObject([{ message: { kind: 'taken', upTo: 1 } }]);
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
  it('of a person is told of as soon as the device has answered; reports can wait a little', () => {
    const home = createHome().furnish();
    const { command } = home.command(LAMP, set('on', true));
    const apply = (...items: AdapterItem[]) =>
      home.core.apply(
        { kind: 'batch', adapter: ZIGBEE, host: 'other', number: ++batch, items },
        home.now(),
      );
    let batch = 0;
    const node = nodeAddress(`0x${LAMP}`);
    apply({ kind: 'report', node, values: { [key('power')]: 7 }, reason: 'report' });
    expect(home.core.isAnswered).toBe(false);
    apply({ kind: 'outcome', command: command.id, state: 'acknowledged', problem: null });
    expect(home.core.isAnswered).toBe(true);
    home.core.drain();
    expect(home.core.isAnswered).toBe(false);
  });

  it('that was taken is told at once, but of one who waits for the device with the device’s answer', () => {
    const home = createHome().furnish();
    const ask = (isPatient: boolean, property: string) =>
      home.core.apply(
        {
          ...{ kind: 'command', request: 1, device: LAMP, body: set(property, true), isPatient },
          ...{ cause: { kind: 'member', id: OWNER, via: 'api' }, timeoutMs: 0 },
        },
        home.now(),
      );
    ask(false, 'on');
    expect(home.core.isAnswered).toBe(true);
    expect(home.core.isAwaited).toBe(false);
    home.core.drain();
    ask(true, 'on');
    expect(home.core.isAnswered).toBe(false);
    home.core.drain();
    ask(true, 'temperature');
    expect(home.core.isAnswered).toBe(true);
  });

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

  it('item 83: that must not happen twice waits for the disk, and without it is not done', () => {
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
