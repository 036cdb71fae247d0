// The home's holidays: dates that the household keeps itself, since no calendar is fetched from anywhere.
import { ValidationError } from './errors.ts';

/** Dates that a home may keep: some years of them. */
export const HOLIDAYS_MAX = 500;

const DATE = /^(?:(\d{4})-)?(\d{2})-(\d{2})$/;

/** Whether a text is a day of the calendar, `2026-12-24`, or one of every year, `12-24`. */
export function isHoliday(text: string): boolean {
  const found = DATE.exec(text);
  if (found === null) return false;
  // A leap day without a year is one of the years that have it.
  const [year, month, day] = [Number(found[1] ?? 2000), Number(found[2]), Number(found[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

/**
 * The list as it is kept: sorted, each date once.
 * @throws ValidationError where it is too long or one is no date.
 */
export function tidyHolidays(dates: readonly string[]): readonly string[] {
  const index = dates.findIndex((date) => !isHoliday(date));
  const wrong = dates[index];
  if (wrong !== undefined) {
    throw new ValidationError(`"${wrong.slice(0, 40)}" is not a date`, {
      hint: 'Write 2026-12-24, or 12-24 for every year.',
      errors: [
        { path: `/holidays/${index}`, message: 'must be a date such as 2026-12-24 or 12-24' },
      ],
      zh: {
        message: `“${wrong.slice(0, 40)}”不是日期`,
        hint: '请写 2026-12-24，每年都有的写 12-24。',
      },
    });
  }
  const tidy = [...new Set(dates)].sort();
  if (tidy.length <= HOLIDAYS_MAX) return tidy;
  throw new ValidationError(`A home keeps at most ${HOLIDAYS_MAX} holidays`, {
    hint: 'Leave out those that are past, or write the ones of every year without a year.',
    errors: [{ path: '/holidays', message: `at most ${HOLIDAYS_MAX} dates` }],
    zh: {
      message: `家里最多记 ${HOLIDAYS_MAX} 个节假日`,
      hint: '请去掉已经过去的，每年都有的不写年份。',
    },
  });
}
