// What scenes say about time: moments of a day by the clock, by the sun or by some value; days by weekday, date and
// holiday; and the rules for what the calendar and the clock do in between. Plain data, like the rest of a scene.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { CronPlan } from './cron.ts';
import type { MinuteOfDay, Weekday } from './values.ts';

export const SUN_EVENTS = ['sunrise', 'sunset', 'dawn', 'dusk', 'noon'] as const;
/** Dawn and dusk are the civil ones: the sun stands 6° below the horizon. Noon is the sun's highest point. */
export type SunEvent = (typeof SUN_EVENTS)[number];

/** The elevation of the sun's centre at sunrise and sunset: its upper edge, lifted by the air, is on the horizon. */
export const HORIZON_DEGREES = -0.833;
/** The elevation at civil dawn and dusk. */
export const TWILIGHT_DEGREES = -6;

/** A moment of a day. `offsetMs` moves it, over midnight too; the day stays the one whose moment it is. */
export type TimePoint =
  | { readonly kind: 'clock'; readonly minute: MinuteOfDay }
  | { readonly kind: 'sun'; readonly event: SunEvent; readonly offsetMs: number }
  | {
      /** The sun rises above or sinks below an elevation, in degrees over the horizon, without the air's refraction. */
      readonly kind: 'elevation';
      readonly direction: 'above' | 'below';
      readonly degrees: number;
      readonly offsetMs: number;
    }
  | {
      /** What a property says: a time of day, or a date with its time. */
      readonly kind: 'value';
      readonly device: DeviceId;
      readonly property: PropertyKey;
      readonly offsetMs: number;
    };

/** A day of the calendar; without a year that day of every year. */
export interface CalendarDate {
  readonly year: number | null;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
}

/** Some days: the home's holidays, or all from one day to another, both included; over the new year where need be. */
export type DateMatch =
  | { readonly kind: 'holidays' }
  | { readonly kind: 'dates'; readonly from: CalendarDate; readonly to: CalendarDate };

/** Which days are meant: on one of the weekdays, and on one of the dates, and on none of the exceptions. */
export interface DayFilter {
  /** Null: any day of the week. */
  readonly days: readonly Weekday[] | null;
  /** Null: any date. */
  readonly dates: readonly DateMatch[] | null;
  readonly except: readonly DateMatch[];
}

export const EVERY_DAY: DayFilter = { days: null, dates: null, except: [] };

/** A time that the clock jumps over in spring: at the first instant after it, as much later as is skipped, or never. */
export type GapRule = 'after' | 'shift' | 'skip';
/** A time that comes twice in autumn: the first time, the second, or both. */
export type OverlapRule = 'first' | 'second' | 'both';

/** What stands for the sun's moment on a day that has none. `nearest`: when the sun comes closest to it. */
export type NoSun =
  | { readonly kind: 'skip' }
  | { readonly kind: 'nearest' }
  | { readonly kind: 'at'; readonly minute: MinuteOfDay };

/** What becomes of a time that came while the hub was off. */
export type LateRule =
  | { readonly kind: 'never' }
  | { readonly kind: 'once' }
  | { readonly kind: 'within'; readonly ms: number };

/** How a schedule meets the days on which the clock is changed, and outages. */
export interface ScheduleRules {
  readonly gap: GapRule;
  readonly overlap: OverlapRule;
  /** Null: as the scene says. */
  readonly late: LateRule | null;
}

/** A time of day comes once on its day, whatever the clock does. */
export const ONCE_A_DAY: ScheduleRules = { gap: 'after', overlap: 'first', late: null };
/** What comes at intervals goes on at them: nothing comes for time that never was, and time that comes twice counts twice. */
export const AT_INTERVALS: ScheduleRules = { gap: 'skip', overlap: 'both', late: null };

/** Edges of time. */
export type TimeTrigger =
  | ({
      readonly kind: 'at';
      readonly time: TimePoint;
      readonly on: DayFilter;
      readonly noSun: NoSun;
    } & ScheduleRules)
  | ({
      /** At the whole multiples of the interval since midnight, by the clock. */
      readonly kind: 'aligned';
      readonly ms: number;
      readonly on: DayFilter;
    } & ScheduleRules)
  | {
      /** Again and again since the scene was saved or switched on, by elapsed time. */
      readonly kind: 'every';
      readonly ms: number;
      readonly late: LateRule | null;
    }
  | ({
      readonly kind: 'cron';
      /** As it was written. */
      readonly pattern: string;
      readonly plan: CronPlan;
      readonly on: DayFilter;
    } & ScheduleRules);

export const SEASONS = ['spring', 'summer', 'autumn', 'winter'] as const;
/** The meteorological seasons, three whole months each; the south has them half a year later. */
export type Season = (typeof SEASONS)[number];

/** What clock, calendar and sun say. */
export type TimeCondition =
  | {
      /** From `from` up to but not including `to`. The days are those on which the window opens. */
      readonly kind: 'between';
      readonly from: TimePoint;
      readonly to: TimePoint;
      readonly on: DayFilter;
      readonly noSun: NoSun;
    }
  | { readonly kind: 'date'; readonly on: DayFilter }
  | { readonly kind: 'season'; readonly of: readonly Season[] }
  | {
      /** The sun's elevation in degrees; both ends are outside. */
      readonly kind: 'sun';
      readonly above: number | null;
      readonly below: number | null;
    };

/** Minutes since midnight at which the sun's moments are about; they tell evenings from mornings. */
const USUALLY: Readonly<Record<SunEvent, MinuteOfDay>> = {
  dawn: 330,
  sunrise: 360,
  noon: 720,
  sunset: 1080,
  dusk: 1110,
};
const DAY_MINUTES = 1440;
/** A window with an end by the sun that would usually be longer than this is the short one of the same day. */
const LONG_WINDOW_MINUTES = 1080;

/** About when a moment is; null where only a value knows. */
function usualMinute(point: TimePoint): number | null {
  switch (point.kind) {
    case 'clock':
      return point.minute;
    case 'sun':
      return USUALLY[point.event] + point.offsetMs / 60_000;
    case 'elevation':
      return (
        (point.direction === 'above' ? USUALLY.sunrise : USUALLY.sunset) + point.offsetMs / 60_000
      );
    case 'value':
      return null;
    default:
      return point satisfies never;
  }
}

/**
 * Whether a window that opens on one day closes on the next. By the clock alone that is so where it would else be
 * empty. The sun's moments wander through the year: from 20:00 to sunset is an evening's window that winter has none of,
 * not one that lasts until the next day's sunset. Values are given as the minutes that they say now.
 */
export function closesNextDay(
  { from, to }: { readonly from: TimePoint; readonly to: TimePoint },
  values: { readonly from: MinuteOfDay | null; readonly to: MinuteOfDay | null } = {
    from: null,
    to: null,
  },
): boolean {
  const opens = usualMinute(from) ?? values.from ?? 0;
  const closes = usualMinute(to) ?? values.to ?? 0;
  const isBySun = [from, to].some(({ kind }) => kind === 'sun' || kind === 'elevation');
  if (!isBySun) return closes <= opens;
  const lasts = (((closes - opens) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
  return lasts > LONG_WINDOW_MINUTES ? false : closes < opens;
}

/** A trigger without its days and rules: what is said of one of its occurrences. */
export function bareTime(trigger: TimeTrigger): TimeTrigger {
  switch (trigger.kind) {
    case 'at':
      return { ...trigger, ...ONCE_A_DAY, on: EVERY_DAY, noSun: { kind: 'skip' } };
    case 'aligned':
      return { ...trigger, ...AT_INTERVALS, on: EVERY_DAY };
    case 'cron':
      return {
        ...trigger,
        ...(trigger.plan.isTimeOfDay ? ONCE_A_DAY : AT_INTERVALS),
        on: EVERY_DAY,
      };
    case 'every':
      return { ...trigger, late: null };
    default:
      return trigger satisfies never;
  }
}
