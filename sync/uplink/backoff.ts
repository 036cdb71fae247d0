// How long a hub waits after a failure. Full jitter: after an outage half a million hubs do not come back together.
import type { Stream } from '../protocol/records.ts';

const BASE_MS = 2_000;
/** Telemetry can wait; catching up on the rest should not take longer than a coffee. */
const CAP_MS: Readonly<Record<Stream, number>> = { 0: 900_000, 1: 900_000, 2: 3_600_000 };
const DOUBLINGS_MAX = 12;

/**
 * Milliseconds to wait after the `failures`-th failure in a row: anything up to the ceiling. What the receiver asked
 * for is a floor, with up to as much again on top, so that those it asked together do not return together.
 * @param random gives numbers from 0 to below 1
 */
export function backoffMs(
  stream: Stream,
  failures: number,
  retryAfterMs: number,
  random: () => number,
): number {
  const doublings = Math.min(failures, DOUBLINGS_MAX);
  const ceilingMs = Math.min(CAP_MS[stream], BASE_MS * 2 ** doublings);
  return Math.ceil(Math.max(random() * ceilingMs, retryAfterMs + random() * retryAfterMs));
}
