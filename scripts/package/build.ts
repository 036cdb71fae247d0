// `npm run build`: the daemon and the command in dist/, one file a thread, beside the page and a package.json that names
// what stays outside; main, the Zigbee threads and Matter's have further parts that they load when they need them.
// `dist/ingle-hub` starts the hub from it.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { bundleName, WORKER_SOURCES, type WorkerName } from '../../hub/threads/entry.ts';
import packageJson from '../../package.json' with { type: 'json' };
import hubProcess from '../hub-process.json' with { type: 'json' };
import { inAscii, SERIAL_BINDING, zigbeeLibraries } from './zigbee-libraries.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/**
 * What is not bundled: native bindings, which find their binary beside themselves; matter.js, whose packages find one
 * another at run time; and ESPHome's library, which is large, loaded only where there is such a device, and has its
 * WebAssembly beside itself.
 */
const OUTSIDE = [
  'better-sqlite3',
  '@node-rs/argon2',
  SERIAL_BINDING,
  '@matter/main',
  '@matter/nodejs',
  '@2colors/esphome-native-api',
] as const;

// Some of what is bundled is CommonJS and asks for these.
const BANNER = [
  "import { createRequire as ingleCreateRequire } from 'node:module';",
  'const require = ingleCreateRequire(import.meta.url);',
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

type Outputs = Metafile['outputs'];

/** Bundle name without `.js` → source. */
type Entries = Readonly<Record<string, string>>;

/** Loaded in parts: what is needed first stands alone, so that it need not wait for the rest. */
const HUB: Entries = { main: 'hub/boot.ts' };
const ZIGBEE = ['zigbee', 'zigbee-child'] as const;
/** Its bridge is a part of its own: matter.js must be set up before anything of it is loaded. */
const MATTER = ['matter'] as const;

function threadEntries(names: readonly WorkerName[]): Entries {
  return Object.fromEntries(
    names.map((name) => [path.parse(bundleName(name)).name, WORKER_SOURCES[name]]),
  );
}

/** Every other thread is one file; the core tells by its own whether what it kept is of the same program. */
function singleFiles(): Entries {
  const names = Object.keys(WORKER_SOURCES) as WorkerName[];
  const apart: readonly WorkerName[] = [...ZIGBEE, ...MATTER];
  return {
    cli: 'hub/cli/main.ts',
    ...threadEntries(names.filter((name) => !apart.includes(name))),
  };
}

/** What takes the place of some modules, as a bench needs it: the end of a module's path → its text. */
type Replacements = Readonly<Record<string, string>>;

function replacing(modules: Replacements): Plugin {
  return {
    name: 'replacements',
    setup(build) {
      for (const [module, contents] of Object.entries(modules)) {
        const filter = new RegExp(`/${module.replaceAll('.', '\\.')}$`);
        build.onLoad({ filter }, () => ({ contents, loader: 'js' }));
      }
    },
  };
}

interface Part {
  readonly entries: Entries;
  readonly outdir: string;
  /** Given for what may be split: the names of its parts. */
  readonly chunkNames?: string;
  readonly plugins?: Plugin[];
}

async function bundle({ entries, outdir, chunkNames, plugins = [] }: Part): Promise<Metafile> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: { ...entries },
    outdir,
    write: false,
    bundle: true,
    ...(chunkNames === undefined ? {} : { splitting: true, chunkNames }),
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: [...OUTSIDE],
    define: { INGLE_BUNDLED: 'true' },
    banner: { js: BANNER },
    plugins,
    // Names stay, so that a stack trace from a household's hub can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  for (const { path: file, text } of result.outputFiles) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, inAscii(text));
  }
  return result.metafile;
}

function versionOf(name: string): string {
  const file = path.join(root, 'node_modules', name, 'package.json');
  return (JSON.parse(fs.readFileSync(file, 'utf8')) as { version: string }).version;
}

const STARTER = 'ingle-hub';

/** Starts the hub from the bundle as `npm start` starts it from the sources. */
function starter(): string {
  const settings = Object.entries(hubProcess.environment);
  return [
    '#!/bin/sh',
    '# Starts the hub with the settings that keep it small; what is set already stays.',
    ...settings.map(([name, value]) => `export ${name}="\${${name}:-${value}}"`),
    'here=$(dirname "$(readlink -f "$0")")',
    `exec node ${hubProcess.flags.join(' ')} "$here/main.js" "$@"`,
    '',
  ].join('\n');
}

/** What a package needs to install beside the bundle: what stands outside of it, and this program's version. */
function runtimePackage(): object {
  const { name, version, license } = packageJson;
  return {
    name,
    version,
    license,
    private: true,
    type: 'module',
    engines: { node: '>=24' },
    bin: { ingle: 'cli.js', [STARTER]: STARTER },
    dependencies: Object.fromEntries(OUTSIDE.map((each) => [each, versionOf(each)])),
  };
}

const LICENSE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;

/** The licences of all packages of which something is in the bundle, each with its package's name. */
function licences(inputs: readonly string[]): string {
  const folders = new Set<string>();
  for (const input of inputs) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = [...folders].sort().map((folder) => {
    const whole = path.join(root, folder);
    const file = path.join(whole, 'package.json');
    const about = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
    const found = fs.readdirSync(whole).filter((name) => LICENSE_FILE.test(name));
    const text = found.map((name) => fs.readFileSync(path.join(whole, name), 'utf8').trim());
    return [`# ${about.name} ${about.version} (${about.license})`, ...text].join('\n\n');
  });
  return `${texts.join('\n\n\n')}\n`;
}

/**
 * Builds into `dist` and returns the size of each file. An earlier build is replaced once this one is whole.
 * @param replacements what takes the place of some modules, as a bench needs it
 */
export async function buildBundle(
  dist: string,
  replacements: Replacements = {},
): Promise<Map<string, number>> {
  const outdir = `${dist}.new`;
  fs.rmSync(outdir, { recursive: true, force: true });
  const metafiles = [
    await bundle({ entries: singleFiles(), outdir }),
    await bundle({ entries: HUB, outdir, chunkNames: 'hub-[name]-[hash]' }),
    await bundle({ entries: threadEntries(MATTER), outdir, chunkNames: 'matter/[name]-[hash]' }),
    await bundle({
      entries: threadEntries(ZIGBEE),
      outdir,
      chunkNames: 'zigbee/[name]-[hash]',
      plugins: [replacing(replacements), zigbeeLibraries],
    }),
  ];
  fs.writeFileSync(
    path.join(outdir, 'package.json'),
    `${JSON.stringify(runtimePackage(), null, 2)}\n`,
  );
  fs.writeFileSync(path.join(outdir, STARTER), starter(), { mode: 0o755 });
  const inputs = metafiles.flatMap((each) => Object.keys(each.inputs));
  fs.writeFileSync(path.join(outdir, 'THIRD-PARTY-LICENSES.txt'), licences(inputs));
  fs.copyFileSync(path.join(root, 'LICENSE'), path.join(outdir, 'LICENSE'));
  // `ingle adapter new` makes packages of it.
  const template = path.join(root, 'adapters', 'contract', 'vendor-template');
  fs.cpSync(template, path.join(outdir, 'vendor-template'), { recursive: true });
  const page = path.join(root, 'hub', 'web', 'dist');
  if (fs.existsSync(page)) fs.cpSync(page, path.join(outdir, 'page'), { recursive: true });
  fs.rmSync(dist, { recursive: true, force: true });
  fs.renameSync(outdir, dist);
  const outputs: Outputs = Object.assign({}, ...metafiles.map((each) => each.outputs));
  return new Map(
    Object.entries(outputs).map(([file, { bytes }]) => [
      path.relative(path.relative(root, outdir), file),
      bytes,
    ]),
  );
}

/** The sum of a folder's files counts as one. */
function byFolder(sizes: ReadonlyMap<string, number>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [file, bytes] of sizes) {
    const folder = path.dirname(file);
    const name = folder === '.' ? file : `${folder}/`;
    sums.set(name, (sums.get(name) ?? 0) + bytes);
  }
  return sums;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await buildBundle(path.join(root, 'dist'));
  for (const [file, bytes] of [...byFolder(sizes)].sort()) {
    process.stdout.write(`dist/${file}  ${(bytes / 1024).toFixed(0)} KiB\n`);
  }
}
