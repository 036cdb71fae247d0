// What the storage worker and the jobs worker are asked. Calls are answered by number; see StoreCalls for each.
import type { BackupCalls } from './backup.ts';
import type { DeviceRecord } from './device.ts';
import type { Problem } from './errors.ts';
import type { ExplainCalls } from './explain.ts';
import type {
  CredentialRecord,
  HomeRecord,
  MemberRecord,
  NotificationRecord,
  RoomRecord,
  SceneRecord,
  TokenRecord,
} from './home.ts';
import type { HomeValueKey, HomeValueRecord } from './home-values.ts';
import type {
  DeviceId,
  MemberId,
  NotificationId,
  RoomId,
  RunId,
  SceneId,
  TokenId,
} from './identifiers.ts';
import type { JournalRecord, LogEntry } from './journal.ts';
import type { MovingCalls } from './moving-in.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';
import type { RunTrace } from './run.ts';
import type { Patch } from './state-table.ts';

/**
 * Core → storage, on a port of their own, as JSON text. The core never waits for an answer. `tables` answers
 * `behind`: all entries of all durable tables as they are after record `last`.
 */
export type CoreToStore =
  | { readonly kind: 'journal'; readonly records: readonly JournalRecord[] }
  | {
      readonly kind: 'tables';
      readonly last: number;
      readonly seq: number;
      readonly atMs: number;
      readonly entries: readonly Patch[];
    }
  | { readonly kind: 'log'; readonly entries: readonly LogEntry[] }
  /** The home lives, though nothing else is to be told. */
  | { readonly kind: 'alive'; readonly atMs: number };

/**
 * Storage → core. `durable` tells how long the commit took, 0 without one; it also comes first on a new port, and
 * tells from where on to send again. `behind`: records between `upTo` and those just sent are missing here, and
 * nothing is taken until they or `tables` come. `logged` counts this port's entries that were taken off the queue,
 * written or not, since the message before.
 */
export type StoreToCore =
  | { readonly kind: 'durable'; readonly upTo: number; readonly commitMs: number }
  | { readonly kind: 'behind'; readonly upTo: number }
  | { readonly kind: 'logged'; readonly count: number };

/** All that people have set: the house starts from this alone. */
export interface HomeContents {
  readonly home: HomeRecord;
  /** Whether an owner has claimed the hub. */
  readonly isClaimed: boolean;
  readonly rooms: readonly RoomRecord[];
  readonly devices: readonly DeviceRecord[];
  readonly members: readonly MemberRecord[];
  readonly credentials: readonly CredentialRecord[];
  readonly tokens: readonly TokenRecord[];
  readonly scenes: readonly SceneRecord[];
  /** What has been declared beside the devices: people, variables, inputs, calendars, zones. */
  readonly homeValues: readonly HomeValueRecord[];
  /** Settings that a person may change in the page, by the setting's name. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A property's last logged value, given back at start as a restored value and not as a change. */
export interface LastValue {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
  readonly atMs: number;
}

/** What the core starts from after a stop, planned or not. */
export interface Recovery {
  /** Entries of all durable tables: the checkpoint with the journal's whole records applied. */
  readonly entries: readonly Patch[];
  readonly lastRecord: number;
  readonly lastSeq: number;
  readonly lastValues: readonly LastValue[];
  /** Wall time of the newest thing on disk: the clock is held at least there, and the home lived until then. */
  readonly newestAtMs: number;
  /** What was cut off or set aside while opening, in words; empty when all was whole. */
  readonly notes: readonly string[];
}

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** One interval of a series: start, then the values in it. */
export type SeriesPoint = readonly [
  atMs: number,
  min: number,
  max: number,
  mean: number,
  last: number,
];

export interface StoreStatistics {
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly walBytes: number }>>;
  /** Bytes this process wrote since its start, as the kernel counts them; null where it does not. */
  readonly writtenBytes: number | null;
  /** How long the last group commit took. */
  readonly commitMs: number;
  /** Journal records waiting for their commit. */
  readonly pendingRecords: number;
  readonly droppedLogEntries: number;
  /** What keeps it from writing now, in words with what to do; null while all is well. */
  readonly problem: string | null;
}

/** Edits carry the version they were made on; a `put` whose record's version is not the stored one + 1 is a conflict. */
export interface StoreCalls {
  load(): HomeContents;
  recover(): Recovery;
  /** Makes the first owner, once: a second call is a conflict. */
  claim(owner: {
    member: MemberRecord;
    credential: CredentialRecord;
    token: TokenRecord;
    home: HomeRecord;
  }): void;
  putHome(home: HomeRecord): void;
  putRoom(room: RoomRecord): void;
  removeRoom(id: RoomId): void;
  putDevice(device: DeviceRecord): void;
  removeDevice(id: DeviceId): void;
  /** Removes those and puts these: all of it or nothing. */
  putDevices(devices: readonly DeviceRecord[], removed: readonly DeviceId[]): void;
  putMember(member: MemberRecord): void;
  putCredential(credential: CredentialRecord): void;
  putToken(token: TokenRecord): void;
  removeToken(id: TokenId): void;
  /** Keeps each version: `sceneVersions` gives them, newest first. */
  putScene(scene: SceneRecord): void;
  /** Puts these and removes those: all of it or nothing. */
  putScenes(scenes: readonly SceneRecord[], removed: readonly SceneId[]): void;
  removeScene(id: SceneId): void;
  sceneVersions(id: SceneId): SceneRecord[];
  putHomeValue(value: HomeValueRecord): void;
  removeHomeValue(id: HomeValueKey): void;
  putSetting(name: string, value: string | null): void;
  /** One line of the audit trail: who set what. */
  audit(entry: {
    atMs: number;
    member: MemberId | null;
    action: string;
    subject: string;
    detail: string;
  }): void;
  notifications(before: string | null, limit: number): Page<NotificationRecord>;
  markNotificationRead(id: NotificationId, atMs: number): void;
  /** Notes what became of a message: on its way out of the house, and what was answered. */
  setNotification(
    id: NotificationId,
    change: Pick<NotificationRecord, 'delivery' | 'answer'>,
  ): NotificationRecord;
  statistics(): StoreStatistics;
  /** Writes what waits, so that a planned stop loses nothing. */
  flush(): void;
  /** Blocks the worker, on request of a test of slow disks; refused unless INGLE_FAULTS=1. */
  stall(ms: number): void;
}

/** Runs of scenes alike in what set them off and what became of them. */
export interface RunCount {
  readonly trigger: string;
  readonly result: string;
  readonly count: number;
}

/** What a jobs worker is made with: one reads, another calls the outside. */
export interface JobsWorkerData {
  readonly dataFolder: string;
  readonly role: 'reads' | 'outbound';
}

/** Read-only queries; the jobs worker answers them so that a long read never queues before a commit. */
export interface JobCalls extends ExplainCalls, MovingCalls, BackupCalls {
  runs(filter: {
    scene: SceneId | null;
    fromMs: number | null;
    before: string | null;
    limit: number;
  }): Page<RunTrace>;
  run(id: RunId): RunTrace | null;
  /** Runs that ended since row `after`, and the newest row; null only finds the row to begin from. */
  runCounts(after: number | null): { counts: RunCount[]; last: number };
  series(query: {
    device: DeviceId;
    property: PropertyKey;
    fromMs: number;
    toMs: number;
    points: number;
  }): {
    points: SeriesPoint[];
    resolutionMs: number;
  };
  /** The event log, newest first. */
  log(filter: { device: DeviceId | null; before: string | null; limit: number }): Page<LogEntry>;
}

/** A numbered call between threads, and its answer. */
export interface CallMessage {
  readonly kind: 'call';
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
export interface AnswerMessage {
  readonly kind: 'answer';
  readonly call: number;
  readonly result: unknown;
  readonly problem: Problem | null;
}
