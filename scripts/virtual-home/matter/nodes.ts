// The virtual Matter devices of a home as real matter.js nodes in this process. They speak on one named network
// interface only; without one nothing is started, since mDNS would reach the machine's own network.
import { DeviceTypeId, Environment, Logger, LogLevel, ServerNode, VendorId } from '@matter/main';
import { ManualPairingCodeCodec, QrPairingCodeCodec } from '@matter/main/types';
import { buildEndpoint } from './endpoints.ts';
import type { ClusterValues, MatterPlacement } from './model.ts';

const VENDOR = 0xfff1;
const PRODUCT = 0x8000;
/** What the nodes are announced as; their endpoints say what they are. */
const DIMMABLE_LIGHT = 0x0101;

export interface VirtualMatterNode {
  readonly placement: MatterPlacement;
  readonly manualCode: string;
  readonly qrCode: string;
  readonly isCommissioned: boolean;
  /** Sets attributes as the device's own hardware would. */
  set(endpoint: number, values: ClusterValues): Promise<void>;
  /** An attribute as it is. */
  get(endpoint: number, cluster: string, attribute: string): unknown;
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
  const servers: ServerNode[] = [];
  const nodes: VirtualMatterNode[] = [];
  for (const placement of options.placements) {
    const { server, node } = await buildNode(placement);
    servers.push(server);
    nodes.push(node);
  }
  for (const server of servers) await server.start();
  return {
    nodes,
    async stop() {
      for (const server of servers) await server.close();
    },
  };
}

async function buildNode(placement: MatterPlacement) {
  const { key, product, passcode, discriminator } = placement;
  const server = await ServerNode.create({
    id: key,
    network: { port: 0 },
    commissioning: { passcode, discriminator },
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
      softwareVersion: 1,
      softwareVersionString: '1.0',
    },
  });
  const endpoints = placement.endpoints.map(({ type }, index) =>
    buildEndpoint(type, `${type}-${index + 1}`),
  );
  for (const endpoint of endpoints) await server.add(endpoint);
  const at = (number: number) => {
    const endpoint = endpoints[number - 1];
    if (endpoint === undefined) throw new Error(`${key} has no endpoint ${number}`);
    return endpoint;
  };
  const set = async (number: number, values: ClusterValues): Promise<void> => {
    for (const [cluster, attributes] of Object.entries(values)) {
      await at(number).setStateOf(cluster, { ...attributes });
    }
  };
  for (const [index, { state }] of placement.endpoints.entries()) {
    if (state !== undefined) await set(index + 1, state);
  }
  const node: VirtualMatterNode = {
    placement,
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
    get: (number, cluster, attribute) => at(number).stateOf(cluster)[attribute],
  };
  return { server, node };
}
