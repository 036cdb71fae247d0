// The shape of a row of the table per cluster: what an attribute of a cluster is in the home, and what sets it.
import type { PropertyName, PropertyValue } from '../../../hub/model/properties.ts';
import type {
  Label,
  PropertyAccess,
  PropertyType,
  WireConversion,
} from '../../../hub/model/property-row.ts';
import type { ClusterView, EndpointView } from '../views.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** A command with its fields. */
export type Invocation = readonly [command: string, fields?: Fields];

/** What sets a property by commands of its cluster; without one its attribute is written, where that can be. */
export interface Setter {
  /** These must be there for the property to be settable: all of them, or one where `isAnyEnough`. */
  readonly commands: readonly string[];
  readonly isAnyEnough?: true;
  /**
   * The command for a value; null where the value cannot be asked for, such as an error. `wire` is the attribute's
   * value of it, `tenths` the time to take in tenths of a second.
   */
  request(
    value: PropertyValue,
    wire: unknown,
    tenths: number,
    cluster: ClusterView,
  ): Invocation | null;
}

/** A property that the table of the home has no row for, under the adapter's own word. */
export interface OwnProperty {
  /** Without its `x_`; it never changes. */
  readonly word: string;
  readonly label: Label;
  readonly type: PropertyType;
  readonly unit?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  /** What an enum's values are called; in the order of a choice. */
  readonly values?: Readonly<Record<string, Label>>;
  /** `rw` only where it can be set; absent: as its attribute is. */
  readonly access?: PropertyAccess;
}

/** Which value of the home stands for which of the attribute's, where the node itself says what there is. */
export type Choices = ReadonlyMap<number, string>;

/** What an attribute of a cluster is in the home. */
export interface AttributeRow {
  readonly clusterId: number;
  readonly attributeId: number;
  /** A row of the home's table, or a property of its own. */
  readonly as: PropertyName | OwnProperty;
  readonly convert?: WireConversion | undefined;
  /** In place of `convert` where the node itself says how its value is to be read. */
  convertBy?(cluster: ClusterView): WireConversion;
  /** The field of a struct that carries it. */
  readonly field?: string;
  /** What the node offers to choose from. */
  choices?(cluster: ClusterView): Choices;
  /** Of the values of a row of the table those that this node can have. */
  narrow?(cluster: ClusterView): readonly string[];
  /** How far this node goes. */
  limits?(cluster: ClusterView): { readonly min?: number; readonly max?: number };
  /** Attributes whose change changes the property or what may be chosen. */
  readonly with?: readonly number[];
  /** Attributes that are looked at once, for its limits or its unit. */
  readonly seen?: readonly number[];
  readonly set?: Setter;
  /** Where it does not always stand. */
  isMeant?(endpoint: EndpointView, cluster: ClusterView): boolean;
}

/** The names of a node's own list by what stands for them on the wire; a name that comes again gets its number. */
export function choicesOf(entries: Iterable<readonly [number, string]>): Choices {
  const taken = new Set<string>();
  const choices = new Map<number, string>();
  for (const [number, name] of entries) {
    const plain = name.trim().slice(0, 64) || String(number);
    const word = taken.has(plain) ? `${plain} ${number}` : plain;
    if (choices.has(number) || choices.size >= CHOICES_MAX) continue;
    taken.add(word);
    choices.set(number, word);
  }
  return choices;
}

const CHOICES_MAX = 128;

/** The structs of a list attribute. */
export function structsOf(cluster: ClusterView, attributeId: number): readonly Fields[] {
  const value = cluster.attributes.get(attributeId)?.value;
  return Array.isArray(value)
    ? value.filter((each): each is Fields => typeof each === 'object' && each !== null)
    : [];
}

/** A number attribute; undefined where it says nothing. */
export function numberAt(
  cluster: ClusterView | undefined,
  attributeId: number,
): number | undefined {
  const value = cluster?.attributes.get(attributeId)?.value;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
