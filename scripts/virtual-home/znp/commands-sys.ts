// The SYS commands: identity, reset, and the two interfaces to non-volatile memory.
// Source: TI, Z-Stack Monitor and Test API (SWRA198), § SYS.

import { ByteWriter } from '../bytes.ts';
import type { MtHandler } from './coordinator.ts';
import { ResetReason } from './device-state.ts';
import { NvItem } from './nv-memory.ts';

/** The firmware build that the emulated stick claims: of the Koenkk coordinator series. */
const REVISION = 20_240_710;
const CAPABILITIES = 0x0779;
const READ_BYTES_MAX = 240;

const Status = { success: 0, failed: 1, invalidParameter: 2, created: 9, notThere: 0x0a } as const;

/** Items that describe the network: the coordinator must look at them again once they are written. */
function isNetworkItem(item: number): boolean {
  return (
    item === NvItem.networkInformation ||
    item === NvItem.activeKey ||
    item === NvItem.extendedAddress
  );
}

export const SYS_COMMANDS: Readonly<Record<number, MtHandler>> = {
  0: (coordinator) => coordinator.reset(ResetReason.external),
  1: (_, __, reply) => reply(new ByteWriter().uint16(CAPABILITIES).done()),
  2: (_, __, reply) =>
    reply(
      new ByteWriter()
        .bytes(Uint8Array.of(2, 1, 2, 7, 1))
        .uint32(REVISION)
        .done(),
    ),
  3: (coordinator, data, reply) => {
    coordinator.nv.set(NvItem.extendedAddress, data.bytes(8));
    reply(Uint8Array.of(Status.success));
  },
  4: (coordinator, _, reply) => reply(new ByteWriter().ieee(coordinator.ieee()).done()),
  // Item init: creates it with a first part of its value when it is absent.
  7: ({ nv }, data, reply) => {
    const item = data.uint16();
    const length = data.uint16();
    const initial = data.bytes(data.uint8());
    if (nv.get(item) !== undefined) {
      reply(Uint8Array.of(Status.success));
      return;
    }
    const value = Buffer.alloc(Math.max(length, initial.length), 0xff);
    value.set(initial);
    nv.set(item, value);
    reply(Uint8Array.of(Status.created));
  },
  8: ({ nv }, data, reply) => reply(readItem(nv.get(data.uint16()), data.uint8())),
  28: ({ nv }, data, reply) => reply(readItem(nv.get(data.uint16()), data.uint16())),
  9: (coordinator, data, reply) => {
    const item = data.uint16();
    const offset = data.uint8();
    const isWritten = coordinator.nv.patch(item, offset, data.bytes(data.uint8()));
    if (isNetworkItem(item)) coordinator.refreshIdentity();
    reply(Uint8Array.of(isWritten ? Status.success : Status.notThere));
  },
  29: (coordinator, data, reply) => {
    const item = data.uint16();
    const offset = data.uint16();
    const isWritten = coordinator.nv.patch(item, offset, data.bytes(data.uint16()));
    if (isNetworkItem(item)) coordinator.refreshIdentity();
    reply(Uint8Array.of(isWritten ? Status.success : Status.notThere));
  },
  // A random number, and the transmit power tuning that hosts ask for at the start.
  12: (coordinator, _, reply) => {
    const value = coordinator.nextSequence() * 257;
    reply(new ByteWriter().uint16(value).done());
  },
  15: (_, data, reply) => {
    data.uint8();
    reply(Uint8Array.of(data.uint8()));
  },
  18: (coordinator, data, reply) => {
    const item = data.uint16();
    const isDeleted = coordinator.nv.delete(item);
    if (isNetworkItem(item)) coordinator.refreshIdentity();
    reply(Uint8Array.of(isDeleted ? Status.success : Status.created));
  },
  19: ({ nv }, data, reply) =>
    reply(new ByteWriter().uint16(nv.get(data.uint16())?.length ?? 0).done()),
  20: (_, data, reply) => reply(Uint8Array.of(data.uint8())),
  // The extended interface: rows of tables, by system, item and row.
  48: ({ nv }, data, reply) => {
    const [system, item, row] = [data.uint8(), data.uint16(), data.uint16()];
    const length = data.uint32();
    if (length > READ_BYTES_MAX) {
      reply(Uint8Array.of(Status.invalidParameter));
      return;
    }
    if (nv.row(system, item, row) === undefined) nv.setRow(system, item, row, Buffer.alloc(length));
    reply(Uint8Array.of(Status.success));
  },
  49: ({ nv }, data, reply) => {
    const isDeleted = nv.deleteRow(data.uint8(), data.uint16(), data.uint16());
    reply(Uint8Array.of(isDeleted ? Status.success : Status.failed));
  },
  50: ({ nv }, data, reply) => {
    const length = nv.row(data.uint8(), data.uint16(), data.uint16())?.length ?? 0;
    reply(Uint8Array.of(length));
  },
  51: ({ nv }, data, reply) => {
    const row = nv.row(data.uint8(), data.uint16(), data.uint16());
    const offset = data.uint16();
    const length = data.uint8();
    if (row === undefined || offset + length > row.length) {
      reply(Uint8Array.of(Status.failed, 0));
      return;
    }
    const value = row.subarray(offset, offset + length);
    reply(new ByteWriter().uint8(Status.success).uint8(length).bytes(value).done());
  },
  52: ({ nv }, data, reply) => {
    const [system, item, row] = [data.uint8(), data.uint16(), data.uint16()];
    const offset = data.uint16();
    const isWritten = nv.patchRow(system, item, row, offset, data.bytes(data.uint8()));
    reply(Uint8Array.of(isWritten ? Status.success : Status.failed));
  },
  53: ({ nv }, data, reply) => {
    const [system, item, row] = [data.uint8(), data.uint16(), data.uint16()];
    nv.setRow(system, item, row, data.bytes(data.uint8()));
    reply(Uint8Array.of(Status.success));
  },
  54: (_, __, reply) => reply(Uint8Array.of(Status.success)),
};

function readItem(value: Buffer | undefined, offset: number): Buffer {
  if (value === undefined || offset > value.length)
    return Buffer.from([Status.invalidParameter, 0]);
  const part = value.subarray(offset, offset + READ_BYTES_MAX);
  return new ByteWriter().uint8(Status.success).uint8(part.length).bytes(part).done();
}
