// A scene's text while it is being written: kept in this browser with the version it began from.

/** Text that is not saved yet. */
export interface SceneDraft {
  readonly text: string;
  /** The version that was being edited; null for a new scene. */
  readonly version: number | null;
}

const PREFIX = 'ingle.draft.';
/** Drafts above this are not kept; a scene file may have 256 KiB. */
const TEXT_MAX = 256 * 1024;

function isDraft(value: unknown): value is SceneDraft {
  return (
    typeof value === 'object' &&
    value !== null &&
    'text' in value &&
    typeof value.text === 'string' &&
    'version' in value &&
    (value.version === null || typeof value.version === 'number')
  );
}

/** The draft of a scene (`new` for one that is not saved yet); null without one. */
export function readDraft(storage: Storage, scene: string): SceneDraft | null {
  const stored = storage.getItem(PREFIX + scene);
  if (stored === null) return null;
  try {
    const value: unknown = JSON.parse(stored);
    return isDraft(value) ? value : null;
  } catch {
    return null;
  }
}

/** Keeps a draft; false where the browser has no room for it. */
export function keepDraft(storage: Storage, scene: string, draft: SceneDraft): boolean {
  if (draft.text.length > TEXT_MAX) return false;
  try {
    storage.setItem(PREFIX + scene, JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

/** Forgets a draft. */
export function dropDraft(storage: Storage, scene: string): void {
  storage.removeItem(PREFIX + scene);
}

/** Where a line of the text begins and ends, lines from 1; clamped to the text. */
export function rangeOfLine(text: string, line: number): readonly [start: number, end: number] {
  const lines = text.split('\n');
  const index = Math.min(Math.max(1, line), lines.length) - 1;
  const start = lines.slice(0, index).reduce((sum, one) => sum + one.length + 1, 0);
  return [start, start + (lines[index]?.length ?? 0)];
}
