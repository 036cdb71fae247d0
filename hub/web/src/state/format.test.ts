// Values and times in words, in both languages.
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatNumber,
  formatTime,
  formatValue,
  nameOfKey,
  spacedChinese,
} from './format.ts';

const NOW = Date.UTC(2026, 10, 21, 19, 0, 0);
const unknown = { facts: undefined, wording: undefined };

describe('a value in words', () => {
  it('has its unit after a space, and as many decimals as matter', () => {
    expect(formatNumber('en', 21.46, '°C', 0.1)).toBe('21.5 °C');
    expect(formatNumber('en', 21, '°C', 0.1)).toBe('21.0 °C');
    expect(formatNumber('zh', 62, '%', 1)).toBe('62 %');
    expect(formatNumber('en', 1240.44, 'W', 0.1)).toBe('1,240.4 W');
    expect(formatNumber('en', 32, '°', 1)).toBe('32°');
  });

  it('uses the words of its property', () => {
    const wording = { label: 'Window', words: { true: 'open', false: 'closed' } };
    expect(formatValue('en', true, {}, { facts: undefined, wording })).toBe('Open');
    expect(formatValue('zh', false, {}, unknown)).toBe('否');
  });

  it('makes a plain word of what the table does not know', () => {
    expect(formatValue('en', 'fan_only', {}, unknown)).toBe('Fan only');
    const valueLabels = { fan_only: { en: 'fan only', zh: '仅风扇' } };
    expect(formatValue('zh', 'fan_only', { valueLabels }, unknown)).toBe('仅风扇');
    expect(formatValue('en', null, {}, unknown)).toBe('–');
    expect(formatValue('en', { hue: 31.6, saturation: 80.2 }, {}, unknown)).toBe('32° · 80 %');
  });

  it('is found by its name without the endpoint', () => {
    expect(nameOfKey('on@2')).toBe('on');
  });
});

describe('a time in words', () => {
  it('is relative within the hour, a clock today, a date before', () => {
    expect(formatTime('en', NOW - 5000, NOW)).toBe('just now');
    expect(formatTime('zh', NOW - 5000, NOW)).toBe('刚刚');
    expect(formatTime('en', NOW + 5000, NOW)).toBe('now');
    expect(formatTime('en', NOW - 300_000, NOW)).toBe('5 min ago');
    expect(formatTime('en', NOW - 3 * 3_600_000, NOW)).toBe('16:00');
    expect(formatTime('en', NOW - 24 * 3_600_000, NOW)).toBe('yesterday 19:00');
    expect(formatTime('en', NOW + 24 * 3_600_000, NOW)).toBe('tomorrow 19:00');
    expect(formatTime('en', Date.UTC(2025, 0, 2, 8), NOW)).toBe('2 Jan 2025 08:00');
  });

  it('has spaces between Chinese characters and figures', () => {
    expect(formatTime('zh', NOW - 300_000, NOW)).toBe('5 分钟前');
    expect(spacedChinese('2026年11月21日')).toBe('2026 年 11 月 21 日');
  });
});

describe('sizes and durations', () => {
  it('are short', () => {
    expect(formatBytes('en', 999)).toBe('999 B');
    expect(formatBytes('en', 1_240_000)).toBe('1.2 MB');
    expect(formatDuration('en', 412.4)).toBe('412 ms');
    expect(formatDuration('en', 1500)).toBe('1.5 s');
    expect(formatDuration('zh', 120_000)).toBe('2 min');
  });
});
