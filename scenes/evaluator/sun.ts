// Where the sun stands, by suncalc: its elevation at an instant, and the instants of a day at which it rises above or
// sinks below an elevation. What a day has none of is a value of its own, with the moment that comes nearest to it.
import { getPosition, getTimes } from 'suncalc';
import { HORIZON_DEGREES, type TimePoint, TWILIGHT_DEGREES } from '../language/times.ts';

/** A place on Earth, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** A moment of the sun on one day. `isReal` is false where there is none: the sun then only comes closest to it. */
export interface SunMoment {
  readonly atMs: number;
  readonly isReal: boolean;
}

type SunPoint = Extract<TimePoint, { kind: 'sun' | 'elevation' }>;

const HALF_DAY_MS = 43_200_000;
const RADIANS = Math.PI / 180;
/** Halvings of half a day that come below a tenth of a second. */
const HALVINGS = 19;

/**
 * The elevation of the sun's centre over the horizon in degrees, without the refraction of the air: what almanacs
 * state twilight in, and what goes smoothly through the horizon.
 */
export function sunElevation(wallMs: number, { latitude, longitude }: Place): number {
  const apparent = getPosition(new Date(wallMs), latitude, longitude).altitude * RADIANS;
  let height = apparent;
  // suncalc adds its refraction to the true height; the same formula taken off again converges by a seventh a round.
  for (let round = 0; round < 7; round++) height = apparent - refraction(Math.max(0, height));
  return height / RADIANS;
}

/** Meeus 16.4, as suncalc applies it: radians, for heights of 0 and above. */
function refraction(height: number): number {
  return 0.0002967 / Math.tan(height + 0.00312536 / (height + 0.08901179));
}

/** The sun's highest point on a solar day, given that day's mean noon. */
export function solarNoon(meanNoonMs: number, { latitude, longitude }: Place): number {
  return toSecond(getTimes(new Date(meanNoonMs), latitude, longitude).solarNoon.getTime());
}

/** A moment of the solar day around a noon, whole to the second. Rising is looked for before noon, sinking after it. */
export function sunMoment(point: SunPoint, noonMs: number, place: Place): SunMoment {
  const wanted = elevationOf(point);
  if (wanted === null) return { atMs: noonMs, isReal: true };
  const { direction, degrees } = wanted;
  const nightMs = direction === 'above' ? noonMs - HALF_DAY_MS : noonMs + HALF_DAY_MS;
  if (sunElevation(noonMs, place) <= degrees) return { atMs: noonMs, isReal: false };
  if (sunElevation(nightMs, place) > degrees) return { atMs: nightMs, isReal: false };
  let [high, low] = [noonMs, nightMs];
  for (let halving = 0; halving < HALVINGS; halving++) {
    const middle = (high + low) / 2;
    if (sunElevation(middle, place) > degrees) high = middle;
    else low = middle;
  }
  return { atMs: toSecond((high + low) / 2), isReal: true };
}

/** The elevation that a moment is about; null for noon. */
function elevationOf(point: SunPoint): { direction: 'above' | 'below'; degrees: number } | null {
  if (point.kind === 'elevation') return point;
  switch (point.event) {
    case 'sunrise':
      return { direction: 'above', degrees: HORIZON_DEGREES };
    case 'sunset':
      return { direction: 'below', degrees: HORIZON_DEGREES };
    case 'dawn':
      return { direction: 'above', degrees: TWILIGHT_DEGREES };
    case 'dusk':
      return { direction: 'below', degrees: TWILIGHT_DEGREES };
    case 'noon':
      return null;
    default:
      return point.event satisfies never;
  }
}

function toSecond(ms: number): number {
  return Math.round(ms / 1000) * 1000;
}
