// What a scene says, as one typed tree: the sentences, the evaluator and the analyser all read this and nothing else.
// It is plain data: devices by id, durations in milliseconds, defaults filled in. The kinds of its triggers, conditions
// and steps stand in files of their own.
import { isHomeSubject } from '../../hub/model/home-values.ts';
import type { DeviceId, RoomId } from '../../hub/model/identifiers.ts';
import type { Condition } from './conditions.ts';
import type { Expression } from './expression.ts';
import { innerLists, type Step } from './steps.ts';
import type { SceneTest } from './tests.ts';
import type { Trigger } from './triggers.ts';
import type { Parameter, SceneVariable } from './variables.ts';

/** What happens when a scene is triggered while it runs. */
export type Again =
  /** `per`: each device that triggers counts by itself. */
  | { readonly kind: 'single'; readonly per?: 'device' }
  | { readonly kind: 'restart' }
  | {
      readonly kind: 'queue';
      readonly max: number;
      /** When the queue is full the oldest one that waits gives way; absent: the new one does. */
      readonly overflow?: 'drop-oldest';
      readonly per?: 'device';
    }
  | { readonly kind: 'parallel'; readonly max: number }
  /** One run for each device that triggers; the same device again starts its own anew. */
  | { readonly kind: 'perDevice' };

/** What a scene does with what was open when the hub stopped. */
export interface AfterOutage {
  /** Delays and waits of a run: go on, start the step anew, or end the run. */
  readonly waits: 'resume' | 'restart' | 'drop';
  /** Holds: assume that they held while the hub was off (up to 5 min), start anew, or wait for the next edge. */
  readonly holds: 'assume' | 'restart' | 'drop';
  /** What came due meanwhile. `default`: waits go on; times of day are caught up within 10 min, never for messages alone. */
  readonly late:
    | { readonly kind: 'default' }
    | { readonly kind: 'run' }
    | { readonly kind: 'skip'; readonly overMs: number };
}

/** Scenes that exclude each other. */
export interface SceneGroup {
  readonly name: string;
  /** `highest`: one of higher priority ends the one under way, the others are not begun; `first`: none is. */
  readonly wins: 'highest' | 'first';
}

/** The template that a scene was made of, and what was bound to its slots; devices and rooms by id. */
export interface SceneUses {
  readonly template: string;
  readonly devices: Readonly<Record<string, readonly string[]>>;
  readonly rooms: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export interface Scene {
  readonly name: string;
  readonly room: RoomId | null;
  readonly description: string | null;
  /** Absent: it was made of none. */
  readonly uses?: SceneUses;
  /** Empty: a one-tap scene. */
  readonly when: readonly Trigger[];
  readonly while: Condition | null;
  readonly do: readonly Step[];
  /** Absent: none. */
  readonly vars?: readonly SceneVariable[];
  readonly takes?: readonly Parameter[];
  /** What a run of it comes to, for the scene that called it. */
  readonly gives?: Expression;
  readonly again: Again;
  readonly afterOutage: AfterOutage;
  /** How often it may run, in milliseconds; a trigger that comes again meanwhile: the last one counts (debounce), the
   * first one does (throttle), none does for so long after a run's end (cooldown). */
  readonly debounceMs?: number;
  readonly throttleMs?: number;
  readonly cooldownMs?: number;
  /** Of several scenes that one event sets off those of the highest are worked first; absent: 0. */
  readonly priority?: number;
  /** Of the scenes of a group one is under way at a time. */
  readonly group?: SceneGroup;
  /** A run that had to wait its turn looks at the condition again before it begins; absent: true. */
  readonly recheck?: false;
  /** A device that a person has changed is left to them for so long; absent: it is not. */
  readonly yieldMs?: number;
  readonly tests: readonly SceneTest[];
}

export const DEFAULT_AGAIN: Again = { kind: 'single' };
export const DEFAULT_AFTER_OUTAGE: AfterOutage = {
  waits: 'resume',
  holds: 'assume',
  late: { kind: 'default' },
};

/** Bounds of a scene; each one has its own error. */
export const SCENE_LIMITS = {
  textBytes: 64 * 1024,
  depth: 32,
  steps: 200,
  triggers: 50,
  conditions: 200,
  /** Devices of one step, values of one list, subjects of one trigger. */
  items: 100,
  nameCharacters: 80,
  textCharacters: 1000,
  tests: 50,
  runs: 50,
  /** Priorities run from minus this to this. */
  priority: 100,
  /** Attempts of one step beyond its first. */
  retries: 10,
  /** How often a message is told until somebody has seen it. */
  repeats: 24,
  /** Buttons of a message. */
  actions: 4,
  /** Seconds between two steps of a ramp, at the least, and how many of them there are at the most. */
  rampSteps: 60,
  durationMs: 366 * 24 * 3_600_000,
  /** Lists of steps of one step that are done side by side. */
  branches: 10,
  /** Branches of one run at once. */
  branchesOfRun: 50,
  /** Rounds of a repeat: unless the scene says otherwise, and at most. */
  rounds: 100,
  roundsMax: 10_000,
  /** Steps that one run does in all. */
  stepsOfRun: 100_000,
  /** How long one run lasts at most. */
  runMs: 2 * 366 * 24 * 3_600_000,
  /** Variables of a scene, of one run, and what it takes. */
  variables: 50,
  /** Scenes that have called each other and wait. */
  calls: 16,
} as const;

/** Every step of a scene, those inside other steps too, in the order in which they are written. */
export function* allSteps(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    for (const inner of innerLists(step)) yield* allSteps(inner.steps);
  }
}

/** Whether a scene only tells people something: such a scene is never late, it is silent. */
export function isNotifyingOnly(scene: Scene): boolean {
  for (const { kind } of allSteps(scene.do)) if (!CHANGES_NOTHING.has(kind)) return false;
  return true;
}

/** Steps that tell or ask somebody something, or that only lead from one step to the next. */
const CHANGES_NOTHING: ReadonlySet<string> = new Set([
  ...['notify', 'confirm', 'delay', 'wait', 'stop', 'let'],
  ...['choose', 'repeat', 'parallel', 'race'],
]);

/** The devices that a scene names, sorted. */
export function devicesOf(scene: Scene): DeviceId[] {
  return subjectsOf(scene).filter((id) => id.startsWith('dev_'));
}

/**
 * The devices that a scene names and the home's own subjects, sorted. Wherever a node of the tree names one, it does so
 * as `device`.
 */
export function subjectsOf(scene: Scene): DeviceId[] {
  const found = new Set<DeviceId>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'object') walk(value);
      else if ((key === 'device' || Array.isArray(node)) && isDeviceId(value)) found.add(value);
    }
  };
  walk([scene.when, scene.while, scene.do]);
  return [...found].sort();
}

function isDeviceId(value: unknown): value is DeviceId {
  return typeof value === 'string' && (value.startsWith('dev_') || isHomeSubject(value));
}
