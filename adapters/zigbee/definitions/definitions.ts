// The definitions of the nodes: looked up once for all nodes that are alike, so that fifty equal thermometers share
// what is known of their model.
import * as zhc from 'zigbee-herdsman-converters';
import type { Device } from '../coordinator/herdsman.ts';
import { type Conversion, convertExposes } from './convert.ts';

export type FromZigbee = zhc.Definition['fromZigbee'][number];

/** What is known of a model on one kind of node; never changed. */
export interface Known {
  readonly definition: zhc.Definition;
  readonly modelId: string | undefined;
  readonly conversion: Conversion;
  readonly endpointNames: Readonly<Record<string, number>>;
  /** Converters by cluster and message type. */
  readonly converters: ReadonlyMap<string, readonly FromZigbee[]>;
}

/** More kinds of node than these in one home are looked up each for itself. */
const KINDS_MAX = 1_000;

export class Definitions {
  readonly #known = new Map<string, Promise<Known | null>>();

  /**
   * The definition of a node that was interviewed, generated where the library has none; null where there can be none.
   * @param options per-device options of converters; handed to them, not looked at
   */
  find(device: Device, options: Record<string, unknown>): Promise<Known | null> {
    const kind = kindOf(device);
    if (kind === null) return this.#look(device, options);
    const known = this.#known.get(kind);
    if (known !== undefined) return known;
    const looking = this.#look(device, options);
    if (this.#known.size < KINDS_MAX) this.#known.set(kind, looking);
    const forget = (): void => {
      if (this.#known.get(kind) === looking) this.#known.delete(kind);
    };
    looking.then((found) => {
      // What depends on the very device, or may be found another time, is nobody else's.
      if (found === null || !isShared(found.definition)) forget();
    }, forget);
    return looking;
  }

  async #look(device: Device, options: Record<string, unknown>): Promise<Known | null> {
    const modelId = device.modelID;
    const definition = await zhc.findByDevice(device, true);
    return definition === undefined ? null : readDefinition(definition, device, options, modelId);
  }
}

/** Reads what a definition says of this node; again whenever a converter says that its exposes have changed. */
export function readDefinition(
  definition: zhc.Definition,
  device: Device,
  options: Record<string, unknown>,
  modelId: string | undefined,
): Known {
  const exposes =
    typeof definition.exposes === 'function'
      ? definition.exposes(device, options)
      : definition.exposes;
  const endpointNames = definition.endpoint?.(device) ?? {};
  const converters = new Map<string, FromZigbee[]>();
  for (const converter of definition.fromZigbee) {
    const types: readonly unknown[] = Array.isArray(converter.type)
      ? converter.type
      : [converter.type];
    for (const type of types) {
      const key = `${converter.cluster}|${String(type)}`;
      converters.set(key, [...(converters.get(key) ?? []), converter]);
    }
  }
  const conversion = convertExposes(exposes, endpointNames);
  return { definition, modelId, conversion, endpointNames, converters };
}

function isShared(definition: zhc.Definition): boolean {
  return definition.generated !== true && Array.isArray(definition.exposes);
}

/**
 * Equal for nodes that the library cannot tell apart: all that it looks at to match a fingerprint. Null for Green
 * Power nodes, which it tells apart by their addresses.
 */
function kindOf(device: Device): string | null {
  if (device.type === 'GreenPower') return null;
  return JSON.stringify([
    device.modelID,
    device.manufacturerName,
    device.manufacturerID,
    device.type,
    device.powerSource,
    device.dateCode,
    device.softwareBuildID,
    device.applicationVersion,
    device.hardwareVersion,
    device.stackVersion,
    device.zclVersion,
    device.endpoints.map(({ ID, deviceID, profileID, inputClusters, outputClusters }) => [
      ID,
      deviceID,
      profileID,
      inputClusters,
      outputClusters,
    ]),
  ]);
}
