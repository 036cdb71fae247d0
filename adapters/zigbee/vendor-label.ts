// What a vendor's own property is called: the converter's label in English, and in Chinese as far as all of its words
// are known.
import type { Label } from '../../hub/model/property-row.ts';

interface Labelled {
  readonly label: string;
}

/** The label of a leaf, with those of the composites around it. */
export function vendorLabel(leaf: Labelled, around: readonly Labelled[]): Label {
  const words = [...around.map((outer) => outer.label), leaf.label];
  return { en: words.join(': '), zh: words.join('：') };
}
