// What each thread and process of the hub does once, when its code is loaded: it keeps what was compiled for the next
// start, and gives back the memory that loading took.
import { flushCompileCache } from 'node:module';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** What an adapter's code needs to be loaded, devices and all. */
const KEEP_AFTER_MS = 15_000;
/** From then on the first quiet second is taken: reading what other threads sent at the start is over. */
const COLLECT_AFTER_MS = 20_000;
const LOOK_EVERY_MS = 1_000;
/** Share of a second in which a quiet thread computes at most. */
const QUIET_SHARE = 0.05;
/** A home that has no quiet second in ten minutes is better left alone: V8 collects by itself, in small steps. */
const LOOKS_MAX = 600;

let isDone = false;

/**
 * To be called as soon as the thread or process has begun; what comes after the first call does nothing.
 *
 * By itself Node writes what it compiled when a process ends, and most homes never end but by a power cut. And by
 * itself V8 leaves what a start left behind for as long as little is asked for, which in a home is always: a hub with
 * a hundred devices keeps 18 MB less when it is asked once. That takes `--expose-gc` and stops the thread for as long
 * as its live objects take to be looked through, so it is done where nothing else is.
 * @param times in milliseconds from now; for tests
 */
export function onceLoaded({
  keepAfterMs = KEEP_AFTER_MS,
  collectAfterMs = COLLECT_AFTER_MS,
  lookEveryMs = LOOK_EVERY_MS,
} = {}): void {
  if (isDone) return;
  isDone = true;
  setTimeout(() => flushCompileCache(), keepAfterMs).unref();
  const { gc } = globalThis;
  if (gc === undefined) return;
  setTimeout(() => {
    inQuiet(lookEveryMs, () => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' }));
  }, collectAfterMs).unref();
}

/** Acts once, at the end of the first second in which this thread computed next to nothing. */
function inQuiet(lookEveryMs: number, act: () => void): void {
  let before: EventLoopUtilization = performance.eventLoopUtilization();
  let looks = 0;
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    looks += 1;
    const isQuiet = utilization <= QUIET_SHARE;
    if (!isQuiet && looks < LOOKS_MAX) return;
    clearInterval(timer);
    if (isQuiet) act();
  }, lookEveryMs);
  timer.unref();
}
