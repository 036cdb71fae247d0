// Colours as Hue lamps say them, CIE 1931 x and y within what a lamp can show, to and from hue and saturation.
// Spec: ITU-R BT.709 (sRGB primaries, D65); the triangles of lamps as CLIP's `gamut` gives them.
import type { ColorValue } from '../../../hub/model/properties.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The corners of the colours that a lamp can show. */
export interface Gamut {
  readonly red: Point;
  readonly green: Point;
  readonly blue: Point;
}

/** Of lamps that name their kind alone. */
export const GAMUTS: Readonly<Record<string, Gamut>> = {
  A: { red: { x: 0.704, y: 0.296 }, green: { x: 0.2151, y: 0.7106 }, blue: { x: 0.138, y: 0.08 } },
  B: { red: { x: 0.675, y: 0.322 }, green: { x: 0.409, y: 0.518 }, blue: { x: 0.167, y: 0.04 } },
  C: { red: { x: 0.6915, y: 0.3083 }, green: { x: 0.17, y: 0.7 }, blue: { x: 0.1532, y: 0.0475 } },
};

const WHITE: Point = { x: 0.3127, y: 0.329 };

/** x and y → hue and saturation. */
export function fromPoint({ x, y }: Point): ColorValue {
  if (!(y > 0)) return { hue: 0, saturation: 0 };
  const big = x / y;
  const rest = (1 - x - y) / y;
  const linear = [
    3.2406 * big - 1.5372 - 0.4986 * rest,
    -0.9689 * big + 1.8758 + 0.0415 * rest,
    0.0557 * big - 0.204 + 1.057 * rest,
  ].map((value) => Math.max(0, value));
  const brightest = Math.max(...linear, 1e-9);
  const [red = 0, green = 0, blue = 0] = linear.map((value) => gamma(value / brightest));
  const max = Math.max(red, green, blue);
  const span = max - Math.min(red, green, blue);
  // What is left of white after rounding has no hue of its own.
  if (span < 0.004) return { hue: 0, saturation: 0 };
  const turn =
    max === red
      ? (green - blue) / span
      : max === green
        ? 2 + (blue - red) / span
        : 4 + (red - green) / span;
  return { hue: tidy((turn * 60 + 360) % 360), saturation: tidy((span / max) * 100) };
}

/** Hue and saturation → x and y, the nearest that the lamp can show. */
export function toPoint({ hue, saturation }: ColorValue, gamut: Gamut | undefined): Point {
  const part = (offset: number): number => {
    const k = (offset + hue / 60) % 6;
    return ungamma(1 - (saturation / 100) * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  const [r, g, b] = [part(5), part(3), part(1)];
  const big = 0.4124 * r + 0.3576 * g + 0.1805 * b;
  const middle = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const sum = big + middle + (0.0193 * r + 0.1192 * g + 0.9505 * b);
  const point = sum > 0 ? { x: big / sum, y: middle / sum } : WHITE;
  const { x, y } = gamut === undefined ? point : nearest(point, gamut);
  return { x: Math.round(x * 1e4) / 1e4, y: Math.round(y * 1e4) / 1e4 };
}

/** The point itself where it lies in the triangle, else the nearest on its edges. */
export function nearest(point: Point, { red, green, blue }: Gamut): Point {
  const sides = [cross(red, green, point), cross(green, blue, point), cross(blue, red, point)];
  const isInside = sides.every((side) => side >= 0) || sides.every((side) => side <= 0);
  if (isInside) return point;
  const candidates = [
    onEdge(point, red, green),
    onEdge(point, green, blue),
    onEdge(point, blue, red),
  ];
  return candidates.reduce((best, each) =>
    distance(each, point) < distance(best, point) ? each : best,
  );
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function cross(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

function onEdge(point: Point, a: Point, b: Point): Point {
  const length = (b.x - a.x) ** 2 + (b.y - a.y) ** 2;
  if (length === 0) return a;
  const along = ((point.x - a.x) * (b.x - a.x) + (point.y - a.y) * (b.y - a.y)) / length;
  const t = Math.min(1, Math.max(0, along));
  return { x: a.x + t * (b.x - a.x), y: a.y + t * (b.y - a.y) };
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
