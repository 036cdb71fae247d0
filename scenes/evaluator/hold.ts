// A hold: a level that must last for a time. One small automaton for triggers (`holds … for`) and for waits of runs.

import { type Deadline, deadlineAfter, type Instant, remainingMs } from '../../hub/model/clock.ts';
import type { HoldAway } from '../language/state.ts';

/** Three-valued truth: a value that is not known is neither equal nor unequal to anything. */
export type Truth = 'true' | 'false' | 'unknown';

/** How long a device may be out of reach before a hold on it begins anew. */
export const AWAY_GRACE_MS = 120_000;
/** How long the hub may have been off for a hold to be taken as unbroken, given the same value before and after. */
export const ASSUME_HELD_MS = 300_000;

/** A gap shorter than this is a restart of the core alone, and no outage to anybody. */
export const OUTAGE_MIN_MS = 10_000;

/** A level that has begun to hold. */
export interface HoldState {
  /** When it will have held long enough. */
  readonly due: Deadline;
  /** While the level is not known: until when that is forgiven. */
  readonly away: Deadline | null;
  /** It has held long enough and told so; it must end before it can tell again. */
  readonly isFired: boolean;
  /** What was left of it when its level was no more known, while its time stands still. */
  readonly leftMs?: number;
  /** Milliseconds of it that nobody watched, since the hub was off and the value the same before and after. */
  readonly assumedMs: number;
}

export interface HoldResult {
  readonly hold: HoldState | null;
  /** It has just held long enough. */
  readonly fires: boolean;
}

/** The hold after looking at the level at an instant. Pure; call it at each change, due deadline and start. */
export function stepHold(
  hold: HoldState | null,
  level: Truth,
  forMs: number,
  at: { readonly now: Instant; readonly bootId: string },
  whileAway: HoldAway = 'ignore',
): HoldResult {
  if (level === 'false') return { hold: null, fires: false };
  if (level === 'unknown') return { hold: hold && away(hold, at, whileAway), fires: false };
  const held: HoldState =
    hold === null
      ? { due: deadlineAfter(at.now, at.bootId, forMs), away: null, isFired: false, assumedMs: 0 }
      : goneOn(hold, at);
  if (held.isFired || remainingMs(held.due, at.now, at.bootId) > 0)
    return { hold: held, fires: false };
  return { hold: { ...held, isFired: true }, fires: true };
}

/** The hold as its level is known again. */
function goneOn(
  hold: HoldState,
  at: { readonly now: Instant; readonly bootId: string },
): HoldState {
  if (hold.leftMs !== undefined) {
    const { leftMs, ...rest } = hold;
    return { ...rest, due: deadlineAfter(at.now, at.bootId, leftMs) };
  }
  return hold.away === null ? hold : { ...hold, away: null };
}

function away(
  hold: HoldState,
  at: { readonly now: Instant; readonly bootId: string },
  whileAway: HoldAway,
): HoldState | null {
  if (hold.isFired || hold.leftMs !== undefined) return hold;
  if (whileAway === 'reset') return null;
  if (whileAway === 'pause') {
    return { ...hold, leftMs: Math.max(0, remainingMs(hold.due, at.now, at.bootId)) };
  }
  if (hold.away === null) {
    return { ...hold, away: deadlineAfter(at.now, at.bootId, AWAY_GRACE_MS) };
  }
  return remainingMs(hold.away, at.now, at.bootId) > 0 ? hold : null;
}

/** When the hold must be looked at again; null where only a change can move it. */
export function holdWakesAt(hold: HoldState): Deadline | null {
  if (hold.isFired || hold.leftMs !== undefined) return null;
  return hold.away ?? hold.due;
}

/** The hold as it is taken up after the hub was off for `gapMs`. */
export function holdAfterGap(
  hold: HoldState,
  policy: 'assume' | 'restart' | 'drop',
  forMs: number,
  at: { readonly now: Instant; readonly bootId: string; readonly gapMs: number },
): HoldState {
  if (hold.isFired || at.gapMs < OUTAGE_MIN_MS) return hold;
  if (policy === 'drop') return { ...hold, away: null, isFired: true };
  if (policy === 'assume' && at.gapMs <= ASSUME_HELD_MS) {
    return { ...hold, assumedMs: hold.assumedMs + at.gapMs };
  }
  return { ...hold, due: deadlineAfter(at.now, at.bootId, forMs), away: null };
}
