import { describe, expect, it } from 'vitest';
import { daysText, durationText, formatTime, parseDuration, parseTime } from './literals.ts';

describe('durations', () => {
  it.each([
    ['2s', 2000],
    ['0s', 0],
    ['500ms', 500],
    ['0.5s', 500],
    ['3min', 180_000],
    ['3m', 180_000],
    ['1h30min', 5_400_000],
    ['1d2h3min4s5ms', 93_784_005],
    ['366d', 31_622_400_000],
  ])('read %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '5', 's', '5 s', '-5s', '1min1h', '1s1s', '367d', '1e3s', '５s'])(
    'refuse "%s" and say what would be right',
    (text) => {
      expect(parseDuration(text)).toMatchObject({
        en: expect.stringMatching(/is not a duration; write|is too long/),
        zh: expect.stringMatching(/不是时长；|太长；/u),
      });
    },
  );

  it('are told in full', () => {
    expect(durationText(93_784_005)).toEqual({
      en: '1 day 2 hours 3 minutes 4 seconds 5 milliseconds',
      zh: '1 天 2 小时 3 分钟 4 秒 5 毫秒',
    });
    expect(durationText(0).en).toBe('0 seconds');
  });
});

describe('times of day and days', () => {
  it('are read and written alike', () => {
    for (let minute = 0; minute < 1440; minute++) {
      expect(parseTime(formatTime(minute))).toBe(minute);
    }
  });

  it.each(['24:00', '7:5', '12:60', '0700', '07:00:00'])('refuse "%s"', (text) => {
    expect(parseTime(text)).toMatchObject({
      en: expect.stringMatching(/is not a time of day/),
      zh: expect.stringMatching(/不是一天中的时间/u),
    });
  });

  it('join days that follow each other', () => {
    expect(daysText(['mon', 'tue', 'wed', 'sat'])).toEqual({
      en: 'Mondays to Wednesdays and Saturdays',
      zh: '周一到周三和周六',
    });
  });
});
