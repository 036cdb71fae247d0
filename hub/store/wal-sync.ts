// Syncs history.db's WAL after a commit, off the worker's thread. With synchronous=NORMAL the kernel would keep a
// commit in memory for up to half a minute, and a power cut would take all of it; with FULL each commit would hold the
// worker, and an intent's commit behind it, for as long as the card takes.
import fs from 'node:fs';

export interface WalSync {
  /** Syncs soon; requests during a sync share the next one. */
  request(): void;
  /** Syncs before it returns. */
  now(): void;
  /** Lets go of the file, which is about to be renamed; the next request opens the new one. */
  closeFile(): void;
  stop(): void;
}

/**
 * `file` may not exist yet. Opening it a second time beside SQLite is harmless, since SQLite's locks are on the other
 * two files. A sync that fails is not tried again: the next commit's write will tell.
 */
export function createWalSync(file: string): WalSync {
  let handle: number | null = null;
  let isRunning = false;
  let isWanted = false;

  const open = (): number | null => {
    if (handle === null && fs.existsSync(file)) handle = fs.openSync(file, 'r');
    return handle;
  };
  const start = (): void => {
    const opened = open();
    if (opened === null) return;
    isRunning = true;
    fs.fdatasync(opened, () => {
      isRunning = false;
      // The file was let go of in the meantime: this sync was its last use.
      if (handle !== opened) fs.closeSync(opened);
      if (!isWanted) return;
      isWanted = false;
      start();
    });
  };
  const closeFile = (): void => {
    isWanted = false;
    if (handle !== null && !isRunning) fs.closeSync(handle);
    handle = null;
  };
  return {
    request: () => {
      if (isRunning) isWanted = true;
      else start();
    },
    now: () => {
      const opened = open();
      if (opened !== null) fs.fdatasyncSync(opened);
    },
    closeFile,
    stop: closeFile,
  };
}
