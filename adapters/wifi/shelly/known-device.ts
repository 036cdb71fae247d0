// What is kept of a Shelly: its address, what it is made of, and of a password only its digest.
import type { DeviceInfo } from './convert.ts';
import { isJson, type Json } from './rpc.ts';

/** One device as it is kept. `status` and `config` are what it last said as a whole: they describe it while it is off. */
export interface KnownDevice {
  readonly address: string;
  readonly passwordDigest: string | null;
  readonly info: DeviceInfo;
  readonly status: Json;
  readonly config: Json;
}

/** Reads what was kept; undefined when it is damaged. */
export function readKnown(kept: unknown): KnownDevice | undefined {
  return isKnown(kept) ? kept : undefined;
}

function isKnown(value: unknown): value is KnownDevice {
  if (!isJson(value)) return false;
  const { address, passwordDigest, info, status, config } = value;
  const isDigest = passwordDigest === null || typeof passwordDigest === 'string';
  const isWhole = typeof address === 'string' && isJson(status) && isJson(config);
  return isWhole && isDigest && isJson(info) && typeof info.id === 'string';
}
