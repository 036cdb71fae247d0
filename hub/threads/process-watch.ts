// Looks from outside at what a child process takes, so that one that hangs is seen as well; ends it when it takes more
// memory than it may, and knows how long it has computed, which tells a loop from a wait.
import { execFile } from 'node:child_process';
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

/** What a process may take, and who is told at each look how long it has computed. */
export interface ProcessLimits {
  readonly bytesMax: number;
  looked?(cpuMs: number): void;
}

/** Watches the process until it is stopped; `exceeded` is called once, with how much it took. */
export function watchProcess(
  pid: number,
  { bytesMax, looked }: ProcessLimits,
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
    looked?.(cpuMs);
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

const LOW = 10;
const LOWEST = 19;

/** Becomes the program, at this niceness where the system has the command for it. */
const nicely = (
  niceness: number,
) => `command -v nice >/dev/null 2>&1 && exec nice -n ${niceness} "$0" "$@"
exec "$0" "$@"`;

/**
 * What `fork` is given so that a Node program lets others go first: one that is trusted with a lower priority, any other
 * computes only while nobody else on the machine wants to (idle scheduling, where the system has the command for it: a
 * waking thread of the hub then takes the core at once). By a shell that becomes the program: the hub's process is
 * copied once for all of it, and the program has no thread yet that it would not be for.
 */
export function afterOthers(execArgv: readonly string[], isTrusted: boolean) {
  const idle = 'chrt --idle --pid 0 $$ >/dev/null 2>&1\n';
  const script = isTrusted ? nicely(LOW) : `${idle}${nicely(LOWEST)}`;
  return { execPath: '/bin/sh', execArgv: ['-c', script, process.execPath, ...execArgv] };
}

/** Has a process that runs, with all its threads, compute only while nobody else wants to. Where it cannot, it goes on. */
export function putBehind(pid: number): void {
  execFile('chrt', ['--all-tasks', '--idle', '--pid', '0', String(pid)], () => {});
}
