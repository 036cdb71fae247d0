// `npm run build`: the daemon and the command as one file a thread in dist/, beside the page and a
// package.json that names what stays outside. `node dist/main.js` starts the hub from it.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundleName, WORKER_SOURCES, type WorkerName } from '../../hub/threads/entry.ts';
import packageJson from '../../package.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '..', '..');

/**
 * What is not bundled: native bindings, which find their binary beside themselves, and the protocol libraries
 * (serialport below them, mDNS), which load their drivers and thousands of device definitions as they need them.
 */
const OUTSIDE = [
  'better-sqlite3',
  '@node-rs/argon2',
  'zigbee-herdsman',
  'zigbee-herdsman-converters',
  '@matter/main',
  '@matter/nodejs',
] as const;

// Some of what is bundled is CommonJS and asks for these.
const BANNER = [
  "import { createRequire as ingleCreateRequire } from 'node:module';",
  'const require = ingleCreateRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

/** Bundle name without `.js` → source, for every thread, child process and the command. */
function entryPoints(): Record<string, string> {
  const entries: Record<string, string> = { main: 'hub/main.ts', cli: 'hub/cli/main.ts' };
  for (const name of Object.keys(WORKER_SOURCES) as WorkerName[]) {
    entries[path.parse(bundleName(name)).name] = WORKER_SOURCES[name];
  }
  return entries;
}

/** What a package needs to install beside the bundle: what stands outside of it, and this program's version. */
function runtimePackage(): object {
  const { name, version, license, dependencies } = packageJson;
  return {
    name,
    version,
    license,
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    bin: { ingle: 'cli.js' },
    dependencies: Object.fromEntries(OUTSIDE.map((each) => [each, dependencies[each]])),
  };
}

/** Builds into `dist` and returns the size of each file. An earlier build is replaced once this one is whole. */
export async function buildBundle(dist: string): Promise<Map<string, number>> {
  const scratch = `${dist}.new`;
  fs.rmSync(scratch, { recursive: true, force: true });
  const result = await build({
    absWorkingDir: root,
    entryPoints: entryPoints(),
    outdir: scratch,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: [...OUTSIDE],
    define: { INGLE_BUNDLED: 'true' },
    banner: { js: BANNER },
    // Names stay, so that a stack trace from a household's hub can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
  });
  fs.writeFileSync(
    path.join(scratch, 'package.json'),
    `${JSON.stringify(runtimePackage(), null, 2)}\n`,
  );
  const page = path.join(root, 'hub', 'web', 'dist');
  if (fs.existsSync(page)) fs.cpSync(page, path.join(scratch, 'page'), { recursive: true });
  fs.rmSync(dist, { recursive: true, force: true });
  fs.renameSync(scratch, dist);
  return new Map(
    Object.entries(result.metafile.outputs).map(([file, { bytes }]) => [
      path.basename(file),
      bytes,
    ]),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await buildBundle(path.join(root, 'dist'));
  for (const [file, bytes] of [...sizes].sort()) {
    process.stdout.write(`dist/${file}  ${(bytes / 1024).toFixed(0)} KiB\n`);
  }
}
