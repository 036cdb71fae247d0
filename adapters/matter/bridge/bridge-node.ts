// The border to matter.js of the bridge: its server node with the aggregator, the endpoints on it, who may see them,
// the window for new controllers, and the fabrics. In plain values; no type of the library leaves this file.
import {
  type ActionContext,
  Crypto,
  Endpoint,
  type Environment,
  ServerNode,
  VendorId,
} from '@matter/main';
import { DescriptorServer } from '@matter/main/behaviors/descriptor';
import { AggregatorEndpoint } from '@matter/main/endpoints/aggregator';
import {
  DeviceCommissioner,
  type Fabric,
  FabricManager,
  PaseClient,
  PaseServer,
  SessionManager,
  Val,
} from '@matter/main/protocol';
import {
  ManualPairingCodeCodec,
  QrPairingCodeCodec,
  Status,
  StatusResponseError,
} from '@matter/main/types';
import { ConflictError, type Problem } from '../../../hub/model/errors.ts';
import type { FabricId } from '../../../hub/model/identifiers.ts';
import type { BridgeWindow, HeardFabric } from '../../../hub/model/matter-bridge.ts';
import { NODE_IDS } from '../library.ts';
import { Forwarder, type Happened } from './behaviors.ts';
import type { Attributes } from './cluster-look.ts';
import {
  basicInformation,
  behaviorId,
  buildEndpoint,
  fitted,
  type Information,
  type NewEndpoint,
} from './endpoints.ts';
import type { ClusterName } from './parts.ts';
import { Refusal } from './refusal.ts';

/** Of the standard's test vendor, as every bridge that is not certified. */
const VENDOR = 0xfff1;
const PRODUCT = 0x8001;
const AGGREGATOR_NUMBER = 1;
/** The device is found over IP. Spec: Matter 1.4 Core § 5.1.3.1. */
const ON_NETWORK = 4;
const DESCRIPTOR = 0x001d;
const PASE_ITERATIONS = 1_000;
const SALT_BYTES = 32;

/** What a controller asked of an endpoint. */
export interface Asked {
  readonly endpoint: number;
  readonly cluster: ClusterName | 'Identify';
  readonly what: Happened;
  readonly fabric: FabricId;
}

export interface BridgeNodeOptions {
  readonly port: number;
  readonly name: string;
  readonly serial: string;
  /** Resolves once it is done. @throws Refusal */
  forward(asked: Asked): Promise<void>;
  /** Fabrics, their sessions or the window are others than before. */
  changed(): void;
  /** The node has been set back to as it was made: what it shows is to be told anew. */
  wasReset(): void;
  maySee(fabric: FabricId, endpoint: number): boolean;
}

/** Spec: Matter 1.4 Core § 8.10.1. What is not here is a plain failure. */
const STATUS: Readonly<Partial<Record<Problem['code'], Status>>> = {
  forbidden: Status.UnsupportedAccess,
  'invalid-input': Status.ConstraintError,
  unsupported: Status.UnsupportedCommand,
  'timed-out': Status.Timeout,
  busy: Status.Busy,
  'not-found': Status.NotFound,
};

/** The parts list as a fabric may see it, for the two endpoints that list all devices. */
class VisibleParts extends DescriptorServer {
  static override readonly State = class VisiblePartsState extends DescriptorServer.State {
    [Val.properties](_owner: Endpoint, session: unknown): { partsList?: readonly number[] } {
      const fabric = fabricOf(session);
      const view = fabric === null ? undefined : views.get(fabric);
      if (view === undefined) return {};
      const { partsList } = this;
      return {
        get partsList() {
          return partsList.filter(view);
        },
      };
    }
  };
}

/** Whether a fabric sees the endpoint of a number. */
const views = new WeakMap<Fabric, (endpoint: number) => boolean>();

function fabricOf(session: unknown): Fabric | null {
  const { session: remote } = session as { session?: { fabric?: Fabric } };
  return remote?.fabric ?? null;
}

const idOf = ({ globalId }: Fabric): FabricId =>
  BigInt(globalId).toString(16).padStart(16, '0') as FabricId;

/** The bridge as it stands on the network. */
export class BridgeNode {
  readonly #server: ServerNode;
  readonly #aggregator: Endpoint;
  readonly #options: BridgeNodeOptions;
  readonly #endpoints = new Map<number, Endpoint>();
  #window: { readonly open: BridgeWindow; readonly timer: NodeJS.Timeout } | null = null;
  #isClosing = false;

  private constructor(server: ServerNode, aggregator: Endpoint, options: BridgeNodeOptions) {
    this.#server = server;
    this.#aggregator = aggregator;
    this.#options = options;
  }

  /** Builds the node. It listens once `start` is called, when its first devices are on it. */
  static async create(options: BridgeNodeOptions): Promise<BridgeNode> {
    const { port, name, serial } = options;
    const server = await ServerNode.create(ServerNode.RootEndpoint.with(VisibleParts), {
      id: NODE_IDS.bridge,
      network: { port },
      // Windows are opened by the household, each with a code of its own.
      commissioning: { enabled: false },
      productDescription: { name: 'Ingle', deviceType: AggregatorEndpoint.deviceType },
      basicInformation: {
        vendorName: 'Ingle',
        vendorId: VendorId(VENDOR),
        productName: 'Ingle bridge',
        productLabel: 'Matter bridge',
        productId: PRODUCT,
        nodeLabel: fitted(name),
        serialNumber: serial,
        uniqueId: `${serial}${serial}`,
        softwareVersion: 1,
        softwareVersionString: '1',
      },
    } as never);
    const aggregator = new Endpoint(AggregatorEndpoint.with(VisibleParts), {
      id: 'aggregator',
      number: AGGREGATOR_NUMBER,
    });
    await server.add(aggregator);
    const node = new BridgeNode(server as unknown as ServerNode, aggregator, options);
    node.#listen();
    return node;
  }

  async start(): Promise<void> {
    await this.#server.start();
    this.#watchFabrics();
  }

  get #env(): Environment {
    return this.#server.env;
  }

  #listen(): void {
    const server = this.#server;
    this.#env.set(
      Forwarder,
      new Forwarder((endpoint, cluster, what, context) =>
        this.#forward(endpoint, cluster, what, context),
      ),
    );
    let hasBeenOnline = false;
    server.lifecycle.online.on(() => {
      if (this.#isClosing) return;
      this.#watchFabrics();
      if (hasBeenOnline) this.#options.wasReset();
      hasBeenOnline = true;
    });
    const { sessions } = server.events as unknown as {
      sessions: Record<'opened' | 'closed' | 'subscriptionsChanged', Listenable>;
    };
    for (const event of [sessions.opened, sessions.closed, sessions.subscriptionsChanged]) {
      event.on(() => this.#changed());
    }
    const { commissioning } = server.events as unknown as {
      commissioning: { fabricsChanged: Listenable };
    };
    commissioning.fabricsChanged.on(() => {
      this.#watchFabrics();
      this.#changed();
    });
  }

  #changed(): void {
    if (!this.#isClosing) this.#options.changed();
  }

  /** What a fabric may see is asked for with each thing that it reads. */
  #watchFabrics(): void {
    for (const fabric of this.#fabrics()) {
      const id = idOf(fabric);
      const sees = (endpoint: number): boolean =>
        !this.#endpoints.has(endpoint) || this.#options.maySee(id, endpoint);
      views.set(fabric, sees);
      fabric.accessControl.extensionEntryAccessCheck = (
        _list,
        _entry,
        _subject,
        { id: endpoint },
      ) => sees(endpoint);
    }
  }

  #fabrics(): readonly Fabric[] {
    return this.#env.has(FabricManager) ? this.#env.get(FabricManager).fabrics : [];
  }

  async #forward(
    endpoint: Endpoint,
    cluster: Asked['cluster'],
    what: Happened,
    context: ActionContext,
  ): Promise<void> {
    const fabric = fabricOf(context);
    if (fabric === null) {
      throw new StatusResponseError('Only a fabric may ask that', Status.UnsupportedAccess);
    }
    try {
      await this.#options.forward({
        endpoint: endpoint.number,
        cluster,
        what,
        fabric: idOf(fabric),
      });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new StatusResponseError(error.message, STATUS[error.code] ?? Status.Failure);
    }
  }

  /** Puts a device on the bridge. */
  async add(device: NewEndpoint): Promise<void> {
    const { endpoint, numbers } = buildEndpoint(device);
    await this.#aggregator.add(endpoint);
    for (const [number, each] of numbers) this.#endpoints.set(number, each);
  }

  /** Takes the device with this endpoint off the bridge; its number stays its own. */
  async remove(number: number): Promise<void> {
    const endpoint = this.#endpoints.get(number);
    if (endpoint === undefined) return;
    for (const [each, one] of [...this.#endpoints]) {
      if (one === endpoint || one.owner === endpoint) this.#endpoints.delete(each);
    }
    await endpoint.delete();
  }

  /** Sets attributes of an endpoint, as one change. */
  async set(
    number: number,
    clusters: Readonly<Partial<Record<ClusterName, Attributes>>>,
  ): Promise<void> {
    const values = Object.entries(clusters).map(([cluster, attributes]) => [
      behaviorId(cluster),
      { ...attributes },
    ]);
    await this.#endpoints.get(number)?.set(Object.fromEntries(values) as never);
  }

  async inform(number: number, information: Information): Promise<void> {
    const bridgedDeviceBasicInformation = basicInformation(information);
    await this.#endpoints.get(number)?.set({ bridgedDeviceBasicInformation } as never);
  }

  /** Tells of events of a cluster, by their names in matter.js. */
  async emit(number: number, cluster: ClusterName, events: readonly ClusterEvent[]): Promise<void> {
    await this.#endpoints.get(number)?.act((agent) => {
      const behavior = (agent as unknown as Record<string, EventSource>)[behaviorId(cluster)];
      for (const [name, payload] of events) behavior?.events[name]?.emit(payload, behavior.context);
    });
  }

  /** Reports all that there is to all controllers: what some of them may see has changed, though nothing itself has. */
  showAnew(): void {
    const { protocol } = this.#server;
    for (const number of [0, AGGREGATOR_NUMBER, ...this.#endpoints.keys()]) {
      const endpoint = protocol[number];
      if (endpoint === undefined) continue;
      for (const { type, version } of endpoint) {
        const isListed = number > AGGREGATOR_NUMBER || Number(type.id) === DESCRIPTOR;
        const ids = [...type.attributes].map(({ id }) => id);
        if (isListed) void protocol.attrsChanged.emit(endpoint.id, type.id, ids, version);
      }
    }
  }

  fabrics(): readonly HeardFabric[] {
    // While it forgets everything it has none.
    if (!this.#server.lifecycle.isReady) return [];
    const { sessions = {} } = (this.#server.maybeStateOf('sessions') ?? {}) as {
      sessions?: Readonly<Record<string, { fabric?: { fabricIndex: number } }>>;
    };
    const connected = new Set(Object.values(sessions).map(({ fabric }) => fabric?.fabricIndex));
    return this.#fabrics().map((fabric) => ({
      id: idOf(fabric),
      label: fabric.label,
      vendorId: fabric.rootVendorId,
      isConnected: connected.has(fabric.fabricIndex),
    }));
  }

  get window(): BridgeWindow | null {
    return this.#window?.open ?? null;
  }

  /** Lets one more controller in, by a code that is good until the window closes. @throws ConflictError */
  async openWindow(seconds: number): Promise<void> {
    await this.closeWindow();
    const crypto = this.#env.get(Crypto);
    const passcode = PaseClient.generateRandomPasscode(crypto);
    const discriminator = PaseClient.generateRandomDiscriminator(crypto);
    const server = await PaseServer.fromPin(this.#env.get(SessionManager), passcode, {
      iterations: PASE_ITERATIONS,
      salt: crypto.randomBytes(SALT_BYTES),
    });
    const commissioner = this.#env.get(DeviceCommissioner);
    try {
      await commissioner.allowEnhancedCommissioning(discriminator, server, () => this.#closed());
    } catch (error) {
      throw new ConflictError('A controller has opened the bridge for another one already', {
        hint: 'Wait until that is done, at most 15 minutes, and try again.',
        zh: {
          message: '已有一个控制器为另一个控制器打开了配对',
          hint: '请等它完成（最多 15 分钟）后再试。',
        },
        cause: error,
      });
    }
    const manualCode = ManualPairingCodeCodec.encode({ discriminator, passcode });
    const qrText = QrPairingCodeCodec.encode([
      {
        version: 0,
        vendorId: VENDOR,
        productId: PRODUCT,
        flowType: 0,
        discoveryCapabilities: ON_NETWORK,
        discriminator,
        passcode,
      },
    ]);
    const timer = setTimeout(() => void this.closeWindow(), seconds * 1_000);
    const closesAtMs = Date.now() + seconds * 1_000;
    this.#window = { open: { qrText, manualCode, closesAtMs }, timer };
    this.#changed();
  }

  /** Closes the window that the household opened, if it is open. */
  async closeWindow(): Promise<void> {
    if (this.#window === null) return;
    await this.#env.get(DeviceCommissioner).endCommissioning();
    this.#closed();
  }

  #closed(): void {
    if (this.#window === null) return;
    clearTimeout(this.#window.timer);
    this.#window = null;
    this.#changed();
  }

  /** Tells the fabric's controllers that the bridge has left them. @returns whether there was such a fabric */
  async removeFabric(id: FabricId): Promise<boolean> {
    const fabric = this.#fabrics().find((each) => idOf(each) === id);
    await fabric?.leave();
    return fabric !== undefined;
  }

  /** Forgets all fabrics; endpoints and their numbers stay. */
  async reset(): Promise<void> {
    await this.closeWindow();
    for (const fabric of [...this.#fabrics()]) await fabric.leave();
    await this.#server.erase();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#window !== null) clearTimeout(this.#window.timer);
    await this.#server.close();
  }
}

interface Listenable {
  on(listener: () => void): void;
}

/** An event's name in matter.js and what it says. */
export type ClusterEvent = readonly [name: string, payload: Readonly<Record<string, unknown>>];

interface EventSource {
  readonly context: ActionContext;
  readonly events: Readonly<
    Record<string, { emit(payload: object, context: ActionContext): void } | undefined>
  >;
}
