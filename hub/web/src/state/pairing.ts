// A pairing as its screen shows it, out of the hub's job record. Pure.
import type { JobJson } from '../../../api/shapes.ts';

/** The steps in their order; `open` is looking. */
export const PAIR_STEPS = ['open', 'found', 'interview', 'configure', 'named'] as const;

/** Whether a radio was opened by it; all other devices are looked for by their code or address. */
export function isOverRadio({ result }: JobJson): boolean {
  if (typeof result !== 'object' || result === null || !('adapter' in result)) return true;
  return result.adapter === 'zigbee';
}

/** A device that a pairing brought into the home. */
export interface PairedDevice {
  readonly id: string;
  readonly name: string;
  /** It was in the home before. */
  readonly known?: true;
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

/** Something on the network that can be added by its address. */
export interface Proposal {
  readonly protocol: string;
  readonly address: string;
  readonly name: string;
  readonly model: string | null;
}

function isProposal(value: unknown): value is Proposal {
  if (typeof value !== 'object' || value === null) return false;
  const { protocol, address, name, model } = value as Partial<Record<string, unknown>>;
  const isNamed = [protocol, address, name].every((each) => typeof each === 'string');
  return isNamed && (model === null || typeof model === 'string');
}

/** What a search has found, and what later ones that added some of it leave of it. */
export function proposals(jobs: Iterable<JobJson>, protocol: string): readonly Proposal[] {
  const found = new Map<string, Proposal>();
  for (const { kind, result } of jobs) {
    if (kind !== 'pair' || typeof result !== 'object' || result === null) continue;
    if (!('proposed' in result) || !Array.isArray(result.proposed)) continue;
    for (const one of result.proposed) {
      if (isProposal(one) && one.protocol === protocol) found.set(one.address, one);
    }
  }
  return [...found.values()];
}

/** What the person is to do now, such as to press a button; null when nothing. */
export function askedOf(job: JobJson): LabelWords | null {
  const { result } = job;
  if (typeof result !== 'object' || result === null || !('asks' in result)) return null;
  return wordsOf(result.asks);
}

/** What is doubtful about what was added. */
export function warningsOf({ result }: JobJson): readonly LabelWords[] {
  if (typeof result !== 'object' || result === null || !('warnings' in result)) return [];
  const { warnings } = result;
  if (!Array.isArray(warnings)) return [];
  return warnings.map(wordsOf).filter((one) => one !== null);
}

interface LabelWords {
  readonly en: string;
  readonly zh: string;
}

function wordsOf(given: unknown): LabelWords | null {
  if (typeof given !== 'object' || given === null || !('en' in given && 'zh' in given)) return null;
  const { en, zh } = given;
  return typeof en === 'string' && typeof zh === 'string' ? { en, zh } : null;
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
