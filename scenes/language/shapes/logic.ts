// The shapes of conditions put together.
import * as v from 'valibot';
import { type Inner, list } from './parts.ts';

/** Conditions made of conditions, by key. */
export const logicConditionShapes = (inner: Inner) => ({
  all: v.strictObject({ all: list(inner.condition, '`all` takes a list of conditions') }),
  any: v.strictObject({ any: list(inner.condition, '`any` takes a list of conditions') }),
  not: v.strictObject({ not: inner.condition }),
});
