// How an image or a manifest is refused: in both languages, with what to do.
import { ValidationError } from '../hub/model/errors.ts';
import type { Words } from '../hub/model/words.ts';

/** @throws ValidationError that says what is wrong and what to do */
export function refuse(message: Words, hint?: Words, cause?: unknown): never {
  throw new ValidationError(message.en, {
    hint: hint?.en,
    zh: { message: message.zh, hint: hint?.zh ?? null },
    cause,
  });
}
