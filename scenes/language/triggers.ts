// The kinds of trigger, one union for each family. A trigger is an edge: the moment at which a scene starts.
import type { TimeTrigger } from './times.ts';
import type { Crossing, LevelMatch, Press, Subject } from './values.ts';

/** Edges of what devices report. Of several subjects any one will do, except that of a hold all must hold. */
export type StateTrigger =
  | {
      readonly kind: 'becomes';
      readonly of: readonly LevelMatch[];
      /** Also when it is found so as a device reconnects or the hub starts. */
      readonly alsoReconnect: boolean;
    }
  | { readonly kind: 'changes'; readonly of: readonly Subject[]; readonly alsoReconnect: boolean }
  | { readonly kind: 'crosses'; readonly of: readonly Crossing[]; readonly alsoReconnect: boolean }
  | { readonly kind: 'holds'; readonly of: readonly LevelMatch[]; readonly forMs: number }
  | { readonly kind: 'presses'; readonly of: readonly Press[] };

/** An edge at which a scene starts. */
export type Trigger = StateTrigger | TimeTrigger;
