// External converters: files of the household's own in the standard format of Zigbee2MQTT, which define models that
// the library does not know. They are programs and run with the hub's rights. A broken one is named; the rest goes on.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as zhc from 'zigbee-herdsman-converters';
import type { AdapterNotice } from '../../../hub/model/adapter-port.ts';
import { within } from '../../contract/host.ts';

export const EXTERNAL_CONVERTERS_FOLDER = 'external-converters';

const FILE = /\.(?:[cm]?js|[cm]?ts)$/;
/** Of types alone: there is nothing in it to run. */
const TYPES_FILE = /\.d\.[cm]?ts$/;
const FILES_MAX = 100;
const FILE_BYTES_MAX = 1024 * 1024;
const DEFINITIONS_MAX = 200;
/** Loading a file that waits for something at its top. */
const LOAD_LIMIT_MS = 10_000;
const CHECK_LIMIT_MS = 5_000;

/** What a file may import of the libraries; each is loaded only when a file names it. */
const LIBRARIES: Readonly<Record<string, () => Promise<object>>> = {
  'zigbee-herdsman': () => import('zigbee-herdsman'),
  'zigbee-herdsman-converters': () => import('zigbee-herdsman-converters'),
  'zigbee-herdsman-converters/converters/fromZigbee': () =>
    import('zigbee-herdsman-converters/converters/fromZigbee'),
  'zigbee-herdsman-converters/converters/toZigbee': () =>
    import('zigbee-herdsman-converters/converters/toZigbee'),
  'zigbee-herdsman-converters/lib/bosch': () => import('zigbee-herdsman-converters/lib/bosch'),
  'zigbee-herdsman-converters/lib/color': () => import('zigbee-herdsman-converters/lib/color'),
  'zigbee-herdsman-converters/lib/constants': () =>
    import('zigbee-herdsman-converters/lib/constants'),
  'zigbee-herdsman-converters/lib/develco': () => import('zigbee-herdsman-converters/lib/develco'),
  'zigbee-herdsman-converters/lib/ewelink': () => import('zigbee-herdsman-converters/lib/ewelink'),
  'zigbee-herdsman-converters/lib/exposes': () => import('zigbee-herdsman-converters/lib/exposes'),
  'zigbee-herdsman-converters/lib/heiman': () => import('zigbee-herdsman-converters/lib/heiman'),
  'zigbee-herdsman-converters/lib/heimgard': () =>
    import('zigbee-herdsman-converters/lib/heimgard'),
  'zigbee-herdsman-converters/lib/ikea': () => import('zigbee-herdsman-converters/lib/ikea'),
  'zigbee-herdsman-converters/lib/inovelli': () =>
    import('zigbee-herdsman-converters/lib/inovelli'),
  'zigbee-herdsman-converters/lib/ledvance': () =>
    import('zigbee-herdsman-converters/lib/ledvance'),
  'zigbee-herdsman-converters/lib/legacy': () => import('zigbee-herdsman-converters/lib/legacy'),
  'zigbee-herdsman-converters/lib/legrand': () => import('zigbee-herdsman-converters/lib/legrand'),
  'zigbee-herdsman-converters/lib/light': () => import('zigbee-herdsman-converters/lib/light'),
  'zigbee-herdsman-converters/lib/logger': () => import('zigbee-herdsman-converters/lib/logger'),
  'zigbee-herdsman-converters/lib/lumi': () => import('zigbee-herdsman-converters/lib/lumi'),
  'zigbee-herdsman-converters/lib/modernExtend': () =>
    import('zigbee-herdsman-converters/lib/modernExtend'),
  'zigbee-herdsman-converters/lib/namron': () => import('zigbee-herdsman-converters/lib/namron'),
  'zigbee-herdsman-converters/lib/nodon': () => import('zigbee-herdsman-converters/lib/nodon'),
  'zigbee-herdsman-converters/lib/philips': () => import('zigbee-herdsman-converters/lib/philips'),
  'zigbee-herdsman-converters/lib/reporting': () =>
    import('zigbee-herdsman-converters/lib/reporting'),
  'zigbee-herdsman-converters/lib/sonoff': () => import('zigbee-herdsman-converters/lib/sonoff'),
  'zigbee-herdsman-converters/lib/store': () => import('zigbee-herdsman-converters/lib/store'),
  'zigbee-herdsman-converters/lib/sunricher': () =>
    import('zigbee-herdsman-converters/lib/sunricher'),
  'zigbee-herdsman-converters/lib/tuya': () => import('zigbee-herdsman-converters/lib/tuya'),
  'zigbee-herdsman-converters/lib/types': () => import('zigbee-herdsman-converters/lib/types'),
  'zigbee-herdsman-converters/lib/ubisys': () => import('zigbee-herdsman-converters/lib/ubisys'),
  'zigbee-herdsman-converters/lib/utils': () => import('zigbee-herdsman-converters/lib/utils'),
  'zigbee-herdsman-converters/lib/zosung': () => import('zigbee-herdsman-converters/lib/zosung'),
};
const NAMED = /['"](zigbee-herdsman(?:-converters)?(?:\/[\w./-]+)?)['"]/g;
/** What older files import and the library has no more, and what to do. */
const GONE: Readonly<Record<string, string>> = {
  'zigbee-herdsman-converters/lib/extend': 'lib/modernExtend takes its place',
  'zigbee-herdsman-converters/lib/ota': 'write "ota: true" in its place',
  'zigbee-herdsman-converters/lib/xiaomi': 'lib/lumi takes its place',
};
const OF_LIBRARIES = /^zigbee-herdsman(?:-converters)?(?:\/|$)/;
/** Where a file finds what was loaded for it; under the libraries' names without the ending. */
const SHELF = Symbol.for('ingle.zigbee.libraries');
const SCHEME = 'ingle-library:';

export interface LoadedFile {
  readonly file: string;
  readonly models: number;
  readonly leftOut: number;
}

export interface LoadedConverters {
  /** Files, how many models each defines, and how many converters it names that the library has no more. */
  readonly loaded: readonly LoadedFile[];
  readonly broken: readonly { readonly file: string; readonly error: string }[];
}

/**
 * Loads all files of the folder, in the order of their names; a model that two of them define is the later one's.
 * Called once a process: a file that was changed counts after the next start.
 */
export async function loadExternalConverters(folder: string): Promise<LoadedConverters> {
  const loaded: LoadedFile[] = [];
  const broken: { file: string; error: string }[] = [];
  const files = filesOf(folder);
  const { length } = files;
  if (length === 0) return { loaded, broken };
  const stopHooks = serveLibraries(folder);
  try {
    for (const file of files.slice(0, FILES_MAX)) {
      try {
        loaded.push({ file, ...(await load(folder, file)) });
      } catch (error) {
        zhc.removeExternalDefinitions(file);
        broken.push({ file, error: `${messageOf(error)}${await placeOf(error, folder, file)}` });
      }
    }
  } finally {
    stopHooks();
  }
  for (const file of files.slice(FILES_MAX)) {
    broken.push({ file, error: `There are more than ${FILES_MAX} files; this one was left out` });
  }
  return { loaded, broken };
}

/** What a person should know of broken files. */
export function noticesOfBroken({ broken }: LoadedConverters): AdapterNotice[] {
  return broken.map(({ file, error }) => ({
    severity: 'warning',
    text: {
      en: `The external converter ${file} cannot be used: ${error}. The others work; mend or remove it, then start the hub again.`,
      zh: `外部转换器 ${file} 无法使用：${error}。其他的照常工作；请修正或删除它，再重新启动中枢。`,
    },
  }));
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => FILE.test(name) && !TYPES_FILE.test(name))
      .sort();
  } catch {
    // Without the folder there are none.
    return [];
  }
}

async function load(folder: string, file: string): Promise<Omit<LoadedFile, 'file'>> {
  const whole = path.join(folder, file);
  const { size, mode } = statSync(whole);
  if (size > FILE_BYTES_MAX) throw new Error(`It has ${size} bytes; ${FILE_BYTES_MAX} are read`);
  if (mode & 0o002) throw new Error('Every user of this machine may change it (chmod o-w it)');
  await fetchLibraries(readFileSync(whole, 'utf8'));
  const loading = import(pathToFileURL(whole).href) as Promise<{ default?: unknown }>;
  const { default: content } = await within(loading, LOAD_LIMIT_MS, 'Loading it');
  const definitions: readonly unknown[] = Array.isArray(content) ? content : [content];
  if (definitions.length > DEFINITIONS_MAX) {
    throw new Error(`It defines ${definitions.length} models; ${DEFINITIONS_MAX} are taken`);
  }
  let leftOut = 0;
  for (const [index, definition] of definitions.entries()) {
    if (typeof definition !== 'object' || definition === null) {
      throw new Error('Its default export is no definition and no list of definitions');
    }
    const whole = withoutGone(definition);
    leftOut += whole.leftOut;
    const named = {
      ...whole.definition,
      externalConverterName: file,
    } as zhc.ExternalDefinitionWithExtend;
    try {
      // The library would find out only when such a device joins.
      zhc.prepareDefinition({ ...named });
    } catch (error) {
      const place = definitions.length === 1 ? '' : `Definition ${index + 1}: `;
      throw new Error(`${place}${messageOf(error)}`);
    }
    zhc.addExternalDefinition(named);
  }
  return { models: definitions.length, leftOut };
}

/** A converter of the library that is gone, such as one of the many that ignored something, reads as undefined. */
function withoutGone(definition: object): { definition: object; leftOut: number } {
  const kept: Record<string, unknown> = { ...definition };
  let leftOut = 0;
  for (const key of ['fromZigbee', 'toZigbee']) {
    const converters = kept[key];
    if (!Array.isArray(converters)) continue;
    const there = converters.filter((converter) => converter !== undefined && converter !== null);
    leftOut += converters.length - there.length;
    kept[key] = there;
  }
  return { definition: kept, leftOut };
}

type Shelf = Map<string, object>;

function shelf(): Shelf {
  const place = globalThis as { [SHELF]?: Shelf };
  place[SHELF] ??= new Map();
  return place[SHELF];
}

/** Loads what the text names of the libraries, as the file itself could only do from within a folder of modules. */
async function fetchLibraries(text: string): Promise<void> {
  for (const [, named = ''] of text.matchAll(NAMED)) {
    const name = plainName(named);
    if (shelf().has(name)) continue;
    const fetch = LIBRARIES[name];
    // It may stand in a comment: what is truly imported is told where it is resolved.
    if (fetch === undefined) continue;
    const library = (await fetch()) as { default?: object };
    shelf().set(name, library.default ?? library);
  }
}

function notOffered(specifier: string): string {
  const instead = GONE[plainName(specifier)];
  const why = instead === undefined ? 'which the hub does not offer' : `which is gone: ${instead}`;
  return `It imports "${specifier}", ${why}`;
}

function plainName(name: string): string {
  return name.replace(/\.js$/, '').replace(/\/(?:dist\/)?index$/, '');
}

/** Gives the folder's files the hub's own libraries, and takes each for the kind of module that it is written as. */
function serveLibraries(folder: string): () => void {
  const home = `${pathToFileURL(folder).href}/`;
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const isOwn = context.parentURL?.startsWith(home) === true;
      const name = plainName(specifier);
      if (isOwn && shelf().has(name)) {
        return { url: `${SCHEME}${name}`, format: 'module', shortCircuit: true };
      }
      if (isOwn && OF_LIBRARIES.test(specifier)) throw new Error(notOffered(specifier));
      const found = next(specifier, context);
      const ending = found.url.startsWith(home) ? /\.[jt]s$/.exec(found.url)?.[0] : undefined;
      if (ending === undefined) return found;
      const format = formatOf(found.url);
      return { ...found, format: ending === '.ts' ? `${format}-typescript` : format };
    },
    load(url, context, next) {
      if (!url.startsWith(SCHEME)) return next(url, context);
      const name = url.slice(SCHEME.length);
      return { format: 'module', source: moduleOf(name), shortCircuit: true };
    },
  });
  return () => hooks.deregister();
}

/** What a `.js` or `.ts` file is, by how it is written: the folder may stand anywhere, below any package. */
function formatOf(url: string): 'module' | 'commonjs' {
  const text = readFileSync(fileURLToPath(url), 'utf8');
  return /^\s*(?:import\s*[\w{*'"]|export\s)/m.test(text) ? 'module' : 'commonjs';
}

/** A module of the library's names, whether it is imported or required. */
function moduleOf(name: string): string {
  const library = shelf().get(name) ?? {};
  const names = Object.keys(library).filter(
    (each) => /^[A-Za-z_$][\w$]*$/.test(each) && each !== 'default',
  );
  const parts = names.map((each, index) => `const v${index} = library[${JSON.stringify(each)}];`);
  const list = names.map((each, index) => `v${index} as ${each}`).join(', ');
  return [
    `const library = globalThis[Symbol.for('ingle.zigbee.libraries')].get(${JSON.stringify(name)});`,
    ...parts,
    `export { library as default, library as 'module.exports'${list === '' ? '' : `, ${list}`} };`,
  ].join('\n');
}

/** Where in the file it happened, as far as Node tells it. */
async function placeOf(error: unknown, folder: string, file: string): Promise<string> {
  const told = lineIn(error instanceof Error ? error.stack : '', file);
  if (told !== null || !(error instanceof SyntaxError)) return told ?? '';
  // Of a module that cannot be read Node says where only as a command.
  const checked = new Promise<string>((resolve) => {
    const args = ['--check', path.join(folder, file)];
    execFile(process.execPath, args, { timeout: CHECK_LIMIT_MS }, (_, _out, said) => resolve(said));
  });
  return lineIn(await checked, file) ?? '';
}

function lineIn(text: string | undefined, file: string): string | null {
  const after = text?.split(`${path.sep}${file}:`)[1];
  const line = after === undefined ? null : /^\d+/.exec(after);
  return line === null ? null : ` (line ${line[0]})`;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.split('\n')[0] ?? text).slice(0, 300);
}
