// `npm run check`: every check of the sources, in order, cheapest first. A failed one does not hide the next:
// all faults are shown, and the exit code is 1 when there is any. `npm run check -- NAME` runs one.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

function tool(...parts: string[]): string {
  return path.join('node_modules', ...parts);
}

/** Our folders that exist: some come with later parts of the hub. */
const folders = ['hub', 'adapters', 'scenes', 'sync', 'firmware-images', 'scripts'].filter((name) =>
  fs.existsSync(path.join(root, name)),
);

const CHECKS: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'tidy', args: ['scripts/tidy.ts'] },
  {
    name: 'biome',
    args: [tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--diagnostic-level=error', '.'],
  },
  { name: 'tsc', args: [tool('typescript', 'bin', 'tsc'), '--noEmit', '-p', '.'] },
  {
    name: 'svelte-check',
    args: [
      tool('svelte-check', 'bin', 'svelte-check'),
      ...['--workspace', 'hub/web', '--tsconfig', './tsconfig.json', '--fail-on-warnings'],
    ],
  },
  {
    name: 'imports',
    args: [
      tool('dependency-cruiser', 'bin', 'dependency-cruiser.mjs'),
      ...['--config', '.dependency-cruiser.mjs', ...folders],
    ],
  },
  { name: 'knip', args: [tool('knip', 'bin', 'knip.js'), '--no-progress'] },
  {
    name: 'eslint',
    args: [tool('eslint', 'bin', 'eslint.js'), '--max-warnings', '0', '.'],
  },
];

function run(check: (typeof CHECKS)[number]): boolean {
  const startedMs = performance.now();
  const result = spawnSync(process.execPath, check.args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const isGood = result.status === 0;
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${isGood ? 'ok    ' : 'FAILED'}  ${check.name}  (${seconds} s)\n`);
  if (!isGood) {
    const reason = result.error ? `${result.error.message}\n` : '';
    process.stdout.write(`${result.stdout}${result.stderr}${reason}\n`);
  }
  return isGood;
}

const wanted = process.argv.slice(2);
const names = CHECKS.map((check) => check.name);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no check "${unknown.join('", "')}". Checks: ${names.join(', ')}.\n`,
  );
  process.exit(2);
}
const chosen = CHECKS.filter((check) => wanted.length === 0 || wanted.includes(check.name));
const failed = chosen.filter((check) => !run(check)).map((check) => check.name);
process.stdout.write(
  failed.length === 0
    ? `${chosen.length} checks passed\n`
    : `${failed.length} of ${chosen.length} checks failed: ${failed.join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
