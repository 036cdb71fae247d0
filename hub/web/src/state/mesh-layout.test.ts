// The map of the mesh: the same each time, nobody upon another, children near their parents, and worked out in time.
import { expect, test } from 'vitest';
import { type LaidNode, layoutMesh, NODE_RADIUS } from './mesh-layout.ts';

/** A coordinator, routers over three hops, end devices behind them. */
function mesh(count: number): LaidNode[] {
  const nodes: LaidNode[] = [{ address: 'n0', parent: null, hops: 0 }];
  for (let index = 1; index < count; index += 1) {
    const parent = nodes[Math.floor(index / 6)];
    nodes.push({
      address: `n${index}`,
      parent: parent?.address ?? null,
      hops: (parent?.hops ?? 0) + 1,
    });
  }
  return nodes;
}

test('200 nodes are at rest within a second, no two of them upon another, and the same each time', () => {
  const nodes = mesh(200);
  const startedAtMs = performance.now();
  const { places, radius } = layoutMesh(nodes);
  expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  const all = [...places.values()];
  expect(all).toHaveLength(200);
  let nearest = Number.POSITIVE_INFINITY;
  for (const [index, one] of all.entries()) {
    expect(Math.hypot(one.x, one.y)).toBeLessThan(radius);
    for (const other of all.slice(index + 1)) {
      nearest = Math.min(nearest, Math.hypot(one.x - other.x, one.y - other.y));
    }
  }
  expect(nearest).toBeGreaterThan(1.8 * NODE_RADIUS);
  expect([...layoutMesh(nodes).places]).toEqual([...places]);
});

test('each hop is further out, the coordinator in the middle, and who has no way outside of all', () => {
  const nodes = [...mesh(40), { address: 'lost', parent: null, hops: null }];
  const { places, rings } = layoutMesh(nodes);
  const distance = (address: string): number => {
    const { x = 0, y = 0 } = places.get(address) ?? {};
    return Math.hypot(x, y);
  };
  expect(distance('n0')).toBe(0);
  for (const { address, parent } of nodes) {
    if (parent !== null) expect(distance(address), address).toBeGreaterThan(distance(parent) + 20);
  }
  expect(distance('lost')).toBeGreaterThan((rings.at(-2) ?? 0) + 20);
});

test('ways that run in a circle, and an empty mesh, do no harm', () => {
  expect(layoutMesh([]).places.size).toBe(0);
  const circle = [
    { address: 'hub', parent: null, hops: 0 },
    { address: 'a', parent: 'b', hops: null },
    { address: 'b', parent: 'a', hops: null },
  ];
  for (const { x, y } of layoutMesh(circle).places.values()) {
    expect(Number.isFinite(x) && Number.isFinite(y)).toBe(true);
  }
});
