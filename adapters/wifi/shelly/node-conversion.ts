// One node of a Shelly: which keys its properties have, and the way from a key to the component that has it.
import {
  describeProperty,
  isPropertyName,
  type PropertyDescriptor,
  type PropertyKey,
  propertyKey,
  specOf,
} from '../../../hub/model/properties.ts';
import type { PropertySpec } from '../../../hub/model/property-row.ts';
import type { Words } from '../../../hub/model/words.ts';
import { type Places, placed } from '../../contract/places.ts';
import type { BluDevice } from './components/bthome.ts';
import type { CommandDraft, Component, Draft, Parts } from './components/component.ts';

/** A property with the component that it comes from. */
export interface Binding {
  readonly descriptor: PropertyDescriptor;
  /** What it can be set to. */
  readonly spec: PropertySpec;
  /** What it can be told as: a device may say more than it can be set to. */
  readonly told: PropertySpec;
  readonly component: string;
  readonly draft: Draft;
}

/** A command with the place of its component. */
export interface Command extends CommandDraft {
  /** The number of its component and 1. */
  readonly endpoint: number;
}

/** One node: the Shelly itself, or a Bluetooth device that it hears. */
export interface NodeConversion {
  /** What follows the Shelly's own address: nothing for itself. */
  readonly suffix: string;
  readonly bindings: ReadonlyMap<PropertyKey, Binding>;
  readonly commands: readonly Command[];
  readonly blu: BluDevice | null;
  /** The keys of its components. */
  readonly components: readonly string[];
}

/** A component, or a part of one, that nothing is made of, and why. */
export interface LeftOut {
  readonly what: string;
  readonly why: Words;
}

export const TOO_MANY: Words = { en: 'the device has too many', zh: '设备的组件太多' };

/** The places of before and of now, and the list of what has none. */
export interface Placing {
  readonly before: Places;
  readonly places: Record<string, number>;
  readonly leftOut: LeftOut[];
}

interface NodeParts {
  readonly suffix: string;
  readonly blu: BluDevice | null;
  readonly parts: readonly (readonly [Component, Parts])[];
}

/** Puts a node together. What stands several times in it gets an endpoint each. */
export function nodeOf({ suffix, blu, parts }: NodeParts, placing: Placing): NodeConversion {
  const wanted = parts.flatMap(([component, { drafts }]) =>
    drafts.map((draft) => ({
      component: component.key,
      draft,
      id: `${suffix}|${component.key}/${draft.name}/${draft.endpoint ?? ''}`,
      name: draft.name,
      wish: draft.endpoint ?? component.id + 1,
    })),
  );
  const { items, places, left } = placed(wanted, placing.before);
  Object.assign(placing.places, places);
  for (const { component, name } of left) {
    placing.leftOut.push({ what: `${component} ${name}`, why: TOO_MANY });
  }
  const bindings = new Map<PropertyKey, Binding>();
  for (const [{ component, draft }, endpoint] of items) {
    const descriptor = descriptorOf(draft, endpoint);
    const spec = specOf(descriptor);
    const { min: _, max: __, ...told } = spec;
    bindings.set(descriptor.key, { descriptor, spec, told, component, draft });
  }
  const commands = parts.flatMap(([{ id }, own]) =>
    (own.commands ?? []).map((command) => ({ ...command, endpoint: id + 1 })),
  );
  const components = parts.map(([{ key }]) => key);
  return { suffix, bindings, commands, blu, components };
}

function descriptorOf(draft: Draft, place: number): PropertyDescriptor {
  const { name, min, max, step, values, own, read, set } = draft;
  const access = set ? (read ? 'rw' : 'w') : read ? 'r' : 'event';
  const constraints = {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(step === undefined ? {} : { step }),
    ...(values === undefined ? {} : { values }),
  };
  const endpoint = place === 0 ? {} : { endpoint: place };
  if (isPropertyName(name)) return describeProperty(name, { ...constraints, access, ...endpoint });
  return {
    key: propertyKey(name, endpoint.endpoint),
    name,
    ...endpoint,
    type: own?.type ?? 'string',
    access,
    ...(own?.unit === undefined ? {} : { unit: own.unit }),
    ...constraints,
    ...(own === undefined ? {} : { label: own.label }),
  };
}
