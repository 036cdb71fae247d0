// What the scenes' part of the core may read and do. The core implements it; scenes/evaluator uses nothing else.
import type { Cause } from './cause.ts';
import type { ClockState, Deadline, Instant } from './clock.ts';
import type { CommandBody } from './command.ts';
import type { DeviceLive, DeviceRecord } from './device.ts';
import type { Problem } from './errors.ts';
import type { HomeRecord, NotificationRecord, RoomRecord } from './home.ts';
import type { HomeValueKey } from './home-values.ts';
import type {
  CommandId,
  DeviceId,
  MemberId,
  NotificationId,
  OutboundId,
  RoomId,
  SceneId,
} from './identifiers.ts';
import type { OutboundCall } from './outbound.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';
import type { RunTrace } from './run.ts';

/** A change of a reported value; `previous` is null before the first value. */
export interface ChangeInput {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
  readonly previous: PropertyValue | null;
  readonly cause: Cause;
}

/** A scene is to be switched on or off, since another one says so. */
export interface SceneSwitch {
  readonly scene: SceneId;
  readonly enabled: boolean;
  /** The scene that says so, and its author. */
  readonly by: SceneId;
  readonly author: MemberId | null;
}

/** The world as it is at the input that is being worked on. */
export interface SceneWorld {
  readonly now: Instant;
  readonly bootId: string;
  readonly clock: ClockState;
  /** Number of the input that is being worked on; the only source of fresh ids. */
  readonly seq: number;
  readonly home: HomeRecord;
  /** The device, or one of the home's own subjects: `home`, `person`, `var`, `calendar`. */
  device(id: DeviceId): DeviceRecord | undefined;
  live(id: DeviceId): DeviceLive | undefined;
  /** Ids of all devices, sorted; without the home's own subjects. */
  devices(): readonly DeviceId[];
  room(id: RoomId): RoomRecord | undefined;
  /** The handle of the person who a member is; null where that is nobody. */
  personOf(member: MemberId): string | null;
  /**
   * Requests a command with the rights of the scene's author. Outcomes come back through the evaluator's
   * `commandEnded`, in the same or a later input; a refusal comes back the same way.
   */
  command(device: DeviceId, body: CommandBody, cause: Cause, author: MemberId | null): CommandId;
  /**
   * Records the intent to put a message into the inbox. It happens once its journal record is on disk and comes
   * back through `notified`; after 2 s without that it comes back as failed with `not-recorded`, and never happens.
   */
  notify(message: Omit<NotificationRecord, 'id' | 'atMs' | 'readAtMs'>): NotificationId;
  /**
   * Sets a value of the home, such as `home.mode` or `var.guests`, journalled with what is decided in this input. The
   * change is told through `changed` after the step at hand. Gives what is wrong where it cannot be set so.
   */
  setValue(key: HomeValueKey, value: PropertyValue | null, cause: Cause): Problem | null;
  /**
   * Records the intent of a call to the outside. It is done once its journal record is on disk, and comes back through
   * `delivered`; after 2 s without that it comes back as failed with `not-recorded`, and never happens.
   */
  outbound(call: OutboundCall): OutboundId;
  /**
   * Asks the household to switch a scene on or off, with the rights of the author of the scene that wants it. What
   * comes of it is an edit as a person's (`setScene`), or `notSwitched`. May be asked again.
   */
  switchScene(wish: SceneSwitch): void;
  /** Has `due(key)` called once the deadline has come; arming a key again moves it. */
  arm(key: string, deadline: Deadline): void;
  disarm(key: string): void;
  /** What the input at hand decides must not be decided again after a power cut, such as a toggle. */
  delicate(): void;
  /** Tells live clients of a run's new state; ended runs and near misses also go to the event log. */
  publish(trace: RunTrace): void;
}
