import * as Astronomy from 'astronomy-engine';
import { describe, expect, it } from 'vitest';
import { civilDay, DAY_MS } from '../language/calendar.ts';
import type { SunEvent, TimePoint } from '../language/times.ts';
import { createCivilTime } from './civil-time.ts';
import { type Place, sunElevation } from './sun.ts';
import { SunDays } from './sun-days.ts';

/** Another implementation agrees within this, up to the polar circles; nearer to a pole the sun grazes the horizon. */
const TOLERANCE_MS = 60_000;

const PLACES: readonly (readonly [name: string, zone: string, place: Place])[] = [
  ['Berlin', 'Europe/Berlin', { latitude: 52.52, longitude: 13.405 }],
  ['Shanghai', 'Asia/Shanghai', { latitude: 31.23, longitude: 121.47 }],
  ['Ürümqi, two hours off its zone', 'Asia/Shanghai', { latitude: 43.8, longitude: 87.6 }],
  ['Quito', 'America/Guayaquil', { latitude: -0.18, longitude: -78.47 }],
  ['Sydney', 'Australia/Sydney', { latitude: -33.87, longitude: 151.21 }],
  [
    'Kiritimati, a day ahead of its longitude',
    'Pacific/Kiritimati',
    { latitude: 1.87, longitude: -157.4 },
  ],
  ['Apia', 'Pacific/Apia', { latitude: -13.83, longitude: -171.77 }],
  ['Reykjavík', 'Atlantic/Reykjavik', { latitude: 64.15, longitude: -21.94 }],
  ['Ushuaia', 'America/Argentina/Ushuaia', { latitude: -54.8, longitude: -68.3 }],
];

const moment = (event: SunEvent): Extract<TimePoint, { kind: 'sun' }> => ({
  kind: 'sun',
  event,
  offsetMs: 0,
});

/** The oracle's moment of the solar day around a noon; null where it finds none. */
function oracle(event: SunEvent, noonMs: number, { latitude, longitude }: Place): number | null {
  const observer = new Astronomy.Observer(latitude, longitude, 0);
  const rises = event === 'sunrise' || event === 'dawn';
  const from = new Date(rises ? noonMs - DAY_MS / 2 : noonMs);
  const direction = rises ? 1 : -1;
  const found =
    event === 'sunrise' || event === 'sunset'
      ? Astronomy.SearchRiseSet(Astronomy.Body.Sun, observer, direction, from, 0.5)
      : Astronomy.SearchAltitude(Astronomy.Body.Sun, observer, direction, from, 0.5, -6);
  return found?.date.getTime() ?? null;
}

const days = (from: string, count: number, step: number): number[] => {
  const [year = 0, month = 0, day = 0] = from.split('-').map(Number);
  return Array.from({ length: count }, (_, index) => civilDay({ year, month, day }) + index * step);
};

describe('the sun', () => {
  it.each(PLACES)(
    'item 14: its sunrise, sunset, dawn and dusk in %s are those of another implementation within a minute',
    (_name, zone, place) => {
      const civil = createCivilTime(zone);
      const sun = new SunDays(civil, place);
      for (const day of days('2026-01-01', 53, 7)) {
        const noon = sun.moment(moment('noon'), day)?.atMs ?? Number.NaN;
        // Noon is on the day whose noon it is.
        expect(civil.dayOf(noon)).toBe(day);
        for (const event of ['sunrise', 'sunset', 'dawn', 'dusk'] as const) {
          const ours = sun.moment(moment(event), day);
          const theirs = oracle(event, noon, place);
          // In Reykjavík's summer it does not grow dark enough for a dusk.
          expect(ours?.isReal).toBe(theirs !== null);
          if (theirs === null || ours === null) continue;
          expect(Math.abs(ours.atMs - theirs)).toBeLessThan(TOLERANCE_MS);
        }
      }
    },
  );

  it('stands at noon as high as another implementation says, within a twentieth of a degree', () => {
    for (const [, zone, place] of PLACES) {
      const sun = new SunDays(createCivilTime(zone), place);
      const observer = new Astronomy.Observer(place.latitude, place.longitude, 0);
      for (const day of days('2026-01-01', 24, 15)) {
        const noon = sun.moment(moment('noon'), day)?.atMs ?? Number.NaN;
        for (const wallMs of [noon, noon + 3 * 3_600_000, noon + 9 * 3_600_000]) {
          const at = Astronomy.Equator(Astronomy.Body.Sun, new Date(wallMs), observer, true, true);
          const theirs = Astronomy.Horizon(new Date(wallMs), observer, at.ra, at.dec, undefined);
          expect(Math.abs(sunElevation(wallMs, place) - theirs.altitude)).toBeLessThan(0.05);
        }
      }
    }
  });

  it.each([
    ['Longyearbyen', 'Arctic/Longyearbyen', { latitude: 78.22, longitude: 15.63 }],
    ['McMurdo', 'Antarctica/McMurdo', { latitude: -77.85, longitude: 166.67 }],
  ] as const)(
    'item 14: %s has each moment of the sun on each day once or not at all, and says which',
    (_name, zone, place) => {
      const sun = new SunDays(createCivilTime(zone), place);
      let [real, up, down] = [0, 0, 0];
      let before = { sunrise: 0, sunset: 0 };
      for (const day of days('2026-01-01', 365, 1)) {
        const noon = sun.moment(moment('noon'), day)?.atMs ?? Number.NaN;
        const rise = sun.moment(moment('sunrise'), day);
        const set = sun.moment(moment('sunset'), day);
        if (rise === null || set === null) throw new Error(`day ${day}`);
        // Each day's moments come after those of the day before, whether they are real or the nearest.
        expect(rise.atMs).toBeGreaterThan(before.sunrise);
        expect(set.atMs).toBeGreaterThan(before.sunset);
        before = { sunrise: rise.atMs, sunset: set.atMs };
        if (rise.isReal && set.isReal) {
          real += 1;
          expect(rise.atMs).toBeLessThanOrEqual(noon);
          expect(set.atMs).toBeGreaterThanOrEqual(noon);
        } else if (sunElevation(noon, place) > 0) {
          up += 1;
        } else {
          down += 1;
          expect(set.atMs - rise.atMs).toBeLessThan(12 * 3_600_000);
        }
      }
      expect(real + up + down).toBe(365);
      // Midnight sun and polar night both last for months.
      expect(Math.min(up, down)).toBeGreaterThan(90);
      expect(real).toBeGreaterThan(100);
    },
  );

  it('comes nearest to a sunset that there is not at midnight in summer and at noon in winter', () => {
    const sun = new SunDays(createCivilTime('Arctic/Longyearbyen'), {
      latitude: 78.22,
      longitude: 15.63,
    });
    const [summer = 0, winter = 0] = [...days('2026-06-21', 1, 1), ...days('2026-12-21', 1, 1)];
    const noonOf = (day: number): number => sun.moment(moment('noon'), day)?.atMs ?? Number.NaN;
    expect(sun.moment(moment('sunset'), summer)).toEqual({
      atMs: noonOf(summer) + DAY_MS / 2,
      isReal: false,
    });
    expect(sun.moment(moment('sunrise'), summer)).toEqual({
      atMs: noonOf(summer) - DAY_MS / 2,
      isReal: false,
    });
    expect(sun.moment(moment('sunset'), winter)).toEqual({ atMs: noonOf(winter), isReal: false });
    expect(sun.moment(moment('sunrise'), winter)).toEqual({ atMs: noonOf(winter), isReal: false });
  });
});
