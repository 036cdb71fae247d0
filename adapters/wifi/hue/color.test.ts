// Colours of Hue lamps. The points of the primaries are those of ITU-R BT.709; the triangles are CLIP's.
import { describe, expect, it } from 'vitest';
import { distance, fromPoint, GAMUTS, nearest, toPoint } from './color.ts';

describe('a colour of a Hue lamp', () => {
  it.each([
    ['red', 0, { x: 0.64, y: 0.33 }],
    ['green', 120, { x: 0.3, y: 0.6 }],
    ['blue', 240, { x: 0.15, y: 0.06 }],
  ])('%s is the primary of the standard', (_, hue, point) => {
    expect(distance(toPoint({ hue, saturation: 100 }, undefined), point)).toBeLessThan(0.001);
    const back = fromPoint(point);
    expect(Math.abs(((back.hue - hue + 540) % 360) - 180)).toBeLessThan(1);
    expect(back.saturation).toBeGreaterThan(99);
  });

  it('is white where nothing is saturated', () => {
    const white = toPoint({ hue: 77, saturation: 0 }, GAMUTS.C);
    expect(distance(white, { x: 0.3127, y: 0.329 })).toBeLessThan(0.001);
    expect(fromPoint(white).saturation).toBeLessThan(1);
  });

  it('comes back as it went for every hue that the lamp can show', () => {
    for (let hue = 0; hue < 360; hue += 5) {
      for (const saturation of [20, 50, 80]) {
        const back = fromPoint(toPoint({ hue, saturation }, undefined));
        expect(Math.abs(((back.hue - hue + 540) % 360) - 180)).toBeLessThan(3);
        expect(Math.abs(back.saturation - saturation)).toBeLessThan(3);
      }
    }
  });

  it('is the nearest that the lamp can show where it cannot show the colour itself', () => {
    for (const [kind, gamut] of Object.entries(GAMUTS)) {
      for (let hue = 0; hue < 360; hue += 10) {
        const wanted = toPoint({ hue, saturation: 100 }, undefined);
        const shown = toPoint({ hue, saturation: 100 }, gamut);
        // What is nearest once is nearest again, but for rounding.
        expect(distance(nearest(shown, gamut), shown), `${kind} ${hue}`).toBeLessThan(0.0002);
        for (const corner of Object.values(gamut)) {
          expect(distance(shown, wanted)).toBeLessThanOrEqual(distance(corner, wanted) + 0.0002);
        }
      }
    }
  });

  it('of no colour at all is white', () => {
    expect(fromPoint({ x: 0, y: 0 })).toEqual({ hue: 0, saturation: 0 });
    expect(fromPoint({ x: 1, y: -1 })).toEqual({ hue: 0, saturation: 0 });
  });
});
