// How values read in English and Chinese.
import { expect, test } from 'vitest';
import {
  describeProperty,
  property,
  propertyKey,
  specOf,
  vendorPropertyName,
} from './properties.ts';
import { formatValue } from './property-format.ts';

test.each([
  ['brightness', 62, '62 %', '62 %'],
  ['brightness', 62.4, '62 %', '62 %'],
  ['temperature', 21.46, '21.5 °C', '21.5 °C'],
  ['temperature', -0.04, '0.0 °C', '0.0 °C'],
  ['colorTemperature', 2703, '2700 K', '2700 K'],
  ['energy', 12.3, '12.30 kWh', '12.30 kWh'],
  ['rotation', -12, '-12°', '-12°'],
  ['powerFactor', 0.987, '0.99', '0.99'],
  ['on', true, 'on', '开'],
  ['on', false, 'off', '关'],
  ['open', true, 'open', '打开'],
  ['open', false, 'closed', '关闭'],
  ['locked', true, 'locked', '上锁'],
  ['locked', false, 'unlocked', '解锁'],
  ['occupancy', true, 'motion', '有人'],
  ['occupancy', false, 'no motion', '无人'],
  ['mode', 'fan_only', 'fan only', '送风'],
  ['mode', 'toString', 'toString', 'toString'],
  ['color', { hue: 30.4, saturation: 80 }, '30° 80 %', '30° 80 %'],
  ['humidity', null, '–', '–'],
] as const)('%s %j reads %s and %s', (name, value, en, zh) => {
  expect(formatValue(property(name), value, 'en')).toBe(en);
  expect(formatValue(property(name), value, 'zh')).toBe(zh);
});

test("a device's own enum value reads as words", () => {
  const spec = specOf(describeProperty('preset', { values: ['floor_drying'] }));
  expect(formatValue(spec, 'floor_drying', 'en')).toBe('floor drying');
});

test("a vendor's own boolean reads yes and no", () => {
  const name = vendorPropertyName('scale_protection');
  const spec = specOf({ key: propertyKey(name), name, type: 'boolean', access: 'rw' });
  expect(formatValue(spec, true, 'en')).toBe('yes');
  expect(formatValue(spec, false, 'zh')).toBe('否');
});
