// The calendar in whole numbers: days since 1970-01-01, and which of them a scene means. No zone and no clock here.
import type { Words } from '../../hub/model/words.ts';
import { isMistake, mistake } from './mistakes.ts';
import type { CalendarDate, DateMatch, DayFilter } from './times.ts';
import { WEEKDAYS } from './values.ts';

/** Days since 1970-01-01 on the calendar. */
export type CivilDay = number;

export const DAY_MS = 86_400_000;

export interface DayParts {
  readonly year: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
}

/** Days of 400 years, after which the calendar repeats. */
const ERA_DAYS = 146_097;

/** The number of a day of the (proleptic) Gregorian calendar. */
export function civilDay({ year, month, day }: DayParts): CivilDay {
  // Years begin in March here, so that the leap day is the last.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - 719_468;
}

/** Year, month and day of a day's number. */
export function dayParts(civil: CivilDay): DayParts {
  const shifted = civil + 719_468;
  const era = Math.floor(shifted / ERA_DAYS);
  const dayOfEra = shifted - era * ERA_DAYS;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

/** 0 is Monday. The first of January 1970 was a Thursday. */
export function weekdayOf(civil: CivilDay): number {
  return (((civil + 3) % 7) + 7) % 7;
}

/** Days of a month; February of a leap year where the year is not said. */
export function daysInMonth(year: number | null, month: number): number {
  const of = year ?? 2000;
  const next =
    month === 12 ? { year: of + 1, month: 1, day: 1 } : { year: of, month: month + 1, day: 1 };
  return civilDay(next) - civilDay({ year: of, month, day: 1 });
}

/** `2026-03-29`. */
export function formatDay(civil: CivilDay): string {
  const { year, month, day } = dayParts(civil);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}

const DATE = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/;

/** The date of `2026-12-24`, or of `12-24` for that day of every year; words that say what is wrong with it. */
export function parseDate(text: string): CalendarDate | Words {
  const found = DATE.exec(text);
  if (found === null) {
    return mistake(
      `"${text.slice(0, 40)}" is not a date; write it as 2026-12-24, or 12-24 for every year`,
      `“${text.slice(0, 40)}”不是日期；请写成 2026-12-24，每年都算则写 12-24`,
    );
  }
  const year = found[1] === undefined ? null : Number(found[1]);
  const month = Number(found[2]);
  const day = Number(found[3]);
  if (month < 1 || month > 12) {
    return mistake(
      `"${text}" is not a date; the month comes first and is 01 to 12`,
      `“${text}”不是日期；月份在前，为 01 到 12`,
    );
  }
  if (day < 1 || day > daysInMonth(year, month)) {
    return mistake(
      `"${text}" is not a date; that month has ${daysInMonth(year, month)} days`,
      `“${text}”不是日期；那个月只有 ${daysInMonth(year, month)} 天`,
    );
  }
  return { year, month, day };
}

/** What a holiday of the home looks like: a date, or a day of every year. */
export const HOLIDAYS_WORD = 'holidays';
const RANGE = '..';

/** The days of `holidays`, `2026-12-24`, `12-24` or `12-24..01-06`; words that say what is wrong with it. */
export function parseDates(text: string): DateMatch | Words {
  if (text === HOLIDAYS_WORD) return { kind: 'holidays' };
  const at = text.indexOf(RANGE);
  const from = parseDate((at < 0 ? text : text.slice(0, at)).trim());
  if (isMistake(from)) return from;
  if (at < 0) return { kind: 'dates', from, to: from };
  const to = parseDate(text.slice(at + RANGE.length).trim());
  if (isMistake(to)) return to;
  return checkRange(from, to);
}

/** The days from one date to another, both included; words where no day is between them. */
export function checkRange(from: CalendarDate, to: CalendarDate): DateMatch | Words {
  if ((from.year === null) !== (to.year === null)) {
    return mistake(
      'Both ends of a range of dates have a year, or neither has',
      '日期范围的两端要么都写年份，要么都不写',
    );
  }
  if (from.year !== null && order(to) < order(from)) {
    return mistake('The range ends before it begins', '这个范围还没开始就结束了');
  }
  return { kind: 'dates', from, to };
}

function order({ year, month, day }: CalendarDate): number {
  return ((year ?? 0) * 100 + month) * 100 + day;
}

/** Whether a day is one of them. `holidays` are dates as the home keeps them. */
function isAmong(match: DateMatch, parts: DayParts, holidays: Holidays): boolean {
  if (match.kind === 'holidays') return holidays.has(parts);
  const { from, to } = match;
  const here = order(from.year === null ? { ...parts, year: null } : parts);
  const [first, last] = [order(from), order(to)];
  // Without years a range may go over the new year.
  return first <= last ? here >= first && here <= last : here >= first || here <= last;
}

/** The home's holidays, made ready to be asked. */
export interface Holidays {
  has(parts: DayParts): boolean;
}

export const NO_HOLIDAYS: Holidays = { has: () => false };

/** Reads the home's list of holidays; what is no date is left out. */
export function holidaysOf(dates: readonly string[]): Holidays {
  const known = new Set<number>();
  for (const text of dates) {
    const date = parseDate(text);
    if (!isMistake(date)) known.add(order(date));
  }
  if (known.size === 0) return NO_HOLIDAYS;
  return { has: (parts) => known.has(order(parts)) || known.has(order({ ...parts, year: null })) };
}

/** Whether the filter lets the day through. */
export function isDayMeant(
  { days, dates, except }: DayFilter,
  civil: CivilDay,
  holidays: Holidays,
): boolean {
  if (days !== null) {
    const weekday = WEEKDAYS[weekdayOf(civil)];
    if (weekday === undefined || !days.includes(weekday)) return false;
  }
  if (dates === null && except.length === 0) return true;
  const parts = dayParts(civil);
  if (dates !== null && !dates.some((match) => isAmong(match, parts, holidays))) return false;
  return !except.some((match) => isAmong(match, parts, holidays));
}
