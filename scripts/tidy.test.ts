// The house rules on small made-up files: each rule catches its breach and leaves the right form alone.
import { expect, test } from 'vitest';
import { faultsOf } from './tidy.ts';

const HEADER = '// Owns an example.\n';

function messages(path: string, text: string): string[] {
  return faultsOf({ path, text }).map((fault) => `${fault.line}: ${fault.message}`);
}

test('a small, named, commented file has no fault', () => {
  expect(messages('hub/core/hold-timer.ts', `${HEADER}export const hold = 1;\n`)).toEqual([]);
});

test('a file without a header comment is named', () => {
  expect(messages('hub/core/a.ts', 'export const a = 1;\n')[0]).toContain(
    'opens without a comment',
  );
});

test('a shebang may come before the header', () => {
  expect(messages('hub/cli/run.mjs', '#!/usr/bin/env node\n// Starts.\n')).toEqual([]);
});

test('vague and camel-case file names are refused, components may be capitalised', () => {
  for (const name of ['utils.ts', 'index.ts', 'types.ts', 'manager.ts', 'HoldTimer.ts']) {
    expect(messages(`hub/core/${name}`, HEADER)).toHaveLength(1);
  }
  expect(messages('hub/web/src/DeviceTile.svelte', '<!-- One tile. -->\n')).toEqual([]);
});

test('more than 500 lines is too long, except for a data table', () => {
  const text = HEADER + 'x();\n'.repeat(500);
  expect(messages('hub/core/long.ts', text)[0]).toContain('501 lines');
  expect(messages('hub/model/properties/light.ts', text)).toEqual([]);
});

test('banned words are found with their line', () => {
  const words = ['TO' + 'DO', 'FIX' + 'ME', `vi.${'mock'}`, `vi.${'spyOn'}`, `console.${'log'}`];
  for (const word of words) {
    expect(messages('hub/core/a.ts', `${HEADER}\n// ${word} (x)\n`)[0]).toMatch(/^3: .*is banned/);
  }
});

test('SQL outside of the store is found, and prose about selecting from something is not', () => {
  const sql = `${HEADER}const rows = 'SELECT id FROM devices';\n`;
  expect(messages('hub/core/a.ts', sql)).toEqual(['2: SQL stands in hub/store and in store*.ts']);
  expect(messages('hub/store/runs.ts', sql)).toEqual([]);
  expect(messages('sync/receiver/store-sqlite.ts', sql)).toEqual([]);
  expect(messages('hub/core/a.ts', `${HEADER}// Select one from the list.\n`)).toEqual([]);
});

test('a long line of code is a fault, a long message in quotes is not', () => {
  const long = 'x'.repeat(140);
  expect(messages('hub/core/a.ts', `${HEADER}${long}\n`)).toHaveLength(1);
  expect(messages('hub/core/a.ts', `${HEADER}say('${long}');\n`)).toEqual([]);
});

test('default exports and barrels are refused outside of configuration', () => {
  expect(messages('hub/core/a.ts', `${HEADER}export default 1;\n`)).toHaveLength(1);
  expect(messages('hub/core/a.ts', `${HEADER}export * from './b.ts';\n`)).toHaveLength(1);
  expect(messages('hub/web/vite.config.ts', `${HEADER}export default {};\n`)).toEqual([]);
});
