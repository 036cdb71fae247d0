// An adapter's small files of state: private to the hub, and whole at every moment.
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { HubError } from '../../hub/model/errors.ts';
import type { Words } from '../../hub/model/words.ts';

/**
 * Puts the text in place of what the file held, of mode 0600: a temporary file in the same folder, fsync, rename, fsync
 * of the folder. @throws the system's error; the old file then stands
 */
export function writePrivateText(file: string, text: string): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporary = `${file}.new`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  const entry = openSync(folder, 'r');
  try {
    fsyncSync(entry);
  } finally {
    closeSync(entry);
  }
}

/** As `writePrivateText`, of JSON. */
export function writePrivateJson(file: string, content: unknown): void {
  writePrivateText(file, `${JSON.stringify(content)}\n`);
}

/** What the file holds; null where there is none. @throws SyntaxError for what is not JSON */
export function readPrivateJson(file: string): unknown {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as unknown) : null;
}

/**
 * The list that a file holds under a key; empty where there is no file.
 * @param read gives an entry as it is used, or undefined when it is damaged
 * @param again what the household does anew when the file cannot be put back, such as "add the devices again"
 * @throws HubError `storage` when the file or one of its entries is damaged
 */
export function readPrivateList<T>(
  file: string,
  key: string,
  read: (entry: unknown) => T | undefined,
  again: Words,
): T[] {
  const damaged = (cause?: unknown) =>
    new HubError('storage', `${file} is damaged`, {
      hint: `Put it back from a backup, or move it away and ${again.en}.`,
      zh: { message: `${file} 已损坏`, hint: `请从备份恢复，或移走它并${again.zh}。` },
      cause,
    });
  let content: unknown;
  try {
    content = readPrivateJson(file);
  } catch (error) {
    throw damaged(error);
  }
  if (content === null) return [];
  const list = (Object(content) as Readonly<Record<string, unknown>>)[key];
  if (!Array.isArray(list)) throw damaged();
  return list.map((entry: unknown) => {
    const value = read(entry);
    if (value === undefined) throw damaged();
    return value;
  });
}
