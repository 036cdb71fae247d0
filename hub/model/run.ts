// A run of a scene and its trace: what it did, when, why, with the values it read.
import type { Cause } from './cause.ts';
import type { Problem } from './errors.ts';
import type { CommandId, DeviceId, RunId, SceneId } from './identifiers.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';

/** `stopped`: its `while` did not hold, or it was told to stop; `nearMiss`: triggered but not started. */
export type RunState = 'running' | 'done' | 'failed' | 'cancelled' | 'nearMiss';

/**
 * What held a scene back that was triggered: its condition, or that this is not known; its mode or its group, since
 * something is under way; its pace; that it is too late; that it rests after running away.
 */
export type HeldBack = 'condition' | 'unknown' | 'mode' | 'pace' | 'late' | 'rests';

/** A value as it was read when a decision was taken. */
export interface ReadValue {
  readonly device: DeviceId | null;
  readonly property: PropertyKey | string;
  readonly value: PropertyValue | null;
}

/** One line of a trace. `path` locates the node in the scene, such as `do[1]` or `while.all[0]`. */
export interface TraceStep {
  readonly atMs: number;
  readonly path: string;
  readonly kind:
    | 'trigger'
    | 'condition'
    | 'command'
    | 'wait'
    | 'delay'
    | 'notify'
    | 'call'
    | 'scene'
    | 'end'
    | 'note';
  readonly state:
    | 'true'
    | 'false'
    | 'unknown'
    | 'started'
    | 'ok'
    | 'failed'
    | 'timedOut'
    | 'cancelled';
  readonly read?: readonly ReadValue[];
  readonly command?: CommandId;
  /** The scene that the step is about, and the run of it that it began. */
  readonly other?: { readonly scene: SceneId; readonly run: RunId | null };
  /** The step in words, both languages, such as "turned Hall lamp on". */
  readonly text: { readonly en: string; readonly zh: string };
  readonly problem?: Problem;
}

/** The record of one execution, or of one near miss. At most 200 steps; what follows is counted in `omitted`. */
export interface RunTrace {
  readonly id: RunId;
  readonly scene: SceneId;
  readonly sceneVersion: number;
  readonly state: RunState;
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  /** The input that set it off: a report of a device, a press, a time, a member. */
  readonly cause: Cause | { readonly kind: 'schedule'; readonly at: string };
  /** Sequence number of that input. */
  readonly seq: number;
  readonly steps: readonly TraceStep[];
  readonly omitted: number;
  /** Of a near miss. */
  readonly held?: HeldBack;
  /** It acted on nothing: the scene runs in the shadow, to be watched. */
  readonly shadow?: true;
  /** Of a near miss: how many like it came right before it and are not kept themselves. */
  readonly repeats?: number;
  /** The whole run in one sentence, both languages. */
  readonly summary: { readonly en: string; readonly zh: string };
}
