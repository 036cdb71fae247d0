// An entity of an ESPHome device as it describes itself, and the fields of any message read with care.
import type { Json } from '../known-devices.ts';

const TEXT_CHARACTERS_MAX = 256;
const LIST_MAX = 128;

/** Whether a value has fields. */
export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A message's fields as they are kept: without what says nothing, texts and lists of bounded length.
 * @param depth of messages inside
 */
export function compact(fields: Json, depth = 1): Json {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    const isNothing = value === '' || value === 0 || value === false || value == null;
    if (isNothing || DROPPED.has(name)) continue;
    if (typeof value === 'string') kept[name] = value.slice(0, TEXT_CHARACTERS_MAX);
    else if (Array.isArray(value)) {
      const list = value.slice(0, LIST_MAX).map((one: unknown) => {
        if (typeof one === 'string') return one.slice(0, TEXT_CHARACTERS_MAX);
        return isJson(one) ? compact(one, depth - 1) : one;
      });
      if (list.length > 0 && depth >= 0) kept[name] = list;
    } else if (typeof value === 'number' || typeof value === 'boolean') kept[name] = value;
  }
  return kept;
}

/** What no property comes of, and changes without a reason. */
const DROPPED: ReadonlySet<string> = new Set(['icon', 'supportedFormatsList']);

/** The fields of a message; what is not of the kind that is asked for counts as not said. */
export class Said {
  readonly #fields: Json;

  constructor(fields: Json) {
    this.#fields = fields;
  }

  /** A text without surrounding space; empty where none is said. */
  text(name: string, charactersMax = TEXT_CHARACTERS_MAX): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value.trim().slice(0, charactersMax) : '';
  }

  /** A text as it is. */
  rawText(name: string): string {
    const value = this.#fields[name];
    return typeof value === 'string' ? value : '';
  }

  /** A finite number without what 32 bits of it add; null for anything else, such as not-a-number. */
  number(name: string): number | null {
    const value = this.#fields[name];
    if (typeof value !== 'number' || !Number.isFinite(value)) return null;
    return Number.isInteger(value) ? value : Number(value.toPrecision(7));
  }

  flag(name: string): boolean {
    return this.#fields[name] === true;
  }

  /** Texts of a list, each once. */
  texts(name: string): readonly string[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return [];
    const texts = value.slice(0, LIST_MAX).filter((one) => typeof one === 'string' && one !== '');
    return [...new Set(texts.map((one: string) => one.slice(0, 64)))];
  }

  /** Whole numbers of a list. */
  numbers(name: string): readonly number[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return [];
    return value.slice(0, LIST_MAX).filter((one) => Number.isInteger(one));
  }

  /** Objects of a list. */
  list(name: string): readonly Said[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) return [];
    return value.slice(0, LIST_MAX).flatMap((one) => (isJson(one) ? [new Said(one)] : []));
  }
}

/** An entity or an action as its device lists it; plain data, kept with the device. */
export interface ListedEntity {
  /** The middle of its message's name: `Light` of `ListEntitiesLightResponse`. */
  readonly kind: string;
  readonly fields: Json;
}

/** Where a setting or a reading belongs: to what the device is for, to its settings, or to its own health. */
export type EntityCategory = 'main' | 'setting' | 'health';

const CATEGORIES: readonly EntityCategory[] = ['main', 'setting', 'health'];

/** What was kept of a device's entities; undefined when it is damaged. */
export function readEntities(kept: unknown): readonly ListedEntity[] | undefined {
  if (!Array.isArray(kept)) return undefined;
  const isWhole = kept.every(
    (one) => isJson(one) && typeof one.kind === 'string' && isJson(one.fields),
  );
  return isWhole ? (kept as readonly ListedEntity[]) : undefined;
}

/** An entity, read. */
export class Entity {
  readonly kind: string;
  readonly said: Said;
  /** Names it among those of its device. */
  readonly key: number;
  /** The part of the device that it belongs to; 0: the device itself. */
  readonly part: number;

  constructor({ kind, fields }: ListedEntity) {
    this.kind = kind;
    this.said = new Said(fields);
    this.key = this.said.number('key') ?? 0;
    this.part = this.said.number('deviceId') ?? 0;
  }

  /** The same for as long as its configuration calls it the same. */
  get id(): string {
    return `${this.kind}/${this.objectId}`;
  }

  /** Its name in small letters, digits and `_`. Newer devices leave it out, since it comes of its name. */
  get objectId(): string {
    const said = this.said.text('objectId', 64);
    const word = said === '' ? this.said.text('name', 64) : said;
    const plain = word.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '_');
    return /[a-z0-9]/.test(plain) ? plain : `${this.kind.toLowerCase()}_${this.key}`;
  }

  /** What a person calls it. */
  get title(): string {
    const name = this.said.text('name', 60);
    return name === '' ? this.objectId.replaceAll('_', ' ') : name;
  }

  get category(): EntityCategory {
    return CATEGORIES[this.said.number('entityCategory') ?? 0] ?? 'main';
  }

  get deviceClass(): string {
    return this.said.text('deviceClass', 64);
  }
}
