// A scene's text as it is stored (devices, rooms and scenes by id) and as it is shown (by their present handles). Only
// the names are replaced; comments, order and layout stay as they were written.
import { isPair, isScalar, parseDocument, visit } from 'yaml';
import type { InputProblem } from '../../hub/model/errors.ts';
import type { TextRange } from './document.ts';
import type { SceneNames } from './names.ts';
import { locateScene } from './parse.ts';
import type { Scene } from './scene.ts';

/** A scene's text with ids and the scene it says, or what is wrong with it. */
export type StoredScene =
  | { readonly stored: string; readonly scene: Scene; readonly errors?: undefined }
  | { readonly errors: readonly InputProblem[] };

interface Replacement extends TextRange {
  readonly by: string;
}

/** The text to store: every handle replaced by its id. */
export function toStored(text: string, names: SceneNames): StoredScene {
  const located = locateScene(text, names);
  if (located.scene === null) return { errors: located.errors };
  const replacements: Replacement[] = [];
  const done = new Set<string>();
  for (const { scalar, text: written, name, id } of located.named) {
    if (name === id) continue;
    const key = `${scalar.from}/${written}`;
    if (done.has(key)) continue;
    done.add(key);
    replacements.push(...replaceName(text, scalar, { written, name, by: id }));
  }
  for (const inside of located.namedInside) {
    const names = inside.names.map(({ at, name, id }) => ({ at, name, by: id }));
    replacements.push(...replaceInside(text, inside.scalar, inside.text, names));
  }
  return { stored: apply(text, replacements), scene: located.scene };
}

/** The text to show: every id that is still known replaced by its handle. Ids of what is gone stay. */
export function toShown(stored: string, names: SceneNames): string {
  const replacements: Replacement[] = [];
  const document = parseDocument(stored, {
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  if (document.errors.length > 0) return stored;
  visit(document, {
    Scalar(_key, node, path) {
      const { range } = node;
      if (!isScalar(node) || typeof node.value !== 'string' || !range) return;
      const scalar = { from: range[0], to: range[1] };
      const text = node.value;
      const id = /^((?:dev|room|scene)_[0-9a-z_-]+)(?:\.\S+)?$/.exec(text)?.[1];
      const handle = id === undefined ? undefined : handleOf(names, id);
      // The scene's own name and description are texts, whatever they look like.
      const pair = path.length === 3 ? path.at(-1) : undefined;
      const isOwnText = isPair(pair) && !(isScalar(pair.key) && pair.key.value === 'room');
      if (id !== undefined && handle !== undefined && !isOwnText) {
        replacements.push(...replaceName(stored, scalar, { written: text, name: id, by: handle }));
        return;
      }
      if (!isOwnText && !text.includes('{{')) {
        replacements.push(...replaceInside(stored, scalar, text, idsInside(names, text)));
      }
      for (const [written, blank] of text.matchAll(/\{\{\s*(dev_[0-9a-z_-]+)/g)) {
        const shown = blank === undefined ? undefined : handleOf(names, blank);
        if (shown === undefined || blank === undefined) continue;
        replacements.push(...replaceName(stored, scalar, { written, name: blank, by: shown }));
      }
    },
  });
  return apply(stored, replacements);
}

function handleOf(names: SceneNames, id: string): string | undefined {
  if (id.startsWith('scene_')) return names.scene(id)?.handle;
  return id.startsWith('dev_') ? names.device(id)?.handle : names.room(id)?.handle;
}

/**
 * Replaces a name inside one scalar. Where the name stands literally it is replaced in place; where escapes hide it,
 * or the new name would not stand as a plain word, the scalar is written anew in double quotes.
 */
function replaceName(
  text: string,
  scalar: TextRange,
  { written, name, by }: { written: string; name: string; by: string },
): Replacement[] {
  const raw = text.slice(scalar.from, scalar.to);
  const quote = raw.startsWith('"') || raw.startsWith("'") ? 1 : 0;
  const isBlank = written.startsWith('{{');
  if (isBlank) {
    return [...raw.matchAll(/\{\{\s*([^\s.{}]+)/g)].flatMap((match) => {
      if (match[1] !== name) return [];
      const from = scalar.from + match.index + match[0].length - name.length;
      return [{ from, to: from + name.length, by }];
    });
  }
  const isLiteral = raw.startsWith(name, quote);
  const isSafe = quote === 1 ? !/["'\\]/.test(by) : isPlainWord(by);
  if (isLiteral && isSafe) {
    const from = scalar.from + quote;
    return [{ from, to: from + name.length, by }];
  }
  return [
    { from: scalar.from, to: scalar.to, by: JSON.stringify(by + written.slice(name.length)) },
  ];
}

/** Whether the name reads as a text, and as nothing else, without quotes. */
function isPlainWord(name: string): boolean {
  if (!/^\p{L}[\p{L}\p{N}_-]*$/u.test(name)) return false;
  return !/^(?:true|false|null|yes|no|on|off|y|n|nan|inf)$/i.test(name);
}

interface InsideName {
  readonly at: number;
  readonly name: string;
  readonly by: string;
}

/** The devices that an expression names by id, with their handles. */
function idsInside(names: SceneNames, text: string): InsideName[] {
  return [...text.matchAll(/(?<![\p{L}\p{N}_])dev_[0-9a-z_-]+(?=\.)/gu)].flatMap((match) => {
    const handle = handleOf(names, match[0]);
    if (handle === undefined) return [];
    // Behind a hyphen the handle could be read as the end of another one.
    const by = text[match.index - 1] === '-' ? ` ${handle}` : handle;
    return [{ at: match.index, name: match[0], by }];
  });
}

/**
 * Replaces names in the midst of one scalar whose value is `text`. Where the text does not stand as it is in the file,
 * since escapes or folded lines hide it, the scalar is written anew in double quotes.
 */
function replaceInside(
  file: string,
  scalar: TextRange,
  text: string,
  names: readonly InsideName[],
): Replacement[] {
  const changed = names.filter(({ name, by }) => name !== by);
  if (changed.length === 0) return [];
  const raw = file.slice(scalar.from, scalar.to);
  const start = raw.startsWith('"') || raw.startsWith("'") ? 1 : 0;
  if (raw.startsWith(text, start)) {
    return changed.map(({ at, name, by }) => {
      const from = scalar.from + start + at;
      return { from, to: from + name.length, by };
    });
  }
  const parts = changed.map(({ at, name, by }) => ({ from: at, to: at + name.length, by }));
  // A folded or literal block takes the end of its last line with it.
  const end = /\s*$/.exec(raw)?.[0] ?? '';
  return [{ ...scalar, by: JSON.stringify(apply(text, parts)) + end }];
}

function apply(text: string, replacements: Replacement[]): string {
  let result = '';
  let end = 0;
  for (const { from, to, by } of [...replacements].sort((a, b) => a.from - b.from)) {
    if (from < end) continue;
    result += text.slice(end, from) + by;
    end = to;
  }
  return result + text.slice(end);
}
