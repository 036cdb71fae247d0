// The endpoints of the properties of entities: one alone needs none, several have one each, and none ever moves.
import { expect, test } from 'vitest';
import { placesOf } from './entity-places.ts';
import { readPlaces } from './places.ts';

const lamp = (id: string) => [
  { id, name: 'on' as const },
  { id, name: 'brightness' as const },
];
const relay = (id: string) => [{ id, name: 'on' as const }];

test('what belongs to one entity stands at one endpoint, and what stands alone at none', () => {
  const places = placesOf([...relay('a'), ...lamp('b')], {});
  expect(places).toEqual({ 'a|on': 1, 'b|on': 2, 'b|brightness': 0 });
});

test('an entity that comes later takes no place of one that is gone, and that one finds its place again', () => {
  const first = placesOf([...relay('a'), ...relay('b')], {});
  const second = placesOf([...relay('c'), ...relay('b')], first);
  expect(second).toEqual({ 'a|on': 1, 'b|on': 2, 'c|on': 3 });
  expect(placesOf([...relay('a'), ...relay('c')], second)).toEqual(second);
});

test('a button stands at its own number where that is free, and its presses are one', () => {
  const press = (button: number) => ({
    ...{ id: `trigger ${button}`, name: 'button' as const, wish: button },
  });
  const places = placesOf([press(4), press(2), press(2)], {});
  expect(places).toEqual({ 'trigger 4|button': 4, 'trigger 2|button': 2 });
});

test('of places that were kept only those count that can be', () => {
  expect(readPlaces({ a: 1, b: 0, c: -1, d: 1e300, e: 2.5, f: '3', g: 241 })).toEqual({
    a: 1,
    b: 0,
  });
  for (const none of [null, undefined, 'x', 7]) expect(readPlaces(none)).toEqual({});
});
