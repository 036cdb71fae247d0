// The shapes of variables, and of steps that keep values.
import * as v from 'valibot';
import { SCENE_LIMITS } from '../scene.ts';
import { number, onError } from './parts.ts';

const EXPRESSION_WANTED =
  'a number, true or false, or an expression is wanted here, such as "count + 1" or "' +
  "'a text'" +
  '"';
/** A value as a literal, or worked out by an expression; a text stands in its own quotation marks. */
export const valueOrExpression = v.union([v.boolean(), number, v.string()], EXPRESSION_WANTED);

/** Names with values: `{count: 0}`. */
export const named = <Value extends v.GenericSchema>(value: Value, wanted: string) =>
  v.pipe(
    v.record(v.string(), value, wanted),
    v.check((map) => Object.keys(map).length > 0, wanted),
    v.check(
      (map) => Object.keys(map).length <= SCENE_LIMITS.variables,
      `at most ${SCENE_LIMITS.variables} names stand here`,
    ),
  );

const LET_WANTED = 'names with their values are wanted here, such as {count: 0}';
const INITIAL_WANTED = 'a number, true or false, or a text is wanted here';
const initial = v.union([v.boolean(), number, v.string()], INITIAL_WANTED);
const TAKES_WANTED =
  'a type (number, text, boolean), or {default: …} where the caller may leave it out, is wanted here';

/** What a scene says of its variables. */
export const variableShapes = {
  vars: v.optional(
    named(initial, 'names with their first values are wanted here, such as {count: 0}'),
  ),
  takes: v.optional(
    named(
      v.union(
        [v.picklist(['number', 'text', 'boolean']), v.strictObject({ default: initial })],
        TAKES_WANTED,
      ),
      'names with their types are wanted here, such as {brightness: number}',
    ),
  ),
  gives: v.optional(valueOrExpression),
};

/** Steps that keep values, by key. */
export const variableStepShapes = {
  let: v.strictObject({ let: named(valueOrExpression, LET_WANTED), 'on-error': onError }),
  remember: v.strictObject({ remember: named(valueOrExpression, LET_WANTED), 'on-error': onError }),
};
