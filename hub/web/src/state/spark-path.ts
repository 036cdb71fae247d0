// A series as the path of a small line; a gap in the record is a gap in the line. Pure.

/** One interval of a series: start, then the values in it. */
export type SparkPoint = readonly [
  at: string,
  min: number,
  max: number,
  mean: number,
  last: number,
];

/** An interval without points longer than this many resolutions is a gap. */
const GAP_RESOLUTIONS = 12;
/** Sleepy sensors may say nothing for an hour and be well. */
const GAP_MS_MIN = 2 * 3_600_000;

/** A line over less of the range than this is a stroke that says nothing. */
const SHARE_MIN = 1 / 24;

/** The SVG path of the points within the range; empty for fewer than two, or where they are of one moment of it. */
export function sparkPath(
  points: readonly SparkPoint[],
  range: { readonly fromMs: number; readonly toMs: number },
  size: { readonly width: number; readonly height: number },
  resolutionMs: number,
): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return '';
  const spanMs = Date.parse(last[0]) - Date.parse(first[0]);
  if (spanMs < (range.toMs - range.fromMs) * SHARE_MIN) return '';
  const values = points.map((point) => point[3]);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || 1;
  const pad = 2;
  const gapMs = Math.max(GAP_MS_MIN, resolutionMs * GAP_RESOLUTIONS);
  let beforeMs = Number.NEGATIVE_INFINITY;
  return points
    .map(([at, , , mean]) => {
      const atMs = Date.parse(at);
      const x = ((atMs - range.fromMs) / (range.toMs - range.fromMs)) * size.width;
      const y =
        high === low
          ? size.height / 2
          : size.height - pad - ((mean - low) / span) * (size.height - 2 * pad);
      const verb = atMs - beforeMs > gapMs ? 'M' : 'L';
      beforeMs = atMs;
      return `${verb}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join('');
}
