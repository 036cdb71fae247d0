// A dead device's place taken by a new node: what the scenes would miss, and how it is taken back.
import type { DeviceRecord, NodeDescription } from './device.ts';
import type { DeviceId, SceneId } from './identifiers.ts';
import type { PropertyKey } from './properties.ts';

/** Something that scenes use of a device and that the node which is to take its place does not have. */
export interface ReplacementGap {
  /** A property, or a command beyond setting one; null: the scenes would be wrong in another way, as `why` says. */
  readonly what: PropertyKey | string | null;
  /** What the scene's check would say, in English. */
  readonly why: string;
  readonly scenes: readonly { readonly id: SceneId; readonly name: string }[];
}

/** What would change if the node of `from` took the place of the device's own. */
export interface Replacement {
  readonly device: DeviceId;
  readonly from: DeviceId;
  readonly gaps: readonly ReplacementGap[];
  /** Properties that go and that no scene uses, and properties that come. */
  readonly lost: readonly PropertyKey[];
  readonly gained: readonly PropertyKey[];
}

/** The node that a device had before, so that its replacing can be taken back. */
export interface ReplacedNode {
  readonly description: NodeDescription;
  /** The record that the present node had of its own; it comes back with an undo. */
  readonly spare: Omit<DeviceRecord, 'description' | 'replaced'>;
  readonly atMs: number;
}

/** So long a replacing can be taken back; then the old node is forgotten. */
export const UNDO_REPLACEMENT_MS = 7 * 24 * 3_600_000;
