// Endpoints of bridged devices as matter.js takes them: a device of one part is one endpoint, another has a child for
// each. Loaded only while the bridge is on.
import {
  type ClusterBehavior,
  type DeviceTypeId,
  Endpoint,
  IndexBehavior,
  Matter,
  MutableEndpoint,
  PartsBehavior,
  SupportedBehaviors,
} from '@matter/main';
import { BridgedDeviceBasicInformationServer } from '@matter/main/behaviors/bridged-device-basic-information';
import { DescriptorServer } from '@matter/main/behaviors/descriptor';
import { FixedLabelServer } from '@matter/main/behaviors/fixed-label';
import { GroupsServer } from '@matter/main/behaviors/groups';
import { behaviorOf, ForwardingIdentify } from './behaviors.ts';
import type { Attributes } from './cluster-look.ts';
import { LOOKS } from './clusters.ts';
import { type ClusterName, ownNameOf, type Part } from './parts.ts';

/** Strings of basic information hold 32 bytes. Spec: Matter 1.4 Core § 11.1.5. */
const TEXT_BYTES_MAX = 32;

/** A device to be put on the bridge. */
export interface NewEndpoint {
  readonly id: string;
  readonly number: number;
  readonly uniqueId: string;
  readonly information: Information;
  readonly parts: readonly { readonly part: Part; readonly number: number }[];
  readonly battery: Part | null;
  /** First attributes of an endpoint's clusters. */
  attributes(part: Part): Readonly<Partial<Record<ClusterName, Attributes>>>;
}

export interface Information {
  readonly name: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly firmware: string | null;
  readonly isReachable: boolean;
}

/** The endpoint, and with it each endpoint of the device by its number. */
export function buildEndpoint(device: NewEndpoint): {
  readonly endpoint: Endpoint;
  readonly numbers: ReadonlyMap<number, Endpoint>;
} {
  const [only] = device.parts;
  const isWhole = device.parts.length === 1 && only !== undefined;
  const children = isWhole ? [] : device.parts.map((each) => child(device, each.part, each.number));
  const battery = device.battery === null ? [] : [device.battery];
  const own = [...(isWhole ? [only.part] : []), ...battery];
  const { behaviors, state } = clustersOf(device, own);
  const list = isWhole ? [] : [PartsBehavior, IndexBehavior];
  const type = endpointType([
    ...[BridgedDeviceBasicInformationServer, ...list].map(asCluster),
    ...behaviors,
  ]);
  const { id, number, uniqueId, information } = device;
  const types = deviceTypes([...own.flatMap((part) => part.types), 'BridgedNode']);
  // What the library's types cannot know of an endpoint that is put together at run time.
  const endpoint = new Endpoint(type, {
    id,
    number,
    ...state,
    descriptor: { deviceTypeList: types },
    bridgedDeviceBasicInformation: { uniqueId, ...basicInformation(information) },
    parts: children,
  } as never);
  return {
    endpoint,
    numbers: new Map([[number, endpoint], ...children.map((each) => [each.number, each] as const)]),
  };
}

const asCluster = (type: unknown) => type as ClusterBehavior.Type;

/** What matter.js calls the behaviour of a cluster. */
export const behaviorId = (cluster: string): string =>
  cluster.slice(0, 1).toLowerCase() + cluster.slice(1);

function endpointType(behaviors: readonly ClusterBehavior.Type[]) {
  return MutableEndpoint({
    name: 'Bridged',
    deviceType: 0x0013 as DeviceTypeId,
    deviceRevision: 1,
    behaviors: SupportedBehaviors(DescriptorServer, ...behaviors),
  });
}

/** The behaviours of parts that share an endpoint, and the first state of each. */
function clustersOf(device: NewEndpoint, parts: readonly Part[]) {
  const behaviors: ClusterBehavior.Type[] = [];
  const state: Record<string, Attributes> = {};
  for (const part of parts) {
    const attributes = device.attributes(part);
    for (const cluster of part.clusters) {
      const look = LOOKS[cluster];
      behaviors.push(behaviorOf(cluster, look.features?.(part) ?? []));
      state[behaviorId(cluster)] = { ...look.constants?.(part), ...attributes[cluster] };
    }
  }
  if (parts.some(({ key }) => key !== 'battery')) {
    behaviors.push(ForwardingIdentify as unknown as ClusterBehavior.Type);
  }
  if (parts.some(({ isGrouped }) => isGrouped)) {
    behaviors.push(GroupsServer as unknown as ClusterBehavior.Type);
  }
  return { behaviors, state };
}

/** A label and what it says hold 16 bytes each. Spec: Matter 1.4 Core § 9.6.4. */
const LABEL_BYTES_MAX = 16;

function child(device: NewEndpoint, part: Part, number: number): Endpoint {
  const { behaviors, state } = clustersOf(device, [part]);
  const name = ownNameOf(part);
  // By this word controllers know that it is a name for people.
  const labelList = [{ label: 'Label', value: fitted(name ?? '', LABEL_BYTES_MAX) }];
  const labelled = name === null ? [] : [asCluster(FixedLabelServer)];
  return new Endpoint(endpointType([...behaviors, ...labelled]), {
    id: part.key.replaceAll(/[^a-zA-Z0-9_-]/g, '_'),
    number,
    ...state,
    ...(name === null ? {} : { fixedLabel: { labelList } }),
    descriptor: { deviceTypeList: deviceTypes(part.types) },
  } as never);
}

function deviceTypes(names: readonly string[]) {
  return [...new Set(names)].map((name) => {
    const model = Matter.deviceTypes(name);
    if (model?.id === undefined) throw new Error(`Matter has no device type ${name}`);
    return { deviceType: model.id as DeviceTypeId, revision: model.revision };
  });
}

/** The bridged device's basic information. */
export function basicInformation({
  name,
  manufacturer,
  model,
  firmware,
  isReachable,
}: Information) {
  return {
    vendorName: fitted(manufacturer),
    productName: fitted(model),
    nodeLabel: fitted(name),
    reachable: isReachable,
    ...(firmware === null ? {} : { softwareVersionString: fitted(firmware).padEnd(1, '-') }),
  };
}

/** As much of a text as basic information holds, or another place. */
export function fitted(text: string, bytesMax = TEXT_BYTES_MAX): string {
  let end = '';
  for (const letter of text) {
    if (Buffer.byteLength(end + letter) > bytesMax) break;
    end += letter;
  }
  return end;
}
