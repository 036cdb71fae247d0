// Reads the text of a scene file into plain data, remembering where each part stands. YAML beyond what a scene
// needs (anchors, aliases, tags, keys that are not texts) is refused, so no text can grow in memory.
import { isAlias, isMap, isScalar, isSeq, LineCounter, type ParsedNode, parseDocument } from 'yaml';
import type { InputProblem } from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';
import { yamlProblemInChinese } from '../../hub/model/yaml-words.ts';
import { mistake, problemOf } from './mistakes.ts';
import { SCENE_LIMITS } from './scene.ts';

/** A part of the text, as offsets of its first character and the one after its last. */
export interface TextRange {
  readonly from: number;
  readonly to: number;
}

/** Where a part of the data stands: its key, if it has one, and its value. */
export interface Place {
  readonly key: TextRange | null;
  readonly value: TextRange;
}

/** The way to a part of the data: keys and indices. */
export type Path = readonly (string | number)[];

/** A scene file as plain data, with the place of each part. */
export interface SceneDocument {
  readonly data: unknown;
  /** Null where the text could not be read at all. */
  readonly isReadable: boolean;
  readonly text: string;
  place(path: Path): Place | undefined;
  /** Line and column, from 1, of the key or else the value at `path`, or of what contains it. */
  position(path: Path, of: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/** At most so many problems are told at once. */
export const PROBLEMS_MAX = 100;

/** Writes a path as a JSON pointer. */
export function pointer(path: Path): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

/** Reads the text; what is wrong with it as YAML is added to `problems`. */
export function readDocument(text: string, problems: InputProblem[]): SceneDocument {
  const lines = new LineCounter();
  const places = new Map<string, Place>();
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (path: Path, words: Words, offset: number): undefined => {
    if (problems.length < PROBLEMS_MAX) {
      problems.push({ path: pointer(path), ...problemOf(words), ...at(offset) });
    }
    return undefined;
  };
  const made = (data: unknown, isReadable: boolean): SceneDocument => ({
    data,
    isReadable,
    text,
    place: (path) => places.get(pointer(path)),
    position(path, of) {
      for (let length = path.length; length >= 0; length--) {
        const place = places.get(pointer(path.slice(0, length)));
        if (place === undefined) continue;
        const isWhole = length === path.length;
        return at((isWhole && of === 'value' ? place.value : (place.key ?? place.value)).from);
      }
      return { line: 1, column: 1 };
    },
  });

  const sizeBytes = new TextEncoder().encode(text).length;
  if (sizeBytes > SCENE_LIMITS.textBytes) {
    refuse(
      [],
      mistake(
        `A scene has at most 64 KB of text; this one has ${Math.ceil(sizeBytes / 1024)} KB`,
        `场景最多 64 KB 文字；这个有 ${Math.ceil(sizeBytes / 1024)} KB`,
      ),
      0,
    );
    return made(undefined, false);
  }
  const document = parseDocument(text, {
    lineCounter: lines,
    // Checked below with a set: the library compares every key with every other.
    uniqueKeys: false,
    prettyErrors: false,
    version: '1.2',
    // Silent, the library would pass over a second document.
    logLevel: 'error',
  });
  if (document.errors.length > 0) {
    for (const error of document.errors.slice(0, PROBLEMS_MAX)) {
      const says =
        error.code === 'MULTIPLE_DOCS'
          ? mistake(
              'A scene file holds one scene; a second one begins here',
              '一个文件只写一个场景；这里开始了第二个',
            )
          : mistake(
              `This is not well-formed: ${firstLine(error.message)}`,
              `这里的写法不对：${yamlProblemInChinese(error.code)}`,
            );
      refuse([], says, error.pos[0]);
    }
    return made(undefined, false);
  }
  if (document.contents === null) {
    const words = mistake(
      'The scene is empty; it needs at least `scene` (its name) and `do`',
      '场景是空的；至少要有 `scene`（名称）和 `do`（动作）',
    );
    refuse([], words, 0);
    return made(undefined, false);
  }

  const walk = (
    node: ParsedNode | null,
    path: Path,
    key: TextRange | null,
    end: number,
  ): unknown => {
    const range = node?.range ?? [end, end, end];
    places.set(pointer(path), { key, value: { from: range[0], to: range[1] } });
    if (node === null) return null;
    if (isAlias(node)) {
      return refuse(
        path,
        mistake(
          'Aliases (*name) cannot be used in a scene; write the value itself',
          '场景里不能用别名（*name）；请直接写值',
        ),
        range[0],
      );
    }
    if (node.anchor !== undefined) {
      const words = mistake(
        'Anchors (&name) cannot be used in a scene; leave it out',
        '场景里不能用锚点（&name）；请去掉',
      );
      return refuse(path, words, range[0]);
    }
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
      const tag = node.tag.slice(0, 40);
      const words = mistake(
        `The tag ${tag} is not known; leave it out`,
        `不认识标签 ${tag}；请去掉`,
      );
      return refuse(path, words, range[0]);
    }
    if (path.length > SCENE_LIMITS.depth) {
      const words = mistake(
        `A scene is nested at most ${SCENE_LIMITS.depth} deep`,
        `场景最多嵌套 ${SCENE_LIMITS.depth} 层`,
      );
      return refuse(path, words, range[0]);
    }
    if (isScalar(node)) return scalar(node.value, path, range[0]);
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        walk(item as ParsedNode, [...path, index], null, range[1]),
      );
    }
    if (!isMap(node)) {
      return refuse(path, mistake('This cannot stand in a scene', '场景里不能有这个'), range[0]);
    }
    const map: Record<string, unknown> = {};
    for (const { key: keyNode, value } of node.items) {
      const from = keyNode?.range?.[0] ?? range[0];
      if (!isScalar(keyNode) || keyNode.anchor !== undefined || keyNode.tag !== undefined) {
        refuse(path, mistake('A key is a plain word here', '这里的键必须是普通的词'), from);
        continue;
      }
      const name = String(keyNode.value);
      if (name === '__proto__') {
        refuse(path, mistake('A key cannot be called __proto__', '键不能叫 __proto__'), from);
        continue;
      }
      if (Object.hasOwn(map, name)) {
        const words = mistake(
          `"${name}" stands here twice; keep one of them`,
          `“${name}”在这里写了两次；请只留一个`,
        );
        refuse([...path, name], words, from);
        continue;
      }
      const keyRange = { from, to: keyNode.range?.[1] ?? from };
      map[name] = walk(value as ParsedNode | null, [...path, name], keyRange, keyRange.to);
    }
    return map;
  };
  const scalar = (value: unknown, path: Path, offset: number): unknown => {
    if (typeof value === 'bigint') return Number(value);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return refuse(path, mistake('A number is finite', '数字必须是有限的'), offset);
    }
    return value;
  };

  return made(walk(document.contents, [], null, 0), true);
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? message).replace(/:$/, '').slice(0, 200);
}
