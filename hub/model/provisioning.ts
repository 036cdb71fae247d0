// Provisioning: a whole home from one file. What the front doors see of it; the file's shape and its words belong to
// the household.
import type { InputProblem } from './errors.ts';
import type { Actor } from './hub-port.ts';
import type { Job } from './job.ts';

/** One line of what a file would do; `keep` and `leave` sum up what stays as it is. */
export interface PlanLine {
  /** `keep`: the file names it and it is so already; `leave`: the file does not name it. */
  readonly action: 'add' | 'change' | 'keep' | 'leave';
  readonly what: 'home' | 'room' | 'value' | 'device' | 'scene';
  /** Null for a line about several. */
  readonly name: string | null;
  readonly text: { readonly en: string; readonly zh: string };
}

/** What a file would do to the home as it is now. With errors nothing would be done. */
export interface ProvisioningPlan {
  readonly errors: readonly InputProblem[];
  readonly lines: readonly PlanLine[];
  readonly isNothingToDo: boolean;
}

export interface Provisioning {
  /** Says what the file would do, or all that is wrong with it. Changes nothing; never throws. */
  plan(text: string): ProvisioningPlan;
  /**
   * Does what the file says as a job of kind `provision`; what is so already is left alone, so it may be done again.
   * `seconds`: how long devices are waited for, 10 to 900.
   * @throws ValidationError with every mistake of the file, ConflictError while another file is being applied
   */
  start(text: string, seconds: number, actor: Actor): Job;
  /** The home as such a file. Passwords, install codes and commissioning codes are in no export. */
  export(): string;
}
