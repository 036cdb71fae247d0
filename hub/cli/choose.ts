// Finds the thing that a person means: by id, by handle, by name, or by the start of a name that only one
// thing has. Says what was near when nothing fits.

/** What can be named on the command line. */
export interface Nameable {
  readonly id: string;
  readonly name: string;
  /** Devices and scenes may have one; it is as exact as an id. */
  readonly handle?: string | null;
}

export type Choice<Item> =
  | { readonly kind: 'found'; readonly item: Item }
  /** Several begin so, at most 8 of them. */
  | { readonly kind: 'several'; readonly items: readonly Item[] }
  /** None; the nearest by spelling, at most 3. */
  | { readonly kind: 'none'; readonly near: readonly Item[] };

const SEVERAL_MAX = 8;
const NEAR_MAX = 3;

function folded(text: string): string {
  return text.normalize('NFKC').toLocaleLowerCase('en').trim();
}

/** Edits between two words: insert, remove, change, swap of neighbours. */
function editDistance(left: string, right: string): number {
  let before: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, at) => at);
  for (let row = 1; row <= left.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (isSame ? 0 : 1),
      );
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && isSwap) cost = Math.min(cost, (before[column - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = last;
    last = next;
  }
  return last[right.length] ?? 0;
}

/** The words nearest to a mistyped one, nearest first; those that share little with it are left out. */
export function nearest(typed: string, words: readonly string[], max = NEAR_MAX): string[] {
  const wanted = folded(typed).slice(0, 64);
  return words
    .map((word) => {
      const candidate = folded(word).slice(0, 64);
      const isPart = wanted.length >= 3 && candidate.includes(wanted);
      return { word, distance: isPart ? 0.5 : editDistance(wanted, candidate) };
    })
    .filter(
      ({ word, distance }) => distance <= Math.max(1, Math.min(word.length, wanted.length) / 3),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, max)
    .map(({ word }) => word);
}

/** Chooses among `items`; an exact id or handle wins over names, an exact name over the start of one. */
export function choose<Item extends Nameable>(typed: string, items: readonly Item[]): Choice<Item> {
  const wanted = folded(typed);
  const exact = items.find((item) => item.id === typed || folded(item.handle ?? '') === wanted);
  if (exact && wanted !== '') return { kind: 'found', item: exact };
  const tests: ((item: Item) => boolean)[] = [
    (item) => folded(item.name) === wanted,
    (item) => folded(item.name).startsWith(wanted) || folded(item.handle ?? '').startsWith(wanted),
  ];
  if (wanted !== '') {
    for (const test of tests) {
      const hits = items.filter(test);
      const only = hits[0];
      if (hits.length === 1 && only) return { kind: 'found', item: only };
      if (hits.length > 1) return { kind: 'several', items: hits.slice(0, SEVERAL_MAX) };
    }
  }
  const byWord = new Map<string, Item>();
  for (const item of items) {
    byWord.set(item.name, item);
    if (item.handle) byWord.set(item.handle, item);
  }
  const near = nearest(typed, [...byWord.keys()], NEAR_MAX * 2).flatMap(
    (word) => byWord.get(word) ?? [],
  );
  return { kind: 'none', near: [...new Set(near)].slice(0, NEAR_MAX) };
}
