// Nodes and devices: what an adapter tells about a node, what the household set about a device, and the
// device's live state. Wanted and reported values are kept apart.
import type { Problem } from './errors.ts';
import type { AdapterId, CommandId, DeviceId, NodeAddress, RoomId } from './identifiers.ts';
import type { DeviceKind, PropertyDescriptor, PropertyKey, PropertyValue } from './properties.ts';
import type { ReplacedNode } from './replacement.ts';
import type { Words } from './words.ts';

/** How far we stand behind an adapter or a device model. */
export type SupportTier = 'core' | 'preferred' | 'community';
export type PowerSource = 'mains' | 'battery' | 'unknown';

/** How far a node's interview came, and when it is asked again. */
export interface FailedInterview {
  readonly problem: Problem;
  /** Tries so far. */
  readonly attempts: number;
  /** Wall time of the next try that comes by itself; null: none does. */
  readonly retryAtMs: number | null;
}

/** Something that a node has and the home does not show. */
export interface NotShown {
  /** Its name in its own standard, such as `ModeSelect (0x0050)`. */
  readonly what: string;
  /** What of it, by the standard's names; empty for all of it. */
  readonly parts: readonly string[];
  /** Why it is not; absent: the home has no place for it. */
  readonly why?: Words;
}

/** What an adapter has found out about a node; stored with the device, so the house starts without the radio. */
export interface NodeDescription {
  readonly adapter: AdapterId;
  readonly node: NodeAddress;
  readonly manufacturer: string;
  readonly model: string;
  /** A plain name for the product in English, proposed as the device's first name. */
  readonly title: string;
  readonly kind: DeviceKind;
  /** The room that the node, or its bridge, says it stands in; absent: neither says one. */
  readonly room?: string;
  readonly power: PowerSource;
  readonly tier: SupportTier;
  /** `exact`: a definition for this model; `generated`: derived from what the node says of itself. */
  readonly support: 'exact' | 'generated' | 'unsupported';
  /** The household's own file that defines the model; absent: the library does, or nothing. */
  readonly definedBy?: string;
  /** It joined with the key that everybody knows, so that its joining could be listened to; absent: not known. */
  readonly isWeakJoin?: boolean;
  /** It did not say all that it was asked when it joined; absent: it did. */
  readonly interview?: FailedInterview;
  readonly firmware: string | null;
  readonly properties: readonly PropertyDescriptor[];
  /** Command names beyond setting a property: `identify`, `stop`, `step`, … */
  readonly commands: readonly string[];
  /** What else it has; absent: nothing, or its adapter does not tell. */
  readonly notShown?: readonly NotShown[];
}

/** What the household keeps about a device; a row of home.db. */
export interface DeviceRecord {
  readonly id: DeviceId;
  readonly name: string;
  /** The unique name by which scene files call it, such as `hall-lamp`. */
  readonly handle: string;
  readonly room: RoomId | null;
  /** The household's own groups, such as `christmas`; absent: none. */
  readonly labels?: readonly string[];
  readonly description: NodeDescription;
  /** The node that it had before, which can still be put back; absent: none. */
  readonly replaced?: ReplacedNode;
  /** Rises with each edit; the API's ETag. */
  readonly version: number;
  readonly createdAtMs: number;
}

/** One property as it is: the last reported value and, while they differ, the wanted one. */
export interface PropertyState {
  readonly value: PropertyValue | null;
  /** Wall time of the last report; null before the first. */
  readonly atMs: number | null;
  /** Wall time since when it has this value; absent where only the last report is known. */
  readonly changedAtMs?: number;
  /** Sequence number of the input that last changed the value. */
  readonly seq: number;
  readonly wanted?: PropertyValue;
  readonly wantedBy?: CommandId;
  /** Wall time until which the wanted value waits for the sleeping device to wake; absent: it is on its way. */
  readonly waitsUntilMs?: number;
}

export interface Availability {
  readonly online: boolean;
  readonly sinceMs: number;
  /** Why it is offline, in words, with what to try; null while online. */
  readonly reason: string | null;
}

/** The live state of one device. */
export interface DeviceLive {
  readonly availability: Availability;
  readonly properties: Readonly<Record<PropertyKey, PropertyState>>;
}
