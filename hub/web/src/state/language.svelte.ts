// The page's language: its messages and its words for properties are loaded one language at a time.
import type { Language } from '../../../model/home.ts';
import { inputProblemIn, oneLine, problemIn } from '../../../model/problem-words.ts';
import type { PropertyWords } from '../../build/property-table.ts';
import type { Messages } from '../../messages/en.ts';

const KEY = 'ingle.language';

const LOADERS = {
  en: () => Promise.all([import('../../messages/en.ts'), import('virtual:property-words/en')]),
  zh: () => Promise.all([import('../../messages/zh.ts'), import('virtual:property-words/zh')]),
};

interface Loaded {
  readonly language: Language;
  readonly messages: Messages;
  readonly properties: PropertyWords;
}

let loaded = $state.raw<Loaded | null>(null);

/** The language chosen on this browser, or null when nobody has chosen yet. */
export function chosenLanguage(): Language | null {
  const stored = localStorage.getItem(KEY);
  return stored === 'en' || stored === 'zh' ? stored : null;
}

/** The first of the browser's languages that the page speaks. */
export function browserLanguage(): Language {
  for (const tag of navigator.languages) {
    if (tag.startsWith('zh')) return 'zh';
    if (tag.startsWith('en')) return 'en';
  }
  return 'en';
}

/** Begins to load a language that will likely be used, while the hub is asked who is there. */
export function expectLanguage(language: Language): void {
  // What fails here is tried again, and told, when the language is used.
  LOADERS[language]().catch(() => {});
}

/** Switches the whole page; `keep` remembers it on this browser. */
export async function useLanguage(language: Language, keep: boolean): Promise<void> {
  const [messages, words] = await LOADERS[language]();
  if (keep) localStorage.setItem(KEY, language);
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  const text = 'zh' in messages ? messages.zh : messages.en;
  document.title = text.appName;
  loaded = { language, messages: text, properties: words.default };
}

function now(): Loaded {
  if (loaded === null) throw new Error('A text was asked for before a language was loaded.');
  return loaded;
}

/** The page's messages in its language; reactive. */
export function t(): Messages {
  return now().messages;
}

/** The page's language; reactive. */
export function language(): Language {
  return now().language;
}

/** The words for properties, in the page's language; reactive. */
export function propertyWords(): PropertyWords {
  return now().properties;
}

/** The text of a pair in the page's language. */
export function inLanguage(pair: { readonly en: string; readonly zh: string }): string {
  return pair[now().language];
}

/** What a problem says in the page's language: what is wrong, and what to do. */
export function problemWords(problem: Parameters<typeof problemIn>[0]): {
  readonly text: string;
  readonly hint: string | null;
} {
  const { detail, hint } = problemIn(problem, now().language);
  return { text: detail, hint };
}

/** The same in one line. */
export function problemLine(problem: Parameters<typeof problemIn>[0]): string {
  const { text, hint } = problemWords(problem);
  return oneLine(text, hint);
}

/** What is wrong with a part of an input, in the page's language. */
export function inputWords(problem: Parameters<typeof inputProblemIn>[0]): string {
  return inputProblemIn(problem, now().language);
}
