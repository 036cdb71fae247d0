// Steps about other scenes, in words.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { SceneStep } from '../steps.ts';
import { both } from '../words.ts';
import { withOnError } from './effects.ts';
import type { Saying } from './saying.ts';

/** A step about another scene, as an instruction. */
export function sceneStepWords(saying: Saying, step: SceneStep): Label {
  const name = sceneWords(saying, step.scene);
  const only = step.checkWhile
    ? both(' (if its own condition holds)', '(须满足其自身条件)')
    : both('', '');
  return withOnError(both(`start ${name.en}${only.en}`, `启动${name.zh}${only.zh}`), step.onError);
}

/** A scene by its name, in quotation marks. */
export function sceneWords({ names }: Saying, id: SceneId): Label {
  const scene = names.scene(id);
  const text = `“${(scene?.name ?? id).replaceAll('”', '””')}”`;
  return both(text, text);
}
