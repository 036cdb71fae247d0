// One node of a Shelly: which keys its properties have, and the way from a key to the component that has it.
import type { PropertyKey } from '../../../hub/model/properties.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { LeftOut } from '../../contract/not-shown.ts';
import { channelNamed, toldApart } from '../../contract/own-names.ts';
import { type Places, placed } from '../../contract/places.ts';
import {
  accessOf,
  descriptorOf,
  type PlacedProperty,
  placedProperty,
} from '../../contract/property-draft.ts';
import type { BluDevice } from './components/bthome.ts';
import type { CommandDraft, Component, Draft, Parts } from './components/component.ts';

/** A property with the component that it comes from. */
export interface Binding extends PlacedProperty {
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

/** A Bluetooth device is called as its components are, which tells none of its properties from another. */
const WHOLE_DEVICES = new Set(['bthomedevice', 'blutrv']);

/** The draft as its component's owner calls it, where somebody has named the component. */
function named({ kind, name }: Component, draft: Draft): Draft {
  const own = WHOLE_DEVICES.has(kind) ? null : name;
  return { ...draft, ...channelNamed(own, draft.name, draft.label) };
}

/** Puts a node together. What stands several times in it gets an endpoint each. */
export function nodeOf({ suffix, blu, parts }: NodeParts, placing: Placing): NodeConversion {
  const wanted = parts.flatMap(([component, { drafts }]) =>
    drafts.map((draft) => ({
      component: component.key,
      draft: named(component, draft),
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
  const drafts = toldApart(items.map(([{ draft }, endpoint]) => [draft, endpoint]));
  for (const [index, [draft, endpoint]] of drafts.entries()) {
    const descriptor = descriptorOf({ ...draft, access: accessOf(draft) }, endpoint);
    const component = items[index]?.[0].component ?? '';
    bindings.set(descriptor.key, { ...placedProperty(descriptor), component, draft });
  }
  const commands = parts.flatMap(([{ id }, own]) =>
    (own.commands ?? []).map((command) => ({ ...command, endpoint: id + 1 })),
  );
  const components = parts.map(([{ key }]) => key);
  return { suffix, bindings, commands, blu, components };
}
