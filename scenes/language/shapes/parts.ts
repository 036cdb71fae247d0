// The pieces of which the shapes of triggers, conditions and steps are made: durations, values, references, lists.
import * as v from 'valibot';
import { DURATION_PATTERN, TIME_PATTERN } from '../literals.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { WEEKDAYS } from '../values.ts';

/** The shapes of items inside other items. */
export interface Inner {
  readonly trigger: v.GenericSchema;
  readonly condition: v.GenericSchema;
  readonly step: v.GenericSchema;
}

/** Items inside items are checked when their turn comes. */
export const UNREAD: Inner = { trigger: v.unknown(), condition: v.unknown(), step: v.unknown() };

const DURATION_WANTED = 'a duration such as 2s, 3min or 1h30min is wanted here';
/** A duration such as `3min`. */
export const duration = v.pipe(
  v.string(DURATION_WANTED),
  v.regex(DURATION_PATTERN, DURATION_WANTED),
);
const TIME_WANTED = 'a time of day such as 07:00 is wanted here';
/** A time of day such as `07:00`. */
export const time = v.pipe(v.string(TIME_WANTED), v.regex(TIME_PATTERN, TIME_WANTED));
/** A list of days of the week. */
export const days = v.pipe(
  v.array(
    v.picklist(WEEKDAYS, `a day is one of ${WEEKDAYS.join(', ')}`),
    `a list of days such as [mon, fri] is wanted here`,
  ),
  v.minLength(1, 'name at least one day, or leave `on` out for every day'),
  v.maxLength(7, 'there are seven days'),
);
/** A text that is not empty, of at most `max` characters. */
export const text = (what: string, max: number) =>
  v.pipe(
    v.string(`${what} is a text`),
    v.trim(),
    v.minLength(1, `${what} is not empty`),
    v.maxLength(max, `${what} has at most ${max} characters`),
  );

/** A number without its unit. */
export const number = v.pipe(
  v.number('a number without its unit is wanted here, such as 28'),
  v.finite('a number is wanted here'),
);
const color = v.strictObject({ hue: number, saturation: number });
const VALUE_WANTED = 'a value is wanted here: true, a number, a word, or {hue, saturation}';
/** A value of a property. */
export const value = v.union([v.boolean(), number, v.string(), color], VALUE_WANTED);
const values = v.pipe(
  v.array(value),
  v.minLength(1, 'the list names at least one value'),
  v.maxLength(SCENE_LIMITS.items, `the list has at most ${SCENE_LIMITS.items} values`),
);
const range = v.strictObject({ above: v.optional(number), below: v.optional(number) });
/** Which values are meant. */
export const matcher = v.union(
  [v.boolean(), number, v.string(), color, range, values],
  'a value, a list of values, or {above: n} or {below: n} is wanted here',
);
const ANY_WANTED = '`any` is written as [kind.property, value], such as [kind.waterLeak, true]';
const anyOf = <Schema extends v.GenericSchema>(matched: Schema) =>
  v.optional(v.tuple([v.string(ANY_WANTED), matched], ANY_WANTED));

const REFERENCES_WANTED =
  'a map of device.property to what is meant is wanted here, such as {hall-lamp.on: true}';
/** A map of `device.property`, or of `any`, to something. */
export const references = <Schema extends v.GenericSchema>(matched: Schema) =>
  v.pipe(
    v.objectWithRest({ any: anyOf(matched) }, matched, REFERENCES_WANTED),
    v.check((map) => Object.keys(map).length > 0, REFERENCES_WANTED),
    v.check(
      (map) => Object.keys(map).length <= SCENE_LIMITS.items,
      `at most ${SCENE_LIMITS.items} properties stand here`,
    ),
  );
const ALSO_WANTED = '`also` is reconnect or save, or both as [reconnect, save]';
const alsoWord = v.picklist(['reconnect', 'save'], ALSO_WANTED);
/** When a trigger is met beyond its edge. */
export const also = v.optional(
  v.union([alsoWord, v.pipe(v.array(alsoWord), v.minLength(1), v.maxLength(2))], ALSO_WANTED),
);

const NAME_WANTED = 'a name is wanted here: a letter, then letters, digits and hyphens, at most 32';
/** A name that the scene gives to a part of itself. */
export const name = v.pipe(
  v.string(NAME_WANTED),
  v.regex(/^\p{L}[\p{L}\p{N}_-]{0,31}$/u, NAME_WANTED),
);

const EVENTS_WANTED = 'an event of the button is wanted here, such as single';
/** Events of a button. */
export const events = v.union([v.string(), v.array(v.string())], EVENTS_WANTED);
/** A list of at least one entry. */
export const list = <Schema extends v.GenericSchema>(item: Schema, wanted: string) =>
  v.pipe(
    v.array(item, wanted),
    v.minLength(1, wanted),
    v.maxLength(SCENE_LIMITS.items, `the list has at most ${SCENE_LIMITS.items} entries`),
  );
/** What is said where a device.property is wanted. */
export const REFERENCE_WANTED =
  'a device.property such as hall-door.open is wanted here, or a list of them';
/** A text, or a list of texts. */
export const oneOrMore = (wanted: string) =>
  v.union([v.string(), list(v.string(), wanted)], wanted);

/** What a run does when the step did not succeed. */
export const onError = v.optional(
  v.picklist(['continue', 'stop'], '`on-error` is continue (the usual) or stop'),
);
/** A list of steps inside a step. */
export const steps = (inner: Inner) =>
  list(inner.step, 'a list of steps is wanted here, each beginning with "- "');
