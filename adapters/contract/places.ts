// Which endpoint each property of a node has: what stands alone needs none, no two of one name share one, and what once
// has a place keeps it, so that scenes and history still find it after the node has changed.
import type { AnyPropertyName } from '../../hub/model/properties.ts';

/** The endpoint of a property by its id; 0 for none. Plain data, kept with the node. */
export type Places = Readonly<Record<string, number>>;

/** A property that wants a place. */
export interface Placeable {
  /** Names it among all properties of the node, the same after each start. */
  readonly id: string;
  readonly name: AnyPropertyName;
  /** The endpoint that it would have among several of its name. */
  readonly wish: number;
}

/** What got a place, and what found none. */
export interface Placed<Item extends Placeable> {
  readonly items: readonly (readonly [item: Item, endpoint: number])[];
  readonly places: Places;
  readonly left: readonly Item[];
}

const ENDPOINT_MAX = 240;
const PROPERTIES_MAX = 240;

/** Gives each its place. @param before those of the last time */
export function placed<Item extends Placeable>(
  wanted: readonly Item[],
  before: Places,
): Placed<Item> {
  const taken = new Map<AnyPropertyName, Set<number>>();
  const items: [Item, number][] = [];
  const places = new Map<string, number>();
  const take = (item: Item, endpoint: number): boolean => {
    const used = taken.get(item.name) ?? new Set();
    taken.set(item.name, used);
    if (used.has(endpoint) || endpoint > ENDPOINT_MAX || places.has(item.id)) return false;
    if (items.length >= PROPERTIES_MAX) return false;
    used.add(endpoint);
    places.set(item.id, endpoint);
    items.push([item, endpoint]);
    return true;
  };
  const open = wanted.filter((item) => {
    const known = Object.hasOwn(before, item.id) ? before[item.id] : undefined;
    const isKnown = known !== undefined && Number.isInteger(known) && known >= 0;
    return !isKnown || !take(item, known);
  });
  const counts = Map.groupBy(wanted, ({ name }) => name);
  const left = open.filter((item) => {
    const isAlone = counts.get(item.name)?.length === 1;
    const first = isAlone ? 0 : Math.max(1, item.wish);
    if (take(item, first)) return false;
    for (let endpoint = 1; endpoint <= ENDPOINT_MAX; endpoint += 1) {
      if (take(item, endpoint)) return false;
    }
    return true;
  });
  return { items, places: Object.fromEntries(places), left };
}

/** Places as they were kept; what is none is left. */
export function readPlaces(kept: unknown): Places {
  if (typeof kept !== 'object' || kept === null) return {};
  const places = Object.entries(kept).flatMap(([id, place]: [string, unknown]) =>
    typeof place === 'number' && Number.isInteger(place) && place >= 0 && place <= ENDPOINT_MAX
      ? [[id, place] as const]
      : [],
  );
  return Object.fromEntries(places);
}
