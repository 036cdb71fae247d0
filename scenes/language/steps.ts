// The kinds of step, one union for each family: those that act on the house and its people, and those that say how a
// run goes on.
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { Condition } from './conditions.ts';
import { type EffectStep, effectLists, type Selection } from './effect-steps.ts';
import type { Trigger } from './triggers.ts';
import type { LevelMatch, Press } from './values.ts';
import type { Assignment } from './variables.ts';

/** What a run does when a step did not succeed. */
export type OnError = 'continue' | 'stop';

/** A text with blanks that are filled when it is sent. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cause'; readonly what: 'device' | 'room' | 'value' }
  | { readonly kind: 'scene' }
  | { readonly kind: 'time' }
  | { readonly kind: 'value'; readonly device: DeviceId; readonly property: PropertyKey };

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
  | {
      /** The steps of the first arm whose condition holds, else the others; `form` is how the file says it. */
      readonly kind: 'choose';
      readonly form: 'if' | 'choose';
      readonly arms: readonly Arm[];
      readonly otherwise: readonly Step[];
    }
  | {
      readonly kind: 'repeat';
      readonly by: RepeatBy;
      readonly steps: readonly Step[];
      /** More rounds than this are a mistake: the repeat is ended as failed. */
      readonly max: number;
      readonly onError: OnError;
    }
  | {
      readonly kind: 'parallel';
      readonly lists: readonly (readonly Step[])[];
      /** The run goes on when all of them are over, when the first is, or at once; none of them is ended by that. */
      readonly join: 'all' | 'first' | 'none';
    }
  | {
      /** The run goes on when the first list is over; the others are ended. */
      readonly kind: 'race';
      readonly lists: readonly (readonly Step[])[];
    }
  | {
      readonly kind: 'stop';
      readonly as: 'done' | 'failed';
      readonly why: { readonly en: readonly TextPart[]; readonly zh: readonly TextPart[] } | null;
    };

/** Steps that are done where a condition holds. */
export interface Arm {
  readonly if: Condition;
  readonly steps: readonly Step[];
}

/** How often steps are repeated: before each round it is looked whether there is one, after each where it is `until`. */
export type RepeatBy =
  | { readonly kind: 'times'; readonly count: number }
  | { readonly kind: 'while'; readonly condition: Condition }
  | { readonly kind: 'until'; readonly condition: Condition }
  /** Once for each device; a selection is made when the repeat begins. The steps call the device of the round EACH. */
  | { readonly kind: 'each'; readonly devices: readonly DeviceId[]; readonly select?: Selection };

/** Steps about other scenes. */
export type SceneStep =
  | {
      readonly kind: 'run';
      readonly scene: SceneId;
      /** Whether its own condition must hold. */
      readonly checkWhile: boolean;
      readonly onError: OnError;
    }
  | {
      /** Ends all runs of the scene. */
      readonly kind: 'cancel';
      /** Null: the scene in which it stands. */
      readonly scene: SceneId | null;
    }
  | {
      /** Switches the scene on or off, as a person would. */
      readonly kind: 'switch';
      readonly scene: SceneId | null;
      readonly enabled: boolean;
      /** What becomes of the runs of a scene that is switched off. */
      readonly running: 'finish' | 'cancel';
      readonly onError: OnError;
    }
  /** Puts back what the scene's last run has changed; null: the run before this one. */
  | { readonly kind: 'undo'; readonly scene: SceneId | null }
  | {
      /** Runs the scene and waits for its end. */
      readonly kind: 'call';
      readonly scene: SceneId;
      readonly args: readonly Assignment[];
      /** The variable of the run that takes what the scene gives. */
      readonly into: string | null;
      readonly onError: OnError;
    };

/** Steps that keep values. */
export type VariableStep =
  | {
      /** For the rest of the run. */
      readonly kind: 'let';
      readonly of: readonly Assignment[];
      readonly onError: OnError;
    }
  | {
      /** For the runs of the scene that come; `var.NAME` for the whole home. */
      readonly kind: 'remember';
      readonly of: readonly Assignment[];
      readonly onError: OnError;
    };

/** Steps that tell the home something. */
export type SourceStep = { readonly kind: 'mode'; readonly mode: string };

export type Step = EffectStep | FlowStep | SceneStep | SourceStep | VariableStep;

/** What a run waits for: a level (at once when it holds already) or a new edge. */
export type WaitFor =
  | { readonly kind: 'holds'; readonly of: readonly LevelMatch[]; readonly forMs: number }
  | { readonly kind: 'becomes'; readonly of: readonly LevelMatch[] }
  | { readonly kind: 'presses'; readonly of: readonly Press[] }
  /** Anything else that can set a scene off; a condition that is so already is not waited for. */
  | { readonly kind: 'trigger'; readonly trigger: Trigger };

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
      return orElse(step.otherwise);
    case 'choose': {
      const isIf = step.form === 'if';
      const arms = step.arms.map(({ steps }, index) => ({ name: armName(isIf, index), steps }));
      return [...arms, ...orElse(step.otherwise)];
    }
    case 'repeat':
      return [{ name: 'repeat.do', steps: step.steps }];
    case 'parallel':
    case 'race':
      return step.lists.map((steps, index) => ({ name: `${step.kind}[${index}]`, steps }));
    case 'set':
    case 'toggle':
    case 'adjust':
    case 'command':
    case 'notify':
    case 'confirm':
    case 'http':
    case 'mqtt':
      return effectLists(step);
    default:
      return NO_LISTS;
  }
}

/** The name of the list of an arm, as the file has it: `then`, `else-if[0].then`, `choose[0].do`. */
export function armName(isIf: boolean, index: number): string {
  if (!isIf) return `choose[${index}].do`;
  return index === 0 ? 'then' : `else-if[${index - 1}].then`;
}

function orElse(steps: readonly Step[]): readonly InnerList[] {
  return steps.length === 0 ? NO_LISTS : [{ name: 'else', steps }];
}
