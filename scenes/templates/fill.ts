// Fills the blanks of a template's scene with what is bound to its slots. `{{lamp}}` is a device's handle or a value,
// `{{lamp}}.on` a property, `{{lamp.name}}` and `{{lamp.brightness}}` stand in texts. An entry whose key names several
// devices stands once for each; an item with `of-each: windows` does too. What names a slot that is left open is left out.
import type { SlotValue } from '../../hub/model/scene-templates-port.ts';
import { type Path, pointer } from '../language/document.ts';

/** What is bound to a slot. */
export type BoundSlot =
  | {
      readonly kind: 'devices';
      readonly devices: readonly { readonly handle: string; readonly name: string }[];
    }
  | { readonly kind: 'value'; readonly value: SlotValue };

/** A scene's data, and which slots each place of it came of. */
export interface Filled {
  readonly data: Readonly<Record<string, unknown>>;
  readonly used: ReadonlyMap<string, readonly string[]>;
}

const BLANK = /\{\{\s*(\p{L}[\p{L}\p{N}-]*)(?:\.([\p{L}\p{N}@_-]+))?\s*\}\}/gu;
const WHOLE = /^\{\{\s*(\p{L}[\p{L}\p{N}-]*)\s*\}\}$/u;
/** The key that repeats an item of a list for each device of a slot. */
const OF_EACH = 'of-each';

/** Stands for what is left out. */
const OUT = Symbol('left out');

/** All blanks of a template's scene, with their places; those of scenes themselves too. */
export function* blanksOf(node: unknown, path: Path = []): Generator<{ name: string; path: Path }> {
  if (typeof node === 'string') {
    for (const [, name = ''] of node.matchAll(BLANK)) yield { name, path };
  } else if (typeof node === 'object' && node !== null) {
    for (const [key, value] of Object.entries(node)) {
      const at = [...path, Array.isArray(node) ? Number(key) : key];
      if (key === OF_EACH && typeof value === 'string') yield { name: value, path: at };
      else yield* blanksOf(value, at);
      if (!Array.isArray(node)) yield* blanksOf(key, at);
    }
  }
}

/**
 * @param slots the names of all slots
 * @param bound what is bound; slots that are not in it are left open
 */
export function fill(
  body: Readonly<Record<string, unknown>>,
  slots: ReadonlySet<string>,
  bound: ReadonlyMap<string, BoundSlot>,
): Filled {
  const used = new Map<string, readonly string[]>();
  const filling = new Filling(slots, used);
  const data = filling.node(body, [], bound);
  const isMap = typeof data === 'object' && data !== null && !Array.isArray(data);
  return { data: isMap ? Object.fromEntries(Object.entries(data)) : {}, used };
}

class Filling {
  readonly #slots: ReadonlySet<string>;
  readonly #used: Map<string, readonly string[]>;

  constructor(slots: ReadonlySet<string>, used: Map<string, readonly string[]>) {
    this.#slots = slots;
    this.#used = used;
  }

  node(node: unknown, path: Path, bound: ReadonlyMap<string, BoundSlot>): unknown {
    if (typeof node === 'string') return this.#text(node, path, bound);
    if (Array.isArray(node)) return this.#list(node, path, bound);
    if (typeof node === 'object' && node !== null) return this.#map(node, path, bound);
    return node;
  }

  #list(items: readonly unknown[], path: Path, bound: ReadonlyMap<string, BoundSlot>): unknown {
    const filled: unknown[] = [];
    for (const item of items) {
      const each = typeof item === 'object' && item !== null && OF_EACH in item ? item : null;
      const rounds = each === null ? [bound] : this.#each(String(each[OF_EACH]), bound);
      const plain = each === null ? item : without(each, OF_EACH);
      for (const round of rounds) {
        const now = this.node(plain, [...path, filled.length], round);
        if (now === OUT) continue;
        if (typeof item === 'string' && Array.isArray(now)) {
          const names = this.#used.get(pointer([...path, filled.length])) ?? [];
          for (const one of now) {
            this.#used.set(pointer([...path, filled.length]), names);
            filled.push(one);
          }
        } else filled.push(now);
      }
    }
    return filled.length === 0 && items.length > 0 ? OUT : filled;
  }

  /** What is bound for each device of the slot. */
  #each(slot: string, bound: ReadonlyMap<string, BoundSlot>): ReadonlyMap<string, BoundSlot>[] {
    const found = bound.get(slot);
    if (found?.kind !== 'devices') return [];
    return found.devices.map((device) =>
      new Map(bound).set(slot, { kind: 'devices', devices: [device] }),
    );
  }

  #map(map: object, path: Path, bound: ReadonlyMap<string, BoundSlot>): unknown {
    const entries = Object.entries(map);
    const filled: Record<string, unknown> = {};
    for (const [index, [key, value]] of entries.entries()) {
      let isOut = true;
      for (const { text, round, names } of this.#keys(key, bound)) {
        const at = [...path, text];
        const now = this.node(value, at, round);
        if (now === OUT) continue;
        if (names.length > 0)
          this.#used.set(pointer(at), [...names, ...(this.#used.get(pointer(at)) ?? [])]);
        filled[text] = now;
        isOut = false;
      }
      // An item is known by its first word: without it the rest says nothing.
      if (isOut && index === 0 && path.length > 0) return OUT;
    }
    return Object.keys(filled).length === 0 && entries.length > 0 ? OUT : filled;
  }

  /** The keys that a key becomes, each with what is bound below it. */
  #keys(
    key: string,
    bound: ReadonlyMap<string, BoundSlot>,
  ): { text: string; round: ReadonlyMap<string, BoundSlot>; names: readonly string[] }[] {
    const names = this.#namesIn(key);
    if (names.length === 0) return [{ text: key, round: bound, names }];
    if (names.some((name) => !bound.has(name))) return [];
    const [many] = names.filter((name) => bound.get(name)?.kind === 'devices');
    const rounds = many === undefined ? [bound] : this.#each(many, bound);
    return rounds.map((round) => ({ text: String(filledText(key, round)), round, names }));
  }

  #text(text: string, path: Path, bound: ReadonlyMap<string, BoundSlot>): unknown {
    const names = this.#namesIn(text);
    if (names.length === 0) return text;
    if (names.some((name) => !bound.has(name))) return OUT;
    this.#used.set(pointer(path), names);
    const whole = WHOLE.exec(text)?.[1];
    const value = whole === undefined ? undefined : bound.get(whole);
    if (value?.kind === 'value') return value.value;
    const many = names.find((name) => {
      const found = bound.get(name);
      return found?.kind === 'devices' && found.devices.length > 1;
    });
    if (many === undefined) return filledText(text, bound);
    return this.#each(many, bound).map((round) => filledText(text, round));
  }

  #namesIn(text: string): string[] {
    return [...text.matchAll(BLANK)].flatMap(([, name = '']) =>
      this.#slots.has(name) ? [name] : [],
    );
  }
}

function filledText(text: string, bound: ReadonlyMap<string, BoundSlot>): string {
  return text.replaceAll(BLANK, (blank, name: string, what: string | undefined) => {
    const found = bound.get(name);
    if (found === undefined) return blank;
    if (found.kind === 'value') return String(found.value);
    const [device] = found.devices;
    if (device === undefined || what === undefined) return device?.handle ?? '';
    return what === 'name' ? device.name : `{{${device.handle}.${what}}}`;
  });
}

function without(map: object, key: string): object {
  return Object.fromEntries(Object.entries(map).filter(([one]) => one !== key));
}
