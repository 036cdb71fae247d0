// A property as a part of a device brings it, before it has a key: only the whole device shows which properties stand
// there several times. What all families say of one in the terms of the table, and what becomes of it at its place.
import {
  type AnyPropertyName,
  describeProperty,
  isPropertyName,
  type PropertyConstraints,
  type PropertyDescriptor,
  type PropertyValue,
  propertyKey,
  specOf,
} from '../../hub/model/properties.ts';
import type {
  Label,
  PropertyAccess,
  PropertySpec,
  PropertyType,
} from '../../hub/model/property-row.ts';

/** What is said of a property whatever its family; absent of one of the table: as its row says. */
export interface PropertyDraft extends PropertyConstraints {
  readonly name: AnyPropertyName;
  /** Of a vendor's own property alone; absent: a text. */
  readonly type?: PropertyType;
  /** Of a vendor's own property alone. */
  readonly unit?: string;
  /** As in a descriptor. */
  readonly label?: Label;
  readonly isNamed?: true;
}

/** A property of a part that is read from, set by and heard in its family's own messages. */
export interface PartDraft<Said, Request, Now> extends PropertyDraft {
  /** Looks for its value in what the part says; undefined where that says nothing of it. */
  read?(said: Said): PropertyValue | undefined;
  set?(value: PropertyValue, now: Now): Request;
  /** What a message says has happened. */
  event?(said: Said): PropertyValue | undefined;
}

/** What can be done with it, by the ways that there are: none to read it and none to set it is a happening. */
export function accessOf({
  read,
  set,
}: {
  readonly read?: unknown;
  readonly set?: unknown;
}): PropertyAccess {
  if (set !== undefined) return read === undefined ? 'w' : 'rw';
  return read === undefined ? 'event' : 'r';
}

const UNIT_CHARACTERS_MAX = 20;

/** The property at its place. @param place its endpoint; 0 for none */
export function descriptorOf(
  draft: PropertyDraft & { readonly access: PropertyAccess },
  place: number,
): PropertyDescriptor {
  const { name, access, type = 'string', unit, min, max, step, values, label, isNamed } = draft;
  const own = {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(step === undefined ? {} : { step }),
    ...(values === undefined ? {} : { values }),
    ...(label === undefined ? {} : { label }),
    ...(isNamed === undefined ? {} : { isNamed }),
    ...(place === 0 ? {} : { endpoint: place }),
  };
  if (isPropertyName(name)) return describeProperty(name, { ...own, access });
  return {
    key: propertyKey(name, own.endpoint),
    name,
    type,
    access,
    ...(unit === undefined ? {} : { unit: unit.slice(0, UNIT_CHARACTERS_MAX) }),
    ...own,
  };
}

/** A property at its place, with what it takes and what it may tell. */
export interface PlacedProperty {
  readonly descriptor: PropertyDescriptor;
  /** What it can be set to. */
  readonly spec: PropertySpec;
  /** What it can be told as: a device may say more than it can be set to. */
  readonly told: PropertySpec;
}

/** What is known of a property at its place. */
export function placedProperty(descriptor: PropertyDescriptor): PlacedProperty {
  const spec = specOf(descriptor);
  const { min: _, max: __, ...told } = spec;
  return { descriptor, spec, told };
}
