// The shapes of triggers and conditions on clock, calendar and sun.
import * as v from 'valibot';
import { CRON_CHARACTERS_MAX } from '../cron.ts';
import { LATE_RULE_PATTERN, MOMENT_PATTERN, OFFSET_PATTERN } from '../moments.ts';
import { SEASONS } from '../times.ts';
import { days, duration, list, number, time } from './parts.ts';

const MOMENT_WANTED =
  'a moment is wanted here: 07:00, sunset-30min, or {value: device.property} for the time that it says';
const OFFSET_WANTED = 'an offset such as -30min or +1h is wanted here';
const offset = v.optional(v.pipe(v.string(OFFSET_WANTED), v.regex(OFFSET_PATTERN, OFFSET_WANTED)));
const moment = v.union(
  [
    v.pipe(v.string(MOMENT_WANTED), v.regex(MOMENT_PATTERN, MOMENT_WANTED)),
    v.strictObject({ value: v.string(MOMENT_WANTED), offset }, MOMENT_WANTED),
  ],
  MOMENT_WANTED,
);

const DATES_WANTED =
  'a list of dates is wanted here, such as [holidays, 2026-12-24, 12-25, 07-01..08-31]';
const dates = v.optional(list(v.string(DATES_WANTED), DATES_WANTED));
/** Which days are meant. */
const filter = { on: v.optional(days), dates, except: dates };

const LATE_WANTED = '`late` is never, once, or within and a duration, as in within 10min';
const late = v.optional(v.pipe(v.string(LATE_WANTED), v.regex(LATE_RULE_PATTERN, LATE_WANTED)));
const rules = {
  gap: v.optional(
    v.picklist(['after', 'shift', 'skip'], '`gap` is after (the usual), shift or skip'),
  ),
  overlap: v.optional(
    v.picklist(['first', 'second', 'both'], '`overlap` is first (the usual), second or both'),
  ),
  late,
};
const noSun = v.optional(
  v.union(
    [v.picklist(['skip', 'nearest']), time],
    '`no-sun` is skip, nearest, or a time such as 18:00',
  ),
);

const ELEVATION_WANTED = 'an elevation of the sun is wanted here, such as {elevation: {below: -4}}';
const degrees = v.pipe(
  number,
  v.minValue(-90, 'an elevation is -90 to 90 degrees'),
  v.maxValue(90, 'an elevation is -90 to 90 degrees'),
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
const CRON_WANTED = 'a cron pattern is wanted here, such as "30 7 * * 1-5"';

/** Triggers at times, by key. */
export const timeTriggerShapes = {
  at: v.strictObject({ at: moment, 'no-sun': noSun, ...filter, ...rules }),
  every: v.strictObject({
    every: duration,
    aligned: v.optional(v.boolean('`aligned` is true or false')),
    from: v.optional(v.literal('enable', '`from` can only be `enable`')),
    ...filter,
    ...rules,
  }),
  cron: v.strictObject({
    cron: v.pipe(
      v.string(CRON_WANTED),
      v.maxLength(
        CRON_CHARACTERS_MAX,
        `a cron pattern has at most ${CRON_CHARACTERS_MAX} characters`,
      ),
    ),
    ...filter,
    ...rules,
  }),
  sun: v.strictObject({ sun: elevation, offset, 'no-sun': noSun, ...filter, late }),
};

const WINDOW_WANTED =
  'a window is written as [22:00, 07:00] or [sunset, 23:00], with both its ends';
const DATE_WANTED =
  'a date is wanted here, such as 2026-12-24, 12-24, 12-01..02-15 or holidays, a list of them, or {from: 12-01, to: 02-15}';
const SEASON_WANTED = `a season is one of ${SEASONS.join(', ')}`;
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
      'the sun is up or down, or {elevation: {below: -4}}',
    ),
  }),
};
