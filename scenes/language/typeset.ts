// Sets Chinese text as people write it: full-width marks, and a space between characters and figures or Latin words.

const FULL_WIDTH: Readonly<Record<string, string>> = {
  ',': '\uff0c',
  ';': '\uff1b',
  ':': '\uff1a',
  '(': '\uff08',
  ')': '\uff09',
};
const CHINESE = /[\p{Script=Han}\u3000-\u303f\uff00-\uff60\u201c\u201d]/u;

/** Traces say the same few things again and again; setting them anew was a tenth of a run's cost. */
const TYPESET_MAX = 2_000;
const typesetTexts = new Map<string, string>();

/** The text with its marks and spaces; what stands in quotation marks is somebody's own and stays as it is. */
export function typeset(zh: string): string {
  const known = typesetTexts.get(zh);
  if (known !== undefined) return known;
  const text = setAnew(zh);
  if (typesetTexts.size >= TYPESET_MAX) typesetTexts.clear();
  typesetTexts.set(zh, text);
  return text;
}

/**
 * Sets Chinese text: marks beside Chinese characters are full-width, and a space stands between characters and figures
 * or Latin words. What stands in quotation marks is somebody's own text and stays as it is.
 */
function setAnew(zh: string): string {
  const isOpenWide: boolean[] = [];
  const marked = zh.replaceAll(/“[^”]*”|[,;:()]/g, (found, at: number) => {
    const wide = FULL_WIDTH[found];
    if (wide === undefined) return found;
    if (found === ')') return isOpenWide.pop() ? wide : found;
    const isBeside = CHINESE.test(zh[at - 1] ?? '') || CHINESE.test(zh[at + 1] ?? '');
    if (found === '(') isOpenWide.push(isBeside);
    return isBeside ? wide : found;
  });
  return marked
    .split(/(“[^”]*”)/)
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part
            .replaceAll(/(\p{Script=Han})(?=[A-Za-z0-9])/gu, '$1 ')
            .replaceAll(/([A-Za-z0-9%°])(?=\p{Script=Han})/gu, '$1 '),
    )
    .join('');
}
