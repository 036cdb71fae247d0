// A dead device's place taken by a new node: what would be missed, and how it is taken back.
import type { DeviceRecord, NodeDescription } from './device.ts';
import type { DeviceId, SceneId } from './identifiers.ts';
import type { InheritedLink } from './node-links.ts';
import type { PropertyKey } from './properties.ts';

/**
 * Who uses something of a device: a scene names it; a scene means it by room, label or kind (`reached`); a scene was
 * made of a template into whose slot it would fit no more.
 */
export interface GapScene {
  readonly id: SceneId;
  readonly name: string;
  readonly how: 'named' | 'reached' | 'template';
}

/**
 * Beside scenes: home apps over Matter, whoever listens over MQTT, what people and programs may do by the kind of the
 * device, and devices that command it directly or that it commands.
 */
export const GAP_OTHERS = ['matter', 'mqtt', 'rights', 'links'] as const;
export type GapOther = (typeof GAP_OTHERS)[number];

/** Something that is used of a device and that the node which is to take its place does not have. */
export interface ReplacementGap {
  /** A property, or a command beyond setting one; null: it would be wrong in another way, as `why` says. */
  readonly what: PropertyKey | string | null;
  readonly why: string;
  /** The same in Chinese. */
  readonly zh: string;
  readonly scenes: readonly GapScene[];
  readonly others: readonly GapOther[];
}

/** What would change if the node of `from` took the place of the device's own. */
export interface Replacement {
  readonly device: DeviceId;
  readonly from: DeviceId;
  readonly gaps: readonly ReplacementGap[];
  /** Properties that go and that nobody uses, and properties that come. */
  readonly lost: readonly PropertyKey[];
  readonly gained: readonly PropertyKey[];
  /** Scenes that would begin to mean it, since it becomes a device of another kind. */
  readonly reached: readonly Pick<GapScene, 'id' | 'name'>[];
  /** Bindings and groups of the dead node that are made again with the new one. */
  readonly links: readonly InheritedLink<DeviceId>[];
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
