// What every text must keep to, in both languages; and that components have no texts of their own.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { wordsOf } from '../build/property-table.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** Texts that are the same in both languages: names, units, figures. */
const SAME =
  /^(rehearsal\.example|appName|common\.list|trace\.ms|trace\.seconds|cause\.member|joining\.gapUser\.(named|mqtt))$|\.roomNames\.\d+\.1$/;

type Leaf = readonly [path: string, text: string];

/** Every text with its path; a text with arguments is made with figures and words that stand out. */
function leaves(node: unknown, path = ''): Leaf[] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node === 'function') {
    for (const args of [[3, 4], ['A', 'B'], [['A', 'B']]]) {
      try {
        const text: unknown = Reflect.apply(node, undefined, args);
        if (typeof text === 'string' && !text.includes('NaN')) return [[path, text]];
      } catch {
        // The next kind of argument fits.
      }
    }
    return [[path, '']];
  }
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    leaves(value, path === '' ? key : `${path}.${key}`),
  );
}

const english = leaves(en);
const chinese = new Map(leaves(zh));

describe('the messages', () => {
  it('say the same things in both languages', () => {
    expect([...chinese.keys()].sort()).toEqual(english.map(([path]) => path).sort());
  });

  it('are none of them empty', () => {
    for (const [path, text] of [...english, ...chinese]) expect(text, path).not.toBe('');
  });

  it('are Chinese in Chinese', () => {
    for (const [path, text] of chinese) {
      if (!SAME.test(path)) expect(text, path).toMatch(/[\p{Script=Han}：，]/u);
    }
  });

  it('have no exclamation mark, no "please" and no 您', () => {
    for (const [path, text] of [...english, ...chinese]) {
      expect(text, path).not.toMatch(/[!！]|please|oops|您/iu);
    }
  });

  it('count devices with one measure word in Chinese', () => {
    for (const [path, text] of chinese) expect(text, path).not.toMatch(/台设备/u);
  });

  it('put a space between Chinese characters and figures', () => {
    for (const [path, text] of chinese) {
      expect(text, path).not.toMatch(/\p{Script=Han}\d|\d\p{Script=Han}/u);
    }
  });

  it('count in the singular and in the plural', () => {
    expect(en.home.lightsOn(1)).toBe('1 light on');
    expect(en.home.lightsOn(3)).toBe('3 lights on');
    expect(zh.home.lightsOn(3)).toBe('3 盏灯亮着');
  });

  it('list Latin names in Chinese with spaces, and Chinese ones without', () => {
    expect(zh.common.list(['Matter', 'Tasmota'])).toBe('Matter 和 Tasmota');
    expect(zh.common.list(['走廊灯', '台灯', '吊灯'])).toBe('走廊灯、台灯和吊灯');
  });
});

describe('the sources of the page', () => {
  const folder = path.join(import.meta.dirname, '..', 'src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|svelte)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8'));

  it('use every message', () => {
    const all = sources.join('\n');
    const unused = Object.entries(en)
      .flatMap(([group, texts]) =>
        typeof texts === 'string' ? [] : Object.keys(texts).map((key) => [group, key] as const),
      )
      .filter(([group, key]) => group !== 'cause' && !all.includes(`.${group}.${key}`));
    expect(unused).toEqual([]);
  });

  it('hold no text of their own', () => {
    for (const source of sources) {
      const markup = source
        .replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, '')
        .replaceAll(/<!--[\s\S]*?-->/g, '');
      if (markup === source || !source.includes('<script')) continue;
      const plain = withoutExpressions(markup).replaceAll(/<[^>]*>/g, ' ');
      const words = plain.match(/\p{L}{3,}/gu) ?? [];
      expect(words.filter((word) => !COMMANDS.has(word))).toEqual([]);
    }
  });
});

/** What is typed into a terminal is the same in every language. */
const COMMANDS: ReadonlySet<string> = new Set(['ingle', 'claim', 'reset', 'password']);

/** Markup without what stands in braces, nested ones too. */
function withoutExpressions(markup: string): string {
  let depth = 0;
  let rest = '';
  for (const character of markup) {
    if (character === '{') depth += 1;
    if (depth === 0) rest += character;
    if (character === '}') depth -= 1;
  }
  return rest;
}

describe('the words for properties', () => {
  it('stand in both languages for the same names', () => {
    const [words, chineseWords] = [wordsOf('en'), wordsOf('zh')];
    expect(Object.keys(words.properties)).toEqual(Object.keys(chineseWords.properties));
    expect(words.properties.brightness?.label).toBe('Brightness');
    expect(chineseWords.kinds.light).toBe('灯');
  });
});
