// What stands behind one Matter node: the node itself with all that it is composed of, and the devices that a bridge
// brings, each a device of its own by what it says of itself and not by the endpoint that it happens to have. Pure.
import { createHash } from 'node:crypto';
import type { EndpointView } from './views.ts';

// Spec: Matter 1.4 Core § 9.12, 9.13; Device Library § 2.
const AGGREGATOR = 0x000e;
const BRIDGED_NODE = 0x0013;
const BRIDGED_DEVICE_BASIC_INFORMATION = 0x0039;
const FIXED_LABEL = 0x0040;
const USER_LABEL = 0x0041;
const ACTIONS = 0x0025;
const POWER_SOURCE = 0x002f;
const POWER_TOPOLOGY = 0x009c;
/** Device types that only feed or measure others: power source, electrical sensor. */
const HELPERS: readonly number[] = [0x0011, 0x0510];
const ROOT = 0;
/** Of the lists of endpoints of a bridge. Spec: Matter 1.4 Core § 9.14.4.4. */
const LIST_OF_A_ROOM = 1;
/** What makers call the label that names a room; the standard's own example is `room`. */
const ROOM_LABEL = /^(room|area|location|place|房间|区域|位置)$/i;
const ROOM_LENGTH_MAX = 60;

/** What a bridge says of a device behind it. Spec: Matter 1.4 Core § 9.13. */
export interface BridgedIdentity {
  readonly vendor: string | null;
  readonly product: string | null;
  /** What its own app calls it. */
  readonly label: string | null;
  readonly software: string | null;
  /** False: the bridge itself cannot reach it. */
  readonly isReachable: boolean;
}

/** A device of the home: some endpoints of a node. */
export interface NodePart {
  /** Empty for the node itself; of a bridged device lasting and unique within its bridge. */
  readonly key: string;
  /** Ascending; the part's own first. */
  readonly endpoints: readonly EndpointView[];
  /** Null for the node itself. */
  readonly bridged: BridgedIdentity | null;
  /** It bridges others. */
  readonly isBridge: boolean;
  /** The room that it says it stands in; null where it says none. */
  readonly room: string | null;
}

/** The node itself, then what it bridges. */
export function partsOf(endpoints: readonly EndpointView[]): NodePart[] {
  const byNumber = new Map(endpoints.map((each) => [each.number, each]));
  const aggregators = endpoints.filter(isAggregator);
  const isBranching = (each: EndpointView) => each.number === ROOT || isAggregator(each);
  const parent = new Map<number, number>();
  for (const owner of endpoints.filter((each) => !isBranching(each))) {
    for (const part of owner.parts) parent.set(part, owner.number);
  }
  for (const helper of endpoints) {
    const helped = helpedBy(helper).map((number) => byNumber.get(number));
    const owner = helped.find((each) => each !== undefined && !isBranching(each));
    if (owner !== undefined && !parent.has(helper.number)) parent.set(helper.number, owner.number);
  }
  const topOf = (number: number): number => {
    let top = number;
    // A node that says that two endpoints are parts of each other must not keep the hub turning.
    for (const _ of endpoints) top = parent.get(top) ?? top;
    return top;
  };
  const ofAggregators = aggregators.flatMap(({ parts }) => parts);
  // What says that it is bridged is, even where its maker forgot to say by what.
  const bySaying = endpoints.filter(isBridged).map(({ number }) => number);
  const bridgedTops = new Set(
    [...ofAggregators, ...bySaying].filter((part) => {
      const view = byNumber.get(part);
      return view !== undefined && !isBranching(view) && !isEmpty(view) && topOf(part) === part;
    }),
  );
  const own = endpoints.filter(({ number }) => !bridgedTops.has(topOf(number)));
  const bridged = [...bridgedTops]
    .sort((a, b) => a - b)
    .flatMap((top): Bridged[] => {
      const view = byNumber.get(top);
      if (view === undefined) return [];
      const composed = endpoints.filter(({ number }) => number !== top && topOf(number) === top);
      return [{ view, composed }];
    });
  const isBridge = bridgedTops.size > 0 || aggregators.length > 0;
  const rooms = roomsOf(endpoints);
  const node: NodePart = {
    ...{ key: '', endpoints: own, bridged: null, isBridge },
    room: roomIn(own, rooms),
  };
  return [node, ...keyed(bridged, rooms)];
}

interface Bridged {
  readonly view: EndpointView;
  readonly composed: readonly EndpointView[];
}

/** By its unique id, else by its serial number, else by its endpoint, which a bridge is to keep as well. */
function keyed(bridged: readonly Bridged[], rooms: Rooms): NodePart[] {
  const uniqueIds = bridged.map(({ view }) => textOf(view, 'uniqueId'));
  const serials = bridged.map(({ view }) => textOf(view, 'serialNumber'));
  const isAlone = (all: readonly (string | null)[], text: string) =>
    all.filter((each) => each === text).length === 1;
  return bridged.map(({ view, composed }, index) => {
    const [uniqueId = null, serial = null] = [uniqueIds[index], serials[index]];
    const key =
      uniqueId !== null && isAlone(uniqueIds, uniqueId)
        ? `u${digestOf(uniqueId)}`
        : serial !== null && isAlone(serials, serial)
          ? `s${digestOf(serial)}`
          : `e${view.number}`;
    return {
      key,
      endpoints: [view, ...composed],
      bridged: {
        vendor: textOf(view, 'vendorName'),
        product: textOf(view, 'productName') ?? textOf(view, 'productLabel'),
        label: textOf(view, 'nodeLabel'),
        software: textOf(view, 'softwareVersionString'),
        isReachable: attributeOf(view, 'reachable') !== false,
      },
      isBridge: false,
      room: roomIn([view, ...composed], rooms),
    };
  });
}

/** Rooms by the endpoints that a bridge lists for them. */
type Rooms = ReadonlyMap<number, string>;

/** What a bridge lists of its rooms. Spec: Matter 1.4 Core § 9.14. */
function roomsOf(endpoints: readonly EndpointView[]): Rooms {
  const rooms = new Map<number, string>();
  for (const view of endpoints) {
    for (const { name, type, endpoints: numbers } of entriesOf(view, ACTIONS, 'endpointLists')) {
      if (Number(type) !== LIST_OF_A_ROOM || !Array.isArray(numbers)) continue;
      const room = roomText(name);
      if (room !== null) for (const number of numbers) rooms.set(Number(number), room);
    }
  }
  return rooms;
}

/** What the household or the maker labelled it with, else where its bridge lists it. */
function roomIn(endpoints: readonly EndpointView[], rooms: Rooms): string | null {
  for (const cluster of [USER_LABEL, FIXED_LABEL]) {
    for (const view of endpoints) {
      for (const { label, value } of entriesOf(view, cluster, 'labelList')) {
        if (typeof label !== 'string' || !ROOM_LABEL.test(label.trim())) continue;
        const room = roomText(value);
        if (room !== null) return room;
      }
    }
  }
  for (const { number } of endpoints) {
    const room = rooms.get(number);
    if (room !== undefined) return room;
  }
  return null;
}

function roomText(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim().slice(0, ROOM_LENGTH_MAX) : '';
  return text === '' ? null : text;
}

/** The structs of a list attribute of one of an endpoint's clusters. */
function entriesOf(
  view: EndpointView,
  clusterId: number,
  attribute: string,
): readonly Readonly<Record<string, unknown>>[] {
  const value = attributeOf(view, attribute, clusterId);
  return Array.isArray(value)
    ? value.filter((each) => typeof each === 'object' && each !== null)
    : [];
}

/** A power source or a meter that stands beside what it feeds or measures belongs to that. */
function helpedBy(view: EndpointView): readonly number[] {
  if (!view.deviceTypes.some((type) => HELPERS.includes(type))) return [];
  if (!view.deviceTypes.every((type) => type === BRIDGED_NODE || HELPERS.includes(type))) return [];
  const fed = attributeOf(view, 'endpointList', POWER_SOURCE);
  const measured = attributeOf(view, 'availableEndpoints', POWER_TOPOLOGY);
  return [fed, measured]
    .flatMap((list) => (Array.isArray(list) ? list.map(Number) : []))
    .filter((number) => number !== view.number);
}

function isBridged({ number, deviceTypes, clusters }: EndpointView): boolean {
  if (number === ROOT) return false;
  return (
    deviceTypes.includes(BRIDGED_NODE) ||
    clusters.some(({ id }) => id === BRIDGED_DEVICE_BASIC_INFORMATION)
  );
}

/** A bridge lists it, and it says nothing at all: it is gone, not built yet, or was never there. */
function isEmpty({ deviceTypes, clusters }: EndpointView): boolean {
  return deviceTypes.length === 0 && clusters.length === 0;
}

function isAggregator({ deviceTypes }: EndpointView): boolean {
  return deviceTypes.includes(AGGREGATOR);
}

function attributeOf(
  { clusters }: EndpointView,
  name: string,
  clusterId = BRIDGED_DEVICE_BASIC_INFORMATION,
): unknown {
  const cluster = clusters.find(({ id }) => id === clusterId);
  for (const attribute of cluster?.attributes.values() ?? []) {
    if (attribute.name === name) return attribute.value;
  }
  return undefined;
}

function textOf(view: EndpointView, name: string): string | null {
  const value = attributeOf(view, name);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

/** What a maker writes may be long and of any characters. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
