// Steps that keep values, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import { type Expression, type ExpressionInput, expressionText } from '../expression.ts';
import type { Scene } from '../scene.ts';
import type { VariableStep } from '../steps.ts';
import type { Assignment, VariableType } from '../variables.ts';
import { both, listed, subjectWords, type WordNames } from '../words.ts';
import { withOnError } from './care.ts';
import type { Saying } from './saying.ts';

/** A step that keeps values, as an instruction. */
export function variableStepWords({ names }: Saying, step: VariableStep): Label {
  const parts = step.of.map((one) => assignmentWords(names, one));
  const { en } = listed(parts, 'and');
  const zh = parts.map((part) => part.zh).join('、');
  const words =
    step.kind === 'let' ? both(`let ${en}`, `令${zh}`) : both(`remember ${en}`, `记住${zh}`);
  return withOnError(words, step.onError);
}

/** "count be count + 1". */
export function assignmentWords(names: WordNames, { name, value }: Assignment): Label {
  const text = valueWords(names, value);
  return both(`${name} = ${text.en}`, `${name} = ${text.zh}`);
}

/** An expression as it stands in the file, devices by their names. */
export function valueWords(names: WordNames, expression: Expression): Label {
  const text = (language: 'en' | 'zh'): string =>
    expressionText(expression, (input) => inputWords(names, input)[language]);
  return { en: text('en'), zh: text('zh') };
}

function inputWords(names: WordNames, input: ExpressionInput): Label {
  switch (input.kind) {
    case 'device': {
      const { device, property } = input;
      const { owned } = subjectWords(names, { kind: 'device', device, property });
      return { en: `“${owned.en}”`, zh: `“${owned.zh}”` };
    }
    case 'time':
      return { en: `time.${input.what}`, zh: `time.${input.what}` };
    case 'local':
      return { en: input.name, zh: input.name };
    default:
      return input satisfies never;
  }
}

const TYPE_WORDS: Readonly<Record<VariableType, Label>> = {
  boolean: both('yes or no', '是或否'),
  number: both('a number', '数字'),
  text: both('a text', '文字'),
};

/** What a scene keeps, takes and gives, as sentences. */
export function sceneVariableWords(names: WordNames, scene: Scene): Label[] {
  const { vars = [], takes = [], gives } = scene;
  const said: Label[] = [];
  if (vars.length > 0) {
    const parts = vars.map(({ name, initial }) => `${name} (${JSON.stringify(initial)})`);
    said.push(both(`It keeps ${parts.join(', ')}.`, `记录 ${parts.join('、')}。`));
  }
  if (takes.length > 0) {
    const parts = takes.map(({ name, type, initial }) => {
      const more =
        initial === null
          ? TYPE_WORDS[type]
          : both(JSON.stringify(initial), JSON.stringify(initial));
      return both(`${name} (${more.en})`, `${name}(${more.zh})`);
    });
    said.push(
      both(
        `It takes ${parts.map(({ en }) => en).join(', ')}.`,
        `接受 ${parts.map(({ zh }) => zh).join('、')}。`,
      ),
    );
  }
  if (gives !== undefined) {
    const text = valueWords(names, gives);
    said.push(both(`It gives ${text.en}.`, `返回 ${text.zh}。`));
  }
  return said;
}
