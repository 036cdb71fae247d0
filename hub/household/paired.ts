// What a pairing has found so far: the result of its job, which the page and the command line show, and its last line.
import type { AdapterId, DeviceId } from '../model/identifiers.ts';
import type { Words } from '../model/words.ts';

/** Something on the network that can be added by its address. */
interface Proposal {
  readonly protocol: string;
  readonly address: string;
  readonly name: string;
  readonly model: string | null;
}

/** What a pairing found, in the job's result. */
export interface Paired {
  /** Who looks: the network is opened over a radio alone. */
  readonly adapter: AdapterId;
  /** `known`: it was in the home before. */
  readonly devices: { readonly id: DeviceId; readonly name: string; readonly known?: true }[];
  readonly proposed: Proposal[];
  /** What the person is to do now. */
  asks: Words | null;
  /** What is doubtful about what came in, such as a certificate that was withdrawn. */
  readonly warnings: Words[];
}

const WARNINGS_MAX = 10;

/** A pairing that has found nothing yet. */
export function nothingPaired(adapter: AdapterId): Paired {
  return { adapter, devices: [], proposed: [], asks: null, warnings: [] };
}

/** Keeps a warning with what was found, at most ten of them. */
export function warn({ warnings }: Paired, text: Words): void {
  if (warnings.length < WARNINGS_MAX) warnings.push(text);
}

/** How many were added. */
export function addedLine({ devices }: Paired): Words {
  const { length } = devices.filter(({ known }) => known !== true);
  if (length === 0 && devices.length > 0) return { en: 'Nothing new.', zh: '没有新设备。' };
  return {
    en: length === 1 ? '1 device was added.' : `${length} devices were added.`,
    zh: `添加了 ${length} 个设备。`,
  };
}

/** How many can be added. */
export function foundLine({ proposed: { length } }: Paired): Words {
  if (length === 0) return { en: 'Nothing answered.', zh: '没有设备应答。' };
  return {
    en: `${length} ${length === 1 ? 'device answers' : 'devices answer'} and can be added.`,
    zh: `有 ${length} 个设备应答，可以添加。`,
  };
}
