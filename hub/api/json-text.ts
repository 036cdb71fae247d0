// Reading JSON from strangers: at most 32 levels deep, no key twice in an object, and no key that could reach
// an object's prototype. Everything else is JSON.parse.
import { HttpError } from './errors.ts';

export const JSON_DEPTH_MAX = 32;
const REFUSED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws HttpError 400 saying what is wrong. */
export function parseJson(text: string): unknown {
  checkStructure(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw refused(`The body is not JSON: ${reason.slice(0, 160)}`);
  }
}

/** One pass over the text, without recursion, before anything is built from it. */
function checkStructure(text: string): void {
  /** For each open object its keys so far; null for an array. */
  const open: (Set<string> | null)[] = [];
  let isKeyNext = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        const keys = open.at(-1);
        if (isKeyNext && keys) noteKey(keys, text.slice(at, end));
        isKeyNext = false;
        at = end - 1;
        break;
      }
      case 0x7b:
        open.push(new Set());
        isKeyNext = true;
        break;
      case 0x5b:
        open.push(null);
        isKeyNext = false;
        break;
      case 0x7d:
      case 0x5d:
        open.pop();
        isKeyNext = false;
        break;
      case 0x2c:
        isKeyNext = open.at(-1) instanceof Set;
        break;
    }
    if (open.length > JSON_DEPTH_MAX) {
      throw refused(`The JSON is nested deeper than ${JSON_DEPTH_MAX} levels`);
    }
  }
}

/** Where the string that begins at `start` has ended; the text's end where it has no closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at += 1;
    else if (code === 0x22) return at + 1;
  }
  return text.length;
}

function noteKey(keys: Set<string>, literal: string): void {
  let key: unknown;
  try {
    key = JSON.parse(literal);
  } catch {
    return;
  }
  if (typeof key !== 'string') return;
  if (REFUSED_KEYS.has(key)) throw refused(`"${key}" cannot be a key`);
  if (keys.has(key)) throw refused(`The key "${key.slice(0, 60)}" stands twice in one object`);
  keys.add(key);
}

function refused(message: string): HttpError {
  return new HttpError(400, 'invalid-input', message, {
    hint: 'The body is one JSON object, as /api/openapi.json describes it.',
  });
}
