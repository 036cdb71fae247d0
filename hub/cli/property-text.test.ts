// Typed values of each type of property, and the words that values are shown with.
import { expect, test } from 'vitest';
import type { DevicePropertyJson, PropertyInfoJson, ValueJson } from '../api/shapes.ts';
import { propertyLabel, readValue, valueText } from './property-text.ts';

function read(type: DevicePropertyJson['type'], text: string, unit?: string): ValueJson | null {
  const property = { value: null, access: 'rw' as const, type, ...(unit ? { unit } : {}) };
  return readValue(text, property, undefined);
}

const OPEN: PropertyInfoJson = {
  name: 'open',
  type: 'boolean',
  access: 'r',
  family: 'safety',
  label: { en: 'Open', zh: '开合' },
  icon: 'mdiDoor',
  privacy: 'security',
  words: { true: { en: 'open', zh: '打开' }, false: { en: 'closed', zh: '关闭' } },
};

test('yes and no are understood in the words that people use', () => {
  for (const text of ['true', 'on', 'ON', 'yes', '1', '开'])
    expect(read('boolean', text)).toBe(true);
  for (const text of ['false', 'off', 'no', '0', '关']) expect(read('boolean', text)).toBe(false);
  const property = { value: null, access: 'rw' as const, type: 'boolean' as const };
  expect(readValue('closed', property, OPEN)).toBe(false);
  expect(readValue('打开', property, OPEN)).toBe(true);
  expect(read('boolean', 'maybe')).toBeNull();
});

test('a number may carry its own unit and no other', () => {
  expect(read('number', '40%', '%')).toBe(40);
  expect(read('number', '21.5 °C', '°C')).toBe(21.5);
  expect(read('number', '21,5', '°C')).toBe(21.5);
  expect(read('number', '-5', '°C')).toBe(-5);
  for (const text of ['40 K', '1e3', 'NaN', 'Infinity', '', '0x10', '4 0']) {
    expect(read('number', text, '%')).toBeNull();
  }
});

test('a colour is a hex code or hue and saturation', () => {
  expect(read('color', '#ff0000')).toEqual({ hue: 0, saturation: 100 });
  expect(read('color', '#FF8800')).toEqual({ hue: 32, saturation: 100 });
  expect(read('color', '#ffffff')).toEqual({ hue: 0, saturation: 0 });
  expect(read('color', '240, 50')).toEqual({ hue: 240, saturation: 50 });
  expect(read('color', 'red')).toBeNull();
});

test('values are shown with their words and units in the chosen language', () => {
  expect(valueText(true, undefined, OPEN, 'en')).toBe('open');
  expect(valueText(false, undefined, OPEN, 'zh')).toBe('关闭');
  expect(valueText(62.5, { unit: '%' }, undefined, 'en')).toBe('62.5 %');
  expect(valueText(null, undefined, OPEN, 'en')).toBe('–');
});

test('a property is called as its owner has named it, else by the table and its endpoint', () => {
  const label = { en: 'Back door', zh: 'Back door 开合' };
  const said = (own: Pick<DevicePropertyJson, 'label' | 'named'>, key = 'open@2') =>
    (['en', 'zh'] as const).map((language) => propertyLabel(key, own, OPEN, language));
  expect(said({ label, named: true })).toEqual(['Back door', 'Back door 开合']);
  expect(said({})).toEqual(['Open 2', '开合 2']);
  expect(said({}, 'open')).toEqual(['Open', '开合']);
});
