// Conversions of wire values, one by one, in both directions.
import { describe, expect, test } from 'vitest';
import { property } from '../../../hub/model/properties.ts';
import type {
  PropertySpec,
  PropertyValue,
  WireConversion,
} from '../../../hub/model/property-row.ts';
import { fromWire, toWire, type WireRange } from './wire-value.ts';

type Vector = readonly [
  what: string,
  spec: PropertySpec,
  convert: WireConversion | undefined,
  range: WireRange,
  wire: unknown,
  value: PropertyValue,
];

const SAME: readonly Vector[] = [
  ['a switch by words', property('on'), undefined, { on: 'ON', off: 'OFF' }, 'ON', true],
  ['a plain truth', property('occupancy'), undefined, {}, false, false],
  [
    'an inverted truth',
    property('open'),
    { kind: 'boolean', true: false, false: true },
    {},
    false,
    true,
  ],
  ['a factor', property('power'), { kind: 'factor', factor: 1000 }, {}, 0.5, 500],
  ['levels', property('brightness'), { kind: 'scale', from: [0, 254] }, {}, 127, 50],
  [
    'levels that the device ends sooner',
    property('brightness'),
    { kind: 'scale', from: [0, 254] },
    { min: 0, max: 1000 },
    250,
    25,
  ],
  ['a turned sense', property('position'), { kind: 'scale', from: [100, 0] }, {}, 30, 70],
  ['mireds', property('colorTemperature'), { kind: 'mireds' }, {}, 250, 4000],
  ['a bit', property('occupancy'), { kind: 'bit', bit: 0 }, {}, 1, true],
  ['an enum', property('mode'), undefined, { values: ['off', 'heat'] }, 'heat', 'heat'],
  [
    'another word',
    property('button'),
    { kind: 'values', values: { hold: 'long', long_press: 'long' } },
    { values: ['long_press'] },
    'long_press',
    'long',
  ],
  ['an enum of numbers', property('preset'), undefined, { values: [1, 2] }, 2, '2'],
];

describe('both ways', () => {
  test.each(SAME)('%s', (_, spec, convert, range, wire, value) => {
    expect(fromWire(spec, convert, range, wire)).toBe(value);
    expect(toWire(spec, convert, range, value)).toBe(wire);
  });
});

describe('from the wire', () => {
  test.each([
    [
      'illuminance on its logarithmic scale',
      property('illuminance'),
      { kind: 'logLux' },
      20_001,
      100,
    ],
    ['darkness', property('illuminance'), { kind: 'logLux' }, 0, 0],
    ['a number as a text', property('temperature'), undefined, '21.5', 21.5],
    ['binary noise', property('temperature'), undefined, 21.500000000000004, 21.5],
    ['more than all', property('humidity'), undefined, 103, 100],
    [
      'the dimmest level, which is not off',
      property('brightness'),
      { kind: 'scale', from: [0, 254] },
      1,
      1,
    ],
    ['another case', property('on'), undefined, 'TRUE', true],
  ] as const)('%s', (_, spec, convert, wire, value) => {
    expect(fromWire(spec, convert, {}, wire)).toBe(value);
  });

  test.each([
    ['nothing', property('temperature'), undefined, null],
    ['a word for a number', property('temperature'), undefined, 'warm'],
    ['not a number', property('temperature'), undefined, Number.NaN],
    ['an object for a choice', property('mode'), undefined, {}],
    ['a foreign word for a switch', property('on'), undefined, 'perhaps'],
    ['"as before" in mireds', property('startupColorTemperature'), { kind: 'mireds' }, 65_535],
    ['no mireds', property('colorTemperature'), { kind: 'mireds' }, 0],
  ] as const)('%s is no value', (_, spec, convert, wire) => {
    expect(fromWire(spec, convert, {}, wire)).toBeUndefined();
  });
});

test('a colour temperature is kept within what the lamp can', () => {
  const spec = property('colorTemperature');
  const range = { min: 250, max: 454 };
  expect(toWire(spec, { kind: 'mireds' }, range, 6_500)).toBe(250);
  expect(toWire(spec, { kind: 'mireds' }, range, 2_000)).toBe(454);
});
