// What was added to the home of one family, in one file of mode 0600 that is always whole. What is kept of each is its
// family's own affair; this file only holds them together.
import path from 'node:path';
import { HubError } from '../../hub/model/errors.ts';
import { readPrivateJson, writePrivateJson } from '../contract/private-file.ts';

/** A value that JSON can hold, with fields. */
export type Json = Readonly<Record<string, unknown>>;

const FILE = 'devices.json';

/**
 * What was kept, each read by `restore`.
 * @param title the family's name, for the hint
 * @throws HubError `storage` when the file or one of its entries is damaged
 */
export function loadKnown<T>(
  folder: string,
  title: string,
  restore: (kept: unknown) => T | undefined,
): T[] {
  const file = path.join(folder, FILE);
  let read: unknown;
  try {
    read = readPrivateJson(file);
  } catch (error) {
    throw damaged(file, title, error);
  }
  if (read === null) return [];
  const kept: unknown = (read as Partial<Record<string, unknown>>).devices;
  if (!Array.isArray(kept)) throw damaged(file, title);
  return kept.map((entry) => {
    const known = restore(entry);
    if (known === undefined) throw damaged(file, title);
    return known;
  });
}

/** Keeps all of them. */
export function saveKnown(folder: string, kept: readonly Json[]): void {
  writePrivateJson(path.join(folder, FILE), { version: 1, devices: kept });
}

function damaged(file: string, title: string, cause?: unknown): HubError {
  return new HubError('storage', `${file} is damaged`, {
    hint: `Put it back from a backup, or move it away and add the ${title} devices again.`,
    zh: { message: `${file} 已损坏`, hint: `请从备份恢复，或移走它并重新添加 ${title} 设备。` },
    cause,
  });
}
