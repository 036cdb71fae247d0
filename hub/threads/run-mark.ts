// Remembers in the data folder whether the hub runs, so that the next start knows whether it was stopped, crashed, or
// lost its power. A mark that cannot be read or written costs only that knowledge.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { HubStart } from '../model/home-values.ts';

interface Mark {
  /** The machine's boot in which the hub ran last. */
  readonly bootId: string;
  readonly wasStopped: boolean;
}

export interface RunMark {
  /** How this start came about. */
  readonly start: HubStart;
  /** The hub stops in order. */
  stopped(): void;
}

/** Reads the mark of before and sets that of this run. */
export function markRun(dataFolder: string, bootId: string): RunMark {
  const file = path.join(dataFolder, 'running.json');
  const start = startAfter(read(file), bootId);
  write(file, { bootId, wasStopped: false });
  return { start, stopped: () => write(file, { bootId, wasStopped: true }) };
}

/** A machine that was started anew under a running hub has lost its power. */
function startAfter(before: Mark | null, bootId: string): HubStart {
  if (before === null) return 'first';
  return before.wasStopped || before.bootId === bootId ? 'restarted' : 'power-returned';
}

function read(file: string): Mark | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Mark;
  } catch {
    return null;
  }
}

function write(file: string, mark: Mark): void {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(mark), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch {
    // A full or read-only disk is told by storage, which needs it.
  }
}
