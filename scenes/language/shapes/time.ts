// The shapes of triggers and conditions on clock, calendar and sun.

import * as v from 'valibot';
import { CRON_CHARACTERS_MAX } from '../cron.ts';
import { wants } from '../mistakes.ts';
import { LATE_RULE_PATTERN, MOMENT_PATTERN, OFFSET_PATTERN } from '../moments.ts';
import { SEASONS } from '../times.ts';
import { days, duration, list, number, time } from './parts.ts';

const MOMENT_WANTED = wants(
  'a moment is wanted here: 07:00, sunset-30min, or {value: device.property} for the time that it says',
  '这里要写时刻：07:00、sunset-30min，或 {value: 设备.属性}（由它的值来定）',
);
const OFFSET_WANTED = wants(
  'an offset such as -30min or +1h is wanted here',
  '这里要写提前或推后多少，例如 -30min 或 +1h',
);
const offset = v.optional(v.pipe(v.string(OFFSET_WANTED), v.regex(OFFSET_PATTERN, OFFSET_WANTED)));
const moment = v.union(
  [
    v.pipe(v.string(MOMENT_WANTED), v.regex(MOMENT_PATTERN, MOMENT_WANTED)),
    v.strictObject({ value: v.string(MOMENT_WANTED), offset }, MOMENT_WANTED),
  ],
  MOMENT_WANTED,
);

const DATES_WANTED = wants(
  'a list of dates is wanted here, such as [holidays, 2026-12-24, 12-25, 07-01..08-31]',
  '这里要写日期的列表，例如 [holidays, 2026-12-24, 12-25, 07-01..08-31]',
);
const dates = v.optional(list(v.string(DATES_WANTED), DATES_WANTED));
/** Which days are meant. */
const filter = { on: v.optional(days), dates, except: dates };

const LATE_WANTED = wants(
  '`late` is never, once, or within and a duration, as in within 10min',
  '`late` 是 never、once，或 within 加时长，例如 within 10min',
);
const late = v.optional(v.pipe(v.string(LATE_WANTED), v.regex(LATE_RULE_PATTERN, LATE_WANTED)));
const rules = {
  gap: v.optional(
    v.picklist(
      ['after', 'shift', 'skip'],
      wants('`gap` is after (the usual), shift or skip', '`gap` 是 after（默认）、shift 或 skip'),
    ),
  ),
  overlap: v.optional(
    v.picklist(
      ['first', 'second', 'both'],
      wants(
        '`overlap` is first (the usual), second or both',
        '`overlap` 是 first（默认）、second 或 both',
      ),
    ),
  ),
  late,
};
const noSun = v.optional(
  v.union(
    [v.picklist(['skip', 'nearest']), time],
    wants(
      '`no-sun` is skip, nearest, or a time such as 18:00',
      '`no-sun` 是 skip、nearest，或时间，例如 18:00',
    ),
  ),
);

const ELEVATION_WANTED = wants(
  'an elevation of the sun is wanted here, such as {elevation: {below: -4}}',
  '这里要写太阳的高度角，例如 {elevation: {below: -4}}',
);
const degrees = v.pipe(
  number,
  v.minValue(-90, wants('an elevation is -90 to 90 degrees', '高度角为 -90 到 90 度')),
  v.maxValue(90, wants('an elevation is -90 to 90 degrees', '高度角为 -90 到 90 度')),
);
const elevation = v.strictObject(
  {
    elevation: v.strictObject(
      { above: v.optional(degrees), below: v.optional(degrees) },
      ELEVATION_WANTED,
    ),
  },
  ELEVATION_WANTED,
);
const CRON_WANTED = wants(
  'a cron pattern is wanted here, such as "30 7 * * 1-5"',
  '这里要写 cron 表达式，例如 "30 7 * * 1-5"',
);

/** Triggers at times, by key. */
export const timeTriggerShapes = {
  at: v.strictObject({ at: moment, 'no-sun': noSun, ...filter, ...rules }),
  every: v.strictObject({
    every: duration,
    aligned: v.optional(
      v.boolean(wants('`aligned` is true or false', '`aligned` 是 true 或 false')),
    ),
    from: v.optional(
      v.literal('enable', wants('`from` can only be `enable`', '`from` 只能是 `enable`')),
    ),
    ...filter,
    ...rules,
  }),
  cron: v.strictObject({
    cron: v.pipe(
      v.string(CRON_WANTED),
      v.maxLength(
        CRON_CHARACTERS_MAX,
        wants(
          `a cron pattern has at most ${CRON_CHARACTERS_MAX} characters`,
          `cron 表达式最多 ${CRON_CHARACTERS_MAX} 个字符`,
        ),
      ),
    ),
    ...filter,
    ...rules,
  }),
  sun: v.strictObject({ sun: elevation, offset, 'no-sun': noSun, ...filter, late }),
};

const WINDOW_WANTED = wants(
  'a window is written as [22:00, 07:00] or [sunset, 23:00], with both its ends',
  '时段要写成 [22:00, 07:00] 或 [sunset, 23:00]，两端都要写',
);
const DATE_WANTED = wants(
  'a date is wanted here, such as 2026-12-24, 12-24, 12-01..02-15 or holidays, a list of them, or {from: 12-01, to: 02-15}',
  '这里要写日期，例如 2026-12-24、12-24、12-01..02-15 或 holidays，也可以是列表，或 {from: 12-01, to: 02-15}',
);
const SEASON_WANTED = wants(
  `a season is one of ${SEASONS.join(', ')}`,
  `季节是 ${SEASONS.join('、')} 之一`,
);
const season = v.picklist(SEASONS, SEASON_WANTED);

/** Conditions on the time, by key. */
export const timeConditionShapes = {
  between: v.strictObject({
    between: v.tuple([moment, moment], WINDOW_WANTED),
    'no-sun': noSun,
    ...filter,
  }),
  date: v.strictObject({
    date: v.union(
      [
        v.string(DATE_WANTED),
        list(v.string(DATE_WANTED), DATE_WANTED),
        v.strictObject({ from: v.string(DATE_WANTED), to: v.string(DATE_WANTED) }, DATE_WANTED),
      ],
      DATE_WANTED,
    ),
  }),
  weekday: v.strictObject({ weekday: days }),
  season: v.strictObject({ season: v.union([season, list(season, SEASON_WANTED)], SEASON_WANTED) }),
  sun: v.strictObject({
    sun: v.union(
      [v.picklist(['up', 'down']), elevation],
      wants(
        'the sun is up or down, or {elevation: {below: -4}}',
        '太阳是 up 或 down，或 {elevation: {below: -4}}',
      ),
    ),
  }),
};
