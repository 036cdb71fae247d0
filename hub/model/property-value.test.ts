// What values a property takes, and when two values are one state.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  describeProperty,
  PROPERTIES,
  property,
  propertyKey,
  specOf,
  vendorPropertyName,
} from './properties.ts';
import { checkValue, valuesEqual } from './property-value.ts';

describe('checkValue', () => {
  test.each([
    ['on', true],
    ['brightness', 0],
    ['brightness', 62.5],
    ['brightness', 100],
    ['temperature', -40.5],
    ['color', { hue: 360, saturation: 0 }],
    ['mode', 'heat'],
    ['melody', '17'],
  ] as const)('%s takes %j', (name, value) => {
    expect(checkValue(property(name), value)).toBeNull();
  });

  test.each([
    ['brightness', 140, 'brightness cannot be 140 %', 'a number from 0 to 100 %'],
    ['brightness', -1, 'brightness cannot be -1 %', 'a number from 0 to 100 %'],
    ['brightness', '80', 'brightness cannot be "80"', 'a number from 0 to 100 %'],
    ['brightness', Number.NaN, 'brightness cannot be NaN', 'a number from 0 to 100 %'],
    ['brightness', null, 'brightness cannot be null', 'a number from 0 to 100 %'],
    ['illuminance', -3, 'illuminance cannot be -3 lx', 'a number of at least 0 lx'],
    ['temperature', 'warm', 'temperature cannot be "warm"', 'a number in °C'],
    ['on', 'ON', 'on cannot be "ON"', 'true or false'],
    ['on', undefined, 'on cannot be nothing', 'true or false'],
    ['lockState', 'ajar', 'lockState cannot be "ajar"', 'locked, unlocked, not_fully_locked'],
    ['lockState', 'toString', 'lockState cannot be "toString"', 'one of locked'],
    ['color', 'red', 'color cannot be "red"', '{"hue": 0–360, "saturation": 0–100}'],
    ['color', { hue: 10 }, 'color cannot be {"hue":10}', 'saturation'],
    ['color', { hue: 400, saturation: 5 }, 'color cannot be {"hue":400,', '"hue": 0–360'],
    ['melody', 'x'.repeat(2000), 'melody cannot be "xxx', 'at most 1024 characters'],
  ] as const)('%s refuses %j and says what it takes', (name, value, message, hint) => {
    const problem = checkValue(property(name), value);
    expect(problem?.message).toContain(message);
    expect(problem?.hint).toContain(`${name} takes `);
    expect(problem?.hint).toContain(hint);
    expect(problem?.message.length).toBeLessThan(120);
  });

  test("a device's own limits are named", () => {
    const spec = specOf(describeProperty('colorTemperature', { min: 2200, max: 4000 }));
    expect(checkValue(spec, 2700)).toBeNull();
    expect(checkValue(spec, 6500)).toMatchObject({
      kind: 'out-of-range',
      message: 'colorTemperature cannot be 6500 K',
      hint: 'colorTemperature takes a number from 2200 to 4000 K.',
    });
    const mode = specOf(describeProperty('mode', { values: ['off', 'heat'] }));
    expect(checkValue(mode, 'cool')).toMatchObject({
      kind: 'not-one-of',
      hint: 'mode takes one of off, heat.',
    });
  });

  test("a vendor's own property is judged by what the device says of it", () => {
    const name = vendorPropertyName('gain');
    const key = propertyKey(name);
    const spec = specOf({ key, name, type: 'number', access: 'rw', max: 3 });
    expect(checkValue(spec, 3)).toBeNull();
    expect(checkValue(spec, 4)?.hint).toBe('x_gain takes a number of at most 3.');
  });

  test('anything at all gets an answer and never an exception', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const anything = fc.oneof(fc.anything(), fc.constant(circular), fc.constant(Symbol('s')));
    fc.assert(
      fc.property(anything, fc.constantFrom(...PROPERTIES), (value, row) => {
        const problem = checkValue(row, value);
        expect(problem === null || problem.message.length < 200).toBe(true);
      }),
    );
  });
});

describe('valuesEqual', () => {
  test.each([
    ['brightness', 62.5, 62.6, true],
    ['brightness', 62, 63, false],
    ['temperature', 21.5, 21.45, true],
    ['temperature', 21.5, 21.6, false],
    ['colorTemperature', 2700, 2703, true],
    ['colorTemperature', 6500, 6452, false],
    ['energy', 12.34, 12.341, false],
    ['on', true, true, true],
    ['on', true, false, false],
    ['on', true, null, false],
    ['mode', 'heat', 'heat', true],
    ['color', { hue: 359, saturation: 80 }, { hue: 1, saturation: 81 }, true],
    ['color', { hue: 0, saturation: 80 }, { hue: 20, saturation: 80 }, false],
    ['color', { hue: 10, saturation: 1 }, { hue: 200, saturation: 0 }, true],
    ['color', { hue: 10, saturation: 1 }, null, false],
  ] as const)('%s: %j and %j are one state: %s', (name, a, b, isEqual) => {
    expect(valuesEqual(property(name), a, b)).toBe(isEqual);
    expect(valuesEqual(property(name), b, a)).toBe(isEqual);
  });

  test('brightness that went through the 254 steps of a radio is the same', () => {
    const row = property('brightness');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), (percent) => {
        const step = Math.round((percent / 100) * 254);
        expect(valuesEqual(row, percent, (step / 254) * 100)).toBe(true);
      }),
    );
  });

  test('a colour temperature that went through whole mireds is the same', () => {
    const row = property('colorTemperature');
    fc.assert(
      fc.property(fc.integer({ min: 1700, max: 6600 }), (kelvin) => {
        expect(valuesEqual(row, kelvin, 1_000_000 / Math.round(1_000_000 / kelvin))).toBe(true);
      }),
    );
  });
});
