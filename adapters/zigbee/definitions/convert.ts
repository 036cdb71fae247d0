// The border between zigbee-herdsman-converters and the table of properties: which properties a definition's
// exposes carry, and their values in both directions. Nothing that an expose says is lost: what fits no row of
// the table becomes a vendor's own `x_` property.
import type * as zhc from 'zigbee-herdsman-converters';
import {
  describeProperty,
  type PropertyDescriptor,
  type PropertyKey,
  propertyKey,
} from '../../../hub/model/properties.ts';
import { type Press, pressesOf } from './actions.ts';
import { type Binding, rowBinding, vendorBinding } from './binding.ts';
import { bestMatch, type Match } from './expose-rows.ts';
import {
  type EndpointNames,
  endpointOf,
  type Found,
  leaves,
  movementsOf,
  numberNames,
} from './exposes.ts';

/** Everything that the hub knows of a definition on one device. */
export interface Conversion {
  readonly bindings: readonly Binding[];
  readonly byKey: ReadonlyMap<PropertyKey, Binding>;
  readonly byWireKey: ReadonlyMap<string, readonly Binding[]>;
  readonly presses: ReadonlyMap<string, Press>;
  readonly descriptors: readonly PropertyDescriptor[];
  /** Covers: the wire words to move and stop, by our command's name, and the endpoint's name. */
  readonly movements: Readonly<Record<string, string>>;
}

/** Reads a definition's exposes. Exposes may depend on the device, so this is done for each device. */
export function convertExposes(
  exposes: readonly zhc.Expose[],
  endpointNames: EndpointNames,
): Conversion {
  // To identify is a command.
  const found = exposes
    .flatMap((expose) => leaves(expose, (whole) => bestMatch(whole) !== undefined))
    .filter(({ leaf }) => !(leaf.name === 'identify' && leaf.type === 'enum'));
  const matches: Match[] = [];
  const vendors: Found[] = [];
  for (const each of found) {
    const match = each.around.length === 0 ? bestMatch(each) : undefined;
    if (match !== undefined) matches.push(match);
    else vendors.push(each);
  }
  const actions = found.find(({ leaf }) => leaf.name === 'action' && leaf.type === 'enum');
  const presses = pressesOf(
    actions?.leaf.type === 'enum' ? actions.leaf.values.map(String) : [],
    endpointNames,
  );
  const bindings = bindMatches(
    matches.filter(({ leaf }) => leaf !== actions?.leaf),
    vendors,
    numberNames(found, endpointNames),
  );
  const descriptors = [
    ...bindings.map(({ descriptor }) => descriptor),
    ...describePresses(presses),
    describeProperty('linkQuality'),
  ];
  return {
    bindings,
    byKey: new Map(bindings.map((binding) => [binding.descriptor.key, binding])),
    byWireKey: Map.groupBy(bindings, ({ wireKey }) => wireKey),
    presses,
    descriptors,
    movements: movementsOf(found),
  };
}

/** Rows whose losing mappings say nothing that the winning one does not: the same thing in other words. */
const SAME_THING: ReadonlySet<string> = new Set(['color', 'position']);

function bindMatches(
  matches: readonly Match[],
  vendors: readonly Found[],
  names: EndpointNames,
): Binding[] {
  const perRow = Map.groupBy(matches, ({ row }) => row);
  const bindings: Binding[] = [];
  const others: Found[] = [...vendors];
  const taken = new Set<PropertyKey>();
  for (const [row, all] of perRow) {
    const perEndpoint = Map.groupBy(all, ({ leaf }) => leaf.endpoint);
    for (const competing of perEndpoint.values()) {
      const [winner, ...losers] = competing.toSorted((a, b) => a.rank - b.rank);
      if (winner === undefined) continue;
      const own = perEndpoint.size > 1 ? endpointOf(winner.leaf, names) : undefined;
      if (taken.has(propertyKey(row.name, own))) {
        others.push(...competing);
        continue;
      }
      bindings.push(rowBinding(winner, own));
      taken.add(propertyKey(row.name, own));
      if (!SAME_THING.has(row.name)) others.push(...losers);
    }
  }
  for (const other of others) {
    const binding = vendorBinding(other, endpointOf(other.leaf, names), taken);
    taken.add(binding.descriptor.key);
    bindings.push(binding);
  }
  return bindings;
}

function describePresses(presses: ReadonlyMap<string, Press>): PropertyDescriptor[] {
  const perKey = Map.groupBy(presses.values(), ({ key }) => key);
  return [...perKey].map(([key, own]) => {
    const endpoint = Number(/@(\d+)$/.exec(key)?.[1] ?? Number.NaN);
    return describeProperty('button', {
      values: [...new Set(own.map(({ value }) => value))],
      ...(Number.isNaN(endpoint) ? {} : { endpoint }),
    });
  });
}
