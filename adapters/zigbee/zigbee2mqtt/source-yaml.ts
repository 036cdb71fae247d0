// The YAML of Zigbee2MQTT: its files, the values that stand in other files (`!secret name`, `!passwords.yaml name`),
// devices and groups split off into files of their own, and the line on which each thing stands.
import path from 'node:path';
import { type Document, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { MoveProblem, SourceFiles } from '../../../hub/model/moving-in.ts';

/** Aliases beyond this are a bomb, not a configuration. */
const ALIASES_MAX = 100;

export const CONFIGURATION = 'configuration.yaml';

export type Key = string | number;
export type YamlMap = Readonly<Record<string, unknown>>;

/** Where a thing stands, for a message. */
export interface Place {
  readonly file: string;
  readonly line: number | null;
}

interface YamlFile {
  readonly data: YamlMap;
  /** The line of a key, or of the nearest thing around it. */
  lineOf(keys: readonly Key[]): number | null;
}

/** An entry of `devices` or `groups`, wherever it stands. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  readonly place: Place;
}

export function isMapOf(value: unknown): value is YamlMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Zigbee2MQTT also takes these tags where Home Assistant wrote them without quotes. */
function customTags() {
  return [
    { tag: '!secret', resolve: (text: string) => `!secret ${text}` },
    { tag: '!include', resolve: (text: string) => text },
  ];
}

/** Reads files of one installation, each once, and gathers what is wrong with them. */
export class SourceYaml {
  readonly #files: SourceFiles;
  readonly #problems: MoveProblem[];
  readonly #read = new Map<string, YamlFile | null>();
  /** Files that the configuration names for devices or groups, and that are not there. */
  readonly absent: string[] = [];

  constructor(files: SourceFiles, problems: MoveProblem[]) {
    this.#files = files;
    this.#problems = problems;
  }

  /** The file's map; null where it is missing or damaged, which is then told. */
  file(name: string, from?: Place): YamlFile | null {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const file = this.#parse(name, from);
    this.#read.set(name, file);
    return file;
  }

  #parse(name: string, from: Place | undefined): YamlFile | null {
    const text = this.#files[name];
    if (text === undefined) {
      const place = from ?? { file: name, line: null };
      this.#tell(place, `There is no file ${name}`, `没有文件 ${name}`);
      return null;
    }
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, customTags: customTags() });
    for (const { message, pos } of document.errors.slice(0, 5)) {
      const { line } = lines.linePos(pos[0]);
      const short = (message.split('\n')[0] ?? '').replace(/ at line \d+.*$/, '');
      this.#tell(
        { file: name, line },
        `This is not YAML as it should be: ${short}`,
        `YAML 格式有误：${short}`,
      );
    }
    if (document.errors.length > 0) return null;
    let data: unknown;
    try {
      data = document.toJS({ maxAliasCount: ALIASES_MAX }) ?? {};
    } catch (error) {
      const short = error instanceof Error ? error.message : String(error);
      this.#tell({ file: name, line: null }, `It cannot be read: ${short}`, `无法读取：${short}`);
      return null;
    }
    if (!isMapOf(data)) {
      this.#tell({ file: name, line: 1 }, 'It is no map of settings', '内容不是设置项');
      return null;
    }
    return { data, lineOf: (keys) => lineIn(document, lines, keys) };
  }

  /** A value that may stand in another file: `!secret network_key` is that key of secret.yaml. */
  value(value: unknown, place: Place): unknown {
    if (typeof value !== 'string') return value;
    const match = /^!(\S+) (.+)$/.exec(value);
    const [, source, key] = match ?? [];
    if (source === undefined || key === undefined) return value;
    const name = /\.ya?ml$/.test(source) ? source : `${source}.yaml`;
    const file = this.file(name, place);
    if (file === null) return undefined;
    if (!Object.hasOwn(file.data, key)) {
      this.#tell(place, `"${key}" does not stand in ${name}`, `${name} 中没有“${key}”`);
      return undefined;
    }
    return file.data[key];
  }

  /** The entries of `devices` or `groups`: in the configuration itself, or in the files that it names. */
  entries(what: 'devices' | 'groups'): Entry[] {
    const main = this.file(CONFIGURATION);
    const found = main?.data[what];
    if (main === null || found === undefined || found === null) return [];
    const place = { file: CONFIGURATION, line: main.lineOf([what]) };
    if (isMapOf(found)) return entriesOf(found, CONFIGURATION, main, [what]);
    const names = Array.isArray(found) ? found : [found];
    const entries = new Map<string, Entry>();
    for (const name of names) {
      if (typeof name !== 'string') {
        this.#tell(
          place,
          `${what} is neither a map nor the name of a file`,
          `${what} 既不是列表也不是文件名`,
        );
        continue;
      }
      const own = path.posix.normalize(name);
      // As Zigbee2MQTT does: a file that is not there yet holds nothing yet.
      if (this.#files[own] === undefined) {
        this.absent.push(own);
        continue;
      }
      const file = this.file(own, place);
      if (file === null) continue;
      for (const entry of entriesOf(file.data, own, file, [])) entries.set(entry.key, entry);
    }
    return [...entries.values()];
  }

  #tell(place: Place, en: string, zh: string): void {
    this.#problems.push({ ...place, text: { en, zh } });
  }
}

function entriesOf(map: YamlMap, name: string, file: YamlFile, at: readonly Key[]): Entry[] {
  return Object.entries(map).map(([key, value]) => ({
    key,
    value,
    place: { file: name, line: file.lineOf([...at, key]) },
  }));
}

function lineIn(document: Document, lines: LineCounter, keys: readonly Key[]): number | null {
  let node: unknown = document.contents;
  let line: number | null = null;
  for (const wanted of keys) {
    if (!isMap(node)) break;
    const pair = node.items.find(
      ({ key }) => isScalar(key) && String(key.value) === String(wanted),
    );
    if (pair === undefined || !isScalar(pair.key)) break;
    if (pair.key.range) line = lines.linePos(pair.key.range[0]).line;
    node = pair.value;
  }
  return line;
}
