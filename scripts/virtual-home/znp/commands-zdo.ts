// The ZDO commands: the device profile towards nodes and the coordinator itself, permit join, groups, routes.
// Source: TI, Z-Stack Monitor and Test API (SWRA198), § ZDO.

import { ByteReader, ByteWriter } from '../bytes.ts';
import { ZdoCluster, ZdoStatus } from '../nodes/zdo.ts';
import {
  BROADCAST_ALL,
  BROADCAST_FROM,
  COORDINATOR_ADDRESS,
  type Delivery,
  type Destination,
  TransmitStatus,
  ZDO_PROFILE,
} from '../radio/aps.ts';
import type { Coordinator, MtHandler } from './coordinator.ts';
import { neighbourTable, routingTable, type TableOwner, wayHome } from './neighbours.ts';
import { setChannel } from './network-information.ts';
import { Subsystem } from './unpi.ts';

const SUCCESS = Uint8Array.of(0);
/** How long a table request's answer takes to come back. */
const TABLE_MS = 10;
const CHANNEL_CHANGE = 0xfe;

function zdoDelivery(destination: Destination, cluster: number, payload: Buffer): Delivery {
  const frame = {
    profile: ZDO_PROFILE,
    cluster,
    sourceEndpoint: 0,
    destinationEndpoint: 0,
    payload: Buffer.from(payload),
  };
  return { source: COORDINATOR_ADDRESS, destination, frame };
}

/** A request to one node: the coordinator's own are answered here, the others travel. */
function request(cluster: number, options: { payloadBytes?: number } = {}): MtHandler {
  return (coordinator, data, reply) => {
    const address = data.uint16();
    const payload = data.bytes(options.payloadBytes ?? data.remaining);
    reply(SUCCESS);
    if (address === COORDINATOR_ADDRESS) {
      const answer = answerSelf(coordinator, cluster, payload);
      if (answer !== undefined) coordinator.zdoResponse(COORDINATOR_ADDRESS, cluster, answer);
      return;
    }
    if (address >= BROADCAST_FROM) {
      coordinator.network.spread(zdoDelivery({ kind: 'broadcast', address }, cluster, payload));
      return;
    }
    const delivery = zdoDelivery({ kind: 'unicast', address }, cluster, payload);
    coordinator.network.unicast(address, delivery, () => undefined);
  };
}

/** A table request: the network knows the answer, but it comes only if the frame reaches the node. */
function tableRequest(
  cluster: number,
  table: (coordinator: Coordinator, owner: TableOwner, start: number) => Buffer,
): MtHandler {
  return (coordinator, data, reply) => {
    const address = data.uint16();
    const start = data.uint8();
    reply(SUCCESS);
    if (address === COORDINATOR_ADDRESS) {
      const answer = table(coordinator, { kind: 'coordinator' }, start);
      coordinator.zdoResponse(COORDINATOR_ADDRESS, cluster, answer);
      return;
    }
    coordinator.network.tableRequests.push({ atMs: Date.now(), address });
    const delivery = zdoDelivery({ kind: 'unicast', address }, cluster, Buffer.from([start]));
    coordinator.network.unicast(address, delivery, (status) => {
      const node = coordinator.network.memberAt(address);
      if (status !== TransmitStatus.success || node === undefined) return;
      const answer = node.model.descriptor.isRouter
        ? table(coordinator, { kind: 'router', node }, start)
        : Buffer.from([ZdoStatus.notSupported]);
      coordinator.timers.after(TABLE_MS, () => coordinator.zdoResponse(address, cluster, answer));
    });
  };
}

function answerSelf(
  coordinator: Coordinator,
  cluster: number,
  payload: Buffer,
): Buffer | undefined {
  switch (cluster) {
    case ZdoCluster.nodeDescriptor:
      // A coordinator, always listening, mains powered, of Texas Instruments.
      return new ByteWriter()
        .uint8(0)
        .uint16(COORDINATOR_ADDRESS)
        .bytes(Uint8Array.of(0x00, 0x40, 0x8f, 0x00, 0x00, 0x50, 0xa0, 0x00, 0x41, 0x2c, 0xa0))
        .uint8(0)
        .uint8(0)
        .done();
    case ZdoCluster.activeEndpoints: {
      const endpoints = [...coordinator.endpoints.keys()];
      const writer = new ByteWriter().uint8(0).uint16(COORDINATOR_ADDRESS);
      return writer.uint8(endpoints.length).bytes(Uint8Array.from(endpoints)).done();
    }
    case ZdoCluster.simpleDescriptor: {
      const description = coordinator.endpoints.get(payload[2] ?? 0);
      if (description === undefined) {
        return new ByteWriter().uint8(ZdoStatus.notActive).uint16(0).uint8(0).done();
      }
      // As registered, but without the latency byte that stands between version and clusters.
      const descriptor = Buffer.concat([description.subarray(0, 6), description.subarray(7)]);
      const writer = new ByteWriter().uint8(0).uint16(COORDINATOR_ADDRESS);
      return writer.uint8(descriptor.length).bytes(descriptor).done();
    }
    case ZdoCluster.bindingTable:
      return Buffer.from([0, 0, 0, 0]);
    case ZdoCluster.bind:
    case ZdoCluster.unbind:
      return Buffer.from([ZdoStatus.success]);
    default:
      return Buffer.from([ZdoStatus.notSupported]);
  }
}

/** Looks a node up by one of its addresses, in the whole network. */
function addressRequest(
  cluster: number,
  target: (coordinator: Coordinator, data: ByteReader) => number | undefined,
): MtHandler {
  return (coordinator, data, reply) => {
    const payload = Buffer.from(data.rest());
    reply(SUCCESS);
    const address = target(coordinator, new ByteReader(payload));
    if (address === undefined) return;
    if (address === COORDINATOR_ADDRESS) {
      const self = new ByteWriter().uint8(0).ieee(coordinator.ieee()).uint16(COORDINATOR_ADDRESS);
      coordinator.zdoResponse(COORDINATOR_ADDRESS, cluster, self.done());
      return;
    }
    const destination: Destination = { kind: 'broadcast', address: BROADCAST_ALL };
    const delivery = zdoDelivery(destination, cluster, payload);
    coordinator.network.unicast(address, delivery, () => undefined);
  };
}

function groupKey(endpoint: number, group: number): string {
  return `${endpoint}/${group}`;
}

export const ZDO_COMMANDS: Readonly<Record<number, MtHandler>> = {
  0: addressRequest(ZdoCluster.networkAddress, (coordinator, data) =>
    coordinator.network.addressOf(data.ieee()),
  ),
  1: addressRequest(ZdoCluster.ieeeAddress, (_, data) => data.uint16()),
  2: request(ZdoCluster.nodeDescriptor),
  3: request(ZdoCluster.powerDescriptor),
  4: request(ZdoCluster.simpleDescriptor),
  5: request(ZdoCluster.activeEndpoints),
  6: request(ZdoCluster.matchDescriptor),
  33: request(ZdoCluster.bind),
  34: request(ZdoCluster.unbind),
  49: tableRequest(ZdoCluster.lqiTable, (coordinator, owner, start) =>
    neighbourTable(coordinator.network, owner, {
      start,
      coordinatorIeee: coordinator.ieee(),
      extendedPanId: coordinator.identity?.extendedPanId ?? Buffer.alloc(8),
    }),
  ),
  50: tableRequest(ZdoCluster.routingTable, (coordinator, owner, start) =>
    owner.kind === 'coordinator'
      ? routingTable(coordinator.network, start)
      : wayHome(coordinator.network, owner.node, start),
  ),
  51: request(ZdoCluster.bindingTable),
  52: request(ZdoCluster.leave),
  // Permit join: address mode, address, seconds, trust centre significance.
  54: (coordinator, data, reply) => {
    data.uint8();
    const address = data.uint16();
    const seconds = data.uint8();
    reply(SUCCESS);
    const done = (source: number): void => {
      coordinator.permitJoin(seconds, address);
      coordinator.zdoResponse(source, ZdoCluster.permitJoin, Buffer.from([ZdoStatus.success]));
    };
    if (address === COORDINATOR_ADDRESS || address >= BROADCAST_FROM) {
      coordinator.event(Subsystem.zdo, 0xcb, Buffer.from([seconds]));
      done(COORDINATOR_ADDRESS);
      return;
    }
    // One router: it opens once the frame has reached it, and says so.
    const payload = Buffer.from([seconds, 1]);
    const delivery = zdoDelivery({ kind: 'unicast', address }, ZdoCluster.permitJoin, payload);
    coordinator.network.unicast(address, delivery, (status) => {
      if (status === TransmitStatus.success) {
        coordinator.timers.after(TABLE_MS, () => done(address));
      }
    });
  },
  // Network update: a scan of the channels' energy, or the order to change the channel.
  55: (coordinator, data, reply) => {
    const address = data.uint16();
    data.uint8();
    const mask = data.uint32();
    const duration = data.uint8();
    reply(SUCCESS);
    if (duration === CHANNEL_CHANGE) {
      for (let channel = 11; channel <= 26; channel++) {
        if (mask & (1 << channel)) setChannel(coordinator.nv, channel);
      }
      coordinator.refreshIdentity();
      coordinator.network.channelChanged();
      return;
    }
    const energies: number[] = [];
    for (let channel = 11; channel <= 26; channel++) {
      if (mask & (1 << channel)) energies.push(40 + ((channel * 37) % 90));
    }
    const report = new ByteWriter().uint8(0).uint32(mask).uint16(100).uint16(2);
    report.uint8(energies.length).bytes(Uint8Array.from(energies));
    const source = address >= BROADCAST_FROM ? COORDINATOR_ADDRESS : address;
    coordinator.zdoResponse(source, ZdoCluster.networkUpdate, report.done());
  },
  62: (_, __, reply) => reply(SUCCESS),
  64: (coordinator, _, reply) => {
    reply(Uint8Array.of(coordinator.identity === undefined ? 1 : 0));
    coordinator.startNetwork();
  },
  69: (_, __, reply) => reply(SUCCESS),
  71: (coordinator, data, reply) => {
    const existed = coordinator.groups.delete(groupKey(data.uint8(), data.uint16()));
    reply(Uint8Array.of(existed ? 0 : 1));
  },
  74: (coordinator, data, reply) => {
    const endpoint = data.uint8();
    const group = data.uint16();
    const isMember = coordinator.groups.has(groupKey(endpoint, group));
    reply(
      new ByteWriter()
        .uint8(isMember ? 0 : 1)
        .uint16(group)
        .uint8(0)
        .done(),
    );
  },
  75: (coordinator, data, reply) => {
    coordinator.groups.add(groupKey(data.uint8(), data.uint16()));
    reply(SUCCESS);
  },
  80: (coordinator, _, reply) => {
    const { identity } = coordinator;
    const writer = new ByteWriter().uint16(COORDINATOR_ADDRESS).uint8(coordinator.state);
    writer.uint16(identity?.panId ?? 0xffff).uint16(COORDINATOR_ADDRESS);
    writer.bytes(identity?.extendedPanId ?? Buffer.alloc(8)).ieee(coordinator.ieee());
    reply(writer.uint8(identity?.channel ?? 0).done());
  },
  83: (_, __, reply) => reply(SUCCESS),
};
