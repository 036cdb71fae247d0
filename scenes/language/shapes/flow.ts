// The shapes of steps that say how a run goes on.

import * as v from 'valibot';
import { mistake, wants } from '../mistakes.ts';
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

const WAIT_WANTED = wants(
  'a wait is written as {holds: {device.property: value}, for: 3min}, {becomes: {…}} or {presses: {…}}',
  '等待要写成 {holds: {设备.属性: 值}, for: 3min}、{becomes: {…}} 或 {presses: {…}}',
);

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

const LISTS_WANTED = wants(
  `lists of steps are wanted here, at least two and at most ${SCENE_LIMITS.branches}`,
  `这里要写步骤的列表，至少两个，最多 ${SCENE_LIMITS.branches} 个`,
);
const lists = (inner: Inner) =>
  v.pipe(
    v.array(steps(inner), LISTS_WANTED),
    v.minLength(2, LISTS_WANTED),
    v.maxLength(SCENE_LIMITS.branches, LISTS_WANTED),
  );
const ROUNDS_WANTED = wants(
  `a whole number from 1 to ${SCENE_LIMITS.roundsMax} is wanted here`,
  `这里要写 1 到 ${SCENE_LIMITS.roundsMax} 的整数`,
);
const rounds = v.pipe(
  v.number(ROUNDS_WANTED),
  v.integer(ROUNDS_WANTED),
  v.minValue(1, ROUNDS_WANTED),
  v.maxValue(SCENE_LIMITS.roundsMax, ROUNDS_WANTED),
);
const EACH_WANTED = wants(
  'devices are wanted here, such as [hall-lamp, living-lamp], or {room: hall, kind: light}',
  '这里要写设备，例如 [hall-lamp, living-lamp]，或 {room: hall, kind: light}',
);
const words = text(mistake('The reason', '原因'), SCENE_LIMITS.textCharacters);

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
        wants(
          '`else-if` takes a list of {if: …, then: […]}',
          '`else-if` 里要写 {if: …, then: […]} 的列表',
        ),
      ),
    ),
    else: v.optional(steps(inner)),
  }),
  choose: v.strictObject({
    choose: list(
      v.strictObject({ when: inner.condition, do: steps(inner) }),
      wants(
        '`choose` takes a list of {when: …, do: […]}',
        '`choose` 里要写 {when: …, do: […]} 的列表',
      ),
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
      wants(
        'a repeat is written as {times: 3, do: […]}, {while: …, do: […]}, {until: …, do: […]} or {for-each: …, do: […]}',
        '重复要写成 {times: 3, do: […]}、{while: …, do: […]}、{until: …, do: […]} 或 {for-each: …, do: […]}',
      ),
    ),
    'on-error': onError,
  }),
  parallel: v.strictObject({
    parallel: lists(inner),
    join: v.optional(
      v.picklist(
        ['all', 'first', 'none'],
        wants('`join` is all (the usual), first or none', '`join` 是 all（默认）、first 或 none'),
      ),
    ),
  }),
  race: v.strictObject({ race: lists(inner) }),
  stop: v.strictObject({
    stop: v.picklist(
      ['done', 'failed'],
      wants('`stop` is done or failed', '`stop` 是 done 或 failed'),
    ),
    why: v.optional(
      v.union(
        [words, v.strictObject({ en: words, zh: words })],
        wants(
          `the reason is wanted here, of 1 to ${SCENE_LIMITS.textCharacters} characters, or {en: …, zh: …}`,
          `这里要写原因，1 到 ${SCENE_LIMITS.textCharacters} 个字符，或 {en: …, zh: …}`,
        ),
      ),
    ),
  }),
});
