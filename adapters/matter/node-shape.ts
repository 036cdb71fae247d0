// What a device of a Matter node is in the home's words: which property each of its attributes carries, by the table
// per cluster, how the hub describes it, and what of it the home has no place for. Pure: it looks at plain views.
import type { NodeDescription, NotShown, PowerSource } from '../../hub/model/device.ts';
import { kindFromProperties } from '../../hub/model/device-kind.ts';
import type { AdapterId, NodeAddress } from '../../hub/model/identifiers.ts';
import {
  type DeviceKind,
  describeProperty,
  type PropertyDescriptor,
  type PropertyKey,
  property,
  propertyKey,
  vendorPropertyName,
} from '../../hub/model/properties.ts';
import type { PropertySpec, WireConversion } from '../../hub/model/property-row.ts';
import { kindOfType } from './device-types.ts';
import type { NodePart } from './node-parts.ts';
import type { PeerIdentity } from './peer.ts';
import type { AttributeRow, Choices, Setter } from './table/row.ts';
import { isGlobal, rowsOf } from './table/rows-of.ts';
import type { ClusterView, EndpointView } from './views.ts';

/** One property of a device and where it stands on its node. */
export interface Binding {
  readonly descriptor: PropertyDescriptor;
  /** What its values are, without the limits of this device. */
  readonly spec: PropertySpec;
  readonly convert: WireConversion | undefined;
  readonly field: string | undefined;
  readonly choices: Choices | null;
  readonly set: Setter | undefined;
  readonly endpoint: number;
  readonly clusterId: number;
  readonly attributeId: number;
  /** Attributes whose change changes it, too. */
  readonly with: readonly number[];
}

/** A device in the home's words. */
export interface NodeShape {
  readonly bindings: readonly Binding[];
  readonly byKey: ReadonlyMap<PropertyKey, Binding>;
  /** Of each endpoint with buttons, the key of its `button` events. */
  readonly buttons: ReadonlyMap<number, PropertyKey>;
  readonly properties: readonly PropertyDescriptor[];
  readonly commands: readonly string[];
  readonly kind: DeviceKind;
  readonly power: PowerSource;
  /** What the device has and the home does not show. */
  readonly notShown: readonly NotShown[];
}

// Spec: Matter 1.4 Application Clusters.
const IDENTIFY = 0x0003;
const LEVEL_CONTROL = 0x0008;
const POWER_SOURCE = 0x002f;
export const SWITCH = 0x003b;
const SMOKE_CO_ALARM = 0x005c;
const WINDOW_COVERING = 0x0102;
const CLOSURE_CONTROL = 0x0104;
const MEDIA_PLAYBACK = 0x0506;

const BUTTON_EVENTS = ['single', 'double', 'triple', 'quadruple', 'long', 'release'];

/** Clusters that the hub itself works with: nothing of them is lost. */
const USED_BY_HUB: ReadonlySet<number> = new Set([
  IDENTIFY,
  SWITCH,
  0x001d, // Descriptor
  0x001f, // Access control
  0x0028, // Basic information
  0x002a, // OTA software update requestor
  0x0030, // General commissioning
  0x0031, // Network commissioning
  0x0039, // Bridged device basic information
  0x003c, // Administrator commissioning
  0x003e, // Operational credentials
  0x0040, // Fixed label
  0x0041, // User label
]);
/** Identifiers above are a maker's own. Spec: Matter 1.4 Core § 7.18.2.6. */
const STANDARD_MAX = 0x7fff;

/** A key names endpoints up to this. */
const ENDPOINT_MAX = 240;
/** No page could show more; the rest is told as not shown. */
const PROPERTIES_MAX = 120;
const NOT_SHOWN_MAX = 64;
const PARTS_MAX = 48;

interface Candidate {
  readonly row: AttributeRow;
  readonly cluster: ClusterView;
  readonly endpoint: EndpointView;
}

/** The shape of a device with these endpoints. */
export function shapeOf({
  endpoints,
  isBridge,
}: Pick<NodePart, 'endpoints' | 'isBridge'>): NodeShape {
  const found = endpoints.flatMap(candidatesOf);
  const candidates = found.slice(0, PROPERTIES_MAX);
  const suffixOf = suffixes(endpoints);
  const bindings = candidates.map((candidate) => {
    const isShared = candidates.some(
      (other) => other.endpoint !== candidate.endpoint && nameOf(other) === nameOf(candidate),
    );
    return bind(candidate, isShared ? suffixOf(candidate.endpoint.number) : undefined);
  });
  const switches = endpoints.filter(({ clusters }) => clusters.some(({ id }) => id === SWITCH));
  const buttons = switches.map(({ number }): [number, PropertyDescriptor] => [
    number,
    describeProperty('button', {
      access: 'event',
      values: BUTTON_EVENTS,
      ...(switches.length > 1 ? { endpoint: suffixOf(number) } : {}),
    }),
  ]);
  const properties = [
    ...bindings.map(({ descriptor }) => descriptor),
    ...buttons.map(([, descriptor]) => descriptor),
  ];
  const kinds = endpoints.flatMap(({ deviceTypes }) => deviceTypes.map(kindOfType));
  return {
    bindings,
    byKey: new Map(bindings.map((binding) => [binding.descriptor.key, binding])),
    buttons: new Map(buttons.map(([number, { key }]) => [number, key])),
    properties,
    commands: commandsOf(endpoints),
    kind: kinds.find((kind) => kind !== undefined) ?? ownKind(properties, isBridge),
    power: powerOf(endpoints),
    notShown: notShownOf(endpoints, candidates),
  };
}

function ownKind(properties: readonly PropertyDescriptor[], isBridge: boolean): DeviceKind {
  return isBridge && properties.length === 0 ? 'other' : kindFromProperties(properties);
}

/** By the endpoint's own number, as long as all of them fit; else by the order in which they stand. */
function suffixes(endpoints: readonly EndpointView[]): (endpoint: number) => number {
  const numbers = endpoints.map(({ number }) => number);
  if (numbers.every((number) => number <= ENDPOINT_MAX)) return (endpoint) => endpoint;
  return (endpoint) => Math.min(ENDPOINT_MAX, numbers.indexOf(endpoint) + 1);
}

function nameOf({ row }: Candidate): string {
  return typeof row.as === 'string' ? row.as : vendorPropertyName(row.as.word);
}

/** Of the rows that say the same of one endpoint the first holds. */
function candidatesOf(endpoint: EndpointView): Candidate[] {
  const all = endpoint.clusters.flatMap((cluster) =>
    rowsOf(endpoint, cluster).map((row): Candidate => ({ row, cluster, endpoint })),
  );
  const names = new Set<string>();
  return all.filter((candidate) => {
    const name = nameOf(candidate);
    const isFirst = !names.has(name);
    names.add(name);
    return isFirst;
  });
}

function bind({ row, cluster, endpoint }: Candidate, suffix: number | undefined): Binding {
  const attribute = cluster.attributes.get(row.attributeId);
  const isEnum = typeof row.as !== 'string' && row.as.type === 'enum';
  const choices = row.choices?.(cluster) ?? (isEnum ? (attribute?.choices ?? null) : null);
  const descriptor = describeRow(row, cluster, { choices, suffix });
  return {
    descriptor,
    spec: specOfRow(row, descriptor),
    convert: row.convertBy?.(cluster) ?? row.convert,
    field: row.field,
    choices,
    set: row.set,
    endpoint: endpoint.number,
    clusterId: cluster.id,
    attributeId: row.attributeId,
    with: row.with ?? [],
  };
}

function describeRow(
  row: AttributeRow,
  cluster: ClusterView,
  { choices, suffix }: { readonly choices: Choices | null; readonly suffix: number | undefined },
): PropertyDescriptor {
  const canSet = isSettable(row, cluster);
  const limits = row.limits?.(cluster) ?? {};
  const { as } = row;
  if (typeof as === 'string') {
    const granted = property(as).access;
    const values = row.narrow?.(cluster);
    return describeProperty(as, {
      access: granted === 'rw' && !canSet ? 'r' : granted,
      ...(suffix === undefined ? {} : { endpoint: suffix }),
      ...(values === undefined ? {} : { values }),
      ...limits,
    });
  }
  const { word, label, type, unit, min, max, step, values: words, access } = as;
  const name = vendorPropertyName(word);
  return {
    key: propertyKey(name, suffix),
    name,
    ...(suffix === undefined ? {} : { endpoint: suffix }),
    type,
    access: access ?? (canSet ? 'rw' : 'r'),
    label,
    ...(unit === undefined ? {} : { unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(step === undefined ? {} : { step }),
    ...limits,
    ...(choices === null ? {} : { values: [...choices.values()] }),
    ...(words === undefined ? {} : { valueLabels: words }),
  };
}

/** A setter needs its commands; without one the attribute has to be writable. */
function isSettable({ set, attributeId, field }: AttributeRow, cluster: ClusterView): boolean {
  if (set === undefined) {
    return field === undefined && cluster.attributes.get(attributeId)?.isWritable === true;
  }
  const has = (command: string) => cluster.commands.has(command);
  return set.isAnyEnough === true ? set.commands.some(has) : set.commands.every(has);
}

function specOfRow({ as }: AttributeRow, descriptor: PropertyDescriptor): PropertySpec {
  if (typeof as === 'string') return property(as);
  const { word: _word, step, values: _values, ...own } = as;
  return {
    ...own,
    name: descriptor.key,
    access: descriptor.access,
    ...(step === undefined ? {} : { precision: step }),
  };
}

function commandsOf(endpoints: readonly EndpointView[]): string[] {
  const clusters = endpoints.filter(({ number }) => number > 0).flatMap((each) => each.clusters);
  const has = (id: number, command: string): boolean =>
    clusters.some((cluster) => cluster.id === id && cluster.commands.has(command));
  const stops: readonly (readonly [number, string])[] = [
    [WINDOW_COVERING, 'stopMotion'],
    [LEVEL_CONTROL, 'stop'],
    [CLOSURE_CONTROL, 'stop'],
  ];
  return [
    ...(has(IDENTIFY, 'identify') ? ['identify'] : []),
    ...(has(LEVEL_CONTROL, 'stepWithOnOff') ? ['step'] : []),
    ...(stops.some(([id, command]) => has(id, command)) ? ['stop'] : []),
    ...(has(SMOKE_CO_ALARM, 'selfTestRequest') ? ['test'] : []),
    ...['next', 'previous'].filter((name) => has(MEDIA_PLAYBACK, name)),
  ];
}

function powerOf(endpoints: readonly EndpointView[]): PowerSource {
  const sources = endpoints
    .flatMap(({ clusters }) => clusters)
    .filter(({ id }) => id === POWER_SOURCE);
  if (sources.length === 0) return 'unknown';
  // WiredCurrentType is there for wires only, BatChargeLevel for batteries; a battery beside a wire is for its failure.
  const has = (id: number) => sources.some(({ attributes }) => attributes.has(id));
  return has(0x000e) && !has(0x0005) ? 'battery' : 'mains';
}

/** Each cluster of which something is not shown, with the attributes that are not; the same of several endpoints once. */
function notShownOf(
  endpoints: readonly EndpointView[],
  candidates: readonly Candidate[],
): readonly NotShown[] {
  const found = new Map<
    string,
    { readonly name: string; parts: readonly string[]; at: number[] }
  >();
  for (const endpoint of endpoints) {
    for (const cluster of endpoint.clusters) {
      if (USED_BY_HUB.has(cluster.id)) continue;
      const parts = partsNotShown(cluster, candidates);
      if (parts === null) continue;
      const key = `${cluster.id} ${parts.join()}`;
      const same = found.get(key) ?? { name: nameOfCluster(cluster), parts, at: [] };
      same.at.push(endpoint.number);
      found.set(key, same);
    }
  }
  const told = [...found.values()].map(({ name, parts, at }) => ({
    what: endpoints.length > 1 ? `${name} ${at.map((number) => `@${number}`).join(' ')}` : name,
    parts: atMost(parts, PARTS_MAX, (count) => `+ ${count}`),
  }));
  return atMost(told, NOT_SHOWN_MAX, (count) => ({ what: `+ ${count}`, parts: [] }));
}

/** The first so many; the last of them says how many more there are. */
function atMost<Item>(all: readonly Item[], max: number, more: (count: number) => Item): Item[] {
  if (all.length <= max) return [...all];
  return [...all.slice(0, max - 1), more(all.length - max + 1)];
}

/** Null where all of the cluster is shown. What manages the node, and does nothing for people, is named as a whole. */
function partsNotShown(
  cluster: ClusterView,
  candidates: readonly Candidate[],
): readonly string[] | null {
  const rows = candidates.filter((each) => each.cluster === cluster).map(({ row }) => row);
  if (rows.length === 0 && !cluster.isApplication && cluster.id <= STANDARD_MAX) return [];
  const shown = new Set(
    rows.flatMap(({ attributeId, with: others = [], seen = [] }) => [
      attributeId,
      ...others,
      ...seen,
    ]),
  );
  const parts = [...cluster.attributes.values()]
    .filter(({ id }) => !isGlobal(id) && !shown.has(id))
    .map(({ id, name }) => (id > STANDARD_MAX || name.includes('$') ? hexOf(id) : name));
  return rows.length > 0 && parts.length === 0 ? null : parts;
}

/** A maker's own cluster has a number alone. */
function nameOfCluster({ id, name }: ClusterView): string {
  return `${id > STANDARD_MAX ? "Maker's own" : name} (${hexOf(id)})`;
}

const hexOf = (id: number): string => `0x${id.toString(16).padStart(4, '0')}`;

/** How the hub describes the device. A device says by its standard device types all that there is to know of it. */
export function describe(
  shape: NodeShape,
  part: NodePart,
  identity: PeerIdentity,
  at: { readonly adapter: AdapterId; readonly node: NodeAddress },
): NodeDescription {
  const { properties } = shape;
  const isEmpty = properties.length === 0 && shape.commands.length === 0 && !part.isBridge;
  const { bridged, room } = part;
  const type = typeNameOf(part.endpoints);
  const told = bridged === null ? identity.product : (bridged.product ?? bridged.label);
  const model = told ?? type ?? identity.product;
  const label = bridged === null ? identity.label : bridged.label;
  return {
    ...at,
    manufacturer: bridged?.vendor ?? identity.vendor,
    model,
    title: label ?? model,
    ...(room === null ? {} : { room }),
    kind: shape.kind,
    power: shape.power,
    tier: 'preferred',
    support: isEmpty ? 'unsupported' : 'exact',
    firmware: bridged === null ? identity.software : bridged.software,
    properties,
    commands: shape.commands,
    ...(shape.notShown.length === 0 ? {} : { notShown: shape.notShown }),
  };
}

/** Types that only carry or help others. */
const HELPERS: ReadonlySet<number> = new Set([
  ...[0x0016, 0x000e, 0x0013, 0x0011, 0x0012, 0x0014, 0x0019, 0x050d, 0x0510, 0x0130],
]);

/** What the standard calls the first of its endpoints that is a device, as in `Dimmable light`. */
function typeNameOf(endpoints: readonly EndpointView[]): string | null {
  const named = endpoints.find(
    ({ typeName, deviceTypes }) =>
      typeName !== undefined && deviceTypes.some((type) => !HELPERS.has(type)),
  );
  const words = named?.typeName?.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  if (words === undefined) return null;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`.replace(/^On off\b/, 'On/off');
}
