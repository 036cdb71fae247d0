// Where the command's words go: results to standard output, remarks to standard error. Everything passes
// terminal-text.ts on its way.
import { plain, plainJson, plainLines, tableLines } from './terminal-text.ts';

export interface Printer {
  readonly isJson: boolean;
  /** Whether a person looks at standard output: bars and lists that redraw are for them alone. */
  readonly isTerminal: boolean;
  /** One line of a result. */
  line(text: string): void;
  /** Several lines of a result, such as a file. */
  lines(text: string): void;
  /** Aligned columns. */
  table(rows: readonly (readonly string[])[]): void;
  /** One JSON value on one line. */
  value(value: unknown): void;
  /** A remark beside the result. */
  note(text: string): void;
}

export function createPrinter(isJson: boolean): Printer {
  const out = (text: string) => process.stdout.write(`${text}\n`);
  return {
    isJson,
    isTerminal: !isJson && process.stdout.isTTY === true && process.stderr.isTTY === true,
    line: (text) => out(plain(text)),
    lines: (text) => out(plainLines(text)),
    table: (rows) => {
      // Pipes and files have no width: a program gets one line a row.
      const columns = process.stdout.isTTY === true ? process.stdout.columns : undefined;
      for (const line of tableLines(
        rows.map((row) => row.map(plain)),
        columns || undefined,
      )) {
        out(line);
      }
    },
    value: (value) => out(plainJson(value)),
    note: (text) => process.stderr.write(`${plain(text)}\n`),
  };
}
