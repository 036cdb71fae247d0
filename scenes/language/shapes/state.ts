// The shapes of triggers and conditions on what devices report and are told.

import * as v from 'valibot';
import { wants } from '../mistakes.ts';
import {
  also,
  duration,
  events,
  matcher,
  name,
  number,
  oneOrMore,
  REFERENCE_WANTED,
  references,
} from './parts.ts';

const COMPARED_WANTED = wants(
  'a number without its unit is wanted here, such as 28, or the device.property to compare it with',
  '这里要写不带单位的数字，例如 28，或者要与之比较的“设备.属性”',
);
const compared = v.union(
  [number, v.pipe(v.string(), v.regex(/^\S+\.\p{L}\S*$/u, COMPARED_WANTED))],
  COMPARED_WANTED,
);
const CROSSING_WANTED = wants(
  'a threshold is wanted here, such as {above: 28, hysteresis: 0.5}',
  '这里要写界限，例如 {above: 28, hysteresis: 0.5}',
);
const crossing = v.strictObject(
  {
    above: v.optional(compared),
    below: v.optional(compared),
    hysteresis: v.optional(
      v.pipe(number, v.minValue(0, wants('hysteresis is not negative', 'hysteresis 不能是负数'))),
    ),
  },
  CROSSING_WANTED,
);
const amount = v.pipe(
  number,
  v.gtValue(0, wants('a number above 0 is wanted here', '这里要写大于 0 的数字')),
);
const move = v.strictObject(
  {
    by: v.optional(amount),
    up: v.optional(amount),
    down: v.optional(amount),
    within: duration,
  },
  wants(
    'a move is written as {by: 2, within: 10min}; `up` and `down` in place of `by` say which way',
    '变化要写成 {by: 2, within: 10min}；用 `up` 或 `down` 代替 `by` 表示方向',
  ),
);
const COMMANDED_WANTED = wants(
  'a command is written as {hall-lamp.on: true}, or by its name as {bedroom-blind: stop}',
  '命令要写成 {hall-lamp.on: true}，或用名称写成 {bedroom-blind: stop}',
);

/** Triggers on states and events, by key. */
export const stateTriggerShapes = {
  becomes: v.strictObject({ becomes: references(matcher), from: v.optional(matcher), also }),
  changes: v.strictObject({
    changes: oneOrMore(REFERENCE_WANTED),
    from: v.optional(matcher),
    to: v.optional(matcher),
    'not-to': v.optional(matcher),
    also,
  }),
  reports: v.strictObject({ reports: oneOrMore(REFERENCE_WANTED) }),
  commanded: v.strictObject({
    commanded: v.pipe(
      v.record(v.string(), matcher, COMMANDED_WANTED),
      v.check((map) => Object.keys(map).length > 0, COMMANDED_WANTED),
    ),
  }),
  crosses: v.strictObject({ crosses: references(crossing), also }),
  moves: v.strictObject({ moves: references(move) }),
  holds: v.strictObject({
    holds: references(matcher),
    for: duration,
    away: v.optional(
      v.picklist(
        ['ignore', 'pause', 'reset'],
        wants(
          '`away` is ignore (the usual), pause or reset',
          '`away` 是 ignore（默认）、pause 或 reset',
        ),
      ),
    ),
    already: v.optional(
      v.picklist(
        ['now', 'since', 'next'],
        wants(
          '`already` is now (the usual), since or next',
          '`already` 是 now（默认）、since 或 next',
        ),
      ),
    ),
  }),
  silent: v.strictObject({ silent: oneOrMore(REFERENCE_WANTED), for: duration }),
  presses: v.strictObject({ presses: references(events) }),
};

const ifUnknown = v.optional(
  v.picklist(
    ['unknown', 'pass', 'fail'],
    wants('`if-unknown` is unknown, pass or fail', '`if-unknown` 是 unknown、pass 或 fail'),
  ),
);

const SELECTION_WANTED = wants(
  'devices are chosen by room, label or kind, with one property, as in {room: hall, open: true}',
  '设备按房间、标签或种类来选，再写一个属性，例如 {room: hall, open: true}',
);
/** A room, a label or a kind of device, and one property with what it is; its keys are checked when they are read. */
const selection = v.pipe(
  v.objectWithRest(
    { room: v.optional(v.string()), label: v.optional(v.string()), kind: v.optional(v.string()) },
    v.unknown(),
    SELECTION_WANTED,
  ),
  v.check((map) => Object.keys(map).length > 0, SELECTION_WANTED),
);

/** Conditions on states, by key. */
export const stateConditionShapes = {
  is: v.strictObject({ is: references(matcher), 'if-unknown': ifUnknown }),
  above: v.strictObject({ above: references(compared), 'if-unknown': ifUnknown }),
  below: v.strictObject({ below: references(compared), 'if-unknown': ifUnknown }),
  held: v.strictObject({ held: references(matcher), for: duration }),
  was: v.strictObject({ was: references(matcher), within: duration }),
  some: v.strictObject({ some: selection }),
  every: v.strictObject({ every: selection }),
  none: v.strictObject({ none: selection }),
  reachable: v.strictObject({
    reachable: oneOrMore(
      wants(
        'a device such as hall-lamp is wanted here, or a list of them',
        '这里要写设备，例如 hall-lamp，也可以是列表',
      ),
    ),
  }),
  'triggered-by': v.strictObject({
    'triggered-by': v.union(
      [name, v.array(name)],
      wants('the `id` of a trigger is wanted here', '这里要写触发条件的 `id`'),
    ),
  }),
  expression: v.strictObject({
    expression: v.string(wants('an expression is a text', '表达式要写成文字')),
  }),
};
