// The mesh as the page shows it: how good a link is, the tree as rows, the links of one node. Pure.
import type { MeshJson, MeshNodeJson } from '../../../api/radio-shapes.ts';

/** How good a link is: told by colour, by dashes and by its number. */
export type Quality = 'good' | 'fair' | 'weak' | 'unknown';

const GOOD = 120;
const FAIR = 60;

export function qualityOf(linkQuality: number | null): Quality {
  if (linkQuality === null) return 'unknown';
  if (linkQuality >= GOOD) return 'good';
  return linkQuality >= FAIR ? 'fair' : 'weak';
}

/** A node in the list that says what the map shows. */
export interface TreeRow {
  readonly node: MeshNodeJson;
  readonly depth: number;
}

/** Depth first, the best link first; who has no way comes last, at depth 0. */
export function treeRows({ nodes }: Pick<MeshJson, 'nodes'>): TreeRow[] {
  const below = new Map<string, MeshNodeJson[]>();
  for (const node of nodes) {
    if (node.parent === null || node.hops === null) continue;
    below.set(node.parent, [...(below.get(node.parent) ?? []), node]);
  }
  const rows: TreeRow[] = [];
  const shown = new Set<string>();
  const add = (node: MeshNodeJson, depth: number): void => {
    if (shown.has(node.address)) return;
    shown.add(node.address);
    rows.push({ node, depth });
    const children = (below.get(node.address) ?? []).toSorted(
      (a, b) => (b.linkQuality ?? -1) - (a.linkQuality ?? -1) || a.name.localeCompare(b.name),
    );
    for (const child of children) add(child, depth + 1);
  };
  for (const node of nodes) if (node.role === 'coordinator') add(node, 0);
  for (const node of nodes) if (!shown.has(node.address)) add(node, 0);
  return rows;
}

/** All that a node hears and is heard by, the best first. */
export function linksOf(
  { links }: Pick<MeshJson, 'links'>,
  address: string,
): readonly { readonly other: string; readonly linkQuality: number }[] {
  return links
    .filter(({ from, to }) => from === address || to === address)
    .map(({ from, to, linkQuality }) => ({ other: from === address ? to : from, linkQuality }));
}

/** Times at which a node's way became another, newest first, with the one that it left. */
export function waysOf(history: MeshNodeJson['history']): readonly {
  readonly at: string;
  readonly parent: string | null;
  readonly linkQuality: number | null;
}[] {
  return history.filter((point, index) => point.parent !== history[index - 1]?.parent).toReversed();
}
