// The Matter adapter: puts its parts together and hands what is heard of a node to the part that it concerns.
import type { AdapterCall } from '../../hub/model/adapter-port.ts';
import { HubError, NotFoundError, toProblem, UnreachableError } from '../../hub/model/errors.ts';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { ToBridge } from '../../hub/model/matter-bridge.ts';
import type { MatterNodeReport, RemovedNodes } from '../../hub/model/matter-node.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Adapter, AdapterCommand, AdapterContext } from '../contract/adapter.ts';
import { within } from '../contract/host.ts';
import { AddressBook } from './address-book.ts';
import { Bridge } from './bridge/bridge.ts';
import { buttonPress } from './buttons.ts';
import { CodeBook } from './code-book.ts';
import { Commands } from './commands.ts';
import { FirmwareUpdates, OTA_REQUESTOR } from './firmware.ts';
import { Fleet } from './fleet.ts';
import type { Node } from './node.ts';
import { NodeSharing } from './node-sharing.ts';
import { openProblem } from './open-problem.ts';
import { Pairing } from './pairing.ts';
import type { Peer } from './peer.ts';
import type { PeerDevices } from './peer-devices.ts';
import { Controller } from './peers.ts';
import { Reach } from './reach.ts';
import { Resumption } from './resumption.ts';
import {
  attestationPolicyOf,
  bridgePortOf,
  type MatterSettings,
  readSettings,
} from './settings.ts';

/** Loading matter.js takes a second, and many on a busy small board. */
const OPEN_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 3_500;
const REMOVE_LIMIT_MS = 10_000;
const REFRESH_LIMIT_MS = 10_000;
/** An interface that is not there yet is looked for this often. */
const LOOK_AGAIN_MS = 5_000;

/** Matter by matter.js. One per process or worker: the library keeps its storage and network in static places. */
export function createMatterAdapter(context: AdapterContext): Adapter {
  return new MatterAdapter(context);
}

class MatterAdapter implements Adapter {
  readonly #context: AdapterContext;
  readonly #fleet: Fleet;
  readonly #reach: Reach;
  readonly #commands: Commands;
  readonly #pairing: Pairing;
  readonly #firmware: FirmwareUpdates;
  readonly #sharing: NodeSharing;
  readonly #codes: CodeBook;
  readonly #addresses: AddressBook;
  readonly #resumption: Resumption;
  readonly #bridge: Bridge;
  /** Resolves once matter.js is loaded and set up. */
  readonly #library = Promise.withResolvers<void>();
  #controller: Controller | null = null;
  #opening: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #networkInterface = '';
  #isStopped = false;

  constructor(context: AdapterContext) {
    this.#context = context;
    this.#codes = new CodeBook(context.dataFolder);
    this.#addresses = new AddressBook(context.dataFolder);
    const port = bridgePortOf(context.settings);
    this.#bridge = new Bridge({ context, port, library: this.#library.promise });
    this.#reach = new Reach(context);
    this.#fleet = new Fleet({ context, reach: this.#reach, addresses: this.#addresses });
    this.#commands = new Commands({
      context,
      node: (address) => this.#fleet.device(address),
      suspect: (node) => {
        const devices = this.#fleet.of(node.peer);
        if (devices !== undefined) this.#reach.suspect(devices);
      },
    });
    const nameOf = (node: NodeAddress) => context.nameOf(node);
    this.#firmware = new FirmwareUpdates(async () => this.#live().firmware(), nameOf);
    this.#sharing = new NodeSharing({ context, controller: () => this.#live() });
    this.#resumption = new Resumption({
      codes: this.#codes,
      adopt: (peer) => {
        this.#reach.expect(this.#takeIn(peer, peer.fabricAddress));
        this.#connected();
      },
      log: (level, text) => context.log(level, text),
    });
    this.#pairing = new Pairing(context, {
      policy: attestationPolicyOf(context.settings),
      adopt: (peer, pairedAs) => this.#commissioned(peer, pairedAs),
      addedBy: (code) =>
        this.#codes.nodesOf(code).flatMap((address) => this.#fleet.device(address)?.peer ?? []),
      adding: (address, code) => this.#codes.add(address, code),
      certified: (address) => this.#codes.doubt(address),
      attested: (address, attestation) => this.#addresses.attested(address, attestation.verdict),
      ended: () => {
        const here = this.#fleet.peers().map(({ peer }) => peer.address);
        this.#codes.keep(new Set(here));
        const doubted = this.#codes.doubted().map(({ address }) => address);
        this.#addresses.keepAttestations(new Set([...here, ...doubted]));
        if (this.#controller !== null) this.#resumption.look(this.#controller);
      },
    });
  }

  async start(): Promise<void> {
    const settings = this.#settings();
    if (settings !== null) this.#opening = this.#open(settings);
  }

  /** Null while the interface is not there, which is told and looked for again. */
  #settings(): MatterSettings | null {
    try {
      return readSettings(this.#context.settings);
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
      const retryAtMs = Date.now() + LOOK_AGAIN_MS;
      this.#context.state({ kind: 'fault', problem: toProblem(error), retryAtMs });
      this.#retry = setTimeout(() => {
        const settings = this.#settings();
        if (settings !== null) this.#opening = this.#open(settings);
      }, LOOK_AGAIN_MS);
      return null;
    }
  }

  async #open({ networkInterface }: MatterSettings): Promise<void> {
    const context = this.#context;
    this.#networkInterface = networkInterface;
    context.state({ kind: 'connecting' });
    try {
      const opening = Controller.open(
        {
          storage: context.dataFolder,
          networkInterface,
          log: (level, text) => context.log(level, text),
        },
        {
          addresses: this.#addresses,
          isDoubted: (address) => this.#codes.isDoubted(address),
          listener: {
            changed: (peer, ...change) => this.#changed(peer, ...change),
            happened: (peer, ...event) => this.#happened(peer, ...event),
            subscribed: (peer, isActive) => this.#subscribed(peer, isActive),
            restructured: (peer) => this.#fleet.restructured(peer),
            left: (peer) => this.#left(peer),
            replaced: (peer) => this.#fleet.forget(peer),
          },
        },
      );
      const controller = await within(opening, OPEN_LIMIT_MS, 'Starting matter.js');
      this.#controller = controller;
      if (this.#isStopped) return;
      this.#library.resolve();
      for (const peer of controller.peers()) {
        this.#codes.settle(peer.fabricAddress);
        this.#reach.expect(this.#fleet.take(peer));
      }
      this.#connected();
      this.#resumption.look(controller);
    } catch (error) {
      const problem = openProblem(error);
      context.state({ kind: 'fault', problem, retryAtMs: null });
      // matter.js cannot be started twice in one worker.
      context.abandon(problem.message);
    }
  }

  /** Tells that it is connected, and with how many nodes. */
  #connected(): void {
    if (this.#isStopped) return;
    const count = this.#fleet.peers().length;
    const nodes = count === 1 ? '1 node' : `${count} nodes`;
    this.#context.state({ kind: 'connected', detail: `${nodes}, on ${this.#networkInterface}` });
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearTimeout(this.#retry);
    this.#pairing.close();
    this.#resumption.stop();
    this.#commands.stop();
    this.#reach.stop();
    this.#fleet.stop();
    this.#sharing.stop();
    await within(this.#opening, 1_000, 'starting').catch(() => {});
    const closing = [
      Promise.resolve(this.#bridge.stop()),
      Promise.resolve(this.#controller?.close()),
    ];
    await within(Promise.all(closing), CLOSE_LIMIT_MS, 'closing matter.js').catch((error: Error) =>
      this.#context.log('warn', error.message),
    );
  }

  send(command: AdapterCommand): void {
    this.#live();
    this.#commands.send(command);
  }

  bridge(update: ToBridge): void {
    this.#bridge.take(update);
  }

  async call(body: AdapterCall): Promise<unknown> {
    switch (body.kind) {
      case 'bridge':
        return this.#bridge.ask(body.ask);
      case 'pair':
        this.#pairing.open(this.#live(), body.code ?? '', body.seconds);
        return null;
      case 'pairStop':
        this.#pairing.close();
        return null;
      case 'remove':
        return this.#remove(body.node, body.force);
      case 'rename':
        return null;
      case 'interview':
      case 'refresh':
        await this.#refresh(this.#known(body.node), body.kind === 'interview');
        return null;
      case 'firmwareHeard':
        return this.#firmware.heardOf(this.#fleet.devices());
      case 'firmwareCheck':
        return this.#firmware.check(this.#known(body.node));
      case 'firmwareUpdate':
        await this.#firmware.start(this.#known(body.node), body.image);
        return null;
      case 'firmwareState':
        return this.#firmware.state(this.#known(body.node));
      case 'firmwareAbort':
        await this.#firmware.abort(this.#known(body.node));
        return null;
      case 'describe':
        await this.#fleet.describeAll();
        return null;
      case 'matterNode':
        return this.#matterNode(body.node);
      case 'shareNode':
        return this.#sharing.open(this.#own(body.node), body.seconds);
      case 'unshareNode':
        return this.#sharing.close(this.#own(body.node));
      case 'removeFabric':
        return this.#sharing.removeFabric(this.#own(body.node), body.index);
      case 'statistics':
        return {
          nodes: this.#fleet.devices().map((node) => ({
            node: node.address,
            isOnline: node.isOnline,
            notShown: node.shape.notShown,
          })),
        };
      default:
        throw new HubError('unsupported', `The Matter adapter cannot do "${body.kind}"`);
    }
  }

  #live(): Controller {
    if (this.#controller !== null) return this.#controller;
    throw new UnreachableError('Matter is not ready yet', {
      hint: 'The health of the home shows what is wrong. Try again in a moment.',
      zh: { message: 'Matter 还没有准备好', hint: '家的状态里会显示原因。请稍后再试。' },
    });
  }

  #known(address: NodeAddress): Node {
    this.#live();
    const node = this.#fleet.device(address);
    if (node === undefined) throw new NotFoundError('Matter node', address);
    return node;
  }

  /** The node itself: what hangs on a bridge has no fabrics of its own. */
  #own(address: NodeAddress): Node {
    const node = this.#known(address);
    if (!node.isBridged) return node;
    const name = this.#context.nameOf(address) ?? address;
    const bridge = this.#context.nameOf(node.peer.address) ?? node.peer.identity.product;
    throw new HubError('unsupported', `${name} hangs on a bridge and cannot be shared by itself`, {
      hint: `Share the bridge: ${bridge}.`,
      zh: { message: `${name} 挂在网桥上，不能单独共享`, hint: `请共享网桥：${bridge}。` },
    });
  }

  async #matterNode(address: NodeAddress): Promise<MatterNodeReport> {
    const node = this.#known(address);
    const { part, peer } = node;
    const bridge = node.isBridged ? peer.address : null;
    const bridged = part.isBridge
      ? (this.#fleet.of(peer)?.all ?? []).filter(({ isBridged }) => isBridged)
      : [];
    return {
      bridge,
      bridged: bridged.map((each) => each.address),
      endpoints: part.endpoints.map(({ number, deviceTypes }) => ({ number, deviceTypes })),
      attestation: this.#addresses.attestation(peer.address),
      ...(await this.#sharing.look(node)),
    };
  }

  /** A peer that was added as that address is one of the home's. */
  #takeIn(peer: Peer, pairedAs: NodeAddress): PeerDevices {
    this.#codes.settle(pairedAs);
    this.#resumption.settled();
    this.#codes.move(pairedAs, peer.address);
    this.#addresses.moveAttestation(pairedAs, peer.address);
    this.#addresses.showAll(peer.address);
    return this.#fleet.take(peer);
  }

  async #commissioned(peer: Peer, pairedAs: NodeAddress): Promise<void> {
    const devices = this.#takeIn(peer, pairedAs);
    await this.#fleet.tellPaired(devices, pairedAs);
    this.#reach.expect(devices);
    this.#connected();
  }

  #subscribed(peer: Peer, isActive: boolean): void {
    const devices = this.#fleet.of(peer);
    if (devices === undefined) return;
    if (isActive) this.#fleet.look(devices);
    this.#reach.subscribed(devices, isActive);
  }

  #changed(peer: Peer, endpoint: number, clusterId: number, attributeIds: readonly number[]): void {
    const devices = this.#fleet.of(peer);
    if (devices === undefined || devices.isSuspect) return;
    if (isStructural(clusterId)) this.#fleet.restructured(peer);
    const node = devices.at(endpoint);
    if (node?.isOnline !== true) return;
    const values = node.values({ endpoint, clusterId, attributeIds });
    const keys = Object.keys(values) as PropertyKey[];
    if (keys.length === 0) return;
    for (const key of keys) node.toldAtMs.set(key, performance.now());
    this.#context.report(node.address, values, 'report');
  }

  #happened(
    peer: Peer,
    endpoint: number,
    clusterId: number,
    event: string,
    payload: unknown,
  ): void {
    const node = this.#fleet.of(peer)?.at(endpoint);
    // What is told while a subscription begins happened before it.
    if (node?.isOnline !== true) return;
    if (clusterId === OTA_REQUESTOR) this.#firmware.happened(node, event, payload);
    const key = node.shape.buttons.get(endpoint);
    const cluster = peer.cluster(endpoint, clusterId);
    if (key === undefined || cluster === undefined) return;
    const press: PropertyValue | null = buttonPress(cluster, event, payload);
    if (press !== null) this.#context.event(node.address, key, press);
  }

  #left(peer: Peer): void {
    const devices = this.#fleet.forget(peer);
    if (devices === undefined) return;
    this.#addresses.forget(peer);
    this.#sharing.forget(peer.address);
    for (const { address } of devices.all) this.#context.left(address);
    this.#connected();
  }

  async #refresh(node: Node, isInterview: boolean): Promise<void> {
    const name = this.#context.nameOf(node.address) ?? node.address;
    const { peer } = node;
    const at = node.isBridged
      ? node.part.endpoints.map(({ number }) => ({ endpoint: number }))
      : undefined;
    const devices = this.#fleet.of(peer);
    try {
      const reading = peer.read(AbortSignal.timeout(REFRESH_LIMIT_MS), at);
      await within(reading, REFRESH_LIMIT_MS, `Reading ${name}`);
    } catch (error) {
      if (devices !== undefined) this.#reach.suspect(devices);
      throw new UnreachableError(`${name} did not answer`, {
        hint: 'Is it powered and on the network?',
        zh: { message: `${name} 没有应答`, hint: '它是否通电并在网络上？' },
        cause: error,
      });
    }
    if (isInterview && devices !== undefined) {
      // What the household took away behind a bridge comes back when the bridge itself is asked what it has.
      if (node.part.isBridge) this.#addresses.showAll(peer.address);
      this.#fleet.look(devices);
    }
    if (node.isOnline === true) this.#context.report(node.address, node.values(), 'read');
  }

  /** @returns the addresses of what went with it */
  async #remove(address: NodeAddress, isForced: boolean): Promise<RemovedNodes> {
    const node = this.#fleet.device(address);
    if (node === undefined && this.#fleet.bridgeOf(address) !== undefined) return { removed: [] };
    const { peer } = node ?? this.#known(address);
    if (node?.isBridged === true) {
      // It stays on its bridge, which alone could take it away; the home does not look at it any more.
      this.#addresses.hide(address);
      const devices = this.#fleet.of(peer);
      if (devices !== undefined) this.#fleet.hide(devices, node);
      return { removed: [] };
    }
    const devices = this.#fleet.of(peer);
    const removed = (devices?.all ?? []).map((each) => each.address);
    if (devices !== undefined) await this.#decommission(devices, isForced);
    this.#left(peer);
    return { removed: removed.filter((each) => each !== address) };
  }

  async #decommission(devices: PeerDevices, isForced: boolean): Promise<void> {
    const { peer } = devices;
    const name = this.#context.nameOf(peer.address) ?? peer.address;
    devices.isLeaving = true;
    try {
      await within(peer.decommission(), REMOVE_LIMIT_MS, `Removing ${name}`);
    } catch (error) {
      if (!isForced) {
        devices.isLeaving = false;
        throw new HubError('unreachable', `${name} did not answer, so it was not removed`, {
          hint: 'Switch it on and try again, or remove it by force; then reset it before it is added anew.',
          zh: {
            message: `${name} 没有应答，因此没有移除`,
            hint: '请打开它再试，或强制移除；重新添加前要先重置它。',
          },
          cause: error,
        });
      }
      await peer.delete();
    }
  }
}

// Spec: Matter 1.4 Core § 9.5, 9.13, 9.7–9.9, 9.14: what a node consists of, what a bridge says of what hangs on it,
// and in which room it is.
const STRUCTURAL: ReadonlySet<number> = new Set([0x001d, 0x0039, 0x0040, 0x0041, 0x0025]);

function isStructural(clusterId: number): boolean {
  return STRUCTURAL.has(clusterId);
}
