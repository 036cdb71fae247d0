// Which row of the table of properties an expose carries: of several that match, the one whose mapping says more.
import { PROPERTIES, type PropertyRow } from '../../../hub/model/properties.ts';
import type { ExposeMapping, ExposeParent } from '../../../hub/model/property-row.ts';
import { type Found, type Leaf, SETTABLE } from './exposes.ts';

/** A leaf with the row that it carries. */
export interface Match extends Found {
  readonly row: PropertyRow;
  readonly mapping: ExposeMapping;
  /** Position of the mapping in its row: the lower wins on a device that has several. */
  readonly rank: number;
}

/** The row of a leaf; undefined where it fits none. */
export function bestMatch(found: Found): Match | undefined {
  const { leaf, parent } = found;
  let best: Match | undefined;
  let bestScore = -1;
  for (const row of PROPERTIES) {
    for (const [rank, mapping] of row.exposes.entries()) {
      if (!fits(mapping, leaf, parent)) continue;
      const score =
        (mapping.within === undefined ? 0 : 4) +
        (mapping.unit === undefined ? 0 : 2) +
        (mapping.settable === undefined ? 0 : 1);
      if (score <= bestScore) continue;
      best = { ...found, row, mapping, rank };
      bestScore = score;
    }
  }
  return best;
}

function fits(mapping: ExposeMapping, leaf: Leaf, parent: ExposeParent | undefined): boolean {
  if (mapping.name !== leaf.name || mapping.type !== leaf.type) return false;
  if (mapping.within === undefined) {
    if (parent !== undefined) return false;
  } else if (parent === undefined || !mapping.within.includes(parent)) {
    return false;
  }
  const unit = leaf.type === 'numeric' ? leaf.unit : undefined;
  if (mapping.unit !== undefined && mapping.unit !== unit) return false;
  const isSettable = (leaf.access & SETTABLE) !== 0;
  return mapping.settable === undefined || mapping.settable === isSettable;
}
