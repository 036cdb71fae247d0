// Reads conditions put together, and triggers made of levels and of other triggers.

import type { Condition } from '../conditions.ts';
import type { Path } from '../document.ts';
import { mistake } from '../mistakes.ts';
import { logicConditionShapes, patternTriggerShapes } from '../shapes/logic.ts';
import { UNREAD } from '../shapes/parts.ts';
import type { PartTrigger, PatternTrigger } from '../state.ts';
import type { Trigger } from '../triggers.ts';
import { readExpressionAt } from './expressions.ts';
import { LATER_OF_TRIGGERS, readLevels } from './parts.ts';
import { isComplete, type Reading, type ReadKind, shapedKind } from './reading.ts';
import { readQuantity } from './selections.ts';
import { alsoRules, conditionsOf } from './state.ts';

const SHAPES = logicConditionShapes(UNREAD);
const TRIGGER_SHAPES = patternTriggerShapes(UNREAD);

/** Conditions made of conditions, by key. */
export const LOGIC_CONDITIONS: Readonly<Record<string, ReadKind<Condition>>> = {
  all: shapedKind(SHAPES.all, [], (reading, { all }, path) =>
    readSeveral(reading, 'all', all, path),
  ),
  any: shapedKind(SHAPES.any, [], (reading, { any }, path) =>
    readSeveral(reading, 'any', any, path),
  ),
  not: shapedKind(SHAPES.not, [], (reading, shaped, path) => {
    const of = reading.condition(shaped.not, [...path, 'not']);
    return of && { kind: 'not', of };
  }),
  'one-of': shapedKind(SHAPES['one-of'], [], (reading, shaped, path) => {
    const of = shaped['one-of'].map((item, index) =>
      reading.condition(item, [...path, 'one-of', index]),
    );
    return isComplete(of) ? { kind: 'oneOf', of } : null;
  }),
  'at-least': shapedKind(SHAPES['at-least'], [], (reading, shaped, path): Condition | null => {
    const { count, of: items, ...rest } = shaped['at-least'];
    const at = [...path, 'at-least'];
    if (items === undefined) {
      return readQuantity(reading.context, { kind: 'atLeast', count }, rest, at);
    }
    const other = Object.keys(rest)[0];
    if (other !== undefined) {
      const words = mistake(`"${other}" does not go with \`of\``, `“${other}”不能和 \`of\` 一起用`);
      return reading.context.refuse([...at, other], words, 'key');
    }
    const of = items.map((item, index) => reading.condition(item, [...at, 'of', index]));
    if (count > items.length) return tooMany(reading, count, items.length, [...at, 'count']);
    return isComplete(of) ? { kind: 'atLeast', count, of } : null;
  }),
};

function tooMany(reading: Reading, count: number, of: number, path: Path): null {
  const words = mistake(
    `There are only ${of}, so never ${count} of them`,
    `一共只有 ${of} 个，不可能有 ${count} 个`,
  );
  return reading.context.refuse(path, words);
}

/** Triggers made of levels and of other triggers, by key. */
export const PATTERN_TRIGGERS: Readonly<Record<string, ReadKind<PatternTrigger>>> = {
  so: shapedKind(TRIGGER_SHAPES.so, LATER_OF_TRIGGERS, (reading, shaped, path) => {
    const condition = reading.condition(shaped.so, [...path, 'so']);
    return readSo(reading, condition, shaped, path);
  }),
  together: shapedKind(TRIGGER_SHAPES.together, LATER_OF_TRIGGERS, (reading, shaped, path) => {
    const at = [...path, 'together'];
    const levels = readLevels(reading.context, shaped.together, at, 'is');
    if (levels === null) return null;
    const of = conditionsOf(levels);
    const count = shaped['at-least'] ?? of.length;
    if (count > of.length) return tooMany(reading, count, of.length, [...path, 'at-least']);
    const isAll = count === of.length;
    const condition: Condition = isAll ? { kind: 'all', of } : { kind: 'atLeast', count, of };
    return readSo(reading, condition, shaped, path);
  }),
  expression: shapedKind(TRIGGER_SHAPES.expression, LATER_OF_TRIGGERS, (reading, shaped, path) => {
    const at = [...path, 'expression'];
    const expression = readExpressionAt(reading.context, shaped.expression, at, 'boolean');
    return readSo(reading, expression && { kind: 'expression', expression }, shaped, path);
  }),
  sequence: shapedKind(TRIGGER_SHAPES.sequence, LATER_OF_TRIGGERS, (reading, shaped, path) => {
    const of = shaped.sequence.map((item, index) =>
      readPart(reading, item, [...path, 'sequence', index]),
    );
    const withinMs = readWithin(reading, shaped.within, [...path, 'within']);
    return isComplete(of) && withinMs !== null ? { kind: 'sequence', of, withinMs } : null;
  }),
  count: shapedKind(TRIGGER_SHAPES.count, LATER_OF_TRIGGERS, (reading, shaped, path) => {
    const { of: item, times, within } = shaped.count;
    const at = [...path, 'count'];
    const of = readPart(reading, item, [...at, 'of']);
    const withinMs = readWithin(reading, within, [...at, 'within']);
    return of && withinMs !== null ? { kind: 'count', of, times, withinMs } : null;
  }),
};

function readSo(
  { context }: Reading,
  condition: Condition | null,
  shaped: { readonly for?: string | undefined; readonly also?: string | string[] | undefined },
  path: Path,
): PatternTrigger | null {
  const forMs = shaped.for === undefined ? null : context.duration(shaped.for, [...path, 'for']);
  if (condition === null || (shaped.for !== undefined && forMs === null)) return null;
  if (asksWho(condition)) {
    const words = mistake(
      'What set the scene off is not known before something did',
      '场景触发之前，还不知道是什么触发的',
    );
    return context.refuse(path, words);
  }
  return { kind: 'so', condition, forMs: forMs === 0 ? null : forMs, ...alsoRules(shaped.also) };
}

/** Whether the condition is about the run that is to begin. */
function asksWho(condition: Condition): boolean {
  switch (condition.kind) {
    case 'triggeredBy':
    case 'causedBy':
    case 'lastRun':
    case 'active':
      return true;
    case 'not':
      return asksWho(condition.of);
    case 'all':
    case 'any':
    case 'oneOf':
    case 'atLeast':
      return condition.of.some(asksWho);
    default:
      return false;
  }
}

function readWithin({ context }: Reading, text: string, path: Path): number | null {
  const ms = context.duration(text, path);
  return ms === 0 ? context.refuse(path, mistake('Within what time?', '在多长时间内？')) : ms;
}

/** A trigger inside another one: one that is met by a single event. */
function readPart(reading: Reading, data: unknown, path: Path): PartTrigger | null {
  const trigger = reading.part(data, path);
  if (trigger === null) return null;
  if (isPart(trigger)) return trigger;
  return reading.context.refuse(
    path,
    mistake(
      'Only becomes, changes, reports, commanded, crosses and presses stand in another trigger',
      '另一个触发条件里只能写 becomes、changes、reports、commanded、crosses 和 presses',
    ),
  );
}

function isPart(trigger: Trigger): trigger is PartTrigger {
  return ['becomes', 'changes', 'reports', 'commanded', 'crosses', 'presses'].includes(
    trigger.kind,
  );
}

function readSeveral(
  reading: Reading,
  kind: 'all' | 'any',
  items: readonly unknown[],
  path: Path,
): Condition | null {
  const of = items.map((item, index) => reading.condition(item, [...path, kind, index]));
  if (!isComplete(of)) return null;
  const only = of[0];
  return of.length === 1 && only ? only : { kind, of };
}
