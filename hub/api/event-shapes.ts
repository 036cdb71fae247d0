// What the live stream tells: the data of each kind of event, and the snapshot that a stream begins with.
import type { NotificationJson } from './outbound-shapes.ts';
import type {
  CauseJson,
  CommandJson,
  DeviceJson,
  HealthJson,
  HomeJson,
  JobJson,
  RoomJson,
  RunJson,
  SceneJson,
  ValueJson,
} from './shapes.ts';

/** The first event of a stream that could not be resumed: all that the asked topics are about. */
export interface SnapshotJson {
  readonly home?: HomeJson;
  readonly health?: HealthJson;
  readonly rooms?: readonly RoomJson[];
  readonly devices?: readonly DeviceJson[];
  readonly scenes?: readonly SceneJson[];
  readonly jobs?: readonly JobJson[];
}

/**
 * The `data` of each kind of event; the kind is the `event:` field. `overflow` means that the client was too slow:
 * the stream ends, and a reconnect gets a snapshot or what it missed. `home` says what to read again.
 */
export interface EventDataJson {
  readonly snapshot: SnapshotJson;
  readonly change: {
    readonly at: string;
    readonly seq: number;
    readonly device: string;
    readonly property: string;
    readonly value: ValueJson;
    readonly previous: ValueJson | null;
    readonly cause: CauseJson;
  };
  readonly event: {
    readonly at: string;
    readonly seq: number;
    readonly device: string;
    readonly property: string;
    readonly value: ValueJson;
  };
  readonly availability: {
    readonly at: string;
    readonly seq: number;
    readonly device: string;
    readonly online: boolean;
    readonly reason: string | null;
  };
  readonly wanted: {
    readonly seq: number;
    readonly device: string;
    readonly property: string;
    /** Null once it no longer differs from what is reported. */
    readonly wanted: ValueJson | null;
    /** As of the property; with it stands the command that waits. */
    readonly waitsUntil?: string;
    readonly wantedBy?: string;
  };
  readonly command: CommandJson;
  readonly run: RunJson;
  readonly job: JobJson;
  readonly notification: NotificationJson;
  readonly home: {
    readonly what: 'home' | 'rooms' | 'devices' | 'scenes' | 'members' | 'health';
  };
  readonly overflow: Record<string, never>;
}
