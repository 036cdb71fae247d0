// The kinds of condition, one union for each family. A condition is a level: true, false, or unknown where a value is.
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { StateCondition } from './state.ts';
import type { TimeCondition } from './times.ts';

/** Conditions put together. */
export type LogicCondition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** One of them and no other. */
  | { readonly kind: 'oneOf'; readonly of: readonly Condition[] }
  | { readonly kind: 'atLeast'; readonly count: number; readonly of: readonly Condition[] };

/** Who or what may have caused it. */
export type CauseMatch =
  | {
      readonly kind:
        | 'member'
        | 'scene'
        | 'device'
        | 'schedule'
        | 'webhook'
        | 'mqtt'
        | 'tag'
        | 'hub';
    }
  | { readonly kind: 'person'; readonly person: string }
  | { readonly kind: 'thisDevice'; readonly device: DeviceId }
  | { readonly kind: 'thisScene'; readonly scene: SceneId };

/** What set the scene off, and what scenes have done. */
export type SourceCondition =
  | { readonly kind: 'causedBy'; readonly of: readonly CauseMatch[] }
  | {
      /** Since a run last began: at least so long ago (or never), or within so long. */
      readonly kind: 'lastRun';
      /** Null: the scene itself. */
      readonly scene: SceneId | null;
      readonly is: 'ago' | 'within';
      readonly ms: number;
    }
  | { readonly kind: 'active'; readonly scene: SceneId };

/** A level that must hold for a run to start. True, false, or unknown where a value is. */
export type Condition = LogicCondition | StateCondition | TimeCondition | SourceCondition;
