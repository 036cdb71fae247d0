// What is said of a mistake in a file that people write, in both languages.
import type { InputProblem } from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';
import { typeset } from './typeset.ts';

/** What is wrong and what would be right; the Chinese gets its marks and spaces here. */
export function mistake(en: string, zh: string): Words {
  return { en, zh: typeset(zh) };
}

/** The mistake, and behind it what was probably meant, or else what there is. */
export function withHint(wrong: Words, nearest: string | undefined, otherwise?: Words): Words {
  const hint =
    nearest === undefined
      ? otherwise
      : mistake(`did you mean ${nearest}?`, `你是不是想写 ${nearest}？`);
  return hint === undefined ? wrong : mistake(`${wrong.en}; ${hint.en}`, `${wrong.zh};${hint.zh}`);
}

/** Whether the reading of a text came to a mistake. */
export function isMistake(read: unknown): read is Words {
  return typeof read === 'object' && read !== null && 'en' in read;
}

/** A mistake as it is told to people and programs. */
export function problemOf(words: Words): Pick<InputProblem, 'message' | 'zh'> {
  return { message: words.en, zh: words.zh };
}

/** What a part of a shape says of input that does not fit, in the language in which it is checked. */
export type ShapeMessage = (issue: { readonly lang?: string | undefined }) => string;

/** The message of a part of a shape. */
export function wants(en: string, zh: string): ShapeMessage {
  return ({ lang }) => (lang === 'zh' ? zh : en);
}
