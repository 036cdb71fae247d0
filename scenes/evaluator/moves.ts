// Numbers that move by so much within a time. The least and the greatest of the window are kept, each as the few values
// that can still be it; a value counts for as long as it lasted.
import { type Deadline, deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { entryKey } from './crossings.ts';
import type { IndexEntry } from './entries.ts';
import type { SceneTables } from './tables.ts';

/** A value of the window and until when it lies in it. */
export interface Sample {
  readonly value: number;
  readonly until: Deadline;
}

/** What can still be the least and the greatest value of the window, oldest first. */
export interface MoveWindow {
  readonly least: readonly Sample[];
  readonly greatest: readonly Sample[];
}

/** Values that are kept of a window; of more, some in the midst are forgotten. */
const SAMPLES_MAX = 32;

/** Whether the change moves the number far enough. What came after the device was out of reach begins anew. */
export function hasMoved(
  tables: SceneTables,
  entry: Extract<IndexEntry, { kind: 'moves' }>,
  { device, property, value, previous }: ChangeInput,
  isFirst: boolean,
  world: SceneWorld,
): boolean {
  if (typeof value !== 'number') return false;
  const { direction, by, withinMs } = entry.move;
  const key = `${entryKey(entry)}/${device}/${property}`;
  const until = deadlineAfter(world.now, world.bootId, withinMs);
  if (isFirst || typeof previous !== 'number') {
    tables.moves.delete(key);
    return false;
  }
  // What it was until now has lasted until now.
  const before = { value: previous, until };
  const now = { value, until };
  const kept = tables.moves.get(key);
  const isOpen = ({ until: end }: Sample): boolean => remainingMs(end, world.now, world.bootId) > 0;
  const least = grow(grow((kept?.least ?? []).filter(isOpen), before, -1), now, -1);
  const greatest = grow(grow((kept?.greatest ?? []).filter(isOpen), before, 1), now, 1);
  const up = value - (least[0]?.value ?? value);
  const down = (greatest[0]?.value ?? value) - value;
  const isMet = (direction !== 'down' && up >= by) || (direction !== 'up' && down >= by);
  if (isMet) tables.moves.delete(key);
  else tables.moves.set(key, { least, greatest });
  return isMet;
}

/** The values that can still be the least (-1) or the greatest (1), with one more. */
function grow(samples: readonly Sample[], sample: Sample, sign: -1 | 1): readonly Sample[] {
  const kept = samples.filter(({ value }) => (value - sample.value) * sign > 0);
  if (kept.length >= SAMPLES_MAX) kept.splice(SAMPLES_MAX / 2, 1);
  return [...kept, sample];
}
