// How much of something may come: so much a second for long, and some seconds' worth at once.

/** A rate and what may come at once before it counts. */
export interface Rate {
  readonly perSecond: number;
  readonly atOnce: number;
}

/** Takes from what may come still; false where that is not enough, and then nothing is taken. */
export type Take = (cost?: number) => boolean;

/** An allowance that is full at first and fills up again with time. @param nowMs monotonic */
export function allowance({ perSecond, atOnce }: Rate, nowMs: () => number): Take {
  let left = atOnce;
  let sinceMs = nowMs();
  return (cost = 1) => {
    const now = nowMs();
    left = Math.min(atOnce, left + ((now - sinceMs) * perSecond) / 1_000);
    sinceMs = now;
    if (left < cost) return false;
    left -= cost;
    return true;
  };
}
