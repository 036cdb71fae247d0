// The light of lamps and rooms.
import { describe, expect, it } from 'vitest';
import { cssColor, glowOf, mixGlows, rgbOfHue, rgbOfKelvin, WARM_KELVIN } from './lamp-color.ts';

const LAMP = { on: true, brightness: 100, colorTemperature: null, color: null, colorMode: null };

describe('the light of a lamp', () => {
  it('is nothing while the lamp is off', () => {
    expect(glowOf({ ...LAMP, on: false })).toBeNull();
  });

  it('is warm white where the lamp tells no colour', () => {
    expect(glowOf(LAMP)).toEqual({ color: rgbOfKelvin(WARM_KELVIN), level: 1 });
  });

  it('grows with the brightness, and never vanishes while the lamp is on', () => {
    const levels = [0, 1, 10, 50, 100].map((brightness) => glowOf({ ...LAMP, brightness })?.level);
    expect(levels).toEqual([...levels].sort());
    expect(levels[0]).toBeGreaterThan(0.05);
    expect(levels.at(-1)).toBe(1);
  });

  it('follows the colour when the lamp shows one, and the white when it shows that', () => {
    const both = { ...LAMP, colorTemperature: 4000, color: { hue: 240, saturation: 100 } };
    expect(glowOf(both)?.color).toEqual([0, 0, 255]);
    expect(glowOf({ ...both, colorMode: 'temperature' })?.color).toEqual(rgbOfKelvin(4000));
    const pale = { ...both, color: { hue: 240, saturation: 5 } };
    expect(glowOf(pale)?.color).toEqual(rgbOfKelvin(4000));
  });

  it('is redder at low and bluer at high colour temperatures', () => {
    const [warmRed, , warmBlue] = rgbOfKelvin(2200);
    const [coolRed, , coolBlue] = rgbOfKelvin(9000);
    expect(warmRed).toBe(255);
    expect(warmBlue).toBeLessThan(140);
    expect(coolBlue).toBe(255);
    expect(coolRed).toBeLessThan(230);
  });

  it('turns hue and saturation into the primary colours', () => {
    expect(rgbOfHue(0, 100)).toEqual([255, 0, 0]);
    expect(rgbOfHue(120, 100)).toEqual([0, 255, 0]);
    expect(rgbOfHue(360, 100)).toEqual([255, 0, 0]);
    expect(rgbOfHue(77, 0)).toEqual([255, 255, 255]);
    expect(cssColor([1, 2, 3])).toBe('rgb(1 2 3)');
  });
});

describe('the light of a room', () => {
  it('is dark without a lit lamp', () => {
    expect(mixGlows([])).toBeNull();
  });

  it('mixes colours by their levels', () => {
    const mixed = mixGlows([
      { color: [255, 0, 0], level: 0.75 },
      { color: [0, 0, 255], level: 0.25 },
    ]);
    expect(mixed?.color).toEqual([191, 0, 64]);
    expect(mixed?.level).toBeLessThanOrEqual(1);
  });
});
