// Moments, offsets and rules of lateness as scene files write them: `07:00`, `sunset-30min`, `within 10min`.
import type { Words } from '../../hub/model/words.ts';
import { parseDuration, parseTime } from './literals.ts';
import { mistake } from './mistakes.ts';
import { type LateRule, SUN_EVENTS, type SunEvent, type TimePoint } from './times.ts';

/** A moment of the sun is moved by so much at most: further off it would belong to another day. */
export const OFFSET_MS_MAX = 12 * 3_600_000;
/** An interval is at least so long. */
export const INTERVAL_MS_MIN = 1000;

const DURATION = '(?:\\d{1,9}(?:\\.\\d{1,3})?(?:d|h|min|m|s|ms))+';
const SUN = `(?:${SUN_EVENTS.join('|')})`;
/** The form of a moment by the clock or by the sun. */
export const MOMENT_PATTERN = new RegExp(
  `^(?:(?:[01]\\d|2[0-3]):[0-5]\\d|${SUN}(?:[+-]${DURATION})?)$`,
);
/** The form of an offset: `-30min`, `+1h`. */
export const OFFSET_PATTERN = new RegExp(`^[+-]?${DURATION}$`);
/** The form of a rule of lateness. */
export const LATE_RULE_PATTERN = new RegExp(`^(?:never|once|within ${DURATION})$`);

type Moment = Extract<TimePoint, { kind: 'clock' | 'sun' }>;

/** The moment of `07:00` or `sunset-30min`; words that say what is wrong where it is none. */
export function parseMoment(text: string): Moment | Words {
  const event = SUN_EVENTS.find((one) => text.startsWith(one));
  if (event === undefined) {
    if (/^[a-z]/i.test(text)) {
      return mistake(
        `"${text.slice(0, 40)}" is not a moment; write 07:00, or one of ${SUN_EVENTS.join(', ')}, as in sunset-30min`,
        `“${text.slice(0, 40)}”不是时刻；请写 07:00，或 ${SUN_EVENTS.join('、')} 之一，例如 sunset-30min`,
      );
    }
    const minute = parseTime(text);
    return typeof minute === 'number' ? { kind: 'clock', minute } : minute;
  }
  const rest = text.slice(event.length).replaceAll(' ', '');
  return rest === '' ? { kind: 'sun', event, offsetMs: 0 } : withOffset(event, rest, text);
}

function withOffset(event: SunEvent, rest: string, text: string): Moment | Words {
  if (!/^[+-]/.test(rest)) {
    return mistake(
      `"${text.slice(0, 40)}" is not a moment; write ${event}, ${event}-30min or ${event}+1h`,
      `“${text.slice(0, 40)}”不是时刻；请写 ${event}、${event}-30min 或 ${event}+1h`,
    );
  }
  const offsetMs = parseOffset(rest);
  return typeof offsetMs === 'number' ? { kind: 'sun', event, offsetMs } : offsetMs;
}

/** Milliseconds of `-30min`; words that say what is wrong with it. */
export function parseOffset(text: string): number | Words {
  const isBefore = text.startsWith('-');
  const ms = parseDuration(text.replace(/^[+-]/, ''));
  if (typeof ms !== 'number') return ms;
  if (ms > OFFSET_MS_MAX) {
    return mistake(
      `${text} is too far; an offset is at most 12h`,
      `${text} 太远；最多提前或推后 12h`,
    );
  }
  return isBefore && ms > 0 ? -ms : ms;
}

/** The rule of `never`, `once` or `within 10min`; words that say what is wrong with it. */
export function parseLateRule(text: string): LateRule | Words {
  if (text === 'never' || text === 'once') return { kind: text };
  const ms = parseDuration(text.replace(/^within /, ''));
  return typeof ms === 'number' ? { kind: 'within', ms } : ms;
}
