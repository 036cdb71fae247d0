// Reads what options and arguments hold: durations, whole numbers, one of several words, files.
import fs from 'node:fs';
import { CliError } from './cli-error.ts';
import { fileCause } from './file-cause.ts';
import type { Messages } from './messages/en.ts';

const FILE_BYTES_MAX = 256 * 1024;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/** `400ms`, `2s`, `1.5min` as milliseconds. */
export function durationMs(text: string, words: Messages): number {
  const parts = /^(\d+(?:\.\d+)?)\s*(ms|s|min|h)$/.exec(text.trim());
  const unitMs = UNITS_MS[parts?.[2] ?? ''];
  if (!parts || unitMs === undefined) {
    throw new CliError('usage', words.usage.badDuration(text), {
      hint: words.usage.badDurationHint,
    });
  }
  return Math.round(Number(parts[1]) * unitMs);
}

/** A whole number within limits; `what` names the option in the message. */
export function wholeNumber(
  text: string,
  limits: { readonly what: string; readonly min: number; readonly max: number },
  words: Messages,
): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= limits.min && value <= limits.max) return value;
  throw new CliError('usage', words.usage.badNumber(text, limits.what), {
    hint: words.usage.numberHint(limits.min, limits.max),
  });
}

/** One of several words. */
export function oneOf<Word extends string>(
  text: string,
  choices: readonly Word[],
  what: string,
  words: Messages,
): Word {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new CliError('usage', words.usage.badChoice(text, what), {
    hint: words.usage.choiceHint(words.list(choices)),
  });
}

/** The text of a file, or of standard input for `-`, up to the size that a scene may have. */
export function readText(file: string, words: Messages): string {
  let bytes: Buffer;
  try {
    const size = file === '-' ? 0 : fs.statSync(file).size;
    if (size > FILE_BYTES_MAX) throw new CliError('too-large', words.usage.fileTooLarge(file));
    bytes = fs.readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('usage', words.usage.badFile(file), {
      hint: fileCause(error, words),
      cause: error,
    });
  }
  if (bytes.length > FILE_BYTES_MAX) {
    throw new CliError('too-large', words.usage.fileTooLarge(file));
  }
  return bytes.toString('utf8');
}
