// A change as history keeps it: the series' number in place of device and property.
import type { Cause } from '../model/cause.ts';
import type { DeviceId } from '../model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../model/properties.ts';

/** One property of one device, by the number that history.db gave it. */
export interface SeriesName {
  readonly id: number;
  readonly device: DeviceId;
  readonly property: PropertyKey;
}

/** One change. Times are whole wall milliseconds. */
export interface Sample {
  readonly seq: number;
  readonly atMs: number;
  readonly value: PropertyValue;
  /** Null for what most changes are: a report of the device itself. */
  readonly cause: Cause | null;
}

/** What a value is as a number; null where it is none, such as an enum's value. */
export function toNumber(value: PropertyValue): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return null;
}
