// Civil time in an IANA zone: what the clock on the wall shows at an instant, and at which instant it shows a time. The
// only user of the time-zone data; the stretches between two changes of the clock are kept, and the rest is sums.
import { Temporal } from 'temporal-polyfill';
import { type CivilDay, DAY_MS } from '../language/calendar.ts';
import type { GapRule, OverlapRule } from '../language/times.ts';
import type { MinuteOfDay } from '../language/values.ts';

/** A stretch of time with one offset from UTC; without a beginning or an end where there is no earlier or later one. */
export interface Span {
  readonly fromMs: number;
  /** The first instant behind it. */
  readonly untilMs: number;
  readonly offsetMs: number;
}

/** A reading of the clock on the wall: milliseconds since 1970-01-01 00:00 of that clock. */
export type LocalMs = number;

export interface CivilTime {
  readonly zone: string;
  spanAt(wallMs: number): Span;
  localAt(wallMs: number): LocalMs;
  dayOf(wallMs: number): CivilDay;
  /** Minutes since midnight by the clock on the wall. */
  minuteOf(wallMs: number): MinuteOfDay;
  /**
   * The instant at which the clock shows the reading. Null where the zone leaves out that whole day, or where the
   * clock jumps over it and the rule is to skip it. `both` takes the first.
   */
  instantOf(
    local: LocalMs,
    rules?: { readonly gap: GapRule; readonly overlap: OverlapRule },
  ): number | null;
}

/** A zone changes its clock four times a year at the most; more spans than this are thrown away and found anew. */
const SPANS_MAX = 200;
/** No zone is further than this from UTC. */
const OFFSET_MAX_MS = 16 * 3_600_000;
const MINUTE_MS = 60_000;

/** Civil time of an IANA zone; of UTC where the zone is not known to this build's time-zone data. */
export function createCivilTime(zone: string): CivilTime {
  const id = knownZone(zone);
  /** In order of time, not all of them adjacent. */
  let spans: Span[] = [];
  let latest: Span = { fromMs: 0, untilMs: 0, offsetMs: 0 };

  function spanAt(wallMs: number): Span {
    if (wallMs >= latest.fromMs && wallMs < latest.untilMs) return latest;
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((spans[middle]?.untilMs ?? 0) <= wallMs) low = middle + 1;
      else high = middle;
    }
    const known = spans[low];
    if (known !== undefined && wallMs >= known.fromMs) {
      latest = known;
      return known;
    }
    latest = findSpan(id, wallMs);
    if (spans.length >= SPANS_MAX) spans = [latest];
    else spans.splice(low, 0, latest);
    return latest;
  }

  function localAt(wallMs: number): LocalMs {
    return wallMs + spanAt(wallMs).offsetMs;
  }

  return {
    zone,
    spanAt,
    localAt,
    dayOf: (wallMs) => Math.floor(localAt(wallMs) / DAY_MS),
    minuteOf(wallMs) {
      const local = localAt(wallMs);
      return Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / MINUTE_MS);
    },
    instantOf(local, { gap, overlap } = { gap: 'after', overlap: 'first' }) {
      let found: number | null = null;
      let span = spanAt(local - OFFSET_MAX_MS);
      for (;;) {
        const wallMs = local - span.offsetMs;
        if (wallMs >= span.fromMs && wallMs < span.untilMs) {
          found = wallMs;
          if (overlap !== 'second') return found;
        }
        if (span.untilMs > local + OFFSET_MAX_MS) return found;
        const next = spanAt(span.untilMs);
        if (found === null && isInGap(span, next, local)) {
          if (gap === 'skip' || isDayLeftOut(span, next, local)) return null;
          return gap === 'after' ? next.fromMs : wallMs;
        }
        span = next;
      }
    },
  };
}

/** Whether the clock jumps over a reading as it changes from one span to the next. */
export function isInGap(before: Span, after: Span, local: LocalMs): boolean {
  return local >= after.fromMs + before.offsetMs && local < after.fromMs + after.offsetMs;
}

/** Whether the zone jumps over the whole day of a reading, as Samoa did over 30 December 2011. */
export function isDayLeftOut(before: Span, after: Span, local: LocalMs): boolean {
  const day = Math.floor(local / DAY_MS) * DAY_MS;
  return day >= after.fromMs + before.offsetMs && day + DAY_MS <= after.fromMs + after.offsetMs;
}

function findSpan(zone: string, wallMs: number): Span {
  const at = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO(zone);
  // "Previous" is before the instant: one that is itself a change belongs to the span that begins with it.
  const from = at.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  const until = at.getTimeZoneTransition('next');
  return {
    fromMs: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    untilMs: until?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: at.offsetNanoseconds / 1e6,
  };
}

function knownZone(zone: string): string {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId;
  } catch {
    return 'UTC';
  }
}
