// The shapes of steps that act on devices and people.
import * as v from 'valibot';
import { SCENE_LIMITS } from '../scene.ts';
import { duration, onError, oneOrMore, text, value } from './parts.ts';

const SET_WANTED =
  'a map of devices to what they are set to is wanted here, such as {hall-lamp: {on: true}}';
const ARGS_WANTED =
  'a command is written as {bedroom-blind: stop}, or with arguments as {bedroom-blind: {step: {size: 10}}}';
const words = text('The text', SCENE_LIMITS.textCharacters);

/** Steps that do something, by key. */
export const effectStepShapes = {
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
  notify: v.strictObject({
    notify: v.strictObject(
      {
        to: v.optional(oneOrMore('`to` names roles, such as adults')),
        text: v.union(
          [words, v.strictObject({ en: words, zh: words })],
          `the text is wanted here, of 1 to ${SCENE_LIMITS.textCharacters} characters, or {en: …, zh: …}`,
        ),
        urgent: v.optional(v.boolean('`urgent` is true or false')),
      },
      'a message is written as {to: adults, text: "…"}',
    ),
    'on-error': onError,
  }),
};
