// Conditions on clock, calendar and sun: time windows, dates, seasons, the sun's elevation. What depends on a place
// that nobody has said is unknown.
import { DAY_MS, dayParts, isDayMeant } from '../language/calendar.ts';
import { closesNextDay, type Season, type TimeCondition } from '../language/times.ts';
import type { Truth } from './hold.ts';
import { type HomeTime, instantOn, saidMinute } from './home-time.ts';

type Window = Extract<TimeCondition, { kind: 'between' }>;

const MINUTE_MS = 60_000;

/** Whether the condition holds at the instant. */
export function timeTruth(condition: TimeCondition, wallMs: number, home: HomeTime): Truth {
  switch (condition.kind) {
    case 'between':
      return windowTruth(condition, wallMs, home);
    case 'date':
      return truthOf(isDayMeant(condition.on, home.dayOf(wallMs), home.holidays));
    case 'season': {
      const season = seasonAt(wallMs, home);
      return season === null ? 'unknown' : truthOf(condition.of.includes(season));
    }
    case 'sun': {
      if (home.sun === null) return 'unknown';
      const degrees = home.sun.elevation(wallMs);
      const { above, below } = condition;
      return truthOf((above === null || degrees > above) && (below === null || degrees < below));
    }
    default:
      return condition satisfies never;
  }
}

function truthOf(is: boolean): Truth {
  return is ? 'true' : 'false';
}

/** Windows by the clock alone go by what it shows; others by the instants at which they open and close. */
function windowTruth(window: Window, wallMs: number, home: HomeTime): Truth {
  const { from, to, on } = window;
  const { holidays } = home;
  if (from.kind === 'clock' && to.kind === 'clock') {
    const local = home.localAt(wallMs);
    const day = Math.floor(local / DAY_MS);
    const minute = Math.floor((local - day * DAY_MS) / MINUTE_MS);
    const isOvernight = to.minute < from.minute;
    const isInside = isOvernight
      ? minute >= from.minute || minute < to.minute
      : minute >= from.minute && minute < to.minute;
    if (!isInside) return 'false';
    return truthOf(isDayMeant(on, isOvernight && minute < to.minute ? day - 1 : day, holidays));
  }
  const values = { from: saidMinute(home, from), to: saidMinute(home, to) };
  const days = closesNextDay(window, values) ? 1 : 0;
  const today = home.dayOf(wallMs);
  // An offset may put both ends over midnight.
  for (let day = today - 2; day <= today + 1; day++) {
    const opensMs = instantOn(from, day, window.noSun, home);
    const closesMs = instantOn(to, day + days, window.noSun, home);
    if (opensMs === 'unknown' || closesMs === 'unknown') return 'unknown';
    if (opensMs === null || closesMs === null || wallMs < opensMs || wallMs >= closesMs) continue;
    if (isDayMeant(on, day, holidays)) return 'true';
  }
  return 'false';
}

const SEASON_OF_MONTH: readonly Season[] = [
  ...(['winter', 'winter'] as const),
  ...(['spring', 'spring', 'spring'] as const),
  ...(['summer', 'summer', 'summer'] as const),
  ...(['autumn', 'autumn', 'autumn'] as const),
  'winter',
];

function seasonAt(wallMs: number, home: HomeTime): Season | null {
  if (home.sun === null) return null;
  const { month } = dayParts(home.dayOf(wallMs));
  return SEASON_OF_MONTH[(month - 1 + (home.sun.isSouthern ? 6 : 0)) % 12] ?? null;
}
