// What a converter makes of an entity: properties and commands that have no key yet, since only the whole device shows
// which of them there are several of.
import {
  type AnyPropertyName,
  isPropertyName,
  type PropertyName,
  type PropertyValue,
  property,
  vendorPropertyName,
} from '../../../hub/model/properties.ts';
import type { Label, PropertyAccess, PropertyType } from '../../../hub/model/property-row.ts';
import type { Words } from '../../../hub/model/words.ts';
import type { PropertyDraft } from '../../contract/property-draft.ts';
import type { Entity, Said } from './entity.ts';
import type { Fields } from './library.ts';

/** What a write may look at beside its value. */
export interface Now {
  /** The last told value of another property of the same entity; null while it is not known. */
  of(name: AnyPropertyName): PropertyValue | null;
  readonly transitionMs: number | undefined;
}

/** A property of an entity. */
export interface Draft extends PropertyDraft {
  readonly type: PropertyType;
  readonly access: PropertyAccess;
  /** What a state of its entity says; undefined where that says nothing of it. */
  read?(state: Said): PropertyValue | undefined;
  /** The fields of its entity's command. @throws HubError for what it cannot be set to now */
  write?(value: PropertyValue, now: Now): Fields;
}

/** A command by name. */
export interface CommandDraft {
  readonly name: string;
  /** @throws HubError for arguments that it does not take */
  send(args: Readonly<Record<string, PropertyValue>>): Fields;
}

/** What an entity comes to. */
export interface Parts {
  readonly drafts: Draft[];
  readonly commands: CommandDraft[];
  /** Names what is not taken of an entity, with the reason. */
  leave(what: string, why: Words): void;
}

export type Convert = (entity: Entity, parts: Parts) => void;

/** What may stand beside a name. */
type Own = Partial<Omit<Draft, 'name' | 'type' | 'access'>>;

/** A draft of a row of the table; settable where it has a `write`, told where it has a `read`. */
export function draftOf(name: PropertyName, own: Own): Draft {
  return { name, type: property(name).type, access: accessOf(own), ...own };
}

/** A draft of what fits no row, under the entity's own word, and `word` where it has several. */
export function vendorDraft(
  { objectId, title }: Entity,
  type: PropertyType,
  { word, ...own }: Own & { readonly word?: string },
): Draft {
  return {
    name: vendorPropertyName(word === undefined ? objectId : `${objectId}_${word}`),
    type,
    access: accessOf(own),
    label: labelOf(title, word),
    ...own,
  };
}

/** What an entity's further properties are called; a row of the table says it itself. */
const WORDS: Readonly<Record<string, string>> = {
  check: '检查更新',
  direction: '方向',
  in_progress: '正在升级',
  install: '安装',
  installed: '已安装的版本',
  latest: '最新版本',
  moving: '动作',
  muted: '静音',
  target_humidity: '目标湿度',
  tone: '铃声',
  white: '白光',
};

/** The entity's own name, which is of its owner's language, and what of it the property is. */
function labelOf(title: string, word: string | undefined): Label {
  if (word === undefined) return { en: title, zh: title };
  const row = isPropertyName(word) ? property(word).label : undefined;
  const en = row?.en.toLowerCase() ?? word.replaceAll('_', ' ');
  return { en: `${title} ${en}`, zh: `${title} ${row?.zh ?? WORDS[word] ?? word}` };
}

function accessOf({ read, write }: Own): PropertyAccess {
  if (write === undefined) return 'r';
  return read === undefined ? 'w' : 'rw';
}

/** Rows that stand among the settings or beside the device anyway. */
const ASIDE: ReadonlySet<string> = new Set(['setting', 'device']);

/**
 * A draft of an entity that its device keeps apart from what it is for: what can be set stands among the settings, and
 * a temperature of its health is the device's own.
 */
export function setAside(entity: Entity, draft: Draft): Draft {
  const { name, type } = draft;
  if (entity.category === 'main' || !isPropertyName(name)) return draft;
  const { family, unit, values } = property(name);
  if (draft.write === undefined) {
    if (name !== 'temperature') return draft;
    return { ...draft, name: 'deviceTemperature', access: draft.access };
  }
  if (ASIDE.has(family)) return draft;
  const isFirst = MAIN_WORDS.has(name);
  const { name: ownName, label } = vendorDraft(entity, type, isFirst ? {} : { word: name });
  return {
    ...draft,
    name: ownName,
    ...(label === undefined ? {} : { label }),
    ...(unit === undefined ? {} : { unit }),
    ...(type === 'enum' && draft.values === undefined ? { values: Object.keys(values ?? {}) } : {}),
  };
}

/** What an entity mainly is: it is called as the entity is. */
const MAIN_WORDS: ReadonlySet<string> = new Set(['on', 'position', 'locked', 'siren', 'mode']);

/** A number without what a binary fraction adds to it. */
export function tidy(value: number): number {
  return Number(value.toPrecision(10));
}
