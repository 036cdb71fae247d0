// The kinds of condition, one union for each family. A condition is a level: true, false, or unknown where a value is.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { TimeCondition } from './times.ts';
import type { Matcher } from './values.ts';

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

/** A level that must hold for a run to start. True, false, or unknown where a value is. */
export type Condition = LogicCondition | StateCondition | TimeCondition;
