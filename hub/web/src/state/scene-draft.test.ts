// Drafts that survive a reload, and the place of a fault in the text.
import { describe, expect, it } from 'vitest';
import { dropDraft, keepDraft, rangeOfLine, readDraft } from './scene-draft.ts';

/** A browser's storage in memory; `isFull` refuses what is put in. */
function createStorage(isFull = false): Storage {
  const entries = new Map<string, string>();
  return {
    get length() {
      return entries.size;
    },
    clear: () => entries.clear(),
    key: (index) => [...entries.keys()][index] ?? null,
    getItem: (key) => entries.get(key) ?? null,
    removeItem: (key) => void entries.delete(key),
    setItem: (key, value) => {
      if (isFull) throw new Error('The quota is used up');
      entries.set(key, value);
    },
  };
}

describe('the draft of a scene', () => {
  it('is found again with the version that it began from', () => {
    const storage = createStorage();
    keepDraft(storage, 'scene_1', { text: 'scene: A', version: 3 });
    expect(readDraft(storage, 'scene_1')).toEqual({ text: 'scene: A', version: 3 });
    expect(readDraft(storage, 'new')).toBeNull();
    dropDraft(storage, 'scene_1');
    expect(readDraft(storage, 'scene_1')).toBeNull();
  });

  it('is given up without a fault where the browser has no room or keeps nonsense', () => {
    expect(keepDraft(createStorage(true), 'new', { text: 'x', version: null })).toBe(false);
    expect(keepDraft(createStorage(), 'new', { text: 'x'.repeat(300_000), version: null })).toBe(
      false,
    );
    const storage = createStorage();
    storage.setItem('ingle.draft.new', '{"text": 7}');
    expect(readDraft(storage, 'new')).toBeNull();
    storage.setItem('ingle.draft.new', 'nonsense');
    expect(readDraft(storage, 'new')).toBeNull();
  });
});

describe('the place of a fault', () => {
  it('is the whole of its line', () => {
    const text = 'one\ntwo\nthree';
    expect(rangeOfLine(text, 2)).toEqual([4, 7]);
    expect(text.slice(...rangeOfLine(text, 3))).toBe('three');
    expect(rangeOfLine(text, 99)).toEqual([8, 13]);
    expect(rangeOfLine('', 1)).toEqual([0, 0]);
  });
});
