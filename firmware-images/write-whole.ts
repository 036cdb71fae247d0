// Files that are there whole or not at all: temporary file, fsync, rename, fsync of the folder.
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { HubError } from '../hub/model/errors.ts';

/** @throws HubError `storage` where the disk does not take it; what was there before stays */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}.new`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    const folder = await open(path.dirname(file), 'r');
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC';
    throw new HubError(
      'storage',
      isFull
        ? `The disk has no room for ${bytes.length} bytes of firmware`
        : `${path.basename(file)} could not be written`,
      {
        hint: isFull ? 'Make room on the disk and try again. Nothing was changed.' : undefined,
        zh: isFull
          ? {
              message: `磁盘放不下 ${bytes.length} 字节的固件`,
              hint: '请腾出磁盘空间再试。没有任何改动。',
            }
          : { message: `无法写入 ${path.basename(file)}`, hint: null },
        cause: error,
      },
    );
  }
}
