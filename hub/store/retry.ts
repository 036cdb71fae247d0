// Commits that come a moment after the first thing that waits for them, and are tried again, ever later, while the
// disk refuses them.

/** The first wait after a failure; doubled up to the longest. */
const RETRY_MS_MIN = 100;
/** Space on the disk is used at most this long after it came. */
const RETRY_MS_MAX = 4000;

export interface GroupCommit {
  /** Something waits: commits within the window, or at the next retry. */
  plan(): void;
  /** Commits at once unless the disk refuses at present; then at the next retry. */
  hurry(): void;
  /** Commits now in any case. @throws what the commit throws */
  now(): void;
  /** Plans nothing more. */
  stop(): void;
}

/** `commit` throws when it fails; `failed` and `succeeded` hear of each attempt. */
export function groupCommit(options: {
  readonly windowMs: number;
  commit(): void;
  failed(error: unknown): void;
  succeeded(): void;
}): GroupCommit {
  let timer: NodeJS.Timeout | null = null;
  let failures = 0;
  let isStopped = false;

  const clear = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const arm = (delayMs: number): void => {
    if (timer !== null || isStopped) return;
    timer = setTimeout(attempt, delayMs);
  };
  const attempt = (): void => {
    try {
      run();
    } catch {
      // `failed` was told, and the next attempt is planned.
    }
  };
  const run = (): void => {
    clear();
    try {
      options.commit();
    } catch (error) {
      failures += 1;
      options.failed(error);
      arm(Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (failures - 1)));
      throw error;
    }
    failures = 0;
    options.succeeded();
  };

  return {
    plan: () => arm(options.windowMs),
    hurry: () => {
      if (failures > 0 || isStopped) return;
      clear();
      attempt();
    },
    now: run,
    stop: () => {
      isStopped = true;
      clear();
    },
  };
}
