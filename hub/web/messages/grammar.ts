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
  const format = kept(
    lists,
    language,
    () => new Intl.ListFormat(LOCALES[language], { type: 'conjunction' }),
  );
  if (language !== 'zh') return format.format(items);
  // A space between a Chinese word and a Latin name, which Intl leaves out.
  return format
    .formatToParts(items)
    .map(({ type, value }, index, parts) => {
      if (type === 'element' || !/\p{Script=Han}/u.test(value)) return value;
      const before = /[!-~]$/.test(parts[index - 1]?.value ?? '') ? ' ' : '';
      const after = /^[!-~]/.test(parts[index + 1]?.value ?? '') ? ' ' : '';
      return `${before}${value}${after}`;
    })
    .join('');
}
