// A pairing as its screen shows it, out of the hub's job record. Pure.
import type { JobJson } from '../../../api/shapes.ts';

/** The steps in their order; `open` is looking. */
export const PAIR_STEPS = ['open', 'found', 'interview', 'configure', 'named'] as const;

/** A device that a pairing brought into the home. */
export interface PairedDevice {
  readonly id: string;
  readonly name: string;
}

function isPairedDevice(value: unknown): value is PairedDevice {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'name' in value &&
    typeof value.name === 'string'
  );
}

/** The devices that the pairing has brought so far. */
export function pairedDevices(job: JobJson): readonly PairedDevice[] {
  const { result } = job;
  if (typeof result !== 'object' || result === null || !('devices' in result)) return [];
  return Array.isArray(result.devices) ? result.devices.filter(isPairedDevice) : [];
}

/** How far the node that is under way has come: 0 while nothing was found. */
export function stepIndex(job: JobJson): number {
  if (job.step?.name === 'done') return PAIR_STEPS.length - 1;
  const names: readonly string[] = PAIR_STEPS;
  const index = names.indexOf(job.step?.name ?? '');
  return Math.max(0, index);
}

/** The pairing that is under way, if any: a page that comes back finds it again. */
export function runningPair(jobs: Iterable<JobJson>): JobJson | null {
  for (const job of jobs) if (job.kind === 'pair' && job.state === 'running') return job;
  return null;
}
