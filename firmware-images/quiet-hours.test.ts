// When the hub begins nothing by itself, in the home's own time zone, over midnight and over a change of the clock.
import { expect, it } from 'vitest';
import { quietUntilMs, readQuietHours } from './quiet-hours.ts';

const at = (text: string) => Date.parse(text);
const until = (hours: string, now: string, zone: string) => {
  const read = readQuietHours(hours);
  const end = read && quietUntilMs(read, at(now), zone);
  return end === null ? null : new Date(end).toISOString();
};

it('are over midnight, or within a day', () => {
  expect(until('22:00-07:00', '2026-11-22T22:30:15Z', 'UTC')).toBe('2026-11-23T07:00:00.000Z');
  expect(until('22:00-07:00', '2026-11-22T06:59:59Z', 'UTC')).toBe('2026-11-22T07:00:00.000Z');
  expect(until('22:00-07:00', '2026-11-22T07:00:00Z', 'UTC')).toBeNull();
  expect(until('22:00-07:00', '2026-11-22T21:59:59Z', 'UTC')).toBeNull();
  expect(until('13:00-15:00', '2026-11-22T14:00:00Z', 'UTC')).toBe('2026-11-22T15:00:00.000Z');
  expect(until('13:00-15:00', '2026-11-22T02:00:00Z', 'UTC')).toBeNull();
});

it('are those of the home', () => {
  expect(until('22:00-07:00', '2026-11-22T21:30:00Z', 'Europe/Berlin')).toBe(
    '2026-11-23T06:00:00.000Z',
  );
  expect(until('22:00-07:00', '2026-11-22T14:30:00Z', 'Asia/Shanghai')).toBe(
    '2026-11-22T23:00:00.000Z',
  );
  // In the night in which the clock goes back they are asked for again until they are over.
  let now = '2026-10-24T23:30:00.000Z';
  for (let turn = 0; turn < 3; turn += 1) {
    now = until('22:00-07:00', now, 'Europe/Berlin') ?? now;
  }
  expect(now).toBe('2026-10-25T06:00:00.000Z');
});

it('can be off, and are refused where they are no hours', () => {
  for (const none of ['', 'off', '07:00-07:00']) expect(readQuietHours(none)).toBeNull();
  for (const bad of ['22-7', '25:00-07:00', '22:00', 'night']) {
    expect(() => readQuietHours(bad), bad).toThrow(/names no hours/);
  }
});
