// The tree of a mesh out of tables: what they tell wins, what they leave open is worked out, nonsense leads nowhere.
import { expect, test } from 'vitest';
import type { MeshRole } from '../../../hub/model/mesh.ts';
import type { Neighbour, Tables } from './mesh-tables.ts';
import { growTree } from './mesh-tree.ts';

const node = (address: string, networkAddress: number, role: MeshRole) => ({
  address,
  networkAddress,
  role,
});
const HUB = node('hub', 0, 'coordinator');
const PLUG = node('plug', 1, 'router');
const LAMP = node('lamp', 2, 'router');
const DOOR = node('door', 3, 'endDevice');

function hears(
  { address, networkAddress }: { address: string; networkAddress: number },
  linkQuality: number,
  relation: Neighbour['relation'] = 'other',
): Neighbour {
  return { ieeeAddress: address, networkAddress, linkQuality, relation };
}

function tables(entries: Record<string, Partial<Tables>>): Map<string, Tables> {
  return new Map(
    Object.entries(entries).map(([owner, { neighbours = [], routes = [] }]) => [
      owner,
      { neighbours, routes },
    ]),
  );
}

test('an end device hangs at the router that has it as a child, and a link is as good as its worse end', () => {
  const { links, branches } = growTree(
    [HUB, PLUG, DOOR],
    tables({
      hub: { neighbours: [hears(PLUG, 200)] },
      plug: {
        neighbours: [hears(HUB, 120, 'parent'), hears(DOOR, 90, 'child')],
        routes: [{ to: 0, via: 0 }],
      },
    }),
  );
  expect(branches.get('door')).toEqual({
    parent: 'plug',
    isParentKnown: true,
    linkQuality: 90,
    hops: 2,
  });
  expect(branches.get('plug')).toMatchObject({ parent: 'hub', linkQuality: 120, hops: 1 });
  expect(links).toEqual([
    { from: 'hub', to: 'plug', linkQuality: 120, routes: 1 },
    { from: 'plug', to: 'door', linkQuality: 90, routes: 0 },
  ]);
});

test('a router that tells no way is put on the best one, over a good relay rather than a bad direct link', () => {
  const { branches } = growTree(
    [HUB, PLUG, LAMP],
    tables({
      hub: { neighbours: [hears(PLUG, 220), hears(LAMP, 20)] },
      plug: { neighbours: [hears(LAMP, 220)] },
    }),
  );
  expect(branches.get('lamp')).toMatchObject({ parent: 'plug', isParentKnown: false, hops: 2 });
});

test('two routers that point at one another lead nowhere, and the best way is taken', () => {
  const { branches } = growTree(
    [HUB, PLUG, LAMP],
    tables({
      hub: { neighbours: [hears(PLUG, 150)] },
      plug: { neighbours: [hears(LAMP, 150)], routes: [{ to: 0, via: 2 }] },
      lamp: { neighbours: [hears(PLUG, 150)], routes: [{ to: 0, via: 1 }] },
    }),
  );
  expect(branches.get('plug')).toMatchObject({ parent: 'hub', isParentKnown: false, hops: 1 });
  expect(branches.get('lamp')).toMatchObject({ parent: 'plug', hops: 2 });
});

test('who is in nobody’s table has no way, and strangers in tables are left out', () => {
  const { links, branches } = growTree(
    [HUB, DOOR],
    tables({ hub: { neighbours: [hears(node('stranger', 77, 'router'), 200)] } }),
  );
  expect(branches.get('door')).toEqual({
    parent: null,
    isParentKnown: false,
    linkQuality: null,
    hops: null,
  });
  expect(links).toEqual([]);
});
