// Checks a template: read as a file, and bound in homes that are made for it, so that whatever fits its slots makes a
// valid scene.

import type { InputProblem } from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';
import { parseDuration } from '../language/literals.ts';
import { mistake, problemOf } from '../language/mistakes.ts';
import { bindTemplate } from './bind.ts';
import { modelBindings, modelHome } from './model-home.ts';
import { readTemplate } from './read-template.ts';
import type { Template } from './template.ts';

/** A template that can be offered, or what is wrong with its file. */
export type CheckedFile =
  | { readonly template: Template; readonly errors: readonly [] }
  | { readonly template: null; readonly errors: readonly InputProblem[] };

/** Reads and checks the text of a template. */
export function checkTemplate(text: string): CheckedFile {
  const read = readTemplate(text);
  if (read.template === null) return read;
  const errors = new Map<string, InputProblem>();
  for (const words of trials(read.template)) {
    errors.set(words.en, { path: '/scene', ...problemOf(words) });
  }
  return errors.size === 0 ? read : { template: null, errors: [...errors.values()].slice(0, 20) };
}

/** Binds it with one and with several devices, all slots bound and only those that must be, values at both ends. */
function* trials(template: Template): Generator<Words> {
  for (const count of [1, 3]) {
    for (const isBare of [false, true]) {
      const home = modelHome(template, count);
      const bindings = modelBindings(template, count, isBare);
      for (const ends of [null, 'least', 'most'] as const) {
        const values = { ...bindings.values, ...(ends === null ? {} : valuesAt(template, ends)) };
        const { problems } = bindTemplate(
          template,
          { name: null, bindings: { ...bindings, values } },
          home,
        );
        for (const { slot, text } of problems) {
          const at = slot === null ? '' : ` (${slot})`;
          yield mistake(
            `Bound, it is no valid scene: ${text.en}${at}`,
            `填好后不是有效的场景：${text.zh}${at}`,
          );
        }
      }
    }
  }
}

function valuesAt(template: Template, ends: 'least' | 'most'): Record<string, string | number> {
  const values: Record<string, string | number> = {};
  for (const slot of template.slots) {
    if (slot.isOptional) continue;
    if (slot.kind === 'number') values[slot.name] = ends === 'least' ? slot.min : slot.max;
    if (slot.kind === 'duration' && typeof parseDuration(slot.from) === 'number') {
      values[slot.name] = ends === 'least' ? slot.from : slot.to;
    }
  }
  return values;
}
