// The home's time: its zone with its holidays, the sun at its place and the values that say a time, and the timetables
// that follow from them.

import type { HomeRecord } from '../../hub/model/home.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import {
  type CivilDay,
  civilDay,
  DAY_MS,
  type Holidays,
  holidaysOf,
  isDayMeant,
  parseDate,
} from '../language/calendar.ts';
import { isCronDay } from '../language/cron.ts';
import { isMistake } from '../language/mistakes.ts';
import type { NoSun, TimePoint, TimeTrigger } from '../language/times.ts';
import { type CivilTime, createCivilTime, type LocalMs } from './civil-time.ts';
import type { Place } from './sun.ts';
import { SunDays } from './sun-days.ts';
import {
  clockTimetable,
  dailyTimetable,
  multiplesOf,
  onceTimetable,
  productOf,
  type Timetable,
  timesOf,
} from './timetable.ts';

/** Civil time of the home, with all else that its times depend on. */
export interface HomeTime extends CivilTime {
  readonly holidays: Holidays;
  /** Null where the home's place is not set. */
  readonly sun: SunDays | null;
  /** The last value that was reported; null where there is none. */
  value(device: DeviceId, property: PropertyKey): PropertyValue | null;
}

/** The home's time as it is at an input; what it is made of is kept as long as zone and place are the same. */
export class HomeTimes {
  #world: SceneWorld | null = null;
  #home: HomeRecord | null = null;
  #time: HomeTime | null = null;
  #civil = createCivilTime('UTC');
  #sun: { readonly days: SunDays; readonly civil: CivilTime; readonly place: Place } | null = null;

  /** Whether the home's place was set when it was last looked at. */
  get hasPlace(): boolean {
    return this.#home === null || this.#home.place !== null;
  }

  of(world: SceneWorld): HomeTime {
    if (this.#time !== null && this.#world === world && this.#home === world.home)
      return this.#time;
    const { home } = world;
    if (this.#civil.zone !== home.zone) this.#civil = createCivilTime(home.zone);
    this.#world = world;
    this.#home = home;
    this.#time = {
      ...this.#civil,
      holidays: holidaysOf(home.holidays ?? []),
      sun: this.#sunOf(home.place),
      value: (device, property) => world.live(device)?.properties[property]?.value ?? null,
    };
    return this.#time;
  }

  #sunOf(place: Place | null): SunDays | null {
    if (place === null) return null;
    const { latitude, longitude } = this.#sun?.place ?? {};
    const isSame = place.latitude === latitude && place.longitude === longitude;
    if (this.#sun === null || !isSame || this.#sun.civil !== this.#civil) {
      this.#sun = { days: new SunDays(this.#civil, place), civil: this.#civil, place };
    }
    return this.#sun.days;
  }
}

/** A trigger whose occurrences the calendar knows. */
export type CivilTrigger = Exclude<TimeTrigger, { kind: 'every' }>;
type SunPoint = Extract<TimePoint, { kind: 'sun' | 'elevation' }>;

const MINUTE_MS = 60_000;

/** The timetable of a trigger; null where what it depends on is not known. */
export function timetableOf(trigger: CivilTrigger, home: HomeTime): Timetable | null {
  const isDay = (day: CivilDay): boolean => isDayMeant(trigger.on, day, home.holidays);
  switch (trigger.kind) {
    case 'at':
      return momentTimetable(trigger, isDay, home);
    case 'aligned':
      return clockTimetable(home, { ...multiplesOf(trigger.ms), isDay, offsetMs: 0 }, trigger);
    case 'cron': {
      const { plan } = trigger;
      return clockTimetable(
        home,
        {
          ...productOf(plan.hours, plan.minutes, plan.seconds),
          isDay: (day) => isCronDay(plan, day) && isDay(day),
          offsetMs: 0,
        },
        trigger,
      );
    }
    default:
      return trigger satisfies never;
  }
}

function momentTimetable(
  trigger: Extract<CivilTrigger, { kind: 'at' }>,
  isDay: (day: CivilDay) => boolean,
  home: HomeTime,
): Timetable | null {
  const { time, noSun } = trigger;
  switch (time.kind) {
    case 'clock':
      return clockTimetable(
        home,
        { ...timesOf([time.minute * MINUTE_MS]), isDay, offsetMs: 0 },
        trigger,
      );
    case 'value': {
      const said = saidTime(home, time);
      if (said === null) return null;
      if (said.kind === 'daily') {
        return clockTimetable(
          home,
          { ...timesOf([said.ms]), isDay, offsetMs: time.offsetMs },
          trigger,
        );
      }
      const atMs = said.kind === 'instant' ? said.wallMs : home.instantOf(said.local, trigger);
      if (atMs === null || !isDay(home.dayOf(atMs))) return null;
      return onceTimetable(home, atMs + time.offsetMs);
    }
    case 'sun':
    case 'elevation': {
      if (home.sun === null) return null;
      return dailyTimetable(home, isDay, (day) => sunInstant(time, day, noSun, home));
    }
    default:
      return time satisfies never;
  }
}

/** When a moment of the sun is on a day, with its offset; null where there is none and nothing stands for it. */
function sunInstant(point: SunPoint, day: CivilDay, noSun: NoSun, home: HomeTime): number | null {
  const moment = home.sun?.moment(point, day) ?? null;
  if (moment === null) return null;
  if (moment.isReal || noSun.kind === 'nearest') return moment.atMs + point.offsetMs;
  return noSun.kind === 'at' ? home.instantOf(day * DAY_MS + noSun.minute * MINUTE_MS) : null;
}

/** When a moment is on a day. `unknown`: what it depends on is not known; null: the day has none. */
export function instantOn(
  point: TimePoint,
  day: CivilDay,
  noSun: NoSun,
  home: HomeTime,
): number | null | 'unknown' {
  switch (point.kind) {
    case 'clock':
      return home.instantOf(day * DAY_MS + point.minute * MINUTE_MS);
    case 'sun':
    case 'elevation':
      return home.sun === null ? 'unknown' : sunInstant(point, day, noSun, home);
    case 'value': {
      const said = saidTime(home, point);
      if (said === null) return 'unknown';
      if (said.kind === 'daily') return home.instantOf(day * DAY_MS + said.ms + point.offsetMs);
      const atMs = said.kind === 'instant' ? said.wallMs : home.instantOf(said.local);
      return atMs !== null && home.dayOf(atMs) === day ? atMs + point.offsetMs : null;
    }
    default:
      return point satisfies never;
  }
}

/** A time that a value says: of each day, or one instant, by the world's clock or by the one on the wall. */
type SaidTime =
  | { readonly kind: 'daily'; readonly ms: number }
  | { readonly kind: 'instant'; readonly wallMs: number }
  | { readonly kind: 'local'; readonly local: LocalMs };

function saidTime(home: HomeTime, point: Extract<TimePoint, { kind: 'value' }>): SaidTime | null {
  return readTime(home.value(point.device, point.property));
}

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/;

/**
 * Reads a value that says a time: `07:00` or `07:00:30`, minutes since midnight, or a date with its time, with or without
 * its offset from UTC. Null for anything else.
 */
export function readTime(value: PropertyValue | null): SaidTime | null {
  if (typeof value === 'number') {
    const isMinute = value >= 0 && value * MINUTE_MS < DAY_MS;
    return isMinute ? { kind: 'daily', ms: Math.floor(value * 60) * 1000 } : null;
  }
  if (typeof value !== 'string') return null;
  const text = value.trim();
  const ms = clockMs(text);
  if (ms !== null) return { kind: 'daily', ms };
  const found = MOMENT.exec(text);
  if (found === null) return null;
  const date = parseDate(found[1] ?? '');
  const time = clockMs(found[2] ?? '');
  if (isMistake(date) || date.year === null || time === null) return null;
  const local = civilDay({ ...date, year: date.year }) * DAY_MS + time;
  const zone = found[3];
  if (zone === undefined) return { kind: 'local', local };
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? [];
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * MINUTE_MS * (sign === '-' ? -1 : 1);
  return { kind: 'instant', wallMs: local - offsetMs };
}

/** The time of a day that a value says now; null where it says none. */
export function saidMinute(home: HomeTime, point: TimePoint): number | null {
  const said = point.kind === 'value' ? saidTime(home, point) : null;
  if (said === null || point.kind !== 'value') return null;
  if (said.kind === 'daily') return Math.floor((said.ms + point.offsetMs) / MINUTE_MS);
  const local = said.kind === 'local' ? said.local : home.localAt(said.wallMs);
  return Math.floor((local - Math.floor(local / DAY_MS) * DAY_MS) / MINUTE_MS);
}

function clockMs(text: string): number | null {
  const found = CLOCK.exec(text);
  if (found === null) return null;
  const [hour, minute, second] = [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)];
  return hour < 24 && minute < 60 && second < 60
    ? ((hour * 60 + minute) * 60 + second) * 1000
    : null;
}
