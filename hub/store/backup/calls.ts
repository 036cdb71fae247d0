// The jobs worker's part of backups: one is written at a time, and its state asked for.
import path from 'node:path';
import type { BackupCalls, BackupOrder, BackupState } from '../../model/backup.ts';
import { HubError, toProblem } from '../../model/errors.ts';

/** Where the hub keeps its backups, within its data folder. */
export const BACKUPS_FOLDER = 'backups';

/** What packs and encrypts is loaded with the first call. */
export function createBackupCalls(dataFolder: string): {
  readonly [Name in keyof BackupCalls]: (
    ...args: Parameters<BackupCalls[Name]>
  ) => ReturnType<BackupCalls[Name]> | Promise<ReturnType<BackupCalls[Name]>>;
} {
  let state: BackupState = { kind: 'none' };

  async function write(order: BackupOrder): Promise<void> {
    try {
      const { writeBackup } = await import('./write.ts');
      const file = path.join(dataFolder, BACKUPS_FOLDER, order.name);
      const bytes = await writeBackup(dataFolder, file, order, (progress) => {
        state = { kind: 'writing', progress };
      });
      state = { kind: 'written', kept: { name: order.name, atMs: Date.parse(order.at), bytes } };
    } catch (error) {
      state = { kind: 'failed', problem: toProblem(error) };
    }
  }

  return {
    startBackup(order) {
      if (state.kind === 'writing') {
        throw new HubError('busy', 'A backup is being written already', {
          hint: 'Wait until it is whole.',
          zh: { message: '正在写另一份备份', hint: '请等它写完。' },
        });
      }
      state = { kind: 'writing', progress: { bytes: 0, of: 0 } };
      void write(order);
    },
    backupState: () => state,
    async newRecoveryCode() {
      const age = await import('age-encryption');
      const code = await age.generateX25519Identity();
      return { code, recipient: await age.identityToRecipient(code) };
    },
  };
}
