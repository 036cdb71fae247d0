// The virtual Matter devices of a home as real matter.js nodes in this process. They speak on one named network
// interface only; without one nothing is started, since mDNS would reach the machine's own network.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
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
import { certificatesOf, officialCertificates } from './certificates.ts';
import { buildEndpoint } from './endpoints.ts';
import {
  BEGIN_ANEW,
  type ClusterValues,
  type EndpointPlacement,
  type MatterPlacement,
} from './model.ts';
import { type Fetched, requestorEndpoint, waitForBlocks } from './requestor.ts';

const VENDOR = 0xfff1;
const PRODUCT = 0x8000;
/** What the nodes are announced as; their endpoints say what they are. */
const DIMMABLE_LIGHT = 0x0101;
const RESTART_AFTER_MS = 200;
const CLOSED_WITHIN_MS = 2_000;

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
  const waits = options.placements.flatMap(({ blockWithinMs }) => blockWithinMs ?? []);
  if (waits.length > 0) waitForBlocks(Math.min(...waits));
  const bodies: Body[] = [];
  for (const placement of options.placements)
    bodies.push(await makeBody(placement, options.storage));
  for (const { server, placement } of bodies) {
    await server().start();
    keep(portFile(placement, options.storage), server().state.network.operationalPort);
  }
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
  readonly placement: MatterPlacement;
  server(): ServerNode;
}

async function makeBody(placement: MatterPlacement, storage: string): Promise<Body> {
  const slot = path.join(storage, `${placement.key}.running.json`);
  let fetched = kept<Fetched>(slot);
  const apply = (image: Fetched): void => {
    // From here on it starts with the image, whatever becomes of this process.
    keep(slot, image);
    // Out of the way of the transaction in which it was told that it may.
    setTimeout(() => {
      fetched = image;
      restart().catch((error: unknown) => {
        process.stderr.write(`virtual-home/matter: no restart: ${String(error)}\n`);
      });
    }, RESTART_AFTER_MS);
  };
  const softwareVersion = fetched?.softwareVersion ?? 1;
  // A product has one port for its life.
  const ownPort = kept<number>(portFile(placement, storage)) ?? 0;
  let body = await buildNode(placement, { softwareVersion, port: ownPort }, apply);
  const restart = async (): Promise<void> => {
    const port = body.server.state.network.operationalPort;
    // After a transfer that was cut off matter.js may never be done with closing: then the whole process begins anew.
    const forced = setTimeout(() => process.exit(BEGIN_ANEW), CLOSED_WITHIN_MS);
    await body.server.close();
    clearTimeout(forced);
    const softwareVersion = fetched?.softwareVersion ?? 1;
    body = await buildNode(placement, { softwareVersion, port }, apply);
    await body.server.start();
  };
  return {
    server: () => body.server,
    placement,
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
    ...certification(placement),
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

function certification({ certificates, isCertified }: MatterPlacement) {
  if (certificates !== undefined) {
    return { operationalCredentials: { certification: async () => certificatesOf(certificates) } };
  }
  if (isCertified !== true) return {};
  const official = () => officialCertificates(VendorId(VENDOR), PRODUCT);
  return { operationalCredentials: { certification: official } };
}

const portFile = ({ key }: MatterPlacement, storage: string): string =>
  path.join(storage, `${key}.port.json`);

function kept<Value>(file: string): Value | null {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Value) : null;
}

/** Whole or not at all. */
function keep(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, JSON.stringify(value));
  renameSync(`${file}.new`, file);
}

/** Names what the endpoint remembers: a bridged device is the same wherever it stands. */
function idOf({ type, bridged }: EndpointPlacement, index: number): string {
  return bridged?.uniqueId ?? `${type}-${index}`;
}
