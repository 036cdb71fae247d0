// What the coordinator's non-volatile memory means: the network information base, keys, and the tables that a
// backup reads. Layouts are the aligned structures of Z-Stack 3.x (16- and 32-bit fields on even offsets), or, for
// sticks with chips of 8 bits, those without padding.

import type { Random } from '../random.ts';
import { NvItem, type NvMemory, NvTable } from './nv-memory.ts';

/** The network that the memory describes. */
export interface NetworkIdentity {
  panId: number;
  channel: number;
  /** Little-endian, as in the air. */
  extendedPanId: Buffer;
  /** What a node must hold to be of this network: extended PAN id and key, in hexadecimal. */
  secret: string;
}

// Source: Z-Stack 3.x nwk.h, nwkIB_t: offsets in the 116-byte aligned form, and in the 110 bytes without padding.
const ALIGNED = {
  bytes: 116,
  transactionPersistence: 16,
  protocolVersion: 18,
  channel: 24,
  coordinatorIeee: 28,
  panId: 36,
  state: 38,
  channelList: 40,
  beaconOrder: 44,
  superframeOrder: 45,
  extendedPanId: 57,
  keyLoaded: 65,
} as const;
const UNALIGNED: Readonly<Record<keyof typeof ALIGNED, number>> = {
  bytes: 110,
  transactionPersistence: 15,
  protocolVersion: 17,
  channel: 22,
  coordinatorIeee: 25,
  panId: 33,
  state: 35,
  channelList: 36,
  beaconOrder: 40,
  superframeOrder: 41,
  extendedPanId: 53,
  keyLoaded: 61,
};

/** The layout of a base that is there, by its length. */
function layoutOf(nib: Buffer): typeof UNALIGNED {
  return nib.length === UNALIGNED.bytes ? UNALIGNED : ALIGNED;
}

const TABLE_SYSTEM = 1;
const SECURITY_MATERIAL_ROWS = 12;
const APS_KEY_ROWS = 16;

/** Fills a factory-fresh memory. `capacity` is the number of nodes its tables hold. */
export function initialiseMemory(
  nv: NvMemory,
  options: { ieee: Buffer; capacity: number; random: Random; isUnaligned?: boolean | undefined },
): void {
  nv.set(NvItem.extendedAddress, options.ieee);
  nv.set(NvItem.startupOption, Buffer.from([0]));
  // By its length the host tells the two layouts apart.
  nv.set(NvItem.networkKey, Buffer.alloc(options.isUnaligned ? 21 : 24));
  clearNetwork(nv, options);
}

/** Forgets the network: what the startup option's "clear network state" does at a reset. */
export function clearNetwork(
  nv: NvMemory,
  options: { capacity: number; random: Random; isUnaligned?: boolean | undefined },
): void {
  for (const item of [
    NvItem.networkInformation,
    NvItem.activeKey,
    NvItem.alternateKey,
    NvItem.configured,
  ]) {
    nv.delete(item);
  }
  const seed = Buffer.from(Array.from({ length: 16 }, () => options.random.integer(0, 255)));
  nv.set(NvItem.trustCenterSeed, seed);
  // Entries of 6 bytes (address index, key index, authentication, padding), or 5 without, after a u16 count.
  const entryBytes = options.isUnaligned ? 5 : 6;
  const keyTable = Buffer.alloc(2 + APS_KEY_ROWS * entryBytes);
  for (let i = 0; i < APS_KEY_ROWS; i++) keyTable.writeUInt16LE(0xfffe, 2 + i * entryBytes);
  nv.set(NvItem.apsLinkKeyTable, keyTable);
  for (let i = 0; i < options.capacity; i++) {
    nv.setRow(TABLE_SYSTEM, NvTable.addressManager, i, emptyAddressRow());
    nv.setRow(TABLE_SYSTEM, NvTable.trustCenterLinkKeys, i, Buffer.alloc(20));
  }
  for (let i = 0; i < APS_KEY_ROWS; i++) {
    nv.setRow(TABLE_SYSTEM, NvTable.apsLinkKeys, i, Buffer.alloc(24));
  }
  for (let i = 0; i < SECURITY_MATERIAL_ROWS; i++) {
    nv.setRow(TABLE_SYSTEM, NvTable.securityMaterial, i, Buffer.alloc(12));
  }
}

function emptyAddressRow(): Buffer {
  const row = Buffer.alloc(12, 0xff);
  row[0] = 0;
  row.writeUInt16LE(0xfffe, 2);
  return row;
}

function firstChannel(mask: number): number {
  for (let channel = 11; channel <= 26; channel++) if (mask & (1 << channel)) return channel;
  return 11;
}

/** Forms a network from the configured PAN id, extended PAN id, channels and key; `own` is what the stick insists on. */
export function formNetwork(
  nv: NvMemory,
  random: Random,
  own: { panId?: number; channel?: number; isUnaligned?: boolean } = {},
): void {
  const ieee = nv.get(NvItem.extendedAddress) ?? Buffer.alloc(8);
  const key = nv.get(NvItem.preconfiguredKey) ?? Buffer.alloc(16);
  const configuredPanId = own.panId ?? nv.get(NvItem.panId)?.readUInt16LE(0) ?? 0xffff;
  const asked = nv.get(NvItem.channelList)?.readUInt32LE(0) ?? 1 << 11;
  const channelMask = own.channel === undefined ? asked : 1 << own.channel;
  const extendedPanId = nv.get(NvItem.extendedPanId) ?? ieee;

  const at = own.isUnaligned ? UNALIGNED : ALIGNED;
  const nib = Buffer.alloc(at.bytes);
  nib.writeUInt16LE(7, at.transactionPersistence);
  nib[at.protocolVersion] = 2;
  nib[at.channel] = firstChannel(channelMask);
  nib.set(ieee, at.coordinatorIeee);
  nib.writeUInt16LE(
    configuredPanId === 0xffff ? random.integer(1, 0xfffe) : configuredPanId,
    at.panId,
  );
  nib[at.state] = 8;
  nib.writeUInt32LE(channelMask, at.channelList);
  nib[at.beaconOrder] = 15;
  nib[at.superframeOrder] = 15;
  nib.set(extendedPanId, at.extendedPanId);
  nib[at.keyLoaded] = 1;
  // The security level stands among the leading bytes; 5 is "encrypt, 32-bit integrity code".
  nib[12] = 5;
  nv.set(NvItem.networkInformation, nib);

  const activeKey = Buffer.concat([Buffer.from([0]), key]);
  nv.set(NvItem.activeKey, activeKey);
  nv.set(NvItem.alternateKey, activeKey);
  const material = Buffer.alloc(12);
  material.writeUInt32LE(1, 0);
  material.set(extendedPanId, 4);
  nv.setRow(TABLE_SYSTEM, NvTable.securityMaterial, 0, material);
}

/** Moves the network to another channel. */
export function setChannel(nv: NvMemory, channel: number): void {
  const mask = Buffer.alloc(4);
  mask.writeUInt32LE(1 << channel, 0);
  const at = layoutOf(nv.get(NvItem.networkInformation) ?? Buffer.alloc(0));
  nv.patch(NvItem.networkInformation, at.channel, Buffer.from([channel]));
  nv.patch(NvItem.networkInformation, at.channelList, mask);
}

/** The network in the memory, or undefined when none was formed. */
export function readNetwork(nv: NvMemory): NetworkIdentity | undefined {
  const nib = nv.get(NvItem.networkInformation);
  const key = nv.get(NvItem.activeKey)?.subarray(1, 17);
  if (nib === undefined || nib.length < UNALIGNED.bytes || key === undefined) return undefined;
  const at = layoutOf(nib);
  const extendedPanId = nib.subarray(at.extendedPanId, at.extendedPanId + 8);
  return {
    panId: nib.readUInt16LE(at.panId),
    channel: nib[at.channel] ?? 0,
    extendedPanId,
    secret: `${extendedPanId.toString('hex')}${key.toString('hex')}`,
  };
}

/** Remembers a node, and that it has its own link key, in the tables that a backup reads. False when they are full. */
export function rememberNode(
  nv: NvMemory,
  node: { ieee: Buffer; networkAddress: number; isChild: boolean },
): boolean {
  const addresses = rowFor(nv, NvTable.addressManager, node.ieee, 4);
  const keys = rowFor(nv, NvTable.trustCenterLinkKeys, node.ieee, 8);
  if (addresses === undefined || keys === undefined) return false;
  const row = Buffer.alloc(12, 0xff);
  row[0] = node.isChild ? 3 : 2;
  row.writeUInt16LE(node.networkAddress, 2);
  row.set(node.ieee, 4);
  nv.setRow(TABLE_SYSTEM, NvTable.addressManager, addresses, row);
  const key = Buffer.alloc(20);
  key.set(node.ieee, 8);
  key[16] = 2;
  nv.setRow(TABLE_SYSTEM, NvTable.trustCenterLinkKeys, keys, key);
  return true;
}

/** Removes a node from both tables. */
export function forgetNode(nv: NvMemory, ieee: Buffer): void {
  const address = findRow(nv, NvTable.addressManager, (row) => row.subarray(4, 12).equals(ieee));
  if (address !== undefined) {
    nv.setRow(TABLE_SYSTEM, NvTable.addressManager, address, emptyAddressRow());
  }
  const key = findRow(nv, NvTable.trustCenterLinkKeys, (row) => row.subarray(8, 16).equals(ieee));
  if (key !== undefined) {
    nv.setRow(TABLE_SYSTEM, NvTable.trustCenterLinkKeys, key, Buffer.alloc(20));
  }
}

function rowFor(nv: NvMemory, table: number, ieee: Buffer, at: number): number | undefined {
  return (
    findRow(nv, table, (row) => row.subarray(at, at + 8).equals(ieee)) ??
    findRow(nv, table, (row) => {
      const address = row.subarray(at, at + 8);
      return address.every((byte) => byte === 0) || address.every((byte) => byte === 0xff);
    })
  );
}

function findRow(
  nv: NvMemory,
  table: number,
  matches: (row: Buffer) => boolean,
): number | undefined {
  for (let index = 0; ; index++) {
    const row = nv.row(TABLE_SYSTEM, table, index);
    if (row === undefined) return undefined;
    if (matches(row)) return index;
  }
}
