// The border to matter.js: the hub's controller node and its fabric. Everything that a later matter.js may change
// (0.18 renames much of `peers`) stands here and in peer.ts; no type of the library leaves them.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClientNode, Endpoint, ServerNode } from '@matter/main';
import { type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import type { AddressBook } from './address-book.ts';
import { type Attestation, attestationOf, REFUSED } from './attestation.ts';
import { completeCommissioning } from './complete-commissioning.ts';
import { type LibraryOptions, loadLibrary, NODE_IDS } from './library.ts';
import { OtaProvider } from './ota-provider.ts';
import { identityOf, type Libraries, Peer } from './peer.ts';
import { SilentError, searchFor } from './search.ts';
import { readSetupCode, type SetupCode } from './setup-code.ts';
import { readTrustStore } from './trust-store.ts';

const PROBE_LIMIT_MS = 2_500;
/**
 * How long the library waits at most before it tries a node again that does not answer, or refused it. Its own limits
 * are made for fleets: a lamp that got its power back would wait two to five minutes here.
 */
const RETRY_SECONDS = { silent: 15, network: 5, refused: 60, other: 30 };
/** Of the verifier of a window that is opened to others. Spec: Matter 1.4 Core § 3.9, 11.19.8.1. */
const WINDOW_ITERATIONS = 1_000;
const WINDOW_SALT_BYTES = 32;
/** Bit of a QR code: it is on the network already. Spec: Matter 1.4 Core § 5.1.3.1. */
const ON_NETWORK = 4;
/** Before a device that was found and did not answer is looked for once more; with less time left it is not. */
const SEARCH_AGAIN_MS = 2_000;
const FABRIC_LABEL = 'Ingle';

/** What is heard of the peers; called in no particular thread of theirs, and never after `close()`. */
export interface PeerListener {
  /** Attributes of a cluster changed, by a report or by a read. */
  changed(peer: Peer, endpoint: number, clusterId: number, attributeIds: readonly number[]): void;
  /** An event of a cluster, by its name in the standard. */
  happened(peer: Peer, endpoint: number, clusterId: number, event: string, payload: unknown): void;
  /** Whether the subscription to the peer stands. */
  subscribed(peer: Peer, isActive: boolean): void;
  /** Endpoints or clusters of the peer have come or gone. */
  restructured(peer: Peer): void;
  /** The peer has left the fabric. */
  left(peer: Peer): void;
  /** The peer is gone: its hardware comes again as another peer of the same address. */
  replaced(peer: Peer): void;
}

/** What is told while a node is being commissioned. */
export interface CommissioningListener {
  readonly address: NodeAddress;
  /** The n-th step of so many, by its name in the standard. */
  step(index: number, of: number, name: string): void;
  /** What its certificates are worth; true: commissioning goes on. */
  attestation(attestation: Attestation): boolean;
  /** It is given its place in the fabric now. */
  certified(): void;
  /** A device of the code is there and does not answer; it is looked for again. */
  silent(): void;
}

/** What is known of the nodes outside the fabric itself. */
export interface FabricHome {
  readonly listener: PeerListener;
  readonly addresses: AddressBook;
  /** Whether it is not known if this node has taken its place in the fabric. */
  isDoubted(address: NodeAddress): boolean;
}

/** The hub's own node: the administrator of one fabric. */
export class Controller {
  readonly #libraries: Libraries;
  readonly #server: ServerNode;
  readonly #listener: PeerListener;
  readonly #peers = new Map<ClientNode, Peer>();
  readonly #addresses: AddressBook;
  #firmware: Promise<OtaProvider> | undefined;
  #isClosing = false;

  private constructor(
    libraries: Libraries,
    server: ServerNode,
    { listener, addresses }: FabricHome,
  ) {
    this.#libraries = libraries;
    this.#server = server;
    this.#listener = listener;
    this.#addresses = addresses;
  }

  /** Loads matter.js, takes up the fabric of `storage` or founds one, and goes online. */
  static async open(options: LibraryOptions, home: FabricHome): Promise<Controller> {
    const matter = await loadLibrary(options);
    const protocol = await import('@matter/main/protocol');
    const types = await import('@matter/main/types');
    const trusted = readTrustStore(
      options.storage,
      (der) => ({ keyId: keyIdOf(protocol.Paa.fromAsn1(der).cert.extensions) }),
      (text) => options.log('warn', text),
    );
    // Without certificates of the household's own nothing is registered: the library's own service asks the internet.
    if (trusted !== null) {
      matter.Environment.default.set(protocol.DclCertificateService, trusted as never);
    }
    const server = await matter.ServerNode.create(
      matter.ServerNode.RootEndpoint.with(matter.ControllerBehavior),
      {
        id: NODE_IDS.controller,
        // The standard's own port stays free for the bridge, of which some assistants expect it.
        network: {
          port: 0,
          timing: {
            maxDelayBetweenInitialContactRetries: matter.Seconds(RETRY_SECONDS.silent),
            delayAfterNetworkError: matter.Seconds(RETRY_SECONDS.network),
            delayAfterPeerError: matter.Seconds(RETRY_SECONDS.refused),
            delayAfterUnhandledError: matter.Seconds(RETRY_SECONDS.other),
          },
        },
        controller: { adminFabricLabel: FABRIC_LABEL, nodeIdAssignment: 'random', ble: false },
      },
    );
    const controller = new Controller({ matter, protocol, types }, server, home);
    controller.#listen();
    await server.start();
    for (const node of server.peers) {
      const nodeId = node.peerAddress?.nodeId;
      const isDoubted = nodeId !== undefined && home.isDoubted(addressOf(nodeId));
      // One that was never read is taken up by resuming it.
      if (!isDoubted || hasBeenRead(node)) controller.#known(node);
    }
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

  /**
   * Looks for the device of the code, takes it into the fabric and reads it. One that is found and does not answer is
   * looked for again while there is time: another attempt, broken off, may hold it for a minute. `signal` ends it.
   */
  async commission(
    code: SetupCode,
    timeoutMs: number,
    hooks: CommissioningListener,
    signal: AbortSignal,
  ): Promise<Peer> {
    const endsAtMs = performance.now() + timeoutMs;
    for (;;) {
      try {
        return await this.#commissionOnce(code, endsAtMs - performance.now(), hooks, signal);
      } catch (error) {
        const isInTime = performance.now() + 2 * SEARCH_AGAIN_MS < endsAtMs;
        if (!(error instanceof SilentError) || !isInTime || signal.aborted) throw error;
        hooks.silent();
        await delay(SEARCH_AGAIN_MS, undefined, { signal });
      }
    }
  }

  async #commissionOnce(
    code: SetupCode,
    timeoutMs: number,
    hooks: CommissioningListener,
    signal: AbortSignal,
  ): Promise<Peer> {
    const { types, protocol, matter } = this.#libraries;
    const library = await import('@matter/main/node');
    class Flow extends protocol.ControllerCommissioningFlow {
      override async executeCommissioning(): Promise<void> {
        for (const [index, step] of this.commissioningSteps.entries()) {
          const { stepLogic } = step;
          step.stepLogic = () => {
            hooks.step(index + 1, this.commissioningSteps.length, step.name);
            if (step.name === 'OperationalCredentials.Certificates') hooks.certified();
            return stepLogic();
          };
        }
        await super.executeCommissioning();
      }
    }
    let isAttested = false;
    const discovery = searchFor({ node: library, protocol }, this.#server, {
      ...code,
      nodeId: types.NodeId(BigInt(hooks.address)),
      timeout: matter.Millis(timeoutMs),
      commissioningFlowImpl: Flow,
      onAttestationFailure: (findings) => {
        isAttested = true;
        return hooks.attestation(attestationOf(findings)) || REFUSED;
      },
    });
    const cancel = (): void => discovery.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const node = await discovery;
      // Without any finding the library does not ask.
      if (!isAttested) hooks.attestation(attestationOf([]));
      return await this.#takeUp(node);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /**
   * Goes on where adding a node was cut off after it had got its place in the fabric: looks for it there, ends its
   * commissioning and reads it. Spec: Matter 1.4 Core § 11.10.7.6.
   * @throws Error where it does not answer until `signal` aborts, or does not belong to the fabric
   */
  async resume(address: NodeAddress, signal: AbortSignal): Promise<Peer> {
    const { types, protocol } = this.#libraries;
    const [fabric] = (await this.#server.env.load(protocol.FabricAuthority)).fabrics;
    if (fabric === undefined) throw new Error('There is no fabric yet');
    const { fabricIndex } = fabric;
    const nodeId = types.NodeId(BigInt(address));
    const node = await this.#server.peers.forAddress(protocol.PeerAddress({ fabricIndex, nodeId }));
    await completeCommissioning(node, this.#libraries, FABRIC_LABEL, signal);
    const everything = protocol.Read({ fabricFilter: true, attributes: [{}] });
    const chunks = node.interaction.read(everything, { abort: signal } as never);
    for await (const chunk of chunks) for await (const _ of chunk);
    const peer = await this.#takeUp(node);
    await (node as Endpoint).setStateOf('network', { autoSubscribe: true });
    await node.start();
    return peer;
  }

  /** Forgets a node of which it was in doubt whether it belongs to the fabric. */
  async giveUp(address: NodeAddress): Promise<void> {
    const nodes = [...this.#server.peers].filter(
      ({ peerAddress }) => peerAddress !== undefined && addressOf(peerAddress.nodeId) === address,
    );
    for (const node of nodes) if (!this.#peers.has(node)) await node.delete();
  }

  async #takeUp(node: ClientNode): Promise<Peer> {
    await this.#takeFormerPlace(node);
    const peer = this.#known(node);
    if (peer === undefined) throw new Error('The device has no address in the fabric');
    return peer;
  }

  /** What gives firmware to the peers; made when it is needed first. @throws Error while the fabric has no node */
  firmware(): Promise<OtaProvider> {
    this.#firmware ??= OtaProvider.open(this.#server).catch((error: unknown) => {
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
    const fabricAddress = addressOf(nodeId);
    const address = this.#addresses.homeAddress(fabricAddress);
    const peer = new Peer(node, { address, fabricAddress }, this.#libraries);
    this.#peers.set(node, peer);
    peer.watch(
      (isActive) => {
        if (!this.#isClosing) this.#listener.subscribed(peer, isActive);
      },
      () => {
        if (!this.#isClosing) this.#listener.restructured(peer);
      },
    );
    return peer;
  }

  /**
   * The same piece of hardware, reset and commissioned again, goes on as the device that it was: its old place in the
   * fabric is dead, which is asked for, since cheap makers give many products the same number.
   */
  async #takeFormerPlace(node: ClientNode): Promise<void> {
    const { own } = identityOf(node);
    const nodeId = node.peerAddress?.nodeId;
    if (own === null || nodeId === undefined) return;
    for (const [former, peer] of this.#peers) {
      if (former === node || peer.identity.own !== own) continue;
      const isAlive = await peer.probe(AbortSignal.timeout(PROBE_LIMIT_MS)).catch(() => false);
      if (isAlive) continue;
      this.#addresses.keep(addressOf(nodeId), peer.address);
      this.#peers.delete(former);
      this.#listener.replaced(peer);
      await peer.delete().catch(() => {});
      return;
    }
  }

  /**
   * What opens a node to another home's controller for a while: a code made for this once, and what proves it.
   * Spec: Matter 1.4 Core § 11.19.8.1.
   */
  async newWindow(of: { readonly vendorId: number; readonly productId: number }): Promise<{
    readonly manualCode: string;
    readonly qrText: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }> {
    const { matter, protocol, types } = this.#libraries;
    const crypto = this.#server.env.get(matter.Crypto);
    const passcode = protocol.PaseClient.generateRandomPasscode(crypto);
    const discriminator = protocol.PaseClient.generateRandomDiscriminator(crypto);
    const salt = new Uint8Array(randomBytes(WINDOW_SALT_BYTES));
    const pbkdf = { iterations: WINDOW_ITERATIONS, salt };
    const verifier = protocol.PaseClient.generatePakePasscodeVerifier;
    const pakePasscodeVerifier = await verifier(crypto, passcode, pbkdf);
    return {
      manualCode: types.ManualPairingCodeCodec.encode({ discriminator, passcode }),
      qrText: types.QrPairingCodeCodec.encode([
        {
          ...{ version: 0, vendorId: of.vendorId as never, productId: of.productId, flowType: 0 },
          ...{ discoveryCapabilities: ON_NETWORK, discriminator, passcode },
        },
      ]),
      fields: { pakePasscodeVerifier, discriminator, ...pbkdf },
    };
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

/** Whether its structure is known, from this start or an earlier one. */
function hasBeenRead(node: ClientNode): boolean {
  return node.maybeStateOf('basicInformation') !== undefined;
}

/** @throws Error for a certificate without one */
function keyIdOf({ subjectKeyIdentifier }: { subjectKeyIdentifier?: unknown }): Uint8Array {
  if (subjectKeyIdentifier === undefined) throw new Error('it names no key');
  return new Uint8Array(subjectKeyIdentifier as Uint8Array);
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
