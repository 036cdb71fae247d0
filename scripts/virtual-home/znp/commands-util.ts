// The UTIL and APP_CNF commands: device information, the association table, and commissioning.
// Source: TI, Z-Stack Monitor and Test API (SWRA198), § UTIL and § APP_CNF.

import { ByteWriter } from '../bytes.ts';
import { COORDINATOR_ADDRESS } from '../radio/aps.ts';
import type { MtHandler } from './coordinator.ts';
import { NvItem } from './nv-memory.ts';

const SUCCESS = Uint8Array.of(0);
const COORDINATOR_CAPABLE = 0x07;
/** A frame has room for no more than this many children. */
const CHILDREN_MAX = 100;
const NOT_FOUND = 0xfffe;
const FORM_NETWORK = 0x04;

const util: Readonly<Record<number, MtHandler>> = {
  0: (coordinator, _, reply) => {
    const children = coordinator.network
      .members()
      .filter((node) => coordinator.network.parentAddress(node) === COORDINATOR_ADDRESS)
      .slice(0, CHILDREN_MAX);
    const writer = new ByteWriter().uint8(0).ieee(coordinator.ieee()).uint16(COORDINATOR_ADDRESS);
    writer.uint8(COORDINATOR_CAPABLE).uint8(coordinator.state).uint8(children.length);
    for (const node of children) writer.uint16(node.membership?.networkAddress ?? NOT_FOUND);
    reply(writer.done());
  },
  10: (_, __, reply) => reply(SUCCESS),
  64: (coordinator, data, reply) => {
    const address = coordinator.network.addressOf(data.ieee()) ?? NOT_FOUND;
    reply(new ByteWriter().uint16(address).done());
  },
  65: (coordinator, data, reply) => {
    const node = coordinator.network.memberAt(data.uint16());
    reply(new ByteWriter().ieee(node?.ieee ?? '0x0000000000000000').done());
  },
  72: (coordinator, _, reply) =>
    reply(new ByteWriter().uint16(coordinator.network.members().length).done()),
  // Association by address: address, index, relation (1: a sleepy child), and more that nobody reads.
  74: (coordinator, data, reply) => {
    const node = coordinator.network.node(data.ieee());
    const isKnown = node !== undefined && coordinator.network.isMember(node);
    const address = isKnown ? (node.membership?.networkAddress ?? NOT_FOUND) : NOT_FOUND;
    const relation = isKnown ? (node.isSleepy ? 1 : 2) : 0xff;
    reply(
      new ByteWriter().uint16(address).uint16(0).uint8(relation).bytes(Buffer.alloc(13)).done(),
    );
  },
  99: (_, __, reply) => reply(SUCCESS),
  100: (_, __, reply) => reply(SUCCESS),
};

const appConfiguration: Readonly<Record<number, MtHandler>> = {
  // Install code: format (1: a code with its checksum, 2: the key itself), address, bytes.
  4: (coordinator, data, reply) => {
    const format = data.uint8() === 1 ? 'code' : 'key';
    const ieee = data.ieee();
    const isTaken = coordinator.addInstallCode(ieee, format, Buffer.from(data.rest()));
    reply(Uint8Array.of(isTaken ? 0 : 1));
  },
  5: (coordinator, data, reply) => {
    const mode = data.uint8();
    reply(SUCCESS);
    if (mode & FORM_NETWORK) coordinator.startNetwork();
  },
  // Set channel: primary or secondary, mask.
  8: (coordinator, data, reply) => {
    const isPrimary = data.uint8() === 1;
    const mask = data.bytes(4);
    if (isPrimary) coordinator.nv.set(NvItem.channelList, mask);
    reply(SUCCESS);
  },
  9: (_, __, reply) => reply(SUCCESS),
  255: (_, __, reply) => reply(SUCCESS),
};

export const UTIL_COMMANDS = { util, appConfiguration } as const;
