// A firmware update as the device's sheet shows it, and a roll-out as its own screen does, out of the hub's job
// records. Pure.
import type { RolloutJson } from '../../../api/firmware-shapes.ts';
import type { JobJson } from '../../../api/shapes.ts';

const TONIGHT_HOUR = 3;

/** The newest update of the device that the page knows of. */
export function firmwareJob(jobs: Iterable<JobJson>, device: string): JobJson | null {
  return newestOf(jobs, ({ kind, result }) => kind === 'firmware' && isOf(result, device));
}

/** The roll-out under way, or the last one. */
export function rolloutJob(jobs: Iterable<JobJson>): JobJson | null {
  return newestOf(jobs, ({ kind }) => kind === 'rollout');
}

/** The devices of a roll-out. */
export function rolloutParts({ result }: JobJson): RolloutJson['parts'] {
  const isRecord = typeof result === 'object' && result !== null;
  return isRecord && 'parts' in result && Array.isArray(result.parts) ? result.parts : [];
}

/** Its place among those that wait for the same radio; null once it is its turn. */
export function placeInQueue({ step }: JobJson): number | null {
  return step?.name === 'queue' ? (step.part?.index ?? 1) : null;
}

/** How fast an update goes; null where nobody can tell, and the seconds for which nothing was fetched. */
export function paceOf({ result }: JobJson): {
  bytesPerSecond: number | null;
  stalledSeconds: number | null;
} {
  const of = (name: string): number | null => {
    const isRecord = typeof result === 'object' && result !== null;
    const value = isRecord ? Object.entries(result).find(([key]) => key === name)?.[1] : undefined;
    return typeof value === 'number' && value > 0 ? value : null;
  };
  return { bytesPerSecond: of('bytesPerSecond'), stalledSeconds: of('stalledSeconds') };
}

/** The next three o'clock in the morning, where the page is read. */
export function tonight(now: Date): Date {
  const at = new Date(now);
  at.setHours(TONIGHT_HOUR, 0, 0, 0);
  if (at <= now) at.setDate(at.getDate() + 1);
  return at;
}

function newestOf(jobs: Iterable<JobJson>, isIt: (job: JobJson) => boolean): JobJson | null {
  let newest: JobJson | null = null;
  for (const job of jobs) {
    if (isIt(job) && (newest === null || job.startedAt > newest.startedAt)) newest = job;
  }
  return newest;
}

function isOf(result: unknown, device: string): boolean {
  const isRecord = typeof result === 'object' && result !== null;
  return isRecord && 'device' in result && result.device === device;
}
