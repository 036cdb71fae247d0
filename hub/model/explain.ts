// What is asked of history to explain it: why a device is as it is, why a scene did not run, when an edit would have
// run; and what the answers hold. The jobs worker reads, scenes/replay reasons over what it reads.
import type { Cause } from './cause.ts';
import type { DeviceRecord } from './device.ts';
import type { InputProblem } from './errors.ts';
import type { HomeRecord, MemberRecord, RoomRecord, SceneRecord } from './home.ts';
import type { HomeValueRecord } from './home-values.ts';
import type { DeviceId, RunId, SceneId } from './identifiers.ts';
import type { LogEntry } from './journal.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';
import type { Label } from './property-row.ts';
import type { HeldBack, RunState, RunTrace } from './run.ts';

/** A change as history keeps it. */
export type StoredChange = Extract<LogEntry, { kind: 'change' }>;

/** A stretch of wall time that the hub did not live through: it was off, or its clock was set forward over it. */
export interface HistoryGap {
  readonly fromMs: number;
  readonly toMs: number;
  readonly what: 'off' | 'clock';
}

/** What the household has set, as it stands in home.db. */
export interface KnownHome {
  readonly home: HomeRecord;
  readonly devices: readonly DeviceRecord[];
  readonly rooms: readonly RoomRecord[];
  readonly members: readonly MemberRecord[];
  readonly scenes: readonly SceneRecord[];
  readonly values: readonly HomeValueRecord[];
}

/** History as it is at one instant. Nothing in it is longer than one look-up by an index, but `entries`. */
export interface History {
  readonly home: KnownHome;
  /** All kept versions of a scene, newest first; also of one that was removed there is nothing. */
  sceneVersions(id: SceneId): readonly SceneRecord[];
  /** The newest change at `atMs` or before. */
  changeBefore(device: DeviceId, property: PropertyKey, atMs: number): StoredChange | null;
  /** The first change after `atMs`. */
  changeAfter(device: DeviceId, property: PropertyKey, atMs: number): StoredChange | null;
  run(id: RunId): RunTrace | null;
  /** The newest trace of the scene that began at `atMs` or before; a folded one by its newest. */
  runBefore(scene: SceneId, atMs: number): RunTrace | null;
  /** The first trace of the scene that began after `atMs`, with when the first of those folded into it did. */
  runAfter(
    scene: SceneId,
    atMs: number,
  ): { readonly trace: RunTrace; readonly sinceMs: number } | null;
  /** The stretch around an instant that was not lived through. */
  gapAt(atMs: number): HistoryGap | null;
  /** Wall time of the oldest and the newest thing that is kept; null while there is nothing. */
  span(): { readonly fromMs: number; readonly toMs: number } | null;
  /** All that happened in [fromMs, toMs], in the order in which it did, of the devices that are wanted. */
  entries(
    fromMs: number,
    toMs: number,
    wants: (device: DeviceId, property: PropertyKey | null) => boolean,
  ): Iterable<LogEntry>;
}

/** One step on the way back from what is to what began it. */
export interface WhyLink {
  readonly kind: 'change' | 'run' | 'root';
  readonly atMs: number;
  readonly device?: DeviceId;
  readonly property?: PropertyKey;
  readonly value?: PropertyValue;
  readonly scene?: SceneId;
  readonly run?: RunId;
  readonly cause: Cause | RunTrace['cause'] | null;
  readonly text: Label;
}

/** Why a property of a device is as it is. */
export interface Why {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  /** What it was then; null: nothing is known of that. */
  readonly value: PropertyValue | null;
  readonly sinceMs: number | null;
  /** From the change back to the root, which is the last. */
  readonly links: readonly WhyLink[];
  readonly sentence: Label;
}

/** Why a scene did not run at an instant; `ran`: it did. */
export type WhyNotReason =
  | 'ran'
  | 'not-saved'
  | 'disabled'
  | 'broken'
  | 'hub-off'
  | 'clock'
  | 'no-trigger'
  | 'by-hand'
  | HeldBack;

/** What came nearest to setting a scene off. */
export interface NearestTrigger {
  /** `when[0]`. */
  readonly path: string;
  readonly atMs: number;
  readonly text: Label;
}

export interface WhyNot {
  readonly scene: SceneId;
  readonly atMs: number;
  readonly reason: WhyNotReason;
  /** The run or near miss that tells it; null where there is none. */
  readonly run: RunTrace | null;
  readonly nearest: readonly NearestTrigger[];
  readonly sentence: Label;
}

/** A run that a replay shows, or two that are the same occasion. */
export interface ReplayedRun {
  readonly kind: 'added' | 'gone' | 'different' | 'same';
  readonly atMs: number;
  /** Of the version that lived, and of the one that is tried. */
  readonly lived: RunTrace | null;
  readonly tried: RunTrace | null;
  /** What differs, where both ran. */
  readonly difference: Label | null;
}

/** When a scene would have run, and how that differs from the versions that lived. */
export interface ReplayResult {
  readonly fromMs: number;
  readonly toMs: number;
  /** Entries of history that were replayed. */
  readonly entries: number;
  readonly counts: {
    readonly lived: number;
    readonly tried: number;
    readonly same: number;
    readonly different: number;
    readonly added: number;
    readonly gone: number;
    /** Of the one that is tried: triggered, and not begun. */
    readonly nearMisses: number;
  };
  /** The newest of them, those that differ before those that do not; oldest first. */
  readonly runs: readonly ReplayedRun[];
  readonly omitted: number;
  /** What the replay could not know. */
  readonly notes: readonly Label[];
  readonly sentence: Label;
}

/** What became of one of a scene's own tests. */
export interface TestedCase {
  /** From 1, as in the file. */
  readonly number: number;
  readonly isPassed: boolean;
  readonly checks: readonly {
    readonly isMet: boolean;
    /** What was to happen. */
    readonly expected: Label;
  }[];
  /** What happened, in the order in which it did. */
  readonly happened: readonly Label[];
  readonly run: { readonly state: RunState; readonly summary: Label } | null;
}

export interface TestReport {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly TestedCase[];
}

/** What is read from a scene file, or all that is wrong with it. */
export type OrMistakes<Result> =
  | { readonly errors: readonly InputProblem[]; readonly result: null }
  | { readonly errors: null; readonly result: Result };

/** Questions about the past; the jobs worker answers them. */
export interface ExplainCalls {
  /** Null: the home has no such device or property. */
  why(query: { device: DeviceId; property: PropertyKey; atMs: number }): Why | null;
  /** Null: there is no such scene. */
  whyNot(query: { scene: SceneId; atMs: number }): WhyNot | null;
  /** `text` takes the place of the scene, or is a new one; without it the present version is tried. */
  replayScene(query: {
    scene: SceneId | null;
    text: string | null;
    fromMs: number;
    toMs: number;
  }): OrMistakes<ReplayResult>;
  /** Runs a scene's own tests; `text` in place of what is saved. */
  testScene(query: { scene: SceneId | null; text: string | null }): OrMistakes<TestReport>;
}
