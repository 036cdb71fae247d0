// What a run is begun with, and what runs ask of those who decide and watch.

import { deadlineAfter } from '../../hub/model/clock.ts';
import type { RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { SCENE_LIMITS, type Scene } from '../language/scene.ts';
import type { Trigger } from '../language/triggers.ts';
import type { CompiledScene } from './compile.ts';
import type { LoadedScene } from './engine.ts';
import { type Draft, type MovingRun, TRACE_STEPS_MAX } from './moving-run.ts';
import type { Started, StartStep } from './steps/other-scenes.ts';
import type { RunEntry, RunOrigin } from './tables.ts';

/** A run that is to begin. */
export interface RunStart {
  readonly loaded: LoadedScene;
  readonly program: CompiledScene;
  readonly cause: RunTrace['cause'];
  readonly depth: number;
  readonly origin: RunOrigin;
  readonly because: Label;
  /** Trigger and conditions. */
  readonly steps: readonly TraceStep[];
  /** Called right before the run begins or is queued. */
  readonly entering?: () => void;
  /** What it was called with, and by which branch. */
  readonly vars?: RunEntry['vars'];
  readonly caller?: RunEntry['caller'];
  /** It acts on nothing, and neither does what it starts. */
  readonly isShadow?: boolean;
}

/** What runs ask of who decides. */
export interface RunHooks {
  /** Looks at the condition again when a run has its turn; `whyNot` where it must not begin. */
  recheck(
    loaded: LoadedScene,
    run: Pick<RunEntry, 'cause' | 'origin'>,
    world: SceneWorld,
  ): { readonly whyNot: Label | null; readonly steps: readonly TraceStep[] };
  /** Begins a scene because a run of another has come to that step. */
  start(step: StartStep, by: MovingRun, world: SceneWorld): Started;
  /** A branch of a run waits for something that can set a scene off; a wait that is not new was there before. */
  wait(id: SceneId, trigger: Trigger, of: Scene, isNew: boolean, world: SceneWorld): void;
  /** It does so no more. */
  waitOver(id: SceneId, world: SceneWorld): void;
  /** A run has begun to work its steps. */
  began(run: RunEntry, world: SceneWorld): void;
  /** A run has ended. */
  ended(trace: RunTrace, world: SceneWorld): void;
}

/** The entry of a run that begins. */
export function newDraft(
  id: RunId,
  start: RunStart,
  state: RunEntry['state'],
  kept: RunEntry['kept'],
  world: SceneWorld,
): Draft {
  return {
    id,
    scene: start.program.id,
    version: start.loaded.record.version,
    state,
    startedAtMs: world.now.wallMs,
    cause: start.cause,
    seq: world.seq,
    origin: start.origin,
    because: start.because,
    branches: [{ id: 0, parent: null, frames: [{ list: 'do', at: 0 }], waiting: null }],
    ...(start.vars === undefined ? {} : { vars: start.vars }),
    ...(start.caller === undefined ? {} : { caller: start.caller }),
    ...(start.isShadow ? { isShadow: true } : {}),
    nextBranch: 1,
    done: 0,
    until: deadlineAfter(world.now, world.bootId, SCENE_LIMITS.runMs),
    open: [],
    guard: null,
    failures: 0,
    kept,
    steps: start.steps.slice(0, TRACE_STEPS_MAX),
    omitted: Math.max(0, start.steps.length - TRACE_STEPS_MAX),
  };
}
