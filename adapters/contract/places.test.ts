// The endpoints of a node's properties.
import { expect, test } from 'vitest';
import type { AnyPropertyName } from '../../hub/model/properties.ts';
import { placed } from './places.ts';

const want = (id: string, name: AnyPropertyName, wish = 1) => ({ id, name, wish });
const keys = (...given: Parameters<typeof placed>) =>
  placed(...given).items.map(([{ id }, endpoint]) => `${id} ${endpoint}`);

test('what stands alone has no endpoint, and what stands several times the one that it wishes for', () => {
  const wanted = [want('a', 'on', 1), want('b', 'on', 2), want('c', 'power', 7)];
  expect(keys(wanted, {})).toEqual(['a 1', 'b 2', 'c 0']);
});

test('two that wish for the same endpoint get two', () => {
  const wanted = [want('a', 'on', 3), want('b', 'on', 3), want('c', 'on', 241)];
  expect(keys(wanted, {})).toEqual(['a 3', 'b 1', 'c 2']);
});

test('what has a place keeps it when others come and go', () => {
  const first = placed([want('a', 'temperature', 1)], {});
  const second = placed([want('b', 'temperature', 1), want('a', 'temperature', 1)], first.places);
  expect(second.places).toEqual({ a: 0, b: 1 });
  expect(placed([want('b', 'temperature', 9)], second.places).places).toEqual({ b: 1 });
});

test('places that were kept wrongly are given anew', () => {
  const wanted = [want('a', 'on', 1), want('b', 'on', 2)];
  expect(keys(wanted, { a: 2.5, b: -1 })).toEqual(['a 1', 'b 2']);
  expect(keys(wanted, { a: 2, b: 2 })).toEqual(['a 2', 'b 1']);
});

test('more than a node can have are left, each once', () => {
  const wanted = Array.from({ length: 300 }, (_, index) => want(`p${index}`, 'on', index + 1));
  const { items, left } = placed(wanted, {});
  expect(items).toHaveLength(240);
  expect(left).toHaveLength(60);
});
