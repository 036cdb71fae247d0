// What the coordinator's non-volatile memory means: the network information base, keys, and the tables that a
// backup reads. Layouts are the aligned structures of Z-Stack 3.x (16- and 32-bit fields on even offsets).

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

// Source: Z-Stack 3.x nwk.h, nwkIB_t. [offset, width] in the 116-byte aligned form.
const NIB_BYTES = 116;
const NIB = {
  transactionPersistence: 16,
  protocolVersion: 18,
  deviceAddress: 22,
  channel: 24,
  coordinatorAddress: 26,
  coordinatorIeee: 28,
  panId: 36,
  state: 38,
  channelList: 40,
  beaconOrder: 44,
  superframeOrder: 45,
  extendedPanId: 57,
  keyLoaded: 65,
  managerAddress: 110,
} as const;

const TABLE_SYSTEM = 1;
const SECURITY_MATERIAL_ROWS = 12;
const APS_KEY_ROWS = 16;

/** Fills a factory-fresh memory. `capacity` is the number of nodes its tables hold. */
export function initialiseMemory(
  nv: NvMemory,
  options: { ieee: Buffer; capacity: number; random: Random },
): void {
  nv.set(NvItem.extendedAddress, options.ieee);
  nv.set(NvItem.startupOption, Buffer.from([0]));
  nv.set(NvItem.networkKey, Buffer.alloc(24));
  clearNetwork(nv, options);
}

/** Forgets the network: what the startup option's "clear network state" does at a reset. */
export function clearNetwork(nv: NvMemory, options: { capacity: number; random: Random }): void {
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
  // Entries of 6 bytes (address index, key index, authentication, padding) after a u16 count.
  const keyTable = Buffer.alloc(2 + APS_KEY_ROWS * 6);
  for (let i = 0; i < APS_KEY_ROWS; i++) keyTable.writeUInt16LE(0xfffe, 2 + i * 6);
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

/** Forms a network from the configured PAN id, extended PAN id, channels and key. */
export function formNetwork(nv: NvMemory, random: Random): void {
  const ieee = nv.get(NvItem.extendedAddress) ?? Buffer.alloc(8);
  const key = nv.get(NvItem.preconfiguredKey) ?? Buffer.alloc(16);
  const configuredPanId = nv.get(NvItem.panId)?.readUInt16LE(0) ?? 0xffff;
  const channelMask = nv.get(NvItem.channelList)?.readUInt32LE(0) ?? 1 << 11;
  const extendedPanId = nv.get(NvItem.extendedPanId) ?? ieee;

  const nib = Buffer.alloc(NIB_BYTES);
  nib.writeUInt16LE(7, NIB.transactionPersistence);
  nib[NIB.protocolVersion] = 2;
  nib[NIB.channel] = firstChannel(channelMask);
  nib.set(ieee, NIB.coordinatorIeee);
  nib.writeUInt16LE(
    configuredPanId === 0xffff ? random.integer(1, 0xfffe) : configuredPanId,
    NIB.panId,
  );
  nib[NIB.state] = 8;
  nib.writeUInt32LE(channelMask, NIB.channelList);
  nib[NIB.beaconOrder] = 15;
  nib[NIB.superframeOrder] = 15;
  nib.set(extendedPanId, NIB.extendedPanId);
  nib[NIB.keyLoaded] = 1;
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
  nv.patch(NvItem.networkInformation, NIB.channel, Buffer.from([channel]));
  nv.patch(NvItem.networkInformation, NIB.channelList, mask);
}

/** The network in the memory, or undefined when none was formed. */
export function readNetwork(nv: NvMemory): NetworkIdentity | undefined {
  const nib = nv.get(NvItem.networkInformation);
  const key = nv.get(NvItem.activeKey)?.subarray(1, 17);
  if (nib === undefined || nib.length < NIB_BYTES || key === undefined) return undefined;
  const extendedPanId = nib.subarray(NIB.extendedPanId, NIB.extendedPanId + 8);
  return {
    panId: nib.readUInt16LE(NIB.panId),
    channel: nib[NIB.channel] ?? 0,
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
