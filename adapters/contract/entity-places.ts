// Where each property of a device of entities stands: by its plain name, or at an endpoint where several entities have
// one of that name. A place once given is kept, also that of an entity that is gone, so that no scene about one relay
// ever moves another because the device was flashed, or announces itself, with other entities.
import type { AnyPropertyName } from '../../hub/model/properties.ts';
import type { Places } from './places.ts';

/** A property that wants a place. */
export interface PlacedOfEntity {
  /** Of its entity. */
  readonly id: string;
  readonly name: AnyPropertyName;
  /** The endpoint that it would have among several of its name; absent: the first that is free. */
  readonly wish?: number;
}

const ENDPOINT_MAX = 240;
/** Of entities that are gone, the places are forgotten when there are more. */
const KEPT_MAX = 2_000;

export const placeOf = ({ id, name }: PlacedOfEntity): string => `${id}|${name}`;

/** The places of all, 0 for the plain name, and those of what is gone. @param known places that were given before */
export function placesOf(all: readonly PlacedOfEntity[], known: Places): Places {
  const wanted = [...new Map(all.map((placed) => [placeOf(placed), placed])).values()];
  const places: Record<string, number> = {};
  const taken = new Set<string>();
  const take = (placed: PlacedOfEntity, place: number): void => {
    places[placeOf(placed)] = place;
    taken.add(`${placed.name}@${place}`);
  };
  const open: PlacedOfEntity[] = [];
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
    let place = several[0]?.wish ?? 1;
    while (!isFree(place) && place < ENDPOINT_MAX) place += 1;
    for (const placed of own) take(placed, several.includes(placed) ? place : 0);
  }
  const kept = gone.length > KEPT_MAX ? [] : gone;
  return { ...Object.fromEntries(kept), ...places };
}
