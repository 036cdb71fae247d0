// What is at a port, found out without changing anything there: which family of coordinators answers, and which
// network it carries. Z-Stack is asked in its own protocol; EmberZNet is known by its greeting, on the network only.
import net from 'node:net';
import { AdapterNvMemory } from 'zigbee-herdsman/dist/adapter/z-stack/adapter/adapter-nv-memory.js';
import { NvItemsIds } from 'zigbee-herdsman/dist/adapter/z-stack/constants/common.js';
import * as Structs from 'zigbee-herdsman/dist/adapter/z-stack/structs/index.js';
import { Subsystem } from 'zigbee-herdsman/dist/adapter/z-stack/unpi/constants.js';
import { Znp } from 'zigbee-herdsman/dist/adapter/z-stack/znp/index.js';
import type { StickCheck } from '../../../hub/model/mesh.ts';
import { within } from '../../contract/host.ts';
import { isTcp } from '../settings.ts';
import type { NetworkParameters } from './network-file.ts';
import { failUnknownCommands } from './unknown-commands.ts';
import { installParser } from './unpi-parser.ts';

const BAUD_RATE = 115_200;
const CONNECT_LIMIT_MS = 3_000;
const ANSWER_LIMIT_MS = 1_000;
const CHECK_LIMIT_MS = 15_000;

/** Source: TI, Z-Stack Monitor and Test API, SYS_PING and its answer. */
const PING = Buffer.from([0xfe, 0x00, 0x21, 0x01, 0x20]);
const PING_ANSWER = Buffer.from([0xfe, 0x02, 0x61, 0x01]);
/** Source: Silicon Labs UG101: cancel, then the frame RST; RSTACK begins with 0xC1 and the version 2. */
const ASH_RESET = Buffer.from([0x1a, 0xc0, 0x38, 0xbc, 0x7e]);
const ASH_GREETING = Buffer.from([0xc1, 0x02]);

/** Which family answers at a network port; null: none that is known, or nobody. */
export async function familyAt(port: string): Promise<'zstack' | 'ember' | null> {
  if (!isTcp(port)) return null;
  return onSocket(port, async (socket) => {
    if (await answers(socket, PING, PING_ANSWER)) return 'zstack';
    return (await answers(socket, ASH_RESET, ASH_GREETING)) ? 'ember' : null;
  });
}

/**
 * Whether a Z-Stack coordinator listens at a network port; nothing is written to it, and other families ignore the
 * question. Serial lines are not asked: their control lines put some sticks into their boot loader.
 */
export async function isZStackAt(port: string): Promise<boolean> {
  if (!isTcp(port)) return false;
  return (await onSocket(port, (socket) => answers(socket, PING, PING_ANSWER))) ?? false;
}

/** Does something with a connection to a port, and closes it; null where nobody answers. */
async function onSocket<Found>(
  port: string,
  act: (socket: net.Socket) => Promise<Found>,
): Promise<Found | null> {
  const { hostname, port: number } = new URL(port);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const socket = net.connect({ host, port: Number(number) });
  socket.setNoDelay(true);
  socket.on('error', () => {});
  try {
    await within(
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve);
        socket.once('error', reject);
      }),
      CONNECT_LIMIT_MS,
      'Connecting',
    );
    return await act(socket);
  } catch {
    return null;
  } finally {
    socket.destroy();
  }
}

/** Whether what came within a second of the question holds the answer. */
async function answers(socket: net.Socket, question: Buffer, answer: Buffer): Promise<boolean> {
  let heard = Buffer.alloc(0);
  const done = Promise.withResolvers<boolean>();
  const listen = (chunk: Buffer): void => {
    heard = Buffer.concat([heard, chunk]).subarray(-4_096);
    if (heard.includes(answer)) done.resolve(true);
  };
  const timer = setTimeout(() => done.resolve(false), ANSWER_LIMIT_MS);
  socket.on('data', listen);
  socket.once('close', () => done.resolve(false));
  socket.write(question);
  try {
    return await done.promise;
  } finally {
    clearTimeout(timer);
    socket.off('data', listen);
  }
}

interface StoredNetwork {
  readonly nwkPanId: number;
  readonly nwkLogicalChannel: number;
  readonly extendedPANID: Buffer;
}

/** Opens a Z-Stack coordinator that nobody has open, does something with it and closes it. */
async function onStick<Found>(
  port: string,
  act: (nv: AdapterNvMemory, revision: string) => Promise<Found>,
): Promise<Found> {
  installParser();
  failUnknownCommands();
  const znp = new Znp(port, BAUD_RATE, false);
  const look = async (): Promise<Found> => {
    await znp.open();
    const { payload } = await znp.requestWithReply(Subsystem.SYS, 'version', {});
    const nv = new AdapterNvMemory(znp);
    await nv.init();
    return act(nv, String(payload.revision ?? ''));
  };
  try {
    return await within(look(), CHECK_LIMIT_MS, 'The answer of the coordinator');
  } finally {
    await within(znp.close(), CONNECT_LIMIT_MS, 'Closing').catch(() => {});
    (znp as unknown as { readonly socketPort?: { destroy(): void } }).socketPort?.destroy();
  }
}

/** The network in its memory; null where it has none, or none that was set up to the end. */
async function storedNetwork(nv: AdapterNvMemory): Promise<StoredNetwork | null> {
  const network: StoredNetwork | undefined = await nv.readItem(NvItemsIds.NIB, 0, Structs.nib);
  const configured = await nv.readItem(
    NvItemsIds.ZNP_HAS_CONFIGURED_ZSTACK3,
    0,
    Structs.hasConfigured,
  );
  return network !== undefined && configured?.isConfigured() ? network : null;
}

/**
 * Looks at a Z-Stack coordinator that nobody has open: its revision and network. Nothing is written.
 * @throws the driver's error when nothing answers there in its protocol within 15 s
 */
export function lookAtZStack(port: string, own: NetworkParameters): Promise<StickCheck> {
  return onStick(port, async (nv, revision) => {
    const network = await storedNetwork(nv);
    const found = { driver: 'zstack', revision };
    if (network === null) return { ...found, network: 'blank', panId: null, channel: null };
    const isSame =
      network.nwkPanId === own.panId &&
      network.extendedPANID.equals(Buffer.from(own.extendedPanId));
    return {
      ...found,
      network: isSame ? 'same' : 'other',
      panId: network.nwkPanId,
      channel: network.nwkLogicalChannel,
    };
  });
}

/**
 * The network that a Z-Stack coordinator carries, with its key, so that a home can go on with it; null where it carries
 * none. Nothing is written.
 * @throws the driver's error when nothing answers there in its protocol within 15 s
 */
export function networkAtZStack(port: string): Promise<NetworkParameters | null> {
  return onStick(port, async (nv) => {
    const network = await storedNetwork(nv);
    const active: { readonly key: Buffer } | undefined = await nv.readItem(
      NvItemsIds.NWK_ACTIVE_KEY_INFO,
      0,
      Structs.nwkKeyDescriptor,
    );
    if (network === null || active === undefined || active === null) return null;
    return {
      panId: network.nwkPanId,
      channel: network.nwkLogicalChannel,
      extendedPanId: [...network.extendedPANID],
      networkKey: [...active.key],
    };
  });
}
