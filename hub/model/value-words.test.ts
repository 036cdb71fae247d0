// Vendors' own values as a person reads them.
import { expect, test } from 'vitest';
import { describeProperty, ownValueLabels, propertyKey, vendorPropertyName } from './properties.ts';
import { ownValueLabel } from './value-words.ts';

test.each([
  ['off', 'off', '关'],
  ['OFF', 'OFF', '关'],
  ['anti_flicker_mode', 'anti flicker mode', '防闪烁模式'],
  ['powerOn', 'powerOn', '通电'],
  ['LEVEL3', 'LEVEL3', 'LEVEL3'],
  ['press_switch_2', 'press switch 2', '按开关 2'],
  ['30s', '30s', '30 秒'],
  ['15_min', '15 min', '15 分钟'],
  ['comfort_-1', 'comfort -1', 'comfort -1'],
  ['quux_frobnicator', 'quux frobnicator', 'quux frobnicator'],
  ['toString', 'toString', 'toString'],
  ['', '', ''],
])('%s reads %s and %s', (value, en, zh) => {
  expect(ownValueLabel(value)).toEqual({ en, zh });
});

test('only values that the table has no words for are told beside it', () => {
  expect(ownValueLabels(describeProperty('preset', { values: ['eco', 'floor_drying'] }))).toEqual({
    floor_drying: { en: 'floor drying', zh: expect.any(String) },
  });
  expect(ownValueLabels(describeProperty('mode'))).toBeUndefined();
  const name = vendorPropertyName('power_on_behavior');
  const own = { name, key: propertyKey(name), type: 'enum', access: 'rw' } as const;
  expect(ownValueLabels({ ...own, values: ['on', 'previous'] })).toMatchObject({
    previous: { en: 'previous', zh: '之前的状态' },
  });
});
