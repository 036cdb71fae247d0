// Looks at how much memory a child process takes, from outside, so that one that hangs is seen as well; ends it when it
// takes more than it may.
import { readFile } from 'node:fs/promises';

const LOOK_EVERY_MS = 250;
const PAGE_BYTES = 4096;

export interface MemoryWatch {
  /** At the last look; null: it could not be looked at, as anywhere but on Linux. */
  bytes(): number | null;
  stop(): void;
}

/** Watches the process until it is stopped; `exceeded` is called once, with how much it took. */
export function watchMemory(
  pid: number,
  bytesMax: number,
  exceeded: (bytes: number) => void,
): MemoryWatch {
  let last: number | null = null;
  let isStopped = false;
  async function look(): Promise<void> {
    const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => null);
    const pages = Number(statm?.split(' ')[1]);
    if (statm === null || isStopped || !Number.isFinite(pages)) return;
    last = pages * PAGE_BYTES;
    if (last <= bytesMax) return;
    stop();
    exceeded(last);
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  function stop(): void {
    isStopped = true;
    clearInterval(timer);
  }
  return { bytes: () => last, stop };
}
