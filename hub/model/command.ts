// A command: a request to a device and its way from asked to seen. One table says which step may follow which.
import type { Cause } from './cause.ts';
import type { Problem } from './errors.ts';
import type { CommandId, DeviceId } from './identifiers.ts';
import type { PropertyKey, PropertyValue } from './properties.ts';

/** requested → sent → acknowledged → observed, or one of the four ends that are not success. */
export type CommandState =
  | 'requested'
  | 'sent'
  | 'acknowledged'
  | 'observed'
  | 'failed'
  | 'timedOut'
  | 'superseded'
  | 'refused';

const ORDER: Record<CommandState, number> = {
  requested: 0,
  sent: 1,
  acknowledged: 2,
  observed: 3,
  failed: 4,
  timedOut: 4,
  superseded: 4,
  refused: 4,
};

/** Whether nothing can follow this state. */
export function isCommandEnd(state: CommandState): boolean {
  return ORDER[state] >= ORDER.observed;
}

/** Whether a command may go from one state to another: forwards only, never out of an end. */
export function mayFollow(from: CommandState, to: CommandState): boolean {
  return !isCommandEnd(from) && ORDER[to] > ORDER[from];
}

/** What is asked of the device. A toggle never reaches an adapter: the core resolves it to a set. */
export type CommandBody =
  | {
      readonly kind: 'set';
      readonly property: PropertyKey;
      readonly value: PropertyValue;
      readonly transitionMs?: number;
      /** Worked out from what it was, so it goes out once its intent is on disk. */
      readonly isRelative?: true;
    }
  | {
      readonly kind: 'invoke';
      /** `toggle`, `identify`, `stop`, `step`, … */
      readonly name: string;
      readonly args: Readonly<Record<string, PropertyValue>>;
    };

/** Whether sending it twice is the same as sending it once. */
export function isIdempotent(body: CommandBody): boolean {
  if (body.kind === 'set') return body.isRelative !== true;
  return body.name === 'identify' || body.name === 'stop';
}

/** A command and how far it has come; times are wall milliseconds. */
export interface CommandRecord {
  readonly id: CommandId;
  readonly device: DeviceId;
  readonly body: CommandBody;
  readonly cause: Cause;
  readonly state: CommandState;
  readonly requestedAtMs: number;
  readonly sentAtMs: number | null;
  readonly acknowledgedAtMs: number | null;
  readonly observedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly problem: Problem | null;
  /** Wall time until which it waits for its sleeping device to wake; absent: it does not wait for that. */
  readonly waitsUntilMs?: number;
}

/** A command that did what was asked at that very moment, for homes that are only worked out. */
export function observedAt(
  asked: Pick<CommandRecord, 'id' | 'device' | 'body' | 'cause'>,
  atMs: number,
): CommandRecord {
  return {
    ...asked,
    state: 'observed',
    requestedAtMs: atMs,
    sentAtMs: atMs,
    acknowledgedAtMs: atMs,
    observedAtMs: atMs,
    endedAtMs: atMs,
    problem: null,
  };
}
