// Colours between the home's hue and saturation and the CIE 1931 x and y that Matter's colour lights speak as well. Pure.
import type { ColorValue } from '../../../hub/model/properties.ts';

/** x and y as Matter writes them: each times 65,536. Spec: Matter 1.4 Application Clusters § 3.2.7.4. */
export interface WireXy {
  readonly x: number;
  readonly y: number;
}

const WIRE = 65_536;
const WIRE_MAX = 65_279;

/** The chromaticity of a colour at full brightness. sRGB primaries, white point D65. Spec: IEC 61966-2-1. */
export function toXy({ hue, saturation }: ColorValue): WireXy {
  const channel = (offset: number): number => {
    const step = (offset + hue / 60) % 6;
    const value = 1 - (saturation / 100) * Math.max(0, Math.min(step, 4 - step, 1));
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const [red, green, blue] = [channel(5), channel(3), channel(1)];
  const x = 0.4124 * red + 0.3576 * green + 0.1805 * blue;
  const y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  const z = 0.0193 * red + 0.1192 * green + 0.9505 * blue;
  const wire = (value: number) => Math.min(WIRE_MAX, Math.round((value / (x + y + z)) * WIRE));
  return { x: wire(x), y: wire(y) };
}

/** The hue and saturation of a chromaticity; what lies outside of sRGB becomes its most saturated neighbour. */
export function fromXy(wire: WireXy): ColorValue {
  const [x, y] = [wire.x / WIRE, Math.max(wire.y / WIRE, 1e-6)];
  const [bigX, bigZ] = [x / y, (1 - x - y) / y];
  const linear = [
    3.2406 * bigX - 1.5372 - 0.4986 * bigZ,
    -0.9689 * bigX + 1.8758 + 0.0415 * bigZ,
    0.0557 * bigX - 0.204 + 1.057 * bigZ,
  ].map((value) => Math.max(0, value));
  const brightest = Math.max(...linear, 1e-9);
  const [red = 0, green = 0, blue = 0] = linear.map((value) => {
    const share = value / brightest;
    return share <= 0.003_130_8 ? share * 12.92 : 1.055 * share ** (1 / 2.4) - 0.055;
  });
  const [max, min] = [Math.max(red, green, blue), Math.min(red, green, blue)];
  const span = max - min;
  if (span < 1e-6) return { hue: 0, saturation: 0 };
  const sector =
    max === red
      ? ((green - blue) / span + 6) % 6
      : max === green
        ? (blue - red) / span + 2
        : (red - green) / span + 4;
  return { hue: Math.round(sector * 60) % 360, saturation: Math.round((span / max) * 100) };
}
