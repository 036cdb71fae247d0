// Entities of every kind as devices list them, what their states mean, and what is sent when a property is set.
import type { PropertyValue } from '../../../../hub/model/properties.ts';
import type { Fields } from '../library.ts';

/** One entity, with what it must come to. */
export interface Sample {
  readonly about: string;
  readonly kind: string;
  readonly entity: Fields;
  /** Keys of its properties, in order, with their access. */
  readonly gives: Readonly<Record<string, 'r' | 'rw' | 'w' | 'event'>>;
  /** States and what they say. */
  readonly says?: readonly (readonly [Fields, Readonly<Record<string, PropertyValue>>])[];
  /** What is set and what is sent for it, or the code of the error. */
  readonly does?: readonly (readonly [key: string, value: PropertyValue, Fields | string])[];
  /** Commands and what is sent for them. */
  readonly commands?: Readonly<Record<string, Fields>>;
}
