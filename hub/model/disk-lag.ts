// How long decisions took to the disk: the promise is 50 ms on a healthy disk, and what the disk itself took beyond
// that is told apart, so that a slow card is not taken for a slow hub.

/** What a decision is promised to take to the disk, on a healthy one. */
export const TO_DISK_WITHIN_MS = 50;

/** One journal record that has reached the disk. */
export interface RecordLag {
  /** From its first decision until it was known to be on the disk. */
  readonly ms: number;
  /** The part of it that the commit itself took. */
  readonly diskMs: number;
}

/** What became of all records since the start of the hub. */
export interface DiskLag {
  readonly records: number;
  readonly lastMs: number;
  readonly maxMs: number;
  /** Records that took longer than was promised. */
  readonly late: number;
  /** By how much records were late apart from what the disk took, all together. */
  readonly excessMs: number;
  /** Records that hold decisions and are not known to be on the disk yet; with 0 all that was decided is. */
  readonly waiting: number;
}

export const NO_LAG: DiskLag = {
  records: 0,
  lastMs: 0,
  maxMs: 0,
  late: 0,
  excessMs: 0,
  waiting: 0,
};

/** The sum with more records in it, and with so many on their way. */
export function withLags(lag: DiskLag, added: readonly RecordLag[], waiting: number): DiskLag {
  let { records, lastMs, maxMs, late, excessMs } = lag;
  for (const { ms, diskMs } of added) {
    records += 1;
    lastMs = ms;
    maxMs = Math.max(maxMs, ms);
    if (ms > TO_DISK_WITHIN_MS) late += 1;
    excessMs += Math.max(0, ms - diskMs - TO_DISK_WITHIN_MS);
  }
  return { records, lastMs, maxMs, late, excessMs, waiting };
}
