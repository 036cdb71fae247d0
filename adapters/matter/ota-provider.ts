// The border to matter.js for firmware: an OTA provider on the hub's own node. matter.js would ask the public ledger on
// the internet for updates by itself; here it never does: it gives what it was handed, to whom that was meant for.
// Spec: Matter 1.0 Core § 11.19, software update.
import type { Endpoint, ServerNode } from '@matter/main';
import type { DclOtaUpdateService, Fabric } from '@matter/main/protocol';
import type { NodeAddress } from '../../hub/model/identifiers.ts';

/** An image for one product, whole and verified. */
export interface MatterImage {
  readonly vendorId: number;
  readonly productId: number;
  readonly softwareVersion: number;
  readonly bytes: Uint8Array;
}

/** How far a node is with what it was offered. */
export type OfferProgress =
  /** It has been told, and asks when it likes: the standard lets it wait for ten minutes. */
  | { readonly kind: 'told' }
  | { readonly kind: 'fetching'; readonly bytes: number; readonly of: number }
  | { readonly kind: 'applying' }
  | { readonly kind: 'applied' }
  | { readonly kind: 'failed' };

/** matter.js's numbers of an update's state (OtaUpdateStatus). */
const DOWNLOADING = 3;
const WAITS_TO_APPLY = 4;
const APPLYING = 5;
/** AnnouncementReason. Spec: Matter 1.0 Core § 11.19.6.4.1. */
const UPDATE_AVAILABLE = 1;

type NodeModule = typeof import('@matter/main/node');
type ProtocolModule = typeof import('@matter/main/protocol');
type Manager = InstanceType<NodeModule['SoftwareUpdateManager']>;
type PeerAddress = Parameters<Manager['forceUpdate']>[0];

export class OtaProvider {
  readonly #node: NodeModule;
  readonly #protocol: ProtocolModule;
  readonly #endpoint: Endpoint;
  readonly #service: DclOtaUpdateService;
  readonly #fabric: Fabric;
  readonly #ended = new Map<string, 'applied' | 'failed'>();

  private constructor(
    { node, protocol }: { readonly node: NodeModule; readonly protocol: ProtocolModule },
    endpoint: Endpoint,
    service: DclOtaUpdateService,
    fabric: Fabric,
  ) {
    this.#node = node;
    this.#protocol = protocol;
    this.#endpoint = endpoint;
    this.#service = service;
    this.#fabric = fabric;
  }

  /** Adds the provider to the hub's node, which has to be online. @throws Error while the fabric has no node */
  static async open(server: ServerNode): Promise<OtaProvider> {
    const node = await import('@matter/main/node');
    const protocol = await import('@matter/main/protocol');
    const { OtaProviderEndpoint } = await import('@matter/main/endpoints/ota-provider');
    const { Endpoint } = await import('@matter/main');
    const { DclBehavior, SoftwareUpdateManager } = node;
    const fabric = (await server.env.load(protocol.FabricAuthority)).fabrics[0];
    if (fabric === undefined) throw new Error('The fabric has no node');
    class HandedUpdates extends SoftwareUpdateManager {
      override async checkForUpdates(): Promise<void> {}
      override async queryUpdates(): ReturnType<Manager['queryUpdates']> {
        return [];
      }
    }
    server.behaviors.require(DclBehavior);
    // Loaded on the root: on the endpoint it is not supported.
    const service = await server.act(
      async (agent) => (await agent.load(DclBehavior)).otaUpdateService,
    );
    await service.construction;
    const endpoint = new Endpoint(OtaProviderEndpoint.with(HandedUpdates), { id: 'ota' });
    await server.add(endpoint);
    // Given at `add` it has no effect; without it local images are not offered.
    await endpoint.setStateOf(SoftwareUpdateManager, { allowTestOtaImages: true });
    const libraries = { node, protocol };
    const provider = new OtaProvider(libraries, endpoint as Endpoint, service, fabric);
    provider.#listen();
    return provider;
  }

  /** Keeps the image for the node and tells it so. @throws Error where the node takes none now */
  async offer(to: NodeAddress, image: MatterImage): Promise<void> {
    const { vendorId, productId, softwareVersion, bytes } = image;
    await this.withdraw(to);
    this.#ended.delete(to);
    const stream = () =>
      new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(bytes);
          controller.close();
        },
      });
    const info = await this.#service.updateInfoFromStream(stream(), 'file:///image.ota', {
      minApplicableSoftwareVersion: 0,
      maxApplicableSoftwareVersion: softwareVersion - 1,
    });
    await this.#service.delete({ vendorId, productId, mode: 'local' }).catch(() => 0);
    await this.#service.store(stream() as never, info, 'local');
    const peer = this.#peer(to);
    await this.#act((manager) =>
      manager.forceUpdate(peer, vendorId as never, productId, softwareVersion),
    );
  }

  /** What a node is told of, as the fields of its command AnnounceOTAProvider: there is an update here. */
  get announcement(): Readonly<Record<string, unknown>> {
    const { rootNodeId, rootVendorId } = this.#fabric;
    return {
      ...{ providerNodeId: rootNodeId, vendorId: rootVendorId, endpoint: this.#endpoint.number },
      announcementReason: UPDATE_AVAILABLE,
    };
  }

  /** Ends what is left here of a transfer that was cut off: a node that asks anew would be answered "busy" for it. */
  async endTransfer(to: NodeAddress): Promise<void> {
    const transfers = this.#endpoint.env.get(this.#protocol.BdxProtocol);
    await transfers.disablePeerForScope(this.#peer(to), this.#service.storage, true);
  }

  progress(of: NodeAddress): OfferProgress {
    const ended = this.#ended.get(of);
    if (ended !== undefined) return { kind: ended };
    const entry = this.#act((manager) =>
      manager.queuedUpdates.find(({ peerAddress }) => addressOf(peerAddress) === of),
    );
    if (entry === undefined) return { kind: 'failed' };
    const { lastProgressStatus = 0, bdxTransferredBytes = 0, bdxDataLength = 0 } = entry;
    if (lastProgressStatus === APPLYING || lastProgressStatus === WAITS_TO_APPLY) {
      return { kind: 'applying' };
    }
    if (lastProgressStatus !== DOWNLOADING) return { kind: 'told' };
    return { kind: 'fetching', bytes: bdxTransferredBytes, of: bdxDataLength };
  }

  /** What was offered to the node is offered no more; a transfer is ended. */
  async withdraw(from: NodeAddress): Promise<void> {
    const peer = this.#peer(from);
    const isOffered = this.#act((manager) => manager.hasConsent(peer));
    if (isOffered) await this.#act((manager) => manager.removeConsent(peer));
  }

  #act<Result>(work: (manager: Manager) => Result): Result {
    const { SoftwareUpdateManager } = this.#node;
    return this.#endpoint.act((agent) => work(agent.get(SoftwareUpdateManager))) as Result;
  }

  #peer(address: NodeAddress): PeerAddress {
    const { fabricIndex } = this.#fabric;
    return { fabricIndex, nodeId: BigInt(address) } as unknown as PeerAddress;
  }

  #listen(): void {
    const events = this.#endpoint.eventsOf(this.#node.SoftwareUpdateManager);
    events.updateDone.on((peer) => void this.#ended.set(addressOf(peer), 'applied'));
    events.updateFailed.on((peer) => void this.#ended.set(addressOf(peer), 'failed'));
  }
}

function addressOf({ nodeId }: { readonly nodeId: bigint | number }): string {
  return `0x${BigInt(nodeId).toString(16).padStart(16, '0')}`;
}
