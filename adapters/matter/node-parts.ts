// What stands behind one Matter node: the node itself with all that it is composed of, and the devices that a bridge
// brings, each a device of its own by what it says of itself and not by the endpoint that it happens to have. Pure.
import { createHash } from 'node:crypto';
import type { EndpointView } from './views.ts';

// Spec: Matter 1.4 Core § 9.12, 9.13; Device Library § 2.
const AGGREGATOR = 0x000e;
const BRIDGED_DEVICE_BASIC_INFORMATION = 0x0039;
const ROOT = 0;

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
  const topOf = (number: number): number => {
    let top = number;
    // A node that says that two endpoints are parts of each other must not keep the hub turning.
    for (const _ of endpoints) top = parent.get(top) ?? top;
    return top;
  };
  const bridgedTops = new Set(
    aggregators
      .flatMap(({ parts }) => parts)
      .filter((part) => {
        const view = byNumber.get(part);
        return view !== undefined && !isBranching(view) && topOf(part) === part;
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
  const node: NodePart = {
    ...{ key: '', endpoints: own, bridged: null },
    isBridge: aggregators.length > 0,
  };
  return [node, ...keyed(bridged)];
}

interface Bridged {
  readonly view: EndpointView;
  readonly composed: readonly EndpointView[];
}

/** By its unique id, else by its serial number, else by its endpoint, which a bridge is to keep as well. */
function keyed(bridged: readonly Bridged[]): NodePart[] {
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
    };
  });
}

function isAggregator({ deviceTypes }: EndpointView): boolean {
  return deviceTypes.includes(AGGREGATOR);
}

function attributeOf({ clusters }: EndpointView, name: string): unknown {
  const cluster = clusters.find(({ id }) => id === BRIDGED_DEVICE_BASIC_INFORMATION);
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
