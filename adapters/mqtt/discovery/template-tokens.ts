// The words and signs of an expression in a template.

export interface Token {
  readonly kind: 'name' | 'number' | 'text' | 'sign';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<sign>\*\*|\/\/|[=!<>]=|[-+*/%~|.,:=<>()[\]{}]))/gsy;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** @throws SyntaxError at a character that begins nothing */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const found = TOKEN.exec(text)?.groups;
    if (found === undefined) {
      throw new SyntaxError(`"${text.slice(at, at + 10).trim()}" is not understood`);
    }
    const { name, number, single, double, sign } = found;
    if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else tokens.push({ kind: 'text', text: unescaped(single ?? double ?? '') });
  }
  return tokens;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/gs, (_, character: string) => ESCAPES[character] ?? character);
}
