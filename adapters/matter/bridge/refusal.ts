// Why something that a controller asked is not done.
import type { Problem } from '../../../hub/model/errors.ts';

/** Becomes a status of the interaction model at the border to matter.js. */
export class Refusal extends Error {
  readonly code: Problem['code'];

  constructor({ code, message }: Pick<Problem, 'code' | 'message'>) {
    super(message);
    this.code = code;
  }
}
