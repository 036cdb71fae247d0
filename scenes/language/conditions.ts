// The kinds of condition, one union for each family. A condition is a level: true, false, or unknown where a value is.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { Matcher, MinuteOfDay, Weekday } from './values.ts';

/** Conditions put together. */
export type LogicCondition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition };

/** What devices are like. */
export type StateCondition = {
  readonly kind: 'is';
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly matcher: Matcher;
  /** What an unknown value counts as; `unknown` stays unknown. */
  readonly ifUnknown: IfUnknown;
};

/** What an unknown value counts as. */
export type IfUnknown = 'unknown' | 'pass' | 'fail';

/** What the clock on the wall says. */
export type TimeCondition = {
  /** From `from` up to but not including `to`, over midnight where `to` is the smaller. */
  readonly kind: 'between';
  readonly from: MinuteOfDay;
  readonly to: MinuteOfDay;
  /** Days on which the window opens; null: every day. */
  readonly days: readonly Weekday[] | null;
};

/** A level that must hold for a run to start. True, false, or unknown where a value is. */
export type Condition = LogicCondition | StateCondition | TimeCondition;
