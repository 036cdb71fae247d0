// What a converter makes of an entity: properties and commands that have no key yet, since only the whole device shows
// which of them there are several of.

import type {
  AnyPropertyName,
  PropertyName,
  PropertyValue,
} from '../../../hub/model/properties.ts';
import { property, vendorPropertyName } from '../../../hub/model/properties.ts';
import type { PropertyAccess, PropertyType } from '../../../hub/model/property-row.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { PropertyDraft } from '../../contract/property-draft.ts';
import type { EntityConfig, Message, Outgoing, Told } from './entity-config.ts';
import { numberOf, pick } from './template-value.ts';

/** What a write may look at beside its value. */
export interface Now {
  /** The last told value of another property of the same entity; null while it is not known. */
  of(name: AnyPropertyName): PropertyValue | null;
  readonly transitionMs: number | undefined;
}

export interface Telling {
  readonly topic: string;
  /** As of what it reads. */
  readonly id?: string;
  read(message: Message): PropertyValue | undefined;
}

export interface Draft extends PropertyDraft {
  readonly type: PropertyType;
  readonly access: PropertyAccess;
  /** Which of its buttons a trigger is about, as its device says. */
  readonly button?: string;
  readonly told: readonly Telling[];
  write?(value: PropertyValue, now: Now): readonly Outgoing[];
}

export interface CommandDraft {
  readonly name: string;
  send(): readonly Outgoing[];
}

/** What an entity comes to. */
export interface Parts {
  readonly drafts: Draft[];
  readonly commands: CommandDraft[];
  /** Topic and reading of the installed firmware. */
  firmware: Told | null;
}

export type Convert = (config: EntityConfig, parts: Parts) => void;

export const NO_CODE: Words = {
  en: 'it asks for a code, which Ingle does not keep',
  zh: '需要密码，Ingle 不保存密码',
};
export const NO_PROPERTY: Words = {
  en: 'the table of properties has no place for it',
  zh: '属性表里没有它的位置',
};

/** What may stand beside a name of the table. */
type Own = Partial<Omit<Draft, 'name' | 'type' | 'access' | 'told'>>;

/** A draft of a row of the table; settable where it has a `write`, told where it has a telling. */
export function draftOf(name: PropertyName, told: Telling | null, own: Own = {}): Draft {
  const row = property(name);
  const tellings = told === null ? [] : [told];
  return { name, type: row.type, access: accessOf(tellings, own), told: tellings, ...own };
}

/** A draft of what fits no row, under the entity's own word. */
export function vendorDraft(
  config: EntityConfig,
  type: PropertyType,
  told: Telling | null,
  own: Own & { readonly word?: string } = {},
): Draft {
  const { word, ...rest } = own;
  const { objectId } = config.entity;
  const name = vendorPropertyName(word === undefined ? objectId : `${objectId}_${word}`);
  const title = word === undefined ? config.title : `${config.title} ${word.replaceAll('_', ' ')}`;
  const label = { en: title, zh: title };
  const tellings = told === null ? [] : [told];
  return { name, type, access: accessOf(tellings, rest), told: tellings, label, ...rest };
}

function accessOf(told: readonly Telling[], own: Own): PropertyAccess {
  if (own.write === undefined) return 'r';
  return told.length === 0 ? 'w' : 'rw';
}

/** A number that is told, changed by `change` on the way. */
export function numberTold(told: Told | null, change = (value: number) => value): Telling | null {
  if (told === null) return null;
  return {
    topic: told.topic,
    id: told.id,
    read: (message) => {
      const rendered = told.read(message);
      const number =
        rendered === null ? null : (numberOf(rendered.value) ?? numberOf(rendered.text));
      return number === null ? undefined : tidy(change(number));
    },
  };
}

/** True or false by the words of the device. */
export function booleanTold(told: Told | null, on: string, off: string): Telling | null {
  if (told === null) return null;
  return {
    topic: told.topic,
    read: (message) => {
      const text = told.read(message)?.text;
      if (text === undefined) return undefined;
      if (isSameWord(text, on)) return true;
      return isSameWord(text, off) ? false : undefined;
    },
  };
}

/** A word that is told; undefined where `change` has none for it. */
export function wordTold(
  told: Told | null,
  change: (text: string) => string | undefined = (text) => text,
): Telling | null {
  if (told === null) return null;
  return {
    topic: told.topic,
    read: (message) => {
      const text = told.read(message)?.text;
      return text === undefined ? undefined : change(text);
    },
  };
}

/** A state that is told alone, or as a field of JSON beside what else there is. */
export function withState(told: Told | null): Told | null {
  if (told === null) return null;
  return {
    ...told,
    read: (message) => {
      const rendered = told.read(message);
      const word = rendered === null ? undefined : fieldOf(rendered.text, 'state');
      return word === undefined ? rendered : { text: word, value: word };
    },
  };
}

/** A text or a number of JSON; undefined where the text is none, or says nothing of it. */
export function fieldOf(text: string, field: string): string | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const said = pick(JSON.parse(text) as object as never, field);
    return typeof said === 'string' || typeof said === 'number' ? String(said) : undefined;
  } catch {
    return undefined;
  }
}

/** Python's `True` and JSON's `true` are one word; all others are as they are written. */
export function isSameWord(a: string, b: string): boolean {
  return a === b || (/^(true|false)$/i.test(a) && a.toLowerCase() === b.toLowerCase());
}

/** A number without what a binary fraction adds to it. */
export function tidy(value: number): number {
  return Number(value.toPrecision(10));
}
