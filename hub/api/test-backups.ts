// The backups of the test hub: two that it keeps, and a code.
import type { Backups } from '../model/backup.ts';
import { NotFoundError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';

export function testBackups(startJob: (kind: string) => Job): Backups {
  let recipient: string | null = null;
  let kept = ['2026-11-21T030000Z.ingle-backup', '2026-11-20T030000Z.ingle-backup'];
  const demand = (name: string): void => {
    if (!kept.includes(name)) throw new NotFoundError('backup', name);
  };
  return {
    recipient: () => recipient,
    list: async () =>
      kept.map((name) => ({
        name,
        atMs: Date.parse(`${name.slice(0, 10)}T03:00Z`),
        bytes: 41_000,
      })),
    async renewCode() {
      recipient = 'age1test';
      return { code: 'AGE-SECRET-KEY-1TEST', recipient };
    },
    start: async () => startJob('backup'),
    async fileOf(name) {
      demand(name);
      return import.meta.filename;
    },
    async remove(name) {
      demand(name);
      kept = kept.filter((one) => one !== name);
    },
  };
}
