// A core with a clock of the test's own, and words for what goes in and comes out of it.
import type { AdapterItem } from '../model/adapter-port.ts';
import type { CommandBody, CommandRecord } from '../model/command.ts';
import type { CoreEffects, CoreInput } from '../model/core-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { MemberRecord, Role } from '../model/home.ts';
import {
  adapterId,
  type CommandId,
  deviceId,
  memberId,
  nodeAddress,
} from '../model/identifiers.ts';
import {
  describeProperty,
  type PropertyName,
  type PropertyValue,
  parsePropertyKey,
} from '../model/properties.ts';
import type { Patch } from '../model/state-table.ts';
import { type Core, type CoreStart, createCore } from './core.ts';
import { NO_HOME } from './core-state.ts';

export const ZIGBEE = adapterId('zigbee');
export const LAMP = deviceId('dev_lamp');
export const LOCK = deviceId('dev_lock');
export const BUTTON = deviceId('dev_button');
export const OWNER = memberId('mem_owner');
export const CHILD = memberId('mem_child');
export const key = (text: string) => parsePropertyKey(text).key;

export function device(
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

export function member(id: MemberRecord['id'], role: Role): MemberRecord {
  return { id, name: id.slice(4), role, language: 'en', version: 1, createdAtMs: 0 };
}

/** A core with a clock of the test's own; `turn` works inputs and gives what they caused. */
export function createHome(start: Partial<CoreStart> = {}) {
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
    /** @param areHeard whether the devices have been heard from since the start */
    furnish({ areHeard = true } = {}) {
      turn(
        { kind: 'home', home: { ...NO_HOME, name: 'Home', version: 1 } },
        { kind: 'members', members: [member(OWNER, 'owner'), member(CHILD, 'child')] },
        { kind: 'device', device: device(LAMP, 'light', ['on', 'brightness', 'power']) },
        { kind: 'device', device: device(LOCK, 'lock', ['locked']) },
        { kind: 'device', device: device(BUTTON, 'button', ['button'], 'battery') },
      );
      // Without their word since the start, what scenes set would be held for them.
      if (areHeard) home.items(...[LAMP, LOCK, BUTTON].map((id) => online(id)));
      core.resume(now);
      drain();
      return home;
    },
  };
  return home;
}

export const online = (id: DeviceRecord['id']): AdapterItem => ({
  kind: 'availability',
  node: nodeAddress(`0x${id}`),
  online: true,
  reason: null,
});
export const set = (property: string, value: PropertyValue): CommandBody => ({
  kind: 'set',
  property: key(property),
  value,
});
export const changes = (effects: CoreEffects) =>
  effects.out.filter((event) => event.kind === 'change');
export const commands = (effects: CoreEffects): CommandRecord[] =>
  effects.out.flatMap((event) => (event.kind === 'command' ? [event.command] : []));
export const sent = (effects: CoreEffects) =>
  effects.send.flatMap(({ message }) => (message.kind === 'command' ? [message] : []));
