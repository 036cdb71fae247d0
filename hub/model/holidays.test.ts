import { describe, expect, it } from 'vitest';
import { HOLIDAYS_MAX, isHoliday, tidyHolidays } from './holidays.ts';

describe('the holidays of a home', () => {
  it('are days of the calendar, of one year or of all', () => {
    expect(['2026-12-24', '12-24', '02-29', '2028-02-29'].filter(isHoliday)).toHaveLength(4);
    expect(['2026-02-29', '13-01', '12-32', '24.12.', '2026-1-1', ''].filter(isHoliday)).toEqual(
      [],
    );
  });

  it('are kept in order, each once', () => {
    expect(tidyHolidays(['2026-12-24', '12-24', '2026-12-24', '01-01'])).toEqual([
      '01-01',
      '12-24',
      '2026-12-24',
    ]);
  });

  it('are refused with the place of the one that is none, and where they are too many', () => {
    expect(() => tidyHolidays(['12-24', 'Christmas'])).toThrow('"Christmas" is not a date');
    const years = Array.from({ length: HOLIDAYS_MAX + 1 }, (_, index) => `${2000 + index}-01-01`);
    expect(() => tidyHolidays(years)).toThrow('at most 500');
  });
});
