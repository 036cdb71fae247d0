// A run's entry while it is moved on, and the small moves: its place among the steps, its lines, its end.
import { type Deadline, remainingMs } from '../../hub/model/clock.ts';
import type { RunState, RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { boundStep } from '../language/each.ts';
import type { Step } from '../language/steps.ts';
import { both } from '../language/words.ts';
import type { CompiledScene } from './compile.ts';
import type { Branch, Frame, RunEntry, Waiting } from './tables.ts';
import { summaryWords } from './texts.ts';

/** A trace keeps so many lines; what follows is counted. */
export const TRACE_STEPS_MAX = 200;

export type Draft = { -readonly [Key in keyof RunEntry]: RunEntry[Key] };

/** A run's entry as it moves on, with what is at hand while it does. */
export interface MovingRun {
  readonly draft: Draft;
  readonly program: CompiledScene;
  readonly world: SceneWorld;
  /** The branch at hand. */
  at: number;
  /** Steps done since it was taken up. */
  atAStretch: number;
  /** Set once the run has ended. */
  ended: { readonly state: RunState; readonly note: RunEntry['because'] | null } | null;
}

/** A run that is taken up; its entry stays as it is. */
export function movingRun(
  entry: RunEntry,
  program: CompiledScene,
  world: SceneWorld,
  at = 0,
): MovingRun {
  return { draft: { ...entry }, program, world, at, atAStretch: 0, ended: null };
}

/** Whether the deadline has come. */
export function isDue(deadline: Deadline, world: SceneWorld): boolean {
  return remainingMs(deadline, world.now, world.bootId) <= 0;
}

/** The branch at hand; null once it is over. */
export function branchOf({ draft, at }: MovingRun): Branch | null {
  return draft.branches.find(({ id }) => id === at) ?? null;
}

/** What the branch at hand waits for. */
export function waitingOf(run: MovingRun): Waiting | null {
  return branchOf(run)?.waiting ?? null;
}

/** Where the branch at hand stands. */
export function frameOf(run: MovingRun): Frame | undefined {
  return branchOf(run)?.frames.at(-1);
}

function setBranch({ draft, at }: MovingRun, change: Partial<Branch>): void {
  draft.branches = draft.branches.map((branch) =>
    branch.id === at ? { ...branch, ...change } : branch,
  );
}

/** Has the branch at hand wait, or go on. */
export function setWaiting(run: MovingRun, waiting: Waiting | null): void {
  setBranch(run, { waiting });
}

/** Puts the branch at hand at the beginning of a list of steps inside the step at hand. */
export function enterList(run: MovingRun, frame: Frame): void {
  const frames = branchOf(run)?.frames ?? [];
  const each = frame.each ?? frames.at(-1)?.each;
  setBranch(run, { frames: [...frames, each === undefined ? frame : { ...frame, each }] });
}

/** Takes the branch at hand out of the list that it has worked off. */
export function leaveList(run: MovingRun): void {
  setBranch(run, { frames: branchOf(run)?.frames.slice(0, -1) ?? [] });
}

/** Has `work` done at each branch, in the order in which they began; those that end meanwhile are left out. */
export function atEachBranch(run: MovingRun, work: () => void): void {
  for (const { id } of run.draft.branches) {
    run.at = id;
    if (run.ended === null && branchOf(run) !== null) work();
  }
}

/** The path of the step at hand. */
export function pathOf(run: MovingRun): string {
  const frame = frameOf(run);
  return frame ? `${frame.list}[${frame.at}]` : 'do';
}

/** The step at hand. */
export function stepAt(run: MovingRun): Step | undefined {
  return stepOfFrame(run.program, frameOf(run));
}

/** The step at which a frame stands; the device of the round stands in it. */
export function stepOfFrame(
  program: CompiledScene | null,
  frame: Frame | undefined,
): Step | undefined {
  const step = frame && program?.lists.get(frame.list)?.[frame.at];
  return step === undefined || frame?.each === undefined ? step : boundStep(step, frame.each);
}

/** The step of a path such as `do[1].else[0]`. */
export function stepOn(program: CompiledScene, path: string): Step | undefined {
  const bracket = path.lastIndexOf('[');
  return program.lists.get(path.slice(0, bracket))?.[Number(path.slice(bracket + 1, -1))];
}

/** Goes on to the next step of the list. */
export function nextStep(run: MovingRun): void {
  const frames = branchOf(run)?.frames ?? [];
  const frame = frames.at(-1);
  if (frame) setBranch(run, { frames: [...frames.slice(0, -1), { ...frame, at: frame.at + 1 }] });
}

/** Ends the run; the first end counts. */
export function end(run: MovingRun, state: RunState, note: RunEntry['because'] | null): void {
  run.ended ??= { state, note };
}

/** A step did not succeed; false where that ends the run. */
export function fail(run: MovingRun, onError: 'continue' | 'stop'): boolean {
  run.draft.failures += 1;
  if (onError === 'continue') return true;
  end(run, 'failed', both('Ended, since a step did not succeed', '因步骤失败而结束'));
  return false;
}

/** Adds a line to the trace; null where it is full. */
export function addLine(
  { draft, world }: MovingRun,
  path: string,
  kind: TraceStep['kind'],
  state: TraceStep['state'],
  text: TraceStep['text'],
  more: Pick<TraceStep, 'read' | 'command' | 'other'> = {},
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

/** Adds the line of the run's end, for which there is always room. */
export function addEnd(draft: Draft, step: TraceStep): void {
  if (addTo(draft, step) === null) draft.steps = [...draft.steps.slice(0, -1), step];
}

/** Says what a line came to. */
export function setLine(
  { draft }: MovingRun,
  line: number | null,
  state: TraceStep['state'],
  text: TraceStep['text'],
  more: Pick<TraceStep, 'problem' | 'other'> = {},
): void {
  if (line === null) return;
  draft.steps = draft.steps.map((step, index) =>
    index === line ? { ...step, state, text, ...more } : step,
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
    // Its turn came, and then its condition did not hold.
    ...(state === 'nearMiss' ? { held: 'condition' } : {}),
    ...(entry.isShadow ? { shadow: true } : {}),
    summary: summaryWords(state, entry.because, entry.steps),
  };
}

/** Whether nothing was done to a run but to look at a wait anew and find it as it was. */
export function isSame(before: RunEntry, after: RunEntry): boolean {
  const keys = Object.keys(after) as (keyof RunEntry)[];
  return keys.every(
    (key) =>
      before[key] === after[key] ||
      (key === 'branches' &&
        before.branches.length === after.branches.length &&
        before.branches.every((branch, index) => isSameBranch(branch, after.branches[index]))),
  );
}

/** Whether nothing was done but to look at a wait anew and find it as it was. */
function isSameBranch(before: Branch, after: Branch | undefined): boolean {
  if (before === after) return true;
  const [a, b] = [before.waiting, after?.waiting];
  return (
    before.frames === after?.frames &&
    a?.kind === 'wait' &&
    b?.kind === 'wait' &&
    a.hold === b.hold &&
    a.timeout === b.timeout &&
    a.line === b.line
  );
}
