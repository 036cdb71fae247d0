// The border to matter.js: the hub's controller node and the nodes of its fabric, in plain values. Everything that
// a later matter.js may change (0.18 renames much of `peers`) stands here; no type of the library leaves this file.
import type { ClientNode, Endpoint, ServerNode } from '@matter/main';
import type { Invoke } from '@matter/main/protocol';
import { type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import { type LibraryOptions, loadLibrary } from './library.ts';
import { OtaProvider } from './ota-provider.ts';
import { readSetupCode, type SetupCode } from './setup-code.ts';

type Library = Awaited<ReturnType<typeof loadLibrary>>;
type Protocol = typeof import('@matter/main/protocol');
type Types = typeof import('@matter/main/types');
type ClusterType = Parameters<typeof Invoke.ConcreteCommandRequest>[0]['cluster'];
type Session = Parameters<ClientNode['interaction']['invoke']>[1];

/** One cluster of an endpoint as the node has it. Values are of the cache; it is live while the peer is subscribed. */
export interface ClusterView {
  readonly endpoint: number;
  readonly id: number;
  /** Its name in the standard, such as `OnOff`. */
  readonly name: string;
  readonly commands: ReadonlySet<string>;
  readonly attributes: ReadonlyMap<number, AttributeView>;
}

export interface AttributeView {
  readonly name: string;
  readonly isWritable: boolean;
  /** Plain: bitmaps and 64-bit numbers as numbers; structs and lists as they are; null and undefined alike unknown. */
  readonly value: unknown;
}

export interface EndpointView {
  readonly number: number;
  readonly deviceTypes: readonly number[];
  readonly clusters: readonly ClusterView[];
}

/** Who made a node and what it runs. */
export interface PeerIdentity {
  readonly vendor: string;
  readonly product: string;
  readonly software: string | null;
}

export interface CommandRequest {
  readonly endpoint: number;
  readonly clusterId: number;
  readonly command: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** What is heard of the peers; called in no particular thread of theirs, and never after `close()`. */
export interface PeerListener {
  /** Attributes of a cluster changed, by a report or by a read. */
  changed(peer: Peer, endpoint: number, clusterId: number, attributeIds: readonly number[]): void;
  /** An event of a cluster, by its name in the standard. */
  happened(peer: Peer, endpoint: number, clusterId: number, event: string, payload: unknown): void;
  /** Whether the subscription to the peer stands. */
  subscribed(peer: Peer, isActive: boolean): void;
  /** The peer has left the fabric. */
  left(peer: Peer): void;
}

/** What is told while a node is being commissioned. */
export interface CommissioningListener {
  readonly address: NodeAddress;
  /** The n-th step of so many, by its name in the standard. */
  step(index: number, of: number, name: string): void;
  /** What is not in order about the node's certificates; commissioning goes on. */
  attestation(findings: readonly string[]): void;
}

/** A node of the fabric. */
export class Peer {
  readonly address: NodeAddress;
  readonly #node: ClientNode;
  readonly #protocol: Protocol;
  readonly #isCluster: Library['ClusterBehavior']['isType'];
  #isSubscribed = false;

  constructor(node: ClientNode, address: NodeAddress, libraries: Libraries) {
    this.#node = node;
    this.address = address;
    this.#protocol = libraries.protocol;
    this.#isCluster = libraries.matter.ClusterBehavior.isType;
  }

  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** Tells of the subscription from now on. */
  watch(listener: (isActive: boolean) => void): void {
    const become = (isActive: boolean): void => {
      if (this.#isSubscribed === isActive) return;
      this.#isSubscribed = isActive;
      listener(isActive);
    };
    this.#node.eventsOf('network').subscriptionStatusChanged?.on(become);
    this.#node.act((agent) => become(agent.network.subscriptionActive === true));
  }

  get identity(): PeerIdentity {
    const state = this.#node.maybeStateOf('basicInformation') ?? {};
    const { vendorName, productName, softwareVersionString } = state;
    return {
      vendor: textOf(vendorName) ?? 'Unknown',
      product: textOf(productName) ?? 'Matter device',
      software: textOf(softwareVersionString),
    };
  }

  endpoints(): EndpointView[] {
    const views: EndpointView[] = [];
    for (const endpoint of this.#node.endpoints) {
      const descriptor = endpoint.maybeStateOf('descriptor');
      const types = (descriptor?.deviceTypeList ?? []) as Iterable<{ deviceType: number }>;
      views.push({
        number: endpoint.number,
        deviceTypes: [...types].map(({ deviceType }) => Number(deviceType)),
        clusters: this.#clusters(endpoint),
      });
    }
    return views.sort((a, b) => a.number - b.number);
  }

  cluster(endpointNumber: number, clusterId: number): ClusterView | undefined {
    for (const endpoint of this.#node.endpoints) {
      if (endpoint.number !== endpointNumber) continue;
      return this.#clusters(endpoint, clusterId)[0];
    }
    return undefined;
  }

  /** Sends one command; resolves once the node has answered that it did it. Aborting ends its retransmissions too. */
  async invoke(request: CommandRequest, signal: AbortSignal): Promise<void> {
    const { Invoke } = this.#protocol;
    const { endpoint, clusterId, command, fields } = request;
    const invoke = Invoke({
      commands: [
        Invoke.ConcreteCommandRequest({
          endpoint: endpoint as never,
          cluster: this.#clusterType(endpoint, clusterId),
          command,
          ...(fields === undefined ? {} : { fields }),
        } as Parameters<typeof Invoke.ConcreteCommandRequest>[0]),
      ],
    });
    // A batched command could not be taken back once its batch has left.
    invoke.batchDuration = false;
    const chunks = this.#node.interaction.invoke(invoke, { abort: signal } as Session);
    for await (const chunk of chunks) {
      for (const entry of chunk) {
        if (entry.kind === 'cmd-status' && entry.status !== 0) throw new StatusError(entry.status);
      }
    }
  }

  /** Writes one attribute; resolves once the node has taken it. */
  async write(
    at: { readonly endpoint: number; readonly clusterId: number; readonly attribute: string },
    value: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    const { Write } = this.#protocol;
    const write = Write(
      Write.Attribute({
        endpoint: at.endpoint as never,
        cluster: this.#clusterType(at.endpoint, at.clusterId),
        attributes: [at.attribute],
        value,
      } as Parameters<typeof Write.Attribute>[0]),
    );
    const results = await this.#node.interaction.write(write, { abort: signal } as Session);
    for (const { status } of results ?? []) if (status !== 0) throw new StatusError(status);
  }

  /** Reads everything anew; what differs is told as changed. */
  async read(signal: AbortSignal): Promise<void> {
    const { Read } = this.#protocol;
    const request = Read({ fabricFilter: true, attributes: [{}] });
    const chunks = this.#node.interaction.read(request, { abort: signal } as Session);
    for await (const chunk of chunks) for await (const _ of chunk);
  }

  /** Whether it answers at all. */
  async probe(signal: AbortSignal): Promise<boolean> {
    const interaction = this.#node.interaction as { probe?(o: object): Promise<boolean> };
    return (await interaction.probe?.({ abort: signal })) === true;
  }

  /** Has the node forget this fabric, then forgets it. */
  async decommission(): Promise<void> {
    await this.#node.decommission();
  }

  /** Forgets the node, which does not hear of it. */
  async delete(): Promise<void> {
    await this.#node.delete();
  }

  #clusterType(endpoint: number, clusterId: number): ClusterType {
    for (const each of this.#node.endpoints) {
      if (each.number !== endpoint) continue;
      for (const type of Object.values(each.behaviors.supported)) {
        if (this.#isCluster(type) && type.cluster.id === clusterId) return type.cluster;
      }
    }
    throw new Error(`Endpoint ${endpoint} has no cluster ${clusterId}`);
  }

  #clusters(endpoint: Endpoint, only?: number): ClusterView[] {
    const views: ClusterView[] = [];
    for (const [key, type] of Object.entries(endpoint.behaviors.supported)) {
      if (!this.#isCluster(type)) continue;
      const id = Number(type.cluster.id);
      if (only !== undefined && id !== only) continue;
      const state = endpoint.maybeStateOf(key);
      if (state === undefined) continue;
      const present = new Set(numbersOf(state.attributeList));
      const attributes = new Map<number, AttributeView>();
      for (const model of type.schema.attributes) {
        if (!present.has(model.id)) continue;
        attributes.set(model.id, {
          name: model.propertyName,
          isWritable: model.writable,
          value: plain(state[model.propertyName], model),
        });
      }
      const accepted = new Set(numbersOf(state.acceptedCommandList));
      const commands = Object.entries(type.cluster.commands ?? {})
        .filter(([, { id: commandId }]) => accepted.has(Number(commandId)))
        .map(([name]) => name);
      views.push({
        endpoint: endpoint.number,
        id,
        name: type.schema.name,
        commands: new Set(commands),
        attributes,
      });
    }
    return views;
  }
}

/** The node answered that it will not. */
export class StatusError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The device answered with status ${status}`);
    this.status = status;
  }
}

interface Libraries {
  readonly matter: Library;
  readonly protocol: Protocol;
  readonly types: Types;
}

/** The hub's own node: the administrator of one fabric. */
export class Controller {
  readonly #libraries: Libraries;
  readonly #server: ServerNode;
  readonly #listener: PeerListener;
  readonly #peers = new Map<ClientNode, Peer>();
  #firmware: Promise<OtaProvider> | undefined;
  #isClosing = false;

  private constructor(libraries: Libraries, server: ServerNode, listener: PeerListener) {
    this.#libraries = libraries;
    this.#server = server;
    this.#listener = listener;
  }

  /** Loads matter.js, takes up the fabric of `storage` or founds one, and goes online. */
  static async open(options: LibraryOptions, listener: PeerListener): Promise<Controller> {
    const matter = await loadLibrary(options);
    const protocol = await import('@matter/main/protocol');
    const types = await import('@matter/main/types');
    const server = await matter.ServerNode.create(
      matter.ServerNode.RootEndpoint.with(matter.ControllerBehavior),
      {
        id: 'hub',
        // The standard's own port stays free for the bridge, of which some assistants expect it.
        network: { port: 0 },
        controller: { adminFabricLabel: 'Ingle', nodeIdAssignment: 'random', ble: false },
      },
    );
    const controller = new Controller({ matter, protocol, types }, server, listener);
    controller.#listen();
    await server.start();
    for (const node of server.peers) controller.#known(node);
    return controller;
  }

  /** The nodes of the fabric. */
  peers(): Peer[] {
    return [...this.#peers.values()];
  }

  /** @throws ValidationError for a code that cannot be right */
  readCode(text: string): SetupCode {
    const { ManualPairingCodeCodec, QrPairingCodeCodec } = this.#libraries.types;
    return readSetupCode(text, {
      manual: (code) => ManualPairingCodeCodec.decode(code),
      qr: (code) => QrPairingCodeCodec.decode(code),
    });
  }

  /** An address that no node of the fabric has. */
  newAddress(): NodeAddress {
    const { NodeId } = this.#libraries.types;
    const crypto = this.#server.env.get(this.#libraries.matter.Crypto);
    return addressOf(NodeId.randomOperationalNodeId(crypto));
  }

  /** Looks for the device of the code, takes it into the fabric and reads it. `signal` ends the search. */
  async commission(
    code: SetupCode,
    timeoutMs: number,
    hooks: CommissioningListener,
    signal: AbortSignal,
  ): Promise<Peer> {
    const { types, protocol, matter } = this.#libraries;
    class Flow extends protocol.ControllerCommissioningFlow {
      override async executeCommissioning(): Promise<void> {
        for (const [index, step] of this.commissioningSteps.entries()) {
          const { stepLogic } = step;
          step.stepLogic = () => {
            hooks.step(index + 1, this.commissioningSteps.length, step.name);
            return stepLogic();
          };
        }
        await super.executeCommissioning();
      }
    }
    const discovery = this.#server.peers.commission({
      ...code,
      nodeId: types.NodeId(BigInt(hooks.address)),
      timeout: matter.Millis(timeoutMs),
      commissioningFlowImpl: Flow,
      onAttestationFailure: (findings) => {
        hooks.attestation(findings.map(({ message }) => message));
        return true;
      },
    });
    const cancel = (): void => discovery.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const peer = this.#known(await discovery);
      if (peer === undefined) throw new Error('The device has no address in the fabric');
      return peer;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** What gives firmware to the peers; made when it is needed first. @throws Error while the fabric has no node */
  firmware(): Promise<OtaProvider> {
    const fabricIndex = [...this.#peers.keys()][0]?.peerAddress?.fabricIndex;
    if (fabricIndex === undefined) throw new Error('The fabric has no node');
    this.#firmware ??= OtaProvider.open(this.#server, fabricIndex).catch((error: unknown) => {
      this.#firmware = undefined;
      throw error;
    });
    return this.#firmware;
  }

  /** Ends all connections. Timers of matter.js outlive it: the worker must end afterwards. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#server.close();
  }

  #known(node: ClientNode): Peer | undefined {
    const known = this.#peers.get(node);
    const nodeId = node.peerAddress?.nodeId;
    if (known !== undefined || nodeId === undefined) return known;
    const peer = new Peer(node, addressOf(nodeId), this.#libraries);
    this.#peers.set(node, peer);
    peer.watch((isActive) => {
      if (!this.#isClosing) this.#listener.subscribed(peer, isActive);
    });
    return peer;
  }

  #listen(): void {
    const { ChangeNotificationService, ClientNode, ClusterBehavior } = this.#libraries.matter;
    this.#server.env.get(ChangeNotificationService).change.on((change) => {
      if (this.#isClosing) return;
      const { endpoint } = change;
      const owner = ownerOf(endpoint, (each) => each instanceof ClientNode);
      const peer = owner === undefined ? undefined : this.#peers.get(owner as ClientNode);
      if (peer === undefined) return;
      if (change.kind === 'delete') {
        if (endpoint !== (owner as Endpoint)) return;
        this.#peers.delete(owner as ClientNode);
        this.#listener.left(peer);
        return;
      }
      const { behavior } = change;
      if (!ClusterBehavior.isType(behavior)) return;
      const clusterId = Number(behavior.cluster.id);
      if (change.kind === 'event') {
        const { event, payload } = change;
        this.#listener.happened(peer, endpoint.number, clusterId, event.name, payload);
        return;
      }
      const names = change.properties === undefined ? null : new Set(change.properties);
      const ids = behavior.schema.attributes
        .filter(({ propertyName }) => names === null || names.has(propertyName))
        .map(({ id }) => id);
      if (ids.length > 0) this.#listener.changed(peer, endpoint.number, clusterId, ids);
    });
  }
}

/** The address of a node in the home: its node id in the fabric, 64 bits. */
function addressOf(nodeId: bigint | number): NodeAddress {
  return nodeAddress(`0x${BigInt(nodeId).toString(16).padStart(16, '0')}`);
}

function ownerOf(endpoint: Endpoint, isIt: (each: unknown) => boolean): Endpoint | undefined {
  let each: Endpoint | undefined = endpoint;
  while (each !== undefined && !isIt(each)) each = each.owner;
  return each;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function numbersOf(value: unknown): number[] {
  return [...((value ?? []) as Iterable<number>)].map(Number);
}

/** The field of a bitmap: one bit, or a range of bits. */
interface BitField {
  readonly propertyName: string;
  readonly constraint: { readonly value?: unknown; readonly min?: unknown; readonly max?: unknown };
}

/** matter.js has bitmaps as objects by field and 64-bit numbers as bigints; both become numbers. */
function plain(
  value: unknown,
  model: { readonly effectiveMetatype?: string | undefined; readonly members: Iterable<unknown> },
): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (model.effectiveMetatype !== 'bitmap' || typeof value !== 'object' || value === null) {
    return value;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  let number = 0;
  for (const { propertyName, constraint } of model.members as Iterable<BitField>) {
    const shift = Number(constraint.value ?? constraint.min ?? 0);
    number += Number(fields[propertyName] ?? 0) * 2 ** shift;
  }
  return number;
}
