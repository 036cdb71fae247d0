// Civil time in the home's zone: time windows, and on which instant a time of day falls. A time that the clock jumps
// over in spring happens at the first instant after the gap; one that comes twice in autumn happens the first time.
import { Temporal } from 'temporal-polyfill';
import { type MinuteOfDay, WEEKDAYS, type Weekday } from '../language/values.ts';

/** One time of day on one civil day. The day names the occurrence: it happens once, whatever the clock does. */
export interface Occurrence {
  /** The civil day, `2026-03-29`. */
  readonly day: string;
  readonly wallMs: number;
}

/** Days that must be looked at to find a weekday: a week, and one at each end for gaps that cross midnight. */
const DAYS_LOOKED_AT = 9;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

export interface CivilTime {
  readonly zone: string;
  /** Whether the instant lies in [from, to) by the clock on the wall, over midnight where `to` is the smaller. */
  isWithin(
    wallMs: number,
    window: {
      readonly from: MinuteOfDay;
      readonly to: MinuteOfDay;
      readonly days: readonly Weekday[] | null;
    },
  ): boolean;
  /** Minutes since midnight by the clock on the wall. */
  minuteOf(wallMs: number): MinuteOfDay;
  /** The last occurrence in (afterMs, untilMs]; null where there is none within the last nine days. */
  last(time: TimeOfDay, afterMs: number, untilMs: number): Occurrence | null;
  /** The first occurrence after the instant. */
  next(time: TimeOfDay, afterMs: number): Occurrence | null;
}

export interface TimeOfDay {
  readonly minute: MinuteOfDay;
  readonly days: readonly Weekday[] | null;
}

/** Civil time of an IANA zone; of UTC where the zone is not known to this build's time-zone data. */
export function createCivilTime(zone: string): CivilTime {
  const id = knownZone(zone);
  /** The offset from UTC holds from `fromMs` up to the next transition. */
  let known = { fromMs: 0, untilMs: 0, offsetMs: 0 };

  function localMs(wallMs: number): number {
    if (wallMs < known.fromMs || wallMs >= known.untilMs) {
      const at = Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO(id);
      known = {
        fromMs: wallMs,
        untilMs: at.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
        offsetMs: at.offsetNanoseconds / 1e6,
      };
    }
    return wallMs + known.offsetMs;
  }

  function dateOf(wallMs: number): Temporal.PlainDate {
    return Temporal.Instant.fromEpochMilliseconds(wallMs).toZonedDateTimeISO(id).toPlainDate();
  }

  /** The instant of a time of day on a day; null where the zone skips the whole day. */
  function instantOf(date: Temporal.PlainDate, minute: MinuteOfDay): number | null {
    const wanted = date.toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 });
    const earlier = wanted.toZonedDateTime(id, { disambiguation: 'earlier' });
    if (earlier.toPlainDateTime().equals(wanted)) return earlier.epochMilliseconds;
    // The time lies in a gap, and the earlier reading before it: the gap is the next transition.
    const gapEnd = earlier.getTimeZoneTransition('next');
    if (gapEnd === null) return earlier.epochMilliseconds;
    const beforeGap = gapEnd.subtract({ milliseconds: 1 }).toPlainDate();
    const isWholeDayGone =
      Temporal.PlainDate.compare(beforeGap, date) < 0 &&
      Temporal.PlainDate.compare(gapEnd.toPlainDate(), date) > 0;
    return isWholeDayGone ? null : gapEnd.epochMilliseconds;
  }

  function occurrenceOn(date: Temporal.PlainDate, time: TimeOfDay): Occurrence | null {
    const weekday = WEEKDAYS[date.dayOfWeek - 1];
    if (time.days !== null && weekday !== undefined && !time.days.includes(weekday)) return null;
    const wallMs = instantOf(date, time.minute);
    return wallMs === null ? null : { day: date.toString(), wallMs };
  }

  return {
    zone,
    isWithin(wallMs, { from, to, days }) {
      const local = localMs(wallMs);
      const minute = Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / MINUTE_MS);
      const isOvernight = to < from;
      const isInside = isOvernight ? minute >= from || minute < to : minute >= from && minute < to;
      if (!isInside || days === null) return isInside;
      const openedAt = isOvernight && minute < to ? local - DAY_MS : local;
      // The first of January 1970 was a Thursday.
      const weekday = WEEKDAYS[(((Math.floor(openedAt / DAY_MS) + 3) % 7) + 7) % 7];
      return weekday !== undefined && days.includes(weekday);
    },
    minuteOf(wallMs) {
      const local = localMs(wallMs);
      return Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / MINUTE_MS);
    },
    last(time, afterMs, untilMs) {
      let date = dateOf(untilMs).add({ days: 1 });
      for (let looked = 0; looked <= DAYS_LOOKED_AT; looked++) {
        const found = occurrenceOn(date, time);
        if (found && found.wallMs <= untilMs) return found.wallMs > afterMs ? found : null;
        date = date.subtract({ days: 1 });
      }
      return null;
    },
    next(time, afterMs) {
      let date = dateOf(afterMs).subtract({ days: 1 });
      for (let looked = 0; looked <= DAYS_LOOKED_AT; looked++) {
        const found = occurrenceOn(date, time);
        if (found && found.wallMs > afterMs) return found;
        date = date.add({ days: 1 });
      }
      return null;
    },
  };
}

function knownZone(zone: string): string {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId;
  } catch {
    return 'UTC';
  }
}
