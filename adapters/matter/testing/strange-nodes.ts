// Matter bridges as makers build them who have read half of the standard, out of plain matter.js: devices without names
// or with the same ones, clusters and device types of their own, devices composed over two levels, two aggregators and
// one at an odd place, rooms in labels and in lists. Nothing here is made by our own table of endpoints.
import {
  ClusterBehavior,
  ClusterBehaviorType,
  DeviceTypeId,
  Endpoint,
  EndpointNumber,
  Environment,
  Logger,
  LogLevel,
  MutableEndpoint,
  ServerNode,
  SupportedBehaviors,
  VendorId,
} from '@matter/main';
import { ActionsBehavior } from '@matter/main/behaviors/actions';
import { BridgedDeviceBasicInformationBehavior } from '@matter/main/behaviors/bridged-device-basic-information';
import { FixedLabelServer } from '@matter/main/behaviors/fixed-label';
import { IdentifyServer } from '@matter/main/behaviors/identify';
import { OnOffServer } from '@matter/main/behaviors/on-off';
import { PowerSourceServer } from '@matter/main/behaviors/power-source';
import { SwitchServer } from '@matter/main/behaviors/switch';
import { TemperatureControlServer } from '@matter/main/behaviors/temperature-control';
import { UserLabelServer } from '@matter/main/behaviors/user-label';
import { ContactSensorDevice } from '@matter/main/devices/contact-sensor';
import { DimmableLightDevice } from '@matter/main/devices/dimmable-light';
import { GenericSwitchDevice } from '@matter/main/devices/generic-switch';
import { HumiditySensorDevice } from '@matter/main/devices/humidity-sensor';
import { OnOffLightDevice } from '@matter/main/devices/on-off-light';
import { OnOffPlugInUnitDevice } from '@matter/main/devices/on-off-plug-in-unit';
import { RefrigeratorDevice } from '@matter/main/devices/refrigerator';
import { TemperatureControlledCabinetDevice } from '@matter/main/devices/temperature-controlled-cabinet';
import { TemperatureSensorDevice } from '@matter/main/devices/temperature-sensor';
import { AggregatorEndpoint } from '@matter/main/endpoints/aggregator';
import { PowerSourceEndpoint } from '@matter/main/endpoints/power-source';
import { AttributeElement, ClusterElement, ClusterModel } from '@matter/main/model';
import { ManualPairingCodeCodec, QrPairingCodeCodec } from '@matter/main/types';
import { buildEndpoint } from '../../../scripts/virtual-home/matter/endpoints.ts';
import type { MatterNodes, VirtualMatterNode } from '../../../scripts/virtual-home/matter/nodes.ts';

const VENDOR = 0xfff1;
const PRODUCT = 0x8000;
/** What each says of itself beside its name. */
const CODES = {
  attic: [20_301_001, 0x1a1],
  twins: [20_301_002, 0x2b2],
  palace: [20_301_003, 0x3c3],
  loft: [20_301_004, 0x4d4],
  shed: [20_301_005, 0x5e5],
} as const;

/** matter.js insists on an aggregator above and makes up a unique id; other makers do neither. */
class PlainBridged extends BridgedDeviceBasicInformationBehavior.alter({
  attributes: { uniqueId: { optional: true } },
}) {}

/** A cluster that no standard knows, with a number and a text. */
const MakersOwn = ClusterBehaviorType({
  base: ClusterBehavior,
  schema: new ClusterModel(
    ClusterElement(
      { id: 0xfff1fc01, name: 'Sparkle' },
      AttributeElement({
        ...{ id: 0xfffd, name: 'ClusterRevision', type: 'ClusterRevision', default: 1 },
      }),
      AttributeElement({
        ...{ id: 0xfff10000, name: 'Glitter', type: 'uint8', conformance: 'M', access: 'RW VO' },
        default: 7,
      }),
      AttributeElement({
        ...{ id: 0xfff10001, name: 'Mood', type: 'string', conformance: 'M', access: 'R V' },
        default: 'merry',
      }),
    ) as never,
  ),
  name: 'SparkleServer',
}) as unknown as typeof OnOffServer;

const Mystery = MutableEndpoint({
  ...{ name: 'Mystery', deviceType: DeviceTypeId(0xfff10001), deviceRevision: 1 },
  behaviors: SupportedBehaviors(IdentifyServer, OnOffServer, MakersOwn),
});
const Riddle = MutableEndpoint({
  ...{ name: 'Riddle', deviceType: DeviceTypeId(0xfff10002), deviceRevision: 1 },
  behaviors: SupportedBehaviors(MakersOwn),
});
/** Only holds what it is composed of. */
const Holder = MutableEndpoint({
  ...{ name: 'BridgedNode', deviceType: DeviceTypeId(0x13), deviceRevision: 3 },
  behaviors: SupportedBehaviors(IdentifyServer),
});

interface Says {
  readonly nodeLabel?: string;
  readonly uniqueId?: string;
  readonly productName?: string;
  readonly reachable?: boolean;
}

type AnyType = ConstructorParameters<typeof Endpoint>[0];

/** An endpoint. What matter.js's types cannot follow is left to it at run time. */
export function make(type: unknown, id: string, state: object = {}, says?: Says): Endpoint {
  const endpoint = new Endpoint(type as AnyType, { id, ...state } as never) as Endpoint;
  return says === undefined ? endpoint : bridge(endpoint, says);
}

/** Has an endpoint say what it is called behind its bridge. */
export function bridge(endpoint: Endpoint, says: Says): Endpoint {
  endpoint.behaviors.require(PlainBridged as never, { reachable: true, ...says } as never);
  return endpoint;
}

const battery = (percent: number) => ({
  powerSource: {
    ...{ status: 1, order: 0, description: 'Battery', batFunctionalWhenCharging: false },
    ...{ batPercentRemaining: percent * 2, batChargeLevel: 0, batReplacementNeeded: false },
    ...{ batReplaceability: 1, batReplacementDescription: 'AA', batQuantity: 2, endpointList: [] },
  },
});

/** Adds an endpoint to another one. */
export type Grow = (owner: Endpoint, what: Endpoint) => Promise<Endpoint>;
/** Gives a node its endpoints. */
export type Fill = (server: ServerNode, grow: Grow) => Promise<void>;

/** Its aggregator is not where everybody expects it, and hardly anything behind it has a name of its own. */
async function attic(server: ServerNode, grow: Grow): Promise<void> {
  const aggregator = await grow(
    server as unknown as Endpoint,
    make(AggregatorEndpoint, 'all', { number: EndpointNumber(7) }),
  );
  await grow(aggregator, make(OnOffLightDevice, 'nameless-1', {}, {}));
  await grow(aggregator, make(OnOffLightDevice, 'nameless-2', {}, {}));
  const same = { nodeLabel: 'Lamp', uniqueId: 'same', productName: 'Glow 2' };
  await grow(aggregator, make(DimmableLightDevice, 'twin-1', {}, same));
  await grow(aggregator, make(DimmableLightDevice, 'twin-2', {}, same));
  const Powered = PowerSourceServer.with('Battery', 'Replaceable');
  const climate = await grow(
    aggregator,
    make(Holder.with(Powered), 'climate', battery(50), {
      ...{ nodeLabel: 'Attic climate', uniqueId: 'climate' },
    }),
  );
  await grow(climate, make(TemperatureSensorDevice, 'warmth', measured(2_150)));
  await grow(climate, make(HumiditySensorDevice, 'damp', humid(4_500)));
  await grow(aggregator, make(Mystery, 'mystery', {}, { nodeLabel: 'Mystery', uniqueId: 'm' }));
  await grow(aggregator, make(Riddle, 'riddle', {}, { nodeLabel: 'Riddle', uniqueId: 'r' }));
  const hatch = await grow(
    aggregator,
    make(
      ContactSensorDevice.with(FixedLabelServer),
      'hatch',
      { fixedLabel: { labelList: [{ label: 'room', value: 'Cellar' }] } },
      { nodeLabel: 'Hatch', uniqueId: 'h', reachable: false },
    ),
  );
  // A battery that stands beside what it feeds.
  const { powerSource } = battery(80);
  const endpointList = [EndpointNumber(hatch.number)];
  await grow(
    aggregator,
    make(PowerSourceEndpoint.with(Powered), 'cell', {
      powerSource: { ...powerSource, endpointList },
    }),
  );
  // Its maker forgot the aggregator.
  await grow(
    server as unknown as Endpoint,
    make(OnOffPlugInUnitDevice, 'stray', {}, { nodeLabel: 'Stray plug', uniqueId: 's' }),
  );
}

/** Two aggregators, rooms told in three ways, a refrigerator of three levels, and a light of its own. */
async function twins(server: ServerNode, grow: Grow): Promise<void> {
  const root = server as unknown as Endpoint;
  const lists = [
    { endpointListId: 1, name: 'Kitchen', type: 1, endpoints: [11, 12, 13, 14] },
    { endpointListId: 2, name: 'Downstairs', type: 2, endpoints: [11, 21] },
  ];
  const first = await grow(
    root,
    make(AggregatorEndpoint.with(ActionsBehavior), 'first', {
      number: EndpointNumber(3),
      actions: { actionList: [], endpointLists: lists },
    }),
  );
  const second = await grow(
    root,
    make(AggregatorEndpoint, 'second', { number: EndpointNumber(20) }),
  );
  await grow(
    first,
    make(OnOffLightDevice, 'worktop', { number: EndpointNumber(11) }, { nodeLabel: 'Worktop' }),
  );
  const fridge = await grow(
    first,
    make(RefrigeratorDevice, 'fridge', { number: EndpointNumber(12) }, { nodeLabel: 'Fridge' }),
  );
  const Cold = TemperatureControlServer.with('TemperatureNumber');
  const cabinet = await grow(
    fridge,
    make(TemperatureControlledCabinetDevice.with(Cold), 'cabinet', {
      number: EndpointNumber(13),
      temperatureControl: {
        ...{ temperatureSetpoint: 400, minTemperature: 100, maxTemperature: 900 },
      },
    }),
  );
  await grow(
    cabinet,
    make(TemperatureSensorDevice, 'inside', { number: EndpointNumber(14), ...measured(430) }),
  );
  const Keys = SwitchServer.with('MomentarySwitch');
  await grow(
    second,
    make(
      GenericSwitchDevice.with(Keys, UserLabelServer),
      'key',
      {
        number: EndpointNumber(21),
        switch: { numberOfPositions: 2, currentPosition: 0 },
        userLabel: { labelList: [{ label: 'Room', value: 'Hall' }] },
      },
      { nodeLabel: 'Key', uniqueId: 'k' },
    ),
  );
  await grow(root, make(OnOffLightDevice, 'night-light', { number: EndpointNumber(30) }));
}

/** Its aggregator comes last and names the parts of its devices once more, and those come before what they are of. */
async function loft(server: ServerNode, grow: Grow): Promise<void> {
  const aggregator = await grow(
    server as unknown as Endpoint,
    make(AggregatorEndpoint, 'all', { number: EndpointNumber(40) }),
  );
  const at = (number: number) => ({ number: EndpointNumber(number) });
  const climate = await grow(
    aggregator,
    make(Holder, 'climate', at(12), { nodeLabel: 'Loft climate', uniqueId: 'loft-climate' }),
  );
  await grow(climate, make(TemperatureSensorDevice, 'warmth', { ...at(11), ...measured(1_850) }));
  await grow(climate, make(HumiditySensorDevice, 'damp', { ...at(2), ...humid(5_200) }));
  await grow(aggregator, make(OnOffLightDevice, 'lamp', at(3), { nodeLabel: 'Loft lamp' }));
}

/** Its root's list leaves out the aggregator, on which two plugs stand. */
async function shed(server: ServerNode, grow: Grow): Promise<void> {
  const root = server as unknown as Endpoint;
  const aggregator = await grow(
    root,
    make(AggregatorEndpoint, 'all', { number: EndpointNumber(1) }),
  );
  for (const number of [EndpointNumber(2), EndpointNumber(3)]) {
    await grow(
      aggregator,
      make(OnOffPlugInUnitDevice, `plug-${number}`, { number }, { nodeLabel: `Plug ${number}` }),
    );
  }
  const unlisted = async () => {
    await root.setStateOf('descriptor', { partsList: [2, 3] });
  };
  await unlisted();
  server.lifecycle.online.on(unlisted);
}

const measured = (value: number) => ({ temperatureMeasurement: { measuredValue: value } });
const humid = (value: number) => ({ relativeHumidityMeasurement: { measuredValue: value } });

/** Builds them and has them listen. */
export const start = (where: Where): Promise<MatterNodes> =>
  startNodes({ attic, twins, loft, shed }, where);

/** Where nodes speak, and what they remember. */
export interface Where {
  readonly networkInterface: string;
  readonly storage: string;
}

/** Builds a node of each name and has them listen. */
export async function startNodes(
  fillers: Partial<Readonly<Record<keyof typeof CODES, Fill>>>,
  { networkInterface, storage }: Where,
): Promise<MatterNodes> {
  const { vars } = Environment.default;
  vars.set('storage.path', storage);
  vars.set('mdns.networkInterface', networkInterface);
  vars.set('runtime.signals', false);
  vars.set('runtime.exitcode', false);
  Logger.level = LogLevel.ERROR;
  const built: Awaited<ReturnType<typeof strangeNode>>[] = [];
  for (const [key, fill] of Object.entries(fillers)) {
    built.push(await strangeNode(key as keyof typeof CODES, fill));
  }
  for (const { server } of built) await server.start();
  return {
    nodes: built.map(({ node }) => node),
    async stop() {
      for (const { server } of built) await server.close();
    },
  };
}

async function strangeNode(
  key: keyof typeof CODES,
  fill: Fill,
): Promise<{ readonly server: ServerNode; readonly node: VirtualMatterNode }> {
  const [passcode, discriminator] = CODES[key];
  const server = await ServerNode.create({
    id: key,
    network: { port: 0 },
    commissioning: { passcode, discriminator },
    productDescription: { name: key, deviceType: AggregatorEndpoint.deviceType },
    basicInformation: {
      ...{ vendorName: 'Strange', vendorId: VendorId(VENDOR), productId: PRODUCT },
      ...{ productName: `Hub of ${key}`, productLabel: key, serialNumber: `strange-${key}` },
    },
  });
  const endpoints = new Map<number, Endpoint>([[0, server as unknown as Endpoint]]);
  const at = (number: number): Endpoint => {
    const endpoint = endpoints.get(number);
    if (endpoint === undefined) throw new Error(`${key} has no endpoint ${number}`);
    return endpoint;
  };
  const grow: Grow = async (owner, what) => {
    await owner.add(what);
    endpoints.set(what.number, what);
    return what;
  };
  await fill(server as ServerNode, grow);
  let added = 0;
  const node: VirtualMatterNode = {
    placement: {
      ...{ key, name: key, room: '', product: `Hub of ${key}`, passcode, discriminator },
      endpoints: [],
    },
    manualCode: ManualPairingCodeCodec.encode({ discriminator, passcode }),
    qrCode: QrPairingCodeCodec.encode([
      {
        ...{ version: 0, vendorId: VENDOR, productId: PRODUCT, flowType: 0 },
        ...{ discoveryCapabilities: 4, discriminator, passcode },
      },
    ]),
    get isCommissioned() {
      return server.lifecycle.isCommissioned;
    },
    async set(number, values) {
      for (const [cluster, attributes] of Object.entries(values)) {
        await at(number).setStateOf(cluster, { ...attributes });
      }
    },
    get: (number, cluster, attribute) => at(number).stateOf(cluster)[attribute],
    async add(number, { type, bridged }) {
      added += 1;
      const endpoint = buildEndpoint(type, `added-${added}`);
      const says = bridged === undefined ? {} : { nodeLabel: bridged.label };
      endpoint.behaviors.require(PlainBridged as never, { reachable: true, ...says } as never);
      return (await grow(at(number), endpoint)).number;
    },
    async remove(number) {
      const endpoint = at(number);
      endpoints.delete(number);
      await endpoint.delete();
    },
    fetched: null,
  };
  return { server: server as ServerNode, node };
}
