// Reads conditions put together.
import type { Condition } from '../conditions.ts';
import type { Path } from '../document.ts';
import { logicConditionShapes } from '../shapes/logic.ts';
import { UNREAD } from '../shapes/parts.ts';
import { isComplete, type Reading, type ReadKind, shapedKind } from './reading.ts';

const SHAPES = logicConditionShapes(UNREAD);

/** Conditions made of conditions, by key. */
export const LOGIC_CONDITIONS: Readonly<Record<string, ReadKind<Condition>>> = {
  all: shapedKind(SHAPES.all, [], (reading, { all }, path) =>
    readSeveral(reading, 'all', all, path),
  ),
  any: shapedKind(SHAPES.any, [], (reading, { any }, path) =>
    readSeveral(reading, 'any', any, path),
  ),
  not: shapedKind(SHAPES.not, [], (reading, shaped, path) => {
    const of = reading.condition(shaped.not, [...path, 'not']);
    return of && { kind: 'not', of };
  }),
};

function readSeveral(
  reading: Reading,
  kind: 'all' | 'any',
  items: readonly unknown[],
  path: Path,
): Condition | null {
  const of = items.map((item, index) => reading.condition(item, [...path, kind, index]));
  if (!isComplete(of)) return null;
  const only = of[0];
  return of.length === 1 && only ? only : { kind, of };
}
