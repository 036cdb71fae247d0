// Time as the hub sees it. A Pi has no clock of its own: wall time may be unset, held over from the
// last run, or synchronised; monotonic time is always right within one boot of the machine.

/** `unset`: before 2025 or never set. `held`: restored, not confirmed. `synced`: confirmed or trusted. */
export type ClockState = 'unset' | 'held' | 'synced';

/** One reading of both clocks. */
export interface Instant {
  /** Wall time, milliseconds since 1970 UTC. */
  readonly wallMs: number;
  /** Monotonic time since the machine's boot, milliseconds; comparable between processes of one boot. */
  readonly monoMs: number;
}

/** The passed-in clock; only shells own a real one. */
export interface Clock {
  now(): Instant;
  /** Names this boot of the machine: monotonic times of another boot do not compare. */
  readonly bootId: string;
  state(): ClockState;
}

/** A point in the future, kept so that it survives restarts, reboots and clock steps. */
export interface Deadline {
  readonly wallMs: number;
  readonly monoMs: number;
  readonly bootId: string;
}

/** The deadline `delayMs` after `now`. */
export function deadlineAfter(now: Instant, bootId: string, delayMs: number): Deadline {
  return { wallMs: now.wallMs + delayMs, monoMs: now.monoMs + delayMs, bootId };
}

/**
 * Milliseconds from `now` to the deadline; negative once it is overdue. Within one boot monotonic time
 * decides, so a step of the wall clock neither fires nor postpones it; after a reboot only wall time is left.
 */
export function remainingMs(deadline: Deadline, now: Instant, bootId: string): number {
  return deadline.bootId === bootId ? deadline.monoMs - now.monoMs : deadline.wallMs - now.wallMs;
}

/** RFC 3339 in UTC with milliseconds, as the API writes times. */
export function toRfc3339(wallMs: number): string {
  return new Date(wallMs).toISOString();
}
