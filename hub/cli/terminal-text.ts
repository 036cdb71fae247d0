// Text from devices, members and files on its way to a terminal. A name may hold escape sequences that
// clear the screen, forge a line or turn the reading direction: none of them leaves here as it came.

/** Code points that steer a terminal, first and last: controls, line ends, marks that turn the reading direction. */
const UNSAFE: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x061c, 0x061c],
  [0x200e, 0x200f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xfeff, 0xfeff],
];

function isUnsafe(code: number): boolean {
  return UNSAFE.some(([first, last]) => code >= first && code <= last);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}

function escaped(code: number): string {
  if (code === 0x0a) return '\\n';
  if (code === 0x09) return '\\t';
  return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
}

function replaceUnsafe(text: string, replacement: (code: number) => string): string {
  let result = '';
  for (const character of text) {
    const code = character.charCodeAt(0);
    result += isUnsafe(code) ? replacement(code) : character;
  }
  return result;
}

/** One line of text that a terminal only draws: what could steer it is shown as `\x1b`, a line end as `\n`. */
export function plain(text: string): string {
  return replaceUnsafe(text, escaped);
}

/** Several lines, such as a scene file: line ends stay, all else as in `plain`. */
export function plainLines(text: string): string {
  return text
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(plain).join('\t'))
    .join('\n');
}

/** JSON that stays JSON: what JSON.stringify leaves as it is, but a terminal obeys, becomes `\u009b`. */
export function plainJson(value: unknown): string {
  return replaceUnsafe(JSON.stringify(value), (code) => `\\u${hex(code, 4)}`);
}

/** Characters that take two columns: CJK, kana, Hangul, full-width forms, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f680}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a plain text takes on a terminal. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}|\u200b|\u200d/u.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

/** What a line may be broken at: words with the blanks before them, and each character that takes two columns. */
const PIECES = new RegExp(`\\s*(?:${WIDE.source}|(?:(?!${WIDE.source})\\S)+)`, 'gu');
/** What does not begin a line in Chinese: it stays with what is before it. */
const NOT_FIRST = /^[，。：；？！、）”》…]/u;

/** A text in lines of at most so many columns; a word that is longer has a line of its own. */
export function wrapped(text: string, columns: number): string {
  return text.split('\n').map(wrappedLine).join('\n');

  function wrappedLine(line: string): string {
    const lines: string[] = [];
    let now = '';
    for (const piece of line.match(PIECES) ?? []) {
      const isFull = columnsOf(now) + columnsOf(piece) > columns;
      if (isFull && now !== '' && !NOT_FIRST.test(piece)) {
        lines.push(now);
        now = piece.trimStart();
      } else now += piece;
    }
    return [...lines, now].join('\n');
  }
}

/**
 * Rows of plain cells as lines with aligned columns; trailing blanks are cut. Where they are wider than the terminal,
 * the first cell of each row stands alone and the others indented below it.
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  columnsMax = Number.POSITIVE_INFINITY,
): string[] {
  const lines = alignedLines(rows);
  if (lines.every((line) => columnsOf(line) <= columnsMax)) return lines;
  const isDeep = rows.some((row) => row.length > 2);
  if (!isDeep) return rows.map((row) => row.join('  ').trimEnd());
  return rows.flatMap(([first = '', ...others]) => {
    const indent = ' '.repeat(first.length - first.trimStart().length + 2);
    const more = others.filter((cell) => cell !== '').join('  ');
    const below =
      more === '' ? [] : wrapped(more, Math.max(20, columnsMax - indent.length)).split('\n');
    return [first.trimEnd(), ...below.map((line) => indent + line)];
  });
}

function alignedLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) {
      widths[at] = Math.max(widths[at] ?? 0, columnsOf(cell));
    }
  }
  return rows.map((row) =>
    row
      .map((cell, at) => cell + ' '.repeat(Math.max(0, (widths[at] ?? 0) - columnsOf(cell))))
      .join('  ')
      .trimEnd(),
  );
}
