// Colours there and back, and where the standard's own corners lie.
import { expect, test } from 'vitest';
import { fromXy, toXy } from './color-space.ts';

test('each hue comes back as it went, within a degree', () => {
  for (let hue = 0; hue < 360; hue += 5) {
    for (const saturation of [40, 70, 100]) {
      const back = fromXy(toXy({ hue, saturation }));
      const apart = Math.abs(((back.hue - hue + 540) % 360) - 180);
      expect(apart, `${hue}° ${saturation} %`).toBeLessThanOrEqual(1);
      expect(Math.abs(back.saturation - saturation)).toBeLessThanOrEqual(1);
    }
  }
});

test('white is D65, and red is the red of sRGB', () => {
  const { x, y } = toXy({ hue: 0, saturation: 0 });
  expect([x / 65_536, y / 65_536].map((each) => each.toFixed(3))).toEqual(['0.313', '0.329']);
  const red = toXy({ hue: 0, saturation: 100 });
  expect([red.x / 65_536, red.y / 65_536].map((each) => each.toFixed(2))).toEqual(['0.64', '0.33']);
  expect(fromXy({ x: 65_279, y: 0 }).saturation).toBe(100);
});
