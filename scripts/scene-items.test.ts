import { describe, expect, it } from 'vitest';
import { sceneItemTable } from './scene-items.ts';

describe('the table of what scenes can do', () => {
  it('counts the tests that name an item, and says which items no passed test names', () => {
    const { lines, missing } = sceneItemTable([
      { name: 'triggers item 5: a crossing fires once', isPassed: true },
      { name: 'triggers item 5: it must come back first', isPassed: true },
      { name: 'triggers item 8: a hold lasts', isPassed: false },
      { name: 'item 6: and item 7: in one', isPassed: true },
      { name: 'this names the items of a list: none', isPassed: true },
    ]);
    expect(lines).toContain(`    5  ${'numeric crossing with hysteresis'.padEnd(40)} 2 passed`);
    expect(lines).toContain(`    8  ${'hold'.padEnd(40)} failed`);
    expect(missing).toContain(8);
    expect(missing).not.toContain(5);
    expect(missing).not.toContain(7);
  });
});
