// What a component of a Shelly is to the hub: its part of the status and of the settings, and the properties that it
// brings, each with the way to and from the component.
// Spec: Shelly Gen2+ API, Components (https://shelly-api-docs.shelly.cloud/gen2/ComponentsAndServices/Introduction).
import type { PropertyName, PropertyValue } from '../../../../hub/model/properties.ts';
import type { Label, PropertyType } from '../../../../hub/model/property-row.ts';
import type { PartDraft } from '../../../contract/property-draft.ts';
import { isJson, type Json } from '../rpc.ts';

/** A request of RPC. */
export interface RpcRequest {
  readonly method: string;
  readonly params: Json;
}

/** One component, such as `switch:0`, or `wifi`, which has no number. */
export interface Component {
  readonly key: string;
  readonly kind: string;
  /** 0 where it has none. */
  readonly id: number;
  readonly status: Json;
  readonly config: Json;
  /** What `Shelly.GetComponents` says of it beside these; empty for a component that is always there. */
  readonly attributes: Json;
  /** What people call it; null where nobody has named it. */
  readonly name: string | null;
}

/** A property that a component brings; it is read from the component's whole status. */
export interface Draft extends PartDraft<Json, RpcRequest, number | undefined> {
  /** Its place among properties of the same name; absent: the component's number. */
  readonly endpoint?: number;
  /** What a `NotifyStatus` of the component says has just happened. */
  happened?(change: Json): PropertyValue | undefined;
}

/** A command beyond setting a property. */
export interface CommandDraft {
  readonly name: string;
  readonly request: RpcRequest;
}

/** What a component brings. */
export interface Parts {
  readonly drafts: readonly Draft[];
  readonly commands?: readonly CommandDraft[];
}

/** What one kind of component brings. */
export type Describe = (component: Component) => Parts;

/** A number that is one. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function boolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A text that says something, cut to 120 characters. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 120) : undefined;
}

/** A field of a field. */
export function inside(value: unknown, key: string): unknown {
  return isJson(value) ? value[key] : undefined;
}

/** The texts of a list, such as a component's errors; none where there is no list. */
export function texts(value: unknown): string[] {
  return Array.isArray(value)
    ? value
        .slice(0, 16)
        .flatMap((one: unknown) => (typeof one === 'string' ? [one.slice(0, 60)] : []))
    : [];
}

/** A draft that reads a number of its own component, where the component has it. */
export function told(
  name: PropertyName,
  status: Json,
  field: string,
  change: (value: number) => number = (value) => value,
): Draft[] {
  if (!(field in status)) return [];
  return [{ name, read: (whole) => changed(number(whole[field]), change) }];
}

export function changed(
  value: number | undefined,
  change: (value: number) => number,
): number | undefined {
  return value === undefined ? undefined : change(value);
}

/** Watt-hours as the table's kilowatt-hours, without what a binary fraction adds. */
export function kilowattHours(wattHours: number): number {
  return Number((wattHours / 1_000).toPrecision(12));
}

/** A field that fits no row, under the component's own word. */
export function vendor(
  name: `x_${string}`,
  type: PropertyType,
  label: Label,
  more: Omit<Draft, 'name' | 'type' | 'label'>,
): Draft {
  return { name, type, label, ...more };
}

/** The words of a person where there are any, else ours. */
export function labelOf({ name }: Component, en: string, zh: string): Label {
  return name === null ? { en, zh } : { en: name, zh: name };
}
