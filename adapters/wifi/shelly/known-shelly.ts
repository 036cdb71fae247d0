// What is kept of a Shelly: its address, what it is made of, and of a password only its digest.
import { type Places, readPlaces } from '../../contract/places.ts';
import type { Whole } from './convert.ts';
import type { DeviceInfo } from './device-info.ts';
import { isJson } from './rpc.ts';

/** One device as it is kept. What it last said as a whole describes it while it is off. */
export interface KnownShelly extends Whole {
  readonly address: string;
  readonly passwordDigest: string | null;
  readonly info: DeviceInfo;
  readonly places: Places;
  /** What follows the Shelly’s own address in those of its nodes that the home knows, also of one that is gone. */
  readonly nodes: readonly string[];
  /** Of its nodes those that people have removed. */
  readonly removed: readonly string[];
}

/** Reads what was kept; undefined when it is damaged. */
export function readKnown(kept: unknown): KnownShelly | undefined {
  if (!isJson(kept)) return undefined;
  const { address, passwordDigest, info, status, config } = kept;
  const isDigest = passwordDigest === null || typeof passwordDigest === 'string';
  const isWhole = typeof address === 'string' && isJson(status) && isJson(config);
  if (!isWhole || !isDigest || !isInfo(info)) return undefined;
  const attributes = isJson(kept.attributes) ? kept.attributes : {};
  const places = readPlaces(kept.places);
  const [nodes, removed] = [textsOf(kept.nodes), textsOf(kept.removed)];
  return { address, passwordDigest, info, status, config, attributes, places, nodes, removed };
}

function isInfo(value: unknown): value is DeviceInfo {
  if (!isJson(value)) return false;
  const { id, model, app } = value;
  return [id, model, app].every((one) => typeof one === 'string');
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
