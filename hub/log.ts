// The hub's log: lines for a person on standard error, and the last of them in memory for the page and the CLI.
import type { LogLevel } from './model/adapter-port.ts';

const LINES_MAX = 2_000;
const TEXT_MAX = 2_000;
const ORDER: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

export interface LogLine {
  readonly atMs: number;
  readonly level: LogLevel;
  readonly part: string;
  readonly text: string;
}

export interface Log {
  write(level: LogLevel, part: string, text: string): void;
  /** Oldest first. */
  lines(): readonly LogLine[];
  /** A log of one part. */
  of(part: string): (level: LogLevel, text: string) => void;
}

/** Keeps lines at `least` or above and writes them as `21:04:05 warn  zigbee: text`, in UTC. */
export function createLog(least: LogLevel, nowMs: () => number, out: (line: string) => void): Log {
  let lines: LogLine[] = [];

  function write(level: LogLevel, part: string, text: string): void {
    if (ORDER[level] < ORDER[least]) return;
    // A device's name must not forge a line or move the terminal's cursor.
    const plain = text.slice(0, TEXT_MAX).replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
    const atMs = nowMs();
    lines.push({ atMs, level, part, text: plain });
    if (lines.length > LINES_MAX * 2) lines = lines.slice(-LINES_MAX);
    out(`${new Date(atMs).toISOString().slice(11, 19)} ${level.padEnd(5)} ${part}: ${plain}\n`);
  }

  return {
    write,
    lines: () => lines.slice(-LINES_MAX),
    of: (part) => (level, text) => write(level, part, text),
  };
}
