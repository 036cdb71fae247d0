// What was added to the home of one family, in one file of mode 0600 that is always whole. What is kept of each is its
// family's own affair; this file only holds them together.
import path from 'node:path';
import { readPrivateList, writePrivateJson } from '../contract/private-file.ts';

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
  return readPrivateList(path.join(folder, FILE), 'devices', restore, {
    en: `add the ${title} devices again`,
    zh: `重新添加 ${title} 设备`,
  });
}

/** Keeps all of them. */
export function saveKnown(folder: string, kept: readonly Json[]): void {
  writePrivateJson(path.join(folder, FILE), { version: 1, devices: kept });
}
