// Main's hold on the process of an adapter that is not ours: started behind all others of the machine, its memory and
// time watched from outside, its words counted and looked at. What computes more than its share is held; what is
// otherwise beyond what it may is ended, with the reason.
import type { ChildProcess } from 'node:child_process';
import type { MainToChildHost } from '../../adapters/contract/shell-message.ts';
import { startVendor } from '../../adapters/contract/vendor-line.ts';
import type { VendorProcess } from '../../adapters/contract/vendor-process.ts';
import type { AdapterToMain, LogLevel } from '../model/adapter-port.ts';
import type { ComputeAccount } from './process-share.ts';
import { behindOthers, type ProcessWatch, watchProcess } from './process-watch.ts';

/** One that gets no core on a machine that is busy cannot answer; a wait of its own is over sooner. */
const STARVED_MS = 60_000;
/** But one that had this much of a core since its last word is in a loop: a wait computes nothing. */
const FED_CPU_MS = 1_000;
/** Until its first word it loads its code, which does not count before it has computed for this long. */
const LOAD_CPU_MS = 5_000;
const LAST_WORDS_MAX = 2_000;

/** A child that runs, of either kind. */
export interface RunningChild {
  readonly child: ChildProcess;
  post(message: MainToChildHost): void;
  /** Ends it at once. */
  kill(): void;
  /** The end of what it wrote to its standard error. */
  lastWords(): string;
}

export interface VendorChildOptions {
  readonly memoryBytesMax: number;
  readonly account: ComputeAccount;
  message(message: AdapterToMain): void;
  /** So many of its messages could not be understood. */
  dropped(count: number): void;
  /** It had to be held: it has computed more than its share. */
  held(): void;
  /** It is to be ended and begun anew. */
  tooMuch(reason: string): void;
  log(level: LogLevel, text: string): void;
}

export interface VendorChild extends RunningChild {
  /** What it took at the last look; null: that cannot be told here. */
  bytes(): number | null;
  /** How long it may be silent now; null: as long as any. */
  hangMs(): number | null;
  /** Ends it for what was seen elsewhere. */
  end(reason: string): void;
  /** Looks no more, and holds it no more. */
  stop(): void;
}

/** Starts the process. */
export function runVendorChild(how: VendorProcess, options: VendorChildOptions): VendorChild {
  let watch: ProcessWatch | null = null;
  /** How long it had computed when it last said something; null: it has said nothing yet. */
  let cpuAtWordMs: number | null = null;
  let lastWords = '';
  let isEnding = false;

  /** The first reason counts; what follows comes of it. */
  function tooMuch(reason: string): void {
    if (isEnding) return;
    isEnding = true;
    options.tooMuch(reason);
  }

  const { child, post } = startVendor(
    how,
    {
      message(message) {
        cpuAtWordMs = watch?.cpuMs() ?? 0;
        try {
          options.message(message);
        } catch (error) {
          // Only its own code can have said that, past the host that looks at its words.
          options.log('error', `It said what cannot be understood: ${String(error)}`);
          tooMuch('it said what cannot be understood');
        }
      },
      dropped: options.dropped,
      broken: tooMuch,
      wrote(text) {
        lastWords = (lastWords + text).slice(-LAST_WORDS_MAX);
      },
    },
    behindOthers(how.execArgv),
  );
  if (child.pid !== undefined) {
    const { memoryBytesMax, account } = options;
    watch = watchProcess({
      ...{ pid: child.pid, memoryBytesMax, account },
      isCounted: () => cpuAtWordMs !== null || (watch?.cpuMs() ?? 0) > LOAD_CPU_MS,
      exceeded(bytes) {
        const [took, most] = [bytes, memoryBytesMax].map((one) => Math.round(one / 1024 / 1024));
        tooMuch(`it took ${took} MB of memory, more than the ${most} MB that it may`);
      },
      hold(isHeld) {
        child.kill(isHeld ? 'SIGSTOP' : 'SIGCONT');
        if (isHeld) options.held();
      },
    });
  }
  return {
    ...{ child, post },
    lastWords: () => lastWords,
    bytes: () => watch?.bytes() ?? null,
    hangMs() {
      const computedMs = cpuAtWordMs === null ? 0 : (watch?.cpuMs() ?? 0) - cpuAtWordMs;
      return watch?.isRunnable() && computedMs < FED_CPU_MS ? STARVED_MS : null;
    },
    end: tooMuch,
    kill() {
      isEnding = true;
      child.kill('SIGKILL');
    },
    stop: () => watch?.stop(),
  };
}
