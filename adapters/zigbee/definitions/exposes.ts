// What stands in the exposes of a definition: the leaves that carry values, what they say of access, range and
// endpoint, and the words that move a cover.
import * as zhc from 'zigbee-herdsman-converters';
import type { ExposeParent, PropertyAccess } from '../../../hub/model/property-row.ts';
import type { WireRange } from './wire-value.ts';

/** A generic expose. */
export type Leaf = zhc.Numeric | zhc.Binary | zhc.Enum | zhc.Text | zhc.Composite | zhc.List;

/** A leaf of the exposes with where it stands. */
export interface Found {
  readonly leaf: Leaf;
  readonly parent: ExposeParent | undefined;
  /** Composites around it, outermost first; the first has the key by which it is set. */
  readonly around: readonly zhc.Composite[];
}

/** The endpoint ids of the names that a definition gives, as in `{left: 1, right: 2}`. */
export type EndpointNames = Readonly<Record<string, number>>;

const PARENTS: ReadonlySet<string> = new Set<ExposeParent>([
  'light',
  'switch',
  'cover',
  'lock',
  'climate',
  'fan',
]);

/** The leaves of an expose; `isWhole` says whether a composite is taken as one value. */
export function leaves(expose: zhc.Expose, isWhole: (found: Found) => boolean): Found[] {
  if (PARENTS.has(expose.type)) {
    const parent = expose.type as ExposeParent;
    return (expose.features ?? []).flatMap((feature) =>
      flatten({ leaf: feature, parent, around: [] }, isWhole),
    );
  }
  return flatten({ leaf: expose as Leaf, parent: undefined, around: [] }, isWhole);
}

/** A composite that is not taken whole is taken apart, so that each piece is a property. */
function flatten(found: Found, isWhole: (found: Found) => boolean): Found[] {
  const { leaf, parent, around } = found;
  const isLeaf = leaf.type !== 'composite' || leaf.features.length === 0;
  if (isLeaf || (around.length === 0 && isWhole(found))) return [found];
  return leaf.features.flatMap((feature) =>
    flatten({ leaf: feature, parent, around: [...around, leaf] }, isWhole),
  );
}

/** Bits of an expose's access. */
export const SETTABLE: number = zhc.access.SET;
const STATE: number = zhc.access.STATE;
export const GETTABLE: number = zhc.access.GET;

/** Numbers for endpoint names that say none; far from those of real endpoints. */
const UNNUMBERED_FROM = 201;

/** The definition's names and, for those that it does not list, their digits or the next free number. */
export function numberNames(found: readonly Found[], names: EndpointNames): EndpointNames {
  const numbered: Record<string, number> = { ...names };
  let next = UNNUMBERED_FROM;
  for (const { leaf } of found) {
    const name = leaf.endpoint;
    if (name === undefined || isEndpoint(numbered[name])) continue;
    const digits = Number(/\d+$/.exec(name)?.[0] ?? Number.NaN);
    numbered[name] = isEndpoint(digits) ? digits : next++;
  }
  return numbered;
}

function isEndpoint(value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= 240;
}

/** The number of a leaf's endpoint; undefined where it has none. */
export function endpointOf({ endpoint }: Leaf, names: EndpointNames): number | undefined {
  return endpoint === undefined ? undefined : names[endpoint];
}

/** What may be done with a leaf; `outer` are the composites around it. */
export function accessOf(leaf: Leaf, outer: readonly zhc.Composite[]): PropertyAccess {
  // Pieces of a composite often state no access of their own.
  const access = leaf.access === 0 ? (outer.at(-1)?.access ?? 0) : leaf.access;
  const isSettable = (access & SETTABLE) !== 0;
  const isReported = (access & (STATE | GETTABLE)) !== 0;
  if (isSettable) return isReported ? 'rw' : 'w';
  return 'r';
}

/** What a leaf says of its wire values. */
export function rangeOf(leaf: Leaf): WireRange {
  switch (leaf.type) {
    case 'numeric':
      return {
        ...(leaf.value_min === undefined ? {} : { min: leaf.value_min }),
        ...(leaf.value_max === undefined ? {} : { max: leaf.value_max }),
      };
    case 'binary':
      return { on: leaf.value_on, off: leaf.value_off };
    case 'enum':
      return { values: leaf.values };
    default:
      return {};
  }
}

const MOVEMENT_WORDS: Readonly<Record<string, string>> = {
  OPEN: 'open',
  CLOSE: 'close',
  STOP: 'stop',
};

/** The wire words that move and stop a cover, by our command's name. */
export function movementsOf(found: readonly Found[]): Record<string, string> {
  const cover = found.find(({ leaf, parent }) => parent === 'cover' && leaf.name === 'state');
  if (cover?.leaf.type !== 'enum') return {};
  const movements: Record<string, string> = {};
  for (const value of cover.leaf.values) {
    const name = MOVEMENT_WORDS[String(value).toUpperCase()];
    if (name !== undefined) movements[name] = String(value);
  }
  return movements;
}
