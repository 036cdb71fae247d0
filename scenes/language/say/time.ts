// Triggers and conditions on the clock, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import type { TimeCondition } from '../conditions.ts';
import { daysText, formatTime } from '../literals.ts';
import type { TimeTrigger } from '../triggers.ts';
import type { Weekday } from '../values.ts';
import { both } from '../words.ts';

/** A trigger at times as a clause. */
export function timeTriggerWords(trigger: TimeTrigger): Label {
  switch (trigger.kind) {
    case 'at': {
      const time = formatTime(trigger.minute);
      const days = onDays(trigger.days);
      return both(`it is ${time}${days.en}`, `到 ${time}${days.zh}`);
    }
    default:
      return trigger.kind satisfies never;
  }
}

function onDays(days: readonly Weekday[] | null): Label {
  if (days === null) return both('', '');
  const words = daysText(days);
  return both(` on ${words.en}`, `(${words.zh})`);
}

/** A condition on the time as a clause. */
export function timeConditionWords(condition: TimeCondition): Label {
  switch (condition.kind) {
    case 'between': {
      const from = formatTime(condition.from);
      const to = formatTime(condition.to);
      const isOvernight = condition.to < condition.from;
      const days = onDays(condition.days);
      return both(
        `it is between ${from} and ${to}${days.en}`,
        `在 ${from} 到${isOvernight ? '次日' : ''} ${to} 之间${days.zh}`,
      );
    }
    default:
      return condition.kind satisfies never;
  }
}
