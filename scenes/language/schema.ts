// The shape of a scene file, before any name in it is looked up. Each item of `when`, `while` and `do` is known by
// one key; its shape stands under that key. The same shapes give the JSON Schema for editors and for the documents.
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { DURATION_PATTERN, TIME_PATTERN } from './literals.ts';
import { SCENE_LIMITS, WEEKDAYS } from './scene.ts';

const LIMIT = SCENE_LIMITS;

const DURATION_WANTED = 'a duration such as 2s, 3min or 1h30min is wanted here';
const duration = v.pipe(v.string(DURATION_WANTED), v.regex(DURATION_PATTERN, DURATION_WANTED));
const TIME_WANTED = 'a time of day such as 07:00 is wanted here';
const time = v.pipe(v.string(TIME_WANTED), v.regex(TIME_PATTERN, TIME_WANTED));
const days = v.pipe(
  v.array(
    v.picklist(WEEKDAYS, `a day is one of ${WEEKDAYS.join(', ')}`),
    `a list of days such as [mon, fri] is wanted here`,
  ),
  v.minLength(1, 'name at least one day, or leave `on` out for every day'),
  v.maxLength(7, 'there are seven days'),
);
const text = (what: string, max: number) =>
  v.pipe(
    v.string(`${what} is a text`),
    v.trim(),
    v.minLength(1, `${what} is not empty`),
    v.maxLength(max, `${what} has at most ${max} characters`),
  );

const number = v.pipe(
  v.number('a number without its unit is wanted here, such as 28'),
  v.finite('a number is wanted here'),
);
const color = v.strictObject({ hue: number, saturation: number });
const VALUE_WANTED = 'a value is wanted here: true, a number, a word, or {hue, saturation}';
const value = v.union([v.boolean(), number, v.string(), color], VALUE_WANTED);
const values = v.pipe(
  v.array(value),
  v.minLength(1, 'the list names at least one value'),
  v.maxLength(LIMIT.items, `the list has at most ${LIMIT.items} values`),
);
const range = v.strictObject({ above: v.optional(number), below: v.optional(number) });
const matcher = v.union(
  [v.boolean(), number, v.string(), color, range, values],
  'a value, a list of values, or {above: n} or {below: n} is wanted here',
);
const ANY_WANTED = '`any` is written as [kind.property, value], such as [kind.waterLeak, true]';
const anyOf = <Schema extends v.GenericSchema>(matched: Schema) =>
  v.optional(v.tuple([v.string(ANY_WANTED), matched], ANY_WANTED));

const REFERENCES_WANTED =
  'a map of device.property to what is meant is wanted here, such as {hall-lamp.on: true}';
/** A map of `device.property`, or of `any`, to something. */
const references = <Schema extends v.GenericSchema>(matched: Schema) =>
  v.pipe(
    v.objectWithRest({ any: anyOf(matched) }, matched, REFERENCES_WANTED),
    v.check((map) => Object.keys(map).length > 0, REFERENCES_WANTED),
    v.check(
      (map) => Object.keys(map).length <= LIMIT.items,
      `at most ${LIMIT.items} properties stand here`,
    ),
  );
const also = v.optional(v.literal('reconnect', '`also` can only be `reconnect`'));

const CROSSING_WANTED = 'a threshold is wanted here, such as {above: 28, hysteresis: 0.5}';
const crossing = v.strictObject(
  {
    above: v.optional(number),
    below: v.optional(number),
    hysteresis: v.optional(v.pipe(number, v.minValue(0, 'hysteresis is not negative'))),
  },
  CROSSING_WANTED,
);
const EVENTS_WANTED = 'an event of the button is wanted here, such as single';
const events = v.union([v.string(), v.array(v.string())], EVENTS_WANTED);
const list = <Schema extends v.GenericSchema>(item: Schema, wanted: string) =>
  v.pipe(
    v.array(item, wanted),
    v.minLength(1, wanted),
    v.maxLength(LIMIT.items, `the list has at most ${LIMIT.items} entries`),
  );
const REFERENCE_WANTED =
  'a device.property such as hall-door.open is wanted here, or a list of them';
const oneOrMore = (wanted: string) => v.union([v.string(), list(v.string(), wanted)], wanted);

/** What can stand in `when`, by its key. */
export const TRIGGER_SHAPES = {
  becomes: v.strictObject({ becomes: references(matcher), also }),
  changes: v.strictObject({ changes: oneOrMore(REFERENCE_WANTED), also }),
  crosses: v.strictObject({ crosses: references(crossing), also }),
  holds: v.strictObject({ holds: references(matcher), for: duration }),
  presses: v.strictObject({ presses: references(events) }),
  at: v.strictObject({ at: time, on: v.optional(days) }),
};

const ifUnknown = v.optional(
  v.picklist(['unknown', 'pass', 'fail'], '`if-unknown` is unknown, pass or fail'),
);
const WINDOW_WANTED = 'a window is written as [22:00, 07:00], with both its ends';
/** What can stand in `while`, by its key; `inner` is the shape of a condition inside another. */
export const conditionShapes = <Inner extends v.GenericSchema>(inner: Inner) => ({
  all: v.strictObject({ all: list(inner, '`all` takes a list of conditions') }),
  any: v.strictObject({ any: list(inner, '`any` takes a list of conditions') }),
  not: v.strictObject({ not: inner }),
  is: v.strictObject({ is: references(matcher), 'if-unknown': ifUnknown }),
  above: v.strictObject({ above: references(number), 'if-unknown': ifUnknown }),
  below: v.strictObject({ below: references(number), 'if-unknown': ifUnknown }),
  between: v.strictObject({
    between: v.tuple([time, time], WINDOW_WANTED),
    on: v.optional(days),
  }),
});

const onError = v.optional(
  v.picklist(['continue', 'stop'], '`on-error` is continue (the usual) or stop'),
);
const SET_WANTED =
  'a map of devices to what they are set to is wanted here, such as {hall-lamp: {on: true}}';
const ARGS_WANTED =
  'a command is written as {bedroom-blind: stop}, or with arguments as {bedroom-blind: {step: {size: 10}}}';
const words = text('The text', LIMIT.textCharacters);
const steps = <Inner extends v.GenericSchema>(inner: Inner) =>
  list(inner, 'a list of steps is wanted here, each beginning with "- "');
const WAIT_WANTED =
  'a wait is written as {holds: {device.property: value}, for: 3min}, {becomes: {…}} or {presses: {…}}';

/** What can stand in `do`, by its key; `inner` is the shape of a step inside another. */
export const stepShapes = <Inner extends v.GenericSchema>(inner: Inner) => ({
  set: v.strictObject({
    set: v.record(v.string(), v.record(v.string(), value, SET_WANTED), SET_WANTED),
    over: v.optional(duration),
    'on-error': onError,
  }),
  toggle: v.strictObject({
    toggle: oneOrMore('a device such as hall-lamp is wanted here, or a list of them'),
    'on-error': onError,
  }),
  command: v.strictObject({
    command: v.record(
      v.string(),
      v.union(
        [v.string(), v.record(v.string(), v.union([v.null(), v.record(v.string(), value)]))],
        ARGS_WANTED,
      ),
      ARGS_WANTED,
    ),
    'on-error': onError,
  }),
  delay: v.strictObject({ delay: duration }),
  wait: v.strictObject({
    wait: v.strictObject(
      {
        holds: v.optional(references(matcher)),
        becomes: v.optional(references(matcher)),
        presses: v.optional(references(events)),
        for: v.optional(duration),
      },
      WAIT_WANTED,
    ),
    timeout: v.optional(duration),
    else: v.optional(steps(inner)),
  }),
  notify: v.strictObject({
    notify: v.strictObject(
      {
        to: v.optional(oneOrMore('`to` names roles, such as adults')),
        text: v.union(
          [words, v.strictObject({ en: words, zh: words })],
          `the text is wanted here, of 1 to ${LIMIT.textCharacters} characters, or {en: …, zh: …}`,
        ),
        urgent: v.optional(v.boolean('`urgent` is true or false')),
      },
      'a message is written as {to: adults, text: "…"}',
    ),
    'on-error': onError,
  }),
  stop: v.strictObject({
    stop: v.picklist(['done', 'failed'], '`stop` is done or failed'),
  }),
});

const AGAIN_WANTED =
  '`again` is single, restart, queue 5, parallel 3 or per device, with at most 50 runs';
export const AGAIN_PATTERN =
  /^(?:single|restart|per device|(?:queue|parallel) (?:[1-9]|[1-4]\d|50))$/;
export const LATE_PATTERN = /^(?:run|skip|skip over \S{1,40})$/;
const LATE_WANTED = '`late` is run, skip, or skip over and a duration, as in skip over 10min';

const test = v.strictObject(
  {
    given: v.optional(v.record(v.string(), v.unknown(), '`given` maps what holds at the start')),
    when: v.array(v.unknown(), '`when` of a test is a list of what happens'),
    // biome-ignore lint/suspicious/noThenProperty: it is the file's own word
    then: v.array(v.unknown(), '`then` of a test is a list of what is expected'),
  },
  'a test has given, when and then',
);

/** The top level, without what stands in `when`, `while` and `do`. */
const topShapes = {
  scene: text('The name of the scene', LIMIT.nameCharacters),
  room: v.optional(v.string('`room` is the handle of a room, such as hall')),
  description: v.optional(text('The description', LIMIT.textCharacters)),
  again: v.optional(v.pipe(v.string(AGAIN_WANTED), v.regex(AGAIN_PATTERN, AGAIN_WANTED))),
  'after-outage': v.optional(
    v.strictObject(
      {
        waits: v.optional(
          v.picklist(['resume', 'restart', 'drop'], '`waits` is resume, restart or drop'),
        ),
        holds: v.optional(
          v.picklist(['assume', 'restart', 'drop'], '`holds` is assume, restart or drop'),
        ),
        late: v.optional(v.pipe(v.string(LATE_WANTED), v.regex(LATE_PATTERN, LATE_WANTED))),
      },
      '`after-outage` is written as {waits: resume, holds: assume, late: skip over 10min}',
    ),
  ),
  tests: v.optional(
    v.pipe(
      v.array(test, '`tests` is a list'),
      v.maxLength(LIMIT.tests, `a scene has at most ${LIMIT.tests} tests`),
    ),
  ),
};

/** The top level as it is checked first: the items of the lists are checked one by one afterwards. */
export const SCENE_SHAPE = v.strictObject({
  ...topShapes,
  when: v.optional(
    v.pipe(
      v.array(v.unknown(), '`when` is a list; begin each of its items with "- "'),
      v.maxLength(LIMIT.triggers, `a scene has at most ${LIMIT.triggers} triggers`),
    ),
  ),
  while: v.optional(v.unknown()),
  do: v.pipe(
    v.array(v.unknown(), '`do` is a list of steps; begin each with "- "'),
    v.minLength(1, '`do` has at least one step'),
  ),
});

const conditionFile: v.GenericSchema = v.lazy(() =>
  v.union(Object.values(conditionShapes(conditionFile))),
);
const stepFile: v.GenericSchema = v.lazy(() => v.union(Object.values(stepShapes(stepFile))));

/** A whole scene file as one schema. It says less in its messages than `parseScene`, and is as strict about shape. */
export const SCENE_FILE_SCHEMA = v.strictObject({
  ...topShapes,
  when: v.optional(v.array(v.union(Object.values(TRIGGER_SHAPES)))),
  while: v.optional(conditionFile),
  do: v.array(stepFile),
});

/** The JSON Schema (draft 2020-12) of a scene file, for editors and the documents. */
export function sceneFileJsonSchema(): Record<string, unknown> {
  return {
    ...toJsonSchema(SCENE_FILE_SCHEMA, {
      target: 'draft-2020-12',
      definitions: { condition: conditionFile, step: stepFile },
      // Trimming and counting keys have no words in JSON Schema; `parseScene` checks them.
      errorMode: 'ignore',
    }),
    title: 'An Ingle scene',
  };
}
