// The home's own values under live events, and its dates in the order in which they come.
import { describe, expect, it } from 'vitest';
import type { HomeValueJson } from '../../../api/home-values-shapes.ts';
import { inComingOrder, valuesOfKind, withValueChanges } from './home-values.ts';

const AT = '2026-11-21T20:00:00.000Z';
const cause = { kind: 'local' };

function testValue(key: string, change: Partial<HomeValueJson> = {}): HomeValueJson {
  return {
    ...{ key, name: key, kind: 'variable', type: 'number', value: null, since: null },
    ...{ member: null, topic: null, version: 1 },
    ...change,
  };
}

describe("the home's own values", () => {
  const values = [
    testValue('home.mode', { kind: 'home', type: 'enum', value: 'home' }),
    testValue('person.anna', { kind: 'person', type: 'enum', value: 'home' }),
  ];

  it('follow what is told of them, with since when', () => {
    const data = { at: AT, seq: 1, device: 'person', property: 'anna', value: 'away', cause };
    const after = withValueChanges(values, [{ kind: 'change', data: { ...data, previous: null } }]);
    expect(after[1]).toMatchObject({ value: 'away', since: AT });
    expect(after[0]).toBe(values[0]);
  });

  it('stay the same list while devices change', () => {
    const data = { at: AT, seq: 1, device: 'dev_1', property: 'on', value: true, cause };
    expect(withValueChanges(values, [{ kind: 'change', data: { ...data, previous: null } }])).toBe(
      values,
    );
  });

  it('are listed by name within their kind', () => {
    const named = ['Ute', 'Anna'].map((name) => testValue(name, { kind: 'person', name }));
    expect(valuesOfKind([...values, ...named], 'person').map(({ name }) => name)).toEqual([
      'Anna',
      'person.anna',
      'Ute',
    ]);
  });
});

describe("the home's holidays", () => {
  it('stand in the order in which they come, those of every year among them, past ones last', () => {
    const days = ['01-01', '12-25', '2026-05-01', '2026-12-24', '2027-04-05'];
    expect(inComingOrder(days, '2026-11-22')).toEqual([
      '2026-12-24',
      '12-25',
      '01-01',
      '2027-04-05',
      '2026-05-01',
    ]);
  });
});
