// Reads the text of a provisioning file into plain data and remembers where each part stands. Scenes are taken out as
// texts of their own, with the way back from their lines to the file's.
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  Scalar,
} from 'yaml';
import type { InputProblem } from '../../model/errors.ts';
import type { Words } from '../../model/words.ts';
import { textMistakes } from './mistakes.ts';
import { FILE_BYTES_MAX } from './schema.ts';

export type Path = readonly (string | number)[];

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A scene's own file inside the provisioning file. */
export interface EmbeddedScene {
  readonly text: string;
  readonly enabled: boolean | undefined;
  /** The place in the provisioning file of a place in the scene's text. */
  position(line: number, column: number): Position;
}

export interface FileDocument {
  /** Plain data; the entries of `scenes` are EmbeddedScene, or null where they could not be read. */
  readonly data: unknown;
  readonly isReadable: boolean;
  position(path: Path, of?: 'key' | 'value'): Position;
}

const DEPTH_MAX = 12;
const SYNTAX_PROBLEMS_MAX = 20;

export function pointer(path: Path): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** Reads the text; what is wrong with it as YAML is added to `problems`. */
export function readFileDocument(text: string, problems: InputProblem[]): FileDocument {
  const counter = new LineCounter();
  const places = new Map<string, { key: number | null; value: number }>();
  const at = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (path: Path, { en, zh }: Words, offset: number): null => {
    problems.push({ path: pointer(path), message: en, zh, ...at(offset) });
    return null;
  };
  const made = (data: unknown, isReadable: boolean): FileDocument => ({
    data,
    isReadable,
    position(path, of = 'value') {
      for (let length = path.length; length >= 0; length--) {
        const place = places.get(pointer(path.slice(0, length)));
        if (place === undefined) continue;
        const isWhole = length === path.length;
        return at(isWhole && of === 'value' ? place.value : (place.key ?? place.value));
      }
      return { line: 1, column: 1 };
    },
  });

  if (new TextEncoder().encode(text).length > FILE_BYTES_MAX) {
    refuse([], textMistakes.tooLarge(FILE_BYTES_MAX / 1024), 0);
    return made(undefined, false);
  }
  const document = parseDocument(text, {
    lineCounter: counter,
    // The walk below tells of keys that stand twice, in words of its own.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  if (document.errors.length > 0) {
    for (const error of document.errors.slice(0, SYNTAX_PROBLEMS_MAX)) {
      const [message = ''] = error.message.split('\n', 1);
      refuse([], textMistakes.notWellFormed(message.slice(0, 200)), error.pos[0]);
    }
    return made(undefined, false);
  }
  if (document.contents === null) {
    refuse([], textMistakes.empty, 0);
    return made(undefined, false);
  }

  function walk(node: ParsedNode | null, path: Path, key: number | null, end: number): unknown {
    const start = node?.range?.[0] ?? end;
    places.set(pointer(path), { key, value: start });
    if (node === null) return null;
    if (isAlias(node)) {
      return refuse(path, textMistakes.alias, start);
    }
    if (node.anchor !== undefined) {
      return refuse(path, textMistakes.anchor, start);
    }
    if (path.length > DEPTH_MAX) {
      return refuse(path, textMistakes.tooDeep, start);
    }
    const isScene = path.length === 2 && path[0] === 'scenes' && typeof path[1] === 'number';
    if (isScene) return embeddedScene(node, path);
    if (isScalar(node)) return scalar(node, path);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        walk(item as ParsedNode, [...path, index], null, start),
      );
    }
    return isMap(node) ? readMap(node, path) : refuse(path, textMistakes.outOfPlace, start);
  }

  function readMap(node: ParsedNode & { items: readonly unknown[] }, path: Path): unknown {
    const map: Record<string, unknown> = {};
    for (const item of node.items) {
      const pair = item as { key: ParsedNode | null; value: ParsedNode | null };
      const from = pair.key?.range?.[0] ?? node.range[0];
      if (!isScalar(pair.key) || String(pair.key.value) === '__proto__') {
        refuse(path, textMistakes.noPlainKey, from);
        continue;
      }
      const name = String(pair.key.value);
      if (Object.hasOwn(map, name)) {
        refuse([...path, name], textMistakes.keyTwice(name), from);
        continue;
      }
      map[name] = walk(pair.value, [...path, name], from, pair.key.range?.[1] ?? from);
    }
    return map;
  }

  /** Addresses and codes look like numbers to YAML and would lose digits: only places and values are some. */
  function scalar(node: Scalar, path: Path): unknown {
    const isNumber = typeof node.value === 'number' || typeof node.value === 'bigint';
    if (!isNumber) return node.value;
    const isPlace = path[0] === 'home' && path[1] === 'place';
    const isOfValue =
      path[0] === 'values' && ['min', 'max', 'initial'].includes(String(path.at(-1)));
    if (isPlace || isOfValue) return Number(node.value);
    return node.source ?? String(node.value);
  }

  function embeddedScene(node: ParsedNode, path: Path): EmbeddedScene | null {
    if (isScalar(node)) return sceneOfText(node, path, undefined);
    if (!isMap(node)) {
      return refuse(path, textMistakes.noScene, node.range[0]);
    }
    const entryOf = (name: string) =>
      node.items.find((item) => isScalar(item.key) && item.key.value === name)?.value;
    const text = entryOf('text');
    if (entryOf('scene') != null || !isScalar(text)) return sceneInPlace(node);
    const enabled = entryOf('enabled');
    const isSwitch = isScalar(enabled) && typeof enabled.value === 'boolean';
    for (const { key } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      if (name !== 'text' && name !== 'enabled') {
        refuse([...path, name], textMistakes.besideText(name.slice(0, 40)), key.range[0]);
      }
    }
    if (enabled != null && !isSwitch) {
      return refuse([...path, 'enabled'], textMistakes.notSwitch, enabled.range[0]);
    }
    return sceneOfText(text, path, isSwitch ? enabled.value === true : undefined);
  }

  function sceneOfText(
    node: Scalar,
    path: Path,
    enabled: boolean | undefined,
  ): EmbeddedScene | null {
    const start = node.range?.[0] ?? 0;
    if (typeof node.value !== 'string') {
      return refuse(path, textMistakes.noScene, start);
    }
    const here = at(start);
    const isLiteral = node.type === Scalar.BLOCK_LITERAL;
    const lines = text.split('\n');
    const first = node.value.split('\n').findIndex((line) => line.trim() !== '');
    const written = lines[here.line + first] ?? '';
    const plain = node.value.split('\n')[first] ?? '';
    const indent = Math.max(0, written.length - plain.length);
    return {
      text: node.value,
      enabled,
      position: (line, column) =>
        isLiteral ? { line: here.line + line, column: column + indent } : here,
    };
  }

  function sceneInPlace(node: ParsedNode): EmbeddedScene {
    const [start, end] = node.range;
    const here = at(start);
    const indent = here.column - 1;
    const stripped: number[] = [];
    const own = text.slice(start, end).trimEnd();
    const lines = own.split('\n').map((line, index) => {
      const blanks = index === 0 ? 0 : Math.min(indent, line.length - line.trimStart().length);
      stripped.push(index === 0 ? indent : blanks);
      return line.slice(blanks);
    });
    return {
      text: `${lines.join('\n')}\n`,
      enabled: undefined,
      position: (line, column) => ({
        line: here.line + line - 1,
        column: column + (stripped[line - 1] ?? 0),
      }),
    };
  }

  return made(walk(document.contents as ParsedNode, [], null, 0), true);
}
