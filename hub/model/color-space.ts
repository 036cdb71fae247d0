// Colours as lamps say them, to and from hue and saturation. Spec: ITU-R BT.709 (sRGB primaries, D65).
import type { ColorValue } from './property-row.ts';

type Triple = readonly [number, number, number];

/** Red, green and blue 0–255 → hue and saturation; what is dark counts as what it would be when bright. */
export function fromRgb([red, green, blue]: Triple): ColorValue {
  const max = Math.max(red, green, blue);
  const span = max - Math.min(red, green, blue);
  if (max <= 0 || span <= 0) return { hue: 0, saturation: 0 };
  const turn =
    max === red
      ? (green - blue) / span
      : max === green
        ? 2 + (blue - red) / span
        : 4 + (red - green) / span;
  return { hue: tidy((turn * 60 + 360) % 360), saturation: tidy((span / max) * 100) };
}

/** Hue and saturation at full brightness → red, green and blue 0–255. */
export function toRgb({ hue, saturation }: ColorValue): Triple {
  const part = (offset: number): number => {
    const k = (offset + hue / 60) % 6;
    const value = 1 - (saturation / 100) * Math.max(0, Math.min(k, 4 - k, 1));
    return Math.round(value * 255);
  };
  return [part(5), part(3), part(1)];
}

/** CIE 1931 x and y → hue and saturation. */
export function fromXy(x: number, y: number): ColorValue {
  if (y <= 0) return { hue: 0, saturation: 0 };
  const X = x / y;
  const Z = (1 - x - y) / y;
  const linear = [
    3.2406 * X - 1.5372 - 0.4986 * Z,
    -0.9689 * X + 1.8758 + 0.0415 * Z,
    0.0557 * X - 0.204 + 1.057 * Z,
  ].map((value) => Math.max(0, value));
  const max = Math.max(...linear, 1e-9);
  const [red = 0, green = 0, blue = 0] = linear.map((value) => gamma(value / max) * 255);
  return fromRgb([red, green, blue]);
}

/** Hue and saturation → CIE 1931 x and y. */
export function toXy(color: ColorValue): readonly [number, number] {
  const [r, g, b] = toRgb(color).map((value) => ungamma(value / 255)) as unknown as Triple;
  const X = 0.4124 * r + 0.3576 * g + 0.1805 * b;
  const Y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const Z = 0.0193 * r + 0.1192 * g + 0.9505 * b;
  const sum = X + Y + Z;
  if (sum <= 0) return [0.3127, 0.329];
  return [Math.round((X / sum) * 1e4) / 1e4, Math.round((Y / sum) * 1e4) / 1e4];
}

function gamma(value: number): number {
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

function ungamma(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function tidy(value: number): number {
  return Math.round(value * 10) / 10;
}
