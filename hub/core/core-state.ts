// What all parts of the core share: its tables, the settings it was told, and the effects of the input at hand.
import { type ClockState, type Deadline, type Instant, remainingMs } from '../model/clock.ts';
import type { CommandRecord } from '../model/command.ts';
import type { CoreEffects } from '../model/core-port.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { HomeRecord, MemberRecord, NotificationRecord, RoomRecord } from '../model/home.ts';
import type { AdapterId, DeviceId, MemberId, NodeAddress, RoomId } from '../model/identifiers.ts';
import { type BridgeSettings, NO_BRIDGE } from '../model/matter-bridge.ts';
import type { OutboundRequest } from '../model/outbound.ts';
import type { PropertyDescriptor, PropertyKey } from '../model/properties.ts';
import type { PropertySpec } from '../model/property-row.ts';
import { StateTable } from '../model/state-table.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { LiveTable } from './live-table.ts';

/** A command under way. */
export interface LiveCommand {
  readonly record: CommandRecord;
  readonly deadline: Deadline;
  readonly timeoutMs: number;
  /** It has not left: its device has not been heard from since the hub started. */
  readonly isHeld?: true;
}

/** An act that must not happen twice and therefore waits until its record is on disk. */
export type Intent =
  | {
      readonly kind: 'notification';
      readonly state: 'waiting' | 'notRecorded';
      /** Number of the journal record that carries it. */
      readonly record: number;
      readonly deadline: Deadline;
      readonly notification: NotificationRecord;
    }
  | {
      readonly kind: 'command';
      readonly state: 'waiting' | 'notRecorded';
      readonly record: number;
      readonly deadline: Deadline;
      readonly command: CommandRecord;
    }
  | {
      readonly kind: 'outbound';
      /** `sent`: given out, and its outcome is waited for until the deadline. */
      readonly state: 'waiting' | 'sent' | 'notRecorded';
      readonly record: number;
      readonly deadline: Deadline;
      readonly request: OutboundRequest;
    };

/** How far the core has taken an adapter host's batches. */
export interface Cursor {
  readonly host: string;
  readonly number: number;
}

/** A property of a device with the values that it takes, worked out once. */
export interface KnownProperty {
  readonly descriptor: PropertyDescriptor;
  readonly spec: PropertySpec;
}

export interface CoreState {
  /** Time of the input at hand. */
  now: Instant;
  readonly bootId: string;
  /** When this core began: after a power cut, radios and devices come back later than the hub. */
  readonly startedMonoMs: number;
  /** What the ids of this life's commands end with; empty in a replay. */
  readonly life: string;
  clock: ClockState;
  seq: number;
  lastRecord: number;
  home: HomeRecord;
  readonly rooms: Map<RoomId, RoomRecord>;
  readonly members: Map<MemberId, MemberRecord>;
  bridge: BridgeSettings;
  readonly devices: Map<DeviceId, DeviceRecord>;
  readonly byNode: Map<string, DeviceId>;
  readonly properties: Map<DeviceId, ReadonlyMap<PropertyKey, KnownProperty>>;
  readonly live: LiveTable;
  readonly commands: StateTable<LiveCommand>;
  readonly intents: StateTable<Intent>;
  readonly cursors: StateTable<Cursor>;
  readonly deadlines: Deadlines;
  /** Something was decided that must not be decided again after a power cut, even if all of it is over at once. */
  isDelicate: boolean;
  /** A person's command was taken, or its device has answered, and main has not been told yet. */
  isAnswered: boolean;
  effects: CoreEffects;
}

export const NO_HOME: HomeRecord = {
  name: '',
  language: 'en',
  zone: 'UTC',
  place: null,
  mode: 'home',
  version: 0,
};

export function emptyEffects(): CoreEffects {
  return {
    records: [],
    log: [],
    out: [],
    replies: [],
    wishes: [],
    send: [],
    taken: [],
    outbound: [],
  };
}

export function createCoreState(start: {
  now: Instant;
  bootId: string;
  life?: string;
  clock: ClockState;
  lastSeq: number;
  lastRecord: number;
}): CoreState {
  return {
    now: start.now,
    bootId: start.bootId,
    startedMonoMs: start.now.monoMs,
    life: start.life ?? '',
    clock: start.clock,
    seq: start.lastSeq,
    lastRecord: start.lastRecord,
    home: NO_HOME,
    rooms: new Map(),
    members: new Map(),
    bridge: NO_BRIDGE,
    devices: new Map(),
    byNode: new Map(),
    properties: new Map(),
    live: new LiveTable(),
    commands: new StateTable('commands', { isDurable: false }),
    intents: new StateTable('intents', { isDurable: true }),
    cursors: new StateTable('cursors', { isDurable: false }),
    deadlines: createDeadlines(),
    isDelicate: false,
    isAnswered: false,
    effects: emptyEffects(),
  };
}

/** The key of a node in `byNode`. */
export function nodeKey(adapter: AdapterId, node: NodeAddress): string {
  return `${adapter} ${node}`;
}

/** Arms a deadline that may come from another boot of the machine. */
export function armDeadline(state: CoreState, key: string, deadline: Deadline): void {
  state.deadlines.arm(key, state.now.monoMs + remainingMs(deadline, state.now, state.bootId));
}
