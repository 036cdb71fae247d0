// Steps about other scenes, in words.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { SceneStep } from '../steps.ts';
import { both } from '../words.ts';
import { withOnError } from './care.ts';
import type { Saying } from './saying.ts';
import { assignmentWords } from './variables.ts';

/** A step about another scene, as an instruction. */
export function sceneStepWords(saying: Saying, step: SceneStep): Label {
  const name = step.scene === null ? THIS : sceneWords(saying, step.scene);
  switch (step.kind) {
    case 'run': {
      const only = step.checkWhile
        ? both(' (if its own condition holds)', '（须满足其自身条件）')
        : both('', '');
      const words = both(`start ${name.en}${only.en}`, `启动${name.zh}${only.zh}`);
      return withOnError(words, step.onError);
    }
    case 'call': {
      const given = step.args.map((one) => assignmentWords(saying.names, one));
      const args =
        given.length === 0
          ? both('', '')
          : both(
              ` with ${given.map(({ en }) => en).join(', ')}`,
              `（${given.map(({ zh }) => zh).join('，')}）`,
            );
      const into =
        step.into === null ? both('', '') : both(` as ${step.into}`, `，结果存入 ${step.into}`);
      const words = both(
        `have ${name.en} done${args.en}${into.en}`,
        `执行${name.zh}${args.zh}并等其完成${into.zh}`,
      );
      return withOnError(words, step.onError);
    }
    case 'cancel':
      return both(`end what ${name.en} is doing`, `结束${name.zh}正在进行的执行`);
    case 'undo':
      return step.scene === null
        ? both('undo what the run before this one has changed', '撤销上一次执行的更改')
        : both(`undo what ${name.en} has changed last`, `撤销${name.zh}最近一次的更改`);
    case 'switch': {
      const runs =
        step.running === 'cancel'
          ? both(' and end what it is doing', '并结束其正在进行的执行')
          : both('', '');
      const words = step.enabled
        ? both(`switch ${name.en} on`, `启用${name.zh}`)
        : both(`switch ${name.en} off${runs.en}`, `停用${name.zh}${runs.zh}`);
      return withOnError(words, step.onError);
    }
    default:
      return step satisfies never;
  }
}

const THIS = both('this scene', '本场景');

/** A scene by its name, in quotation marks. */
export function sceneWords({ names }: Pick<Saying, 'names'>, id: SceneId): Label {
  const scene = names.scene(id);
  const text = `“${(scene?.name ?? id).replaceAll('”', '””')}”`;
  return both(text, text);
}
