// One Matter node as the adapter knows it: its peer, its shape in the home's words, and what it has said.
import type { NodeDescription } from '../../hub/model/device.ts';
import type { AdapterId, NodeAddress } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import { type Binding, describe, type NodeShape, shapeOf } from './node-shape.ts';
import type { Peer } from './peers.ts';
import { fromWire } from './wire-value.ts';

const COLOR_CONTROL = 0x0300;
const CURRENT_SATURATION = 0x0001;

export type Values = Record<PropertyKey, PropertyValue>;

export class Node {
  readonly peer: Peer;
  /** What the hub was last told; null before the first word. */
  isOnline: boolean | null = null;
  /** It left a command unanswered: what is cached may be old until it has answered again. */
  isSuspect = false;
  isLeaving = false;
  /** When each property was last told to the hub, monotonic. */
  readonly toldAtMs = new Map<PropertyKey, number>();
  #shape: NodeShape;

  constructor(peer: Peer) {
    this.peer = peer;
    this.#shape = shapeOf(peer.endpoints());
  }

  get address(): NodeAddress {
    return this.peer.address;
  }

  get shape(): NodeShape {
    return this.#shape;
  }

  /** Looks at the node's structure again, which its own update may have changed. */
  reshape(): void {
    this.#shape = shapeOf(this.peer.endpoints());
  }

  describe(adapter: AdapterId): NodeDescription {
    return describe(this.#shape, this.peer.identity, { adapter, node: this.address });
  }

  /** The values of these attributes of a cluster, or of all. */
  values(of?: {
    readonly endpoint: number;
    readonly clusterId: number;
    readonly attributeIds: readonly number[];
  }): Values {
    const values: Values = {};
    for (const binding of this.#shape.bindings) {
      if (of !== undefined && !concerns(binding, of)) continue;
      const value = this.value(binding);
      if (value !== undefined) values[binding.descriptor.key] = value;
    }
    return values;
  }

  /** A property's value as it is cached; undefined where there is none. */
  value({ row, convert, endpoint, clusterId, attributeId }: Binding): PropertyValue | undefined {
    const attributes = this.peer.cluster(endpoint, clusterId)?.attributes;
    const wire = attributes?.get(attributeId)?.value;
    const whole =
      convert?.kind === 'hueSaturation' ? [wire, attributes?.get(CURRENT_SATURATION)?.value] : wire;
    return fromWire(row, convert, whole);
  }
}

function concerns(
  { endpoint, clusterId, attributeId }: Binding,
  of: {
    readonly endpoint: number;
    readonly clusterId: number;
    readonly attributeIds: readonly number[];
  },
): boolean {
  if (endpoint !== of.endpoint || clusterId !== of.clusterId) return false;
  if (of.attributeIds.includes(attributeId)) return true;
  const isHue = clusterId === COLOR_CONTROL && attributeId === 0;
  return isHue && of.attributeIds.includes(CURRENT_SATURATION);
}
