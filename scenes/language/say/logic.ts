// Conditions put together, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import type { Condition, LogicCondition } from '../conditions.ts';
import { both } from '../words.ts';
import type { Saying } from './saying.ts';
import { notStateWords } from './state.ts';

/** A condition made of conditions as a clause. */
export function logicConditionWords(saying: Saying, condition: LogicCondition): Label {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const isAll = condition.kind === 'all';
      const parts = condition.of.map((inner) => inBrackets(inner, saying.condition(inner)));
      return both(
        parts.map(({ en }) => en).join(isAll ? ' and ' : ' or '),
        parts.map(({ zh }) => zh).join(isAll ? '且' : '或'),
      );
    }
    case 'not': {
      const { of } = condition;
      const short = of.kind === 'is' ? notStateWords(saying, of) : null;
      if (short) return short;
      const inner = saying.condition(of);
      return both(`it is not so that (${inner.en})`, `并非(${inner.zh})`);
    }
    default:
      return condition satisfies never;
  }
}

function inBrackets(condition: Condition, words: Label): Label {
  return condition.kind === 'all' || condition.kind === 'any'
    ? both(`(${words.en})`, `(${words.zh})`)
    : words;
}
