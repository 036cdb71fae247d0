// The machine's clocks. Every shell has one of these; nothing else reads the time.
import { readFileSync } from 'node:fs';
import type { Clock, ClockState } from '../model/clock.ts';

/** No hub of this program ran before this day: an earlier wall clock was never set. */
const OLDEST_PLAUSIBLE_MS = Date.UTC(2026, 0, 1);

function readBootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Without it each start counts as a boot: monotonic times are then never compared over a restart.
    return `process-${process.pid}-${process.hrtime.bigint()}`;
  }
}

/** A clock that a person's browser can hold while the machine's own is unset. */
export interface SystemClock extends Clock {
  readonly wallOffsetMs: number;
  /** Sets the wall clock for this process alone; the machine's is not touched. */
  hold(wallOffsetMs: number, state: ClockState): void;
}

/** `newestAtMs`: the newest time found on disk; a wall clock before it was not set since the last power cut. */
export function createSystemClock(newestAtMs = 0): SystemClock {
  const bootId = readBootId();
  let wallOffsetMs = 0;
  let heldState: ClockState | null = null;
  return {
    bootId,
    get wallOffsetMs() {
      return wallOffsetMs;
    },
    now: () => ({
      wallMs: Date.now() + wallOffsetMs,
      monoMs: Number(process.hrtime.bigint() / 1_000n) / 1_000,
    }),
    state() {
      if (heldState) return heldState;
      // One minute of slack: the newest record may have been written by a clock that was just corrected.
      const isPlausible = Date.now() >= Math.max(OLDEST_PLAUSIBLE_MS, newestAtMs - 60_000);
      return isPlausible ? 'synced' : 'unset';
    },
    hold(offsetMs, state) {
      wallOffsetMs = offsetMs;
      heldState = state;
    },
  };
}
