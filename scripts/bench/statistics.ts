// The statistics of the benches: percentiles of one round, medians of the rounds.

/**
 * The value below or at which `share` (0 to 1) of the samples lie, by the nearest rank.
 * NaN of no samples.
 */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = Float64Array.from(samples).sort();
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
}

/** The middle value, or the mean of the two in the middle. NaN of no values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  return ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** "3.2 (3.1–3.6)": the median and the range of the rounds, for progress. */
export function spread(values: readonly number[]): string {
  const text = (value: number) => String(Number(value.toPrecision(3)));
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}
