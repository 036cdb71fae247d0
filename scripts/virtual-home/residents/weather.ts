// The world outside, as functions of the residents' time: sun, temperature, humidity, pressure.
// Seeded, so that two runs have the same weather.

import type { Random } from '../random.ts';

/** What the weather is at one moment. */
export interface Weather {
  temperatureCelsius: number;
  humidityPercent: number;
  pressureHectopascals: number;
  /** Daylight outdoors. */
  lux: number;
}

const HOUR = 3_600;
const DAY = 24 * HOUR;
const NOON_LUX = 40_000;
const SUNRISE_HOUR = 6.5;
const SUNSET_HOUR = 20;

/** A slow curve of the seed's own: three waves of different length, from -1 to 1. */
function drift(random: Random): (seconds: number) => number {
  const waves = [5, 17, 61].map((hours) => ({
    period: hours * HOUR * random.between(0.8, 1.2),
    phase: random.between(0, 2 * Math.PI),
  }));
  return (seconds) =>
    waves.reduce(
      (sum, { period, phase }) => sum + Math.sin((2 * Math.PI * seconds) / period + phase),
      0,
    ) / waves.length;
}

/** Creates the weather of a seed; the function takes seconds of the residents' time. */
export function createWeather(random: Random): (seconds: number) => Weather {
  const warmth = drift(random);
  const clouds = drift(random);
  const barometer = drift(random);
  return (seconds) => {
    const hour = (seconds % DAY) / HOUR;
    const height = Math.sin((Math.PI * (hour - SUNRISE_HOUR)) / (SUNSET_HOUR - SUNRISE_HOUR));
    const isDay = hour > SUNRISE_HOUR && hour < SUNSET_HOUR;
    const cloudiness = 0.5 + 0.5 * clouds(seconds);
    const swing = Math.sin((2 * Math.PI * (hour - 9)) / 24);
    const temperatureCelsius = 9 + 5 * swing + 3 * warmth(seconds);
    return {
      temperatureCelsius,
      humidityPercent: Math.max(25, Math.min(98, 70 - 18 * swing + 12 * cloudiness - 6)),
      pressureHectopascals: 1_013 + 12 * barometer(seconds),
      lux: isDay ? Math.max(5, NOON_LUX * height * (1 - 0.8 * cloudiness)) : 0.2,
    };
  };
}
