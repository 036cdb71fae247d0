// What a Matter node is in the home's words: which property of the table each of its attributes carries, by the
// rows' own Matter identities, and how the hub describes it. Pure: it looks at plain views of the node.
import type { NodeDescription, PowerSource } from '../../hub/model/device.ts';
import { kindFromProperties } from '../../hub/model/device-kind.ts';
import type { AdapterId, NodeAddress } from '../../hub/model/identifiers.ts';
import {
  type DeviceKind,
  describeProperty,
  PROPERTIES,
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyName,
  type PropertyRow,
} from '../../hub/model/properties.ts';
import type { WireConversion } from '../../hub/model/property-row.ts';
import { isSettable } from './acts.ts';
import type { ClusterView, EndpointView, PeerIdentity } from './peers.ts';

/** One property of a node and where it stands on it. */
export interface Binding {
  readonly descriptor: PropertyDescriptor;
  readonly row: PropertyRow;
  readonly convert: WireConversion | undefined;
  readonly endpoint: number;
  readonly clusterId: number;
  readonly attributeId: number;
}

/** A node in the home's words. */
export interface NodeShape {
  readonly bindings: readonly Binding[];
  readonly byKey: ReadonlyMap<PropertyKey, Binding>;
  /** Of each endpoint with buttons, the key of its `button` events. */
  readonly buttons: ReadonlyMap<number, PropertyKey>;
  readonly properties: readonly PropertyDescriptor[];
  readonly commands: readonly string[];
  readonly kind: DeviceKind;
  readonly power: PowerSource;
  /** What the node has and the table does not, in words for the log. */
  readonly leftOut: readonly string[];
}

// Device types and clusters. Spec: Matter 1.4 Device Library, Matter 1.4 Application Clusters.
const AGGREGATOR = 0x000e;
const SPEAKER = 0x0022;
const CONTACT_SENSOR = 0x0015;
const LEAK_DETECTOR = 0x0043;
const RAIN_SENSOR = 0x0044;
const ON_OFF = 0x0006;
const LEVEL_CONTROL = 0x0008;
const POWER_SOURCE = 0x002f;
export const SWITCH = 0x003b;
const BOOLEAN_STATE = 0x0045;
const WINDOW_COVERING = 0x0102;
const COLOR_CONTROL = 0x0300;
const OCCUPANCY_SENSING = 0x0406;
const IDENTIFY = 0x0003;
const THERMOSTAT = 0x0201;

const BUTTON_EVENTS = ['single', 'double', 'triple', 'quadruple', 'long', 'release'];

const CURRENT_SATURATION = 0x0001;

/** Clusters that describe or manage a node and carry nothing for the home. */
const MANAGEMENT: ReadonlySet<number> = new Set([
  IDENTIFY,
  0x0004, // Groups
  0x001d, // Descriptor
  0x001e, // Binding
  0x001f, // Access control
  0x0025, // Actions
  0x0028, // Basic information
  0x0039, // Bridged device basic information
  0x0040, // Fixed label
  0x0041, // User label
  0x0062, // Scenes management
  0x009c, // Power topology
]);

/** Attributes that carry a property beside the row's own. */
const FURTHER: readonly {
  readonly name: PropertyName;
  readonly clusterId: number;
  readonly attributeId: number;
  readonly convert: WireConversion;
}[] = [
  // LocalTemperature of a thermostat.
  {
    name: 'temperature',
    clusterId: THERMOSTAT,
    attributeId: 0x0000,
    convert: { kind: 'factor', factor: 0.01 },
  },
];

const KINDS: Readonly<Record<number, DeviceKind>> = {
  256: 'light',
  257: 'light',
  268: 'light',
  269: 'light',
  266: 'plug',
  267: 'plug',
  21: 'contact',
  263: 'motion',
  770: 'climate',
  775: 'climate',
  10: 'lock',
  514: 'cover',
  769: 'thermostat',
  43: 'fan',
  67: 'leak',
  118: 'smoke',
  15: 'button',
  34: 'media',
};

type Candidate = Omit<Binding, 'descriptor'>;

/** The shape of a node with these endpoints. */
export function shapeOf(endpoints: readonly EndpointView[]): NodeShape {
  const isBridge = endpoints.some(({ deviceTypes }) => deviceTypes.includes(AGGREGATOR));
  const leftOut: string[] = [];
  const used = isBridge ? endpoints.filter(({ number }) => number === 0) : endpoints;
  if (isBridge) {
    leftOut.push(`it is a bridge, whose ${endpoints.length - 2} devices are not taken yet`);
  }
  const candidates = used.flatMap((endpoint) =>
    endpoint.clusters.flatMap((cluster) => {
      const found = candidatesOf(endpoint, cluster);
      const isKnown = found.length > 0 || MANAGEMENT.has(cluster.id) || cluster.id === SWITCH;
      if (!isKnown && endpoint.number !== 0) leftOut.push(inWords(endpoint, cluster));
      return found;
    }),
  );
  const bindings = candidates.map((candidate) => bind(candidate, candidates, used));
  const switches = used.filter(({ clusters }) => clusters.some(({ id }) => id === SWITCH));
  const buttons = switches.map(({ number }): [number, PropertyDescriptor] => [
    number,
    describeProperty('button', {
      access: 'event',
      values: BUTTON_EVENTS,
      ...(switches.length > 1 ? { endpoint: number } : {}),
    }),
  ]);
  const properties = [
    ...bindings.map(({ descriptor }) => descriptor),
    ...buttons.map(([, descriptor]) => descriptor),
  ];
  const ofType = used.flatMap(({ deviceTypes }) => deviceTypes.map((type) => KINDS[type]));
  return {
    bindings,
    byKey: new Map(bindings.map((binding) => [binding.descriptor.key, binding])),
    buttons: new Map(buttons.map(([number, { key }]) => [number, key])),
    properties,
    commands: commandsOf(used),
    kind: ofType.find((kind) => kind !== undefined) ?? kindFromProperties(properties),
    power: powerOf(endpoints),
    leftOut,
  };
}

function inWords({ number }: EndpointView, { id, name }: ClusterView): string {
  return `${name} (0x${id.toString(16).padStart(4, '0')}) of endpoint ${number}`;
}

function candidatesOf(endpoint: EndpointView, cluster: ClusterView): Candidate[] {
  const own = PROPERTIES.filter(
    ({ name, matter }) =>
      matter?.clusterId === cluster.id &&
      name !== 'button' &&
      cluster.attributes.has(matter.attributeId) &&
      isMeant(name, endpoint, cluster),
  ).map((row) => ({
    row,
    convert: row.matter?.convert,
    endpoint: endpoint.number,
    clusterId: cluster.id,
    attributeId: row.matter?.attributeId ?? 0,
  }));
  const further = FURTHER.filter(
    ({ clusterId, attributeId }) => clusterId === cluster.id && cluster.attributes.has(attributeId),
  ).flatMap(({ name, clusterId, attributeId, convert }) => {
    const row = PROPERTIES.find((each) => each.name === name);
    return row === undefined
      ? []
      : [{ row, convert, endpoint: endpoint.number, clusterId, attributeId }];
  });
  return [...own, ...further];
}

/** Where several rows stand on one attribute, what the endpoint is decides; what it has not is not there. */
function isMeant(
  name: PropertyName,
  { deviceTypes, clusters }: EndpointView,
  cluster: ClusterView,
): boolean {
  switch (cluster.id) {
    case BOOLEAN_STATE:
      if (name === 'open') return deviceTypes.includes(CONTACT_SENSOR);
      if (name === 'waterLeak') return deviceTypes.includes(LEAK_DETECTOR);
      return name === 'rain' && deviceTypes.includes(RAIN_SENSOR);
    case OCCUPANCY_SENSING:
      return name !== 'presence';
    case LEVEL_CONTROL:
      if (deviceTypes.includes(SPEAKER)) return name === 'volume';
      return name === 'brightness' && clusters.some(({ id }) => id === ON_OFF);
    case COLOR_CONTROL:
      return name !== 'color' || cluster.attributes.has(CURRENT_SATURATION);
    case POWER_SOURCE:
      return cluster.attributes.get(0x000c)?.value !== undefined || name === 'batteryLow';
    default:
      return true;
  }
}

function bind(
  candidate: Candidate,
  all: readonly Candidate[],
  endpoints: readonly EndpointView[],
): Binding {
  const { row, endpoint, clusterId } = candidate;
  const isShared = all.some((other) => other.row === row && other.endpoint !== endpoint);
  const cluster = endpoints
    .find(({ number }) => number === endpoint)
    ?.clusters.find(({ id }) => id === clusterId);
  const canSet = cluster !== undefined && isSettable(row, candidate.attributeId, cluster);
  const access = row.access === 'rw' && !canSet ? 'r' : row.access;
  const descriptor = describeProperty(row.name, {
    access,
    ...(isShared ? { endpoint } : {}),
    ...limitsOf(row.name, cluster),
  });
  return { ...candidate, descriptor };
}

function limitsOf(
  name: PropertyName,
  cluster: ClusterView | undefined,
): { min?: number; max?: number } {
  const value = (id: number): number | undefined => {
    const number = Number(cluster?.attributes.get(id)?.value ?? Number.NaN);
    return Number.isFinite(number) && number > 0 ? number : undefined;
  };
  switch (name) {
    case 'colorTemperature': {
      // ColorTempPhysicalMaxMireds is the warmest light.
      const [warmest, coolest] = [value(0x400c), value(0x400b)];
      return {
        ...(warmest === undefined ? {} : { min: Math.ceil(1e6 / warmest) }),
        ...(coolest === undefined ? {} : { max: Math.floor(1e6 / coolest) }),
      };
    }
    case 'targetTemperature': {
      const [min, max] = [value(0x0015) ?? value(0x0003), value(0x0016) ?? value(0x0004)];
      return {
        ...(min === undefined ? {} : { min: min / 100 }),
        ...(max === undefined ? {} : { max: max / 100 }),
      };
    }
    default:
      return {};
  }
}

function commandsOf(endpoints: readonly EndpointView[]): string[] {
  const clusters = endpoints.filter(({ number }) => number > 0).flatMap((each) => each.clusters);
  const has = (id: number, command: string): boolean =>
    clusters.some((cluster) => cluster.id === id && cluster.commands.has(command));
  return [
    ...(has(IDENTIFY, 'identify') ? ['identify'] : []),
    ...(has(LEVEL_CONTROL, 'stepWithOnOff') ? ['step'] : []),
    ...(has(WINDOW_COVERING, 'stopMotion') || has(LEVEL_CONTROL, 'stop') ? ['stop'] : []),
  ];
}

function powerOf(endpoints: readonly EndpointView[]): PowerSource {
  const sources = endpoints
    .flatMap(({ clusters }) => clusters)
    .filter(({ id }) => id === POWER_SOURCE);
  if (sources.length === 0) return 'unknown';
  // BatReplaceability is there for batteries only.
  return sources.some(({ attributes }) => attributes.has(0x000e)) ? 'battery' : 'mains';
}

/** How the hub describes the node. A device says by its standard device types all that there is to know of it. */
export function describe(
  shape: NodeShape,
  identity: PeerIdentity,
  at: { readonly adapter: AdapterId; readonly node: NodeAddress },
): NodeDescription {
  const { properties } = shape;
  const isEmpty = properties.length === 0 && shape.commands.length === 0;
  return {
    ...at,
    manufacturer: identity.vendor,
    model: identity.product,
    title: identity.product,
    kind: shape.kind,
    power: shape.power,
    tier: 'preferred',
    support: isEmpty ? 'unsupported' : 'exact',
    firmware: identity.software,
    properties,
    commands: shape.commands,
  };
}
