// Steps about other scenes. What they do to another scene is done once the run at hand has come to rest, since one
// thing is worked off before the next is looked at.
import { deadlineAfter } from '../../../hub/model/clock.ts';
import type { Problem } from '../../../hub/model/errors.ts';
import type { RunId, SceneId } from '../../../hub/model/identifiers.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { RunState, RunTrace } from '../../../hub/model/run.ts';
import type { SceneStep } from '../../language/steps.ts';
import type { VariableValue } from '../../language/variables.ts';
import { both } from '../../language/words.ts';
import type { Engine } from '../engine.ts';
import {
  addLine,
  fail,
  type MovingRun,
  nextStep,
  pathOf,
  setLine,
  setWaiting,
  stepAt,
  waitingOf,
} from '../moving-run.ts';
import { problemWords } from '../texts.ts';
import { assignLocal } from './variables.ts';

/** A step that begins another scene. */
export type StartStep = Extract<SceneStep, { kind: 'run' | 'call' }>;

/** What a run that was called has come to. */
export interface Returned {
  readonly run: RunId;
  readonly state: RunState;
  readonly value: VariableValue | null;
}

/** What came of asking for a run: its trace, or why there is none. */
export type Started =
  | { readonly run: RunTrace; readonly why?: undefined }
  /** `isFault`: it could not; else it was not to, as while it is still running. */
  | { readonly run?: undefined; readonly why: Label; readonly isFault: boolean };

/** Begins a step about another scene. */
export function beginOther(engine: Engine, run: MovingRun, step: SceneStep): void {
  const { draft, at, world } = run;
  const path = pathOf(run);
  const scene = step.scene ?? draft.scene;
  const name = sceneName(engine, scene);
  const other = { other: { scene, run: null } };
  switch (step.kind) {
    case 'run':
    case 'call': {
      world.delicate();
      const text = both(`Starting ${name}`, `正在启动${name}`);
      const line = addLine(run, path, 'scene', 'started', text, other);
      setWaiting(run, { kind: 'start', path, line });
      engine.later.push(() => engine.launch(draft.id, at, world));
      return;
    }
    case 'cancel': {
      const count = engine.runsOf(scene, world).length;
      const runs = count === 1 ? 'a run' : `${count} runs`;
      const text =
        count === 0
          ? both(`${name} was not running`, `${name}没有在执行`)
          : both(`Ended ${runs} of ${name}`, `已结束${name}的 ${count} 次执行`);
      addLine(run, path, 'scene', 'ok', text, other);
      if (!draft.isShadow) engine.later.push(() => engine.cancelAll(scene, draft.scene, world));
      nextStep(run);
      return;
    }
    case 'undo': {
      const isUnderWay = step.scene !== null && engine.runsOf(scene, world).length > 0;
      const isKept = (engine.tables.undos.get(scene)?.kept ?? []).length > 0;
      const text =
        isUnderWay || isKept
          ? both(`Undoing what ${name} has changed`, `正在撤销${name}的更改`)
          : both(`${name} has nothing to undo`, `${name}没有可撤销的更改`);
      addLine(run, path, 'scene', 'ok', text, other);
      const cause = { kind: 'scene', scene: draft.scene, run: draft.id } as const;
      engine.later.push(() => {
        if (isUnderWay) engine.cancelAll(scene, draft.scene, world);
        engine.undoLast(scene, cause, world);
      });
      nextStep(run);
      return;
    }
    case 'switch':
      beginSwitch(engine, run, step, scene);
      return;
    default:
      step satisfies never;
  }
}

function beginSwitch(
  engine: Engine,
  run: MovingRun,
  step: Extract<SceneStep, { kind: 'switch' }>,
  scene: SceneId,
): void {
  const { draft, world } = run;
  const { enabled, running } = step;
  const name = sceneName(engine, scene);
  const loaded = engine.scenes.get(scene);
  const other = { other: { scene, run: null } };
  const text = enabled
    ? both(`Switching ${name} on`, `正在启用${name}`)
    : both(`Switching ${name} off`, `正在停用${name}`);
  const line = addLine(run, pathOf(run), 'scene', 'started', text, other);
  const due = deadlineAfter(world.now, world.bootId, SWITCHED_WITHIN_MS);
  setWaiting(run, { kind: 'switch', scene, enabled, line, due });
  if (loaded === undefined || loaded.record.enabled === enabled) {
    otherSwitched(engine, run, scene, loaded ? null : GONE);
    return;
  }
  const author = engine.scenes.get(draft.scene)?.record.author ?? null;
  const entry = { enabled, running, by: draft.scene, author };
  engine.tables.switches.set(scene, entry);
  world.switchScene({ scene, enabled, by: draft.scene, author });
}

/** A scene was switched, or was not: `problem` says why. */
export function otherSwitched(
  engine: Engine,
  run: MovingRun,
  scene: SceneId,
  problem: Problem | null,
): void {
  const waiting = waitingOf(run);
  const step = stepAt(run);
  if (waiting?.kind !== 'switch' || step?.kind !== 'switch' || waiting.scene !== scene) return;
  const name = sceneName(engine, scene);
  setWaiting(run, null);
  const verb = waiting.enabled ? both('on', '启用') : both('off', '停用');
  if (problem === null) {
    setLine(run, waiting.line, 'ok', both(`Switched ${name} ${verb.en}`, `已${verb.zh}${name}`));
  } else {
    const why = problemWords(problem);
    const text = both(
      `Could not switch ${name} ${verb.en}: ${why.en}`,
      `未能${verb.zh}${name}：${why.zh}`,
    );
    setLine(run, waiting.line, 'failed', text, { problem });
    if (!fail(run, step.onError)) return;
  }
  nextStep(run);
}

/** An edit of the household that takes longer than this is given up. */
const SWITCHED_WITHIN_MS = 30_000;

const GONE: Problem = {
  code: 'not-found',
  message: 'There is no such scene any more',
  hint: 'Edit the scene that names it.',
};

/** The household has not answered. */
export const NO_ANSWER: Problem = {
  code: 'not-recorded',
  message: 'The household did not answer within 30 s',
  hint: 'The disk or SD card is slow or full. See House, Storage.',
};

/** What the step at hand is to begin; null where it does not begin anything any more. */
export function toStart(run: MovingRun): StartStep | null {
  const step = stepAt(run);
  if (waitingOf(run)?.kind !== 'start') return null;
  return step?.kind === 'run' || step?.kind === 'call' ? step : null;
}

/** The other scene was begun, or was not. */
export function otherStarted(engine: Engine, run: MovingRun, started: Started): void {
  const waiting = waitingOf(run);
  const step = toStart(run);
  if (waiting?.kind !== 'start' || step === null) return;
  const name = sceneName(engine, step.scene);
  if (started.run) {
    const other = { scene: step.scene, run: started.run.id };
    if (step.kind === 'call') {
      setLine(run, waiting.line, 'started', both(`Doing ${name}`, `正在执行${name}`), { other });
      setWaiting(run, { kind: 'call', run: started.run.id, line: waiting.line });
      return;
    }
    setLine(run, waiting.line, 'ok', both(`Started ${name}`, `已启动${name}`), { other });
  } else {
    const { why } = started;
    const text = both(`Did not start ${name}: ${why.en}`, `没有启动${name}：${why.zh}`);
    // What is called is wanted for what it gives; what is only started may be running already.
    const isFault = started.isFault || step.kind === 'call';
    setLine(run, waiting.line, isFault ? 'failed' : 'cancelled', text);
    if (isFault && !fail(run, step.onError)) return;
  }
  setWaiting(run, null);
  nextStep(run);
}

/** A run that the step at hand has called is over. */
export function otherReturned(engine: Engine, run: MovingRun, returned: Returned): void {
  const waiting = waitingOf(run);
  const step = stepAt(run);
  if (waiting?.kind !== 'call' || waiting.run !== returned.run || step?.kind !== 'call') return;
  const name = sceneName(engine, step.scene);
  setWaiting(run, null);
  const path = pathOf(run);
  const { state, value } = returned;
  if (state === 'done') {
    const why = step.into === null ? null : takeInto(run, step.into, value, path);
    if (why === null) {
      setLine(run, waiting.line, 'ok', both(`Done: ${name}`, `${name}已完成`));
      nextStep(run);
      return;
    }
    setLine(
      run,
      waiting.line,
      'failed',
      both(`Done: ${name}, but ${why.en}`, `${name}已完成，但${why.zh}`),
    );
  } else {
    const words = state === 'cancelled' ? both('was ended', '被结束') : both('failed', '失败');
    setLine(run, waiting.line, 'failed', both(`${name} ${words.en}`, `${name}${words.zh}`));
  }
  if (fail(run, step.onError)) nextStep(run);
}

function takeInto(
  run: MovingRun,
  into: string,
  value: VariableValue | null,
  path: string,
): Label | null {
  if (value === null) return both('it gave nothing', '没有返回结果');
  const why = assignLocal(run, into, { value, path });
  return why === null ? null : both(`${into} cannot take it: ${why}`, `${into} 无法接受其结果`);
}

/** The present name of a scene, in quotation marks. */
export function sceneName(engine: Engine, id: SceneId): string {
  return `“${engine.scenes.get(id)?.record.name ?? id}”`;
}
