// Short messages at the foot of the page: what was done, with undo for 10 s, and what failed.
import { type ApiError, toApiError } from './api.ts';
import { problemWords, t } from './language.svelte.ts';

/** One message. */
export interface Toast {
  readonly id: number;
  readonly kind: 'done' | 'problem';
  readonly text: string;
  readonly hint: string | null;
  readonly undo: (() => Promise<void>) | null;
}

const SHOWN_MS = 6000;
const UNDO_MS = 10_000;
/** More than this at once is noise; the oldest goes. */
const TOASTS_MAX = 3;

class ToastState {
  list = $state.raw<readonly Toast[]>([]);
}

/** The messages that stand now. */
export const toasts = new ToastState();

let lastId = 0;

/** Takes a message away. */
export function dismiss(id: number): void {
  toasts.list = toasts.list.filter((toast) => toast.id !== id);
}

function show(toast: Omit<Toast, 'id'>, ms: number): void {
  lastId += 1;
  const id = lastId;
  // What is said again is the newest and not one more; an undo is its own each time.
  const others = toasts.list.filter(
    (one) => one.undo !== null || toast.undo !== null || one.text !== toast.text,
  );
  toasts.list = [...others, { ...toast, id }].slice(-TOASTS_MAX);
  setTimeout(() => dismiss(id), ms);
}

/** Says what was done; with `undo`, offers to take it back for 10 s. */
export function say(text: string, undo: (() => Promise<void>) | null = null): void {
  show({ kind: 'done', text, hint: null, undo }, undo === null ? SHOWN_MS : UNDO_MS);
}

/** An error in words: what, and what to do. */
export function wordsFor(error: ApiError): { readonly text: string; readonly hint: string | null } {
  if (error.isNotSent) return { text: t().errors.notSent, hint: t().errors.notSentHint };
  const known: Partial<Record<string, string>> = {
    forbidden: t().errors.forbidden,
    'too-many-attempts': t().errors.tooMany,
  };
  const text = known[error.code];
  const told = problemWords({ detail: error.message, hint: error.hint, zh: error.zh });
  if (text !== undefined) return { text, hint: told.text || told.hint };
  return { text: told.text || t().errors.internal, hint: told.hint };
}

/** Says what failed, and why. */
export function sayError(thrown: unknown): void {
  const { text, hint } = wordsFor(toApiError(thrown));
  show({ kind: 'problem', text, hint, undo: null }, UNDO_MS);
}

/** Runs what a press asked for and says so when it fails; true when it worked. */
export async function attempt(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    sayError(thrown);
    return false;
  }
}
