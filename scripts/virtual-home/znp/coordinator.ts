// The emulated coordinator: a TI stick with Z-Stack 3.x.0 as the host sees it. It owns the device's state
// (memory, endpoints, groups, permit join) and dispatches the host's messages to the commands-*.ts beside it.

import { ByteReader, ByteWriter, FrameError, ieeeFromBytes, ieeeToBytes } from '../bytes.ts';
import type { VirtualNode } from '../nodes/node.ts';
import { ZdoCluster } from '../nodes/zdo.ts';
import { BROADCAST_FROM, COORDINATOR_ADDRESS, type Delivery, ZDO_PROFILE } from '../radio/aps.ts';
import type { CoordinatorEar, Network } from '../radio/network.ts';
import type { Random } from '../random.ts';
import { Timers } from '../timers.ts';
import { AF_COMMANDS, type HeldMessage, incomingMessage } from './commands-af.ts';
import { SYS_COMMANDS } from './commands-sys.ts';
import { UTIL_COMMANDS } from './commands-util.ts';
import { ZDO_COMMANDS } from './commands-zdo.ts';
import { DeviceState, ResetReason } from './device-state.ts';
import { installKey, withChecksum } from './install-key.ts';
import {
  clearNetwork,
  forgetNode,
  formNetwork,
  type NetworkIdentity,
  readNetwork,
  rememberNode,
} from './network-information.ts';
import { NvItem, type NvMemory } from './nv-memory.ts';
import { answerWith, CHATTER, commandKey, type StickTraits } from './traits.ts';
import { MessageType, type MtFrame, Subsystem } from './unpi.ts';

/** One command of the host: reads its data, answers with `reply` first, and then acts. */
export type MtHandler = (
  coordinator: Coordinator,
  data: ByteReader,
  reply: (bytes: Uint8Array) => void,
) => void;

const RESET_MS = 50;
const START_MS = 20;

const HANDLERS: ReadonlyMap<number, MtHandler> = new Map(
  (
    [
      [Subsystem.sys, SYS_COMMANDS],
      [Subsystem.af, AF_COMMANDS],
      [Subsystem.zdo, ZDO_COMMANDS],
      [Subsystem.util, UTIL_COMMANDS.util],
      [Subsystem.appConfiguration, UTIL_COMMANDS.appConfiguration],
    ] as const
  ).flatMap(([subsystem, commands]) =>
    Object.entries(commands).map(
      ([command, handler]) => [(subsystem << 8) | Number(command), handler] as const,
    ),
  ),
);

/** What happens at the coordinator that the home wants to know. */
export interface CoordinatorEvents {
  /** The host opened the network for joining (0 closes it). */
  permitJoin(seconds: number): void;
}

/** The coordinator. `onFrame` takes what it says to the host. */
export class Coordinator implements CoordinatorEar {
  readonly nv: NvMemory;
  readonly network: Network;
  readonly timers = new Timers();
  readonly endpoints = new Map<number, Buffer>();
  readonly groups = new Set<string>();
  readonly heldMessages = new Map<number, HeldMessage>();
  readonly traits: StickTraits;
  /** How often the host has given each command, by `subsystem << 8 | command`. */
  readonly asked = new Map<number, number>();
  state: number = DeviceState.hold;
  onFrame: (frame: MtFrame) => void = () => undefined;
  readonly #random: Random;
  readonly #events: CoordinatorEvents;
  readonly #tableRows: number;
  #identity: NetworkIdentity | undefined;
  /** When all close again that were opened together, and when single routers do, by their addresses. */
  #allOpenUntilMs = 0;
  readonly #openUntilMs = new Map<number, number>();
  /** Keys of nodes that the host has given install codes for, by IEEE address. */
  readonly #installKeys = new Map<string, Buffer[]>();
  #sequence = 0;
  #timestamp = 0;

  constructor(
    nv: NvMemory,
    network: Network,
    options: {
      random: Random;
      tableRows: number;
      events: CoordinatorEvents;
      isSpare?: boolean;
      traits?: StickTraits | undefined;
    },
  ) {
    this.nv = nv;
    this.network = network;
    this.traits = options.traits ?? {};
    this.#random = options.random.fork('coordinator');
    this.#tableRows = options.tableRows;
    this.#events = options.events;
    this.#identity = readNetwork(nv);
    // A spare one is heard in the air once its host has set it up.
    if (options.isSpare !== true) network.listen(this);
  }

  // The host's side.

  /** Takes one message of the host. A malformed one is answered as the real firmware does: not at all. */
  handle(frame: MtFrame): void {
    const { traits } = this;
    const key = commandKey(frame);
    this.asked.set(key, (this.asked.get(key) ?? 0) + 1);
    if (traits.muteCommands?.includes(key)) return;
    const handler = traits.unknownCommands?.includes(key) ? undefined : HANDLERS.get(key);
    const reply = (data: Uint8Array) => {
      if (frame.type !== MessageType.request) return;
      const { subsystem, command } = frame;
      const answer = answerWith(traits, frame, data);
      const say = () =>
        this.onFrame({ type: MessageType.response, subsystem, command, data: answer });
      if (traits.answersAfterMs === undefined) say();
      else this.timers.after(traits.answersAfterMs, say);
    };
    if (traits.isChatty) for (const chatter of CHATTER) this.onFrame(chatter);
    if (handler === undefined) {
      // Source: SWRA198 "RPC error": 2 is "invalid command", with the two command bytes that were not understood.
      if (frame.type !== MessageType.request) return;
      const control = (frame.type << 5) | frame.subsystem;
      const data = Buffer.from([2, control, frame.command]);
      this.onFrame({ type: MessageType.response, subsystem: 0, command: 0, data });
      return;
    }
    try {
      handler(this, new ByteReader(frame.data), reply);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
    }
  }

  /** Says something to the host unasked. */
  event(subsystem: number, command: number, data: Buffer): void {
    this.onFrame({ type: MessageType.event, subsystem, command, data });
  }

  // The device.

  networkSecret(): string | undefined {
    return this.state === DeviceState.coordinator ? this.#identity?.secret : undefined;
  }

  ieee(): string {
    return ieeeFromBytes(this.nv.get(NvItem.extendedAddress) ?? Buffer.alloc(8));
  }

  get identity(): NetworkIdentity | undefined {
    return this.#identity;
  }

  /** Reads the network from memory again, after the host may have changed it there. */
  refreshIdentity(): void {
    this.#identity = readNetwork(this.nv);
  }

  /** Starts the network in memory, or forms the configured one; says so to the host when it runs. */
  startNetwork(): void {
    if (readNetwork(this.nv) === undefined) formNetwork(this.nv, this.#random, this.traits);
    this.refreshIdentity();
    this.network.listen(this);
    this.timers.after(START_MS, () => {
      this.state = DeviceState.coordinator;
      this.event(Subsystem.zdo, 0xc0, Buffer.from([DeviceState.coordinator]));
    });
  }

  /** Resets: everything that is not in non-volatile memory is gone, and the network waits to be started. */
  reset(reason: number, isSilent = false): void {
    this.state = DeviceState.hold;
    this.endpoints.clear();
    this.groups.clear();
    this.heldMessages.clear();
    this.#allOpenUntilMs = 0;
    this.#openUntilMs.clear();
    this.#installKeys.clear();
    const option = this.nv.get(NvItem.startupOption)?.[0] ?? 0;
    const { isUnaligned } = this.traits;
    const tables = { capacity: this.#tableRows, random: this.#random, isUnaligned };
    if (option & 0x02) clearNetwork(this.nv, tables);
    this.refreshIdentity();
    if (isSilent) return;
    this.timers.after(RESET_MS, () =>
      this.event(Subsystem.sys, 0x80, Buffer.from([reason, 2, 1, 2, 7, 1])),
    );
  }

  /** Forgets its network and says nothing, as one whose memory is no better than its power. */
  wipe(): void {
    this.nv.set(NvItem.startupOption, Buffer.from([2]));
    this.reset(ResetReason.powerUp, true);
    this.nv.set(NvItem.startupOption, Buffer.from([0]));
  }

  /** Addresses of the coordinator and the routers that let nodes join now. */
  get openings(): number[] {
    const now = performance.now();
    if (now < this.#allOpenUntilMs) {
      const routers = this.network.members().filter((node) => node.model.descriptor.isRouter);
      return [
        COORDINATOR_ADDRESS,
        ...routers.map((node) => node.membership?.networkAddress ?? COORDINATOR_ADDRESS),
      ];
    }
    return [...this.#openUntilMs].filter(([, untilMs]) => now < untilMs).map(([at]) => at);
  }

  get isOpen(): boolean {
    return this.openings.length > 0;
  }

  /** Opens or closes one router, or with a broadcast address all; 255 seconds means until closed. */
  permitJoin(seconds: number, address: number = BROADCAST_FROM): void {
    const untilMs =
      seconds === 0xff ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1_000;
    if (address >= BROADCAST_FROM) {
      this.#openUntilMs.clear();
      this.#allOpenUntilMs = untilMs;
    } else {
      this.#openUntilMs.set(address, untilMs);
    }
    this.#events.permitJoin(seconds);
  }

  /** The host has given an install code, or the key itself, for a node. False for a code that is not whole. */
  addInstallCode(ieee: string, format: 'code' | 'key', bytes: Buffer): boolean {
    if (format === 'code' && !withChecksum(bytes.subarray(0, -2)).equals(bytes)) return false;
    const key = format === 'code' ? installKey(bytes) : bytes;
    this.#installKeys.set(ieee, [...(this.#installKeys.get(ieee) ?? []), Buffer.from(key)]);
    return true;
  }

  /**
   * With which key a node gets the network's: where the host has given a code for it with that alone, else with the
   * one that everybody knows. Undefined: it cannot read the network's key, and stays out.
   */
  joinKey(node: VirtualNode): 'install-code' | 'well-known' | undefined {
    const keys = this.#installKeys.get(node.ieee);
    if (keys === undefined) return 'well-known';
    const { installCode } = node.placement;
    if (installCode === undefined) return undefined;
    const own = installKey(Buffer.from(installCode, 'hex'));
    return keys.some((key) => key.equals(own)) ? 'install-code' : undefined;
  }

  /** The stack's clock, which names a held message: it only has to be another one each time. */
  nextTimestamp(): number {
    this.#timestamp = (this.#timestamp + 1) >>> 0;
    return this.#timestamp;
  }

  nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xff;
    return this.#sequence;
  }

  // The air's side.

  /** A node has got its address and key: tells the host, and keeps the node in the tables of a backup. */
  joined(node: VirtualNode, networkAddress: number): void {
    const parent = this.network.parentAddress(node);
    const ieee = ieeeToBytes(node.ieee);
    rememberNode(this.nv, { ieee, networkAddress, isChild: parent === 0 });
    if (this.traits.isSilentAboutJoins) return;
    const indication = new ByteWriter().uint16(networkAddress).bytes(ieee).uint16(parent);
    this.event(Subsystem.zdo, 0xca, indication.done());
  }

  left(node: VirtualNode, networkAddress: number, rejoins: boolean): void {
    const ieee = ieeeToBytes(node.ieee);
    this.#openUntilMs.delete(networkAddress);
    if (!rejoins) {
      forgetNode(this.nv, ieee);
      this.#installKeys.delete(node.ieee);
    }
    const indication = new ByteWriter().uint16(networkAddress).bytes(ieee).uint8(0).uint8(0);
    this.event(Subsystem.zdo, 0xc9, indication.uint8(rejoins ? 1 : 0).done());
  }

  receive(node: VirtualNode, delivery: Delivery, lqi: number): void {
    if (this.state !== DeviceState.coordinator) return;
    if (delivery.frame.profile === ZDO_PROFILE && delivery.frame.destinationEndpoint === 0) {
      this.#receiveZdo(node, delivery);
      return;
    }
    const { destination, frame } = delivery;
    if (destination.kind === 'group') return;
    const endpoint = frame.destinationEndpoint === 0xff ? 1 : frame.destinationEndpoint;
    if (!this.endpoints.has(endpoint)) return;
    incomingMessage(this, delivery, { endpoint, lqi });
  }

  #receiveZdo(node: VirtualNode, { source, frame }: Delivery): void {
    const { cluster, payload } = frame;
    if (cluster === ZdoCluster.announce) {
      const announcement = new ByteWriter().uint16(source).uint16(source).ieee(node.ieee);
      announcement.uint8(node.model.descriptor.macCapability);
      this.event(Subsystem.zdo, 0xc1, announcement.done());
      return;
    }
    if ((cluster & 0x8000) === 0) return;
    this.zdoResponse(source, cluster & 0x7fff, payload);
  }

  /** Hands a device profile answer to the host. Source: SWRA198 § ZDO: the request's number with bit 7 set. */
  zdoResponse(source: number, request: number, payload: Buffer): void {
    const command = ZDO_RESPONSE_COMMANDS.get(request);
    if (command === undefined) return;
    const isAddress = request === ZdoCluster.networkAddress || request === ZdoCluster.ieeeAddress;
    const data = isAddress
      ? Buffer.concat([payload, Buffer.from([0, 0])])
      : new ByteWriter().uint16(source).bytes(payload).done();
    this.event(Subsystem.zdo, command, data);
  }

  stop(): void {
    this.timers.stop();
  }
}

const ZDO_RESPONSE_COMMANDS: ReadonlyMap<number, number> = new Map([
  [ZdoCluster.networkAddress, 0x80],
  [ZdoCluster.ieeeAddress, 0x81],
  [ZdoCluster.nodeDescriptor, 0x82],
  [ZdoCluster.powerDescriptor, 0x83],
  [ZdoCluster.simpleDescriptor, 0x84],
  [ZdoCluster.activeEndpoints, 0x85],
  [ZdoCluster.matchDescriptor, 0x86],
  [ZdoCluster.bind, 0xa1],
  [ZdoCluster.unbind, 0xa2],
  [ZdoCluster.lqiTable, 0xb1],
  [ZdoCluster.routingTable, 0xb2],
  [ZdoCluster.bindingTable, 0xb3],
  [ZdoCluster.leave, 0xb4],
  [ZdoCluster.permitJoin, 0xb6],
  [ZdoCluster.networkUpdate, 0xb8],
]);
