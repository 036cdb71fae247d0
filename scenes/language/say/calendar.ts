// Days and cron patterns in words: weekdays, dates, holidays, and the times of a pattern.
import type { Label } from '../../../hub/model/property-row.ts';
import type { CronPlan } from '../cron.ts';
import { daysText, joined, joinedZh } from '../literals.ts';
import type { CalendarDate, DateMatch, DayFilter } from '../times.ts';
import { both, listed } from '../words.ts';

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];
const WEEKDAY_NAMES = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
];
const WEEKDAY_CHARACTERS = '日一二三四五六';
const ORDINALS = ['', 'first', 'second', 'third', 'fourth', 'fifth', 'last'];
/** Longer lists are said by their first and last. */
const LISTED_MAX = 6;

/** The days that a filter lets through: " on Mondays, but not on holidays", (周一,节假日除外). */
export function filterWords({ days, dates, except }: DayFilter): Label {
  const onDays = days && daysText(days);
  const onDates = dates && datesWords(dates);
  const en = [
    onDays ? ` on ${onDays.en}` : '',
    onDates ? ` ${onDays ? 'that are' : 'on'} ${onDates.en}` : '',
  ].join('');
  const zh = [onDays?.zh ?? [], onDates ? `${onDays ? '且为' : ''}${onDates.zh}` : []]
    .flat()
    .join('');
  const not = except.length === 0 ? null : datesWords(except);
  const inside = [zh, not ? `${not.zh}除外` : ''].filter((part) => part !== '').join(',');
  return both(en + (not ? `, but not on ${not.en}` : ''), inside === '' ? '' : `(${inside})`);
}

/** "holidays, 24 December or 1 July to 31 August", 节假日、12月24日或7月1日至8月31日. */
export function datesWords(dates: readonly DateMatch[]): Label {
  return listed(dates.map(matchWords), 'or');
}

function matchWords(match: DateMatch): Label {
  if (match.kind === 'holidays') return both('a holiday', '节假日');
  const [from, to] = [dateWords(match.from), dateWords(match.to)];
  if (from.en === to.en) return from;
  return both(`${from.en} to ${to.en}`, `${from.zh}至${to.zh}`);
}

function dateWords({ year, month, day }: CalendarDate): Label {
  return year === null
    ? both(`${day} ${MONTHS[month - 1]}`, `${month}月${day}日`)
    : both(`${day} ${MONTHS[month - 1]} ${year}`, `${year}年${month}月${day}日`);
}

/** A pattern in words, with the pattern itself: “30 7 * * 1-5” may say more than the words can. */
export function cronWords(pattern: string, plan: CronPlan): Label {
  const times = timesWords(plan);
  const days = cronDaysWords(plan);
  return both(
    `it is ${times.en}${days.en} (cron “${pattern}”)`,
    `到${days.zh}${times.zh}，按 cron“${pattern}”`,
  );
}

function timesWords({ hours, minutes, seconds }: CronPlan): Label {
  const two = (number: number): string => String(number).padStart(2, '0');
  const isWhole = seconds.length === 1 && seconds[0] === 0;
  if (isWhole && hours.length * minutes.length <= LISTED_MAX) {
    const all = hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`));
    return both(joined(all, 'or'), joinedZh(all, '或'));
  }
  const parts = [
    ...(isWhole ? [] : [numbersWords(seconds, 60, 'second', '秒')]),
    numbersWords(minutes, 60, 'minute', '分'),
    numbersWords(hours, 24, 'hour', '时'),
  ];
  return both(
    parts.map(({ en }) => en).join(' of '),
    parts
      .reverse()
      .map(({ zh }) => zh)
      .join(''),
  );
}

/** "every minute", "every 15 minutes", "minute 0 or 30", "minute 0 to 29". */
function numbersWords(numbers: readonly number[], of: number, en: string, zh: string): Label {
  if (numbers.length === of) return both(`every ${en}`, `每${zh}`);
  const step = (numbers[1] ?? 0) - (numbers[0] ?? 0);
  const isEven =
    numbers.length > 2 && numbers.every((one, index) => one === (numbers[0] ?? 0) + index * step);
  const isAll = isEven && numbers[0] === 0 && step * numbers.length === of;
  if (isAll) return both(`every ${step} ${en}s`, `每 ${step} ${zh}`);
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (isEven && step === 1) return both(`${en} ${first} to ${last}`, `${first}至${last} ${zh}`);
  if (numbers.length <= LISTED_MAX) {
    const texts = numbers.map(String);
    return both(`${en} ${joined(texts, 'or')}`, `${joinedZh(texts, '或')} ${zh}`);
  }
  return both(
    `${numbers.length} times from ${en} ${first} to ${last}`,
    `${first}至${last} ${zh}中的 ${numbers.length} 个`,
  );
}

function cronDaysWords({ days, weekdays, months, years, both: isBoth }: CronPlan): Label {
  const ofMonth = days && monthDaysWords(days);
  const ofWeek = weekdays && weekdaysWords(weekdays);
  const named = [ofMonth, ofWeek].filter((one) => one !== null);
  const en = named.map((one) => one.en).join(isBoth ? ' that is ' : ' or ');
  const zh = named.map((one) => one.zh).join(isBoth ? '且' : '或');
  const isAllMonths = months.length === 12;
  const inMonths = isAllMonths
    ? ''
    : ` in ${joined(
        months.map((month) => MONTHS[month - 1] ?? ''),
        'or',
      )}`;
  const inYears = years === null ? '' : ` of ${joined(years.map(String), 'or')}`;
  return both(
    `${en === '' ? '' : ` on ${en}`}${inMonths}${inYears}`,
    `${years === null ? '' : `${joinedZh(years.map(String), '或')} 年`}${isAllMonths ? '' : `${joinedZh(months.map(String), '或')} 月`}${zh}`,
  );
}

function monthDaysWords({
  numbers,
  isLast,
  isLastWorkday,
  nearestWorkdays,
}: NonNullable<CronPlan['days']>): Label {
  const parts: Label[] = numbers.map((day) => both(`day ${day}`, `${day} 日`));
  for (const day of nearestWorkdays) {
    parts.push(both(`the weekday nearest to day ${day}`, `最接近 ${day} 日的工作日`));
  }
  if (isLast) parts.push(both('the last day of the month', '当月最后一天'));
  if (isLastWorkday) parts.push(both('the last weekday of the month', '当月最后一个工作日'));
  return listed(parts, 'or');
}

function weekdaysWords(weekdays: NonNullable<CronPlan['weekdays']>): Label {
  return listed(
    weekdays.flatMap(({ day, weeks }) => {
      const name = WEEKDAY_NAMES[day] ?? '';
      const zh = `周${WEEKDAY_CHARACTERS[day]}`;
      if (weeks === null) return [both(`a ${name}`, zh)];
      return weeks.map((week) =>
        both(
          `the ${ORDINALS[week]} ${name} of the month`,
          week === 6 ? `最后一个${zh}` : `第 ${week} 个${zh}`,
        ),
      );
    }),
    'or',
  );
}
