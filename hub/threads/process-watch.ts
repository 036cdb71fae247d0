// Looks from outside at what a child process takes, so that one that hangs is seen as well; ends it when it takes more
// memory than it may, holds it where it computes more than its share, and knows how long it has computed, which tells a
// loop from a wait.
import { readFile } from 'node:fs/promises';
import { type ComputeAccount, LOOK_EVERY_MS } from './process-share.ts';

const PAGE_BYTES = 4096;
/** What Linux tells its programs times in, on all machines that Node runs on. */
const TICK_MS = 10;

export interface WatchOptions {
  readonly pid: number;
  readonly memoryBytesMax: number;
  readonly account: ComputeAccount;
  /** Whether what it computes now counts. */
  isCounted(): boolean;
  /** Called once, with how much memory it took. */
  exceeded(bytes: number): void;
  /** Makes it stand still, or go on. */
  hold(isHeld: boolean): void;
}

export interface ProcessWatch {
  /** At the last look; null: it could not be looked at, as anywhere but on Linux. */
  bytes(): number | null;
  /** How long it has computed since it began, in all its threads, at the last look; null likewise. */
  cpuMs(): number | null;
  /** Whether it wanted to compute at the last look, and waited for nothing but a core or its share. */
  isRunnable(): boolean;
  /** Looks no more; it is not held any more. */
  stop(): void;
}

/** Watches the process until it is stopped. */
export function watchProcess(options: WatchOptions): ProcessWatch {
  const { pid, memoryBytesMax, account } = options;
  let bytes: number | null = null;
  let cpuMs: number | null = null;
  let isRunnable = false;
  let isHeld = false;
  let isStopped = false;
  let timer: NodeJS.Timeout;

  function hold(wanted: boolean): void {
    if (isHeld === wanted) return;
    isHeld = wanted;
    options.hold(wanted);
  }

  async function look(): Promise<void> {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    if (isStopped) return;
    const againMs = stat === null ? LOOK_EVERY_MS : seen(stat);
    if (!isStopped) timer = setTimeout(() => void look(), againMs).unref();
  }

  /** @returns when to look again */
  function seen(stat: string): number {
    // The name of the program, in brackets, may have spaces. Spec: proc_pid_stat(5), fields 3, 14, 15 and 24.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
    if (user === undefined || system === undefined || pages === undefined) return LOOK_EVERY_MS;
    const computedMs = (user + system) * TICK_MS - (cpuMs ?? 0);
    cpuMs = (user + system) * TICK_MS;
    const againMs = account.look(options.isCounted() ? computedMs : 0, performance.now());
    hold(account.isHeld);
    isRunnable = isHeld || fields[0] === 'R';
    bytes = pages * PAGE_BYTES;
    if (bytes > memoryBytesMax) {
      stop();
      options.exceeded(bytes);
    }
    return againMs;
  }

  function stop(): void {
    isStopped = true;
    clearTimeout(timer);
    hold(false);
  }
  timer = setTimeout(() => void look(), LOOK_EVERY_MS).unref();
  return { bytes: () => bytes, cpuMs: () => cpuMs, isRunnable: () => isRunnable, stop };
}

/**
 * Idle scheduling where the system has the command for it (a waking thread of the hub then takes the core at once; a
 * loop at low priority alone keeps it for some milliseconds), the lowest priority, and the end of the hub as its own:
 * one that loops or is held would never see that its lines are closed. By a shell that becomes the program: the hub's
 * process is copied once for all of it, and the program has no thread yet that it would not be for.
 */
const BEHIND_OTHERS = `chrt --idle --pid 0 $$ >/dev/null 2>&1
set -- "$0" "$@"
command -v nice >/dev/null 2>&1 && set -- nice -n 19 "$@"
setpriv --pdeathsig KILL true >/dev/null 2>&1 && set -- setpriv --pdeathsig KILL "$@"
exec "$@"`;

/** What `fork` is given so that a Node program computes only while nobody else on the machine wants to. */
export function behindOthers(execArgv: readonly string[]) {
  return {
    execPath: '/bin/sh',
    execArgv: ['-c', BEHIND_OTHERS, process.execPath, ...execArgv],
  };
}
