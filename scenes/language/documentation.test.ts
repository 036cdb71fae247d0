// The page for people who write scenes says what is so: each of its examples is a scene of the test home, and each
// word that the format has stands on it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type HomeValueRecord, homeSubjects, homeValueKey } from '../../hub/model/home-values.ts';
import { sceneId } from '../../hub/model/identifiers.ts';
import { homeNames } from './names.ts';
import { parseScene } from './parse.ts';
import { KINDS } from './read/kinds.ts';
import { sceneFileJsonSchema } from './schema.ts';
import { sceneSentence } from './sentences.ts';
import { TEST_DEVICES, TEST_ROOMS } from './test-home.ts';

const PAGE = readFileSync(path.join(import.meta.dirname, '../README.md'), 'utf8');

const value = (
  kind: HomeValueRecord['kind'],
  handle: string,
  type: HomeValueRecord['type'] = 'string',
): HomeValueRecord => ({
  ...{ id: homeValueKey(kind, handle), name: handle, kind, type },
  ...{ initial: null, member: null, topic: null, version: 1 },
});
const SUBJECTS = homeSubjects({ name: 'Lantern house', mode: 'home' }, [
  value('person', 'anna', 'enum'),
  value('zone', 'work'),
  value('variable', 'guests', 'number'),
  value('variable', 'wake'),
  value('calendar', 'school', 'boolean'),
  value('input', 'tariff', 'number'),
]);
const SCENES = [
  { id: sceneId('scene_evening'), name: 'Evening lights' },
  { id: sceneId('scene_blink'), name: 'Blink' },
];
const NAMES = homeNames([...TEST_DEVICES, ...SUBJECTS], TEST_ROOMS, SCENES);

/** An example with its place on the page. */
interface Example {
  readonly line: number;
  readonly chapter: string;
  readonly text: string;
}

function examples(): Example[] {
  const found: Example[] = [];
  let chapter = '';
  let begun: { line: number; lines: string[] } | null = null;
  for (const [index, line] of PAGE.split('\n').entries()) {
    if (begun === null && line.startsWith('## ')) chapter = line.slice(3);
    else if (begun === null && line === '```yaml') begun = { line: index + 2, lines: [] };
    else if (begun !== null && line === '```') {
      found.push({ line: begun.line, chapter, text: begun.lines.join('\n') });
      begun = null;
    } else begun?.lines.push(line);
  }
  return found;
}

/** The example as a whole scene. */
function wholeScene({ chapter, text }: Example): string {
  if (text.startsWith('scene: ')) return text;
  const indented = text.replaceAll(/^/gm, '    ');
  const rest = 'when: [{id: button, presses: {bedroom-button.button: single}}]\nvars: {count: 0}\n';
  if (chapter.startsWith('When')) return `scene: Example\nwhen:\n${indented}\ndo: [{delay: 1s}]\n`;
  if (chapter.startsWith('While')) {
    return `scene: Example\n${rest}while:\n  all:\n${indented}\ndo: [{delay: 1s}]\n`;
  }
  return `scene: Example\n${rest}do:\n${indented}\n`;
}

describe('scenes/README.md', () => {
  const all = examples();

  it('has examples in each chapter about the file', () => {
    const chapters = new Set(all.map(({ chapter }) => chapter));
    expect([...chapters]).toEqual([
      'How a scene reads',
      'When: triggers',
      'While: conditions',
      'Do: steps',
      'The scene as a whole',
      'Tests of its own',
    ]);
  });

  it.each(all)('shows a scene that can be saved, line $line ($chapter)', (example) => {
    const { errors } = parseScene(wholeScene(example), NAMES);
    expect(errors?.map(({ line, message }) => `${line}: ${message}`) ?? []).toEqual([]);
  });

  it('says the first scene back as the hub does, in both languages', () => {
    const { scene } = parseScene(all[0]?.text ?? '', NAMES);
    const said = scene === undefined ? null : sceneSentence(scene, NAMES);
    const quoted = PAGE.replaceAll('\n> ', ' ');
    expect(quoted).toContain(said?.en);
    expect(quoted.replaceAll(/\s/g, '')).toContain(said?.zh.replaceAll(/\s/g, ''));
  });

  it('names each kind of trigger, condition and step in a table, and shows it', () => {
    const chapterOf = { triggers: 'When', conditions: 'While', steps: 'Do' } as const;
    const missing = Object.entries(chapterOf).flatMap(([family, begins]) => {
      const [, chapter = ''] = PAGE.split(`\n## ${begins}: `);
      const [text = ''] = chapter.split('\n## ');
      const shown = all.filter((example) => example.chapter.startsWith(begins));
      return Object.keys(KINDS[family as keyof typeof chapterOf].kinds).filter((key) => {
        const isShown = shown.some((one) =>
          new RegExp(`(?:^|[\\s{])${key}:(?: |$)`, 'm').test(one.text),
        );
        return !isShown || !text.includes(`\`${key}\``);
      });
    });
    expect(missing).toEqual([]);
  });

  it('names each word that the schema of the file has', () => {
    const words = new Set<string>();
    const walk = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      if ('properties' in node && typeof node.properties === 'object' && node.properties !== null) {
        for (const key of Object.keys(node.properties)) words.add(key);
      }
      for (const inner of Object.values(node)) walk(inner);
    };
    walk(sceneFileJsonSchema());
    const missing = [...words].filter((word) => !new RegExp(`[\`{ ,]${word}[\`:} ,]`).test(PAGE));
    expect(words.size).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});
