// Which thing a typed word means, and what is offered when it means none.
import { expect, test } from 'vitest';
import { choose, nearest } from './choose.ts';

const LAMPS = [
  { id: 'dev_a', name: 'Hall lamp', handle: 'hall-lamp' },
  { id: 'dev_b', name: 'Hall motion', handle: 'hall-motion' },
  { id: 'dev_c', name: '走廊灯', handle: 'corridor-lamp' },
  { id: 'dev_d', name: 'Hall', handle: 'hall-thermostat' },
];

function chosen(typed: string): string {
  const choice = choose(typed, LAMPS);
  if (choice.kind === 'found') return choice.item.id;
  const items = choice.kind === 'several' ? choice.items : choice.near;
  return `${choice.kind}: ${items.map((item) => item.id).join(' ')}`;
}

test('an id, a handle, a whole name and the start of only one name each find the thing', () => {
  expect(chosen('dev_b')).toBe('dev_b');
  expect(chosen('hall-lamp')).toBe('dev_a');
  expect(chosen('Hall Lamp')).toBe('dev_a');
  expect(chosen('hall m')).toBe('dev_b');
  expect(chosen('走廊')).toBe('dev_c');
});

test('a whole name wins over longer names that begin with it', () => {
  expect(chosen('hall')).toBe('dev_d');
});

test('a start that several names share is not guessed', () => {
  expect(chosen('Hall ')).toBe('dev_d');
  expect(chosen('ha')).toBe('several: dev_a dev_b dev_d');
});

test('a slip of the finger gets the nearest names', () => {
  expect(chosen('hall lmap')).toBe('none: dev_a');
  expect(chosen('hal-moton')).toBe('none: dev_b');
  expect(chosen('cellar')).toBe('none: ');
  expect(chosen('')).toBe('none: ');
});

test('a property is offered for a mistyped one', () => {
  expect(nearest('brigthness', ['on', 'brightness', 'color'])).toEqual(['brightness']);
  expect(nearest('temperature', ['on', 'colorTemperature'])).toEqual(['colorTemperature']);
  expect(nearest('volume', ['on', 'brightness'])).toEqual([]);
});
