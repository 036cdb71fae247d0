// Why a file or folder of the person's cannot be read or written: what to do, in their language.
import type { Messages } from './messages/en.ts';

/** The plain words for what the system said; its own words where there are none; null for what is no error. */
export function fileCause(error: unknown, { usage }: Pick<Messages, 'usage'>): string | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? String(error.code) : '';
  const causes: Readonly<Record<string, string>> = usage.fileCauses;
  return Object.hasOwn(causes, code) ? (causes[code] ?? null) : error.message;
}
