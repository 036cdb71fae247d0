// What ends a verb early: a problem that the hub told, or one that this side found before or instead.
import type { ProblemDetailsJson } from '../api/shapes.ts';
import type { ErrorCode } from '../model/errors.ts';

/** One fault in an input, with its place. */
export type InputFault = NonNullable<ProblemDetailsJson['errors']>[number];

/** `usage`: the words of the command are wrong; `hub-unreachable`: no hub answers at the address. */
export type CliErrorCode = ErrorCode | 'usage' | 'hub-unreachable';

/** Shown as its message, its list of faults and its hint; `code` decides the exit code in main.ts. */
export class CliError extends Error {
  readonly code: CliErrorCode;
  readonly hint: string | null;
  readonly errors: readonly InputFault[];

  constructor(
    code: CliErrorCode,
    message: string,
    options: {
      readonly hint?: string | null;
      readonly errors?: readonly InputFault[];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'CliError';
    this.code = code;
    this.hint = options.hint ?? null;
    this.errors = options.errors ?? [];
  }
}
