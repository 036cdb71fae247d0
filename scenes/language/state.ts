// Triggers and conditions on what devices report and are told: the kinds of the state family, and those that put
// triggers together.
import type { DeviceId, RoomId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { Condition } from './conditions.ts';
import type { Expression } from './expression.ts';
import type { Crossing, LevelMatch, Matcher, Press, PropertyRef, Subject } from './values.ts';

/** A command that is seen: a property set to such a value, or a command by its name. */
export type CommandSeen =
  | { readonly kind: 'set'; readonly subject: Subject; readonly matcher: Matcher }
  | { readonly kind: 'invoke'; readonly device: DeviceId; readonly name: string };

/** A number that moves by so much within a time, up, down or either way. */
export interface Move {
  readonly subject: Subject;
  readonly direction: 'up' | 'down' | 'either';
  readonly by: number;
  readonly withinMs: number;
}

/** Whether it counts when it is so already as the scene is saved or switched on. */
export interface AlsoRules {
  /** Also when it is found so as a device reconnects or the hub starts. */
  readonly alsoReconnect: boolean;
  /** Also when it is already so as the scene is saved or switched on. */
  readonly alsoSave: boolean;
}

/** What a hold does while the device is out of reach. */
export type HoldAway = 'ignore' | 'pause' | 'reset';

/** From when a hold counts that is so already when the scene is saved: from now, from when it became so, or not at all. */
export type HoldAlready = 'now' | 'since' | 'next';

/** Edges of what devices report. Of several subjects any one will do, except that of a hold all must hold. */
export type StateTrigger =
  | ({
      readonly kind: 'becomes';
      readonly of: readonly LevelMatch[];
      /** What it must have been before; null: anything else. */
      readonly from: Matcher | null;
    } & AlsoRules)
  | {
      readonly kind: 'changes';
      readonly of: readonly Subject[];
      readonly from: Matcher | null;
      readonly to: Matcher | null;
      readonly notTo: Matcher | null;
      readonly alsoReconnect: boolean;
    }
  /** Each report, of the same value too. */
  | { readonly kind: 'reports'; readonly of: readonly Subject[] }
  | { readonly kind: 'commanded'; readonly of: readonly CommandSeen[] }
  | { readonly kind: 'crosses'; readonly of: readonly Crossing[]; readonly alsoReconnect: boolean }
  | { readonly kind: 'moves'; readonly of: readonly Move[] }
  | {
      readonly kind: 'holds';
      readonly of: readonly LevelMatch[];
      readonly forMs: number;
      readonly away: HoldAway;
      readonly already: HoldAlready;
    }
  /** No report for so long. */
  | { readonly kind: 'silent'; readonly of: readonly PropertyRef[]; readonly forMs: number }
  | { readonly kind: 'presses'; readonly of: readonly Press[] };

/** A trigger that can stand in a sequence or be counted: it is met by one event. */
export type PartTrigger = Extract<
  StateTrigger,
  { kind: 'becomes' | 'changes' | 'reports' | 'commanded' | 'crosses' | 'presses' }
>;

/** Edges made of levels, and of other edges. */
export type PatternTrigger =
  | ({
      /** The condition becomes true, and stays so for as long as is said. */
      readonly kind: 'so';
      readonly condition: Condition;
      readonly forMs: number | null;
    } & AlsoRules)
  | { readonly kind: 'sequence'; readonly of: readonly PartTrigger[]; readonly withinMs: number }
  | {
      readonly kind: 'count';
      readonly of: PartTrigger;
      readonly times: number;
      readonly withinMs: number;
    };

/** Which devices are meant: those of a room, with a label, of a kind; all that are said must fit. */
export interface Selection {
  readonly room: RoomId | null;
  readonly label: string | null;
  readonly deviceKind: string | null;
}

/** How many of them. */
export type Quantity =
  | { readonly kind: 'some' | 'every' | 'none' }
  | { readonly kind: 'atLeast'; readonly count: number };

/** What an unknown value counts as. */
export type IfUnknown = 'unknown' | 'pass' | 'fail';

/** What devices are like, and have been like. */
export type StateCondition =
  | {
      readonly kind: 'is';
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly matcher: Matcher;
      /** What an unknown value counts as; `unknown` stays unknown. */
      readonly ifUnknown: IfUnknown;
    }
  | {
      /** One number is above or below another. */
      readonly kind: 'compares';
      readonly left: PropertyRef;
      readonly direction: 'above' | 'below';
      readonly right: PropertyRef;
      readonly ifUnknown: IfUnknown;
    }
  | {
      /** It is so, and has been for as long. */
      readonly kind: 'held';
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly matcher: Matcher;
      readonly ms: number;
    }
  | {
      /** It is so, or was at some time within as long. */
      readonly kind: 'was';
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly matcher: Matcher;
      readonly ms: number;
    }
  | {
      readonly kind: 'quantity';
      readonly quantity: Quantity;
      readonly of: Selection;
      /** The name of the property; devices without it do not count. */
      readonly property: string;
      readonly matcher: Matcher;
    }
  | { readonly kind: 'reachable'; readonly of: readonly { readonly device: DeviceId }[] }
  | { readonly kind: 'triggeredBy'; readonly ids: readonly string[] }
  | { readonly kind: 'expression'; readonly expression: Expression };

/** Bounds of patterns; each has its own error. */
export const PATTERN_LIMITS = {
  /** Triggers of a sequence. */
  parts: 10,
  times: 100,
} as const;
