// Lets the threads that carry a report to its command go ahead of all else on the machine, for as long as code of
// others runs beside them: a thread of the usual kind that wakes on a core where a vendor's loop runs was seen to wait
// for a tick of 4 ms. Without vendors there is nothing to go ahead of, and the middle report is 0.1 ms slower for it.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';

/** A thread that was started anew is found at the next look. */
const LOOK_EVERY_MS = 5_000;
/** A thread may end while it is put ahead; what fails this often is refused. */
const TRIES_MAX = 3;
/** The lowest of real time, taking turns (sched(7), SCHED_RR); what they start is of the usual kind again. */
const AHEAD = `[ "$(cat /proc/sys/kernel/sched_rt_runtime_us)" != -1 ] ||
  { echo 'sched_rt_runtime_us is -1, so that one in a loop would keep its core from all others' >&2; exit 1; }
for thread do chrt --reset-on-fork --rr --pid 1 "$thread" && echo "$thread"; done`;
/** The flag stays: without rights it cannot be taken back. */
const AS_USUAL = 'for thread do chrt --reset-on-fork --other --pid 0 "$thread"; done';

export interface AheadOptions {
  /** Names of the threads of this process. */
  readonly threads: readonly string[];
  /** Processes of their own whose main threads do the same work, as far as they run. */
  processes(): readonly (number | null | undefined)[];
  log(text: string): void;
}

export interface AheadOfOthers {
  /** Puts them ahead, or back among all others; where the system does not allow it, that is told once. */
  set(isWanted: boolean): void;
}

/** Nothing goes ahead before `set`. Only Linux has this; elsewhere nothing is done. */
export function createAheadOfOthers(options: AheadOptions): AheadOfOthers {
  /** Of those that go ahead, their numbers as the system counts threads. */
  let ahead = new Set<string>();
  let isWanted = false;
  let triesLeft = TRIES_MAX;
  let timer: NodeJS.Timeout | undefined;
  let tail: Promise<void> = Promise.resolve();

  async function look(): Promise<void> {
    clearTimeout(timer);
    const there = await threadsNamed(options.threads);
    for (const pid of options.processes()) if (pid) there.add(`${pid}`);
    if (isWanted) await putAhead(there);
    else await putBack(there);
  }

  async function putAhead(there: ReadonlySet<string>): Promise<void> {
    ahead = new Set([...ahead].filter((thread) => there.has(thread)));
    const late = [...there].filter((thread) => !ahead.has(thread));
    if (late.length > 0) {
      const { done, problem } = await run(AHEAD, late);
      for (const thread of done) ahead.add(thread);
      if (done.length < late.length) triesLeft -= 1;
      if (triesLeft === 0) {
        options.log(`Its own threads do not go ahead of adapters of others: ${problem}`);
        return;
      }
    }
    timer = setTimeout(plan, LOOK_EVERY_MS).unref();
  }

  async function putBack(there: ReadonlySet<string>): Promise<void> {
    const late = [...ahead].filter((thread) => there.has(thread));
    ahead = new Set();
    if (late.length > 0) await run(AS_USUAL, late);
  }

  /** One look after the other. */
  function plan(): void {
    tail = tail.then(look);
  }

  return {
    set(wanted) {
      if (wanted === isWanted || process.platform !== 'linux') return;
      isWanted = wanted;
      triesLeft = TRIES_MAX;
      plan();
    },
  };
}

/**
 * Numbers of the threads of a process, this one where no other is given, by their names, which are those of their
 * workers. Spec: proc_pid_comm(5).
 */
export async function threadsNamed(
  names: readonly string[],
  pid: number | 'self' = 'self',
): Promise<Set<string>> {
  const found = new Set<string>();
  for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const name = await readFile(`/proc/${pid}/task/${thread}/comm`, 'utf8').catch(() => '');
    if (names.includes(name.trim())) found.add(thread);
  }
  return found;
}

/** Of the threads, those that the script names as done, and what it said of the others. */
function run(
  script: string,
  threads: readonly string[],
): Promise<{ done: readonly string[]; problem: string }> {
  return new Promise((resolve) => {
    execFile('/bin/sh', ['-c', script, 'sh', ...threads], (error, out, said) => {
      const done = out.split('\n').filter((line) => line !== '');
      resolve({ done, problem: said.trim() || String(error) });
    });
  });
}
