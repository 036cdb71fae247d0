// How a node answers the Zigbee device profile: who it is, what it has, whom it is bound to.
// Spec: Zigbee 05-3474 § 2.4. Payloads are without the transaction number.

import { type ByteReader, ByteWriter } from '../bytes.ts';
import type { Binding, VirtualNode } from './node.ts';

/** A node's binding table is full at this many rows; more are answered with TABLE_FULL. */
const BINDINGS_MAX = 64;

export const ZdoStatus = {
  success: 0x00,
  deviceNotFound: 0x81,
  invalidEndpoint: 0x82,
  notActive: 0x83,
  notSupported: 0x84,
  noEntry: 0x88,
  tableFull: 0x8c,
} as const;

export const ZdoCluster = {
  networkAddress: 0x0000,
  ieeeAddress: 0x0001,
  nodeDescriptor: 0x0002,
  powerDescriptor: 0x0003,
  simpleDescriptor: 0x0004,
  activeEndpoints: 0x0005,
  matchDescriptor: 0x0006,
  announce: 0x0013,
  bind: 0x0021,
  unbind: 0x0022,
  lqiTable: 0x0031,
  routingTable: 0x0032,
  bindingTable: 0x0033,
  leave: 0x0034,
  permitJoin: 0x0036,
  networkUpdate: 0x0038,
} as const;

/** The answer to one request; undefined when a node keeps silent. Throws FrameError when it is malformed. */
export function answerZdo(
  node: VirtualNode,
  cluster: number,
  request: ByteReader,
): Buffer | undefined {
  const address = node.membership?.networkAddress ?? 0xffff;
  switch (cluster) {
    case ZdoCluster.networkAddress:
      if (request.ieee() !== node.ieee) return undefined;
      return new ByteWriter().uint8(0).ieee(node.ieee).uint16(address).done();
    case ZdoCluster.ieeeAddress:
      if (request.uint16() !== address) return undefined;
      return new ByteWriter().uint8(0).ieee(node.ieee).uint16(address).done();
    case ZdoCluster.nodeDescriptor:
      return new ByteWriter().uint8(0).uint16(address).bytes(nodeDescriptor(node)).done();
    case ZdoCluster.powerDescriptor: {
      const isMains = (node.model.descriptor.macCapability & 0x04) !== 0;
      return new ByteWriter()
        .uint8(0)
        .uint16(address)
        .uint16(isMains ? 0xc110 : 0xc442)
        .done();
    }
    case ZdoCluster.simpleDescriptor: {
      request.uint16();
      const descriptor = simpleDescriptor(node, request.uint8());
      if (descriptor === undefined) {
        return new ByteWriter().uint8(ZdoStatus.notActive).uint16(address).uint8(0).done();
      }
      return new ByteWriter()
        .uint8(0)
        .uint16(address)
        .uint8(descriptor.length)
        .bytes(descriptor)
        .done();
    }
    case ZdoCluster.activeEndpoints: {
      const endpoints = node.model.endpoints.map(({ id }) => id);
      return new ByteWriter()
        .uint8(0)
        .uint16(address)
        .uint8(endpoints.length)
        .bytes(Uint8Array.from(endpoints))
        .done();
    }
    case ZdoCluster.bind:
    case ZdoCluster.unbind:
      return Buffer.from([changeBinding(node, cluster, request)]);
    case ZdoCluster.leave: {
      request.ieee();
      node.agreeToLeave((request.uint8() & 0x80) !== 0);
      return Buffer.from([ZdoStatus.success]);
    }
    case ZdoCluster.bindingTable:
      return bindingTable(node, request.uint8());
    case ZdoCluster.lqiTable:
    case ZdoCluster.routingTable:
    case ZdoCluster.announce:
    case ZdoCluster.permitJoin:
      // Tables of neighbours are the network's to answer; the others are heard and need no answer from a node.
      return undefined;
    default:
      return Buffer.from([ZdoStatus.notSupported]);
  }
}

function nodeDescriptor(node: VirtualNode): Buffer {
  const { descriptor } = node.model;
  return new ByteWriter()
    .uint8(descriptor.isRouter ? 1 : 2)
    .uint8(0x40)
    .uint8(descriptor.macCapability)
    .uint16(descriptor.manufacturerCode)
    .uint8(descriptor.bufferBytes)
    .uint16(descriptor.incomingBytes)
    .uint16(descriptor.serverMask)
    .uint16(descriptor.outgoingBytes)
    .uint8(0)
    .done();
}

function simpleDescriptor(node: VirtualNode, id: number): Buffer | undefined {
  const endpoint = node.endpoint(id);
  if (endpoint === undefined) return undefined;
  const writer = new ByteWriter()
    .uint8(id)
    .uint16(endpoint.profile)
    .uint16(endpoint.device)
    .uint8(endpoint.version)
    .uint8(endpoint.servers.length);
  for (const cluster of endpoint.servers) writer.uint16(cluster);
  writer.uint8(endpoint.clients.length);
  for (const cluster of endpoint.clients) writer.uint16(cluster);
  return writer.done();
}

function readBinding(request: ByteReader): { source: string; binding: Binding } {
  const source = request.ieee();
  const endpoint = request.uint8();
  const cluster = request.uint16();
  const mode = request.uint8();
  const target: Binding['target'] =
    mode === 1
      ? { kind: 'group', group: request.uint16() }
      : { kind: 'node', ieee: request.ieee(), endpoint: request.uint8() };
  return { source, binding: { endpoint, cluster, target } };
}

function isSame(a: Binding, b: Binding): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function changeBinding(node: VirtualNode, request: number, payload: ByteReader): number {
  const { source, binding } = readBinding(payload);
  if (source !== node.ieee) return ZdoStatus.notSupported;
  if (node.endpoint(binding.endpoint) === undefined) return ZdoStatus.invalidEndpoint;
  const existing = node.bindings.find((item) => isSame(item, binding));
  if (request === ZdoCluster.bind) {
    if (existing !== undefined) return ZdoStatus.success;
    if (node.bindings.length >= BINDINGS_MAX) return ZdoStatus.tableFull;
    node.bindings.push(binding);
  } else {
    if (existing === undefined) return ZdoStatus.noEntry;
    node.bindings = node.bindings.filter((item) => item !== existing);
  }
  node.configurationChanged();
  return ZdoStatus.success;
}

const BINDINGS_A_FRAME = 3;

function bindingTable(node: VirtualNode, start: number): Buffer {
  const rows = node.bindings.slice(start, start + BINDINGS_A_FRAME);
  const writer = new ByteWriter().uint8(0).uint8(node.bindings.length).uint8(start);
  writer.uint8(rows.length);
  for (const { endpoint, cluster, target } of rows) {
    writer.ieee(node.ieee).uint8(endpoint).uint16(cluster);
    if (target.kind === 'group') writer.uint8(1).uint16(target.group);
    else writer.uint8(3).ieee(target.ieee).uint8(target.endpoint);
  }
  return writer.done();
}
