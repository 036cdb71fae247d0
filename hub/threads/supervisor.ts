// Keeps one part of the hub alive: a worker thread or a child process. It pings it, replaces it when it is gone or
// does not answer, waits longer after each failure, and never gives up.
import type { Clock, Instant } from '../model/clock.ts';
import type { Problem } from '../model/errors.ts';
import type { PartHealth } from '../model/hub-port.ts';
import type { Words } from '../model/words.ts';

/** A started thread or process, as the supervisor sees it. */
export interface PartProcess {
  ping(number: number): void;
  /** Asks it to stop by itself. */
  stop(): void;
  /** Ends it at once; what it was doing is lost. */
  kill(): void;
}

/** What a process tells its supervisor; each is ignored once the process was replaced. */
export interface PartEvents {
  ready(): void;
  pong(number: number, rssBytes: number | null): void;
  exited(reason: string): void;
}

export interface SupervisorOptions {
  readonly name: string;
  readonly clock: Clock;
  start(events: PartEvents): PartProcess;
  /** Without an answer to a ping for this long it is taken for hanging and killed. */
  readonly hangMs: number | (() => number);
  /** The wait before the second restart in a row; doubled each time, with jitter. The first is at once. */
  readonly backoffMs: number;
  /** The longest wait; a minute where nothing is said. */
  readonly backoffMaxMs?: number;
  /** Whether one that falls in its first minute is waited for already the first time. */
  readonly isPatient?: boolean;
  /** Told of each change; also how a crash is reported to the log. */
  changed(health: PartHealth): void;
  log(level: 'info' | 'warn' | 'error', text: string): void;
}

export interface Supervisor {
  start(): void;
  health(): PartHealth;
  /** Replaces the process, as after a hang. */
  restart(reason: string): void;
  /** Asks it to stop, then forces it; resolves when it is gone, at most `graceMs` later. May be called twice. */
  stop(graceMs: number): Promise<void>;
}

const PING_EVERY_MS = 1_000;
const BACKOFF_MAX_MS = 60_000;
/** Waits of this length are told, so that nobody looks for what is not there. */
const LONG_WAIT_SECONDS = 20;
/** After this share of what counts as hanging, and not before some seconds, its silence is named. */
const SILENT_SHARE = 0.3;
const SILENT_MIN_MS = 2_500;
/** After this long without a fault the next one counts as the first again. */
const STABLE_MS = 60_000;

/** When a part is begun anew, in words. */
function againIn(delayMs: number): Words {
  const seconds = Math.ceil(delayMs / 1_000);
  if (seconds < LONG_WAIT_SECONDS) {
    return { en: 'It is started again by itself.', zh: '它会自动重新启动。' };
  }
  const [count, en, zh] =
    seconds < 120 ? [seconds, 's', '秒'] : [Math.ceil(seconds / 60), 'min', '分钟'];
  return {
    en: `It falls again and again, and is started anew in ${count} ${en}.`,
    zh: `它反复出错，将在 ${count} ${zh}后重新启动。`,
  };
}

export function supervise(options: SupervisorOptions): Supervisor {
  const { name, clock, backoffMaxMs = BACKOFF_MAX_MS } = options;
  let process: PartProcess | null = null;
  let generation = 0;
  let state: PartHealth['state'] = 'stopped';
  let since: Instant = clock.now();
  let startedAtMs = 0;
  let restarts = 0;
  let inARow = 0;
  let rssBytes: number | null = null;
  let problem: Problem | null = null;
  let lastPongMs = 0;
  let pingNumber = 0;
  let pingTimer: NodeJS.Timeout | undefined;
  let restartTimer: NodeJS.Timeout | undefined;
  let whenGone: (() => void) | undefined;

  const health = (): PartHealth => ({ name, state, since, restarts, rssBytes, problem });

  function become(next: PartHealth['state']): void {
    if (state !== next) since = clock.now();
    state = next;
    options.changed(health());
  }

  function begin(): void {
    generation += 1;
    const mine = generation;
    const isMine = () => mine === generation;
    startedAtMs = clock.now().monoMs;
    lastPongMs = startedAtMs;
    process = options.start({
      ready() {
        if (!isMine()) return;
        problem = null;
        become('running');
      },
      pong(_number, rss) {
        if (!isMine()) return;
        lastPongMs = clock.now().monoMs;
        rssBytes = rss ?? rssBytes;
        if (state !== 'hanging') return;
        problem = null;
        become('running');
      },
      exited(reason) {
        if (isMine()) gone(reason);
      },
    });
  }

  function gone(reason: string): void {
    process = null;
    generation += 1;
    if (whenGone) {
      whenGone();
      return;
    }
    if (state === 'stopped') return;
    const wasStable = clock.now().monoMs - startedAtMs > STABLE_MS;
    if (wasStable) inARow = 0;
    const isAtOnce = inARow === 0 && (wasStable || options.isPatient !== true);
    const ceilingMs = Math.min(backoffMaxMs, options.backoffMs * 2 ** Math.max(0, inARow - 1));
    // Half fixed, half random: parts that fall together do not come back together.
    const delayMs = isAtOnce ? 0 : ceilingMs / 2 + Math.random() * (ceilingMs / 2);
    inARow += 1;
    restarts += 1;
    const again = againIn(delayMs);
    problem = {
      code: 'internal',
      message: `${name} stopped: ${reason}`,
      hint: again.en,
      zh: { message: `${name} 停止了：${reason}`, hint: again.zh },
    };
    options.log(
      'error',
      `${name} stopped (${reason}); starting it again in ${Math.round(delayMs)} ms`,
    );
    become('restarting');
    restartTimer = setTimeout(begin, delayMs);
  }

  function checkPulse(): void {
    if (!process) return;
    const silentMs = clock.now().monoMs - lastPongMs;
    const hangMs = typeof options.hangMs === 'number' ? options.hangMs : options.hangMs();
    if (silentMs > hangMs) {
      replace(`it did not answer for ${(silentMs / 1000).toFixed(1)} s`);
      return;
    }
    if (state === 'running' && silentMs > Math.max(SILENT_MIN_MS, hangMs * SILENT_SHARE)) {
      problem = {
        code: 'timed-out',
        message: `${name} does not answer`,
        hint: 'It is started again by itself if it stays silent.',
      };
      become('hanging');
    }
    pingNumber += 1;
    process.ping(pingNumber);
  }

  function replace(reason: string): void {
    const old = process;
    gone(reason);
    old?.kill();
  }

  return {
    start() {
      if (state !== 'stopped') return;
      become('starting');
      begin();
      pingTimer = setInterval(checkPulse, PING_EVERY_MS);
    },
    health,
    restart: replace,
    async stop(graceMs) {
      clearInterval(pingTimer);
      clearTimeout(restartTimer);
      const running = process;
      if (!running) {
        if (state !== 'stopped') become('stopped');
        return;
      }
      await new Promise<void>((resolve) => {
        const force = setTimeout(() => {
          options.log('warn', `${name} did not stop within ${graceMs} ms and was ended`);
          running.kill();
          // A thread inside native code ends only when it comes out of it; the stop does not wait for that.
          setTimeout(finish, 500);
        }, graceMs);
        function finish(): void {
          clearTimeout(force);
          whenGone = undefined;
          process = null;
          generation += 1;
          if (state !== 'stopped') become('stopped');
          resolve();
        }
        whenGone = finish;
        running.stop();
      });
    },
  };
}
