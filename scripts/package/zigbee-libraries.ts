// How zigbee-herdsman and its converters go into the bundle: the drivers of other coordinators and the definitions of
// each vendor stay files of their own, loaded when a coordinator or a device asks for them. Both libraries are written
// for a folder of modules; each place that leans on it is named here, and a build fails where one has changed.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Plugin } from 'esbuild';

/** The native binding below serialport: it finds its binary beside itself. */
export const SERIAL_BINDING = '@serialport/bindings-cpp';

interface Patch {
  /** The end of the module's path. */
  readonly module: string;
  /** Texts and what stands there in the bundle; each must be there. */
  readonly replace: (folder: string) => Promise<readonly (readonly [string, string])[]>;
}

const LOAD_DEFINITIONS =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: The library's own text.
  'await Promise.resolve(`${`./devices/${moduleName.slice(0, -3)}`}`).then(s => __importStar(require(s)))';
const LIST_START = 'exports.definitions = [\n';
const READ_VERSION =
  'JSON.parse(fs.readFileSync(path.join(__dirname, "../../", "package.json")).toString())';

const PATCHES: readonly Patch[] = [
  {
    // Which vendor's file is asked for is known only at run time: each of them can be.
    module: 'zigbee-herdsman-converters/dist/index.js',
    async replace(folder) {
      const files = readdirSync(path.join(folder, 'devices')).filter(
        (name) => name.endsWith('.js') && name !== 'index.js',
      );
      const load = (name: string) => `${JSON.stringify(name)}: () => import("./devices/${name}")`;
      return [
        [LOAD_DEFINITIONS, '(await ingleVendors[moduleName]()).default'],
        ['defs[moduleName][index]', 'ingleDefinition(defs[moduleName], index)'],
        [
          'const NS = "zhc";',
          `const NS = "zhc";
const ingleVendors = {${files.map(load)}};
function ingleDefinition(list, index) {
  const one = list[index];
  return typeof one === "function" ? (list[index] = one()) : one;
}`,
        ],
      ];
    },
  },
  {
    module: 'zigbee-herdsman/dist/adapter/adapter.js',
    async replace() {
      const drivers = ['z-stack/adapter/zStack', 'ember/adapter/ember', 'deconz/adapter/deconz'];
      drivers.push('zigate/adapter/zigate', 'zboss/adapter/zboss', 'zoh/adapter/zoh');
      return [...drivers, 'ezsp/adapter/ezsp'].map((driver) => {
        const load = `await import("./${driver}Adapter.js")`;
        return [load, `(${load}).default`];
      });
    },
  },
  // The converters tell these apart by the names of their classes, which a bundle may change.
  ...['Device', 'Endpoint', 'Group'].map((name) => ({
    module: `zigbee-herdsman/dist/controller/model/${name.toLowerCase()}.js`,
    async replace(): Promise<[string, string][]> {
      const from = `exports.${name} = ${name};`;
      const named = `Object.defineProperty(${name}, "name", { value: "${name}" });`;
      return [[from, `${from} ${named}`]];
    },
  })),
  {
    // The library's version is noted in the coordinator's backup.
    module: 'zigbee-herdsman/dist/utils/backup.js',
    async replace(folder) {
      const file = await readFile(path.join(folder, '..', '..', 'package.json'), 'utf8');
      const { version } = JSON.parse(file) as { version: string };
      return [[READ_VERSION, JSON.stringify({ version })]];
    },
  },
  {
    // A coordinator on the network needs neither the native binding nor mDNS.
    module: 'zigbee-herdsman/dist/adapter/serialPort.js',
    async replace() {
      return [
        [
          `const bindings_cpp_1 = require("${SERIAL_BINDING}");`,
          `const ingleBinding = () => require("${SERIAL_BINDING}").autoDetect();`,
        ],
        ['const DetectedBinding = (0, bindings_cpp_1.autoDetect)();', ''],
        ['static list = DetectedBinding.list;', 'static list = () => ingleBinding().list();'],
        ['static binding = DetectedBinding;', 'static get binding() { return ingleBinding(); }'],
        ['binding: DetectedBinding,', 'binding: ingleBinding(),'],
      ];
    },
  },
  {
    module: 'zigbee-herdsman/dist/adapter/adapterDiscovery.js',
    async replace() {
      return [
        [
          'const bonjour_service_1 = require("bonjour-service");',
          'const bonjour_service_1 = { get Bonjour() { return require("bonjour-service").Bonjour; } };',
        ],
      ];
    },
  },
];

/** Every character outside of ASCII as an escape: one such character doubles what a text takes in memory. */
export function inAscii(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: All of ASCII is meant.
    /[^\x00-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * Makes each definition of a vendor's file one that is made when a device asks for it: of hundreds a home has a few. A
 * file that is not laid out as the compiler lays out a plain list stays as it is.
 */
export function withLazyDefinitions(source: string): string {
  const start = source.indexOf(LIST_START);
  const end = source.indexOf('\n];', start);
  if (start === -1 || end === -1) return source;
  const from = start + LIST_START.length;
  const lines = source.slice(from, end).split('\n');
  const isPlain = lines.every((line) => /^(?: {4}(?:[{ ]|\},?$|\/\/)|\s*$)/.test(line));
  const count = (mark: RegExp) => lines.filter((line) => mark.test(line)).length;
  const opened = count(/^ {4}\{/);
  if (!isPlain || opened !== count(/^ {4}\{$/) || opened !== count(/^ {4}\},?$/)) return source;
  const list = lines.map((line) =>
    line.replace(/^ {4}\{$/, '    () => ({').replace(/^ {4}\}(,?)$/, '    })$1'),
  );
  return `${source.slice(0, from)}${list.join('\n')}${source.slice(end)}`;
}

type ModelIndex = Readonly<Record<string, readonly (readonly [file: string, at: number])[]>>;

/** As an object the index of all models takes 3 MB; as one text that is searched, a tenth of a millisecond a model. */
function modelIndexModule(index: ModelIndex): string {
  const line = ([model, places]: [string, ModelIndex[string]]) =>
    `${inAscii(JSON.stringify(model))}\t${places.map((place) => place.join('|')).join('\t')}`;
  const text = `\n${Object.entries(index).map(line).join('\n')}\n`;
  return `
const inAscii = ${inAscii.toString()};
const text = ${JSON.stringify(text)};
const known = new Map();
function places(model) {
  if (!known.has(model)) known.set(model, find(model));
  return known.get(model);
}
function find(model) {
  const start = "\\n" + inAscii(JSON.stringify(model)) + "\\t";
  const at = text.indexOf(start);
  if (at === -1) return undefined;
  const line = text.slice(at + start.length, text.indexOf("\\n", at + 1));
  return line.split("\\t").map((place) => {
    const [file, index] = place.split("|");
    return [file, Number(index)];
  });
}
module.exports = new Proxy({}, {
  get: (_, name) => typeof name !== "string" || name === "__esModule" ? undefined : places(name),
});
`;
}

/** The plugin that makes them fit. */
export const zigbeeLibraries: Plugin = {
  name: 'zigbee-libraries',
  setup(build) {
    for (const { module, replace } of PATCHES) {
      const filter = new RegExp(`/node_modules/${module.replaceAll('.', '\\.')}$`);
      build.onLoad({ filter }, async ({ path: file }) => {
        let contents = await readFile(file, 'utf8');
        for (const [from, to] of await replace(path.dirname(file))) {
          if (!contents.includes(from)) throw new Error(`${module} has no more: ${from}`);
          contents = contents.replaceAll(from, () => to);
        }
        return { contents, loader: 'js' };
      });
    }
    build.onLoad(
      { filter: /\/zigbee-herdsman-converters\/dist\/devices\/[^/]+$/ },
      async (found) => {
        return { contents: withLazyDefinitions(await readFile(found.path, 'utf8')), loader: 'js' };
      },
    );
    build.onLoad(
      { filter: /\/zigbee-herdsman-converters\/dist\/models-index\.json$/ },
      async (found) => {
        const index = JSON.parse(await readFile(found.path, 'utf8')) as ModelIndex;
        return { contents: modelIndexModule(index), loader: 'js' };
      },
    );
  },
};
