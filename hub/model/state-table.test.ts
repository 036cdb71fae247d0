import { describe, expect, it } from 'vitest';
import { type Patch, StateTable } from './state-table.ts';

function drained(table: StateTable<number>): Patch[] {
  const patches: Patch[] = [];
  table.drain(patches);
  return patches;
}

describe('a table of the core', () => {
  it('tells what is new, changed and gone since it was last asked, in order of the keys', () => {
    const table = new StateTable<number>('numbers', { isDurable: true });
    table.set('gone', 1);
    table.set('b', 1);
    drained(table);
    table.set('b', 2);
    table.set('a', 1);
    table.delete('gone');
    expect(drained(table)).toEqual([
      { table: 'numbers', key: 'a', value: 1 },
      { table: 'numbers', key: 'b', value: 2 },
      { table: 'numbers', key: 'gone', value: undefined },
    ]);
    expect(drained(table)).toEqual([]);
  });

  it('tells nobody of what came and went meanwhile, but of what went and came', () => {
    const table = new StateTable<number>('numbers', { isDurable: true });
    table.set('kept', 1);
    drained(table);
    table.set('brief', 1);
    table.delete('brief');
    table.delete('kept');
    table.set('kept', 2);
    expect(drained(table)).toEqual([{ table: 'numbers', key: 'kept', value: 2 }]);
  });

  it('keeps for the journal what main was told of already', () => {
    const table = new StateTable<number>('numbers', { isDurable: true });
    table.set('a', 1);
    drained(table);
    expect(table.isUnrecorded).toBe(true);
    const record: Patch[] = [];
    table.record(record);
    expect(record).toEqual([{ table: 'numbers', key: 'a', value: 1 }]);
    expect(table.isUnrecorded).toBe(false);
  });
});
