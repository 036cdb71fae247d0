// The kinds of step, one union for each family: those that act on the house and its people, and those that say how a
// run goes on.
import type { Role } from '../../hub/model/home.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { LevelMatch, Press } from './values.ts';

/** What a run does when a step did not succeed. */
export type OnError = 'continue' | 'stop';

/** A text with blanks that are filled when it is sent. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cause'; readonly what: 'device' | 'room' | 'value' }
  | { readonly kind: 'scene' }
  | { readonly kind: 'time' }
  | { readonly kind: 'value'; readonly device: DeviceId; readonly property: PropertyKey };

/** Steps that act on devices and people. */
export type EffectStep =
  | {
      readonly kind: 'set';
      readonly targets: readonly {
        readonly device: DeviceId;
        readonly property: PropertyKey;
        readonly value: PropertyValue;
      }[];
      readonly overMs: number | null;
      readonly onError: OnError;
    }
  | {
      readonly kind: 'toggle';
      readonly targets: readonly { readonly device: DeviceId; readonly property: PropertyKey }[];
      readonly onError: OnError;
    }
  | {
      readonly kind: 'command';
      readonly targets: readonly {
        readonly device: DeviceId;
        readonly name: string;
        readonly args: Readonly<Record<string, PropertyValue>>;
      }[];
      readonly onError: OnError;
    }
  | {
      readonly kind: 'notify';
      /** Roles; empty: everybody but children and guests. */
      readonly to: readonly Role[];
      readonly text: { readonly en: readonly TextPart[]; readonly zh: readonly TextPart[] };
      readonly urgent: boolean;
      readonly onError: OnError;
    };

/** Steps that say how the run goes on. */
export type FlowStep =
  | { readonly kind: 'delay'; readonly ms: number }
  | {
      readonly kind: 'wait';
      readonly until: WaitFor;
      /** Null: as long as it takes. */
      readonly timeoutMs: number | null;
      /** What is done when the time is over; the run goes on behind the wait either way. */
      readonly otherwise: readonly Step[];
    }
  | { readonly kind: 'stop'; readonly as: 'done' | 'failed' };

/** Steps about other scenes. */
export type SceneStep = {
  readonly kind: 'run';
  readonly scene: SceneId;
  /** Whether its own condition must hold. */
  readonly checkWhile: boolean;
  readonly onError: OnError;
};

export type Step = EffectStep | FlowStep | SceneStep;

/** What a run waits for: a level (at once when it holds already) or a new edge. */
export type WaitFor =
  | { readonly kind: 'holds'; readonly of: readonly LevelMatch[]; readonly forMs: number }
  | { readonly kind: 'becomes'; readonly of: readonly LevelMatch[] }
  | { readonly kind: 'presses'; readonly of: readonly Press[] };

/** A list of steps inside a step, with its name in paths: `do[1].else`. */
export interface InnerList {
  readonly name: string;
  readonly steps: readonly Step[];
}

const NO_LISTS: readonly InnerList[] = [];

/** The lists of steps inside a step, in the order in which they are written. */
export function innerLists(step: Step): readonly InnerList[] {
  switch (step.kind) {
    case 'wait':
      return step.otherwise.length === 0 ? NO_LISTS : [{ name: 'else', steps: step.otherwise }];
    default:
      return NO_LISTS;
  }
}
