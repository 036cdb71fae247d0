// Short labels put into Chinese by their words: longer phrases win, and a label with a word that nobody knows is left.

const PHRASE_WORDS_MAX = 4;
/** Numbers, phases and lines such as `2`, `A` or `L1` are the same in both languages. */
const SAME = /^(?:\d+(?:\.\d+)?|[a-z]|[a-z]\d+|pm\d*|rgb|cct|pid|ntc|pwm|voc|pir|dns|mmwave|ct)$/;

/** A table of phrases, a `phrase=词` each, between bars or on lines of their own. */
export function phraseTable(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .trim()
      .split(/[|\n]/)
      .map((pair): [string, string] => {
        const [english = '', chinese = ''] = pair.split('=');
        return [english, chinese];
      }),
  );
}

/**
 * The label in Chinese; null where one of its words stands in none of the tables.
 * @param tables phrases in lower case, up to four words; the first table wins
 */
export function wordByWord(
  label: string,
  ...tables: readonly ReadonlyMap<string, string>[]
): string | null {
  const words = label
    .toLowerCase()
    .split(/[\s_]+/)
    .filter((word) => word !== '');
  const parts: string[] = [];
  for (let at = 0; at < words.length; ) {
    const taken = longestAt(words, at, tables);
    if (taken === null) return null;
    parts.push(taken.text);
    at += taken.count;
  }
  // Between Chinese characters stands no space; what is the same in both languages keeps one on each side.
  return parts
    .join(' ')
    .replaceAll(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '')
    .trim();
}

function longestAt(
  words: readonly string[],
  at: number,
  tables: readonly ReadonlyMap<string, string>[],
): { text: string; count: number } | null {
  for (let count = Math.min(PHRASE_WORDS_MAX, words.length - at); count > 0; count--) {
    const phrase = words.slice(at, at + count).join(' ');
    for (const table of tables) {
      const text = table.get(phrase);
      if (text !== undefined) return { text, count };
    }
  }
  const word = words[at] ?? '';
  return SAME.test(word) ? { text: word.toUpperCase(), count: 1 } : null;
}
