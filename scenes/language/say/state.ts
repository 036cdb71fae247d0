// Triggers and conditions on what devices report, in words.
import type { Label } from '../../../hub/model/property-row.ts';
import type { IfUnknown, StateCondition } from '../conditions.ts';
import { durationText } from '../literals.ts';
import type { StateTrigger } from '../triggers.ts';
import type { LevelMatch } from '../values.ts';
import {
  both,
  crossingWords,
  levelWords,
  listed,
  notLevelWords,
  pressWords,
  subjectWords,
  type WordNames,
} from '../words.ts';
import type { Saying } from './saying.ts';

/** A trigger on states or events as a clause. */
export function stateTriggerWords({ names }: Saying, trigger: StateTrigger): Label {
  switch (trigger.kind) {
    case 'becomes':
      return withReconnect(
        listed(
          trigger.of.map((level) => levelWords(names, level, 'becomes')),
          'or',
        ),
        trigger.alsoReconnect,
      );
    case 'changes':
      return withReconnect(
        listed(
          trigger.of.map((subject) => {
            const { owned } = subjectWords(names, subject);
            return both(`${owned.en} changes`, `${owned.zh}变化`);
          }),
          'or',
        ),
        trigger.alsoReconnect,
      );
    case 'crosses':
      return withReconnect(
        listed(
          trigger.of.map((crossing) => crossingWords(names, crossing)),
          'or',
        ),
        trigger.alsoReconnect,
      );
    case 'holds':
      return heldWords(names, trigger.of, trigger.forMs);
    case 'presses':
      return listed(
        trigger.of.map((press) => pressWords(names, press)),
        'or',
      );
    default:
      return trigger satisfies never;
  }
}

function withReconnect(words: Label, alsoReconnect: boolean): Label {
  return alsoReconnect
    ? both(`${words.en} (also found so on reconnecting)`, `${words.zh}(重新连接时发现如此也算)`)
    : words;
}

/** Levels that last: "Hall motion sees no motion for 3 minutes". */
export function heldWords(names: WordNames, of: readonly LevelMatch[], forMs: number): Label {
  const parts = of.map((level) => levelWords(names, level, 'is'));
  const { en } = listed(parts, 'and');
  const levels = both(en, parts.map(({ zh }) => zh).join('且'));
  if (forMs === 0) return levels;
  const time = durationText(forMs);
  return both(`${levels.en} for ${time.en}`, `${levels.zh}满 ${time.zh}`);
}

/** A condition on states as a clause. */
export function stateConditionWords({ names }: Saying, condition: StateCondition): Label {
  switch (condition.kind) {
    case 'is': {
      const { device, property, matcher } = condition;
      const words = levelWords(
        names,
        { subject: { kind: 'device', device, property }, matcher },
        'is',
      );
      return withUnknown(words, condition.ifUnknown);
    }
    default:
      return condition.kind satisfies never;
  }
}

/** The opposite of a condition on states; null where it has no words of its own. */
export function notStateWords({ names }: Saying, condition: StateCondition): Label | null {
  const { device, property, matcher, ifUnknown } = condition;
  const subject = { kind: 'device', device, property } as const;
  return withUnknown(notLevelWords(names, { subject, matcher }), ifUnknown);
}

function withUnknown(words: Label, ifUnknown: IfUnknown): Label {
  if (ifUnknown === 'unknown') return words;
  return ifUnknown === 'pass'
    ? both(`${words.en} (or not known)`, `${words.zh}(未知也算)`)
    : both(`${words.en} (not known counts as no)`, `${words.zh}(未知不算)`);
}
