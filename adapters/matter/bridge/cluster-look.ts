// The terms in which a bridged cluster is described: what it looks like for the values of the home. Pure.
import type { PropertyName, PropertyRow, PropertyValue } from '../../../hub/model/properties.ts';
import { property } from '../../../hub/model/properties.ts';
import { toWire } from '../wire-value.ts';
import type { Part } from './parts.ts';

/** The values of a part's properties; null: not known. */
export interface PartValues {
  value(name: PropertyName): PropertyValue | null;
  /** What a colour lamp was last told or told of: its colour, or its white. */
  readonly colorMode: 'color' | 'colorTemperature';
}

export type Attributes = Readonly<Record<string, unknown>>;

/** A cluster: its features, what never changes about it, and what follows from the values. */
export interface ClusterLook {
  features?(part: Part): readonly string[];
  constants?(part: Part): Attributes;
  attributes(values: PartValues, part: Part): Attributes;
}

/** Whether the part has the property. */
export const has = ({ properties }: Part, name: PropertyName): boolean => properties.has(name);
/** The items where it is so, else none. */
export const when = <Item>(is: boolean, ...items: readonly Item[]): readonly Item[] =>
  is ? items : [];

/** A number as it is; null: not known. */
export function numberOf({ value }: PartValues, name: PropertyName): number | null {
  const found = value(name);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** A value as the table's row says that Matter writes it, in whole numbers as nearly all attributes are; null: not known. */
export function wire(values: PartValues, name: PropertyName): number | null {
  const value = values.value(name);
  const row: PropertyRow = property(name);
  const found = value === null ? undefined : toWire(row.matter?.convert, value);
  if (typeof found === 'boolean') return found ? 1 : 0;
  return typeof found === 'number' && Number.isFinite(found) ? Math.round(found) : null;
}

/** The value, or the limit that it lies beyond. */
export const within = (value: number, min: number, max: number) =>
  Math.min(max, Math.max(min, value));
/** Likewise of one that may not be known. */
export const limited = (value: number | null, min: number, max: number) =>
  value === null ? null : within(value, min, max);
