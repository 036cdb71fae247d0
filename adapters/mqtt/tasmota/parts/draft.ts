// What a part of a Tasmota device is to the hub: a property with the way to it in the device's messages, and the
// command that sets it. Spec: https://tasmota.github.io/docs/Commands/.
import type { Label, PropertyType } from '../../../../hub/model/property-row.ts';
import type { Words } from '../../../../hub/model/words.ts';
import type { LeftOut } from '../../../contract/not-shown.ts';
import type { PartDraft } from '../../../contract/property-draft.ts';
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
export interface Draft extends PartDraft<Fields, TasmotaCommand, Now> {
  /** Names it among all properties of the device, the same after each start. */
  readonly id: string;
  /** Its endpoint among several of its name; absent: 1. */
  readonly wish?: number;
  /** What people have called the output or the switch that it belongs to; absent: nobody has. */
  readonly called?: string;
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
  /** What of it is too much. */
  readonly leftOut: LeftOut[];
}

export const TOO_MANY: Words = { en: 'the device has too many', zh: '设备的内容太多' };

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
  more: Omit<Draft, 'name' | 'type' | 'label'>,
): Draft {
  return { name, type, label, ...more };
}
