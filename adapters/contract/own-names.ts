// What a property is called where the owner of a device has named the part that it belongs to: a relay, a segment of a
// strip, an entity. The owner's name is the same in both languages; the word beside it is in each reader's own.
import { type AnyPropertyName, isPropertyName, property } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { PropertyDraft } from './property-draft.ts';

const NAME_CHARACTERS_MAX = 60;

/** A name as it is shown: in one line, of at most 60 characters; null where nobody has given one. */
export function ownName(given: unknown): string | null {
  if (typeof given !== 'string') return null;
  const line = given.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line === '' ? null : [...line].slice(0, NAME_CHARACTERS_MAX).join('').trim();
}

/** What a draft says of its name. */
type Named = Pick<PropertyDraft, 'label' | 'isNamed'>;

/**
 * Of a channel, whose name is a place or a purpose: "Kitchen" for its power, "Kitchen brightness" for the rest.
 * @param label of a vendor's own property
 */
export function channelNamed(name: string | null, of: AnyPropertyName, label?: Label): Named {
  const word = isPropertyName(of) ? property(of).label : label;
  if (name === null || word === undefined) return label === undefined ? {} : { label };
  if (of === 'on') return { label: { en: name, zh: name }, isNamed: true };
  return { label: joined(name, word), isNamed: true };
}

/**
 * Of an entity, whose name says what it is, as "Outside temperature" does; a reader of the other language is told that
 * in words of the table beside it. One that is called as the table calls it is called so in both languages.
 * @param isWhole the entity is this property and no other
 */
export function entityNamed(title: string, of: AnyPropertyName, isWhole: boolean): Named {
  if (!isPropertyName(of)) return {};
  const word = property(of).label;
  const isPlain = [word.en, word.zh, of].some((one) => sameText(one, title));
  if (isPlain) return {};
  const both = joined(title, word);
  if (!isWhole) return { label: both, isNamed: true };
  const isChinese = HAN.test(title);
  return {
    label: { en: isChinese ? both.en : title, zh: isChinese ? title : both.zh },
    isNamed: true,
  };
}

const HAN = /\p{Script=Han}/u;

/** Blanks, marks and capitals are no difference. */
function sameText(a: string, b: string): boolean {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_.-]+/g, '');
  return plain(a) === plain(b);
}

/** The name and the word, unless one of them has the other already. */
function joined(name: string, { en, zh }: Label): Label {
  // "CO₂" and "UV index" keep their capitals.
  const small = /^\p{Lu}\p{Ll}/u.test(en) ? en.slice(0, 1).toLowerCase() + en.slice(1) : en;
  const gap = HAN.test(name.slice(-1)) ? '' : ' ';
  const either = (word: string, both: string): string => {
    if (name.toLowerCase().includes(word.toLowerCase())) return name;
    return word.includes(name) ? word : both;
  };
  return { en: either(en, `${name} ${small}`), zh: either(zh, `${name}${gap}${zh}`) };
}

/** Those of one name of property that are called alike are told apart by their places. */
export function toldApart<Draft extends PropertyDraft>(
  placed: readonly (readonly [Draft, place: number])[],
): readonly (readonly [Draft, place: number])[] {
  const counts = new Map<string, number>();
  const wordsOf = ({ name, label, isNamed }: Draft) =>
    isNamed && label !== undefined ? `${name} ${label.en}` : null;
  for (const [draft] of placed) {
    const words = wordsOf(draft);
    if (words !== null) counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return placed.map(([draft, place]) => {
    const { label } = draft;
    const isAlone = (counts.get(wordsOf(draft) ?? '') ?? 0) < 2;
    if (isAlone || label === undefined || place === 0) return [draft, place];
    const apart = { en: `${label.en} ${place}`, zh: `${label.zh} ${place}` };
    return [{ ...draft, label: apart }, place];
  });
}
