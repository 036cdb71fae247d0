// The shapes of triggers and conditions on the clock.
import * as v from 'valibot';
import { days, time } from './parts.ts';

/** Triggers at times, by key. */
export const timeTriggerShapes = {
  at: v.strictObject({ at: time, on: v.optional(days) }),
};

const WINDOW_WANTED = 'a window is written as [22:00, 07:00], with both its ends';

/** Conditions on the time, by key. */
export const timeConditionShapes = {
  between: v.strictObject({
    between: v.tuple([time, time], WINDOW_WANTED),
    on: v.optional(days),
  }),
};
