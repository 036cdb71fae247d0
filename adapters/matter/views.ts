// What a node has, in plain values: its endpoints, their clusters and attributes, out of matter.js's client endpoints.
// Beside peers.ts the border to the library; no type of it leaves this file.
import type { ClusterBehavior, Endpoint } from '@matter/main';

/** One cluster of an endpoint as the node has it. Values are of the cache; it is live while the peer is subscribed. */
export interface ClusterView {
  readonly endpoint: number;
  readonly id: number;
  /** Its name in the standard, such as `OnOff`. */
  readonly name: string;
  /** It does something for people, by the standard's own division; the others describe or manage the node. */
  readonly isApplication: boolean;
  readonly commands: ReadonlySet<string>;
  readonly attributes: ReadonlyMap<number, AttributeView>;
}

/** What an attribute is by the standard, whatever its value. */
export interface AttributeFacts {
  readonly id: number;
  /** As matter.js writes it, such as `batPercentRemaining`. */
  readonly name: string;
  readonly isWritable: boolean;
  /** It never changes for the life of the product. */
  readonly isFixed: boolean;
  /** `other`: a struct, a list, a bitmap or bytes. */
  readonly kind: 'boolean' | 'number' | 'enum' | 'string' | 'other';
  /** The standard's name of its type, such as `temperature`, which says the unit. */
  readonly type: string;
  /** The words of an enum by their numbers; empty for what is none. */
  readonly choices: ReadonlyMap<number, string>;
}

export interface AttributeView extends AttributeFacts {
  /** Plain: bitmaps and 64-bit numbers as numbers; structs and lists as they are; null and undefined alike unknown. */
  readonly value: unknown;
}

export interface EndpointView {
  readonly number: number;
  readonly deviceTypes: readonly number[];
  /** What the standard calls the device that it is, such as `DimmableLight`; absent: nothing that it names. */
  readonly typeName?: string;
  /** The endpoints that it is composed of; of the root and of an aggregator also theirs. */
  readonly parts: readonly number[];
  readonly clusters: readonly ClusterView[];
}

/** Tells the clusters among the behaviors of an endpoint. */
export type IsCluster = typeof ClusterBehavior.isType;

type Schema = ClusterBehavior.Type['schema'];
type Model = Schema['attributes'] extends Iterable<infer Each> ? Each : never;

export function endpointView(endpoint: Endpoint, isCluster: IsCluster): EndpointView {
  const descriptor = stateOf(endpoint, 'descriptor');
  const types = (descriptor?.deviceTypeList ?? []) as Iterable<{ deviceType: number }>;
  const { name } = endpoint.type;
  return {
    number: endpoint.number,
    deviceTypes: [...types].map(({ deviceType }) => Number(deviceType)),
    ...(name === undefined || name.startsWith('Unknown') ? {} : { typeName: name }),
    parts: numbersOf(descriptor?.partsList),
    clusters: clusterViews(endpoint, isCluster),
  };
}

/** The clusters of an endpoint, or the one of an id. */
export function clusterViews(
  endpoint: Endpoint,
  isCluster: IsCluster,
  only?: number,
): ClusterView[] {
  const views: ClusterView[] = [];
  for (const [key, type] of Object.entries(endpoint.behaviors.supported)) {
    if (!isCluster(type)) continue;
    const id = Number(type.cluster.id);
    if (only !== undefined && id !== only) continue;
    const state = stateOf(endpoint, key);
    if (state === undefined) continue;
    const present = new Set(numbersOf(state.attributeList));
    const attributes = new Map<number, AttributeView>();
    for (const model of type.schema.attributes) {
      if (!present.has(model.id)) continue;
      const facts = factsOf(model);
      attributes.set(facts.id, { ...facts, value: facts.plain(state[facts.name]) });
    }
    const accepted = new Set(numbersOf(state.acceptedCommandList));
    const commands = Object.entries(type.cluster.commands ?? {})
      .filter(([, { id: commandId }]) => accepted.has(Number(commandId)))
      .map(([name]) => name);
    views.push({
      endpoint: endpoint.number,
      id,
      name: type.schema.name,
      isApplication: classOf(type.schema) === 'application',
      commands: new Set(commands),
      attributes,
    });
  }
  // The library has them in the order in which it learned of them: after a restart it would be another device.
  return views.sort((a, b) => a.id - b.id);
}

/** An attribute as it is cached; undefined where the endpoint has none such. */
export function attributeValue(
  endpoint: Endpoint,
  isCluster: IsCluster,
  at: { readonly clusterId: number; readonly attributeId: number },
): unknown {
  for (const [key, type] of Object.entries(endpoint.behaviors.supported)) {
    if (!isCluster(type) || Number(type.cluster.id) !== at.clusterId) continue;
    const facts = factsAt(type.schema, at.attributeId);
    return facts?.plain(stateOf(endpoint, key)?.[facts.name]);
  }
  return undefined;
}

/** How an attribute is written by the library; undefined where the endpoint has none such. */
export function writable(
  endpoint: Endpoint,
  isCluster: IsCluster,
  at: { readonly clusterId: number; readonly attributeId: number },
): { readonly name: string; toLibrary(value: unknown): unknown } | undefined {
  for (const type of Object.values(endpoint.behaviors.supported)) {
    if (!isCluster(type) || Number(type.cluster.id) !== at.clusterId) continue;
    return factsAt(type.schema, at.attributeId);
  }
  return undefined;
}

/** Undefined for an endpoint that has just come, or is about to go. */
function stateOf(endpoint: Endpoint, key: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return endpoint.maybeStateOf(key) as Readonly<Record<string, unknown>> | undefined;
  } catch {
    return undefined;
  }
}

/** The facts with the two ways through the border. */
export interface Facts extends AttributeFacts {
  plain(value: unknown): unknown;
  toLibrary(value: unknown): unknown;
}

/**
 * A bridge has the same clusters a hundred times over, and the library looks each fact up in its model anew. What no
 * node has is never looked up: the library keeps what it has found of a model.
 */
const known = new WeakMap<Model, Facts>();

/** An attribute by the standard, and how its values become plain. */
export function factsOf(model: Model): Facts {
  const facts = known.get(model) ?? read(model);
  known.set(model, facts);
  return facts;
}

function factsAt(schema: Schema, attributeId: number): Facts | undefined {
  for (const model of schema.attributes) if (model.id === attributeId) return factsOf(model);
  return undefined;
}

function read(model: Model): Facts {
  const metatype = String(model.effectiveMetatype);
  const kind = KINDS[metatype] ?? 'other';
  const isBitmap = metatype === 'bitmap';
  const members = kind === 'enum' || isBitmap ? [...(model.members as Iterable<Member>)] : [];
  const fields = isBitmap ? members : [];
  return {
    id: model.id,
    name: model.propertyName,
    isWritable: model.writable,
    isFixed: model.fixed,
    kind,
    type: model.effectiveType ?? '',
    choices: new Map(
      kind === 'enum'
        ? members.map(({ id, propertyName }): [number, string] => [Number(id), propertyName])
        : [],
    ),
    plain: (value) => plain(value, fields),
    toLibrary: (value) =>
      fields.length > 0 && typeof value === 'number' ? bitmapOf(value, fields) : value,
  };
}

const KINDS: Readonly<Record<string, AttributeFacts['kind']>> = {
  boolean: 'boolean',
  integer: 'number',
  float: 'number',
  enum: 'enum',
  string: 'string',
};

/** What the division of a cluster is; one that is derived from another may say it by that one alone. */
function classOf(schema: Schema): string | undefined {
  const { classification } = schema as { readonly classification?: string };
  return classification;
}

/** A value of an enum, or a field of a bitmap: one bit, or a range of bits. */
interface Member {
  readonly id?: number;
  readonly propertyName: string;
  readonly constraint: { readonly value?: unknown; readonly min?: unknown; readonly max?: unknown };
}

/** matter.js has bitmaps as objects by field and 64-bit numbers as bigints; both become numbers. */
function plain(value: unknown, fields: readonly Member[]): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (fields.length === 0 || typeof value !== 'object' || value === null) return value;
  const set = value as Readonly<Record<string, unknown>>;
  let number = 0;
  for (const { propertyName, constraint } of fields) {
    const shift = Number(constraint.value ?? constraint.min ?? 0);
    number += Number(set[propertyName] ?? 0) * 2 ** shift;
  }
  return number;
}

/** A number as matter.js has a bitmap: by its fields. */
function bitmapOf(number: number, fields: readonly Member[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ propertyName, constraint: { value, min, max } }) => {
      const shift = Number(value ?? min ?? 0);
      const width = value === undefined && max !== undefined ? Number(max) - shift + 1 : 1;
      const field = Math.floor(number / 2 ** shift) % 2 ** width;
      return [propertyName, width === 1 ? field === 1 : field];
    }),
  );
}

function numbersOf(value: unknown): number[] {
  return [...((value ?? []) as Iterable<number>)].map(Number);
}
