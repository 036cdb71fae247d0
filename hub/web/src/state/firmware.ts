// A firmware update as the device's sheet shows it, out of the hub's job records. Pure.
import type { JobJson } from '../../../api/shapes.ts';

/** The newest update of the device that the page knows of. */
export function firmwareJob(jobs: Iterable<JobJson>, device: string): JobJson | null {
  let newest: JobJson | null = null;
  for (const job of jobs) {
    if (job.kind !== 'firmware' || !isOf(job.result, device)) continue;
    if (newest === null || job.startedAt > newest.startedAt) newest = job;
  }
  return newest;
}

/** Its place among those that wait for the same radio; null once it is its turn. */
export function placeInQueue({ step }: JobJson): number | null {
  return step?.name === 'queue' ? (step.part?.index ?? 1) : null;
}

function isOf(result: unknown, device: string): boolean {
  const isRecord = typeof result === 'object' && result !== null;
  return isRecord && 'device' in result && result.device === device;
}
