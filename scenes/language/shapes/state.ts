// The shapes of triggers and conditions on what devices report and are told.
import * as v from 'valibot';
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

const COMPARED_WANTED =
  'a number without its unit is wanted here, such as 28, or the device.property to compare it with';
const compared = v.union(
  [number, v.pipe(v.string(), v.regex(/^\S+\.\p{L}\S*$/u, COMPARED_WANTED))],
  COMPARED_WANTED,
);
const CROSSING_WANTED = 'a threshold is wanted here, such as {above: 28, hysteresis: 0.5}';
const crossing = v.strictObject(
  {
    above: v.optional(compared),
    below: v.optional(compared),
    hysteresis: v.optional(v.pipe(number, v.minValue(0, 'hysteresis is not negative'))),
  },
  CROSSING_WANTED,
);
const amount = v.pipe(number, v.gtValue(0, 'a number above 0 is wanted here'));
const move = v.strictObject(
  {
    by: v.optional(amount),
    up: v.optional(amount),
    down: v.optional(amount),
    within: duration,
  },
  'a move is written as {by: 2, within: 10min}; `up` and `down` in place of `by` say which way',
);
const COMMANDED_WANTED =
  'a command is written as {hall-lamp.on: true}, or by its name as {bedroom-blind: stop}';

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
      v.picklist(['ignore', 'pause', 'reset'], '`away` is ignore (the usual), pause or reset'),
    ),
    already: v.optional(
      v.picklist(['now', 'since', 'next'], '`already` is now (the usual), since or next'),
    ),
  }),
  silent: v.strictObject({ silent: oneOrMore(REFERENCE_WANTED), for: duration }),
  presses: v.strictObject({ presses: references(events) }),
};

const ifUnknown = v.optional(
  v.picklist(['unknown', 'pass', 'fail'], '`if-unknown` is unknown, pass or fail'),
);

const SELECTION_WANTED =
  'devices are chosen by room, label or kind, with one property, as in {room: hall, open: true}';
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
    reachable: oneOrMore('a device such as hall-lamp is wanted here, or a list of them'),
  }),
  'triggered-by': v.strictObject({
    'triggered-by': v.union([name, v.array(name)], 'the `id` of a trigger is wanted here'),
  }),
  expression: v.strictObject({ expression: v.string('an expression is a text') }),
};
