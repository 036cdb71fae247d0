// Chains of scenes that set each other off. A run's id tells when it began and how deep its chain is, so that a change
// which comes back after the run has ended still counts.
import type { Cause } from '../../hub/model/cause.ts';

/** A chain of more runs than this is a loop. */
export const DEPTH_MAX = 16;
/** A link that took longer than this is no runaway: the chain counts anew from it. */
export const CHAIN_LINK_MAX_MS = 10_000;
/** More runs of one scene than this within the window are a runaway. */
export const RATE_MAX = 60;
export const RATE_WINDOW_MS = 10_000;
/** How long a scene rests after either. */
export const REST_MS = 60_000;

/** How deep in a chain of runs something stands that has this cause; acts of people start at 0. */
export function depthAfter(cause: Cause, nowMs: number): number {
  if (cause.kind !== 'scene') return 0;
  const parts = cause.run.slice('run_'.length).split('-');
  const [begunMs, , , depth] = parts.map((part) => Number.parseInt(part, 36));
  if (
    begunMs === undefined ||
    depth === undefined ||
    Number.isNaN(begunMs) ||
    Number.isNaN(depth)
  ) {
    return 0;
  }
  return nowMs - begunMs > CHAIN_LINK_MAX_MS ? 0 : depth + 1;
}
