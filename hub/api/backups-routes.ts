// Backups of the home: their routes, what they take and answer. A job of the kind backup makes one.
import * as v from 'valibot';
import { reauthBody } from './radio-shapes.ts';
import { timeJson } from './shapes.ts';

export const backupJson = v.object({ name: v.string(), at: timeJson, bytes: v.number() });
export type BackupJson = v.InferOutput<typeof backupJson>;

export const backupsJson = v.object({
  /** Whom they are encrypted to, age1…; null: no recovery code was made yet. */
  recipient: v.nullable(v.string()),
  backups: v.array(backupJson),
});
export type BackupsJson = v.InferOutput<typeof backupsJson>;

export const recoveryCodeJson = v.object({ code: v.string(), recipient: v.string() });
export type RecoveryCodeJson = v.InferOutput<typeof recoveryCodeJson>;

export const BACKUP_ROUTES = {
  'GET /api/backups': {
    who: 'owner',
    about: 'The backups of the home that the hub keeps, newest first.',
    answer: backupsJson,
  },
  'POST /api/backups/code': {
    who: 'owner',
    about:
      'Makes the recovery code that opens backups from now on, and shows it this once. The owner gives the password again.',
    body: reauthBody,
    answer: recoveryCodeJson,
    status: 201,
  },
  'GET /api/backups/:name/file': {
    who: 'owner',
    about: 'The file of a backup, encrypted (age).',
  },
  'DELETE /api/backups/:name': { who: 'owner', about: 'Removes a backup.', status: 204 },
} as const;
