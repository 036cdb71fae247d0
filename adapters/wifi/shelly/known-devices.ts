// The devices that were added, in one file of mode 0600 that is always whole: addresses, what they are made of, and of
// a password only its digest.
import path from 'node:path';
import { HubError } from '../../../hub/model/errors.ts';
import { readPrivateJson, writePrivateJson } from '../../contract/private-file.ts';
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

const FILE = 'devices.json';

/** @throws HubError `storage` when the file is damaged */
export function loadDevices(folder: string): KnownDevice[] {
  const file = path.join(folder, FILE);
  let read: unknown;
  try {
    read = readPrivateJson(file);
  } catch (error) {
    throw damaged(file, error);
  }
  if (read === null) return [];
  if (!isJson(read) || !Array.isArray(read.devices) || !read.devices.every(isKnown)) {
    throw damaged(file);
  }
  return read.devices;
}

export function saveDevices(folder: string, devices: readonly KnownDevice[]): void {
  writePrivateJson(path.join(folder, FILE), { version: 1, devices });
}

function isKnown(value: unknown): value is KnownDevice {
  if (!isJson(value)) return false;
  const { address, passwordDigest, info, status, config } = value;
  const isDigest = passwordDigest === null || typeof passwordDigest === 'string';
  const isWhole = typeof address === 'string' && isJson(status) && isJson(config);
  return isWhole && isDigest && isJson(info) && typeof info.id === 'string';
}

function damaged(file: string, cause?: unknown): HubError {
  return new HubError('storage', `${file} is damaged`, {
    hint: 'Put it back from a backup, or move it away and add the Shelly devices again.',
    cause,
  });
}
