// What a template says: its words, its slots, and the scene file with blanks that its slots fill.
import type { DeviceKind } from '../../hub/model/device-kind.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type {
  SlotValue,
  TemplateGroup,
  TemplateHousehold,
} from '../../hub/model/scene-templates-port.ts';

interface SlotBase {
  readonly name: string;
  readonly label: Label;
  readonly isOptional: boolean;
}

/** What a device must be and have to fit a slot, and which fits best. */
export interface DeviceSlot extends SlotBase {
  readonly kind: 'device' | 'devices';
  /** One of these kinds; empty: any. */
  readonly is: readonly DeviceKind[];
  /** Properties that it tells, by name. */
  readonly has: readonly string[];
  /** Properties that can be set. */
  readonly sets: readonly string[];
  /** Events of its button. */
  readonly presses: readonly string[];
  readonly does: readonly string[];
  /** The slot of a room or a device: what is in the same room fits best. */
  readonly near: string | null;
  /** Words in the name of a device or its room that fit best, in small letters. */
  readonly words: readonly string[];
  /** Of `devices`: at most so many. */
  readonly max: number;
}

/** A slot for something else that the home has. */
export interface PlainSlot extends SlotBase {
  readonly kind: 'room' | 'person' | 'mode';
  readonly initial: string | null;
}

export interface NumberSlot extends SlotBase {
  readonly kind: 'number';
  readonly min: number;
  readonly max: number;
  readonly unit: string | null;
  readonly initial: number | null;
}

/** Its bounds are durations as the file writes them. */
export interface DurationSlot extends SlotBase {
  readonly kind: 'duration';
  readonly from: string;
  readonly to: string;
  readonly initial: string | null;
}

export interface ValueSlot extends SlotBase {
  readonly kind: 'time' | 'text' | 'days' | 'roles' | 'choice';
  readonly initial: SlotValue | null;
  /** Of a choice. */
  readonly options: Readonly<Record<string, Label>>;
}

export type Slot = DeviceSlot | PlainSlot | NumberSlot | DurationSlot | ValueSlot;

export interface Template {
  readonly id: string;
  readonly name: Label;
  readonly description: Label;
  readonly group: TemplateGroup;
  readonly households: readonly TemplateHousehold[];
  readonly slots: readonly Slot[];
  /** The scene file as data, with blanks. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Whether a slot takes devices. */
export function isDeviceSlot(slot: Slot): slot is DeviceSlot {
  return slot.kind === 'device' || slot.kind === 'devices';
}
