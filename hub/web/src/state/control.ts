// A control between the press and the device's report. Pending is a state of its own, closed only by what the
// hub says of the command: never by a timer of the page that would lie.
import type {
  CommandJson,
  DevicePropertyJson,
  ProblemJson,
  ValueJson,
} from '../../../api/shapes.ts';

/** What a person asked of one property and how far it has come. */
export interface Control {
  /** Rises with each press; an answer to an earlier press is not for this one. */
  readonly press: number;
  readonly wanted: ValueJson;
  readonly phase: 'sending' | 'pending' | 'failed' | 'notSent';
  /** The command's id, once the hub has answered. */
  readonly command: string | null;
  readonly problem: ProblemJson | null;
}

/** The control right after a press. */
export function pressed(press: number, wanted: ValueJson): Control {
  return { press, wanted, phase: 'sending', command: null, problem: null };
}

/** After the hub told of the command; null: nothing is left to show. */
export function afterCommand(control: Control, record: CommandJson): Control | null {
  switch (record.state) {
    case 'requested':
    case 'sent':
    case 'acknowledged':
      return { ...control, phase: 'pending', command: record.id };
    case 'observed':
    case 'superseded':
      return null;
    case 'failed':
    case 'timedOut':
    case 'refused':
      return { ...control, phase: 'failed', command: record.id, problem: record.problem };
    default:
      return record.state satisfies never;
  }
}

/** After a request that the hub refused or that never reached it. */
export function afterRefusal(control: Control, problem: ProblemJson, isNotSent: boolean): Control {
  return { ...control, phase: isNotSent ? 'notSent' : 'failed', problem };
}

/** After a report: a failure is over once the device is as it was wanted after all. */
export function afterReport(control: Control, value: ValueJson): Control | null {
  const isOver = control.phase === 'failed' || control.phase === 'notSent';
  return isOver && sameValue(value, control.wanted) ? null : control;
}

/** After a whole new picture of the home: a command that the hub no longer follows has ended unseen. */
export function afterSnapshot(
  control: Control,
  property: DevicePropertyJson | undefined,
): Control | null {
  if (control.phase !== 'pending') return control;
  return property?.wantedBy === control.command ? control : null;
}

/** Whether two values are the same as a person sees them: whole numbers, whole degrees. */
export function sameValue(a: ValueJson | null, b: ValueJson | null): boolean {
  if (typeof a === 'number' && typeof b === 'number') return Math.abs(a - b) < 0.75;
  if (typeof a === 'object' && a !== null && typeof b === 'object' && b !== null) {
    return Math.abs(a.hue - b.hue) < 2 && Math.abs(a.saturation - b.saturation) < 2;
  }
  return a === b;
}

/** How a property stands, for whatever shows it. */
export interface Shown {
  /** What the device reported. */
  readonly value: ValueJson | null;
  /** What is wanted of it, while that is not reported. */
  readonly wanted: ValueJson | null;
  readonly phase: 'idle' | Control['phase'];
  readonly problem: ProblemJson | null;
}

/** A property with what this page, or somebody else, wants of it. */
export function shownOf(
  property: DevicePropertyJson | undefined,
  control: Control | undefined,
): Shown {
  const value = property?.value ?? null;
  if (control !== undefined) {
    const { wanted, phase, problem } = control;
    return { value, wanted, phase, problem };
  }
  if (property?.wanted !== undefined) {
    return { value, wanted: property.wanted, phase: 'pending', problem: null };
  }
  return { value, wanted: null, phase: 'idle', problem: null };
}

/** Whether something is under way. */
export function isUnderWay(shown: Shown): boolean {
  return shown.phase === 'sending' || shown.phase === 'pending';
}

/** What a slider or a switch rests at: the wanted value while it is on its way, else the reported one. */
export function restingValue(shown: Shown): ValueJson | null {
  return isUnderWay(shown) ? (shown.wanted ?? shown.value) : shown.value;
}
