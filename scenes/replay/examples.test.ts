// The scenes that people read first do what their own tests say: the examples, and those of the page about scene files.
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { livedHome } from './test-lived-home.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const EXAMPLES = path.join(ROOT, 'scenes/examples');
const page = fs.readFileSync(path.join(ROOT, 'scenes/README.md'), 'utf8');
const texts = [
  ...fs.readdirSync(EXAMPLES).map((file) => fs.readFileSync(path.join(EXAMPLES, file), 'utf8')),
  ...page.split('```yaml\n').map((part) => part.split('\n```')[0] ?? ''),
].filter(
  (text) => /^scene: /m.test(text) && text.includes('\ntests:\n') && !text.includes('takes:'),
);

it('are some', () => expect(texts.length).toBeGreaterThanOrEqual(4));

it.each(texts.map((text) => [/^scene: (.*)$/m.exec(text)?.[1], text]))(
  'item 71: the example “%s” passes its own tests',
  (_name, text = '') => {
    using home = livedHome();
    // This home has no place, so it has no sun.
    const sunless = text.replace('sunset+20min', '20:00');
    const { errors, result } = home.explain.testScene({ scene: null, text: sunless });
    expect(errors).toBeNull();
    const failed = (result?.cases ?? []).filter(({ isPassed }) => !isPassed);
    expect(failed.map(({ checks, happened }) => ({ checks, happened }))).toEqual([]);
    expect(result?.passed).toBeGreaterThan(0);
  },
);
