// What a scene says, as one typed tree: the sentences, the evaluator and the analyser all read this and nothing else.
// It is plain data: devices by id, durations in milliseconds, defaults filled in. New kinds are new union members.
import type { Role } from '../../hub/model/home.ts';
import type { DeviceId, RoomId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** A day of the week as files write it; Monday is the first, as in ISO 8601. */
export type Weekday = (typeof WEEKDAYS)[number];

/** Minutes since midnight by the clock on the wall, 0–1439. */
export type MinuteOfDay = number;

/** Whose value is meant: one device's, or that of any device that has the property, now or later. */
export type Subject =
  | { readonly kind: 'device'; readonly device: DeviceId; readonly property: PropertyKey }
  | { readonly kind: 'any'; readonly property: string };

/** Which values are meant. Both ends of a range are outside it; what is not known never matches. */
export type Matcher =
  | { readonly kind: 'oneOf'; readonly values: readonly PropertyValue[] }
  | { readonly kind: 'range'; readonly above: number | null; readonly below: number | null };

/** A level: the subject has such a value. */
export interface LevelMatch {
  readonly subject: Subject;
  readonly matcher: Matcher;
}

/** A number going over or under a threshold; it must come back by `hysteresis` before it can do so again. */
export interface Crossing {
  readonly subject: Subject;
  readonly direction: 'above' | 'below';
  readonly threshold: number;
  readonly hysteresis: number;
}

/** A press of a button: one of the named events. */
export interface Press {
  readonly subject: Subject;
  readonly values: readonly string[];
}

/** An edge at which a scene starts. Of several subjects any one will do, except that of a hold all must hold. */
export type Trigger =
  | {
      readonly kind: 'becomes';
      readonly of: readonly LevelMatch[];
      /** Also when it is found so as a device reconnects or the hub starts. */
      readonly alsoReconnect: boolean;
    }
  | { readonly kind: 'changes'; readonly of: readonly Subject[]; readonly alsoReconnect: boolean }
  | { readonly kind: 'crosses'; readonly of: readonly Crossing[]; readonly alsoReconnect: boolean }
  | { readonly kind: 'holds'; readonly of: readonly LevelMatch[]; readonly forMs: number }
  | { readonly kind: 'presses'; readonly of: readonly Press[] }
  | { readonly kind: 'at'; readonly minute: MinuteOfDay; readonly days: readonly Weekday[] | null };

/** A level that must hold for a run to start. True, false, or unknown where a value is. */
export type Condition =
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'is';
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly matcher: Matcher;
      /** What an unknown value counts as; `unknown` stays unknown. */
      readonly ifUnknown: 'unknown' | 'pass' | 'fail';
    }
  | {
      /** From `from` up to but not including `to`, over midnight where `to` is the smaller. */
      readonly kind: 'between';
      readonly from: MinuteOfDay;
      readonly to: MinuteOfDay;
      /** Days on which the window opens; null: every day. */
      readonly days: readonly Weekday[] | null;
    };

/** What a run does when a step did not succeed. */
export type OnError = 'continue' | 'stop';

/** A text with blanks that are filled when it is sent. */
export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'cause'; readonly what: 'device' | 'room' | 'value' }
  | { readonly kind: 'scene' }
  | { readonly kind: 'time' }
  | { readonly kind: 'value'; readonly device: DeviceId; readonly property: PropertyKey };

export type Step =
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
      readonly kind: 'notify';
      /** Roles; empty: everybody but children and guests. */
      readonly to: readonly Role[];
      readonly text: { readonly en: readonly TextPart[]; readonly zh: readonly TextPart[] };
      readonly urgent: boolean;
      readonly onError: OnError;
    }
  | { readonly kind: 'stop'; readonly as: 'done' | 'failed' };

/** What a run waits for: a level (at once when it holds already) or a new edge. */
export type WaitFor =
  | { readonly kind: 'holds'; readonly of: readonly LevelMatch[]; readonly forMs: number }
  | { readonly kind: 'becomes'; readonly of: readonly LevelMatch[] }
  | { readonly kind: 'presses'; readonly of: readonly Press[] };

/** What happens when a scene is triggered while it runs. */
export type Again =
  | { readonly kind: 'single' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'queue'; readonly max: number }
  | { readonly kind: 'parallel'; readonly max: number }
  /** One run for each device that triggers; the same device again starts its own anew. */
  | { readonly kind: 'perDevice' };

/** What a scene does with what was open when the hub stopped. */
export interface AfterOutage {
  /** Delays and waits of a run: go on, start the step anew, or end the run. */
  readonly waits: 'resume' | 'restart' | 'drop';
  /** Holds: assume that they held while the hub was off (up to 5 min), start anew, or wait for the next edge. */
  readonly holds: 'assume' | 'restart' | 'drop';
  /** What came due meanwhile. `default`: waits go on; times of day are caught up within 10 min, never for messages alone. */
  readonly late:
    | { readonly kind: 'default' }
    | { readonly kind: 'run' }
    | { readonly kind: 'skip'; readonly overMs: number };
}

/** An example of what the scene does, kept for whoever runs it; only its shape is checked. */
export interface SceneTest {
  readonly given: Readonly<Record<string, unknown>>;
  readonly when: readonly unknown[];
  /** `then` of the file. */
  readonly expected: readonly unknown[];
}

export interface Scene {
  readonly name: string;
  readonly room: RoomId | null;
  readonly description: string | null;
  /** Empty: a one-tap scene. */
  readonly when: readonly Trigger[];
  readonly while: Condition | null;
  readonly do: readonly Step[];
  readonly again: Again;
  readonly afterOutage: AfterOutage;
  readonly tests: readonly SceneTest[];
}

export const DEFAULT_AGAIN: Again = { kind: 'single' };
export const DEFAULT_AFTER_OUTAGE: AfterOutage = {
  waits: 'resume',
  holds: 'assume',
  late: { kind: 'default' },
};

/** Bounds of a scene; each one has its own error. */
export const SCENE_LIMITS = {
  textBytes: 64 * 1024,
  depth: 32,
  steps: 200,
  triggers: 50,
  conditions: 200,
  /** Devices of one step, values of one list, subjects of one trigger. */
  items: 100,
  nameCharacters: 80,
  textCharacters: 1000,
  tests: 50,
  runs: 50,
  durationMs: 366 * 24 * 3_600_000,
} as const;

/** Every step of a scene, those inside other steps too, in the order in which they are written. */
export function* allSteps(steps: readonly Step[]): Generator<Step> {
  for (const step of steps) {
    yield step;
    if (step.kind === 'wait') yield* allSteps(step.otherwise);
  }
}

/** Whether a scene only tells people something: such a scene is never late, it is silent. */
export function isNotifyingOnly(scene: Scene): boolean {
  for (const step of allSteps(scene.do)) {
    if (step.kind === 'set' || step.kind === 'toggle' || step.kind === 'command') return false;
  }
  return true;
}

/** The devices that a scene names, sorted. */
export function devicesOf(scene: Scene): DeviceId[] {
  const found = new Set<DeviceId>();
  const add = (subject: Subject): void => {
    if (subject.kind === 'device') found.add(subject.device);
  };
  const addCondition = (condition: Condition): void => {
    if (condition.kind === 'is') found.add(condition.device);
    else if (condition.kind === 'not') addCondition(condition.of);
    else if (condition.kind !== 'between') condition.of.forEach(addCondition);
  };
  const addParts = (parts: readonly TextPart[]): void => {
    for (const part of parts) if (part.kind === 'value') found.add(part.device);
  };
  for (const trigger of scene.when) {
    if (trigger.kind === 'changes') trigger.of.forEach(add);
    else if (trigger.kind !== 'at') for (const { subject } of trigger.of) add(subject);
  }
  if (scene.while) addCondition(scene.while);
  for (const step of allSteps(scene.do)) {
    if (step.kind === 'set' || step.kind === 'toggle' || step.kind === 'command') {
      for (const { device } of step.targets) found.add(device);
    } else if (step.kind === 'wait') {
      for (const { subject } of step.until.of) add(subject);
    } else if (step.kind === 'notify') {
      addParts(step.text.en);
      addParts(step.text.zh);
    }
  }
  return [...found].sort();
}
