// What triggers, conditions and steps speak of: subjects, which of their values are meant, days and times of day.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** A day of the week as files write it; Monday is the first, as in ISO 8601. */
export type Weekday = (typeof WEEKDAYS)[number];

/** Minutes since midnight by the clock on the wall, 0–1439. */
export type MinuteOfDay = number;

/** Whose value is meant: one device's, or that of any device that has the property, now or later. */
export type Subject =
  | { readonly kind: 'device'; readonly device: DeviceId; readonly property: PropertyKey }
  | { readonly kind: 'any'; readonly property: string };

/** Which values are meant. Both ends of a range are outside it; what is not known never matches. */
export type Matcher =
  | { readonly kind: 'oneOf'; readonly values: readonly PropertyValue[] }
  | { readonly kind: 'range'; readonly above: number | null; readonly below: number | null };

/** A level: the subject has such a value. */
export interface LevelMatch {
  readonly subject: Subject;
  readonly matcher: Matcher;
}

/** The property of a device. */
export interface PropertyRef {
  readonly device: DeviceId;
  readonly property: PropertyKey;
}

/**
 * A number going over or under a threshold, or over or under another number; it must come back by `hysteresis` before
 * it can do so again.
 */
export interface Crossing {
  readonly subject: Subject;
  readonly direction: 'above' | 'below';
  /** Of the number itself, or of how far it is above `other`. */
  readonly threshold: number;
  /** The number with which it is compared; null: none. */
  readonly other: PropertyRef | null;
  readonly hysteresis: number;
}

/** A press of a button: one of the named events. */
export interface Press {
  readonly subject: Subject;
  readonly values: readonly string[];
}
