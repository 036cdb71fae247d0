// What a part of a Tasmota device is to the hub: a property with the way to it in the device's messages, and the
// command that sets it. Spec: https://tasmota.github.io/docs/Commands/.
import type { AnyPropertyName, PropertyValue } from '../../../../hub/model/properties.ts';
import type { Label, PropertyType } from '../../../../hub/model/property-row.ts';
import type { Fields } from '../discovery.ts';

/** A command as Tasmota takes it: `cmnd/TOPIC/name` with a payload; `answers` are words of its answer. */
export interface TasmotaCommand {
  readonly name: string;
  readonly payload: string;
  readonly answers: readonly string[];
}

/** What a command may look at beside its value. */
export interface Now {
  /** Of the light, as Tasmota sets a colour and its brightness at once; 1 to 100. */
  readonly brightness: number;
  readonly transitionMs: number | undefined;
}

/** A property that a device has. */
export interface Draft {
  /** Names it among all properties of the device, the same after each start. */
  readonly id: string;
  readonly name: AnyPropertyName;
  /** Its endpoint among several of its name; absent: 1. */
  readonly wish?: number;
  readonly min?: number;
  readonly max?: number;
  readonly step?: number;
  readonly values?: readonly string[];
  /** For a vendor's own property alone. */
  readonly own?: { readonly type: PropertyType; readonly unit?: string; readonly label: Label };
  /** Looks for its value in a message; undefined where that says nothing of it. */
  read?(state: Fields): PropertyValue | undefined;
  set?(value: PropertyValue, now: Now): TasmotaCommand;
  /** What an answer says has happened. */
  event?(state: Fields): PropertyValue | undefined;
}

/** A command beyond setting a property, of the part with this number. */
export interface CommandDraft {
  readonly name: string;
  readonly place: number;
  readonly command: TasmotaCommand;
}

/** What a part of a device brings. */
export interface Parts {
  readonly drafts: Draft[];
  readonly commands: CommandDraft[];
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** A property that fits no row, under Tasmota's own word. */
export function vendor(
  name: `x_${string}`,
  type: PropertyType,
  label: Label,
  more: Omit<Draft, 'name' | 'own'> & { readonly unit?: string },
): Draft {
  const { unit, ...draft } = more;
  return { name, own: { type, label, ...(unit === undefined ? {} : { unit }) }, ...draft };
}
