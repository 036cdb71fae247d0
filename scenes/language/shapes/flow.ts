// The shapes of steps that say how a run goes on.
import * as v from 'valibot';
import { SCENE_LIMITS } from '../scene.ts';
import { selection } from './effects.ts';
import {
  duration,
  events,
  type Inner,
  list,
  matcher,
  onError,
  oneOrMore,
  references,
  steps,
  text,
} from './parts.ts';

const WAIT_WANTED =
  'a wait is written as {holds: {device.property: value}, for: 3min}, {becomes: {…}} or {presses: {…}}';

/** What a wait is for, in short. */
export const waitShape = v.strictObject(
  {
    holds: v.optional(references(matcher)),
    becomes: v.optional(references(matcher)),
    presses: v.optional(references(events)),
    for: v.optional(duration),
  },
  WAIT_WANTED,
);
/** A wait until a condition holds. */
export const waitUntilShape = <Condition extends v.GenericSchema>(condition: Condition) =>
  v.strictObject({ until: condition, for: v.optional(duration) });

const LISTS_WANTED = `lists of steps are wanted here, at least two and at most ${SCENE_LIMITS.branches}`;
const lists = (inner: Inner) =>
  v.pipe(
    v.array(steps(inner), LISTS_WANTED),
    v.minLength(2, LISTS_WANTED),
    v.maxLength(SCENE_LIMITS.branches, LISTS_WANTED),
  );
const ROUNDS_WANTED = `a whole number from 1 to ${SCENE_LIMITS.roundsMax} is wanted here`;
const rounds = v.pipe(
  v.number(ROUNDS_WANTED),
  v.integer(ROUNDS_WANTED),
  v.minValue(1, ROUNDS_WANTED),
  v.maxValue(SCENE_LIMITS.roundsMax, ROUNDS_WANTED),
);
const EACH_WANTED =
  'devices are wanted here, such as [hall-lamp, living-lamp], or {room: hall, kind: light}';
const words = text('The reason', SCENE_LIMITS.textCharacters);

/** Steps that wait, branch and end, by key. */
export const flowStepShapes = (inner: Inner) => ({
  delay: v.strictObject({ delay: duration }),
  wait: v.strictObject({
    wait: v.union([waitShape, waitUntilShape(inner.condition), inner.trigger]),
    timeout: v.optional(duration),
    else: v.optional(steps(inner)),
  }),
  if: v.strictObject({
    if: inner.condition,
    // biome-ignore lint/suspicious/noThenProperty: it is the file's own word
    then: steps(inner),
    'else-if': v.optional(
      list(
        v.strictObject({
          if: inner.condition,
          // biome-ignore lint/suspicious/noThenProperty: it is the file's own word
          then: steps(inner),
        }),
        '`else-if` takes a list of {if: …, then: […]}',
      ),
    ),
    else: v.optional(steps(inner)),
  }),
  choose: v.strictObject({
    choose: list(
      v.strictObject({ when: inner.condition, do: steps(inner) }),
      '`choose` takes a list of {when: …, do: […]}',
    ),
    else: v.optional(steps(inner)),
  }),
  repeat: v.strictObject({
    repeat: v.strictObject(
      {
        times: v.optional(rounds),
        while: v.optional(inner.condition),
        until: v.optional(inner.condition),
        'for-each': v.optional(v.union([oneOrMore(EACH_WANTED), selection], EACH_WANTED)),
        do: steps(inner),
        max: v.optional(rounds),
      },
      'a repeat is written as {times: 3, do: […]}, {while: …, do: […]}, {until: …, do: […]} or {for-each: …, do: […]}',
    ),
    'on-error': onError,
  }),
  parallel: v.strictObject({
    parallel: lists(inner),
    join: v.optional(
      v.picklist(['all', 'first', 'none'], '`join` is all (the usual), first or none'),
    ),
  }),
  race: v.strictObject({ race: lists(inner) }),
  stop: v.strictObject({
    stop: v.picklist(['done', 'failed'], '`stop` is done or failed'),
    why: v.optional(
      v.union(
        [words, v.strictObject({ en: words, zh: words })],
        `the reason is wanted here, of 1 to ${SCENE_LIMITS.textCharacters} characters, or {en: …, zh: …}`,
      ),
    ),
  }),
});
