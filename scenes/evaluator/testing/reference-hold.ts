// A level that must last, as a household would tell it: it began then, it was last known then, it has told or not.
import type { Truth } from './reference-values.ts';

/** A device may be out of reach for so long before the hold is over. */
const FORGIVEN_MS = 120_000;
const OUTAGE_MS = 10_000;
const ASSUMED_MS = 300_000;

export interface ReferenceHold {
  sinceMs: number;
  /** Since when nobody knows; null: it is known. */
  unknownSinceMs: number | null;
  hasTold: boolean;
}

/** The hold after a look at its level; `tells`: it has just lasted long enough. */
export function lookAtHold(
  hold: ReferenceHold | null,
  level: Truth,
  forMs: number,
  nowMs: number,
): { hold: ReferenceHold | null; tells: boolean } {
  if (level === 'false') return { hold: null, tells: false };
  if (level === 'unknown') {
    if (hold === null || hold.hasTold) return { hold, tells: false };
    const unknownSinceMs = hold.unknownSinceMs ?? nowMs;
    const isOver = nowMs - unknownSinceMs >= FORGIVEN_MS;
    return { hold: isOver ? null : { ...hold, unknownSinceMs }, tells: false };
  }
  const held = { ...(hold ?? { sinceMs: nowMs, hasTold: false }), unknownSinceMs: null };
  if (held.hasTold || nowMs - held.sinceMs < forMs) return { hold: held, tells: false };
  return { hold: { ...held, hasTold: true }, tells: true };
}

/** When it must be looked at again; null where only the level can change it. */
export function holdWakes(hold: ReferenceHold | null, forMs: number): number | null {
  if (hold === null || hold.hasTold) return null;
  return hold.unknownSinceMs === null ? hold.sinceMs + forMs : hold.unknownSinceMs + FORGIVEN_MS;
}

/** The hold as the hub finds it after it was off. */
export function holdAfterOutage(
  hold: ReferenceHold,
  rule: 'assume' | 'restart' | 'drop',
  gapMs: number,
  nowMs: number,
): ReferenceHold {
  if (hold.hasTold || gapMs < OUTAGE_MS) return hold;
  if (rule === 'drop') return { ...hold, unknownSinceMs: null, hasTold: true };
  if (rule === 'assume' && gapMs <= ASSUMED_MS) return hold;
  return { sinceMs: nowMs, unknownSinceMs: null, hasTold: false };
}
