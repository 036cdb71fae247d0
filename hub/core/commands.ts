// The command path: checks a request, resolves a toggle, hands it to the adapter, and follows it until a report of
// the device closes it. Wanted and reported values stay apart; only a report ends the difference.
import type { AdapterItem, WaitingItem } from '../model/adapter-port.ts';
import type { Cause } from '../model/cause.ts';
import { type Deadline, deadlineAfter, remainingMs } from '../model/clock.ts';
import {
  type CommandBody,
  type CommandRecord,
  type CommandState,
  isCommandEnd,
  isIdempotent,
  mayFollow,
} from '../model/command.ts';
import { HubError, NotFoundError, type Problem, toProblem } from '../model/errors.ts';
import type { CommandId, DeviceId, MemberId } from '../model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../model/properties.ts';
import { valuesEqual } from '../model/property-value.ts';
import { checkCommand, defaultTimeoutMs } from './command-check.ts';
import { armDeadline, type CoreState, type LiveCommand } from './core-state.ts';
import type { Intents } from './intents.ts';
import { checkRight } from './policy.ts';

/** At most this many commands are under way at once; one more is refused as busy. */
export const LIVE_COMMANDS_MAX = 2_000;

/**
 * A scene's set for a device that has not been heard from since the hub started is held this long after the start, and
 * sent at the device's first word: after a power cut coordinators, routers and lamps need up to minutes to come back,
 * and the light that was to go off at the end of a wait would else stay on.
 */
const HELD_AFTER_START_MS = 120_000;

/** An adapter itself ends what waits for a device to wake; this much later the core does, should it not. */
const WAITING_GRACE_MS = 60_000;

const DUE_PREFIX = 'command/';

/** What is told of an act that must not happen twice and whose outcome went with the hub. */
export const UNHEARD: Problem = {
  code: 'internal',
  message: 'The hub stopped before it heard whether this was done; it was not repeated.',
  hint: 'Look at the device, and do it again if it was not.',
};

/** A command that was given to its device before the hub stopped, and of which nothing was heard. */
export interface LostCommand {
  readonly id: CommandId;
  readonly device: DeviceId;
  readonly cause: Cause;
}

/** A set that was asked for before the hub stopped, and was let through then. */
export interface LostSet extends LostCommand {
  readonly property: PropertyKey;
  readonly value: PropertyValue;
}

export interface CommandPath {
  /**
   * Starts a command; refusals and endings are told through `ended`, in the same input or a later one.
   * `timeoutMs` 0 takes the device class's own.
   */
  request(
    request: { device: DeviceId; body: CommandBody; cause: Cause; timeoutMs: number },
    author: MemberId | null,
  ): CommandRecord;
  outcome(item: Extract<AdapterItem, { kind: 'outcome' }>): void;
  /** It waits for its device to wake. One that the core does not know was asked for before the hub stopped. */
  waits(device: DeviceId, item: WaitingItem): void;
  /**
   * Asks the adapter to give up what waits for a device to wake; its outcome ends it.
   * @throws NotFoundError, or HubError `conflict` for one that does not wait
   */
  cancel(id: CommandId, cause: Cause): CommandRecord;
  /** A report came: closes the command that wanted this value, and says whose doing the value is. */
  reported(device: DeviceId, property: PropertyKey, value: PropertyValue): Cause | null;
  /** A device is there that had not been heard from since the start: what was held for it is sent. */
  heard(device: DeviceId): void;
  due(key: string): void;
  release(command: CommandRecord): void;
  refuse(command: CommandRecord, problem: Problem): void;
  /** Ends what is under way for a device whose adapter is gone; what waits for it to wake is kept by the adapter. */
  adapterDown(device: DeviceId, reason: string): void;
  /** Ends all that is under way for a device that is gone for good. */
  deviceRemoved(device: DeviceId, reason: string): void;
  /** After a crash of the core alone: sends again what may be sent twice. */
  restored(): void;
  /** After a stop of the whole hub: asks again for a set whose outcome was lost with it. */
  again(lost: LostSet): void;
  /** Likewise, of what must not happen twice: it is told as unknown, and not asked for again. */
  unheard(lost: LostCommand): void;
}

export function isCommandKey(key: string): boolean {
  return key.startsWith(DUE_PREFIX);
}

export function createCommandPath(
  state: CoreState,
  intents: () => Intents,
  /** Told of each acknowledgement and each end. */
  tell: (record: CommandRecord) => void,
): CommandPath {
  /** Live commands by device and property, so that a newer one supersedes and a report finds its own. */
  const byTarget = new Map<string, CommandId>();

  const targetOf = (device: DeviceId, property: PropertyKey) => `${device}/${property}`;

  function publish(record: CommandRecord): void {
    state.effects.out.push({ kind: 'command', seq: state.seq, command: record });
  }

  function setWanted(
    device: DeviceId,
    property: PropertyKey,
    wanted: PropertyValue | null,
    by?: CommandId,
    waitsUntilMs?: number,
  ): void {
    const before = state.live.value(device, property) ?? { value: null, atMs: null, seq: 0 };
    const {
      wanted: _wanted,
      wantedBy: _wantedBy,
      waitsUntilMs: _waitsUntilMs,
      ...reported
    } = before;
    const waits = waitsUntilMs === undefined ? {} : { waitsUntilMs };
    state.live.setValue(
      device,
      property,
      wanted === null || !by ? reported : { ...reported, wanted, wantedBy: by, ...waits },
    );
    const told = waitsUntilMs === undefined || !by ? {} : { waitsUntilMs, wantedBy: by };
    state.effects.out.push({ kind: 'wanted', seq: state.seq, device, property, wanted, ...told });
  }

  function end(live: LiveCommand, to: CommandState, problem: Problem | null): void {
    const { record } = live;
    state.commands.delete(record.id);
    state.deadlines.disarm(DUE_PREFIX + record.id);
    if (record.body.kind === 'set') {
      const target = targetOf(record.device, record.body.property);
      if (byTarget.get(target) === record.id) byTarget.delete(target);
      const property = state.live.value(record.device, record.body.property);
      if (property?.wantedBy === record.id) setWanted(record.device, record.body.property, null);
    }
    finish(record, to, problem);
  }

  function finish(record: CommandRecord, to: CommandState, problem: Problem | null): void {
    const atMs = state.now.wallMs;
    const { waitsUntilMs: _waitsUntilMs, ...asked } = record;
    const done: CommandRecord = {
      ...asked,
      state: to,
      observedAtMs: to === 'observed' ? atMs : record.observedAtMs,
      endedAtMs: atMs,
      problem,
    };
    publish(done);
    state.effects.log.push({ kind: 'command', seq: state.seq, atMs, command: done });
    tell(done);
  }

  function advance(live: LiveCommand, to: 'sent' | 'acknowledged'): void {
    if (!mayFollow(live.record.state, to)) return;
    const atMs = state.now.wallMs;
    const { waitsUntilMs, ...asked } = live.record;
    const deadline = waitsUntilMs === undefined ? live.deadline : woke(live);
    const record: CommandRecord = {
      ...asked,
      state: to,
      sentAtMs: live.record.sentAtMs ?? atMs,
      acknowledgedAtMs: to === 'acknowledged' ? atMs : live.record.acknowledgedAtMs,
    };
    const next = { ...live, deadline, record };
    state.commands.set(record.id, next);
    if (to === 'acknowledged' && !isObservable(record)) {
      end(next, 'acknowledged', null);
      return;
    }
    publish(record);
    if (to === 'acknowledged') tell(record);
  }

  /** It has been taken: its report is to come within the device's own time, and nothing waits any more. */
  function woke({ record, deadline: before }: LiveCommand): Deadline {
    const { id, device: deviceId, body } = record;
    const device = state.devices.get(deviceId);
    if (device === undefined || body.kind !== 'set') return before;
    const deadline = deadlineAfter(state.now, state.bootId, defaultTimeoutMs(device, body));
    armDeadline(state, DUE_PREFIX + id, deadline);
    setWanted(deviceId, body.property, body.value, id);
    return deadline;
  }

  /** A command of before the hub stopped that its adapter has kept; undefined where there is a newer one. */
  function adopt(device: DeviceId, item: WaitingItem): LiveCommand | undefined {
    const target = targetOf(device, item.property);
    const isKnown = state.properties.get(device)?.has(item.property) === true;
    if (!isKnown || byTarget.has(target) || state.commands.size >= LIVE_COMMANDS_MAX) return;
    const body: CommandBody = { kind: 'set', property: item.property, value: item.value };
    const record = requested(item.command, device, body, item.cause);
    byTarget.set(target, item.command);
    return {
      record: { ...record, requestedAtMs: item.askedAtMs },
      timeoutMs: item.untilMs - item.askedAtMs,
      deadline: deadlineAfter(state.now, state.bootId, 0),
    };
  }

  function endAll(device: DeviceId, reason: string, isGone: boolean): void {
    for (const [, live] of state.commands.entries()) {
      if (live.record.device !== device) continue;
      if ((live.record.waitsUntilMs !== undefined || live.isHeld) && !isGone) continue;
      end(live, 'failed', {
        code: 'unreachable',
        message: reason,
        hint: isGone ? null : 'It is tried again as soon as the connection is back.',
      });
    }
  }

  /** Whether a report can close it: a set of something that the device reports. */
  function isObservable(record: CommandRecord): boolean {
    if (record.body.kind !== 'set') return false;
    return (
      state.properties.get(record.device)?.get(record.body.property)?.descriptor.access === 'rw'
    );
  }

  function send(live: LiveCommand): void {
    const device = state.devices.get(live.record.device);
    if (!device) return;
    state.effects.send.push({
      adapter: device.description.adapter,
      message: {
        kind: 'command',
        id: live.record.id,
        node: device.description.node,
        body: live.record.body,
        timeoutMs: Math.max(0, remainingMs(live.deadline, state.now, state.bootId)),
        ...(device.description.power === 'battery' ? { cause: live.record.cause } : {}),
      },
    });
  }

  /** Numbers commands within one input, since one input may ask for several. */
  let numberedSeq = -1;
  let numbered = 0;
  function nextId(): CommandId {
    if (numberedSeq !== state.seq) {
      numberedSeq = state.seq;
      numbered = 0;
    }
    const suffix = numbered === 0 ? '' : `_${numbered}`;
    const life = state.life === '' ? '' : `-${state.life}`;
    numbered += 1;
    return `cmd_${state.seq.toString(36)}${suffix}${life}` as CommandId;
  }

  function requested(
    id: CommandId,
    device: DeviceId,
    body: CommandBody,
    cause: Cause,
  ): CommandRecord {
    return {
      id,
      device,
      body,
      cause,
      state: 'requested',
      requestedAtMs: state.now.wallMs,
      sentAtMs: null,
      acknowledgedAtMs: null,
      observedAtMs: null,
      endedAtMs: null,
      problem: null,
    };
  }

  /** Milliseconds for which it waits for its device to be heard; 0: it is sent at once. */
  function heldMs({ device, body, cause }: CommandRecord): number {
    if (body.kind !== 'set' || cause.kind !== 'scene') return 0;
    const availability = state.live.get(device)?.availability;
    if (availability === undefined || availability.online || availability.sinceMs > 0) return 0;
    return Math.max(0, state.startedMonoMs + HELD_AFTER_START_MS - state.now.monoMs);
  }

  function begin(record: CommandRecord, timeoutMs: number): void {
    const held = heldMs(record);
    const live: LiveCommand = {
      record,
      timeoutMs,
      deadline: deadlineAfter(state.now, state.bootId, Math.max(held, timeoutMs)),
      ...(held > 0 ? { isHeld: true } : {}),
    };
    if (record.body.kind === 'set') {
      const target = targetOf(record.device, record.body.property);
      const older = state.commands.get(byTarget.get(target) ?? '');
      if (older) end(older, 'superseded', null);
      byTarget.set(target, record.id);
      setWanted(record.device, record.body.property, record.body.value, record.id);
    }
    state.commands.set(record.id, live);
    armDeadline(state, DUE_PREFIX + record.id, live.deadline);
    publish(record);
    if (live.isHeld) return;
    if (isIdempotent(record.body)) send(live);
    else intents().command(record);
  }

  return {
    request({ device: id, body, cause, timeoutMs }, author) {
      const record = requested(nextId(), id, body, cause);
      try {
        const device = state.devices.get(id);
        if (!device) throw new NotFoundError('device', id);
        checkRight(cause, author, device, state);
        const checked = checkCommand(state, device, body);
        if (state.commands.size >= LIVE_COMMANDS_MAX) {
          throw new HubError('busy', `${LIVE_COMMANDS_MAX} commands are under way already`, {
            hint: 'Wait a moment and try again.',
            zh: { message: `已有 ${LIVE_COMMANDS_MAX} 个命令正在执行`, hint: '请稍等再试。' },
          });
        }
        const accepted = { ...record, body: checked };
        begin(accepted, timeoutMs > 0 ? timeoutMs : defaultTimeoutMs(device, checked));
        return accepted;
      } catch (error) {
        const problem = toProblem(error);
        finish(record, 'refused', problem);
        return { ...record, state: 'refused', endedAtMs: state.now.wallMs, problem };
      }
    },
    outcome(item) {
      const live = state.commands.get(item.command);
      if (!live) return;
      const { kind } = live.record.cause;
      if (item.state !== 'sent' && (kind === 'member' || kind === 'local')) state.isAnswered = true;
      if (item.state === 'sent' || item.state === 'acknowledged') advance(live, item.state);
      else end(live, item.state, item.problem);
    },
    waits(device, item) {
      const live = state.commands.get(item.command) ?? adopt(device, item);
      if (!live || isCommandEnd(live.record.state)) return;
      const leftMs = Math.max(0, item.untilMs - state.now.wallMs) + WAITING_GRACE_MS;
      const deadline = deadlineAfter(state.now, state.bootId, leftMs);
      const record: CommandRecord = { ...live.record, waitsUntilMs: item.untilMs };
      state.commands.set(record.id, { ...live, record, deadline });
      armDeadline(state, DUE_PREFIX + record.id, deadline);
      setWanted(device, item.property, item.value, record.id, item.untilMs);
      publish(record);
      tell(record);
    },
    cancel(id, cause) {
      const live = state.commands.get(id);
      const device = live && state.devices.get(live.record.device);
      if (!device) throw new NotFoundError('command under way', id);
      checkRight(cause, null, device, state);
      if (live.record.waitsUntilMs === undefined) {
        throw new HubError('conflict', `The command ${id} is on its way to ${device.name}`, {
          hint: 'Only what waits for a device to wake can be taken back.',
          zh: {
            message: `命令 ${id} 正在发往 ${device.name}`,
            hint: '只有等待设备唤醒的命令可以取消。',
          },
        });
      }
      const message = { kind: 'cancel', command: id } as const;
      state.effects.send.push({ adapter: device.description.adapter, message });
      return live.record;
    },
    reported(device, property, value) {
      const live = state.commands.get(byTarget.get(targetOf(device, property)) ?? '');
      if (live?.record.body.kind !== 'set') return null;
      const known = state.properties.get(device)?.get(property);
      if (known && valuesEqual(known.spec, value, live.record.body.value)) {
        end(live, 'observed', null);
      }
      // On the way to the wanted value (a fade, a cover's travel) the change is the command's doing too.
      return live.record.cause;
    },
    heard(device) {
      for (const [id, live] of state.commands.entries()) {
        if (live.record.device !== device || !live.isHeld) continue;
        const { record, timeoutMs } = live;
        const deadline = deadlineAfter(state.now, state.bootId, timeoutMs);
        const next: LiveCommand = { record, timeoutMs, deadline };
        state.commands.set(id, next);
        armDeadline(state, DUE_PREFIX + id, deadline);
        send(next);
      }
    },
    due(key) {
      const live = state.commands.get(key.slice(DUE_PREFIX.length));
      if (!live) return;
      const name = state.devices.get(live.record.device)?.name ?? live.record.device;
      if (live.isHeld) {
        const seconds = HELD_AFTER_START_MS / 1_000;
        end(live, 'timedOut', {
          code: 'unreachable',
          message: `${name} was not heard from within ${seconds} s after the hub started`,
          hint: 'Is it powered and within reach? Try again.',
          zh: {
            message: `中枢启动后 ${seconds} 秒内没有收到 ${name} 的消息`,
            hint: '它通电了吗？在信号范围内吗？请再试一次。',
          },
        });
        return;
      }
      const wasAcknowledged = live.record.state === 'acknowledged';
      end(live, 'timedOut', {
        code: 'timed-out',
        message: wasAcknowledged
          ? `${name} took the command but did not report the new value within ${live.timeoutMs / 1000} s`
          : `${name} did not answer within ${live.timeoutMs / 1000} s`,
        hint: wasAcknowledged
          ? 'It may have been changed by hand at the same time.'
          : 'Is it powered and within reach? Try again.',
      });
    },
    again({ id, device: deviceId, cause, property, value }) {
      const device = state.devices.get(deviceId);
      if (!device || !state.properties.get(deviceId)?.has(property)) return;
      const body: CommandBody = { kind: 'set', property, value };
      begin(requested(id, deviceId, body, cause), defaultTimeoutMs(device, body));
    },
    unheard({ id, device, cause }) {
      // Its name went with the hub; the run has it in its trace.
      const body: CommandBody = { kind: 'invoke', name: 'unknown', args: {} };
      const lost = requested(id, device, body, cause);
      tell({ ...lost, state: 'failed', endedAtMs: state.now.wallMs, problem: UNHEARD });
    },
    release(command) {
      const live = state.commands.get(command.id);
      if (live) send(live);
    },
    refuse(command, problem) {
      const live = state.commands.get(command.id);
      if (live) end(live, 'failed', problem);
      else finish(command, 'failed', problem);
    },
    adapterDown: (device, reason) => endAll(device, reason, false),
    deviceRemoved: (device, reason) => endAll(device, reason, true),
    restored() {
      for (const [id, live] of state.commands.entries()) {
        if (live.record.body.kind === 'set') {
          byTarget.set(targetOf(live.record.device, live.record.body.property), live.record.id);
        }
        armDeadline(state, DUE_PREFIX + id, live.deadline);
        // What waits for a device to wake is with its adapter.
        const isUnanswered =
          live.record.waitsUntilMs === undefined &&
          !live.isHeld &&
          (live.record.state === 'requested' || live.record.state === 'sent');
        if (isUnanswered && isIdempotent(live.record.body)) send(live);
      }
    },
  };
}
