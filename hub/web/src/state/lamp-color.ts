// The light a lamp gives, as a colour of the page: tiles, rooms and windows glow with it.

/** Red, green, blue, each 0–255. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** How bright something glows, 0 to 1, and in which colour. */
export interface Glow {
  readonly color: Rgb;
  readonly level: number;
}

/** What a lamp without any colour of its own is shown as: an ordinary warm bulb. */
export const WARM_KELVIN = 2700;

function clampByte(value: number): number {
  return Math.round(Math.min(255, Math.max(0, value)));
}

/**
 * The colour of a black body at `kelvin`, 1,000–12,000 K, by Tanner Helland's fit of the CIE tables
 * (https://tannerhelland.com/2012/09/18/convert-temperature-rgb-algorithm-code.html).
 */
export function rgbOfKelvin(kelvin: number): Rgb {
  const hundreds = Math.min(120, Math.max(10, kelvin / 100));
  const red = hundreds <= 66 ? 255 : 329.698727446 * (hundreds - 60) ** -0.1332047592;
  const green =
    hundreds <= 66
      ? 99.4708025861 * Math.log(hundreds) - 161.1195681661
      : 288.1221695283 * (hundreds - 60) ** -0.0755148492;
  const blue =
    hundreds >= 66
      ? 255
      : hundreds <= 19
        ? 0
        : 138.5177312231 * Math.log(hundreds - 10) - 305.0447927307;
  return [clampByte(red), clampByte(green), clampByte(blue)];
}

/** Hue in degrees and saturation in per cent, at full value, as red, green, blue. */
export function rgbOfHue(hue: number, saturation: number): Rgb {
  const chroma = Math.min(100, Math.max(0, saturation)) / 100;
  const channel = (offset: number): number => {
    const k = (offset + hue / 60) % 6;
    return 255 * (1 - chroma * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return [clampByte(channel(5)), clampByte(channel(3)), clampByte(channel(1))];
}

/** What a lamp reports, as far as it does. */
export interface LampValues {
  readonly on: boolean;
  readonly brightness: number | null;
  readonly colorTemperature: number | null;
  readonly color: { readonly hue: number; readonly saturation: number } | null;
  /** Which of the two colours the lamp follows, where it says; null: the colour when it has one. */
  readonly colorMode: 'color' | 'temperature' | null;
}

/** The glow of a lamp; null while it is off. The eye sees level as a root of the power, so dim light is not lost. */
export function glowOf(lamp: LampValues): Glow | null {
  if (!lamp.on) return null;
  const share = lamp.brightness === null ? 1 : Math.min(100, Math.max(1, lamp.brightness)) / 100;
  const level = Math.sqrt(share);
  const usesColor =
    lamp.color !== null &&
    lamp.colorMode !== 'temperature' &&
    (lamp.colorMode === 'color' || lamp.color.saturation > 12 || lamp.colorTemperature === null);
  if (usesColor && lamp.color !== null) {
    return { color: rgbOfHue(lamp.color.hue, lamp.color.saturation), level };
  }
  return { color: rgbOfKelvin(lamp.colorTemperature ?? WARM_KELVIN), level };
}

/** Several lamps seen as one: the colours weighted by level, the level of the brightest and a little of the rest. */
export function mixGlows(glows: readonly Glow[]): Glow | null {
  const total = glows.reduce((sum, glow) => sum + glow.level, 0);
  if (total === 0) return null;
  const channel = (index: 0 | 1 | 2): number =>
    clampByte(glows.reduce((sum, glow) => sum + glow.color[index] * glow.level, 0) / total);
  const brightest = Math.max(...glows.map((glow) => glow.level));
  return {
    color: [channel(0), channel(1), channel(2)],
    level: Math.min(1, brightest * 0.8 + (total - brightest) * 0.2 + 0.1),
  };
}

/** A colour as CSS writes it. */
export function cssColor(color: Rgb): string {
  return `rgb(${color.join(' ')})`;
}
