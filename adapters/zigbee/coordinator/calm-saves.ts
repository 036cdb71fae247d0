// When zigbee-herdsman writes its list of devices. It writes the whole list, and waits for the disk, after most changes
// of one device: 200 devices that joined together were seen to spend 7 of 12 s on that. Here the first change is
// written at once, and what follows closely is written together.

/** The library's list, as far as it is reached. */
export interface SavedList {
  write(): void;
}

/** What comes within this after a write waits for it to be over. */
const PAUSE_MIN_MS = 50;
const PAUSE_MAX_MS = 1_000;
/** Writing takes at most a tenth of the time, however slow the disk is. */
const PAUSE_SHARE = 10;
/** A disk that refuses is asked again after this. */
const AGAIN_MS = 5_000;

export interface CalmSaves {
  /** Writes what waits, now; whoever calls it is told when the disk refuses. */
  now(): void;
  /** Resolves once nothing waits that had been changed by now, or the disk has refused it. */
  settled(): Promise<void>;
}

/** Makes a list write calmly from now on. @param failed told when a write that nobody waits for was refused */
export function calmSaves(list: SavedList, failed: (error: unknown) => void): CalmSaves {
  const original = list.write.bind(list);
  let timer: NodeJS.Timeout | undefined;
  let restUntilMs = 0;
  let waiters: (() => void)[] = [];

  function settle(): void {
    const told = waiters;
    waiters = [];
    for (const tell of told) tell();
  }

  function now(): void {
    clearTimeout(timer);
    timer = undefined;
    const startedMs = performance.now();
    original();
    settle();
    const endedMs = performance.now();
    const pauseMs = PAUSE_SHARE * (endedMs - startedMs);
    restUntilMs = endedMs + Math.min(PAUSE_MAX_MS, Math.max(PAUSE_MIN_MS, pauseMs));
  }

  function later(delayMs: number): void {
    timer = setTimeout(() => {
      try {
        now();
      } catch (error) {
        failed(error);
        settle();
        later(AGAIN_MS);
      }
    }, delayMs);
    // What waits is written when the adapter stops.
    timer.unref();
  }

  list.write = () => {
    if (timer !== undefined) return;
    const waitMs = restUntilMs - performance.now();
    if (waitMs <= 0) now();
    else later(waitMs);
  };
  return {
    now() {
      if (timer !== undefined) now();
    },
    settled: () =>
      timer === undefined
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiters.push(resolve);
          }),
  };
}
