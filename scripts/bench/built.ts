// What a bench runs as plain JavaScript, built before anything is measured: the hub's bundle, as it is released, and
// the preloads. A TypeScript preload would bring Node's type stripper, 15 MB a thread, into what is measured.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { buildBundle } from '../package/build.ts';
import { DRIVER, driverModule } from './memory-radio-module.ts';
import { REPOSITORY } from './peers/install.ts';

const PRELOADS = path.join(REPOSITORY, '.cache', 'bench');
const BUILD_LIMIT_MS = 120_000;

const built = new Map<string, string>();

/** The path of a file of this folder as one plain JavaScript module; the name is without its ending. */
export function builtModule(name: string): string {
  const known = built.get(name);
  if (known !== undefined) return known;
  const file = path.join(PRELOADS, `${path.basename(name)}.mjs`);
  buildSync({
    entryPoints: [path.join(import.meta.dirname, `${name}.ts`)],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    logLevel: 'warning',
  });
  built.set(name, file);
  return file;
}

/** The main file of the hub's bundle. */
export function builtHub(): string {
  const known = built.get('hub');
  if (known !== undefined) return known;
  const result = spawnSync(process.execPath, ['scripts/package/build.ts'], {
    cwd: REPOSITORY,
    stdio: ['ignore', 2, 2],
    timeout: BUILD_LIMIT_MS,
  });
  if (result.status !== 0) throw new Error('the hub’s bundle could not be built');
  const file = path.join(REPOSITORY, 'dist', 'main.js');
  built.set('hub', file);
  return file;
}

/** The main file of the hub's bundle with the radio in memory in it: a preload would be a part of what is measured. */
export async function builtMemoryHub(): Promise<string> {
  const known = built.get('memory-hub');
  if (known !== undefined) return known;
  const folder = path.join(PRELOADS, 'memory-hub');
  await buildBundle(folder, { [DRIVER]: driverModule(builtModule('memory-driver')) });
  const file = path.join(folder, 'main.js');
  built.set('memory-hub', file);
  return file;
}
