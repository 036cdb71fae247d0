// What a vendor's own property is called: the converter's label in English, and in Chinese where all of its words are
// known; a label with a word that is not stays as the vendor says it.
import type { Label } from '../../../hub/model/property-row.ts';
import { wordByWord } from '../../../hub/model/word-by-word.ts';
import { VENDOR_WORDS } from './vendor-words.ts';

interface Labelled {
  readonly label: string;
}

/** The label of a leaf, with those of the composites around it. */
export function vendorLabel(leaf: Labelled, around: readonly Labelled[]): Label {
  const words = [...around.map((outer) => outer.label), leaf.label];
  return {
    en: words.join(': '),
    zh: words.map((label) => wordByWord(label, VENDOR_WORDS) ?? label).join('：'),
  };
}
