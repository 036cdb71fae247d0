// A node of the fabric as the border to matter.js has it: what it is and has, in plain values, and what is asked of it.
// No type of the library leaves this file.
import type { ClientNode, Endpoint } from '@matter/main';
import type { Invoke } from '@matter/main/protocol';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { loadLibrary } from './library.ts';
import {
  attributeValue,
  type ClusterView,
  clusterViews,
  type EndpointView,
  endpointView,
  type IsCluster,
  writable,
} from './views.ts';

type Library = Awaited<ReturnType<typeof loadLibrary>>;
type Protocol = typeof import('@matter/main/protocol');
type Types = typeof import('@matter/main/types');
type ClusterType = Parameters<typeof Invoke.ConcreteCommandRequest>[0]['cluster'];
type Session = Parameters<ClientNode['interaction']['invoke']>[1];
type ReadOptions = Parameters<Protocol['Read']>[0];

/** What of matter.js was loaded. */
export interface Libraries {
  readonly matter: Library;
  readonly protocol: Protocol;
  readonly types: Types;
}

/** Who made a node and what it runs. */
export interface PeerIdentity {
  readonly vendor: string;
  readonly product: string;
  /** What another home, or its own app, calls it; null where nobody has named it. */
  readonly label: string | null;
  readonly software: string | null;
  /** The same for the same piece of hardware, whoever commissions it; null where it says nothing of its own. */
  readonly own: string | null;
}

/** An attribute, a cluster or a whole endpoint. */
export interface ReadPlace {
  readonly endpoint: number;
  readonly clusterId?: number;
  readonly attributeId?: number;
}

export interface CommandRequest {
  readonly endpoint: number;
  readonly clusterId: number;
  readonly command: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** A node of the fabric. */
export class Peer {
  /** What the home calls it: that of its first commissioning, for as long as it is the same piece of hardware. */
  readonly address: NodeAddress;
  /** Its node id in the fabric now, in the form of an address. */
  readonly fabricAddress: NodeAddress;
  readonly #node: ClientNode;
  readonly #protocol: Protocol;
  readonly #isCluster: IsCluster;
  #isSubscribed = false;

  constructor(
    node: ClientNode,
    addresses: { readonly address: NodeAddress; readonly fabricAddress: NodeAddress },
    libraries: Libraries,
  ) {
    this.#node = node;
    this.address = addresses.address;
    this.fabricAddress = addresses.fabricAddress;
    this.#protocol = libraries.protocol;
    this.#isCluster = libraries.matter.ClusterBehavior.isType;
  }

  get isSubscribed(): boolean {
    return this.#isSubscribed;
  }

  /** Tells of the subscription, and of endpoints that come and go, from now on. */
  watch(listener: (isActive: boolean) => void, restructured: () => void): void {
    const become = (isActive: boolean): void => {
      if (this.#isSubscribed === isActive) return;
      this.#isSubscribed = isActive;
      listener(isActive);
    };
    this.#node.lifecycle.changed.on(restructured);
    this.#node.eventsOf('network').subscriptionStatusChanged?.on(become);
    this.#node.act((agent) => become(agent.network.subscriptionActive === true));
  }

  get identity(): PeerIdentity {
    return identityOf(this.#node);
  }

  /** False while the library takes it up or gives it up: it cannot be looked at then. */
  get isWhole(): boolean {
    return this.#node.construction.status === 'active';
  }

  endpoints(): EndpointView[] {
    if (!this.isWhole) return [];
    const views = [...this.#node.endpoints].map((each) => endpointView(each, this.#isCluster));
    return views.sort((a, b) => a.number - b.number);
  }

  cluster(endpointNumber: number, clusterId: number): ClusterView | undefined {
    const endpoint = this.#endpoint(endpointNumber);
    return endpoint && clusterViews(endpoint, this.#isCluster, clusterId)[0];
  }

  /** An attribute as it is cached, plain; undefined where the node has none such. */
  attribute(endpointNumber: number, clusterId: number, attributeId: number): unknown {
    const endpoint = this.#endpoint(endpointNumber);
    return endpoint && attributeValue(endpoint, this.#isCluster, { clusterId, attributeId });
  }

  #endpoint(number: number): Endpoint | undefined {
    if (!this.isWhole) return undefined;
    const { endpoints } = this.#node;
    return endpoints.has(number) ? (endpoints.for(number) as Endpoint) : undefined;
  }

  /**
   * Sends one command; resolves once the node has answered, with the fields of its answer where that has any. Aborting
   * ends its retransmissions too.
   */
  async invoke(request: CommandRequest, signal: AbortSignal): Promise<unknown> {
    const { clusterId, ...rest } = request;
    const cluster = this.#clusterType(request.endpoint, clusterId);
    return invokeCommand(this.#node, this.#protocol, { ...rest, cluster }, signal);
  }

  /** Writes one attribute; resolves once the node has taken it. */
  async write(
    at: { readonly endpoint: number; readonly clusterId: number; readonly attributeId: number },
    value: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    const { Write } = this.#protocol;
    const { endpoint: number, clusterId, attributeId } = at;
    const endpoint = this.#endpoint(number);
    const wire = endpoint && writable(endpoint, this.#isCluster, { clusterId, attributeId });
    if (wire === undefined) throw new Error(`Endpoint ${number} has no attribute ${attributeId}`);
    const write = Write(
      Write.Attribute({
        endpoint: number as never,
        cluster: this.#clusterType(number, clusterId),
        attributes: [wire.name],
        value: wire.toLibrary(value),
      } as Parameters<typeof Write.Attribute>[0]),
    );
    const results = await this.#node.interaction.write(write, { abort: signal } as Session);
    for (const { status } of results ?? []) if (status !== 0) throw new StatusError(status);
  }

  /** Reads anew, everything or only what stands at these places; what differs is told as changed. */
  async read(signal: AbortSignal, at?: readonly ReadPlace[]): Promise<void> {
    const { Read } = this.#protocol;
    const paths = at?.map(({ endpoint, clusterId, attributeId }) => ({
      endpointId: endpoint,
      ...(clusterId === undefined ? {} : { clusterId }),
      ...(attributeId === undefined ? {} : { attributeId }),
    }));
    const request = Read({
      fabricFilter: true,
      attributes: paths ?? [{}],
    } as unknown as ReadOptions);
    const chunks = this.#node.interaction.read(request, { abort: signal } as Session);
    for await (const chunk of chunks) for await (const _ of chunk);
  }

  /** Attributes of the root endpoint as they are now, of all fabrics; in the order of `at`, undefined for what is not there. */
  async ask(
    at: readonly { readonly clusterId: number; readonly attributeId: number }[],
    signal: AbortSignal,
  ): Promise<readonly unknown[]> {
    const { Read } = this.#protocol;
    const attributes = at.map((path) => ({ endpointId: 0, ...path }));
    const request = Read({ fabricFilter: false, attributes } as unknown as ReadOptions);
    const found = new Map<string, unknown>();
    const chunks = this.#node.interaction.read(request, { abort: signal } as Session);
    for await (const chunk of chunks) {
      for await (const entry of chunk) {
        if (entry.kind !== 'attr-value') continue;
        const { clusterId, attributeId } = entry.path;
        found.set(`${Number(clusterId)}.${Number(attributeId)}`, entry.value);
      }
    }
    return at.map(({ clusterId, attributeId }) => found.get(`${clusterId}.${attributeId}`));
  }

  /** How long ago anything came from it that the hub had asked for. */
  silentMs(): number {
    const heardAtMs = this.#node.env.maybeGet(this.#protocol.Peer)?.service.status.lastReceiptAt;
    return heardAtMs === undefined ? Number.POSITIVE_INFINITY : Date.now() - heardAtMs;
  }

  /** Whether it answers at all. */
  async probe(signal: AbortSignal): Promise<boolean> {
    const interaction = this.#node.interaction as { probe?(o: object): Promise<boolean> };
    return (await interaction.probe?.({ abort: signal })) === true;
  }

  /** Begins the subscription anew, now: after a failed one the library waits for longer each time. */
  async resubscribe(): Promise<void> {
    const node = this.#node as Endpoint;
    await node.setStateOf('network', { autoSubscribe: false });
    await node.setStateOf('network', { autoSubscribe: true });
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
    for (const type of Object.values(this.#endpoint(endpoint)?.behaviors.supported ?? {})) {
      if (this.#isCluster(type) && type.cluster.id === clusterId) return type.cluster;
    }
    throw new Error(`Endpoint ${endpoint} has no cluster ${clusterId}`);
  }
}

/**
 * Sends one command to a node, also one that was never read. Resolves with the fields of its answer where that has any.
 * @throws StatusError where the node will not
 */
export async function invokeCommand(
  node: ClientNode,
  { Invoke }: Protocol,
  request: Omit<CommandRequest, 'clusterId'> & { readonly cluster: ClusterType },
  signal: AbortSignal,
): Promise<unknown> {
  const concrete = request as Parameters<typeof Invoke.ConcreteCommandRequest>[0];
  const invoke = Invoke({ commands: [Invoke.ConcreteCommandRequest(concrete)] });
  // A batched command could not be taken back once its batch has left.
  invoke.batchDuration = false;
  let answer: unknown = null;
  for await (const chunk of node.interaction.invoke(invoke, { abort: signal } as Session)) {
    for (const entry of chunk) {
      if (entry.kind === 'cmd-response') answer = entry.data;
      else if (entry.status !== 0) throw new StatusError(entry.status, entry.clusterStatus);
    }
  }
  return answer;
}

/** The node answered that it will not. */
export class StatusError extends Error {
  readonly status: number;
  /** The cluster's own status, which says more; null where it gave none. */
  readonly clusterStatus: number | null;

  constructor(status: number, clusterStatus?: number) {
    super(`The device answered with status ${status}`);
    this.status = status;
    this.clusterStatus = clusterStatus ?? null;
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** What a node says of itself on its root endpoint. */
export function identityOf(node: ClientNode): PeerIdentity {
  const state = node.maybeStateOf('basicInformation') ?? {};
  const { vendorName, productName, softwareVersionString } = state;
  const { vendorId, productId, uniqueId, serialNumber, nodeLabel } = state;
  const own = textOf(uniqueId) ?? textOf(serialNumber);
  return {
    vendor: textOf(vendorName) ?? 'Unknown',
    product: textOf(productName) ?? 'Matter device',
    label: textOf(nodeLabel),
    software: textOf(softwareVersionString),
    own: own === null ? null : `${Number(vendorId)}/${Number(productId)}/${own}`,
  };
}
