// Numbers that go over or under a threshold. Without memory where none is needed: only a crossing with hysteresis that
// has not come back, and a device that was out of reach, leave a trace in the tables.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import type { Crossing } from '../language/values.ts';
import type { EntryOrigin, IndexEntry } from './entries.ts';
import { readValue } from './levels.ts';
import type { SceneTables } from './tables.ts';

type CrossesEntry = Extract<IndexEntry, { kind: 'crosses' }>;

/**
 * Whether the change takes the number over the threshold. The first value after unknown only says where the number is,
 * and so does one that came with a reconnection, unless the scene asks for those.
 */
export function crosses(
  tables: SceneTables,
  entry: CrossesEntry,
  change: ChangeInput,
  isBaseline: boolean,
): boolean {
  const { crossing } = entry;
  const { value, previous } = change;
  if (typeof value !== 'number') return false;
  const key = crossing.hysteresis > 0 ? crossedKey(entry, change) : null;
  if (key !== null && tables.crossed.has(key)) {
    if (isBack(crossing, value)) tables.crossed.delete(key);
    return false;
  }
  if (!isOver(crossing, value)) return false;
  const isFirst = previous === null || isBaseline;
  const isNew = !isFirst && typeof previous === 'number' && !isOver(crossing, previous);
  if (key !== null && (isNew || isFirst)) tables.crossed.set(key, true);
  return isNew;
}

/** As `crosses`, of how far one number is above another; a change of either is looked at. */
export function crossesOther(
  tables: SceneTables,
  entry: CrossesEntry,
  change: ChangeInput,
  isBaseline: boolean,
  world: SceneWorld,
): boolean {
  const { subject, other } = entry.crossing;
  if (other === null || subject.kind === 'any') return false;
  const isOwn = change.device === subject.device && change.property === subject.property;
  const standing = isOwn ? other : subject;
  const beside = readValue(world, standing.device, standing.property);
  const { value, previous } = change;
  if (typeof value !== 'number' || typeof beside !== 'number') return false;
  const above = (number: number): number => (isOwn ? number - beside : beside - number);
  const difference = {
    ...change,
    device: subject.device,
    property: subject.property,
    value: above(value),
    previous: typeof previous === 'number' ? above(previous) : null,
  };
  return crosses(tables, entry, difference, isBaseline);
}

function crossedKey(entry: CrossesEntry, { device, property }: ChangeInput): string {
  return `${entryKey(entry)}/${device}/${property}`;
}

/** Names an entry of a scene, within what tables keep of it. */
export function entryKey({ scene, trigger, item, part }: EntryOrigin): string {
  return `${scene}/${trigger}${part === undefined ? '' : `.${part}`}/${item}`;
}

function isOver({ direction, threshold }: Crossing, value: number): boolean {
  return direction === 'above' ? value > threshold : value < threshold;
}

/** Whether the number has come back far enough to cross again. */
function isBack({ direction, threshold, hysteresis }: Crossing, value: number): boolean {
  return direction === 'above' ? value <= threshold - hysteresis : value >= threshold + hysteresis;
}

/** Notes that a device has gone out of reach or come back, where some scene looks at a number of it. */
export function noteAvailability(
  tables: SceneTables,
  device: DeviceId,
  properties: readonly PropertyKey[],
  world: SceneWorld,
): void {
  const live = world.live(device);
  if (live === undefined) return;
  const kept = tables.baselines.get(device);
  if (!live.availability.online) {
    if (properties.length > 0) tables.baselines.set(device, { properties, backAtMs: null });
  } else if (kept?.backAtMs === null) {
    tables.baselines.set(device, { ...kept, backAtMs: world.now.wallMs });
  }
}

/** Whether this is the property's first value since its device was out of reach; it is that only once. */
export function takeBaseline(
  tables: SceneTables,
  device: DeviceId,
  property: PropertyKey,
): boolean {
  if (tables.baselines.size === 0) return false;
  const kept = tables.baselines.get(device);
  if (kept === undefined || !kept.properties.includes(property)) return false;
  keepBaseline(tables, device, {
    ...kept,
    properties: kept.properties.filter((one) => one !== property),
  });
  return true;
}

/** Forgets properties that have reported the same value as before since their device came back. */
export function sweepBaselines(tables: SceneTables, world: SceneWorld): void {
  if (tables.baselines.size === 0) return;
  for (const [id, kept] of tables.baselines.entries()) {
    const device = id as DeviceId;
    const { backAtMs } = kept;
    if (backAtMs === null) continue;
    const live = world.live(device);
    const properties = kept.properties.filter((property) => {
      const atMs = live?.properties[property]?.atMs ?? null;
      return live !== undefined && (atMs === null || atMs < backAtMs);
    });
    if (properties.length < kept.properties.length)
      keepBaseline(tables, device, { ...kept, properties });
  }
}

function keepBaseline(
  tables: SceneTables,
  device: DeviceId,
  entry: { readonly properties: readonly PropertyKey[]; readonly backAtMs: number | null },
): void {
  if (entry.properties.length === 0) tables.baselines.delete(device);
  else tables.baselines.set(device, entry);
}
