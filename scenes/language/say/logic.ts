// Conditions put together, and triggers made of levels and of other triggers, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import type { Condition, LogicCondition } from '../conditions.ts';
import { durationText } from '../literals.ts';
import type { PatternTrigger } from '../state.ts';
import { both } from '../words.ts';
import type { Saying } from './saying.ts';
import { notStateWords, withAlso } from './state.ts';

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
      return both(`it is not so that (${inner.en})`, `并非（${inner.zh}）`);
    }
    case 'oneOf':
      return countedWords(
        both('exactly one of these is so', '以下恰有一项成立'),
        condition.of.map((inner) => saying.condition(inner)),
      );
    case 'atLeast':
      return countedWords(
        both(`at least ${condition.count} of these are so`, `以下至少有 ${condition.count} 项成立`),
        condition.of.map((inner) => saying.condition(inner)),
      );
    default:
      return condition satisfies never;
  }
}

function countedWords(how: Label, parts: readonly Label[]): Label {
  return both(
    `${how.en}: [${parts.map(({ en }) => en).join('; ')}]`,
    `${how.zh}：[${parts.map(({ zh }) => zh).join('；')}]`,
  );
}

/** A trigger made of levels or of other triggers as a clause. */
export function patternTriggerWords(saying: Saying, trigger: PatternTrigger): Label {
  switch (trigger.kind) {
    case 'so': {
      const words = saying.condition(trigger.condition);
      const time = trigger.forMs === null ? null : durationText(trigger.forMs);
      const so = time
        ? both(
            `it becomes so, and stays so for ${time.en}, that ${words.en}`,
            `变为如此并持续 ${time.zh}：${words.zh}`,
          )
        : both(`it becomes so that ${words.en}`, `变为如此：${words.zh}`);
      return withAlso(so, trigger);
    }
    case 'sequence': {
      const parts = trigger.of.map((part) => saying.trigger(part));
      const time = durationText(trigger.withinMs);
      return both(
        `these happen in this order within ${time.en}: [${parts.map(({ en }) => en).join('; then ')}]`,
        `${time.zh}内依次发生：[${parts.map(({ zh }) => zh).join('；然后')}]`,
      );
    }
    case 'count': {
      const part = saying.trigger(trigger.of);
      const time = durationText(trigger.withinMs);
      return both(
        `this happens ${trigger.times} times within ${time.en}: [${part.en}]`,
        `${time.zh}内发生 ${trigger.times} 次：[${part.zh}]`,
      );
    }
    default:
      return trigger satisfies never;
  }
}

function inBrackets(condition: Condition, words: Label): Label {
  return condition.kind === 'all' || condition.kind === 'any'
    ? both(`(${words.en})`, `(${words.zh})`)
    : words;
}
