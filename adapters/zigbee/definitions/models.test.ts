// Real models of many vendors and kinds, by the definitions that zigbee-herdsman-converters has of them: each expose
// becomes a property and goes back, and none is lost. The test prints the table, a line a model; INGLE_TABLE=full
// prints each expose. With INGLE_COUNT, as in `npm run soak`, all definitions of the library are looked at.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  countFates,
  definitionFiles,
  definitionsIn,
  type ExposeRow,
  type ModelReport,
  reportOf,
} from '../testing/expose-report.ts';

const LIST = path.join(import.meta.dirname, '..', 'testing', 'models.json');
const MODELS = JSON.parse(readFileSync(LIST, 'utf8')) as readonly (readonly [string, string])[];

const reports: readonly ModelReport[] = MODELS.map(([file, model]) => {
  const found = definitionsIn(`${file}.js`).find((each) => each.model === model);
  if (found === undefined) throw new Error(`The library has no ${model} in ${file}`);
  return reportOf(found);
});

/** What the library says can be set, and has no converter for: its own gaps, each by model and expose. */
const LIBRARY_GAPS: ReadonlySet<string> = new Set([
  'Woox R7067 preset',
  ...['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map(
    (day) => `Woox R7067 weekly_schedule.${day}_schedule`,
  ),
  'MultIR MIR-SM100-E silence',
  'Schneider Electric MEG5779 pi_heating_demand',
  'Tuya ZG-101Z/D operation_mode',
  // These say mireds of 50, which are 20,000 K: more than any lamp, and more than the table knows.
  'Namron 1402768 color_temp',
  'Namron 1402768 color_temp_startup',
]);

function problemsOf(all: readonly ModelReport[]): string[] {
  return all.flatMap(({ model, rows }) =>
    rows
      .filter(({ expose, problem }) => problem !== null && !LIBRARY_GAPS.has(`${model} ${expose}`))
      .map(({ expose, property, problem }) => `${model} ${expose} (${property}): ${problem}`),
  );
}

function table(): string {
  const isFull = process.env.INGLE_TABLE === 'full';
  const lines = ['model                                    exposes mapped vendor lost'];
  for (const report of reports) {
    const { mapped, vendor, lost } = countFates([report]);
    const counts = [report.rows.length, mapped, vendor, lost].map((count, index) =>
      String(count).padStart(index === 0 ? 7 : index === 3 ? 4 : 6),
    );
    lines.push(`${report.model.slice(0, 40).padEnd(40)} ${counts.join(' ')}`);
    if (isFull) lines.push(...report.rows.map(lineOf));
  }
  const { mapped, vendor, lost } = countFates(reports);
  lines.push(`${reports.length} models: ${mapped} mapped, ${vendor} vendor's own, ${lost} lost`);
  return `${lines.join('\n')}\n`;
}

function lineOf({ expose, kind, access, fate, property, back }: ExposeRow): string {
  return `  ${expose} (${kind}, ${access}) ${fate} ${property} <- ${back}`;
}

describe('the models', () => {
  process.stdout.write(table());

  test('are 60 at least, of 40 vendors at least, with every kind of expose', () => {
    expect(reports.length).toBeGreaterThanOrEqual(60);
    expect(new Set(MODELS.map(([file]) => file)).size).toBeGreaterThanOrEqual(40);
    const kinds = new Set(reports.flatMap(({ rows }) => rows.map(({ kind }) => kind)));
    const words = [...kinds].flatMap((kind) => kind.split(' in '));
    for (const kind of ['binary', 'numeric', 'enum', 'text', 'list']) {
      expect(words, kind).toContain(kind);
    }
    // A composite is taken apart.
    expect(reports.some(({ rows }) => rows.some(isPiece))).toBe(true);
    for (const parent of ['light', 'switch', 'cover', 'lock', 'fan', 'climate']) {
      expect(words, parent).toContain(parent);
    }
  });

  test('lose no expose, set each back through a converter, and name each in both languages', () => {
    expect(countFates(reports).lost).toBe(0);
    expect(problemsOf(reports)).toEqual([]);
  });
});

/** A piece of a composite stands under its name. */
function isPiece({ expose }: ExposeRow): boolean {
  return expose.includes('.');
}

test.runIf(process.env.INGLE_COUNT !== undefined)(
  'all definitions of the library lose nothing and go back',
  () => {
    const all = definitionFiles().flatMap((file) => definitionsIn(file).map(reportOf));
    const { mapped, vendor, lost } = countFates(all);
    process.stdout.write(
      `${all.length} definitions: ${mapped} mapped, ${vendor} vendor's own, ${lost} lost\n`,
    );
    expect(all.length).toBeGreaterThan(4_000);
    expect(lost).toBe(0);
    expect(problemsOf(all)).toEqual([]);
  },
  120_000,
);
