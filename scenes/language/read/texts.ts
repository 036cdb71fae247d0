// Reads texts with blanks, such as those of messages.

import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake, withHint } from '../mistakes.ts';
import type { TextPart } from '../steps.ts';
import { isComplete } from './reading.ts';

const BLANK = /\{\{([^{}]*)\}\}/g;
const BLANKS = [
  '{{cause.device.name}}',
  '{{cause.device.room}}',
  '{{cause.value}}',
  '{{scene.name}}',
  '{{time}}',
];
const BLANKS_WANTED = mistake(
  `write ${BLANKS.join(', ')} or {{hall-sensor.temperature}}`,
  `请写 ${BLANKS.join('、')} 或 {{hall-sensor.temperature}}`,
);

/** The parts of a text; null, with its problems told, where a blank of it is not known. */
export function readText(context: ReadContext, text: string, path: Path): TextPart[] | null {
  const parts: (TextPart | null)[] = [];
  let end = 0;
  for (const match of text.matchAll(BLANK)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push(readBlank(context, (match[1] ?? '').trim(), path));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  if (text.slice(end).includes('{{')) {
    const words = mistake('A blank of the text is not closed', '文字里的 {{ 没有写完');
    return context.refuse(path, withHint(words, undefined, BLANKS_WANTED));
  }
  return isComplete(parts) ? parts : null;
}

/** A text in both languages; one that is written once stands in both. */
export function readTexts(
  context: ReadContext,
  text: string | { readonly en: string; readonly zh: string },
  path: Path,
): { en: TextPart[]; zh: TextPart[] } | null {
  if (typeof text === 'string') {
    const parts = readText(context, text, path);
    return parts && { en: parts, zh: parts };
  }
  const en = readText(context, text.en, [...path, 'en']);
  const zh = readText(context, text.zh, [...path, 'zh']);
  return en && zh && { en, zh };
}

function readBlank(context: ReadContext, blank: string, path: Path): TextPart | null {
  switch (blank) {
    case 'cause.device.name':
      return { kind: 'cause', what: 'device' };
    case 'cause.device.room':
      return { kind: 'cause', what: 'room' };
    case 'cause.value':
      return { kind: 'cause', what: 'value' };
    case 'scene.name':
      return { kind: 'scene' };
    case 'time':
      return { kind: 'time' };
    default: {
      const dot = blank.indexOf('.');
      if (dot <= 0 || /\s/.test(blank)) {
        return context.refuse(
          path,
          withHint(
            mistake(
              `The blank {{${blank.slice(0, 40)}}} is not known`,
              `不认识 {{${blank.slice(0, 40)}}}`,
            ),
            undefined,
            BLANKS_WANTED,
          ),
        );
      }
      const handle = blank.slice(0, dot);
      const device = context.device(handle, path, 'value');
      if (device === null) return null;
      context.remember(path, 'value', { text: `{{${blank}`, name: handle, id: device.id });
      const found = context.propertyOf(device, blank.slice(dot + 1), path, 'value');
      return found && { kind: 'value', device: device.id, property: found.descriptor.key };
    }
  }
}
