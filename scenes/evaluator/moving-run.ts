// A run's entry while it is moved on, and the small moves: its place among the steps, its lines, its end.
import { type Deadline, remainingMs } from '../../hub/model/clock.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { RunState, RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Step } from '../language/steps.ts';
import type { CompiledScene } from './compile.ts';
import type { RunEntry } from './tables.ts';
import { summaryWords } from './texts.ts';

/** A trace keeps so many lines; what follows is counted. */
export const TRACE_STEPS_MAX = 200;

export type Draft = { -readonly [Key in keyof RunEntry]: RunEntry[Key] };

/** A run's entry as it moves on, with what is at hand while it does. */
export interface MovingRun {
  readonly draft: Draft;
  readonly program: CompiledScene;
  readonly world: SceneWorld;
  /** Set once the run has ended. */
  ended: { readonly state: RunState; readonly note: RunEntry['because'] | null } | null;
}

/** Whether the deadline has come. */
export function isDue(deadline: Deadline, world: SceneWorld): boolean {
  return remainingMs(deadline, world.now, world.bootId) <= 0;
}

/** The path of the step at hand. */
export function pathOf({ draft }: MovingRun): string {
  const frame = draft.frames.at(-1);
  return frame ? `${frame.list}[${frame.at}]` : 'do';
}

/** The step at hand. */
export function stepAt({ draft, program }: MovingRun): Step | undefined {
  const frame = draft.frames.at(-1);
  return frame && program.lists.get(frame.list)?.[frame.at];
}

/** The step of a path such as `do[1].else[0]`. */
export function stepOn(program: CompiledScene, path: string): Step | undefined {
  const bracket = path.lastIndexOf('[');
  return program.lists.get(path.slice(0, bracket))?.[Number(path.slice(bracket + 1, -1))];
}

/** Goes on to the next step of the list. */
export function nextStep({ draft }: MovingRun): void {
  const frame = draft.frames.at(-1);
  if (frame) draft.frames = [...draft.frames.slice(0, -1), { ...frame, at: frame.at + 1 }];
}

/** Ends the run; the first end counts. */
export function end(run: MovingRun, state: RunState, note: RunEntry['because'] | null): void {
  run.ended ??= { state, note };
}

/** Adds a line to the trace; null where it is full. */
export function addLine(
  { draft, world }: MovingRun,
  path: string,
  kind: TraceStep['kind'],
  state: TraceStep['state'],
  text: TraceStep['text'],
  more: Pick<TraceStep, 'read' | 'command'> = {},
): number | null {
  return addTo(draft, { atMs: world.now.wallMs, path, kind, state, text, ...more });
}

/** Adds a line to an entry's trace; null where it is full. */
export function addTo(draft: Draft, step: TraceStep): number | null {
  if (draft.steps.length >= TRACE_STEPS_MAX) {
    draft.omitted += 1;
    return null;
  }
  draft.steps = [...draft.steps, step];
  return draft.steps.length - 1;
}

/** Says what a line came to. */
export function setLine(
  { draft }: MovingRun,
  line: number | null,
  state: TraceStep['state'],
  text: TraceStep['text'],
  problem: Problem | null = null,
): void {
  if (line === null) return;
  draft.steps = draft.steps.map((step, index) =>
    index === line ? { ...step, state, text, ...(problem ? { problem } : {}) } : step,
  );
}

/** The trace of a run as it stands. */
export function traceOf(entry: RunEntry, state: RunState, endedAtMs: number | null): RunTrace {
  return {
    id: entry.id,
    scene: entry.scene,
    sceneVersion: entry.version,
    state,
    startedAtMs: entry.startedAtMs,
    endedAtMs,
    cause: entry.cause,
    seq: entry.seq,
    steps: entry.steps,
    omitted: entry.omitted,
    summary: summaryWords(state, entry.because, entry.steps),
  };
}
