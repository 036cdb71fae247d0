// Cron patterns: read by croner, kept as plain lists of numbers. When they fall is worked out by the evaluator's own
// civil time, never by croner's clock.

import { CronPattern } from 'croner';
import type { Words } from '../../hub/model/words.ts';
import { type CivilDay, dayParts, daysInMonth, weekdayOf } from './calendar.ts';
import { mistake } from './mistakes.ts';

/** Which days, and which times of a day, a pattern means. */
export interface CronPlan {
  /** Ascending. */
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: readonly number[];
  /** Null: every year. */
  readonly years: readonly number[] | null;
  /** Days of the month. Null: any. */
  readonly days: {
    readonly numbers: readonly number[];
    /** `L`. */
    readonly isLast: boolean;
    /** `LW`: the last day of the month that is no Saturday or Sunday. */
    readonly isLastWorkday: boolean;
    /** `15W`: the day from Monday to Friday that is nearest to it within the month. */
    readonly nearestWorkdays: readonly number[];
  } | null;
  /** Days of the week, 0 is Sunday, with the weeks of the month in which they count; null: any. */
  readonly weekdays:
    | readonly {
        readonly day: number;
        /** 1–5, and 6 for the last; null: every week. */
        readonly weeks: readonly number[] | null;
      }[]
    | null;
  /** Where both kinds of day are named: both must fit, or either. */
  readonly both: boolean;
  /** Hours, minutes and seconds are named one by one, so that it is a time of day; else it comes at intervals. */
  readonly isTimeOfDay: boolean;
}

/** A pattern is at most so long. */
export const CRON_CHARACTERS_MAX = 200;
const LAST_WEEK_BIT = 32;
const EVERY_WEEK_BITS = 63;
const YEARS = { from: 1970, to: 2200 };

/** Reads a pattern of five fields, or of six with seconds, or of seven with years; words say what is wrong with it. */
export function parseCron(text: string): CronPlan | Words {
  if (text.length > CRON_CHARACTERS_MAX) {
    return mistake(
      `A cron pattern has at most ${CRON_CHARACTERS_MAX} characters`,
      `cron 表达式最多 ${CRON_CHARACTERS_MAX} 个字符`,
    );
  }
  if (/^\s*@reboot\b/i.test(text)) {
    return mistake(
      '@reboot is no time; a scene for the start of the hub has another trigger',
      '@reboot 不是时间；中枢启动时要用另一种触发条件（hub）',
    );
  }
  let pattern: CronPattern;
  try {
    pattern = new CronPattern(text, undefined, { fixedTimeRule: 'no-wildcard' });
  } catch (error) {
    const reason = reasonOf(error);
    return mistake(
      `"${text.slice(0, 60)}" is not a cron pattern: ${reason}`,
      `“${text.slice(0, 60)}”不是 cron 表达式：${reasonInChinese(reason)}`,
    );
  }
  const plan = planOf(pattern);
  const isEmpty = firstDay(plan) === null;
  if (!isEmpty) return plan;
  return mistake(
    `"${text.slice(0, 60)}" never comes: no day fits it`,
    `“${text.slice(0, 60)}”永远不会到来：没有哪一天符合`,
  );
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^CronPattern: /, '').replace(/\.$/, '');
}

const FIELDS: Readonly<Record<string, string>> = {
  second: '秒',
  minute: '分',
  hour: '时',
  day: '日',
  month: '月',
  year: '年',
  dayOfWeek: '星期',
};

/** The library's reason: which field has the wrong value, or what a pattern looks like. */
function reasonInChinese(reason: string): string {
  const [, field = '', value = ''] = /^Invalid value for (\w+): (\S+)/.exec(reason) ?? [];
  return Object.hasOwn(FIELDS, field)
    ? `“${FIELDS[field]}”不能是 ${value}`
    : '应依次写分、时、日、月、星期，例如 30 7 * * 1-5';
}

function planOf(pattern: CronPattern): CronPlan {
  const isAnyDay = pattern.starDOM && !pattern.lastDayOfMonth && !pattern.lastWeekday;
  return {
    seconds: indexesOf(pattern.second, 0),
    minutes: indexesOf(pattern.minute, 0),
    hours: indexesOf(pattern.hour, 0),
    months: indexesOf(pattern.month, 1),
    years: pattern.starYear
      ? null
      : indexesOf(pattern.year, 0).filter((year) => year >= YEARS.from && year <= YEARS.to),
    days: isAnyDay
      ? null
      : {
          numbers: indexesOf(pattern.day, 1),
          isLast: pattern.lastDayOfMonth,
          isLastWorkday: pattern.lastWeekday,
          nearestWorkdays: indexesOf(pattern.nearestWeekdays, 1),
        },
    weekdays: pattern.starDOW
      ? null
      : pattern.dayOfWeek.flatMap((bits, day) =>
          bits === 0 ? [] : [{ day, weeks: weeksOf(bits) }],
        ),
    both: pattern.useAndLogic,
    isTimeOfDay: pattern.isFixedTime,
  };
}

function indexesOf(set: readonly number[], first: number): number[] {
  return set.flatMap((isSet, index) => (isSet ? [index + first] : []));
}

function weeksOf(bits: number): number[] | null {
  if ((bits & EVERY_WEEK_BITS) === EVERY_WEEK_BITS || (bits & EVERY_WEEK_BITS) === 0) return null;
  const weeks = [1, 2, 3, 4, 5].filter((week) => bits & (1 << (week - 1)));
  return bits & LAST_WEEK_BIT ? [...weeks, 6] : weeks;
}

/** Whether a pattern means the day. */
export function isCronDay(plan: CronPlan, civil: CivilDay): boolean {
  const { year, month, day } = dayParts(civil);
  if (!plan.months.includes(month)) return false;
  if (plan.years !== null && !plan.years.includes(year)) return false;
  if (plan.days === null && plan.weekdays === null) return true;
  const length = daysInMonth(year, month);
  const fitsDay = plan.days === null || isDayOfMonth(plan.days, { civil, day, length });
  const fitsWeekday = plan.weekdays === null || isDayOfWeek(plan.weekdays, { civil, day, length });
  if (plan.days === null || plan.weekdays === null || plan.both) return fitsDay && fitsWeekday;
  return fitsDay || fitsWeekday;
}

interface Place {
  readonly civil: CivilDay;
  readonly day: number;
  /** Days of the month. */
  readonly length: number;
}

function isDayOfMonth(days: NonNullable<CronPlan['days']>, { civil, day, length }: Place): boolean {
  if (days.numbers.includes(day) || (days.isLast && day === length)) return true;
  const first = civil - day + 1;
  if (days.isLastWorkday && day === nearestWorkday(first, length, length)) return true;
  return days.nearestWorkdays.some(
    (wanted) => wanted <= length && nearestWorkday(first, length, wanted) === day,
  );
}

/** The day from Monday to Friday nearest to a day of the month, in that month. */
function nearestWorkday(first: CivilDay, length: number, wanted: number): number {
  const weekday = weekdayOf(first + wanted - 1);
  if (weekday < 5) return wanted;
  if (weekday === 5) return wanted === 1 ? 3 : wanted - 1;
  return wanted === length ? wanted - 2 : wanted + 1;
}

function isDayOfWeek(
  weekdays: NonNullable<CronPlan['weekdays']>,
  { civil, day, length }: Place,
): boolean {
  const sunday0 = (weekdayOf(civil) + 1) % 7;
  const week = Math.floor((day - 1) / 7) + 1;
  return weekdays.some(
    ({ day: wanted, weeks }) =>
      wanted === sunday0 &&
      (weeks === null || weeks.includes(week) || (weeks.includes(6) && day + 7 > length)),
  );
}

/** The first day of the calendar's next 28 years that a pattern means; null where there is none. */
function firstDay(plan: CronPlan): CivilDay | null {
  const start = 20_454;
  const years = plan.years === null ? 28 : YEARS.to - YEARS.from;
  for (let civil = plan.years === null ? start : 0; civil < start + years * 366; civil++) {
    if (isCronDay(plan, civil)) return civil;
  }
  return null;
}
