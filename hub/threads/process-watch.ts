// Looks from outside at what a child process takes, so that one that hangs is seen as well; ends it when it takes more
// memory than it may, and knows how long it has computed, which tells a loop from a wait.
import { readFile } from 'node:fs/promises';

const LOOK_EVERY_MS = 250;
const PAGE_BYTES = 4096;
/** What Linux tells its programs times in, on all machines that Node runs on. */
const TICK_MS = 10;

export interface ProcessWatch {
  /** At the last look; null: it could not be looked at, as anywhere but on Linux. */
  bytes(): number | null;
  /** How long it has computed since it began, in all its threads, at the last look; null likewise. */
  cpuMs(): number | null;
  /** Whether it wanted to compute at the last look, and waited for nothing but a core. */
  isRunnable(): boolean;
  stop(): void;
}

/** Watches the process until it is stopped; `exceeded` is called once, with how much it took. */
export function watchProcess(
  pid: number,
  bytesMax: number,
  exceeded: (bytes: number) => void,
): ProcessWatch {
  let bytes: number | null = null;
  let cpuMs: number | null = null;
  let isRunnable = false;
  let isStopped = false;
  async function look(): Promise<void> {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (stat === null || isStopped) return;
    // The name of the program, in brackets, may have spaces. Spec: proc_pid_stat(5), fields 3, 14, 15 and 24.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
    if (user === undefined || system === undefined || pages === undefined) return;
    isRunnable = fields[0] === 'R';
    cpuMs = (user + system) * TICK_MS;
    bytes = pages * PAGE_BYTES;
    if (!(bytes > bytesMax)) return;
    stop();
    exceeded(bytes);
  }
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  function stop(): void {
    isStopped = true;
    clearInterval(timer);
  }
  return { bytes: () => bytes, cpuMs: () => cpuMs, isRunnable: () => isRunnable, stop };
}

/**
 * Idle scheduling where the system has the command for it (a waking thread of the hub then takes the core at once; a
 * loop at low priority alone keeps it for some milliseconds), and the lowest priority. By a shell that becomes the
 * program: the hub's process is copied once for all of it, and the program has no thread yet that it would not be for.
 */
const BEHIND_OTHERS = `chrt --idle --pid 0 $$ >/dev/null 2>&1
command -v nice >/dev/null 2>&1 && exec nice -n 19 "$0" "$@"
exec "$0" "$@"`;

/** What `fork` is given so that a Node program computes only while nobody else on the machine wants to. */
export function behindOthers(execArgv: readonly string[]) {
  return {
    execPath: '/bin/sh',
    execArgv: ['-c', BEHIND_OTHERS, process.execPath, ...execArgv],
  };
}
