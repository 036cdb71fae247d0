import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { civilDay, dayParts, daysInMonth, formatDay, weekdayOf } from './calendar.ts';
import { parseScene } from './parse.ts';
import { sceneFileJsonSchema } from './schema.ts';
import { sceneSentence } from './sentences.ts';
import { TEST_NAMES } from './test-home.ts';
import { closesNextDay, type TimePoint } from './times.ts';

/** The clause of a trigger or a condition, between "When" or "while" and the colon. */
function said(part: string, item: string): [en: string, zh: string] {
  const text = part === 'when' ? `when: [${item}]` : `while: ${item}`;
  const { scene, errors } = parseScene(`scene: S\n${text}\ndo: [{stop: done}]\n`, TEST_NAMES);
  if (!scene) throw new Error(JSON.stringify(errors));
  const { en, zh } = sceneSentence(scene, TEST_NAMES);
  return part === 'when'
    ? [en.slice('When '.length, en.indexOf(': ')), zh.slice(1, zh.indexOf('时\uff0c就'))]
    : [
        en.slice(en.indexOf('while ') + 6, en.indexOf(': ')),
        zh.slice(zh.indexOf('\uff0c且') + 2, zh.indexOf('\uff0c就')),
      ];
}

function problems(text: string): string[] {
  const { errors = [] } = parseScene(`scene: S\n${text}\ndo: [{stop: done}]\n`, TEST_NAMES);
  return errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

describe('times in words', () => {
  it.each([
    [
      '{at: 07:00, on: [mon, tue, wed]}',
      'it is 07:00 on Mondays to Wednesdays',
      '到 07:00（周一到周三）',
    ],
    [
      '{at: 07:00, except: [holidays, 12-24]}',
      'it is 07:00, but not on a holiday or 24 December',
      '到 07:00（节假日或 12 月 24 日除外）',
    ],
    [
      '{at: 07:00, on: [sat, sun], dates: [07-01..08-31]}',
      'it is 07:00 on Saturdays and Sundays that are 1 July to 31 August',
      '到 07:00（周六和周日且为 7 月 1 日至 8 月 31 日）',
    ],
    ['{at: sunset-30min}', 'it is 30 minutes before sunset', '到日落前 30 分钟'],
    [
      '{at: dawn, no-sun: nearest}',
      'it is dawn (when the sun is closest to it on days without it)',
      '到黎明（当天没有则取太阳最接近时）',
    ],
    [
      '{at: sunrise, no-sun: 06:00}',
      'it is sunrise (at 06:00 on days without it)',
      '到日出（当天没有则取 06:00）',
    ],
    ['{sun: {elevation: {below: -4}}}', 'the sun sinks below -4°', '太阳降到 -4° 以下'],
    [
      '{at: 02:30, gap: skip, overlap: both}',
      'it is 02:30 (not where the clock skips it) (both times where it comes twice)',
      '到 02:30（时钟跳过时不执行）（时钟回拨时两次都算）',
    ],
    [
      '{at: 07:00, late: within 30min}',
      'it is 07:00 (up to 30 minutes late)',
      '到 07:00（最迟 30 分钟内补）',
    ],
    [
      '{every: 15min}',
      'another 15 minutes have passed since it was switched on',
      '自启用起每过 15 分钟',
    ],
    ['{every: 1h}', 'another 1 hour has passed since it was switched on', '自启用起每过 1 小时'],
    [
      '{every: 15min, aligned: true}',
      'the clock reaches another full 15 minutes',
      '时钟每到整 15 分钟',
    ],
    [
      '{cron: "30 7 * * 1-5"}',
      'it is 07:30 on a Monday, a Tuesday, a Wednesday, a Thursday or a Friday (cron “30 7 * * 1-5”)',
      '到周一、周二、周三、周四或周五 07:30，按 cron“30 7 * * 1-5”',
    ],
    [
      '{cron: "*/15 8-18 * * *"}',
      'it is every 15 minutes of hour 8 to 18 (cron “*/15 8-18 * * *”)',
      '到 8 至 18 时每 15 分，按 cron“*/15 8-18 * * *”',
    ],
    [
      '{at: {value: kitchen-climate.humidity, offset: -10min}}',
      "it is 10 minutes before the time that Kitchen climate's humidity says",
      '到 Kitchen climate 的湿度所示时间前 10 分钟',
    ],
  ])('say %s', (item, en, zh) => {
    expect(said('when', item)).toEqual([en, zh]);
  });

  it.each([
    [
      '{between: [sunset+20min, 07:00]}',
      'it is between 20 minutes after sunset and 07:00',
      '在日落后 20 分钟到次日 07:00 之间',
    ],
    ['{between: [sunset, 22:00]}', 'it is between sunset and 22:00', '在日落到 22:00 之间'],
    [
      '{date: {from: 12-01, to: 02-15}}',
      'the date is 1 December to 15 February',
      '日期是 12 月 1 日至 2 月 15 日',
    ],
    ['{weekday: [sat, sun]}', 'it is one of the Saturdays and Sundays', '当天是周六和周日'],
    ['{season: [winter, spring]}', 'it is spring or winter', '当前是春季或冬季'],
    ['{sun: down}', 'the sun is down', '太阳在地平线下'],
    [
      '{sun: {elevation: {above: -6, below: 3}}}',
      'the sun is above -6° and below 3°',
      '太阳高于 -6° 且低于 3°',
    ],
  ])('say %s', (item, en, zh) => {
    expect(said('while', item)).toEqual([en, zh]);
  });
});

describe('times in a file', () => {
  it.each([
    ['when: [{at: 7:00}]', '2:13 "7:00" is not a time of day; write it as 07:00'],
    [
      'when: [{at: sundown}]',
      '2:13 "sundown" is not a moment; write 07:00, or one of sunrise, sunset, dawn, dusk, noon, as in sunset-30min',
    ],
    ['when: [{at: sunset-13h}]', '2:13 -13h is too far; an offset is at most 12h'],
    ['when: [{at: 07:00, except: [12-32]}]', '2:29 "12-32" is not a date; that month has 31 days'],
    [
      'when: [{at: 07:00, dates: [2026-12-24..12-26]}]',
      '2:28 Both ends of a range of dates have a year, or neither has',
    ],
    [
      'when: [{at: 07:00, no-sun: skip}]',
      '2:20 No moment of the sun stands here; leave `no-sun` out',
    ],
    [
      'when: [{at: sunset, gap: skip}]',
      '2:21 The sun knows no changes of the clock; leave `gap` out',
    ],
    [
      'when: [{at: 07:00, late: sometimes}]',
      '2:26 `late` is never, once, or within and a duration, as in within 10min (here stands "sometimes")',
    ],
    [
      'when: [{at: {value: hall-lamp.on}}]',
      '2:21 "on" says no time; a text such as 07:00 does, or a number of minutes since midnight',
    ],
    [
      'when: [{at: {value: hall-lamp.alarm}}]',
      '2:21 Hall lamp has no property "alarm"; it has on, brightness, colorTemperature, color',
    ],
    [
      'when: [{sun: {elevation: {above: 3, below: 5}}}]',
      '2:26 The sun goes one way here: write {above: 6} for the morning or {below: -4} for the evening',
    ],
    [
      'while: {between: [sunset, sunset]}',
      '2:18 The window from sunset to sunset is empty; give it two different ends',
    ],
    [
      'while: {season: monsoon}',
      '2:17 A season is one of spring, summer, autumn, winter (here stands "monsoon")',
    ],
    [
      'while: {weekday: [mon, tue, wed, thu, fri, sat, sun]}',
      '2:18 All seven days are every day; leave the condition out',
    ],
    ['while: {sun: {elevation: {above: 5, below: 5}}}', '2:26 No elevation is above 5 and below 5'],
  ])('are refused with their place: %s', (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it('are in the JSON Schema of scene files', () => {
    const schema = JSON.stringify(sceneFileJsonSchema());
    for (const word of ['"cron"', '"every"', '"no-sun"', '"elevation"', '"season"', '"weekday"']) {
      expect(schema).toContain(word);
    }
  });
});

describe('the calendar', () => {
  it('is that of the platform, on any day of some thousand years', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400_000, max: 400_000 }), (day) => {
        const date = new Date(day * 86_400_000);
        const parts = dayParts(day);
        expect(parts).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
        expect(civilDay(parts)).toBe(day);
        expect((weekdayOf(day) + 1) % 7).toBe(date.getUTCDay());
      }),
    );
    expect(formatDay(civilDay({ year: 2026, month: 3, day: 9 }))).toBe('2026-03-09');
    expect([
      daysInMonth(2026, 2),
      daysInMonth(2028, 2),
      daysInMonth(null, 2),
      daysInMonth(2026, 12),
    ]).toEqual([28, 29, 29, 31]);
  });

  it('closes a window on the next day where evening comes before morning', () => {
    const at = (hour: number): TimePoint => ({ kind: 'clock', minute: hour * 60 });
    const sunset: TimePoint = { kind: 'sun', event: 'sunset', offsetMs: 0 };
    const sunrise: TimePoint = { kind: 'sun', event: 'sunrise', offsetMs: 0 };
    expect(closesNextDay({ from: at(22), to: at(7) })).toBe(true);
    expect(closesNextDay({ from: at(7), to: at(22) })).toBe(false);
    expect(closesNextDay({ from: sunset, to: sunrise })).toBe(true);
    expect(closesNextDay({ from: sunset, to: at(7) })).toBe(true);
    expect(closesNextDay({ from: sunset, to: at(23) })).toBe(false);
    expect(closesNextDay({ from: at(20), to: sunset })).toBe(false);
    expect(closesNextDay({ from: at(5), to: sunrise })).toBe(false);
  });
});
