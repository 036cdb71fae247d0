// The table of properties holds together: names, ranges and words are whole, keys are read and refused as
// promised, and a device narrows a row without widening it.
import * as icons from '@mdi/js';
import { describe, expect, test } from 'vitest';
import { DEVICE_KINDS } from './device-kind.ts';
import { ValidationError } from './errors.ts';
import {
  describeProperty,
  findProperty,
  isPropertyName,
  isVendorPropertyName,
  PROPERTIES,
  parsePropertyKey,
  property,
  propertyKey,
  specOf,
  vendorPropertyName,
} from './properties.ts';
import { PRIVACY_CATEGORIES } from './property-row.ts';

type Promised = readonly [name: string, type: string, unit?: string, min?: number, max?: number];

/** Programs outside count on these. */
const PROMISED: readonly Promised[] = [
  ['on', 'boolean'],
  ['brightness', 'number', '%', 0, 100],
  ['colorTemperature', 'number', 'K'],
  ['color', 'color'],
  ['position', 'number', '%', 0, 100],
  ['tilt', 'number', '%', 0, 100],
  ['locked', 'boolean'],
  ['open', 'boolean'],
  ['occupancy', 'boolean'],
  ['presence', 'boolean'],
  ['waterLeak', 'boolean'],
  ['smoke', 'boolean'],
  ['gas', 'boolean'],
  ['tamper', 'boolean'],
  ['targetTemperature', 'number', '°C'],
  ['mode', 'enum'],
  ['fanSpeed', 'number', '%', 0, 100],
  ['button', 'enum'],
  ['power', 'number', 'W'],
  ['energy', 'number', 'kWh', 0],
  ['voltage', 'number', 'V'],
  ['current', 'number', 'A'],
  ['battery', 'number', '%', 0, 100],
  ['linkQuality', 'number', 'LQI', 0, 255],
  ['temperature', 'number', '°C'],
  ['humidity', 'number', '%', 0, 100],
  ['illuminance', 'number', 'lx', 0],
  ['pressure', 'number', 'hPa'],
  ['co2', 'number', 'ppm', 0],
  ['pm25', 'number', 'µg/m³', 0],
  ['voc', 'number', 'ppb', 0],
];

describe('the table', () => {
  test.each(PROMISED.map((row) => [row[0], row] as const))('%s keeps what it was', (name, row) => {
    const [, type, unit, min, max] = row;
    const found = findProperty(name);
    expect(found).toMatchObject({ name, type });
    expect(found?.unit).toBe(unit);
    if (min !== undefined) expect(found?.min).toBe(min);
    if (max !== undefined) expect(found?.max).toBe(max);
  });

  test('no name stands twice, and each reads as one word in camel case', () => {
    const names = PROPERTIES.map((row) => row.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
  });

  test.each(PROPERTIES.map((row) => [row.name, row] as const))(
    '%s has words in both languages, an icon that exists and a privacy category',
    (_, row) => {
      const labels = [
        row.label,
        ...Object.values(row.values ?? {}),
        ...(row.words ? [row.words.true, row.words.false] : []),
      ];
      for (const { en, zh } of labels) {
        expect(en.trim()).not.toBe('');
        expect(zh.trim()).not.toBe('');
      }
      expect(Object.keys(icons)).toContain(row.icon);
      expect(PRIVACY_CATEGORIES).toContain(row.privacy);
    },
  );

  test.each(PROPERTIES.map((row) => [row.name, row] as const))(
    '%s states what its type needs',
    (_, row) => {
      if (row.type === 'number') expect(row.precision).toBeGreaterThan(0);
      if (row.type === 'boolean') expect(row.words).toBeDefined();
      if (row.type === 'enum') expect(row.values).toBeDefined();
      if (row.min !== undefined && row.max !== undefined) expect(row.min).toBeLessThan(row.max);
    },
  );

  test('what converts a wire value gives values that the row knows', () => {
    for (const row of PROPERTIES) {
      for (const identity of [row.matter, row.zigbee, ...row.exposes]) {
        const convert = identity?.convert;
        if (convert?.kind === 'scale') expect([row.min, row.max]).toEqual([0, 100]);
        if (convert?.kind !== 'values') continue;
        for (const ours of Object.values(convert.values)) {
          if (row.type === 'boolean') expect(typeof ours).toBe('boolean');
          if (row.type === 'number') expect(typeof ours).toBe('number');
          if (row.type === 'enum') expect(Object.keys(row.values ?? {})).toContain(ours);
        }
      }
    }
  });

  test('every kind of device has an icon that exists', () => {
    for (const { icon } of Object.values(DEVICE_KINDS)) expect(Object.keys(icons)).toContain(icon);
  });
});

describe('keys', () => {
  test('a key is a name, or a name with an endpoint', () => {
    expect(parsePropertyKey('brightness')).toEqual({ key: 'brightness', name: 'brightness' });
    expect(parsePropertyKey('on@2')).toEqual({ key: 'on@2', name: 'on', endpoint: 2 });
    expect(propertyKey('on', 2)).toBe('on@2');
    expect(propertyKey('on')).toBe('on');
  });

  test("a vendor's own property passes under x_", () => {
    expect(parsePropertyKey('x_led_color@3')).toMatchObject({ name: 'x_led_color', endpoint: 3 });
    expect(vendorPropertyName('led color (top)')).toBe('x_led_color__top_');
    expect(isVendorPropertyName('x_')).toBe(false);
    expect(isVendorPropertyName('led')).toBe(false);
  });

  test.each([
    ['brightnes', 'brightness'],
    ['Brightness', 'brightness'],
    ['color_temperature', 'colorTemperature'],
    ['color_temp', 'colorTemperature'],
    ['contact', 'open'],
    ['linkquality', 'linkQuality'],
    ['tempratur', 'temperature'],
  ])('"%s" is unknown, and the error asks whether %s was meant', (text, meant) => {
    expect(() => parsePropertyKey(text)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: `There is no property "${text}"`,
        hint: `Did you mean ${meant}?`,
      }),
    );
  });

  test('a name unlike any other gets no guess', () => {
    expect(() => parsePropertyKey('zzzzqqqq')).toThrow(
      expect.objectContaining({ hint: expect.not.stringContaining('Did you mean') }),
    );
  });

  test.each(['on@', 'on@0', 'on@-1', 'on@1.5', 'on@2x', 'on@241', 'on@1@2', 'on@ 1', 'on@01'])(
    '"%s" names no endpoint and is refused',
    (text) => {
      expect(() => parsePropertyKey(text)).toThrow(ValidationError);
    },
  );

  test.each(['', '@2', 'toString', '__proto__', 'constructor', 'x'.repeat(100_000)])(
    'hostile text is refused shortly',
    (text) => {
      expect(isPropertyName(text)).toBe(false);
      expect(() => parsePropertyKey(text)).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/^.{0,120}$/) }),
      );
    },
  );

  test('an endpoint is a whole number of 1 to 240', () => {
    for (const endpoint of [0, -1, 1.5, 241, Number.NaN]) {
      expect(() => propertyKey('on', endpoint)).toThrow(ValidationError);
    }
  });
});

describe('what a device states', () => {
  test('a row becomes a descriptor with all that the API shows', () => {
    expect(describeProperty('brightness')).toEqual({
      key: 'brightness',
      name: 'brightness',
      type: 'number',
      access: 'rw',
      unit: '%',
      min: 0,
      max: 100,
    });
    expect(describeProperty('on', { endpoint: 2, access: 'r' })).toMatchObject({
      key: 'on@2',
      endpoint: 2,
      access: 'r',
    });
  });

  test("a device's range narrows the row's and never widens it", () => {
    expect(describeProperty('colorTemperature', { min: 2200, max: 4000 })).toMatchObject({
      min: 2200,
      max: 4000,
    });
    expect(describeProperty('brightness', { min: -5, max: 254 })).toMatchObject({
      min: 0,
      max: 100,
    });
    expect(describeProperty('targetTemperature', { min: 5, max: 30, step: 0.5 })).toMatchObject({
      min: 5,
      max: 30,
      step: 0.5,
    });
  });

  test("a device's values join an open enum and are sifted by a closed one", () => {
    expect(describeProperty('preset', { values: ['eco', 'party'] }).values).toEqual([
      'eco',
      'party',
    ]);
    expect(describeProperty('lockState', { values: ['locked', 'odd'] }).values).toEqual(['locked']);
    expect(describeProperty('button', { values: ['single'] }).values).toEqual(['single']);
  });

  test('the spec of a descriptor has the words of its row and the constraints of the device', () => {
    const descriptor = describeProperty('mode', { values: ['off', 'heat', 'floor_drying'] });
    expect(specOf(descriptor)).toMatchObject({
      name: 'mode',
      label: property('mode').label,
      values: {
        off: { en: 'off', zh: '关闭' },
        heat: { en: 'heat', zh: '制热' },
        floor_drying: { en: 'floor drying', zh: 'floor drying' },
      },
    });
  });

  test('the spec of an endpoint is named by its key', () => {
    expect(specOf(describeProperty('on', { endpoint: 2 })).name).toBe('on@2');
  });

  test("of a vendor's own property nothing is lost", () => {
    const name = vendorPropertyName('dip_angle');
    const key = propertyKey(name);
    expect(
      specOf({ key, name, type: 'number', access: 'rw', unit: '°', min: -5, max: 5, step: 0.5 }),
    ).toMatchObject({
      name: 'x_dip_angle',
      label: { en: 'dip angle', zh: 'dip angle' },
      unit: '°',
      min: -5,
      max: 5,
      precision: 0.5,
    });
  });
});
