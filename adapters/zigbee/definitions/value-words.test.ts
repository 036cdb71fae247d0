// Vendors' own choices over all definitions that the library has: how many of their values a person reads in Chinese.
// The sixty models of the table here; with INGLE_COUNT, as in `npm run soak`, every definition of the library.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ownValueLabel } from '../../../hub/model/value-words.ts';
import { definitionFiles, definitionsIn, vendorValuesOf } from '../testing/expose-report.ts';

const LIST = path.join(import.meta.dirname, '..', 'testing', 'models.json');
const MODELS = JSON.parse(readFileSync(LIST, 'utf8')) as readonly (readonly [string, string])[];
/** Of all values, each counted as often as a model has it. */
const SHARE_MIN = 0.9;

function shareOf(values: readonly string[]): { readonly share: number; readonly open: string } {
  const isRead = (value: string): boolean =>
    ownValueLabel(value).zh !== ownValueLabel(value).en || !/\p{Ll}{3}/u.test(value);
  const open = values.filter((value) => !isRead(value));
  const counts = new Map<string, number>();
  for (const value of open) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 40);
  return {
    share: 1 - open.length / Math.max(1, values.length),
    open: most.map(([value, count]) => `${value} ×${count}`).join(', '),
  };
}

function told(what: string, values: readonly string[]): number {
  const { share, open } = shareOf(values);
  const percent = Math.round(share * 1_000) / 10;
  process.stdout.write(
    `${what}: ${values.length} values, ${percent} % in Chinese; left: ${open}\n`,
  );
  return share;
}

test('nine of ten values of the sixty models are read in Chinese', () => {
  const values = MODELS.flatMap(([file, model]) =>
    definitionsIn(`${file}.js`)
      .filter((one) => one.model === model)
      .flatMap(vendorValuesOf),
  );
  expect(values.length).toBeGreaterThan(50);
  expect(told('Sixty models', values)).toBeGreaterThan(SHARE_MIN);
});

test.runIf(process.env.INGLE_COUNT !== undefined)(
  'nine of ten values of all definitions are read in Chinese',
  () => {
    const values = definitionFiles().flatMap((file) => definitionsIn(file).flatMap(vendorValuesOf));
    expect(told('All definitions', values)).toBeGreaterThan(SHARE_MIN);
  },
  120_000,
);
