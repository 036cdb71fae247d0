// Colours as Hue lamps say them, CIE 1931 x and y within what a lamp can show, to and from hue and saturation.
// Spec: CLIP API v2, `gamut` of a light.
import { fromXy, toXy } from '../../../hub/model/color-space.ts';
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

/** x and y → hue and saturation. */
export function fromPoint({ x, y }: Point): ColorValue {
  return fromXy(x, y);
}

/** Hue and saturation → x and y, the nearest that the lamp can show. */
export function toPoint(color: ColorValue, gamut: Gamut | undefined): Point {
  const [atX, atY] = toXy(color);
  const point = { x: atX, y: atY };
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
