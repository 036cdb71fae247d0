// Where each property of a device stands: by its plain name, or at an endpoint where several entities have one of that
// name. A place once given is kept, also that of an entity that is gone, so that no scene about one relay ever moves
// another because the device was flashed with other entities.
import type { AnyPropertyName } from '../../../hub/model/properties.ts';

/** By entity and name of property: 0 for the plain name, else the endpoint. */
export type Places = Readonly<Record<string, number>>;

/** A property that wants a place. */
export interface Placed {
  /** Of its entity. */
  readonly id: string;
  readonly name: AnyPropertyName;
}

const ENDPOINT_MAX = 240;
/** Of entities that are gone, the places are forgotten when there are more. */
const KEPT_MAX = 2_000;

export const placeOf = ({ id, name }: Placed): string => `${id}|${name}`;

/** @param known places that were given before */
export function placesOf(wanted: readonly Placed[], known: Places): Places {
  const places: Record<string, number> = {};
  const taken = new Set<string>();
  const take = (placed: Placed, place: number): void => {
    places[placeOf(placed)] = place;
    taken.add(`${placed.name}@${place}`);
  };
  const open: Placed[] = [];
  for (const placed of wanted) {
    const id = placeOf(placed);
    const place = Object.hasOwn(known, id) ? known[id] : undefined;
    if (place === undefined || taken.has(`${placed.name}@${place}`)) open.push(placed);
    else take(placed, place);
  }
  const gone = Object.entries(known).filter(([id]) => !Object.hasOwn(places, id));
  const reserved = new Set(
    gone.map(([id, place]) => `${id.slice(id.lastIndexOf('|') + 1)}@${place}`),
  );
  const counts = new Map<string, number>();
  for (const { name } of wanted) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const own of Map.groupBy(open, ({ id }) => id).values()) {
    const several = own.filter(({ name }) => (counts.get(name) ?? 0) > 1);
    const isFree = (place: number) =>
      several.every(({ name }) => {
        const key = `${name}@${place}`;
        return !taken.has(key) && !reserved.has(key);
      });
    // A lamp's brightness stands at the same endpoint as its power.
    let place = 1;
    while (!isFree(place) && place < ENDPOINT_MAX) place += 1;
    for (const placed of own) take(placed, several.includes(placed) ? place : 0);
  }
  const kept = gone.length > KEPT_MAX ? [] : gone;
  return { ...Object.fromEntries(kept), ...places };
}

/** What was kept; what is damaged of it is left out. */
export function readPlaces(kept: unknown): Places {
  if (typeof kept !== 'object' || kept === null) return {};
  const whole = Object.entries(kept).filter(
    ([, place]) => Number.isInteger(place) && place >= 0 && place <= ENDPOINT_MAX,
  );
  return Object.fromEntries(whole);
}
