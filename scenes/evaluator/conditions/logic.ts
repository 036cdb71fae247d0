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
    default:
      return condition satisfies never;
  }
}
