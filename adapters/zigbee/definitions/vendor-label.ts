// What a vendor's own property is called: the converter's label in English, and in Chinese where all of its words are
// known; a label with a word that is not stays as the vendor says it.
import type { Label } from '../../../hub/model/property-row.ts';
import { VENDOR_WORDS } from './vendor-words.ts';

interface Labelled {
  readonly label: string;
}

/** The label of a leaf, with those of the composites around it. */
export function vendorLabel(leaf: Labelled, around: readonly Labelled[]): Label {
  const words = [...around.map((outer) => outer.label), leaf.label];
  return { en: words.join(': '), zh: words.map(inChinese).join('：') };
}

const PHRASE_WORDS_MAX = 4;
/** Numbers, phases and lines such as `2`, `A` or `L1` are the same in both languages. */
const SAME = /^(?:\d+(?:\.\d+)?|[a-z]|[a-z]\d+|pm\d*|rgb|cct|pid|ntc|pwm|voc|pir|dns|mmwave|ct)$/;

function inChinese(label: string): string {
  const words = label
    .toLowerCase()
    .split(/[\s_]+/)
    .filter((word) => word !== '');
  const parts: string[] = [];
  for (let at = 0; at < words.length; ) {
    const taken = longestAt(words, at);
    if (taken === null) return label;
    parts.push(taken.text);
    at += taken.count;
  }
  // Between Chinese characters stands no space; what is the same in both languages keeps one on each side.
  return parts
    .join(' ')
    .replaceAll(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '')
    .trim();
}

function longestAt(words: readonly string[], at: number): { text: string; count: number } | null {
  for (let count = Math.min(PHRASE_WORDS_MAX, words.length - at); count > 0; count--) {
    const text = VENDOR_WORDS.get(words.slice(at, at + count).join(' '));
    if (text !== undefined) return { text, count };
  }
  const word = words[at] ?? '';
  return SAME.test(word) ? { text: word.toUpperCase(), count: 1 } : null;
}
