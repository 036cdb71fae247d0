// A QR code in a terminal: two modules a character, light modules drawn, as scanners want it on a dark screen.
import { generate } from 'lean-qr';

/** Modules that stay light around a code. Spec: ISO/IEC 18004, quiet zone; phones do with two. */
const QUIET = 2;

/** The code as lines of text. */
export function terminalQr(text: string): string {
  const code = generate(text);
  const isLight = (x: number, y: number) => !code.get(x, y);
  const lines: string[] = [];
  for (let y = -QUIET; y < code.size + QUIET; y += 2) {
    let line = '';
    for (let x = -QUIET; x < code.size + QUIET; x += 1) {
      const [upper, lower] = [isLight(x, y), isLight(x, y + 1)];
      line += upper ? (lower ? '█' : '▀') : lower ? '▄' : ' ';
    }
    lines.push(line);
  }
  return lines.join('\n');
}
