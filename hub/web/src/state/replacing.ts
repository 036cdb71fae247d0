// What a job that replaces a device came to, out of the hub's record. Pure.
import type { ReplacementGapJson } from '../../../api/replacement-shapes.ts';
import type { JobJson } from '../../../api/shapes.ts';

/** The end of a replacing that began with looking for the new device. */
export interface TakenPlace {
  readonly from: string | null;
  readonly replaced: boolean;
  readonly gaps: readonly ReplacementGapJson[];
}

/** Null while it is under way, and where it failed. */
export function takenPlace({ kind, state, result }: JobJson): TakenPlace | null {
  if (kind !== 'replace' || state !== 'done') return null;
  if (typeof result !== 'object' || result === null || !('replaced' in result)) return null;
  // Written by the hub from the record of that type.
  return result as TakenPlace;
}

/** Who uses what is missing, by the page's own words for each, as one text. */
export function gapUsers({ scenes, others }: ReplacementGapJson, words: GapUserWords): string {
  return [
    ...scenes.map(({ name, how }) => words[how](name)),
    ...others.map((other) => words[other]),
  ].join(', ');
}

type GapUserWords = Readonly<
  Record<ReplacementGapJson['scenes'][number]['how'], (scene: string) => string> &
    Record<ReplacementGapJson['others'][number], string>
>;
