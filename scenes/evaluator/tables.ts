// What the scenes remember. All of it is journalled, so that a run, a wait, a hold or a schedule goes on after a
// power cut; every entry is plain data and holds all that going on needs.
import type { Cause } from '../../hub/model/cause.ts';
import type { Deadline } from '../../hub/model/clock.ts';
import type {
  CommandId,
  DeviceId,
  MemberId,
  NotificationId,
  OutboundId,
  RunId,
  SceneId,
} from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { RunState, RunTrace, TraceStep } from '../../hub/model/run.ts';
import { StateTable } from '../../hub/model/state-table.ts';
import type { Scene } from '../language/scene.ts';
import type { VariableValue } from '../language/variables.ts';
import type { HoldState } from './hold.ts';
import type { Kept } from './keeping.ts';
import type { MoveWindow } from './moves.ts';
import type { PaceEntry } from './pace.ts';
import type { PastState } from './pasts.ts';
import type { SilenceState } from './silences.ts';
import type { PatternState } from './triggers/patterns.ts';

/** What set a run off, as far as its texts need it. */
export interface RunOrigin {
  readonly device: DeviceId | null;
  readonly property: PropertyKey | null;
  readonly value: PropertyValue | null;
  /** The id of the trigger; absent where it has none. */
  readonly triggerId?: string;
}

/** Where a branch stands: a list of steps by its path, and the step of it. The last frame is the innermost. */
export interface Frame {
  readonly list: string;
  readonly at: number;
  /** Of the list of a repeat: which round it is, from 1, and its line in the trace. */
  readonly round?: number;
  readonly line?: number | null;
  /** In a repeat over devices: the device of the round. */
  readonly each?: DeviceId;
  /** Of the list of such a repeat: its devices, in their order. */
  readonly devices?: readonly DeviceId[];
}

/**
 * One line of steps of a run. A run begins with one; steps that are done side by side are branches of the one that
 * came to them. A run whose branches are all over only follows what it asked for.
 */
export interface Branch {
  readonly id: number;
  /** The branch that waits for it; null: none does. */
  readonly parent: number | null;
  readonly frames: readonly Frame[];
  readonly waiting: Waiting | null;
}

/** What a branch is waiting for before its next step. */
export type Waiting =
  /** Outcomes of the step at hand. */
  | { readonly kind: 'acts'; readonly path: string; readonly tally?: Tally }
  | { readonly kind: 'delay'; readonly due: Deadline; readonly line: number | null }
  | {
      readonly kind: 'wait';
      /** The number of its step among all that the run has done. */
      readonly number: number;
      readonly timeout: Deadline | null;
      readonly hold: HoldState | null;
      readonly line: number | null;
    }
  /** Another scene, which begins once this run has come to rest. */
  | { readonly kind: 'start'; readonly path: string; readonly line: number | null }
  /** The household, which switches a scene on or off. */
  | {
      readonly kind: 'switch';
      readonly scene: SceneId;
      readonly enabled: boolean;
      readonly line: number | null;
      /** When it has taken too long. */
      readonly due: Deadline;
    }
  /** The end of a run of another scene. */
  | { readonly kind: 'call'; readonly run: RunId; readonly line: number | null }
  /** The branches that it is made of. */
  | { readonly kind: 'branches' }
  /** Its turn: it has done much at a stretch. */
  | { readonly kind: 'pause'; readonly due: Deadline }
  | EffectWaiting;

/** A target that was asked for, so that it can be asked for again. */
export interface Missed {
  readonly device: DeviceId | null;
  /** Of a step of commands: which; -1: that of its selection. */
  readonly item: number;
  readonly wants: { readonly property: PropertyKey; readonly value: PropertyValue } | null;
}

/** How a step with targets goes. */
export interface Tally {
  /** Attempts before this one. */
  readonly attempt: number;
  /** A later attempt than this is dropped; null: there is none. */
  readonly until: Deadline | null;
  readonly ok: number;
  /** Targets that failed for good, and those that may be asked for again. */
  readonly failed: number;
  readonly again: readonly Missed[];
  /** All that may be asked for again should the expected not be seen. */
  readonly repeatable: readonly Missed[];
  /** `restore`: what it did is put back. */
  readonly phase: 'ask' | 'restore';
}

/** What a branch waits for at a step that acts. */
export type EffectWaiting =
  /** The devices show what is expected. */
  | {
      readonly kind: 'expect';
      readonly due: Deadline;
      readonly line: number | null;
      readonly tally: Tally;
    }
  /** The next attempt. */
  | {
      readonly kind: 'retry';
      readonly due: Deadline;
      readonly line: number | null;
      readonly tally: Tally;
    }
  /** The end of `for`, when all is put back. */
  | { readonly kind: 'keep'; readonly due: Deadline; readonly line: number | null }
  | {
      readonly kind: 'ramp';
      readonly due: Deadline;
      readonly until: Deadline;
      readonly line: number | null;
      readonly steps: number;
      readonly stepMs: number;
      readonly legs: readonly {
        readonly device: DeviceId;
        readonly property: PropertyKey;
        readonly from: number;
        readonly to: number;
        readonly last: number;
      }[];
    }
  /** An answer to a message; `round` counts how often it was told before. */
  | {
      readonly kind: 'answer';
      readonly due: Deadline;
      readonly line: number | null;
      readonly ids: readonly NotificationId[];
      readonly round: number;
    };

/** Something that a run asked for and whose outcome is open. */
export type OpenAct =
  | {
      readonly kind: 'command';
      readonly id: CommandId;
      readonly branch: number;
      readonly path: string;
      /** Its line in the trace; null where the trace is full. */
      readonly line: number | null;
      readonly device: DeviceId;
      /** Which target of a step of commands it is. */
      readonly item: number;
      /** What a set wants, to be read back should the outcome get lost. */
      readonly wants: { readonly property: PropertyKey; readonly value: PropertyValue } | null;
    }
  | {
      readonly kind: 'notify';
      readonly id: NotificationId;
      readonly branch: number;
      readonly path: string;
      readonly line: number | null;
    }
  | {
      readonly kind: 'outbound';
      readonly id: OutboundId;
      readonly branch: number;
      readonly path: string;
      readonly line: number | null;
    };

/** A value that a run keeps, and the step that wrote it. */
export interface RunVariable {
  readonly value: VariableValue;
  readonly path: string;
}

/** A value that a scene keeps, and who wrote it. */
export interface VariableEntry {
  readonly value: VariableValue;
  readonly atMs: number;
  readonly by: { readonly run: RunId; readonly path: string };
}

/** A run under way or waiting for its turn. */
export interface RunEntry {
  readonly id: RunId;
  readonly scene: SceneId;
  readonly version: number;
  readonly state: 'queued' | 'running';
  readonly startedAtMs: number;
  readonly cause: RunTrace['cause'];
  readonly seq: number;
  readonly origin: RunOrigin;
  /** What set it off, in words. */
  readonly because: { readonly en: string; readonly zh: string };
  readonly branches: readonly Branch[];
  /** Its variables; absent: none. */
  readonly vars?: Readonly<Record<string, RunVariable>>;
  /** The branch of the run that waits for its end; absent: none does. */
  readonly caller?: { readonly run: RunId; readonly branch: number };
  /** It acts on nothing, and neither does what it starts; absent: it acts. */
  readonly isShadow?: true;
  /** The number of the next branch. */
  readonly nextBranch: number;
  /** Steps done so far. */
  readonly done: number;
  /** When it has lasted too long. */
  readonly until: Deadline;
  readonly open: readonly OpenAct[];
  /** When outcomes that never came are given up and read back. */
  readonly guard: Deadline | null;
  readonly failures: number;
  /** What it has changed or remembered, as it was before. */
  readonly kept: readonly Kept[];
  readonly steps: readonly TraceStep[];
  readonly omitted: number;
}

/** A trigger of time: what has come, and what is next. */
export interface ScheduleEntry {
  /** Occurrences up to here are settled. */
  readonly sinceMs: number;
  /** Those that have come, by ordinal, as stretches of which nothing was left out: a clock set back repeats none. */
  readonly settled: readonly (readonly [from: number, to: number])[];
  /** The one that came last; null where others may lie between it and what is next. */
  readonly last: number | null;
  readonly nextMs: number | null;
  /** Of an interval by elapsed time: when it is over. */
  readonly due: Deadline | null;
}

/** What is known of a scene beyond its file. */
export interface SceneStateEntry {
  readonly version: number;
  readonly isActive: boolean;
  /** Runs begun until `window`, for the rate cap. */
  readonly begun: number;
  readonly window: Deadline | null;
  readonly broken: { readonly until: Deadline; readonly why: 'rate' | 'depth' } | null;
  readonly lastRun: { readonly id: RunId; readonly atMs: number; readonly state: RunState } | null;
}

/** A device that was out of reach: the first value of each of these properties only sets the baseline. */
export interface BaselineEntry {
  readonly properties: readonly PropertyKey[];
  /** When it came back; null while it is away. */
  readonly backAtMs: number | null;
}

/** What the last run of a scene changed, so that it can be undone. */
export interface UndoEntry {
  readonly run: RunId;
  readonly version: number;
  readonly atMs: number;
  readonly kept: readonly Kept[];
  /** The run that has put it back; absent: none has. */
  readonly undone?: RunId;
}

/** When a person last had a hand on a device, by wall time. */
export interface HandEntry {
  readonly atMs: number;
  readonly by: Cause;
}

/** A scene that is to be switched on or off; asked for until the household has done it, also after a power cut. */
export interface SwitchEntry {
  readonly enabled: boolean;
  readonly running: 'finish' | 'cancel';
  readonly by: SceneId;
  readonly author: MemberId | null;
}

type SceneTable =
  | StateTable<MoveWindow>
  | StateTable<PastState>
  | StateTable<PatternState>
  | StateTable<SilenceState>
  | StateTable<UndoEntry>
  | StateTable<HandEntry>
  | StateTable<VariableEntry>
  | StateTable<SwitchEntry>
  | StateTable<RunEntry>
  | StateTable<HoldState>
  | StateTable<ScheduleEntry>
  | StateTable<SceneStateEntry>
  | StateTable<Scene>
  | StateTable<true>
  | StateTable<BaselineEntry>
  | StateTable<PaceEntry>;

/** The tables of the scenes. `all` is in the order in which they are journalled. */
export interface SceneTables {
  readonly runs: StateTable<RunEntry>;
  /** By `scene/trigger`, and `/device` where any device is meant. */
  readonly holds: StateTable<HoldState>;
  /** By `scene/trigger`. */
  readonly schedules: StateTable<ScheduleEntry>;
  readonly scenes: StateTable<SceneStateEntry>;
  /** Versions that runs go on with after an edit, by `scene@version`. */
  readonly oldScenes: StateTable<Scene>;
  /** Crossings with hysteresis that have not come back yet, by `scene/trigger/item/device`. */
  readonly crossed: StateTable<true>;
  readonly baselines: StateTable<BaselineEntry>;
  /** Numbers that a scene waits for to move, by `scene/trigger/item/device/property`. */
  readonly moves: StateTable<MoveWindow>;
  /** Levels whose past a condition asks for, by `scene/number`. */
  readonly pasts: StateTable<PastState>;
  /** Conditions, sequences and counts of triggers, by `scene/trigger`. */
  readonly patterns: StateTable<PatternState>;
  /** By `scene/trigger/item`. */
  readonly silences: StateTable<SilenceState>;
  /** By scene. */
  readonly undos: StateTable<UndoEntry>;
  /** By device; kept only while some scene yields to people. */
  readonly hands: StateTable<HandEntry>;
  /** By scene. */
  readonly pace: StateTable<PaceEntry>;
  /** By scene. */
  readonly switches: StateTable<SwitchEntry>;
  /** By `scene/name`. */
  readonly variables: StateTable<VariableEntry>;
  readonly all: readonly SceneTable[];
}

/** Fresh tables; the core restores their entries before scenes are set. */
export function sceneTables(): SceneTables {
  const durable = { isDurable: true };
  // Worth no record of their own: what they tell is known again from the next run or report.
  const patient = { isDurable: true, isPatient: true };
  const runs = new StateTable<RunEntry>('runs', durable);
  const holds = new StateTable<HoldState>('holds', durable);
  const schedules = new StateTable<ScheduleEntry>('schedules', durable);
  const scenes = new StateTable<SceneStateEntry>('sceneState', patient);
  const oldScenes = new StateTable<Scene>('oldScenes', durable);
  // A number that stays within the hysteresis does not tell again that it has crossed, or come back.
  const crossed = new StateTable<true>('crossed', durable);
  const baselines = new StateTable<BaselineEntry>('baselines', durable);
  const moves = new StateTable<MoveWindow>('moves', patient);
  const pasts = new StateTable<PastState>('pasts', patient);
  const patterns = new StateTable<PatternState>('patterns', durable);
  const silences = new StateTable<SilenceState>('silences', patient);
  const undos = new StateTable<UndoEntry>('undos', patient);
  const hands = new StateTable<HandEntry>('hands', patient);
  const pace = new StateTable<PaceEntry>('pace', durable);
  const switches = new StateTable<SwitchEntry>('switches', durable);
  const variables = new StateTable<VariableEntry>('variables', durable);
  const all = [
    runs,
    holds,
    schedules,
    scenes,
    oldScenes,
    crossed,
    baselines,
    moves,
    pasts,
    patterns,
    silences,
    undos,
    hands,
    pace,
    switches,
    variables,
  ];
  const more = {
    crossed,
    baselines,
    moves,
    pasts,
    patterns,
    silences,
    undos,
    hands,
    pace,
    switches,
    variables,
    all,
  };
  return { runs, holds, schedules, scenes, oldScenes, ...more };
}
