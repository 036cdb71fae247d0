// The shapes of variables, and of steps that keep values.

import * as v from 'valibot';
import { type ShapeMessage, wants } from '../mistakes.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { number, onError } from './parts.ts';

const EXPRESSION_WANTED = wants(
  `a number, true or false, or an expression is wanted here, such as "count + 1" or "'a text'"`,
  `这里要写数字、true、false，或表达式，例如 "count + 1" 或 "'文字'"`,
);
/** A value as a literal, or worked out by an expression; a text stands in its own quotation marks. */
export const valueOrExpression = v.union([v.boolean(), number, v.string()], EXPRESSION_WANTED);

/** Names with values: `{count: 0}`. */
export const named = <Value extends v.GenericSchema>(value: Value, wanted: ShapeMessage) =>
  v.pipe(
    v.record(v.string(), value, wanted),
    v.check((map) => Object.keys(map).length > 0, wanted),
    v.check(
      (map) => Object.keys(map).length <= SCENE_LIMITS.variables,
      wants(
        `at most ${SCENE_LIMITS.variables} names stand here`,
        `这里最多写 ${SCENE_LIMITS.variables} 个名称`,
      ),
    ),
  );

const LET_WANTED = wants(
  'names with their values are wanted here, such as {count: 0}',
  '这里要写名称和值，例如 {count: 0}',
);
const INITIAL_WANTED = wants(
  'a number, true or false, or a text is wanted here',
  '这里要写数字、true、false 或文字',
);
const initial = v.union([v.boolean(), number, v.string()], INITIAL_WANTED);
const TAKES_WANTED = wants(
  'a type (number, text, boolean), or {default: …} where the caller may leave it out, is wanted here',
  '这里要写类型（number、text、boolean），可以省略的则写 {default: …}',
);

/** What a scene says of its variables. */
export const variableShapes = {
  vars: v.optional(
    named(
      initial,
      wants(
        'names with their first values are wanted here, such as {count: 0}',
        '这里要写名称和初值，例如 {count: 0}',
      ),
    ),
  ),
  takes: v.optional(
    named(
      v.union(
        [v.picklist(['number', 'text', 'boolean']), v.strictObject({ default: initial })],
        TAKES_WANTED,
      ),
      wants(
        'names with their types are wanted here, such as {brightness: number}',
        '这里要写名称和类型，例如 {brightness: number}',
      ),
    ),
  ),
  gives: v.optional(valueOrExpression),
};

/** Steps that keep values, by key. */
export const variableStepShapes = {
  let: v.strictObject({ let: named(valueOrExpression, LET_WANTED), 'on-error': onError }),
  remember: v.strictObject({ remember: named(valueOrExpression, LET_WANTED), 'on-error': onError }),
};
