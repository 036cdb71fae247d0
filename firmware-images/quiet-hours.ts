// The hours in which the hub begins no update by itself: a lamp that restarts at night may light up.
import { refuse } from './refusal.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** Minutes of the day, local; the end may be on the next day. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads `22:00-07:00`; null for `off` and for nothing.
 * @throws ValidationError for anything else
 */
export function readQuietHours(text: string): QuietHours | null {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === 'off') return null;
  const match = /^([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)$/.exec(trimmed);
  if (match === null) {
    return refuse(
      { en: `"${trimmed.slice(0, 40)}" names no hours`, zh: `“${trimmed.slice(0, 40)}”不是时段` },
      {
        en: 'Hours look like 22:00-07:00; "off" means none.',
        zh: '时段写成 22:00-07:00；“off”表示没有。',
      },
    );
  }
  const [, fromHour, fromMinute, toHour, toMinute] = match.map(Number);
  const from = (fromHour ?? 0) * 60 + (fromMinute ?? 0);
  const to = (toHour ?? 0) * 60 + (toMinute ?? 0);
  return from === to ? null : { from, to };
}

/** When the quiet hours end that the moment lies in; null outside of them. */
export function quietUntilMs(
  { from, to }: QuietHours,
  nowMs: number,
  timeZone: string,
): number | null {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const [hour = 0, minute = 0] = format.format(nowMs).split(':').map(Number);
  const now = hour * 60 + minute;
  const isQuiet = from < to ? now >= from && now < to : now >= from || now < to;
  if (!isQuiet) return null;
  const left = (to - now + DAY_MINUTES) % DAY_MINUTES;
  return nowMs - (nowMs % MINUTE_MS) + left * MINUTE_MS;
}
