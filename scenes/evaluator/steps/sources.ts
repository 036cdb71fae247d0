// Steps that tell the home something. They may be done again without harm, so they are done at once.
import type { Cause } from '../../../hub/model/cause.ts';
import { HOME_MODE } from '../../../hub/model/home-values.ts';
import { sourceStepWords } from '../../language/say/sources.ts';
import type { SourceStep } from '../../language/steps.ts';
import { both } from '../../language/words.ts';
import { addLine, type MovingRun, nextStep, pathOf } from '../moving-run.ts';

/** The step at hand sets the home's mode; what listens for that is worked off after this run. */
export function setMode(run: MovingRun, step: SourceStep): void {
  const { draft, world } = run;
  const cause: Cause = { kind: 'scene', scene: draft.scene, run: draft.id };
  const problem = world.setValue(HOME_MODE, step.mode, cause);
  const words = sourceStepWords(step);
  if (problem === null) {
    const [first = '', ...rest] = words.en;
    const text = both(`${first.toUpperCase()}${rest.join('')}`, `已${words.zh}`);
    addLine(run, pathOf(run), 'note', 'ok', text);
  } else {
    // A mode that the household has taken away since.
    draft.failures += 1;
    const text = both(`Could not ${words.en}: ${problem.message}`, `未能${words.zh}`);
    addLine(run, pathOf(run), 'note', 'failed', text);
  }
  nextStep(run);
}
