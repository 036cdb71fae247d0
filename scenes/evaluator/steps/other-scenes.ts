// Steps about other scenes. What they do to another scene is done once the run at hand has come to rest, since one
// thing is worked off before the next is looked at.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { RunTrace } from '../../../hub/model/run.ts';
import type { SceneStep } from '../../language/steps.ts';
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

/** What came of asking for a run: its trace, or why there is none. */
export type Started =
  | { readonly run: RunTrace; readonly why?: undefined }
  /** `isFault`: it could not; else it was not to, as while it is still running. */
  | { readonly run?: undefined; readonly why: Label; readonly isFault: boolean };

/** The step at hand is to begin another scene. */
export function beginOther(engine: Engine, run: MovingRun, step: SceneStep): void {
  const { draft, at } = run;
  const path = pathOf(run);
  const name = sceneName(engine, step.scene);
  const text = both(`Starting ${name}`, `正在启动${name}`);
  const line = addLine(run, path, 'scene', 'started', text, {
    other: { scene: step.scene, run: null },
  });
  setWaiting(run, { kind: 'start', path, line });
  engine.later.push(() => engine.launch(draft.id, at, run.world));
}

/** What the step at hand is to begin; null where it does not begin anything any more. */
export function toStart(run: MovingRun): SceneStep | null {
  const step = stepAt(run);
  return waitingOf(run)?.kind === 'start' && step?.kind === 'run' ? step : null;
}

/** The other scene was begun, or was not. */
export function otherStarted(engine: Engine, run: MovingRun, started: Started): void {
  const waiting = waitingOf(run);
  const step = toStart(run);
  if (waiting?.kind !== 'start' || step === null) return;
  const name = sceneName(engine, step.scene);
  if (started.run) {
    const other = { scene: step.scene, run: started.run.id };
    setLine(run, waiting.line, 'ok', both(`Started ${name}`, `已启动${name}`), { other });
  } else {
    const { why } = started;
    const text = both(`Did not start ${name}: ${why.en}`, `没有启动${name}:${why.zh}`);
    setLine(run, waiting.line, started.isFault ? 'failed' : 'cancelled', text);
    if (started.isFault && !fail(run, step.onError)) return;
  }
  setWaiting(run, null);
  nextStep(run);
}

/** The present name of a scene, in quotation marks. */
export function sceneName(engine: Engine, id: SceneId): string {
  return `“${engine.scenes.get(id)?.record.name ?? id}”`;
}
