// Reads triggers and conditions on the clock.
import type { TimeCondition } from '../conditions.ts';
import type { Path } from '../document.ts';
import { timeConditionShapes, timeTriggerShapes } from '../shapes/time.ts';
import type { TimeTrigger } from '../triggers.ts';
import { WEEKDAYS, type Weekday } from '../values.ts';
import { LATER_OF_TRIGGERS } from './parts.ts';
import type { Reading } from './reading.ts';

/** Triggers at times, by key. */
export const TIME_TRIGGERS = { at: readAt };

/** Conditions on the time, by key. */
export const TIME_CONDITIONS = { between: readWindow };

function readAt({ context }: Reading, data: unknown, path: Path): TimeTrigger | null {
  const time = (data as { readonly at?: unknown }).at;
  const sun = typeof time === 'string' && /^(?:sunrise|sunset|dawn|dusk|noon)/.exec(time);
  if (sun)
    return context.refuse([...path, 'at'], `"${sun[0]}" is not supported yet in this version`);
  if (typeof time === 'string') {
    if (context.time(time, [...path, 'at']) === null) return null;
  }
  const shaped = context.shaped(timeTriggerShapes.at, data, path, LATER_OF_TRIGGERS);
  if (shaped === null) return null;
  const minute = context.time(shaped.at, [...path, 'at']);
  return minute === null ? null : { kind: 'at', minute, days: inWeekOrder(shaped.on) };
}

function readWindow({ context }: Reading, data: unknown, path: Path): TimeCondition | null {
  const ends = (data as { readonly between?: unknown }).between;
  if (Array.isArray(ends)) {
    for (const [index, end] of ends.entries()) {
      const sun = typeof end === 'string' && /^(?:sunrise|sunset|dawn|dusk|noon)/.exec(end);
      const at = [...path, 'between', index];
      if (sun) return context.refuse(at, `"${sun[0]}" is not supported yet in this version`);
      if (typeof end === 'string' && context.time(end, at) === null) return null;
    }
  }
  const shaped = context.shaped(timeConditionShapes.between, data, path);
  if (shaped === null) return null;
  const [fromText, toText] = shaped.between;
  const from = context.time(fromText, [...path, 'between', 0]);
  const to = context.time(toText, [...path, 'between', 1]);
  if (from === null || to === null) return null;
  if (from === to) {
    return context.refuse(
      [...path, 'between'],
      `The window from ${fromText} to ${toText} is empty; give it two different ends`,
    );
  }
  return { kind: 'between', from, to, days: inWeekOrder(shaped.on) };
}

function inWeekOrder(days: readonly Weekday[] | undefined): readonly Weekday[] | null {
  if (days === undefined) return null;
  const named = WEEKDAYS.filter((day) => days.includes(day));
  return named.length === WEEKDAYS.length ? null : named;
}
