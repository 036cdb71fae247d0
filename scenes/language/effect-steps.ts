// The steps that act on devices, on people, and on what lies outside the house; and what is done when they come to
// nothing. What a step does not say is absent.
import type { Role } from '../../hub/model/home.ts';
import type { DeviceId, RoomId } from '../../hub/model/identifiers.ts';
import type { HttpMethod } from '../../hub/model/outbound.ts';
import type { DeviceKind, PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { OnError, Step, TextPart } from './steps.ts';
import type { LevelMatch } from './values.ts';

/** All devices that are in the room, have the label and are of the kind, when the step is done. */
export interface Selection {
  readonly room?: RoomId;
  readonly label?: string;
  readonly kind?: DeviceKind;
  readonly except: readonly DeviceId[];
}

/** Tried again while it failed: after `everyMs`, then twice that and so on, and never later than `withinMs`. */
export interface Retry {
  readonly times: number;
  readonly everyMs: number;
  readonly withinMs: number;
}

/** When a step with targets has succeeded, and what follows where it has not. */
export interface Care {
  /** How many targets must succeed. */
  readonly okIf?: 'any' | number;
  readonly retry?: Retry;
  /** What the devices show within the time, once they have done it. */
  readonly expect?: { readonly of: readonly LevelMatch[]; readonly withinMs: number };
  /** Done where it did not succeed; the run goes on behind the step. */
  readonly otherwise?: readonly Step[];
}

/** A text in both languages, with blanks. */
export interface Texts {
  readonly en: readonly TextPart[];
  readonly zh: readonly TextPart[];
}

/** A value to set, of one device. */
export interface SetTarget {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
}

/** A command beyond setting a property, to one device. */
export interface CommandTarget {
  readonly device: DeviceId;
  readonly name: string;
  readonly args: Readonly<Record<string, PropertyValue>>;
}

export interface SetStep {
  readonly kind: 'set';
  readonly targets: readonly SetTarget[];
  readonly group?: {
    readonly select: Selection;
    readonly values: readonly { readonly property: PropertyKey; readonly value: PropertyValue }[];
  };
  readonly overMs: number | null;
  /** Put back after so long, except what somebody else has changed meanwhile. */
  readonly forMs?: number;
  readonly care?: Care;
  readonly onError: OnError;
}

export interface ToggleStep {
  readonly kind: 'toggle';
  readonly targets: readonly { readonly device: DeviceId; readonly property: PropertyKey }[];
  /** All of them off where any is on, else all on. */
  readonly group?: { readonly select: Selection; readonly property: PropertyKey };
  readonly care?: Care;
  readonly onError: OnError;
}

/** Relative, so not to be done twice: it goes out once its intent is on disk. */
export interface AdjustStep {
  readonly kind: 'adjust';
  readonly targets: readonly {
    readonly device: DeviceId;
    readonly property: PropertyKey;
    readonly by: number;
  }[];
  readonly group?: {
    readonly select: Selection;
    readonly by: readonly { readonly property: PropertyKey; readonly by: number }[];
  };
  readonly overMs: number | null;
  readonly care?: Care;
  readonly onError: OnError;
}

export interface CommandStep {
  readonly kind: 'command';
  readonly targets: readonly CommandTarget[];
  readonly group?: { readonly select: Selection; readonly command: Omit<CommandTarget, 'device'> };
  readonly care?: Care;
  readonly onError: OnError;
}

/** Remembers how devices are, so that the run can put them back. */
export interface SnapshotStep {
  readonly kind: 'snapshot';
  readonly devices: readonly DeviceId[];
  readonly select?: Selection;
}

/** Puts back what the run has changed or remembered, except what somebody else has changed since. */
export interface RestoreStep {
  readonly kind: 'restore';
  /** Empty, and nothing selected: all that the run knows of. */
  readonly devices: readonly DeviceId[];
  readonly select?: Selection;
  readonly overMs: number | null;
  readonly onError: OnError;
}

/** From a value to another, little by little. */
export interface RampStep {
  readonly kind: 'ramp';
  readonly targets: readonly {
    readonly device: DeviceId;
    readonly property: PropertyKey;
    /** Null: from where it is. */
    readonly from: number | null;
    readonly to: number;
  }[];
  readonly overMs: number;
  readonly onError: OnError;
}

export interface NotifyStep {
  readonly kind: 'notify';
  /** Roles; empty: everybody but children and guests. */
  readonly to: readonly Role[];
  readonly text: Texts;
  readonly urgent: boolean;
  /** Buttons, and what is done when one is pressed. */
  readonly actions?: readonly {
    readonly id: string;
    readonly text: Texts;
    readonly steps: readonly Step[];
  }[];
  /** How long an answer is waited for. */
  readonly waitMs?: number;
  /** Told again until somebody says that they have seen it. */
  readonly repeat?: { readonly everyMs: number; readonly times: number };
  /** Done where nobody answered in time. */
  readonly otherwise?: readonly Step[];
  readonly onError: OnError;
}

/** Asks before the run goes on. */
export interface ConfirmStep {
  readonly kind: 'confirm';
  readonly to: readonly Role[];
  readonly text: Texts;
  readonly timeoutMs: number;
  /** Done where the answer is no or none; it ends with the end of the run. */
  readonly otherwise: readonly Step[];
}

export interface HttpStep {
  readonly kind: 'http';
  readonly method: HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: readonly TextPart[] | null;
  readonly timeoutMs: number;
  readonly care?: Care;
  readonly onError: OnError;
}

export interface MqttStep {
  readonly kind: 'mqtt';
  readonly topic: string;
  readonly payload: readonly TextPart[];
  readonly retain: boolean;
  readonly care?: Care;
  readonly onError: OnError;
}

/** Steps that act on devices, people, and what lies outside. */
export type EffectStep =
  | SetStep
  | ToggleStep
  | AdjustStep
  | CommandStep
  | SnapshotStep
  | RestoreStep
  | RampStep
  | NotifyStep
  | ConfirmStep
  | HttpStep
  | MqttStep;

/** The lists of steps inside a step that acts, with their names in paths. */
export function effectLists(
  step: EffectStep,
): readonly { readonly name: string; readonly steps: readonly Step[] }[] {
  const lists: { name: string; steps: readonly Step[] }[] = [];
  if (step.kind === 'notify') {
    for (const { id, steps } of step.actions ?? []) {
      if (steps.length > 0) lists.push({ name: answerList(id), steps });
    }
  }
  const care = 'care' in step ? step.care : undefined;
  const otherwise = care?.otherwise ?? ('otherwise' in step ? step.otherwise : undefined);
  if (otherwise !== undefined && otherwise.length > 0)
    lists.push({ name: 'else', steps: otherwise });
  return lists;
}

/** The name of the list of an answer. */
export function answerList(id: string): string {
  return `answers.${id}`;
}
