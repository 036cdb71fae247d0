// One emulated Zigbee node: its descriptors, its clusters, bindings and groups, and what it does with a frame.
// It knows nothing of how frames travel (radio/) nor of the coordinator (znp/).

import { ByteReader, ByteWriter, FrameError } from '../bytes.ts';
import type { ActionFrame, DeviceModel, EndpointModel, Placement } from '../devices/model.ts';
import {
  type ApsFrame,
  BROADCAST_ALL,
  COORDINATOR_ADDRESS,
  type Delivery,
  type Destination,
  ZDO_PROFILE,
} from '../radio/aps.ts';
import type { Random } from '../random.ts';
import type { Cancel, Timers } from '../timers.ts';
import { encodeAttributes, encodeDefaultResponse } from '../zcl/foundation.ts';
import {
  decodeZclFrame,
  encodeZclFrame,
  GlobalCommand,
  type ZclFrame,
  ZclStatus,
} from '../zcl/frame.ts';
import { type Attribute, ClusterServer, type InputValue } from './cluster-server.ts';
import { BEHAVIOURS } from './clusters/registry.ts';
import { answerGlobal } from './foundation.ts';
import { OTA_CLUSTER, OtaClient } from './ota-client.ts';
import type { ReportPolicy } from './reporting.ts';
import { answerZdo, ZdoStatus } from './zdo.ts';

/** What a node needs of the home around it. */
export interface NodeHost {
  random: Random;
  timers: Timers;
  /** How much faster than the wall clock the home's world runs. */
  speed: number;
  transmit(node: VirtualNode, destination: Destination, frame: ApsFrame): void;
  /** The network address of a node of the same network, for a binding. */
  addressOf(ieee: string): number | undefined;
  /** A ZCL frame that the node took in, or put out. */
  traffic(
    kind: 'received' | 'sent',
    node: VirtualNode,
    where: { endpoint: number; cluster: number; group: number | undefined },
    frame: ZclFrame,
  ): void;
  stateChanged(node: VirtualNode): void;
  configurationChanged(node: VirtualNode): void;
  /** Called when the node was told to leave, and has agreed. */
  leave(node: VirtualNode, rejoins: boolean): void;
  /** The node is dead: nothing reaches it any more. */
  vanish(node: VirtualNode): void;
}

/** Membership of a network: the secret that stands for its key, and the address in it. */
export interface Membership {
  secret: string;
  networkAddress: number;
}

export interface Binding {
  endpoint: number;
  cluster: number;
  target: { kind: 'node'; ieee: string; endpoint: number } | { kind: 'group'; group: number };
}

const FIRST_HEARTBEAT_MS = 9_000;
const HEARTBEAT_MS = 3_600_000;

interface Target {
  to: Destination;
  endpoint: number;
}

/** One node. */
export class VirtualNode {
  readonly model: DeviceModel;
  readonly placement: Placement;
  readonly timers: Timers;
  readonly random: Random;
  readonly speed: number;
  membership: Membership | undefined;
  bindings: Binding[] = [];
  /** Group membership, by endpoint. */
  readonly groups = new Map<number, Set<number>>();
  /** The status with which it refuses commands and writes; undefined in health. */
  rejectStatus: number | undefined;
  /** The device profile's request that it answers with a refusal; undefined in health. */
  silentAbout: number | undefined;
  /** Undefined where its device file names no image type. */
  readonly firmware: OtaClient | undefined;
  readonly #host: NodeHost;
  readonly #servers = new Map<number, ClusterServer>();
  #sequence = 0;
  #isStarted = false;
  #endHeartbeat: Cancel = () => undefined;

  constructor(host: NodeHost, model: DeviceModel, placement: Placement) {
    this.model = model;
    this.placement = placement;
    this.timers = host.timers;
    this.random = host.random;
    this.speed = host.speed;
    this.#host = host;
    for (const endpoint of model.endpoints) {
      for (const cluster of endpoint.servers) {
        const server = new ClusterServer(this, endpoint.id, cluster, {
          behaviour: BEHAVIOURS.get(cluster),
          attributes: endpoint.attributes.get(cluster) ?? [],
        });
        this.#servers.set(endpoint.id * 0x1_0000 + cluster, server);
      }
    }
    const { imageType, fileVersion = 1 } = model.physics;
    const client = model.endpoints.find(({ clients }) => clients.includes(OTA_CLUSTER));
    if (client !== undefined && imageType !== undefined) {
      this.firmware = new OtaClient(this, { endpoint: client.id, imageType, fileVersion });
    }
  }

  get ieee(): string {
    return this.placement.ieee;
  }

  get isSleepy(): boolean {
    return this.model.poll !== undefined;
  }

  get servers(): Iterable<ClusterServer> {
    return this.#servers.values();
  }

  endpoint(id: number): EndpointModel | undefined {
    return this.model.endpoints.find((endpoint) => endpoint.id === id);
  }

  server(endpoint: number, cluster: number): ClusterServer | undefined {
    return this.#servers.get(endpoint * 0x1_0000 + cluster);
  }

  /** Joins a network as if new from the factory. */
  join(membership: Membership): void {
    this.#forget();
    this.membership = membership;
    this.start();
    this.configurationChanged();
  }

  /** Leaves its network and forgets all that it was told there. */
  leave(): void {
    this.#forget();
    this.membership = undefined;
    this.configurationChanged();
  }

  /** Starts what a node does by itself, once it is in a network. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    for (const server of this.#servers.values()) server.start();
    if (this.model.heartbeat.length === 0) return;
    const beat = (afterMs: number) => {
      this.#endHeartbeat = this.timers.after(afterMs, () => {
        this.play(this.model.heartbeat);
        beat(HEARTBEAT_MS);
      });
    };
    beat(FIRST_HEARTBEAT_MS);
  }

  /** Agrees to leave: the network takes it out after the answer has gone. */
  agreeToLeave(rejoins: boolean): void {
    this.#host.leave(this, rejoins);
  }

  /** Dies of what it runs. */
  vanish(): void {
    this.stop();
    this.#host.vanish(this);
  }

  stop(): void {
    this.firmware?.stop();
    for (const server of this.#servers.values()) server.stop();
  }

  #forget(): void {
    this.#isStarted = false;
    this.#endHeartbeat();
    this.bindings = [];
    this.groups.clear();
    this.firmware?.stop();
    for (const server of this.#servers.values()) server.reset();
  }

  stateChanged(): void {
    this.#host.stateChanged(this);
  }

  configurationChanged(): void {
    this.#host.configurationChanged(this);
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xff;
    return this.#sequence;
  }

  /** Takes in a frame from the air. */
  receive(delivery: Delivery): void {
    if (this.membership === undefined) return;
    const { frame, destination } = delivery;
    if (frame.destinationEndpoint === 0) {
      this.#receiveZdo(delivery);
      return;
    }
    for (const endpoint of this.model.endpoints) {
      if (frame.destinationEndpoint !== 0xff && frame.destinationEndpoint !== endpoint.id) continue;
      if (destination.kind === 'group' && !this.groups.get(endpoint.id)?.has(destination.group)) {
        continue;
      }
      const hasCluster = this.server(endpoint.id, frame.cluster) !== undefined;
      if (frame.destinationEndpoint === 0xff && !hasCluster) continue;
      this.#receiveZcl(endpoint, delivery);
    }
  }

  #receiveZdo({ source, frame }: Delivery): void {
    let answer: Buffer | undefined;
    try {
      const address = this.membership?.networkAddress ?? 0;
      answer =
        frame.cluster === this.silentAbout
          ? new ByteWriter().uint8(ZdoStatus.notSupported).uint16(address).uint8(0).done()
          : answerZdo(this, frame.cluster, new ByteReader(frame.payload));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return;
    }
    if (answer === undefined) return;
    this.#host.transmit(
      this,
      { kind: 'unicast', address: source },
      {
        profile: ZDO_PROFILE,
        cluster: frame.cluster | 0x8000,
        sourceEndpoint: 0,
        destinationEndpoint: 0,
        payload: answer,
      },
    );
  }

  #receiveZcl(endpoint: EndpointModel, delivery: Delivery): void {
    const { frame: aps, destination } = delivery;
    let frame: ZclFrame;
    try {
      frame = decodeZclFrame(aps.payload);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      return;
    }
    const group = destination.kind === 'group' ? destination.group : undefined;
    const where = { endpoint: endpoint.id, cluster: aps.cluster, group };
    this.#host.traffic('received', this, where, frame);
    const isUnicast = destination.kind === 'unicast';
    const reply = (isGlobal: boolean, command: number, payload: Buffer) => {
      this.#send(
        { kind: 'unicast', address: delivery.source },
        {
          endpoint: endpoint.id,
          destinationEndpoint: aps.sourceEndpoint,
          cluster: aps.cluster,
          profile: aps.profile,
        },
        {
          isGlobal,
          manufacturerCode: frame.manufacturerCode,
          toClient: !frame.toClient,
          disableDefaultResponse: true,
          sequence: frame.sequence,
          command,
          payload,
        },
      );
    };
    const settle = (status: number) => {
      if (!isUnicast || (status === 0 && frame.disableDefaultResponse)) return;
      reply(true, GlobalCommand.defaultResponse, encodeDefaultResponse(frame.command, status));
    };

    const server = frame.toClient ? undefined : this.server(endpoint.id, aps.cluster);
    try {
      if (frame.isGlobal) {
        const answer = answerGlobal(server, frame, this.rejectStatus);
        if (answer === undefined) return;
        if ('status' in answer) settle(answer.status);
        else if (isUnicast) reply(true, answer.command, answer.payload);
        return;
      }
      if (frame.toClient) {
        // An answer to the node's own client cluster (time, image query, ...): taken in, nothing to say.
        if (endpoint.clients.includes(aps.cluster)) {
          if (aps.cluster !== OTA_CLUSTER || this.rejectStatus !== undefined) return;
          this.firmware?.receive(frame.command, new ByteReader(frame.payload));
          return;
        }
        settle(ZclStatus.unsupportedCluster);
        return;
      }
      if (server === undefined) {
        settle(ZclStatus.unsupportedCluster);
        return;
      }
      if (this.rejectStatus !== undefined) {
        settle(this.rejectStatus);
        return;
      }
      const handler = server.behaviour?.commands?.[frame.command];
      if (handler === undefined || frame.manufacturerCode !== 0) {
        settle(ZclStatus.unsupportedCommand);
        return;
      }
      const outcome = handler(server, new ByteReader(frame.payload), frame);
      if (outcome.kind === 'status') settle(outcome.status);
      else if (outcome.kind === 'response' && isUnicast) {
        reply(false, outcome.command, outcome.payload);
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      settle(ZclStatus.malformedCommand);
    }
  }

  #send(
    destination: Destination,
    where: { endpoint: number; destinationEndpoint: number; cluster: number; profile: number },
    frame: ZclFrame,
  ): void {
    const group = destination.kind === 'group' ? destination.group : undefined;
    this.#host.traffic(
      'sent',
      this,
      { endpoint: where.endpoint, cluster: where.cluster, group },
      frame,
    );
    this.#host.transmit(this, destination, {
      profile: where.profile,
      cluster: where.cluster,
      sourceEndpoint: where.endpoint,
      destinationEndpoint: where.destinationEndpoint,
      payload: encodeZclFrame(frame),
    });
  }

  /** Where a cluster is bound to. `isUnboundToo`: to the coordinator when it is bound to nothing. */
  #targets(endpoint: number, cluster: number, isUnboundToo: boolean): Target[] {
    const targets: Target[] = [];
    for (const binding of this.bindings) {
      if (binding.endpoint !== endpoint || binding.cluster !== cluster) continue;
      const { target } = binding;
      if (target.kind === 'group') {
        targets.push({ to: { kind: 'group', group: target.group }, endpoint: 0xff });
        continue;
      }
      const address = this.#host.addressOf(target.ieee);
      if (address === undefined) continue;
      targets.push({ to: { kind: 'unicast', address }, endpoint: target.endpoint });
    }
    if (targets.length > 0 || !isUnboundToo) return targets;
    return [{ to: { kind: 'unicast', address: COORDINATOR_ADDRESS }, endpoint: 1 }];
  }

  /** Reports an attribute to whom its cluster is bound; a model that reports unbound tells the coordinator. */
  report(server: ClusterServer, attribute: Attribute): void {
    if (this.membership === undefined) return;
    const targets = this.#targets(server.endpoint, server.cluster, this.model.reportsUnbound);
    if (targets.length === 0) return;
    const { id, type, value, manufacturerCode } = attribute;
    const payload = encodeAttributes([{ attribute: id, type, value }]);
    for (const { to, endpoint } of targets) {
      this.#send(
        to,
        {
          endpoint: server.endpoint,
          destinationEndpoint: endpoint,
          cluster: server.cluster,
          profile: this.endpoint(server.endpoint)?.profile ?? 0x0104,
        },
        {
          isGlobal: true,
          manufacturerCode,
          toClient: true,
          disableDefaultResponse: true,
          sequence: this.#nextSequence(),
          command: GlobalCommand.report,
          payload,
        },
      );
    }
  }

  /** Sends a command of its own: to whom its cluster is bound, and to the coordinator when it is not bound. */
  sendCommand(command: Omit<ActionFrame, 'afterMs'>): void {
    if (this.membership === undefined) return;
    const targets = this.#targets(command.endpoint, command.cluster, true);
    for (const { to, endpoint } of targets) {
      this.#send(
        to,
        {
          endpoint: command.endpoint,
          destinationEndpoint: endpoint,
          cluster: command.cluster,
          profile: 0x0104,
        },
        {
          isGlobal: command.isGlobal,
          manufacturerCode: command.manufacturerCode,
          toClient: command.toClient,
          disableDefaultResponse: command.isGlobal,
          sequence: this.#nextSequence(),
          command: command.command,
          payload: command.payload,
        },
      );
    }
  }

  /** Says who it is to everybody: what a node does after joining, rejoining and power loss. */
  announce(): void {
    if (this.membership === undefined) return;
    this.#host.transmit(
      this,
      { kind: 'broadcast', address: BROADCAST_ALL },
      {
        profile: ZDO_PROFILE,
        cluster: 0x0013,
        sourceEndpoint: 0,
        destinationEndpoint: 0,
        payload: Buffer.alloc(0),
      },
    );
  }

  /** Plays a gesture of the model. False when the model has none of that name. */
  act(name: string): boolean {
    const steps = this.model.actions.get(name);
    if (steps === undefined) return false;
    this.play(steps);
    return true;
  }

  play(steps: readonly ActionFrame[]): void {
    for (const step of steps) {
      if (step.afterMs === 0) this.sendCommand(step);
      else this.timers.after(step.afterMs, () => this.sendCommand(step));
    }
  }

  /** The physical quantities it senses or has. */
  get inputs(): string[] {
    const names = new Set<string>();
    for (const { behaviour } of this.#servers.values()) {
      for (const name of Object.keys(behaviour?.inputs ?? {})) names.add(name);
    }
    return [...names].sort();
  }

  /** Sets a physical quantity. False when nothing of the node senses it. */
  input(name: string, value: InputValue, policy: ReportPolicy): boolean {
    let isKnown = false;
    for (const server of this.#servers.values()) {
      const sense = server.behaviour?.inputs?.[name];
      if (sense === undefined) continue;
      isKnown = true;
      sense(server, value, policy);
    }
    return isKnown;
  }

  /** The physical state, by the names of the inputs. */
  get state(): Record<string, number | boolean | string> {
    const state: Record<string, number | boolean | string> = {};
    for (const server of this.#servers.values()) {
      Object.assign(state, server.behaviour?.state?.(server) ?? {});
    }
    return state;
  }
}
