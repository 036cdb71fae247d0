// Files that others gave: read once, as regular files of a bounded size.
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { HubError } from '../hub/model/errors.ts';
import type { Words } from '../hub/model/words.ts';
import { refuse } from './refusal.ts';

/** Whether what went wrong with a file is that there is none. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** What keeps a file from being read, in plain words. */
function whyUnread(file: string, error: unknown): Words {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') {
    return { en: `There is no file ${file}.`, zh: `没有文件 ${file}。` };
  }
  if (code === 'EACCES') {
    return { en: `You may not read ${file}.`, zh: `没有权限读取 ${file}。` };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { en: `${file}: ${text}.`, zh: `${file}：${text}。` };
}

/**
 * Reads a regular file of at most so many bytes, whatever it grows to meanwhile.
 * @throws ValidationError for a file that cannot be read or is too large
 */
export async function readLimited(file: string, bytesMax: number): Promise<Buffer> {
  const tooLarge = () =>
    refuse({
      en: `${path.basename(file)} is larger than ${bytesMax} bytes`,
      zh: `${path.basename(file)} 超过 ${bytesMax} 字节`,
    });
  let bytes: Buffer;
  try {
    const before = await stat(file);
    if (!before.isFile()) throw new Error('it is no regular file');
    if (before.size > bytesMax) return tooLarge();
    const handle = await open(file, 'r');
    try {
      bytes = Buffer.alloc(before.size + 1);
      let length = 0;
      for (;;) {
        const { bytesRead } = await handle.read(bytes, length, bytes.length - length);
        length += bytesRead;
        if (bytesRead === 0 || length === bytes.length) break;
      }
      bytes = bytes.subarray(0, length);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof HubError) throw error;
    const name = path.basename(file);
    return refuse(
      { en: `${name} cannot be read`, zh: `无法读取 ${name}` },
      whyUnread(file, error),
      error,
    );
  }
  return bytes.length > bytesMax ? tooLarge() : bytes;
}

/** As `readLimited`; null where there is no such file. */
export async function readIfThere(file: string, bytesMax: number): Promise<Buffer | null> {
  try {
    return await readLimited(file, bytesMax);
  } catch (error) {
    if (error instanceof HubError && isMissing(error.cause)) return null;
    throw error;
  }
}
