// What can be done to the virtual home from outside: look at the nodes, touch them, let them join and leave, break
// things, read the record of the air. The HTTP port (http.ts) is a thin cover of it; tests may use it directly.

import { ByteWriter } from '../bytes.ts';
import type { Joiner } from '../joiner.ts';
import type { VirtualNode } from '../nodes/node.ts';
import type { FirmwareBehaviour } from '../nodes/ota-client.ts';
import { ZdoCluster } from '../nodes/zdo.ts';
import type { Network } from '../radio/network.ts';
import type { Random } from '../random.ts';
import type { Coordinator } from '../znp/coordinator.ts';
import { ResetReason } from '../znp/device-state.ts';
import type { SerialServer } from '../znp/server.ts';
import { Load } from './load.ts';
import type { TrafficLog, TrafficRecord } from './traffic-log.ts';

/** A request that cannot be carried out; the message says why. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: 400 | 404 | 409;

  constructor(status: 400 | 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

/** One node as the control interface shows it. */
export interface NodeView {
  ieee: string;
  name: string;
  room: string;
  vendor: string;
  model: string;
  modelId: string;
  joined: boolean;
  networkAddress: number | undefined;
  sleepy: boolean;
  router: boolean;
  offline: boolean;
  /** With which key it got into the network; undefined before it did in this run. */
  joinedWith: 'install-code' | 'well-known' | undefined;
  /** Whom it joined through: a router's name, or the coordinator. */
  parent: string | undefined;
  /** What /set takes. */
  inputs: string[];
  /** What /press takes. */
  actions: string[];
  state: Record<string, number | boolean | string>;
  /** Of its firmware, where it can be updated. */
  fileVersion: number | undefined;
}

/** A fault to be put in force. Rates are from 0 to 1, times in milliseconds. */
export type Fault =
  | { kind: 'drop'; rate: number; ieee?: string }
  | { kind: 'delay'; ms: number }
  /** Silently: without the word that a stick gives after its start. */
  | { kind: 'reset'; silently?: boolean }
  /** Its network is gone from its memory. */
  | { kind: 'wipe' }
  | { kind: 'mute'; ms: number }
  | { kind: 'unplug'; ms: number }
  | { kind: 'flood'; ieee?: string; rate: number; seconds: number }
  | { kind: 'garbage'; bytes?: number; hex?: string }
  | { kind: 'offline'; ieee: string; offline?: boolean }
  | { kind: 'unplugRouter'; ieee: string; unplugged?: boolean }
  | { kind: 'stubborn' | 'boastful'; ieee: string }
  | { kind: 'asleep'; ieee: string; asleep?: boolean }
  | { kind: 'reject'; ieee: string; status?: number }
  | { kind: 'silent'; ieee: string; about: 'node' | 'endpoints' | 'endpoint' | 'nothing' }
  | { kind: 'clear' };

/** What a node can be asked about itself, and the request's cluster. */
const ZDO_OF = {
  node: ZdoCluster.nodeDescriptor,
  endpoints: ZdoCluster.activeEndpoints,
  endpoint: ZdoCluster.simpleDescriptor,
  nothing: undefined,
} as const;
const MOTION_MS = 8_000;
const REJECT_STATUS = 0x01;
const GARBAGE_BYTES = 64;
const RATE_MAX = 50_000;
const SECONDS_MAX = 3_600;
const MS_MAX = 3_600_000;
const LOG_LIMIT = 1_000;
const LOG_LIMIT_MAX = 100_000;

interface Parts {
  network: Network;
  coordinator: Coordinator;
  server: SerialServer;
  joiner: Joiner;
  log: TrafficLog;
  random: Random;
}

/** The control interface. Every method throws ControlError for what it cannot do. */
export class HomeControl {
  readonly #parts: Parts;
  readonly #load = new Load();
  readonly #random: Random;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#random = parts.random.fork('control');
  }

  #node(ieee: string): VirtualNode {
    const node = this.#parts.network.node(ieee) ?? this.#parts.network.nodeNamed(ieee);
    if (node === undefined) throw new ControlError(404, `no node ${ieee}`);
    return node;
  }

  #view(node: VirtualNode): NodeView {
    const { network } = this.#parts;
    const { model, placement } = node;
    const joined = network.isMember(node);
    return {
      ieee: node.ieee,
      name: placement.name,
      room: placement.room,
      vendor: model.definition.vendor,
      model: model.definition.model,
      modelId: model.modelId,
      joined,
      networkAddress: joined ? node.membership?.networkAddress : undefined,
      sleepy: node.isSleepy,
      router: model.descriptor.isRouter,
      offline: network.faults.offline.has(node.ieee),
      joinedWith: this.#parts.joiner.keyOf(node),
      parent: joined ? this.#parentOf(node) : undefined,
      inputs: node.inputs,
      actions: [...model.actions.keys()],
      state: node.state,
      fileVersion: node.firmware?.fileVersion,
    };
  }

  #parentOf(node: VirtualNode): string {
    const { network } = this.#parts;
    const address = network.parentAddress(node);
    return network.memberAt(address)?.placement.name ?? 'coordinator';
  }

  nodes(): NodeView[] {
    return [...this.#parts.network.nodes].map((node) => this.#view(node));
  }

  node(ieee: string): NodeView {
    return this.#view(this.#node(ieee));
  }

  /** How often the host has given the stick a command. */
  asked(subsystem: number, command: number): number {
    return this.#parts.coordinator.asked.get((subsystem << 8) | command) ?? 0;
  }

  /** Plays a gesture on a remote or button; the first one that its model has when none is named. */
  press(ieee: string, action?: string): void {
    const node = this.#node(ieee);
    const name = action ?? node.model.actions.keys().next().value;
    if (name === undefined || !node.act(name)) {
      const known = [...node.model.actions.keys()].join(', ') || 'none';
      throw new ControlError(
        400,
        `${node.placement.name}: no gesture ${name ?? ''}; it has: ${known}`,
      );
    }
  }

  /** Somebody passes a motion sensor: occupied now, free after a while. */
  move(ieee: string, durationMs: number = MOTION_MS): void {
    const node = this.#node(ieee);
    if (!node.input('occupancy', true, 'now')) {
      throw new ControlError(400, `${node.placement.name} senses no motion`);
    }
    node.timers.after(durationMs, () => node.input('occupancy', false, 'now'));
  }

  /** Sets physical quantities. `now` (the default) reports at once; otherwise as reporting was configured. */
  set(
    ieee: string,
    values: Readonly<Record<string, unknown>>,
    policy: 'now' | 'configured' = 'now',
  ): void {
    const node = this.#node(ieee);
    const entries: [string, number | boolean][] = Object.entries(values).map(([name, value]) => {
      if (!node.inputs.includes(name)) {
        const known = node.inputs.join(', ') || 'none';
        throw new ControlError(400, `${node.placement.name} has no ${name}; it has: ${known}`);
      }
      const isNumber = typeof value === 'number' && Number.isFinite(value);
      if (typeof value === 'boolean' || isNumber) return [name, value];
      throw new ControlError(400, `${name}: a number or a boolean is wanted`);
    });
    for (const [name, value] of entries) node.input(name, value, policy);
  }

  /**
   * Nodes that are not in the network ask to join it. With `again`, members forget it and join anew; `uninvited` ones
   * come in though it is closed.
   */
  join(who: 'all' | string, options: { again?: boolean; uninvited?: boolean } = {}): number {
    const { joiner, network, coordinator } = this.#parts;
    const { uninvited = false } = options;
    if (!coordinator.isOpen && !uninvited)
      throw new ControlError(409, 'the network is closed for joining');
    const nodes = who === 'all' ? [...network.nodes] : [this.#node(who)];
    const asked = options.again ? nodes : nodes.filter((node) => !network.isMember(node));
    return joiner.join(asked, { uninvited });
  }

  /** Questions for neighbours and routes that went into the air so far, to a node where one is named. */
  tableRequests(ieee?: string): readonly { readonly atMs: number; readonly address: number }[] {
    const { tableRequests } = this.#parts.network;
    if (ieee === undefined) return tableRequests;
    const address = this.#parts.network.addressOf(ieee);
    return tableRequests.filter((one) => one.address === address);
  }

  /** Names of the routers that let nodes join now; `coordinator` for that one. */
  openings(): string[] {
    const { network, coordinator } = this.#parts;
    return coordinator.openings.map((address) =>
      address === 0 ? 'coordinator' : (network.memberAt(address)?.placement.name ?? `${address}`),
    );
  }

  /** A node leaves by itself, as after a reset with its own button. */
  leave(ieee: string): void {
    const node = this.#node(ieee);
    if (!this.#parts.network.isMember(node)) throw new ControlError(409, 'it is in no network');
    this.#parts.network.leave(node);
  }

  /** A node says again that it is there, as after a power cut. */
  announce(ieee: string): void {
    this.#node(ieee).announce();
  }

  /** A node has no power: what it had in its memory only is gone. */
  cutPower(ieee: string): void {
    const node = this.#node(ieee);
    node.firmware?.stop();
    this.#parts.network.faults.offline.add(node.ieee);
  }

  /** It has power again, and says so. */
  givePower(ieee: string): void {
    const node = this.#node(ieee);
    this.#parts.network.faults.offline.delete(node.ieee);
    node.announce();
  }

  /** What a node does with the next images that it has whole. */
  firmwareBehaviour(ieee: string, behaviour: FirmwareBehaviour): void {
    const { firmware } = this.#node(ieee);
    if (firmware === undefined) throw new ControlError(400, 'it has no firmware client');
    firmware.behaviour = behaviour;
  }

  /** A node runs again what it ran from the factory. */
  factoryFirmware(ieee: string, fileVersion: number): void {
    const { firmware } = this.#node(ieee);
    if (firmware === undefined) throw new ControlError(400, 'it has no firmware client');
    firmware.stop();
    firmware.fileVersion = fileVersion;
    firmware.installed = undefined;
  }

  /** The image that a node runs, byte for byte; undefined for the one from the factory. */
  installed(ieee: string): Buffer | undefined {
    return this.#node(ieee).firmware?.installed;
  }

  /** A node asks by itself whether there is an image for it. */
  askForImage(ieee: string): void {
    this.#node(ieee).firmware?.ask();
  }

  /** A node loses its list of groups, as some do in a power cut. */
  forgetGroups(ieee: string): void {
    this.#node(ieee).groups.clear();
  }

  /** A node asks for its next firmware image. */
  queryImage(
    ieee: string,
    image: { manufacturerCode?: number; imageType: number; fileVersion: number },
  ): void {
    const node = this.#node(ieee);
    const endpoint = node.model.endpoints.find(({ clients }) => clients.includes(0x0019));
    if (endpoint === undefined) throw new ControlError(400, 'it has no firmware client');
    const manufacturer = image.manufacturerCode ?? node.model.descriptor.manufacturerCode;
    const payload = new ByteWriter().uint8(0).uint16(manufacturer).uint16(image.imageType);
    node.sendCommand({
      endpoint: endpoint.id,
      cluster: 0x0019,
      command: 0x01,
      payload: payload.uint32(image.fileVersion).done(),
      manufacturerCode: 0,
      isGlobal: false,
      toClient: false,
    });
  }

  /** Reports at a rate, all nodes by turns or the given ones. Returns how many nodes take part. */
  flood(options: { nodes?: readonly string[]; ratePerSecond: number; seconds: number }): number {
    const { ratePerSecond, seconds, nodes } = options;
    if (!(ratePerSecond > 0 && ratePerSecond <= RATE_MAX)) {
      throw new ControlError(400, `rate: from 1 to ${RATE_MAX} a second`);
    }
    if (!(seconds > 0 && seconds <= SECONDS_MAX)) {
      throw new ControlError(400, `seconds: up to ${SECONDS_MAX}`);
    }
    const chosen = nodes?.map((ieee) => this.#node(ieee)) ?? this.#parts.network.members();
    return this.#load.flood(chosen, { ratePerSecond, durationMs: seconds * 1_000 });
  }

  /** Puts a fault in force. */
  fault(fault: Fault): void {
    const { network, coordinator, server } = this.#parts;
    const { faults } = network;
    switch (fault.kind) {
      case 'drop': {
        const { rate } = fault;
        if (!(rate >= 0 && rate <= 1)) throw new ControlError(400, 'rate: from 0 to 1');
        const who = fault.ieee === undefined ? 'all' : this.#node(fault.ieee).ieee;
        if (rate === 0) faults.dropRates.delete(who);
        else faults.dropRates.set(who, rate);
        return;
      }
      case 'delay':
        faults.delayMs = duration(fault.ms);
        return;
      case 'reset':
        coordinator.reset(ResetReason.watchdog, fault.silently === true);
        return;
      case 'wipe':
        coordinator.wipe();
        return;
      case 'mute':
        server.mute(duration(fault.ms));
        return;
      case 'unplug':
        server.unplug(duration(fault.ms));
        return;
      case 'flood': {
        const nodes = fault.ieee === undefined ? {} : { nodes: [fault.ieee] };
        this.flood({ ...nodes, ratePerSecond: fault.rate, seconds: fault.seconds });
        return;
      }
      case 'garbage':
        server.garbage(this.#garbage(fault));
        return;
      case 'offline': {
        const { ieee } = this.#node(fault.ieee);
        if (fault.offline === false) faults.offline.delete(ieee);
        else faults.offline.add(ieee);
        return;
      }
      case 'unplugRouter': {
        const { ieee } = this.#node(fault.ieee);
        if (fault.unplugged === false) faults.unplugged.delete(ieee);
        else faults.unplugged.add(ieee);
        return;
      }
      case 'stubborn':
        faults.stubborn.add(this.#node(fault.ieee).ieee);
        return;
      case 'boastful':
        faults.boastful.add(this.#node(fault.ieee).ieee);
        return;
      case 'asleep':
        if (!network.sleep(this.#node(fault.ieee), fault.asleep ?? true)) {
          throw new ControlError(400, `${fault.ieee} never sleeps`);
        }
        return;
      case 'reject':
        this.#node(fault.ieee).rejectStatus =
          fault.status === 0 ? undefined : (fault.status ?? REJECT_STATUS);
        return;
      case 'silent':
        this.#node(fault.ieee).silentAbout = ZDO_OF[fault.about];
        return;
      case 'clear':
        faults.clear();
        this.#load.clear();
        for (const node of network.nodes) {
          node.rejectStatus = undefined;
          node.silentAbout = undefined;
          network.sleep(node, false);
        }
        return;
    }
  }

  #garbage(fault: { bytes?: number; hex?: string }): Buffer {
    if (fault.hex !== undefined) return Buffer.from(fault.hex, 'hex');
    const length = Math.min(65_536, fault.bytes ?? GARBAGE_BYTES);
    return Buffer.from(Array.from({ length }, () => this.#random.integer(0, 255)));
  }

  /** The record of the air from number `since` on. */
  log(options: { since?: number; limit?: number; ieee?: string; kind?: string } = {}): {
    records: TrafficRecord[];
    next: number;
    dropped: number;
  } {
    const limit = Math.max(1, Math.min(LOG_LIMIT_MAX, options.limit ?? LOG_LIMIT));
    const since = Math.max(0, options.since ?? 0);
    return this.#parts.log.read({ since, limit, ieee: options.ieee, kind: options.kind });
  }

  stop(): void {
    this.#load.stop();
  }
}

function duration(ms: number): number {
  if (!(ms >= 0 && ms <= MS_MAX)) throw new ControlError(400, `ms: from 0 to ${MS_MAX}`);
  return ms;
}
