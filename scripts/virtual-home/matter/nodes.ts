// The virtual Matter devices of a home as real matter.js nodes in this process. They speak on one named network
// interface only; without one nothing is started, since mDNS would reach the machine's own network.
import {
  DeviceTypeId,
  Endpoint,
  Environment,
  Logger,
  LogLevel,
  ServerNode,
  VendorId,
} from '@matter/main';
import { BridgedDeviceBasicInformationServer } from '@matter/main/behaviors/bridged-device-basic-information';
import { ManualPairingCodeCodec, QrPairingCodeCodec } from '@matter/main/types';
import { officialCertificates } from './certificates.ts';
import { buildEndpoint } from './endpoints.ts';
import type { ClusterValues, EndpointPlacement, MatterPlacement } from './model.ts';
import { type Fetched, requestorEndpoint } from './requestor.ts';

const VENDOR = 0xfff1;
const PRODUCT = 0x8000;
/** What the nodes are announced as; their endpoints say what they are. */
const DIMMABLE_LIGHT = 0x0101;
const RESTART_AFTER_MS = 200;

export interface VirtualMatterNode {
  readonly placement: MatterPlacement;
  readonly manualCode: string;
  readonly qrCode: string;
  readonly isCommissioned: boolean;
  /** Sets attributes as the device's own hardware would. */
  set(endpoint: number, values: ClusterValues): Promise<void>;
  /** An attribute as it is. */
  get(endpoint: number, cluster: string, attribute: string): unknown;
  /** Adds an endpoint to an aggregator, or a part to another one; gives its number. */
  add(endpoint: number, what: EndpointPlacement): Promise<number>;
  /** Takes an endpoint away. */
  remove(endpoint: number): Promise<void>;
  /** The image that it runs; null for the one from the factory. */
  readonly fetched: Fetched | null;
}

export interface MatterNodes {
  readonly nodes: readonly VirtualMatterNode[];
  stop(): Promise<void>;
}

export interface MatterNodesOptions {
  readonly placements: readonly MatterPlacement[];
  readonly networkInterface: string;
  readonly storage: string;
}

/** Builds the nodes and has them listen. They remember who commissioned them in `storage`. */
export async function startMatterNodes(options: MatterNodesOptions): Promise<MatterNodes> {
  const { vars } = Environment.default;
  vars.set('storage.path', options.storage);
  vars.set('mdns.networkInterface', options.networkInterface);
  vars.set('runtime.signals', false);
  vars.set('runtime.exitcode', false);
  Logger.level = LogLevel.ERROR;
  const bodies: Body[] = [];
  for (const placement of options.placements) bodies.push(await makeBody(placement));
  for (const { server } of bodies) await server().start();
  return {
    nodes: bodies.map(({ node }) => node),
    async stop() {
      for (const { server } of bodies) await server().close();
    },
  };
}

/** A device as whoever has it knows it: it stays the same when it restarts with other firmware. */
interface Body {
  readonly node: VirtualMatterNode;
  server(): ServerNode;
}

async function makeBody(placement: MatterPlacement): Promise<Body> {
  let fetched: Fetched | null = null;
  const apply = (image: Fetched): void => {
    // Out of the way of the transaction in which it was told that it may.
    setTimeout(() => {
      fetched = image;
      restart().catch((error: unknown) => {
        process.stderr.write(`virtual-home/matter: no restart: ${String(error)}\n`);
      });
    }, RESTART_AFTER_MS);
  };
  let body = await buildNode(placement, { softwareVersion: 1, port: 0 }, apply);
  const restart = async (): Promise<void> => {
    // A product has one port for its life.
    const port = body.server.state.network.operationalPort;
    await body.server.close();
    const softwareVersion = fetched?.softwareVersion ?? 1;
    body = await buildNode(placement, { softwareVersion, port }, apply);
    await body.server.start();
  };
  return {
    server: () => body.server,
    node: {
      placement,
      manualCode: body.node.manualCode,
      qrCode: body.node.qrCode,
      get isCommissioned() {
        return body.node.isCommissioned;
      },
      set: (...change) => body.node.set(...change),
      add: (...what) => body.node.add(...what),
      remove: (endpoint) => body.node.remove(endpoint),
      get: (...what) => body.node.get(...what),
      get fetched() {
        return fetched;
      },
    },
  };
}

async function buildNode(
  placement: MatterPlacement,
  { softwareVersion, port }: { softwareVersion: number; port: number },
  apply: (fetched: Fetched) => void,
) {
  const { key, product, passcode, discriminator } = placement;
  const server = await ServerNode.create({
    id: key,
    network: { port },
    commissioning: { passcode, discriminator },
    ...(placement.isCertified === true
      ? {
          operationalCredentials: {
            certification: () => officialCertificates(VendorId(VENDOR), PRODUCT),
          },
        }
      : {}),
    productDescription: { name: product, deviceType: DeviceTypeId(DIMMABLE_LIGHT) },
    basicInformation: {
      vendorName: 'Ingle Virtual',
      vendorId: VendorId(VENDOR),
      nodeLabel: product,
      productName: product,
      productLabel: product,
      productId: PRODUCT,
      serialNumber: `virtual-${key}`,
      uniqueId: `virtual-${key}`,
      softwareVersion,
      softwareVersionString: `${softwareVersion}.0`,
    },
  });
  const endpoints = new Map<number, Endpoint>();
  const at = (number: number) => {
    const endpoint = endpoints.get(number);
    if (endpoint === undefined) throw new Error(`${key} has no endpoint ${number}`);
    return endpoint;
  };
  const set = async (number: number, values: ClusterValues): Promise<void> => {
    for (const [cluster, attributes] of Object.entries(values)) {
      await at(number).setStateOf(cluster, { ...attributes });
    }
  };
  let built = 0;
  const grow = async (owner: Endpoint, what: EndpointPlacement): Promise<number> => {
    built += 1;
    const endpoint = buildEndpoint(what.type, idOf(what, built));
    if (what.bridged !== undefined) {
      const { label, uniqueId } = what.bridged;
      endpoint.behaviors.require(BridgedDeviceBasicInformationServer, {
        nodeLabel: label,
        productName: `Bridged ${what.type}`,
        reachable: true,
        ...(uniqueId === undefined ? {} : { uniqueId }),
      });
    }
    await owner.add(endpoint);
    endpoints.set(endpoint.number, endpoint);
    for (const part of what.parts ?? []) await grow(endpoint, part);
    if (what.state !== undefined) await set(endpoint.number, what.state);
    return endpoint.number;
  };
  for (const endpoint of placement.endpoints) await grow(server, endpoint);
  if (placement.takesFirmware === true) {
    await server.add(new Endpoint(requestorEndpoint(apply), { id: 'ota' }));
  }
  const node = {
    manualCode: ManualPairingCodeCodec.encode({ discriminator, passcode }),
    qrCode: QrPairingCodeCodec.encode([
      {
        version: 0,
        vendorId: VENDOR,
        productId: PRODUCT,
        flowType: 0,
        discoveryCapabilities: 4,
        discriminator,
        passcode,
      },
    ]),
    get isCommissioned() {
      return server.lifecycle.isCommissioned;
    },
    set,
    add: (number: number, what: EndpointPlacement) => grow(at(number), what),
    async remove(number: number) {
      const endpoint = at(number);
      endpoints.delete(number);
      await endpoint.delete();
    },
    get: (number: number, cluster: string, attribute: string): unknown =>
      at(number).stateOf(cluster)[attribute],
  };
  return { server, node };
}

/** Names what the endpoint remembers: a bridged device is the same wherever it stands. */
function idOf({ type, bridged }: EndpointPlacement, index: number): string {
  return bridged?.uniqueId ?? `${type}-${index}`;
}
