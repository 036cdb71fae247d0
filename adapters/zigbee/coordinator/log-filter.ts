// The log lines of the libraries: without keys, and not more than a person could read.
import type { LogLevel } from '../../../hub/model/adapter-port.ts';
import { redact } from '../problems.ts';

const LINES_MAX = 60;
const WINDOW_MS = 10_000;
/** The same line again, as for each frame of a coordinator that says what nobody knows. */
const SAME_MAX = 3;
const SAME_MS = 10 * 60_000;
const SAME_KEPT = 200;
/** Lines that say nothing to a household and come with each start or frame. */
const DULL =
  /Opening (TCP socket|SerialPort)|Socket (connected|ready)|Serialport opened|Port closed|: closing$|Wrote coordinator backup|skip bootloader|Skip bootloader/;

/**
 * A log that hides keys and passes on at most 60 lines in 10 s, and the same line three times in 10 min; the rest is
 * counted.
 */
export function filteredLog(
  log: (level: LogLevel, text: string) => void,
  now: () => number = Date.now,
): (level: LogLevel, text: string) => void {
  let windowAtMs = 0;
  let lines = 0;
  const said = new Map<string, { count: number; readonly atMs: number }>();
  /** Null for a line that was said often enough. */
  const unrepeated = (text: string): string | null => {
    const before = said.get(text);
    if (before !== undefined && now() - before.atMs <= SAME_MS) {
      before.count += 1;
      return before.count > SAME_MAX ? null : text;
    }
    said.delete(text);
    const [oldest] = said.keys();
    if (said.size >= SAME_KEPT && oldest !== undefined) said.delete(oldest);
    said.set(text, { count: 1, atMs: now() });
    const more = (before?.count ?? 0) - SAME_MAX;
    return more > 0 ? `${text} (and ${more} times more before)` : text;
  };
  return (level, told) => {
    const text = unrepeated(told);
    if (text === null) return;
    if (now() - windowAtMs > WINDOW_MS) {
      if (lines > LINES_MAX) log('warn', `${lines - LINES_MAX} more lines of Zigbee were left out`);
      windowAtMs = now();
      lines = 0;
    }
    lines += 1;
    if (lines > LINES_MAX) return;
    log(level === 'info' && DULL.test(text) ? 'debug' : level, redact(text));
  };
}
