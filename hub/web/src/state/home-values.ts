// What the home itself knows beside its devices, as the page holds it. Pure.
import type { HomeValueJson } from '../../../api/home-values-shapes.ts';
import type { DeviceEvent } from './device-patch.ts';

/** The one value that every home has and that people set. */
export const MODE_KEY = 'home.mode';
/** How many people are at home; nobody sets it. */
export const PEOPLE_KEY = 'home.people';

/** The values after live events; the same list where none of them is about a value. */
export function withValueChanges(
  values: readonly HomeValueJson[],
  events: readonly DeviceEvent[],
): readonly HomeValueJson[] {
  let after = values;
  for (const { kind, data } of events) {
    if (kind !== 'change') continue;
    const key = `${data.device}.${data.property}`;
    const { value, at } = data;
    if (typeof value === 'object' || !values.some((one) => one.key === key)) continue;
    after = after.map((one) => (one.key === key ? { ...one, value, since: at } : one));
  }
  return after;
}

/** The values of these kinds, by name. */
export function valuesOfKind(
  values: readonly HomeValueJson[],
  ...kinds: readonly HomeValueJson['kind'][]
): readonly HomeValueJson[] {
  return values
    .filter(({ kind }) => kinds.includes(kind))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** A day of a home's list: the soonest first, those of every year where they come next. */
export function nextOfDay(day: string, today: string): string {
  if (day.length > 5) return day;
  const year = Number(today.slice(0, 4));
  const thisYear = `${year}-${day}`;
  return thisYear >= today ? thisYear : `${year + 1}-${day}`;
}

/** The home's dates in the order in which they come; what is past stands at the end. */
export function inComingOrder(days: readonly string[], today: string): readonly string[] {
  const order = (day: string): string => {
    const next = nextOfDay(day, today);
    return `${next < today ? 1 : 0}${next}`;
  };
  return [...days].sort((a, b) => order(a).localeCompare(order(b)));
}
