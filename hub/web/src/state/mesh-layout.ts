// Where each node of the mesh stands on the map: rings by hops, children near their parents, none upon another. Worked
// out once to rest, with a fixed seed: the same mesh is the same picture, and nothing moves afterwards.
import {
  forceCollide,
  forceRadial,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from 'd3-force';

/** A node as the layout needs it. */
export interface LaidNode {
  readonly address: string;
  readonly parent: string | null;
  /** Null: nobody knows its way; it stands outside of all rings. */
  readonly hops: number | null;
}

export interface Placed {
  readonly x: number;
  readonly y: number;
}

export interface MeshLayout {
  readonly places: ReadonlyMap<string, Placed>;
  /** Radius of each ring with anybody on it, from the inside. */
  readonly rings: readonly number[];
  /** From the middle to the edge of the picture. */
  readonly radius: number;
}

/** Half of what a node with its number takes. */
export const NODE_RADIUS = 13;
/** Of more nodes than this not all are named, and those without a name stand closer. */
export const NAMED_MAX = 24;
const SPACING = {
  named: { gap: 84, room: 66 },
  plain: { gap: 64, room: 2 * NODE_RADIUS + 6 },
} as const;
const MARGIN = 40;
const TICKS = 90;

interface Body extends SimulationNodeDatum {
  readonly address: string;
  readonly ring: number;
  readonly homeX: number;
  readonly homeY: number;
}

/** A small generator of the same numbers each time. Source: Numerical Recipes, ranqd1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

/** Places all nodes; the coordinator, of 0 hops, in the middle. */
export function layoutMesh(nodes: readonly LaidNode[]): MeshLayout {
  const { gap, room } = nodes.length <= NAMED_MAX ? SPACING.named : SPACING.plain;
  const known = nodes.map(({ hops }) => hops ?? 0);
  const outside = Math.max(0, ...known) + 1;
  const ringOf = (node: LaidNode): number => node.hops ?? outside;
  const counts = new Map<number, number>();
  for (const node of nodes) counts.set(ringOf(node), (counts.get(ringOf(node)) ?? 0) + 1);
  const radii = new Map<number, number>([[0, 0]]);
  for (let ring = 1, last = 0; ring <= outside; ring += 1) {
    const count = counts.get(ring) ?? 0;
    if (count === 0) continue;
    last = Math.max(last + gap, (count * room) / (2 * Math.PI));
    radii.set(ring, last);
  }

  const angles = anglesOf(nodes, ringOf);
  const bodies = nodes.map((node): Body => {
    const ring = ringOf(node);
    const radius = radii.get(ring) ?? 0;
    const angle = angles.get(node.address) ?? 0;
    const [homeX, homeY] = [Math.cos(angle) * radius, Math.sin(angle) * radius];
    const isMiddle = ring === 0;
    return {
      address: node.address,
      ring,
      homeX,
      homeY,
      x: homeX,
      y: homeY,
      ...(isMiddle ? { fx: 0, fy: 0 } : {}),
    };
  });
  const simulation = forceSimulation(bodies)
    .randomSource(seeded(7))
    .force('home-x', forceX<Body>(({ homeX }) => homeX).strength(0.08))
    .force('home-y', forceY<Body>(({ homeY }) => homeY).strength(0.08))
    .force('ring', forceRadial<Body>(({ ring }) => radii.get(ring) ?? 0).strength(0.9))
    .force('room', forceCollide<Body>(room / 2).iterations(2))
    .stop();
  simulation.tick(TICKS);

  const places = new Map(bodies.map(({ address, x = 0, y = 0 }) => [address, { x, y }]));
  const far = Math.max(0, ...[...places.values()].map(({ x, y }) => Math.hypot(x, y)));
  const rings = [...radii.values()].filter((radius) => radius > 0);
  return { places, rings, radius: Math.max(far, ...rings, gap) + MARGIN };
}

/** Each node's direction: a subtree takes a slice as wide as it has leaves, so that ways do not cross. */
function anglesOf(
  nodes: readonly LaidNode[],
  ringOf: (node: LaidNode) => number,
): Map<string, number> {
  const children = new Map<string, LaidNode[]>();
  const roots: LaidNode[] = [];
  const byAddress = new Map(nodes.map((node) => [node.address, node]));
  for (const node of nodes) {
    const parent = node.parent === null ? undefined : byAddress.get(node.parent);
    // Only a way inwards is followed: what a survey of another minute says may run in a circle.
    if (parent === undefined || ringOf(parent) >= ringOf(node)) roots.push(node);
    else children.set(parent.address, [...(children.get(parent.address) ?? []), node]);
  }
  const leaves = new Map<string, number>();
  const count = (node: LaidNode): number => {
    const own = children.get(node.address) ?? [];
    const sum = own.reduce((total, child) => total + count(child), 0);
    leaves.set(node.address, Math.max(1, sum));
    return Math.max(1, sum);
  };
  const total = roots.reduce((sum, root) => sum + count(root), 0);
  const angles = new Map<string, number>();
  const place = (node: LaidNode, from: number, to: number): void => {
    angles.set(node.address, (from + to) / 2);
    let at = from;
    for (const child of children.get(node.address) ?? []) {
      const width =
        ((to - from) * (leaves.get(child.address) ?? 1)) / (leaves.get(node.address) ?? 1);
      place(child, at, at + width);
      at += width;
    }
  };
  let at = -Math.PI / 2;
  for (const root of roots) {
    const width = (2 * Math.PI * (leaves.get(root.address) ?? 1)) / Math.max(1, total);
    place(root, at, at + width);
    at += width;
  }
  return angles;
}
