// One hub a data folder: two would write the same files and drive the same radio.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConflictError } from '../model/errors.ts';

/** Start time of a process as the kernel has it, or null when there is no such process. */
function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name stands in brackets and may hold anything; field 22 is the 20th behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/**
 * Holds the folder for this process. A file left by a hub that was killed does not count: its process is gone,
 * or its number now belongs to a process with another start time.
 * @returns the way to release it
 * @throws ConflictError when another hub that runs holds it
 */
export function holdFolder(folder: string): () => void {
  const file = path.join(folder, 'hub.lock');
  const mine = `${process.pid} ${startTimeOf(process.pid) ?? ''}`;
  let before = '';
  try {
    before = readFileSync(file, 'utf8').trim();
  } catch {
    before = '';
  }
  const [pid, startTime] = before.split(' ');
  const isHeld =
    before !== '' &&
    before !== mine &&
    startTime !== undefined &&
    startTimeOf(Number(pid)) === startTime;
  if (isHeld) {
    throw new ConflictError(`Another hub (process ${pid}) uses ${folder}`, {
      hint: 'Stop that one, or give this one its own folder (INGLE_DATA) and port (INGLE_PORT).',
    });
  }
  writeFileSync(file, mine, { mode: 0o600 });
  return () => rmSync(file, { force: true });
}
