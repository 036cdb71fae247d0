// Settings that wait for a sleeping device to wake: what the household sees of them, over restarts of the core, of
// the adapter and of the whole hub.
import { describe, expect, it } from 'vitest';
import type { WaitingItem } from '../model/adapter-port.ts';
import { type CommandId, deviceId, nodeAddress } from '../model/identifiers.ts';
import {
  CHILD,
  commands,
  createHome,
  device,
  key,
  LOCK,
  OWNER,
  sent,
  set,
  ZIGBEE,
} from './test-core.ts';

const RADIATOR = deviceId('dev_radiator');
const DAY_MS = 86_400_000;

function furnished(start = {}) {
  const home = createHome(start).furnish();
  const radiator = device(RADIATOR, 'thermostat', ['targetTemperature', 'temperature'], 'battery');
  home.turn({ kind: 'device', device: radiator });
  home.report(RADIATOR, { targetTemperature: 18 });
  return home;
}

type Home = ReturnType<typeof furnished>;

function waiting(home: Home, command: CommandId, value = 21): WaitingItem {
  return {
    kind: 'waiting',
    command,
    node: nodeAddress(`0x${RADIATOR}`),
    property: key('targetTemperature'),
    value,
    cause: { kind: 'member', id: OWNER, via: 'page' },
    askedAtMs: home.now().wallMs,
    untilMs: home.now().wallMs + DAY_MS,
  };
}

const wanted = (home: Home) =>
  home.kept().find((patch) => patch.key === `${RADIATOR}/targetTemperature`)?.value;

function cancel(home: Home, command: CommandId, by = OWNER) {
  return home.turn({
    kind: 'cancelCommand',
    request: 9,
    command,
    cause: { kind: 'member', id: by, via: 'api' },
  });
}

describe('a setting for a device that sleeps', () => {
  it('says until when it waits, beside what was reported, and outlives the command’s own time', () => {
    const home = furnished();
    const { command, effects } = home.command(RADIATOR, set('targetTemperature', 21));
    expect(sent(effects)).toMatchObject([{ cause: { kind: 'member', id: OWNER } }]);
    const item = waiting(home, command.id);
    expect(commands(home.items(item))).toMatchObject([
      { state: 'requested', waitsUntilMs: item.untilMs, endedAtMs: null },
    ]);
    expect(wanted(home)).toMatchObject({ value: 18, wanted: 21, waitsUntilMs: item.untilMs });
    expect(commands(home.pass(10 * 3_600_000))).toEqual([]);

    const taken = commands(home.outcome(command.id, 'acknowledged'));
    expect(taken).toMatchObject([{ state: 'acknowledged' }]);
    expect(taken[0]).not.toHaveProperty('waitsUntilMs');
    expect(wanted(home)).not.toHaveProperty('waitsUntilMs');
    expect(commands(home.report(RADIATOR, { targetTemperature: 21 }))).toMatchObject([
      { state: 'observed' },
    ]);
    expect(home.core.nextDueMonoMs()).toBeUndefined();
  });

  it('that has woken and does not do it ends within the device’s own time', () => {
    const home = furnished();
    const { command } = home.command(RADIATOR, set('targetTemperature', 21));
    home.items(waiting(home, command.id));
    home.outcome(command.id, 'acknowledged');
    expect(commands(home.pass(61_000))).toMatchObject([{ state: 'timedOut' }]);
  });

  it('goes on waiting when its adapter starts anew, and ends when the device is removed', () => {
    const home = furnished();
    const { command } = home.command(RADIATOR, set('targetTemperature', 21));
    home.items(waiting(home, command.id));
    const down = home.turn({ kind: 'adapterDown', adapter: ZIGBEE, reason: 'It stopped' });
    expect(commands(down)).toEqual([]);
    expect(wanted(home)).toMatchObject({ wanted: 21 });
    const removed = home.turn({ kind: 'deviceRemoved', id: RADIATOR });
    expect(commands(removed)).toMatchObject([{ id: command.id, state: 'failed' }]);
  });

  it('is known again after a restart of the whole hub, with who asked for it', () => {
    const home = furnished();
    const item = waiting(home, 'cmd_before' as CommandId);
    expect(commands(home.items(item))).toMatchObject([
      { id: 'cmd_before', cause: item.cause, waitsUntilMs: item.untilMs },
    ]);
    expect(wanted(home)).toMatchObject({ wanted: 21, wantedBy: 'cmd_before' });
    // Told again, as after a restart of the adapter: nothing is doubled.
    home.items(item);
    expect(commands(home.outcome(item.command, 'failed'))).toMatchObject([{ state: 'failed' }]);
    expect(wanted(home)).not.toHaveProperty('wanted');
  });

  it('is not sent again by a core that died and came back, and a newer one takes its place', () => {
    const home = furnished();
    const { command } = home.command(RADIATOR, set('targetTemperature', 21));
    home.items(waiting(home, command.id));
    const next = createHome({ entries: home.kept(), lastSeq: home.core.seq, now: home.now() });
    next.furnish();
    expect(next.core.takeCommands()).toEqual([]);
    const radiator = device(RADIATOR, 'thermostat', ['targetTemperature'], 'battery');
    next.turn({ kind: 'device', device: radiator });
    const { effects } = next.command(RADIATOR, set('targetTemperature', 19));
    expect(commands(effects)[0]).toMatchObject({ id: command.id, state: 'superseded' });
  });

  it('is taken back through its adapter, by whoever may command the device', () => {
    const home = furnished();
    const { command } = home.command(RADIATOR, set('targetTemperature', 21));
    expect(cancel(home, command.id).replies[0]?.problem).toMatchObject({ code: 'conflict' });
    home.items(waiting(home, command.id));
    expect(cancel(home, command.id).send).toMatchObject([
      { adapter: ZIGBEE, message: { kind: 'cancel', command: command.id } },
    ]);
    const unknown = cancel(home, 'cmd_nobody' as CommandId);
    expect(unknown.replies[0]?.problem).toMatchObject({ code: 'not-found' });
  });

  it('of a lock is not taken back by a child', () => {
    const home = furnished();
    const lock = home.command(LOCK, set('locked', true)).command;
    const item = waiting(home, lock.id);
    home.items({ ...item, node: nodeAddress(`0x${LOCK}`), property: key('locked'), value: true });
    expect(cancel(home, lock.id, CHILD).replies[0]?.problem).toMatchObject({ code: 'forbidden' });
  });
});
