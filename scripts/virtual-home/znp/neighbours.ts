// Neighbour and routing tables of the emulated mesh, as management requests ask for them: every router hears every
// other router and the coordinator; a node hangs at its parent. Spec: Zigbee 05-3474 § 2.4.4.3.

import { ByteWriter, ieeeToBytes } from '../bytes.ts';
import type { VirtualNode } from '../nodes/node.ts';
import { COORDINATOR_ADDRESS } from '../radio/aps.ts';
import type { Network } from '../radio/network.ts';

const NEIGHBOURS_A_FRAME = 3;
const ROUTES_A_FRAME = 10;
const Relation = { parent: 0, child: 1, sibling: 2 } as const;

interface Neighbour {
  ieee: string;
  address: number;
  type: number;
  listens: boolean;
  relation: number;
  depth: number;
  lqi: number;
}

/** Whose table: the coordinator's, or a router's. */
export type TableOwner = { kind: 'coordinator' } | { kind: 'router'; node: VirtualNode };

function addressOf(node: VirtualNode): number {
  return node.membership?.networkAddress ?? 0xffff;
}

/** Each router hears about this many others, whom the pair decides so that both ends agree; of few it hears all. */
const ROUTERS_HEARD = 16;

function hears(one: string, other: string, routers: number): boolean {
  if (routers <= ROUTERS_HEARD) return true;
  let hash = 7;
  for (const letter of one < other ? one + other : other + one) {
    hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  }
  return hash % routers < ROUTERS_HEARD;
}

function neighbours(network: Network, owner: TableOwner, coordinatorIeee: string): Neighbour[] {
  const ownAddress = owner.kind === 'coordinator' ? COORDINATOR_ADDRESS : addressOf(owner.node);
  const ownIeee = owner.kind === 'coordinator' ? coordinatorIeee : owner.node.ieee;
  const routers = network.members().filter(({ model }) => model.descriptor.isRouter).length;
  const rows: Neighbour[] = [];
  if (owner.kind === 'router') {
    const relation =
      network.parentAddress(owner.node) === COORDINATOR_ADDRESS
        ? Relation.parent
        : Relation.sibling;
    const lqi = network.lqi(owner.node);
    const coordinator = { ieee: coordinatorIeee, address: COORDINATOR_ADDRESS, type: 0 };
    rows.push({ ...coordinator, listens: true, relation, depth: 0, lqi });
  }
  for (const node of network.members()) {
    if (owner.kind === 'router' && node === owner.node) continue;
    const parent = network.parentAddress(node);
    const { isRouter } = node.model.descriptor;
    const isNear =
      parent === ownAddress ||
      (owner.kind === 'router' && network.parentAddress(owner.node) === addressOf(node)) ||
      (isRouter && hears(ownIeee, node.ieee, routers));
    if (!isNear) continue;
    rows.push({
      ieee: node.ieee,
      address: addressOf(node),
      type: isRouter ? 1 : 2,
      listens: !node.isSleepy,
      relation: parent === ownAddress ? Relation.child : Relation.sibling,
      depth: parent === COORDINATOR_ADDRESS ? 1 : 2,
      lqi: network.lqi(node),
    });
  }
  return rows;
}

/** A Mgmt_Lqi_rsp from a start index on. */
export function neighbourTable(
  network: Network,
  owner: TableOwner,
  options: { start: number; coordinatorIeee: string; extendedPanId: Buffer },
): Buffer {
  const rows = neighbours(network, owner, options.coordinatorIeee);
  const page = rows.slice(options.start, options.start + NEIGHBOURS_A_FRAME);
  const isBoastful = owner.kind === 'router' && network.faults.boastful.has(owner.node.ieee);
  const promised = isBoastful ? 255 : Math.min(255, rows.length);
  const writer = new ByteWriter().uint8(0).uint8(promised).uint8(options.start);
  writer.uint8(page.length);
  for (const row of page) {
    writer.bytes(options.extendedPanId).bytes(ieeeToBytes(row.ieee)).uint16(row.address);
    writer.uint8(row.type | (row.listens ? 0x04 : 0) | (row.relation << 4));
    writer
      .uint8(row.type === 2 ? 0 : 2)
      .uint8(row.depth)
      .uint8(row.lqi);
  }
  return writer.done();
}

/** A router's Mgmt_Rtg_rsp: its way to the coordinator, through its parent. */
export function wayHome(network: Network, node: VirtualNode, start: number): Buffer {
  const writer = new ByteWriter().uint8(0).uint8(1).uint8(start);
  if (start > 0) return writer.uint8(0).done();
  const via = network.parentAddress(node);
  return writer.uint8(1).uint16(COORDINATOR_ADDRESS).uint8(0).uint16(via).done();
}

/** A Mgmt_Rtg_rsp from a start index on: to each node that is not a direct child, through its parent. */
export function routingTable(network: Network, start: number): Buffer {
  const rows = network
    .members()
    .map((node) => ({ to: addressOf(node), via: network.parentAddress(node) }))
    .filter(({ via }) => via !== COORDINATOR_ADDRESS);
  const page = rows.slice(start, start + ROUTES_A_FRAME);
  const writer = new ByteWriter().uint8(0).uint8(Math.min(255, rows.length)).uint8(start);
  writer.uint8(page.length);
  for (const { to, via } of page) writer.uint16(to).uint8(0).uint16(via);
  return writer.done();
}
