// The log lines of the libraries: without keys, and not more than a person could read.
import type { LogLevel } from '../../../hub/model/adapter-port.ts';
import { redact } from '../problems.ts';

const LINES_MAX = 60;
const WINDOW_MS = 10_000;
/** Lines that say nothing to a household and come with each start or frame. */
const DULL =
  /Opening (TCP socket|SerialPort)|Socket (connected|ready)|Serialport opened|Port closed|: closing$|Wrote coordinator backup|skip bootloader|Skip bootloader/;

/** A log that hides keys and passes on at most 60 lines in 10 s; the rest is counted. */
export function filteredLog(
  log: (level: LogLevel, text: string) => void,
  now: () => number = Date.now,
): (level: LogLevel, text: string) => void {
  let windowAtMs = 0;
  let lines = 0;
  return (level, text) => {
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
