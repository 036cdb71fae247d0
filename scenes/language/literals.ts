// Durations and times of day as scene files write them, and as people read them.

import type { Label } from '../../hub/model/property-row.ts';
import type { Words } from '../../hub/model/words.ts';
import { mistake } from './mistakes.ts';
import { SCENE_LIMITS } from './scene.ts';
import { type MinuteOfDay, WEEKDAYS, type Weekday } from './values.ts';

const UNITS = [
  { names: ['d'], ms: 86_400_000, en: 'day', zh: '天' },
  { names: ['h'], ms: 3_600_000, en: 'hour', zh: '小时' },
  { names: ['min', 'm'], ms: 60_000, en: 'minute', zh: '分钟' },
  { names: ['s'], ms: 1000, en: 'second', zh: '秒' },
  { names: ['ms'], ms: 1, en: 'millisecond', zh: '毫秒' },
] as const;

/** The form of a duration: `2s`, `3min`, `1h30min`, `0.5s`. */
export const DURATION_PATTERN = /^(?:\d{1,9}(?:\.\d{1,3})?(?:d|h|min|m|s|ms))+$/;
/** The form of a time of day: `07:00`. */
export const TIME_PATTERN = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** Milliseconds of a duration; words that say what is wrong where it is none. Units go from large to small. */
export function parseDuration(text: string): number | Words {
  if (!DURATION_PATTERN.test(text)) {
    return mistake(
      `"${text.slice(0, 40)}" is not a duration; write it as 2s, 3min or 1h30min`,
      `“${text.slice(0, 40)}”不是时长；请写成 2s、3min 或 1h30min`,
    );
  }
  let total = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, amount, name] of text.matchAll(/(\d+(?:\.\d+)?)(d|h|min|ms|m|s)/g)) {
    const unit = UNITS.find(({ names }) => (names as readonly string[]).includes(name ?? ''));
    if (unit === undefined || unit.ms >= last) {
      return mistake(
        `"${text.slice(0, 40)}" is not a duration; write its units once, the largest first, as in 1h30min`,
        `“${text.slice(0, 40)}”不是时长；每个单位只写一次，大的在前，例如 1h30min`,
      );
    }
    last = unit.ms;
    total += Number(amount) * unit.ms;
  }
  if (total > SCENE_LIMITS.durationMs) {
    return mistake(
      `${text} is too long; a duration is at most 366d`,
      `${text} 太长；时长最多 366d`,
    );
  }
  return Math.round(total);
}

/** Minutes since midnight of `07:00`; words that say what is wrong where it is none. */
export function parseTime(text: string): MinuteOfDay | Words {
  if (TIME_PATTERN.test(text)) return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  const short = /^(\d):([0-5]\d)$/.exec(text);
  if (short) {
    return mistake(
      `"${text}" is not a time of day; write it as 0${text}`,
      `“${text}”不是一天中的时间；请写成 0${text}`,
    );
  }
  return mistake(
    `"${text.slice(0, 40)}" is not a time of day; write it as 07:00 or 22:30`,
    `“${text.slice(0, 40)}”不是一天中的时间；请写成 07:00 或 22:30`,
  );
}

/** `07:00`. */
export function formatTime(minute: MinuteOfDay): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** A duration in words: "1 hour 30 minutes", 1 小时 30 分钟. Nothing is rounded. */
export function durationText(ms: number): Label {
  if (ms === 0) return { en: '0 seconds', zh: '0 秒' };
  const en: string[] = [];
  const zh: string[] = [];
  let left = ms;
  for (const unit of UNITS) {
    const count = Math.floor(left / unit.ms);
    left -= count * unit.ms;
    if (count === 0) continue;
    en.push(`${count} ${unit.en}${count === 1 ? '' : 's'}`);
    zh.push(`${count} ${unit.zh}`);
  }
  return { en: en.join(' '), zh: zh.join(' ') };
}

/** How long something was, to the second: "4 minutes"; "some time" where nobody knows. */
export function gapWords(ms: number): Label {
  if (!Number.isFinite(ms)) return { en: 'some time', zh: '一段时间' };
  return durationText(Math.round(ms / 1000) * 1000);
}

const DAY_NAMES: Readonly<Record<Weekday, Label>> = {
  mon: { en: 'Mondays', zh: '周一' },
  tue: { en: 'Tuesdays', zh: '周二' },
  wed: { en: 'Wednesdays', zh: '周三' },
  thu: { en: 'Thursdays', zh: '周四' },
  fri: { en: 'Fridays', zh: '周五' },
  sat: { en: 'Saturdays', zh: '周六' },
  sun: { en: 'Sundays', zh: '周日' },
};

/** The days in words, in the week's order: "Mondays to Fridays", 周一到周五; "Mondays and Fridays", 周一和周五. */
export function daysText(days: readonly Weekday[]): Label {
  const runs: Weekday[][] = [];
  for (const [index, day] of WEEKDAYS.entries()) {
    if (!days.includes(day)) continue;
    const last = runs.at(-1);
    const isNext = last !== undefined && last.at(-1) === WEEKDAYS[index - 1];
    if (isNext) last.push(day);
    else runs.push([day]);
  }
  const named = runs.flatMap((run): Label[] => {
    const words = run.map((day) => DAY_NAMES[day]);
    const [first, last] = [words[0], words.at(-1)];
    if (words.length < 3 || !first || !last) return words;
    return [{ en: `${first.en} to ${last.en}`, zh: `${first.zh}到${last.zh}` }];
  });
  return {
    en: joined(
      named.map(({ en }) => en),
      'and',
    ),
    zh: joinedZh(
      named.map(({ zh }) => zh),
      '和',
    ),
  };
}

/** "a, b and c". */
export function joined(parts: readonly string[], word: 'and' | 'or'): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}

/** a、b 和 c. */
export function joinedZh(parts: readonly string[], word: '和' | '或'): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join('、')}${word}${parts.at(-1)}`;
}
