// Conditions put together, in Kleene's logic: what is unknown stays so unless the rest decides.
import type { LogicCondition } from '../../language/conditions.ts';
import type { Truth } from '../hold.ts';
import type { Asking } from './asking.ts';

/** Evaluates a condition made of conditions. */
export function evaluateLogic(asking: Asking, condition: LogicCondition, path: string): Truth {
  switch (condition.kind) {
    case 'all': {
      let result: Truth = 'true';
      for (const [index, inner] of condition.of.entries()) {
        const truth = asking.inner(inner, `${path}.all[${index}]`);
        if (truth === 'false') return 'false';
        if (truth === 'unknown') result = 'unknown';
      }
      return result;
    }
    case 'any': {
      let result: Truth = 'false';
      for (const [index, inner] of condition.of.entries()) {
        const truth = asking.inner(inner, `${path}.any[${index}]`);
        if (truth === 'true') return 'true';
        if (truth === 'unknown') result = 'unknown';
      }
      return result;
    }
    case 'not': {
      const truth = asking.inner(condition.of, `${path}.not`);
      return truth === 'unknown' ? truth : truth === 'true' ? 'false' : 'true';
    }
    case 'oneOf': {
      const truths = condition.of.map((inner, index) =>
        asking.inner(inner, `${path}.one-of[${index}]`),
      );
      const { yes, open } = counted(truths);
      if (yes > 1) return 'false';
      return open > 0 ? 'unknown' : yes === 1 ? 'true' : 'false';
    }
    case 'atLeast':
      return atLeast(
        condition.of.map((inner, index) => asking.inner(inner, `${path}.at-least[${index}]`)),
        condition.count,
      );
    default:
      return condition satisfies never;
  }
}

function counted(truths: readonly Truth[]): { readonly yes: number; readonly open: number } {
  let [yes, open] = [0, 0];
  for (const truth of truths) {
    if (truth === 'true') yes += 1;
    else if (truth === 'unknown') open += 1;
  }
  return { yes, open };
}

/** Whether so many are true. */
export function atLeast(truths: readonly Truth[], count: number): Truth {
  const { yes, open } = counted(truths);
  if (yes >= count) return 'true';
  return yes + open >= count ? 'unknown' : 'false';
}
