// Looks from outside at what a child process takes, so that one that hangs is seen as well; ends it when it takes more
// memory than it may, and knows how long it has computed, which tells a loop from a wait.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';

const LOOK_EVERY_MS = 250;
const PAGE_BYTES = 4096;
/** What Linux tells its programs times in, on all machines that Node runs on. */
const TICK_MS = 10;
const NICENESS = 19;

export interface ProcessWatch {
  /** At the last look; null: it could not be looked at, as anywhere but on Linux. */
  bytes(): number | null;
  /** How long it has computed since it began, in all its threads, at the last look; null likewise. */
  cpuMs(): number | null;
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
  let isStopped = false;
  async function look(): Promise<void> {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (stat === null || isStopped) return;
    // The name of the program, in brackets, may have spaces. Spec: proc_pid_stat(5), fields 14, 15 and 24.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
    if (user === undefined || system === undefined || pages === undefined) return;
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
  return { bytes: () => bytes, cpuMs: () => cpuMs, stop };
}

/**
 * Has a process compute only while nobody else on the machine wants to, with all its threads: idle scheduling where the
 * system has the command for it (a waking thread of the hub then takes the core at once, which at low priority alone
 * was seen to take 3 ms), and the lowest priority in any case. Never rejects: the process may have ended already.
 */
export async function yieldToOthers(pid: number): Promise<void> {
  // A priority is one thread's; those that come later have that of the thread that makes them.
  const threads = await readdir(`/proc/${pid}/task`).catch(() => [String(pid)]);
  for (const thread of threads) {
    try {
      setPriority(Number(thread), NICENESS);
    } catch {
      // It has ended, which its exit tells.
    }
  }
  await new Promise<void>((resolve) => {
    const idle = ['--all-tasks', '--idle', '--pid', '0', String(pid)];
    execFile('chrt', idle, { timeout: 5_000 }, () => resolve());
  });
}
