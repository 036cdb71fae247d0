// The shapes of conditions put together, and of triggers made of levels and of other triggers.

import * as v from 'valibot';
import { wants } from '../mistakes.ts';
import { PATTERN_LIMITS } from '../state.ts';
import { also, duration, type Inner, list, matcher, references } from './parts.ts';

const COUNT_WANTED = wants('how many is a whole number of at least 1', '个数是不小于 1 的整数');
const count = v.pipe(v.number(COUNT_WANTED), v.integer(COUNT_WANTED), v.minValue(1, COUNT_WANTED));
const AT_LEAST_WANTED = wants(
  '`at-least` is written as {count: 2, of: […]} with conditions, or {count: 2, room: hall, open: true}',
  '`at-least` 要写成 {count: 2, of: […]}（里面是条件），或 {count: 2, room: hall, open: true}',
);

/** Conditions made of conditions, by key. */
export const logicConditionShapes = (inner: Inner) => ({
  all: v.strictObject({
    all: list(inner.condition, wants('`all` takes a list of conditions', '`all` 里要写条件的列表')),
  }),
  any: v.strictObject({
    any: list(inner.condition, wants('`any` takes a list of conditions', '`any` 里要写条件的列表')),
  }),
  not: v.strictObject({ not: inner.condition }),
  'one-of': v.strictObject({
    'one-of': list(
      inner.condition,
      wants('`one-of` takes a list of conditions', '`one-of` 里要写条件的列表'),
    ),
  }),
  'at-least': v.strictObject({
    'at-least': v.objectWithRest(
      {
        count,
        of: v.optional(
          list(inner.condition, wants('`of` takes a list of conditions', '`of` 里要写条件的列表')),
        ),
      },
      v.unknown(),
      AT_LEAST_WANTED,
    ),
  }),
});

const TIMES_WANTED = wants(
  `\`times\` is a whole number from 2 to ${PATTERN_LIMITS.times}`,
  `\`times\` 是 2 到 ${PATTERN_LIMITS.times} 的整数`,
);
const SEQUENCE_WANTED = wants(
  `a sequence is a list of 2 to ${PATTERN_LIMITS.parts} triggers`,
  `先后顺序要写 2 到 ${PATTERN_LIMITS.parts} 个触发条件的列表`,
);

/** Triggers made of levels and of other triggers, by key. */
export const patternTriggerShapes = (inner: Inner) => ({
  so: v.strictObject({ so: inner.condition, for: v.optional(duration), also }),
  together: v.strictObject({
    together: references(matcher),
    'at-least': v.optional(count),
    for: v.optional(duration),
    also,
  }),
  expression: v.strictObject({
    expression: v.string(wants('an expression is a text', '表达式要写成文字')),
    for: v.optional(duration),
    also,
  }),
  sequence: v.strictObject({
    sequence: v.pipe(
      v.array(inner.trigger, SEQUENCE_WANTED),
      v.minLength(2, SEQUENCE_WANTED),
      v.maxLength(PATTERN_LIMITS.parts, SEQUENCE_WANTED),
    ),
    within: duration,
  }),
  count: v.strictObject({
    count: v.strictObject(
      {
        of: inner.trigger,
        times: v.pipe(
          v.number(TIMES_WANTED),
          v.integer(TIMES_WANTED),
          v.minValue(2, TIMES_WANTED),
          v.maxValue(PATTERN_LIMITS.times, TIMES_WANTED),
        ),
        within: duration,
      },
      wants(
        'a count is written as {of: {presses: {…}}, times: 3, within: 1min}',
        '计次要写成 {of: {presses: {…}}, times: 3, within: 1min}',
      ),
    ),
  }),
});
