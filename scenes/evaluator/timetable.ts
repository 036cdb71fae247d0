// Timetables: the instants at which a trigger of time comes, worked out from the calendar, the zone and the sun.
// Each occurrence has an ordinal that stays the same whatever happens to the clock, so that it is never told twice.
import { type CivilDay, DAY_MS, formatDay } from '../language/calendar.ts';
import type { GapRule, OverlapRule } from '../language/times.ts';
import { type CivilTime, isDayLeftOut, type LocalMs, type Span } from './civil-time.ts';

/** One time on one civil day. */
export interface Occurrence {
  readonly wallMs: number;
  /** Names the occurrence among those of its trigger, in their order. */
  readonly ordinal: number;
  /** What the clock is to show, `2026-03-29T02:30`. */
  readonly clock: string;
}

export interface Timetable {
  /** The first occurrence after the instant; null where there is none for years. */
  next(afterMs: number): Occurrence | null;
  /** The last occurrence in (afterMs, untilMs]. */
  last(afterMs: number, untilMs: number): Occurrence | null;
}

/** Days that are looked through for one that is meant: the leap day comes after eight years at the most. */
const DAYS_LOOKED_AT = 3000;
const LOOKED_AT_MS = DAYS_LOOKED_AT * DAY_MS;

/** Times of the day on some days, by the calendar alone. */
export interface DayTimes {
  isDay(day: CivilDay): boolean;
  /** The first time of a day after this one, milliseconds since midnight; null where there is none. */
  after(ms: number): number | null;
  /** The last time of a day up to this one. */
  upTo(ms: number): number | null;
  /** Moves all times, over midnight too. */
  readonly offsetMs: number;
}

/** A list of times of day, ascending. */
export function timesOf(list: readonly number[]): Pick<DayTimes, 'after' | 'upTo'> {
  return {
    after: (ms) => list.find((time) => time > ms) ?? null,
    upTo: (ms) => list.findLast((time) => time <= ms) ?? null,
  };
}

/** The whole multiples of an interval since midnight. */
export function multiplesOf(everyMs: number): Pick<DayTimes, 'after' | 'upTo'> {
  return {
    after(ms) {
      const next = (Math.floor(ms / everyMs) + 1) * everyMs;
      return next < DAY_MS ? next : null;
    },
    upTo: (ms) => (ms < 0 ? null : Math.floor(Math.min(ms, DAY_MS - 1) / everyMs) * everyMs),
  };
}

/** All combinations of hours, minutes and seconds, each list ascending. */
export function productOf(
  hours: readonly number[],
  minutes: readonly number[],
  seconds: readonly number[],
): Pick<DayTimes, 'after' | 'upTo'> {
  const [firstMinute = 0, firstSecond = 0] = [minutes[0], seconds[0]];
  const [lastMinute = 0, lastSecond = 0] = [minutes.at(-1), seconds.at(-1)];
  const time = (hour: number, minute: number, second: number): number =>
    ((hour * 60 + minute) * 60 + second) * 1000;
  return {
    after(ms) {
      const wanted = Math.floor(ms / 1000) + 1;
      const [hour, minute, second] = [
        Math.floor(wanted / 3600),
        Math.floor(wanted / 60) % 60,
        wanted % 60,
      ];
      if (hours.includes(hour)) {
        const sameMinute = minutes.includes(minute)
          ? seconds.find((one) => one >= second)
          : undefined;
        if (sameMinute !== undefined) return time(hour, minute, sameMinute);
        const laterMinute = minutes.find((one) => one > minute);
        if (laterMinute !== undefined) return time(hour, laterMinute, firstSecond);
      }
      const laterHour = hours.find((one) => one > hour);
      return laterHour === undefined || minutes.length === 0
        ? null
        : time(laterHour, firstMinute, firstSecond);
    },
    upTo(ms) {
      const wanted = Math.floor(ms / 1000);
      const [hour, minute, second] = [
        Math.floor(wanted / 3600),
        Math.floor(wanted / 60) % 60,
        wanted % 60,
      ];
      if (ms >= 0 && hours.includes(hour)) {
        const sameMinute = minutes.includes(minute)
          ? seconds.findLast((one) => one <= second)
          : undefined;
        if (sameMinute !== undefined) return time(hour, minute, sameMinute);
        const earlierMinute = minutes.findLast((one) => one < minute);
        if (earlierMinute !== undefined) return time(hour, earlierMinute, lastSecond);
      }
      const earlierHour = hours.findLast((one) => one < hour);
      return earlierHour === undefined ? null : time(earlierHour, lastMinute, lastSecond);
    },
  };
}

/** The first reading after one at which a time of a day that is meant comes. */
function nextReading(times: DayTimes, after: LocalMs): LocalMs | null {
  const start = after - times.offsetMs;
  const today = Math.floor(start / DAY_MS);
  for (let day = today; day <= today + DAYS_LOOKED_AT; day++) {
    const found = times.isDay(day) ? times.after(day === today ? start - day * DAY_MS : -1) : null;
    if (found !== null) return day * DAY_MS + found + times.offsetMs;
  }
  return null;
}

/** The last reading up to one at which a time of a day that is meant comes; none before `from` is looked for. */
function lastReading(times: DayTimes, upTo: LocalMs, from: LocalMs): LocalMs | null {
  const start = upTo - times.offsetMs;
  const today = Math.floor(start / DAY_MS);
  const oldest = Math.max(today - DAYS_LOOKED_AT, Math.floor((from - times.offsetMs) / DAY_MS));
  for (let day = today; day >= oldest; day--) {
    const found = times.isDay(day)
      ? times.upTo(day === today ? start - day * DAY_MS : DAY_MS - 1)
      : null;
    if (found !== null) return day * DAY_MS + found + times.offsetMs;
  }
  return null;
}

/** What of a span's readings counts, by the rules for the changes of the clock at both its ends. */
interface Stretch {
  readonly span: Span;
  /** Its own readings, the last not included. */
  readonly from: LocalMs;
  readonly until: LocalMs;
  /** Readings that the clock jumps over at its beginning, with the instant of the first of them. */
  readonly gap: { readonly from: LocalMs; readonly until: LocalMs; readonly before: Span } | null;
}

interface Rules {
  readonly gap: GapRule;
  readonly overlap: OverlapRule;
}

/** The timetable of times by the clock on the wall. */
export function clockTimetable(civil: CivilTime, times: DayTimes, rules: Rules): Timetable {
  // Where one reading may come twice, or after a later one, only the instant tells them apart and in their order.
  const isByInstant = rules.overlap === 'both' || rules.gap === 'shift';

  function stretchOf(span: Span): Stretch {
    const hasBefore = span.fromMs !== Number.NEGATIVE_INFINITY;
    const hasAfter = span.untilMs !== Number.POSITIVE_INFINITY;
    const before = hasBefore ? civil.spanAt(span.fromMs - 1) : null;
    const after = hasAfter && rules.overlap === 'second' ? civil.spanAt(span.untilMs) : null;
    let from = span.fromMs + span.offsetMs;
    let until = span.untilMs + span.offsetMs;
    // What the clock showed before it was set back has come already; or it comes again, and only then.
    if (before !== null && rules.overlap === 'first')
      from = Math.max(from, span.fromMs + before.offsetMs);
    if (after !== null) until = Math.min(until, span.untilMs + after.offsetMs);
    const isGap = before !== null && before.offsetMs < span.offsetMs && rules.gap !== 'skip';
    const gap = isGap
      ? { from: span.fromMs + before.offsetMs, until: span.fromMs + span.offsetMs, before }
      : null;
    return { span, from, until, gap };
  }

  function occurrence(wallMs: number, local: LocalMs): Occurrence {
    return { wallMs, ordinal: isByInstant ? wallMs : local, clock: clockText(local) };
  }

  /** The first reading in a gap after one, days that the zone leaves out apart. */
  function nextInGap({ span, gap }: Stretch, after: LocalMs): LocalMs | null {
    if (gap === null) return null;
    for (let at = Math.max(after, gap.from - 1); ; ) {
      const local = nextReading(times, at);
      if (local === null || local >= gap.until) return null;
      if (!isDayLeftOut(gap.before, span, local)) return local;
      at = local;
    }
  }

  function lastInGap({ span, gap }: Stretch, upTo: LocalMs): LocalMs | null {
    if (gap === null) return null;
    for (let at = Math.min(upTo, gap.until - 1); ; ) {
      const local = lastReading(times, at, gap.from);
      if (local === null || local < gap.from) return null;
      if (!isDayLeftOut(gap.before, span, local)) return local;
      at = local - 1;
    }
  }

  function nextIn(stretch: Stretch, afterMs: number): Occurrence | null {
    const { span, gap } = stretch;
    const own = nextReading(times, Math.max(afterMs + span.offsetMs, stretch.from - 1));
    const found = own !== null && own < stretch.until ? occurrence(own - span.offsetMs, own) : null;
    if (gap === null) return found;
    let skipped: Occurrence | null = null;
    if (rules.gap === 'shift') {
      const local = nextInGap(stretch, afterMs + gap.before.offsetMs);
      if (local !== null) skipped = occurrence(local - gap.before.offsetMs, local);
    } else if (afterMs < span.fromMs) {
      // All that the clock jumps over comes together, and counts as the last of it.
      const local = lastInGap(stretch, gap.until);
      if (local !== null) skipped = occurrence(span.fromMs, local);
    }
    if (skipped === null) return found;
    return found !== null && found.wallMs <= skipped.wallMs ? found : skipped;
  }

  function lastIn(stretch: Stretch, untilMs: number, afterMs: number): Occurrence | null {
    const { span, gap } = stretch;
    const upTo = Math.min(untilMs + span.offsetMs, stretch.until - 1);
    const own = lastReading(times, upTo, Math.max(stretch.from, afterMs + span.offsetMs));
    const found = own !== null && own >= stretch.from ? occurrence(own - span.offsetMs, own) : null;
    if (gap === null) return found;
    const isShift = rules.gap === 'shift';
    const local = lastInGap(stretch, isShift ? untilMs + gap.before.offsetMs : gap.until);
    if (local === null) return found;
    const skipped = occurrence(isShift ? local - gap.before.offsetMs : span.fromMs, local);
    return found !== null && found.wallMs >= skipped.wallMs ? found : skipped;
  }

  return {
    next(afterMs) {
      let span = civil.spanAt(afterMs);
      for (;;) {
        const found = nextIn(stretchOf(span), afterMs);
        if (found !== null) return found;
        if (span.untilMs > afterMs + LOOKED_AT_MS) return null;
        span = civil.spanAt(span.untilMs);
      }
    },
    last(afterMs, untilMs) {
      let span = civil.spanAt(untilMs);
      for (;;) {
        const found = lastIn(stretchOf(span), untilMs, afterMs);
        if (found !== null) return found.wallMs > afterMs ? found : null;
        if (span.fromMs <= Math.max(afterMs, untilMs - LOOKED_AT_MS)) return null;
        span = civil.spanAt(span.fromMs - 1);
      }
    },
  };
}

/** Moments may lie this many days off the day whose they are: an offset, and a sunset after midnight. */
const DAYS_OFF = 2;

/** The timetable of what comes at most once a day at an instant that only the day knows, such as the sun's moments. */
export function dailyTimetable(
  civil: CivilTime,
  isDay: (day: CivilDay) => boolean,
  momentOf: (day: CivilDay) => number | null,
): Timetable {
  function on(day: CivilDay): Occurrence | null {
    const wallMs = isDay(day) ? momentOf(day) : null;
    return wallMs === null
      ? null
      : { wallMs, ordinal: day, clock: clockText(civil.localAt(wallMs)) };
  }
  return {
    next(afterMs) {
      const today = civil.dayOf(afterMs);
      let best: Occurrence | null = null;
      let until = today + DAYS_LOOKED_AT;
      for (let day = today - DAYS_OFF; day <= until; day++) {
        const found = on(day);
        if (found === null || found.wallMs <= afterMs) continue;
        if (best === null) until = Math.min(until, day + DAYS_OFF);
        if (best === null || found.wallMs < best.wallMs) best = found;
      }
      return best;
    },
    last(afterMs, untilMs) {
      const today = civil.dayOf(untilMs);
      let best: Occurrence | null = null;
      let oldest = Math.max(today - DAYS_LOOKED_AT, civil.dayOf(afterMs) - DAYS_OFF);
      for (let day = today + DAYS_OFF; day >= oldest; day--) {
        const found = on(day);
        if (found === null || found.wallMs > untilMs) continue;
        if (best === null) oldest = Math.max(oldest, day - DAYS_OFF);
        if (best === null || found.wallMs > best.wallMs) best = found;
      }
      return best !== null && best.wallMs > afterMs ? best : null;
    },
  };
}

/** The timetable of what comes once. */
export function onceTimetable(civil: CivilTime, wallMs: number): Timetable {
  const local = civil.localAt(wallMs);
  const only: Occurrence = { wallMs, ordinal: local, clock: clockText(local) };
  return {
    next: (afterMs) => (wallMs > afterMs ? only : null),
    last: (afterMs, untilMs) => (wallMs > afterMs && wallMs <= untilMs ? only : null),
  };
}

/** A reading of the clock as text, with its seconds where it has any: `2026-03-29T02:30`. */
export function clockText(local: LocalMs): string {
  const day = Math.floor(local / DAY_MS);
  const second = Math.floor((local - day * DAY_MS) / 1000);
  const two = (number: number): string => String(number).padStart(2, '0');
  const clock = `${formatDay(day)}T${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}`;
  return second % 60 === 0 ? clock : `${clock}:${two(second % 60)}`;
}
