// Out of the tables that nodes gave: who hears whom, and through whom each reaches the coordinator. A pure function;
// what a table says wins, and where none says anything the best way over the links is taken.
import type { MeshLink, MeshRole } from '../../../hub/model/mesh.ts';
import type { Tables } from './mesh-tables.ts';

/** A node as the survey knows it; `Address` is its IEEE address. */
export interface SurveyedNode<Address extends string> {
  readonly address: Address;
  readonly networkAddress: number;
  readonly role: MeshRole;
}

export interface Branch<Address extends string> {
  readonly parent: Address | null;
  readonly isParentKnown: boolean;
  readonly linkQuality: number | null;
  readonly hops: number | null;
}

interface Link<Address extends string> {
  readonly from: Address;
  readonly to: Address;
  linkQuality: number;
  routes: number;
}

/** More links than this are told by nobody's network; the weakest are left out. */
const LINKS_MAX = 5_000;
const COORDINATOR = 0;

/** What a link costs on the way: each hop, and more where it is weak. Spec: Zigbee 05-3474 § 3.6.3.1, in spirit. */
function cost(linkQuality: number): number {
  return 1 + Math.max(0, 200 - linkQuality) / 40;
}

/** The links and each node's branch of the tree, from the tables that were read. */
export function growTree<Address extends string>(
  nodes: readonly SurveyedNode<Address>[],
  tables: ReadonlyMap<Address, Tables>,
): { links: MeshLinkOf<Address>[]; branches: Map<Address, Branch<Address>> } {
  const byNetwork = new Map(nodes.map((node) => [node.networkAddress, node.address]));
  const known = new Set(nodes.map(({ address }) => address));
  const links = new Map<string, Link<Address>>();
  const told = new Map<Address, { parent: Address; linkQuality: number }>();
  const key = (a: Address, b: Address) => (a < b ? `${a}|${b}` : `${b}|${a}`);
  const isNode = (text: string): text is Address => known.has(text as Address);
  const roles = new Map(nodes.map(({ address, role }) => [address, role]));

  for (const [owner, { neighbours }] of tables) {
    for (const row of neighbours) {
      const other = isNode(row.ieeeAddress) ? row.ieeeAddress : byNetwork.get(row.networkAddress);
      if (other === undefined || other === owner) continue;
      const link = links.get(key(owner, other));
      if (link) link.linkQuality = Math.min(link.linkQuality, row.linkQuality);
      else {
        const found = { from: owner, to: other, linkQuality: row.linkQuality, routes: 0 };
        links.set(key(owner, other), found);
      }
      // A router stays in the table of the one it once joined through; only for end devices does it say the way.
      if (row.relation === 'child' && roles.get(other) === 'endDevice') {
        const before = told.get(other);
        if (before === undefined || before.linkQuality < row.linkQuality) {
          told.set(other, { parent: owner, linkQuality: row.linkQuality });
        }
      }
    }
  }
  for (const [owner, { routes }] of tables) {
    for (const { to, via } of routes) {
      const next = byNetwork.get(via);
      if (next === undefined || next === owner) continue;
      const link = links.get(key(owner, next));
      if (link) link.routes += 1;
      if (to === COORDINATOR && roles.get(owner) === 'router') {
        told.set(owner, { parent: next, linkQuality: link?.linkQuality ?? 0 });
      }
    }
  }

  const best = bestWays(nodes, [...links.values()]);
  const branches = new Map<Address, Branch<Address>>();
  const parentOf = (address: Address): Address | null =>
    told.get(address)?.parent ?? best.get(address) ?? null;
  for (const { address, role } of nodes) {
    const isCoordinator = role === 'coordinator';
    // Two tables of different minutes may point at one another: such a way is none.
    const isSound = isCoordinator || reaches(address, parentOf, roles);
    const parent = isCoordinator ? null : isSound ? parentOf(address) : (best.get(address) ?? null);
    const link = parent === null ? undefined : links.get(key(address, parent));
    branches.set(address, {
      parent,
      isParentKnown: isSound && told.has(address),
      linkQuality: link?.linkQuality ?? null,
      hops: null,
    });
  }
  for (const [address, branch] of branches) {
    branches.set(address, { ...branch, hops: hopsOf(address, branches, roles) });
  }
  const strongest = [...links.values()].sort((a, b) => b.linkQuality - a.linkQuality);
  return { links: strongest.slice(0, LINKS_MAX), branches };
}

type MeshLinkOf<Address extends string> = Omit<MeshLink, 'from' | 'to'> & {
  readonly from: Address;
  readonly to: Address;
};

function reaches<Address extends string>(
  from: Address,
  parentOf: (address: Address) => Address | null,
  roles: ReadonlyMap<Address, MeshRole>,
): boolean {
  let at: Address | null = from;
  for (let steps = 0; at !== null && steps <= roles.size; steps += 1) {
    if (roles.get(at) === 'coordinator') return true;
    at = parentOf(at);
  }
  return false;
}

function hopsOf<Address extends string>(
  address: Address,
  branches: ReadonlyMap<Address, Branch<Address>>,
  roles: ReadonlyMap<Address, MeshRole>,
): number | null {
  let at: Address | null = address;
  for (let hops = 0; at !== null && hops <= roles.size; hops += 1) {
    if (roles.get(at) === 'coordinator') return hops;
    at = branches.get(at)?.parent ?? null;
  }
  return null;
}

/** The cheapest way of each node towards the coordinator; only coordinator and routers relay. */
function bestWays<Address extends string>(
  nodes: readonly SurveyedNode<Address>[],
  links: readonly Link<Address>[],
): Map<Address, Address> {
  const roles = new Map(nodes.map(({ address, role }) => [address, role]));
  const around = new Map<Address, { other: Address; cost: number }[]>();
  const add = (from: Address, other: Address, linkQuality: number) => {
    const list = around.get(from) ?? [];
    list.push({ other, cost: cost(linkQuality) });
    around.set(from, list);
  };
  for (const { from, to, linkQuality } of links) {
    add(from, to, linkQuality);
    add(to, from, linkQuality);
  }
  const costs = new Map<Address, number>();
  const ways = new Map<Address, Address>();
  const open = new Set<Address>();
  for (const { address, role } of nodes) {
    if (role !== 'coordinator') continue;
    costs.set(address, 0);
    open.add(address);
  }
  while (open.size > 0) {
    let at: Address | undefined;
    for (const one of open) {
      if (at === undefined || (costs.get(one) ?? 0) < (costs.get(at) ?? 0)) at = one;
    }
    if (at === undefined) break;
    open.delete(at);
    if (roles.get(at) === 'endDevice') continue;
    for (const { other, cost: step } of around.get(at) ?? []) {
      const total = (costs.get(at) ?? 0) + step;
      if (total >= (costs.get(other) ?? Number.POSITIVE_INFINITY)) continue;
      costs.set(other, total);
      ways.set(other, at);
      open.add(other);
    }
  }
  return ways;
}
