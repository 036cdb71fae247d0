// What a scene says, as one typed tree: the sentences, the evaluator and the analyser all read this and nothing else.
// It is plain data: devices by id, durations in milliseconds, defaults filled in. The kinds of its triggers, conditions
// and steps stand in files of their own.
import type { DeviceId, RoomId } from '../../hub/model/identifiers.ts';
import type { Condition } from './conditions.ts';
import type { Expression } from './expression.ts';
import { innerLists, type Step } from './steps.ts';
import type { Trigger } from './triggers.ts';
import type { Parameter, SceneVariable } from './variables.ts';

/** What happens when a scene is triggered while it runs. */
export type Again =
  | { readonly kind: 'single' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'queue'; readonly max: number }
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

/** An example of what the scene does, kept for whoever runs it; only its shape is checked. */
export interface SceneTest {
  readonly given: Readonly<Record<string, unknown>>;
  readonly when: readonly unknown[];
  /** `then` of the file. */
  readonly expected: readonly unknown[];
}

export interface Scene {
  readonly name: string;
  readonly room: RoomId | null;
  readonly description: string | null;
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
  for (const step of allSteps(scene.do)) {
    if (step.kind === 'set' || step.kind === 'toggle' || step.kind === 'command') return false;
  }
  return true;
}

/** The devices that a scene names, sorted. Wherever a node of the tree names one, it does so as `device`. */
export function devicesOf(scene: Scene): DeviceId[] {
  const found = new Set<DeviceId>();
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'object') walk(value);
      else if (key === 'device' && isDeviceId(value)) found.add(value);
    }
  };
  walk([scene.when, scene.while, scene.do]);
  return [...found].sort();
}

function isDeviceId(value: unknown): value is DeviceId {
  return typeof value === 'string' && value.startsWith('dev_');
}
