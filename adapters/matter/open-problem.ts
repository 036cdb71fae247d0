// Why the Matter stack did not come up, in words for the household.
import type { Problem } from '../../hub/model/errors.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB, as node:sqlite gives them. */
const DAMAGED = new Set([11, 26]);

/** Why matter.js did not start, and what can be done about it. */
export function openProblem(error: unknown): Problem {
  const text = error instanceof Error ? error.message : String(error);
  if (/storage-lock|locked/i.test(text)) {
    return {
      code: 'conflict',
      message: "Another process uses Matter's files",
      hint: 'Stop the other hub that runs on this data folder.',
      zh: {
        message: '另一个程序正在使用 Matter 的文件',
        hint: '请停止在这个数据文件夹上运行的另一个中枢。',
      },
    };
  }
  if (DAMAGED.has((error as { errcode?: number }).errcode ?? 0)) {
    return {
      code: 'storage',
      message: 'The database of the Matter devices, matter/hub/storage.db, is damaged',
      hint: 'Restore a backup of the home; or stop the hub, move the folder matter/hub away and add the devices anew.',
      zh: {
        message: 'Matter 设备的数据库 matter/hub/storage.db 已损坏',
        hint: '请恢复家庭备份；或停止中枢，把 matter/hub 文件夹移开，再重新添加设备。',
      },
    };
  }
  return { code: 'internal', message: `matter.js did not start: ${text}`, hint: null };
}
