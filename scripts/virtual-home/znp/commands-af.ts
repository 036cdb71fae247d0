// The AF commands: endpoints, data to nodes, and data from them.
// Source: TI, Z-Stack Monitor and Test API (SWRA198), § AF.

import { ByteWriter, FrameError } from '../bytes.ts';
import {
  COORDINATOR_ADDRESS,
  type Delivery,
  type Destination,
  TransmitStatus,
} from '../radio/aps.ts';
import type { Coordinator, MtHandler } from './coordinator.ts';
import { DeviceState } from './device-state.ts';
import { Subsystem } from './unpi.ts';

/** A long message that the host fetches block by block. */
export interface HeldMessage {
  data: Buffer;
}

/** More than this in one message and the host must fetch it: the rest of the frame is the header's. */
const INLINE_BYTES_MAX = 223;
const HELD_MESSAGES_MAX = 16;
const BLOCK_BYTES_MAX = 240;
const HOME_AUTOMATION = 0x0104;
const BROADCAST_FROM = 0xfff8;

const AddressMode = { group: 1, short: 2, long: 3, broadcast: 0x0f } as const;

/** Tells the host how a transmission ended. */
function confirm(coordinator: Coordinator, status: number, endpoint: number, id: number): void {
  coordinator.event(Subsystem.af, 0x80, Buffer.from([status, endpoint, id]));
}

interface DataRequest {
  destination: Destination;
  destinationEndpoint: number;
  sourceEndpoint: number;
  cluster: number;
  transaction: number;
  data: Buffer;
}

function profileOf(coordinator: Coordinator, endpoint: number): number {
  const descriptor = coordinator.endpoints.get(endpoint);
  return descriptor === undefined ? HOME_AUTOMATION : descriptor.readUInt16LE(1);
}

function send(
  coordinator: Coordinator,
  request: DataRequest,
  reply: (bytes: Uint8Array) => void,
): void {
  const { destination, sourceEndpoint, transaction } = request;
  // As the firmware does: an endpoint that is not registered cannot send. After a reset none is.
  if (!coordinator.endpoints.has(sourceEndpoint) || coordinator.state !== DeviceState.coordinator) {
    reply(Uint8Array.of(TransmitStatus.invalidParameter));
    return;
  }
  reply(Uint8Array.of(TransmitStatus.success));
  const done = (status: number) => confirm(coordinator, status, sourceEndpoint, transaction);
  const delivery: Delivery = {
    source: COORDINATOR_ADDRESS,
    destination,
    frame: {
      profile: profileOf(coordinator, sourceEndpoint),
      cluster: request.cluster,
      sourceEndpoint,
      destinationEndpoint: request.destinationEndpoint,
      payload: Buffer.from(request.data),
    },
  };
  if (destination.kind !== 'unicast') {
    coordinator.network.spread(delivery);
    done(TransmitStatus.success);
    return;
  }
  if (destination.address === COORDINATOR_ADDRESS) {
    done(TransmitStatus.success);
    return;
  }
  coordinator.network.unicast(destination.address, delivery, done);
}

function shortDestination(address: number): Destination {
  return address >= BROADCAST_FROM ? { kind: 'broadcast', address } : { kind: 'unicast', address };
}

export const AF_COMMANDS: Readonly<Record<number, MtHandler>> = {
  // Register: endpoint, profile, device, version, latency, clusters. Kept as it came, for its simple descriptor.
  0: (coordinator, data, reply) => {
    const description = Buffer.from(data.rest());
    const endpoint = description[0];
    if (endpoint === undefined || description.length < 8) {
      reply(Uint8Array.of(TransmitStatus.invalidParameter));
      return;
    }
    coordinator.endpoints.set(endpoint, description);
    coordinator.network.listen(coordinator);
    reply(Uint8Array.of(TransmitStatus.success));
  },
  1: (coordinator, data, reply) => {
    const destination = shortDestination(data.uint16());
    const destinationEndpoint = data.uint8();
    const sourceEndpoint = data.uint8();
    const cluster = data.uint16();
    const transaction = data.uint8();
    data.uint16(); // Options and radius.
    const payload = data.bytes(data.uint8());
    const ends = { destination, destinationEndpoint, sourceEndpoint };
    send(coordinator, { ...ends, cluster, transaction, data: payload }, reply);
  },
  2: (coordinator, data, reply) => {
    const mode = data.uint8();
    const address = data.bytes(8);
    const destinationEndpoint = data.uint8();
    data.uint16(); // PAN, for messages between networks.
    const sourceEndpoint = data.uint8();
    const cluster = data.uint16();
    const transaction = data.uint8();
    data.uint16(); // Options and radius.
    const payload = data.bytes(data.uint16());
    const ends = { destinationEndpoint, sourceEndpoint, cluster, transaction, data: payload };
    const destination = extendedDestination(coordinator, mode, address);
    if (destination === undefined) {
      reply(Uint8Array.of(TransmitStatus.invalidParameter));
      return;
    }
    send(coordinator, { destination, ...ends }, reply);
  },
  4: (coordinator, data, reply) => {
    const existed = coordinator.endpoints.delete(data.uint8());
    reply(Uint8Array.of(existed ? TransmitStatus.success : TransmitStatus.invalidParameter));
  },
  16: (_, __, reply) => reply(Uint8Array.of(TransmitStatus.success)),
  18: (coordinator, data, reply) => {
    const timestamp = data.uint32();
    const index = data.uint16();
    const length = data.uint8();
    const held = coordinator.heldMessages.get(timestamp);
    if (held === undefined || length > BLOCK_BYTES_MAX || index + length > held.data.length) {
      reply(Uint8Array.of(TransmitStatus.invalidParameter, 0));
      return;
    }
    if (length === 0) coordinator.heldMessages.delete(timestamp);
    const block = held.data.subarray(index, index + length);
    reply(new ByteWriter().uint8(TransmitStatus.success).uint8(length).bytes(block).done());
  },
};

function extendedDestination(
  coordinator: Coordinator,
  mode: number,
  address: Buffer,
): Destination | undefined {
  const short = address.readUInt16LE(0);
  switch (mode) {
    case AddressMode.group:
      return { kind: 'group', group: short };
    case AddressMode.short:
    case AddressMode.broadcast:
      return shortDestination(short);
    case AddressMode.long: {
      const ieee = `0x${Buffer.from(address).reverse().toString('hex')}`;
      const found = coordinator.network.addressOf(ieee);
      return found === undefined ? undefined : { kind: 'unicast', address: found };
    }
    default:
      return undefined;
  }
}

/** Hands a node's frame to the host: whole, or, when it is long, as a notice that it is to be fetched. */
export function incomingMessage(
  coordinator: Coordinator,
  delivery: Delivery,
  options: { endpoint: number; lqi: number },
): void {
  const { frame, source, destination } = delivery;
  const isBroadcast = destination.kind === 'broadcast' ? 1 : 0;
  const timestamp = coordinator.nextTimestamp();
  const sequence = coordinator.nextSequence();
  if (frame.payload.length > 0xffff)
    throw new FrameError('a frame is longer than its length field');
  const isInline = frame.payload.length <= INLINE_BYTES_MAX;
  const writer = new ByteWriter(frame.payload.length + 20).uint16(0).uint16(frame.cluster);
  if (isInline) writer.uint16(source).uint8(frame.sourceEndpoint);
  else {
    writer.uint8(AddressMode.short).uint16(source).uint16(0).uint32(0);
    writer.uint8(frame.sourceEndpoint).uint16(coordinator.identity?.panId ?? 0);
  }
  writer.uint8(options.endpoint).uint8(isBroadcast).uint8(options.lqi).uint8(0);
  writer.uint32(timestamp).uint8(sequence);
  if (isInline) {
    writer.uint8(frame.payload.length).bytes(frame.payload).uint16(source).uint8(0x1e);
    coordinator.event(Subsystem.af, 0x81, writer.done());
    return;
  }
  if (coordinator.heldMessages.size >= HELD_MESSAGES_MAX) return;
  coordinator.heldMessages.set(timestamp, { data: frame.payload });
  coordinator.event(Subsystem.af, 0x82, writer.uint16(frame.payload.length).done());
}
