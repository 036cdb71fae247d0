// One device as the Matter adapter knows it: the endpoints of a node that it stands on, its shape in the home's words,
// and what it has said. A bridge's node carries many of them.
import type { NodeDescription } from '../../hub/model/device.ts';
import { type AdapterId, type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { NodePart } from './node-parts.ts';
import { type Binding, describe, type NodeShape, shapeOf } from './node-shape.ts';
import type { Peer } from './peer.ts';
import { fromWire } from './wire-value.ts';

export type Values = Record<PropertyKey, PropertyValue>;

/** Attributes of one cluster of an endpoint. */
export interface Changed {
  readonly endpoint: number;
  readonly clusterId: number;
  readonly attributeIds: readonly number[];
}

/** What all devices of one node have in common. */
export interface Carrier {
  readonly peer: Peer;
  /** It left a command unanswered: what is cached may be old until it has answered again. */
  readonly isSuspect: boolean;
}

export class Node {
  readonly #carrier: Carrier;
  readonly address: NodeAddress;
  /** What the hub was last told; null before the first word. */
  isOnline: boolean | null = null;
  /** The hub knows what it is; before that it is told nothing else of it. */
  isDescribed = false;
  isLeaving = false;
  /** When each property was last told to the hub, monotonic. */
  readonly toldAtMs = new Map<PropertyKey, number>();
  #part: NodePart;
  #shape: NodeShape;

  constructor(carrier: Carrier, part: NodePart) {
    this.#carrier = carrier;
    this.address = addressOf(carrier.peer, part);
    this.#part = part;
    this.#shape = shapeOf(part);
  }

  get peer(): Peer {
    return this.#carrier.peer;
  }

  get isSuspect(): boolean {
    return this.#carrier.isSuspect;
  }

  get shape(): NodeShape {
    return this.#shape;
  }

  get part(): NodePart {
    return this.#part;
  }

  /** It hangs on a bridge, which alone is a member of the fabric. */
  get isBridged(): boolean {
    return this.#part.bridged !== null;
  }

  /** Takes the structure of the node as it is now. */
  reshape(part: NodePart): void {
    this.#part = part;
    this.#shape = shapeOf(part);
  }

  describe(adapter: AdapterId): NodeDescription {
    const at = { adapter, node: this.address };
    return describe(this.#shape, this.#part, this.peer.identity, at);
  }

  /** The values of these attributes of a cluster, or of all. */
  values(of?: Changed): Values {
    const values: Values = {};
    for (const binding of this.#shape.bindings) {
      if (of !== undefined && !concerns(binding, of)) continue;
      const value = this.value(binding);
      if (value !== undefined) values[binding.descriptor.key] = value;
    }
    return values;
  }

  /** A property's value as it is cached; undefined where there is none. */
  value(binding: Binding): PropertyValue | undefined {
    const { endpoint, clusterId, attributeId, spec, convert, choices, field } = binding;
    const at = (id: number) => this.peer.attribute(endpoint, clusterId, id);
    const whole = at(attributeId);
    const wire = field === undefined ? whole : fieldOf(whole, field);
    if (choices !== null) {
      // What the node itself does not list is told by its number.
      return typeof wire === 'number' ? (choices.get(wire) ?? String(wire)) : undefined;
    }
    const isColor = convert?.kind === 'hueSaturation' || convert?.kind === 'xy';
    return fromWire(spec, convert, isColor ? [wire, ...binding.with.map(at)] : wire);
  }
}

/** The address of a device: of the node for the node itself, with the bridge's own key for one behind it. */
export function addressOf({ address }: Peer, { key }: NodePart): NodeAddress {
  return key === '' ? address : nodeAddress(`${address}-${key}`);
}

function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Readonly<Record<string, unknown>>)[field];
}

function concerns(binding: Binding, { endpoint, clusterId, attributeIds }: Changed): boolean {
  if (endpoint !== binding.endpoint || clusterId !== binding.clusterId) return false;
  return (
    attributeIds.includes(binding.attributeId) ||
    binding.with.some((id) => attributeIds.includes(id))
  );
}
