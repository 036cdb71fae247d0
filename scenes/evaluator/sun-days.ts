// The sun's moments by civil day: each day of the calendar has the solar day whose noon is nearest to its own.
import { type CivilDay, DAY_MS } from '../language/calendar.ts';
import type { TimePoint } from '../language/times.ts';
import type { CivilTime } from './civil-time.ts';
import { type Place, type SunMoment, solarNoon, sunElevation, sunMoment } from './sun.ts';

type SunPoint = Extract<TimePoint, { kind: 'sun' | 'elevation' }>;

/** Moments are kept: many scenes ask for the same sunset. */
const KEPT_MAX = 4000;

/** One of these is outside of a summer time of up to eight months. */
const QUARTERS_MS = [-2, -1, 1, 2].map((quarters) => quarters * 91 * DAY_MS);
/** Summer time puts the clock forward by no more than this. */
const SUMMER_MS_MAX = 3 * 3_600_000;

export class SunDays {
  readonly #civil: CivilTime;
  readonly #place: Place;
  readonly #noons = new Map<CivilDay, number | null>();
  readonly #moments = new Map<string, SunMoment>();

  constructor(civil: CivilTime, place: Place) {
    this.#civil = civil;
    this.#place = place;
  }

  /** South of the equator, where the seasons come half a year later. */
  get isSouthern(): boolean {
    return this.#place.latitude < 0;
  }

  /** The moment of the day, without its offset; null where the zone leaves the day out. */
  moment(point: SunPoint, day: CivilDay): SunMoment | null {
    const key = `${day} ${point.kind === 'sun' ? point.event : `${point.direction} ${point.degrees}`}`;
    const known = this.#moments.get(key);
    if (known !== undefined) return known;
    const noonMs = this.#noon(day);
    if (noonMs === null) return null;
    const moment = sunMoment(point, noonMs, this.#place);
    if (this.#moments.size >= KEPT_MAX) this.#moments.clear();
    this.#moments.set(key, moment);
    return moment;
  }

  /** Degrees over the horizon. */
  elevation(wallMs: number): number {
    return sunElevation(wallMs, this.#place);
  }

  /**
   * The offset of the zone about then without its summer time, which must not move a day's noon by a day even where the
   * place is half the world away from the zone. Offsets that are hours off are those of another base of the zone.
   */
  #standardOffset(wallMs: number): number {
    const { offsetMs } = this.#civil.spanAt(wallMs);
    const others = QUARTERS_MS.map((ms) => this.#civil.spanAt(wallMs + ms).offsetMs);
    return Math.min(offsetMs, ...others.filter((other) => offsetMs - other <= SUMMER_MS_MAX));
  }

  #noon(day: CivilDay): number | null {
    const known = this.#noons.get(day);
    if (known !== undefined) return known;
    const civilNoon = day * DAY_MS + DAY_MS / 2;
    const civilNoonMs = this.#civil.instantOf(civilNoon);
    let noonMs: number | null = null;
    if (civilNoonMs !== null) {
      const meanNoon = civilNoon - (this.#place.longitude / 360) * DAY_MS;
      // East of the date line some keep the date of those west of it: their noon is that of another number.
      const days = Math.round((civilNoon - this.#standardOffset(civilNoonMs) - meanNoon) / DAY_MS);
      noonMs = solarNoon(meanNoon + days * DAY_MS, this.#place);
    }
    if (this.#noons.size >= KEPT_MAX) this.#noons.clear();
    this.#noons.set(day, noonMs);
    return noonMs;
  }
}
