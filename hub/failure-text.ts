// What the program says when it cannot start or stop.
import { HubError } from './model/errors.ts';

/** A fault that people cause in one line with what to do; any other with where it happened. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof HubError)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return error.hint ? `${error.message}. ${error.hint}` : error.message;
}
