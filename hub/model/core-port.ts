// The core's inputs, and the commit that it gives for each tick. Whatever the core depends on is one of these inputs.
import type { AdapterItem, CoreToAdapter } from './adapter-port.ts';
import type { Cause } from './cause.ts';
import type { ClockState } from './clock.ts';
import type { CommandBody, CommandRecord } from './command.ts';
import type { DeviceRecord } from './device.ts';
import type { RecordLag } from './disk-lag.ts';
import type { Problem } from './errors.ts';
import type {
  HomeRecord,
  MemberRecord,
  NotificationRecord,
  RoomRecord,
  SceneRecord,
} from './home.ts';
import type { Happening, HomeValueKey, HomeValueRecord } from './home-values.ts';
import type {
  AdapterId,
  CommandId,
  DeviceId,
  NotificationId,
  OutboundId,
  RunId,
  SceneId,
} from './identifiers.ts';
import type { JournalRecord, LogEntry } from './journal.ts';
import type { BridgeSettings } from './matter-bridge.ts';
import type { OutboundRequest, OutboundResult } from './outbound.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';
import type { RunTrace } from './run.ts';
import type { SceneSwitch } from './scene-world.ts';
import type { Patch } from './state-table.ts';

/** What main, the adapters, storage and the clock tell the core. The shell adds the number and the time. */
export type CoreInput =
  | { readonly kind: 'home'; readonly home: HomeRecord }
  | { readonly kind: 'rooms'; readonly rooms: readonly RoomRecord[] }
  | { readonly kind: 'members'; readonly members: readonly MemberRecord[] }
  /** What is offered on the Matter bridge, and the rights of each fabric. */
  | { readonly kind: 'bridge'; readonly bridge: BridgeSettings }
  | { readonly kind: 'device'; readonly device: DeviceRecord }
  | { readonly kind: 'deviceRemoved'; readonly id: DeviceId }
  | { readonly kind: 'scene'; readonly scene: SceneRecord }
  | { readonly kind: 'sceneRemoved'; readonly id: SceneId }
  /** Several at once, so that nothing happens between them. */
  | {
      readonly kind: 'scenes';
      readonly scenes: readonly SceneRecord[];
      readonly removed: readonly SceneId[];
    }
  | {
      readonly kind: 'batch';
      readonly adapter: AdapterId;
      readonly host: string;
      readonly number: number;
      readonly items: readonly AdapterItem[];
    }
  | { readonly kind: 'adapterDown'; readonly adapter: AdapterId; readonly reason: string }
  | {
      readonly kind: 'command';
      readonly request: number;
      readonly device: DeviceId;
      readonly body: CommandBody;
      readonly cause: Cause;
      readonly timeoutMs: number;
      /** Whoever asks waits for the device in any case: that it was taken may be told with the device's answer. */
      readonly isPatient?: boolean;
    }
  /** Takes back what waits for a sleeping device to wake. */
  | {
      readonly kind: 'cancelCommand';
      readonly request: number;
      readonly command: CommandId;
      readonly cause: Cause;
    }
  | {
      readonly kind: 'runScene';
      readonly request: number;
      readonly scene: SceneId;
      readonly checkWhile: boolean;
      /** Only show what it would do. */
      readonly isDry?: boolean;
      readonly cause: Cause;
    }
  | {
      readonly kind: 'cancelRun';
      readonly request: number;
      readonly run: RunId;
      readonly cause: Cause;
    }
  /** What the household has declared beside its devices, whole: people, variables, inputs, calendars, zones. */
  | { readonly kind: 'homeValues'; readonly values: readonly HomeValueRecord[] }
  /** Something that is not a device's told the home; answered by `value`, or by the problem. */
  | {
      readonly kind: 'source';
      readonly request: number;
      readonly source: SourceInput;
      readonly cause: Cause;
    }
  /** Somebody pressed a button of a message. */
  | {
      readonly kind: 'answer';
      readonly request: number;
      readonly notification: NotificationId;
      readonly action: string;
      readonly cause: Cause;
    }
  /** Puts back what a scene's last run changed, as far as nobody else has changed it since. */
  | {
      readonly kind: 'undoRun';
      readonly request: number;
      readonly run: RunId;
      readonly cause: Cause;
    }
  /** What became of a call to the outside. */
  | { readonly kind: 'outbound'; readonly id: OutboundId; readonly result: OutboundResult }
  /** The household did not switch a scene that a scene wanted to be switched. */
  | { readonly kind: 'notSwitched'; readonly scene: SceneId; readonly problem: Problem }
  | { readonly kind: 'durable'; readonly upTo: number }
  | { readonly kind: 'clock'; readonly state: ClockState }
  | { readonly kind: 'due' }
  | { readonly kind: 'tick' };

/** A value of the home that is to be another, or something that happened. */
export type SourceInput =
  | {
      readonly kind: 'value';
      readonly key: HomeValueKey;
      /** Null: it is not known any more. */
      readonly value: PropertyValue | null;
    }
  | Happening;

/** What live clients, MQTT and the Matter bridge hear of. */
export type OutEvent =
  | {
      readonly kind: 'change';
      readonly seq: number;
      readonly atMs: number;
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly value: PropertyValue;
      readonly previous: PropertyValue | null;
      readonly cause: Cause;
    }
  | Extract<LogEntry, { kind: 'event' | 'availability' }>
  | {
      readonly kind: 'wanted';
      readonly seq: number;
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly wanted: PropertyValue | null;
      /** As of the property's state; with it stands the command that waits. */
      readonly waitsUntilMs?: number;
      readonly wantedBy?: CommandId;
    }
  | { readonly kind: 'command'; readonly seq: number; readonly command: CommandRecord }
  | { readonly kind: 'run'; readonly seq: number; readonly trace: RunTrace }
  | {
      readonly kind: 'notification';
      readonly seq: number;
      readonly notification: NotificationRecord;
    };

/** The answer to a numbered request of main. */
export interface CoreReply {
  readonly request: number;
  readonly command?: CommandRecord;
  readonly run?: RunTrace;
  readonly problem?: Problem;
}

/** All that some milliseconds did, in one message, so that main has it whole or not at all. */
export interface CoreCommit {
  readonly kind: 'commit';
  /** Number of the last input in it. */
  readonly seq: number;
  /** Number of the last journal record in it or before it. */
  readonly journal: number;
  readonly patches: readonly Patch[];
  readonly out: readonly OutEvent[];
  readonly replies: readonly CoreReply[];
  /** Calls to the outside whose intent is on disk; main has each done once. */
  readonly outbound: readonly OutboundRequest[];
  /** What scenes want of the household. */
  readonly wishes: readonly SceneSwitch[];
  /** Records that have reached the disk since the last commit. */
  readonly lags?: readonly RecordLag[];
  /** Records with decisions that are not known to be on the disk, with the one that is still to be written; absent: none. */
  readonly waiting?: number;
}

/** A message for one adapter. */
export interface AdapterEffect {
  readonly adapter: AdapterId;
  readonly message: CoreToAdapter;
}

/** What the core gives for one input, before the shell batches a tick. */
export interface CoreEffects {
  readonly records: JournalRecord[];
  readonly log: LogEntry[];
  readonly out: OutEvent[];
  readonly replies: CoreReply[];
  readonly wishes: SceneSwitch[];
  /** Commands: given out at once, since a set may be sent again and the rest has its record on disk. */
  readonly send: AdapterEffect[];
  /** Up to where each adapter's batches are taken: told once main has what they did. */
  readonly taken: AdapterEffect[];
  readonly outbound: OutboundRequest[];
}

/** A command that some run asked for, as scenes know it. */
export interface CommandEnd {
  readonly id: CommandId;
  readonly record: CommandRecord;
}
