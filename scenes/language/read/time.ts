// Reads triggers and conditions on clock, calendar and sun.

import { checkRange, DAY_MS, parseDate, parseDates } from '../calendar.ts';
import type { ReadContext } from '../context.ts';
import { parseCron } from '../cron.ts';
import type { Path } from '../document.ts';
import { isMistake, mistake } from '../mistakes.ts';
import { INTERVAL_MS_MIN, parseLateRule, parseMoment, parseOffset } from '../moments.ts';
import { timeConditionShapes, timeTriggerShapes } from '../shapes/time.ts';
import {
  AT_INTERVALS,
  type DateMatch,
  type DayFilter,
  EVERY_DAY,
  type GapRule,
  HORIZON_DEGREES,
  type LateRule,
  type NoSun,
  ONCE_A_DAY,
  type OverlapRule,
  type ScheduleRules,
  SEASONS,
  type TimeCondition,
  type TimePoint,
  type TimeTrigger,
} from '../times.ts';
import { WEEKDAYS, type Weekday } from '../values.ts';
import { LATER_OF_TRIGGERS, stateSubject } from './parts.ts';
import { isComplete, type Reading, shapedKind } from './reading.ts';

/** Triggers at times, by key. */
export const TIME_TRIGGERS = {
  at: readAt,
  every: shapedKind(timeTriggerShapes.every, LATER_OF_TRIGGERS, readEvery),
  cron: shapedKind(
    timeTriggerShapes.cron,
    LATER_OF_TRIGGERS,
    ({ context }, shaped, path): TimeTrigger | null => {
      const plan = parseCron(shaped.cron);
      if (isMistake(plan)) return context.refuse([...path, 'cron'], plan);
      const on = readFilter(context, shaped, path);
      const rules = readRules(context, shaped, plan.isTimeOfDay ? ONCE_A_DAY : AT_INTERVALS, path);
      const pattern = shaped.cron.trim().replaceAll(/\s+/g, ' ');
      return on && rules && { kind: 'cron', pattern, plan, on, ...rules };
    },
  ),
  sun: shapedKind(timeTriggerShapes.sun, LATER_OF_TRIGGERS, readSun),
};

/** Conditions on the time, by key. */
export const TIME_CONDITIONS = {
  between: readWindow,
  date: shapedKind(
    timeConditionShapes.date,
    [],
    ({ context }, { date }, path): TimeCondition | null => {
      const at = [...path, 'date'];
      if (typeof date === 'object' && 'from' in date) {
        const match = readRange(context, date, at);
        return match && { kind: 'date', on: { ...EVERY_DAY, dates: [match] } };
      }
      const dates = readDates(
        context,
        typeof date === 'string' ? [date] : date,
        at,
        typeof date === 'string',
      );
      return dates && { kind: 'date', on: { ...EVERY_DAY, dates } };
    },
  ),
  weekday: shapedKind(
    timeConditionShapes.weekday,
    [],
    ({ context }, { weekday }, path): TimeCondition | null => {
      const days = inWeekOrder(weekday);
      if (days === null) {
        return context.refuse(
          [...path, 'weekday'],
          mistake(
            'All seven days are every day; leave the condition out',
            '七天都写就是每天；请去掉这个条件',
          ),
        );
      }
      return { kind: 'date', on: { ...EVERY_DAY, days } };
    },
  ),
  season: shapedKind(
    timeConditionShapes.season,
    [],
    ({ context }, { season }, path): TimeCondition | null => {
      const named = typeof season === 'string' ? [season] : season;
      const of = SEASONS.filter((one) => named.includes(one));
      if (of.length === SEASONS.length) {
        return context.refuse(
          [...path, 'season'],
          mistake(
            'All four seasons are the whole year; leave the condition out',
            '四季都写就是全年；请去掉这个条件',
          ),
        );
      }
      return { kind: 'season', of };
    },
  ),
  sun: shapedKind(
    timeConditionShapes.sun,
    [],
    ({ context }, { sun }, path): TimeCondition | null => {
      if (sun === 'up') return { kind: 'sun', above: HORIZON_DEGREES, below: null };
      if (sun === 'down') return { kind: 'sun', above: null, below: HORIZON_DEGREES };
      const { above = null, below = null } = sun.elevation;
      const at = [...path, 'sun', 'elevation'];
      if (above === null && below === null) {
        const words = mistake(
          'Above or below what? Write {elevation: {below: -4}}',
          '高于或低于多少？请写 {elevation: {below: -4}}',
        );
        return context.refuse(at, words);
      }
      if (above !== null && below !== null && above >= below) {
        const words = mistake(
          `No elevation is above ${above} and below ${below}`,
          `没有高度角既高于 ${above} 又低于 ${below}`,
        );
        return context.refuse(at, words);
      }
      return { kind: 'sun', above, below };
    },
  ),
};

function readAt({ context }: Reading, data: unknown, path: Path): TimeTrigger | null {
  const { at: text } = data as { readonly at?: unknown };
  if (typeof text === 'string') {
    const moment = parseMoment(text);
    if (isMistake(moment)) return context.refuse([...path, 'at'], moment);
  }
  const shaped = context.shaped(timeTriggerShapes.at, data, path, LATER_OF_TRIGGERS);
  if (shaped === null) return null;
  const time = readMoment(context, shaped.at, [...path, 'at']);
  const on = readFilter(context, shaped, path);
  const rules = readRules(context, shaped, ONCE_A_DAY, path);
  const noSun = readNoSun(context, shaped['no-sun'], 'skip', [time], path);
  if (time === null || on === null || rules === null || noSun === null) return null;
  if (time.kind === 'sun') {
    const other = (['gap', 'overlap'] as const).find((key) => shaped[key] !== undefined);
    if (other !== undefined) {
      return context.refuse(
        [...path, other],
        mistake(
          `The sun knows no changes of the clock; leave \`${other}\` out`,
          `太阳不受调钟影响；请去掉 \`${other}\``,
        ),
        'key',
      );
    }
  }
  return { kind: 'at', time, on, noSun, ...rules };
}

interface GivenEvery extends GivenFilter, GivenRules {
  readonly every: string;
  readonly aligned?: boolean | undefined;
  readonly from?: 'enable' | undefined;
}

function readEvery({ context }: Reading, shaped: GivenEvery, path: Path): TimeTrigger | null {
  const ms = context.duration(shaped.every, [...path, 'every']);
  if (ms === null) return null;
  if (ms < INTERVAL_MS_MIN) {
    return context.refuse([...path, 'every'], mistake('An interval is at least 1s', '间隔至少 1s'));
  }
  if (shaped.aligned !== true) {
    const byDay = (['on', 'dates', 'except', 'gap', 'overlap'] as const).find(
      (key) => shaped[key] !== undefined,
    );
    if (byDay !== undefined) {
      return context.refuse(
        [...path, byDay],
        mistake(
          'An interval by elapsed time knows no days; add `aligned: true`, or say them under while',
          '按经过时间计的间隔不分日子；请加 `aligned: true`，或把日子写在 while 里',
        ),
        'key',
      );
    }
    const late = readLate(context, shaped.late, path);
    return late === false ? null : { kind: 'every', ms, late };
  }
  if (shaped.from !== undefined) {
    return context.refuse(
      [...path, 'from'],
      mistake(
        'An aligned interval begins at midnight; leave `from` out',
        '对齐的间隔从午夜开始；请去掉 `from`',
      ),
      'key',
    );
  }
  if (DAY_MS % ms !== 0) {
    return context.refuse(
      [...path, 'every'],
      mistake(
        `${shaped.every} does not divide the day; an aligned interval is one such as 5min, 15min or 2h`,
        `${shaped.every} 不能整分一天；对齐的间隔如 5min、15min 或 2h`,
      ),
    );
  }
  const on = readFilter(context, shaped, path);
  const rules = readRules(context, shaped, AT_INTERVALS, path);
  return on && rules && { kind: 'aligned', ms, on, ...rules };
}

interface GivenSun extends GivenFilter {
  readonly sun: {
    readonly elevation: {
      readonly above?: number | undefined;
      readonly below?: number | undefined;
    };
  };
  readonly offset?: string | undefined;
  readonly 'no-sun'?: string | undefined;
  readonly late?: string | undefined;
}

function readSun({ context }: Reading, shaped: GivenSun, path: Path): TimeTrigger | null {
  const { above, below } = shaped.sun.elevation;
  const at = [...path, 'sun', 'elevation'];
  if ((above === undefined) === (below === undefined)) {
    return context.refuse(
      at,
      mistake(
        'The sun goes one way here: write {above: 6} for the morning or {below: -4} for the evening',
        '这里太阳只朝一个方向走：早上写 {above: 6}，傍晚写 {below: -4}',
      ),
    );
  }
  const offsetMs = readOffset(context, shaped.offset, path);
  const degrees = above ?? below ?? 0;
  const time: TimePoint = {
    kind: 'elevation',
    direction: above === undefined ? 'below' : 'above',
    degrees,
    offsetMs: offsetMs ?? 0,
  };
  const on = readFilter(context, shaped, path);
  const rules = readRules(context, shaped, ONCE_A_DAY, path);
  const noSun = readNoSun(context, shaped['no-sun'], 'skip', [time], path);
  if (offsetMs === null || on === null || rules === null || noSun === null) return null;
  return { kind: 'at', time, on, noSun, ...rules };
}

function readWindow({ context }: Reading, data: unknown, path: Path): TimeCondition | null {
  const { between: ends } = data as { readonly between?: unknown };
  if (Array.isArray(ends)) {
    for (const [index, end] of ends.entries()) {
      const moment = typeof end === 'string' ? parseMoment(end) : null;
      if (isMistake(moment)) return context.refuse([...path, 'between', index], moment);
    }
  }
  const shaped = context.shaped(timeConditionShapes.between, data, path);
  if (shaped === null) return null;
  const from = readMoment(context, shaped.between[0], [...path, 'between', 0]);
  const to = readMoment(context, shaped.between[1], [...path, 'between', 1]);
  const on = readFilter(context, shaped, path);
  const noSun = readNoSun(context, shaped['no-sun'], 'nearest', [from, to], path);
  if (from === null || to === null || on === null || noSun === null) return null;
  if (JSON.stringify(from) === JSON.stringify(to)) {
    const [first, last] = shaped.between.map((end) => (typeof end === 'string' ? end : end.value));
    return context.refuse(
      [...path, 'between'],
      mistake(
        `The window from ${first} to ${last} is empty; give it two different ends`,
        `从 ${first} 到 ${last} 的时段是空的；请写两个不同的时刻`,
      ),
    );
  }
  return { kind: 'between', from, to, on, noSun };
}

type GivenMoment = string | { readonly value: string; readonly offset?: string | undefined };

function readMoment(context: ReadContext, given: GivenMoment, path: Path): TimePoint | null {
  if (typeof given === 'string') {
    const moment = parseMoment(given);
    return isMistake(moment) ? context.refuse(path, moment) : moment;
  }
  const at = [...path, 'value'];
  const found = stateSubject(context, context.subject(given.value, at, 'value'), at);
  const offsetMs = readOffset(context, given.offset, path);
  if (found === null || offsetMs === null) return null;
  const { subject, spec } = found;
  if (subject.kind !== 'device') {
    const words = mistake(
      'One value says the time; name the device that has it',
      '时间由一个值来定；请写明是哪个设备',
    );
    return context.refuse(at, words);
  }
  if (spec.type !== 'string' && spec.type !== 'number') {
    return context.refuse(
      at,
      mistake(
        `"${spec.name}" says no time; a text such as 07:00 does, or a number of minutes since midnight`,
        `“${spec.name}”不表示时间；要用 07:00 这样的文字，或午夜起的分钟数`,
      ),
    );
  }
  return { kind: 'value', device: subject.device, property: subject.property, offsetMs };
}

function readOffset(context: ReadContext, given: string | undefined, path: Path): number | null {
  const ms = given === undefined ? 0 : parseOffset(given);
  return typeof ms === 'number' ? ms : context.refuse([...path, 'offset'], ms);
}

interface GivenFilter {
  readonly on?: readonly Weekday[] | undefined;
  readonly dates?: readonly string[] | undefined;
  readonly except?: readonly string[] | undefined;
}

function readFilter(context: ReadContext, given: GivenFilter, path: Path): DayFilter | null {
  const dates =
    given.dates === undefined ? null : readDates(context, given.dates, [...path, 'dates']);
  const except =
    given.except === undefined ? [] : readDates(context, given.except, [...path, 'except']);
  if (except === null || (given.dates !== undefined && dates === null)) return null;
  return { days: inWeekOrder(given.on), dates, except };
}

function readDates(
  context: ReadContext,
  texts: readonly string[],
  path: Path,
  isSingle = false,
): DateMatch[] | null {
  const read = texts.map((text, index): DateMatch | null => {
    const match = parseDates(text);
    return isMistake(match) ? context.refuse(isSingle ? path : [...path, index], match) : match;
  });
  return isComplete(read) ? read : null;
}

function readRange(
  context: ReadContext,
  { from, to }: { readonly from: string; readonly to: string },
  path: Path,
): DateMatch | null {
  const [first, last] = [parseDate(from), parseDate(to)];
  if (isMistake(first)) return context.refuse([...path, 'from'], first);
  if (isMistake(last)) return context.refuse([...path, 'to'], last);
  const match = checkRange(first, last);
  return isMistake(match) ? context.refuse(path, match) : match;
}

interface GivenRules {
  readonly gap?: GapRule | undefined;
  readonly overlap?: OverlapRule | undefined;
  readonly late?: string | undefined;
}

function readRules(
  context: ReadContext,
  given: GivenRules,
  usual: ScheduleRules,
  path: Path,
): ScheduleRules | null {
  const late = readLate(context, given.late, path);
  if (late === false) return null;
  return { gap: given.gap ?? usual.gap, overlap: given.overlap ?? usual.overlap, late };
}

/** False, with the problem told, where it is no rule. */
function readLate(
  context: ReadContext,
  given: string | undefined,
  path: Path,
): LateRule | null | false {
  if (given === undefined) return null;
  const rule = parseLateRule(given);
  if (!isMistake(rule)) return rule;
  context.refuse([...path, 'late'], rule);
  return false;
}

function readNoSun(
  context: ReadContext,
  given: string | undefined,
  usual: 'skip' | 'nearest',
  points: readonly (TimePoint | null)[],
  path: Path,
): NoSun | null {
  if (given === undefined) return { kind: usual };
  if (
    !points.some((point) => point === null || point.kind === 'sun' || point.kind === 'elevation')
  ) {
    return context.refuse(
      [...path, 'no-sun'],
      mistake(
        'No moment of the sun stands here; leave `no-sun` out',
        '这里没有太阳的时刻；请去掉 `no-sun`',
      ),
      'key',
    );
  }
  if (given === 'skip' || given === 'nearest') return { kind: given };
  const minute = context.time(given, [...path, 'no-sun']);
  return minute === null ? null : { kind: 'at', minute };
}

function inWeekOrder(days: readonly Weekday[] | undefined): readonly Weekday[] | null {
  if (days === undefined) return null;
  const named = WEEKDAYS.filter((day) => days.includes(day));
  return named.length === WEEKDAYS.length ? null : named;
}
