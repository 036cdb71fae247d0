// The shapes of steps that act on devices, on people, and on what lies outside the house.
import * as v from 'valibot';
import { DEVICE_KINDS, type DeviceKind } from '../../../hub/model/device-kind.ts';
import { HTTP_METHODS, OUTBOUND_LIMITS } from '../../../hub/model/outbound.ts';
import { SCENE_LIMITS } from '../scene.ts';
import {
  duration,
  type Inner,
  matcher,
  number,
  onError,
  oneOrMore,
  references,
  steps,
  text,
  value,
} from './parts.ts';

const SET_WANTED =
  'a map of devices to what they are set to is wanted here, such as {hall-lamp: {on: true}}';
const ARGS_WANTED =
  'a command is written as {bedroom-blind: stop}, or with arguments as {bedroom-blind: {step: {size: 10}}}';
const words = text('The text', SCENE_LIMITS.textCharacters);
const texts = v.union(
  [words, v.strictObject({ en: words, zh: words })],
  `the text is wanted here, of 1 to ${SCENE_LIMITS.textCharacters} characters, or {en: …, zh: …}`,
);
const button = text('The text of a button', 40);

const KINDS = Object.keys(DEVICE_KINDS) as DeviceKind[];
const SELECTION_WANTED =
  'devices are selected as {room: hall, kind: light}, by room, label or kind';
/** All devices of a room, a label, a kind. */
export const selection = v.pipe(
  v.strictObject(
    {
      room: v.optional(v.string('`room` is the handle of a room, such as hall')),
      label: v.optional(v.string('`label` is a label of devices, such as christmas')),
      kind: v.optional(v.picklist(KINDS, `a kind is one of ${KINDS.join(', ')}`)),
      except: v.optional(oneOrMore('`except` names devices, such as hall-lamp')),
    },
    SELECTION_WANTED,
  ),
  v.check(({ room, label, kind }) => (room ?? label ?? kind) !== undefined, SELECTION_WANTED),
);

const TIMES_WANTED = (max: number) => `a whole number from 1 to ${max} is wanted here`;
const times = (max: number) =>
  v.pipe(
    v.number(TIMES_WANTED(max)),
    v.integer(TIMES_WANTED(max)),
    v.minValue(1, TIMES_WANTED(max)),
    v.maxValue(max, TIMES_WANTED(max)),
  );

const OK_WANTED = '`ok-if` is all (the usual), any, or how many targets must succeed';
/** When a step has succeeded, and what follows where it has not. */
const care = (inner: Inner) => ({
  'ok-if': v.optional(v.union([v.picklist(['all', 'any']), times(SCENE_LIMITS.items)], OK_WANTED)),
  ...caution(inner),
  expect: v.optional(references(matcher)),
  within: v.optional(duration),
});
const caution = (inner: Inner) => ({
  retry: v.optional(
    v.strictObject(
      {
        times: v.optional(times(SCENE_LIMITS.retries)),
        every: v.optional(duration),
        within: v.optional(duration),
      },
      '`retry` is written as {times: 3, every: 10s, within: 5min}',
    ),
  ),
  else: v.optional(steps(inner)),
  'on-error': onError,
});

const ADJUST_WANTED = 'by how much is wanted here, such as 10 or -10';
const URL_WANTED = 'an address such as https://example.org/hooks/door is wanted here';
const headerText = v.pipe(
  v.string('a header is a text'),
  v.maxLength(
    OUTBOUND_LIMITS.headerCharacters,
    `a header has at most ${OUTBOUND_LIMITS.headerCharacters} characters`,
  ),
  v.regex(/^[\t\x20-\x7e]*$/, 'a header has letters, digits and signs of ASCII alone'),
);

/** Steps that do something, by key. */
export const effectStepShapes = (inner: Inner) => ({
  set: v.strictObject({
    set: v.record(
      v.string(),
      v.union([v.record(v.string(), value), value], SET_WANTED),
      SET_WANTED,
    ),
    all: v.optional(selection),
    over: v.optional(duration),
    for: v.optional(duration),
    ...care(inner),
  }),
  toggle: v.strictObject({
    toggle: oneOrMore('a device such as hall-lamp is wanted here, or a list of them'),
    all: v.optional(selection),
    ...care(inner),
  }),
  adjust: v.strictObject({
    adjust: v.record(v.string(), number, ADJUST_WANTED),
    all: v.optional(selection),
    over: v.optional(duration),
    ...care(inner),
  }),
  command: v.strictObject({
    command: v.union(
      [
        v.string(),
        v.record(
          v.string(),
          v.union(
            [v.string(), v.record(v.string(), v.union([v.null(), v.record(v.string(), value)]))],
            ARGS_WANTED,
          ),
        ),
      ],
      ARGS_WANTED,
    ),
    all: v.optional(selection),
    ...care(inner),
  }),
  snapshot: v.strictObject({
    snapshot: v.union(
      [oneOrMore('a device such as hall-lamp is wanted here'), v.strictObject({ all: selection })],
      'devices are wanted here, such as hall-lamp, or {all: {room: hall}}',
    ),
  }),
  restore: v.strictObject({
    restore: v.union(
      [oneOrMore('a device such as hall-lamp is wanted here'), v.strictObject({ all: selection })],
      'devices are wanted here, such as hall-lamp, or `everything`, or {all: {room: hall}}',
    ),
    over: v.optional(duration),
    'on-error': onError,
  }),
  ramp: v.strictObject({
    ramp: v.record(
      v.string(),
      v.union(
        [number, v.strictObject({ from: v.optional(number), to: number })],
        'a ramp is written as {from: 1, to: 80}, or as the number at its end',
      ),
    ),
    over: duration,
    'on-error': onError,
  }),
  notify: v.strictObject({
    notify: v.strictObject(
      {
        to: v.optional(oneOrMore('`to` names roles, such as adults')),
        text: texts,
        urgent: v.optional(v.boolean('`urgent` is true or false')),
        until: v.optional(v.literal('acknowledged', '`until` can only be `acknowledged`')),
        every: v.optional(duration),
        times: v.optional(times(SCENE_LIMITS.repeats)),
        actions: v.optional(
          v.pipe(
            v.record(
              v.pipe(
                v.string(),
                v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'a button is named by small letters and digits'),
              ),
              v.union([button, v.strictObject({ en: button, zh: button })]),
              'buttons are written as {open: Open it, leave: {en: Leave it, zh: 不用}}',
            ),
            v.check(
              (map) =>
                Object.keys(map).length >= 1 && Object.keys(map).length <= SCENE_LIMITS.actions,
              `a message has 1 to ${SCENE_LIMITS.actions} buttons`,
            ),
          ),
        ),
        wait: v.optional(duration),
      },
      'a message is written as {to: adults, text: "…"}',
    ),
    answers: v.optional(v.record(v.string(), steps(inner))),
    else: v.optional(steps(inner)),
    'on-error': onError,
  }),
  confirm: v.strictObject({
    confirm: v.strictObject(
      {
        ask: texts,
        of: v.optional(oneOrMore('`of` names roles, such as adults')),
        timeout: v.optional(duration),
      },
      'a question is written as {ask: "Lock the door?", of: adults, timeout: 5min}',
    ),
    else: v.optional(steps(inner)),
  }),
  http: v.strictObject({
    http: v.strictObject(
      {
        url: v.pipe(
          v.string(URL_WANTED),
          v.maxLength(OUTBOUND_LIMITS.urlCharacters, URL_WANTED),
          v.regex(/^https?:\/\/\S+$/, URL_WANTED),
        ),
        method: v.optional(
          v.picklist(HTTP_METHODS, `the method is one of ${HTTP_METHODS.join(', ')}`),
        ),
        headers: v.optional(
          v.pipe(
            v.record(
              v.pipe(
                v.string(),
                v.regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'this is not the name of a header'),
              ),
              headerText,
            ),
            v.check(
              (map) => Object.keys(map).length <= OUTBOUND_LIMITS.headers,
              `a call has at most ${OUTBOUND_LIMITS.headers} headers`,
            ),
          ),
        ),
        body: v.optional(v.union([v.string(), v.record(v.string(), v.unknown())])),
        timeout: v.optional(duration),
      },
      'a call is written as {url: "https://example.org/hook", method: POST, body: "…"}',
    ),
    ...caution(inner),
  }),
  mqtt: v.strictObject({
    mqtt: v.strictObject(
      {
        topic: text('The topic', OUTBOUND_LIMITS.topicBytes),
        payload: v.union([v.string(), number, v.boolean()], 'the payload is a text'),
        retain: v.optional(v.boolean('`retain` is true or false')),
      },
      'a message is written as {topic: ingle/door, payload: open}',
    ),
    ...caution(inner),
  }),
});
