// The shapes of triggers and conditions on what devices report.
import * as v from 'valibot';
import {
  also,
  duration,
  events,
  matcher,
  number,
  oneOrMore,
  REFERENCE_WANTED,
  references,
} from './parts.ts';

const CROSSING_WANTED = 'a threshold is wanted here, such as {above: 28, hysteresis: 0.5}';
const crossing = v.strictObject(
  {
    above: v.optional(number),
    below: v.optional(number),
    hysteresis: v.optional(v.pipe(number, v.minValue(0, 'hysteresis is not negative'))),
  },
  CROSSING_WANTED,
);

/** Triggers on states and events, by key. */
export const stateTriggerShapes = {
  becomes: v.strictObject({ becomes: references(matcher), also }),
  changes: v.strictObject({ changes: oneOrMore(REFERENCE_WANTED), also }),
  crosses: v.strictObject({ crosses: references(crossing), also }),
  holds: v.strictObject({ holds: references(matcher), for: duration }),
  presses: v.strictObject({ presses: references(events) }),
};

const ifUnknown = v.optional(
  v.picklist(['unknown', 'pass', 'fail'], '`if-unknown` is unknown, pass or fail'),
);

/** Conditions on states, by key. */
export const stateConditionShapes = {
  is: v.strictObject({ is: references(matcher), 'if-unknown': ifUnknown }),
  above: v.strictObject({ above: references(number), 'if-unknown': ifUnknown }),
  below: v.strictObject({ below: references(number), 'if-unknown': ifUnknown }),
};
