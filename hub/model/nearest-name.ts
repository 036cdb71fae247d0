// Which of several names a person probably meant. Small lists only: each name is compared.

/** Longer texts are no misspelt names, and comparing them costs. */
const CHARACTERS_MAX = 40;

/**
 * The name that is most like the text, case and punctuation aside; undefined where none differs by at most a
 * third of the text's letters.
 */
export function nearestName<Name extends string>(
  text: string,
  names: readonly Name[],
): Name | undefined {
  if (text.length === 0 || text.length > CHARACTERS_MAX) return undefined;
  const wanted = plainLetters(text);
  let nearest: Name | undefined;
  let nearestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(wanted, plainLetters(name));
    if (distance < nearestDistance) {
      nearest = name;
      nearestDistance = distance;
    }
  }
  return nearest;
}

function plainLetters(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Levenshtein distance: insertions, deletions and replacements. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
