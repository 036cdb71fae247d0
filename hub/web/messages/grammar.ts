// Numbers, plurals and lists as each language writes them, from the browser's Intl.
import type { Language } from '../../model/home.ts';

/** The locale of a language of the page. */
export const LOCALES: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' };

const plurals = new Map<Language, Intl.PluralRules>();
const lists = new Map<Language, Intl.ListFormat>();

function kept<Value>(cache: Map<Language, Value>, language: Language, make: () => Value): Value {
  const known = cache.get(language);
  if (known !== undefined) return known;
  const made = make();
  cache.set(language, made);
  return made;
}

/** The plural class of a count. */
export function plural(language: Language, count: number): Intl.LDMLPluralRule {
  return kept(plurals, language, () => new Intl.PluralRules(LOCALES[language])).select(count);
}

/** A number as the language writes it. */
export function number(
  language: Language,
  value: number,
  options: Intl.NumberFormatOptions = {},
): string {
  return new Intl.NumberFormat(LOCALES[language], options).format(value);
}

/** "a, b and c". */
export function list(language: Language, items: readonly string[]): string {
  return kept(
    lists,
    language,
    () => new Intl.ListFormat(LOCALES[language], { type: 'conjunction' }),
  ).format(items);
}
