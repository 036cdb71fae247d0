// Backups of the whole home: one encrypted file each, which only the household's recovery code opens.

import type { Problem } from './errors.ts';
import type { Actor } from './hub-port.ts';
import type { Job } from './job.ts';

/** What stands first in a backup, in clear once it is opened. */
export interface BackupManifest {
  readonly kind: 'ingle-backup';
  /** Of the file's layout. */
  readonly format: 1;
  /** Version of the hub that wrote it. */
  readonly hub: string;
  readonly home: string;
  /** Wall time, UTC, ISO 8601. */
  readonly at: string;
  /** What the folder held when it was written; a file that changed since may be a little longer or shorter. */
  readonly files: number;
  readonly bytes: number;
}

/** One backup that the hub keeps. */
export interface KeptBackup {
  /** Its file's name, such as `2026-11-22T030000Z.ingle-backup`. */
  readonly name: string;
  readonly atMs: number;
  readonly bytes: number;
}

/** What a backup is to be made of. */
export interface BackupOrder {
  /** Whom it is encrypted to: an age recipient, `age1…`. */
  readonly recipient: string;
  readonly name: string;
  readonly hub: string;
  readonly home: string;
  readonly at: string;
}

/** How far a backup is: bytes of the home's files that have gone in, of those that there are. */
export interface BackupProgress {
  readonly bytes: number;
  readonly of: number;
}

/** The backup that is being written, or how the last one ended. */
export type BackupState =
  | { readonly kind: 'none' }
  | { readonly kind: 'writing'; readonly progress: BackupProgress }
  | { readonly kind: 'written'; readonly kept: KeptBackup }
  | { readonly kind: 'failed'; readonly problem: Problem };

/** A new code, and whom it lets the hub encrypt to. */
export interface RecoveryCode {
  /** `AGE-SECRET-KEY-1…`: opens the backups since then. The hub does not keep it. */
  readonly code: string;
  /** `age1…` */
  readonly recipient: string;
}

/** What the jobs worker does for backups. */
export interface BackupCalls {
  /** Begins; how it goes is asked for. @throws HubError `busy` while one is being written */
  startBackup(order: BackupOrder): void;
  backupState(): BackupState;
  newRecoveryCode(): RecoveryCode;
}

export interface Backups {
  /** Whom backups are encrypted to; null: no recovery code was made yet, so there are none. */
  recipient(): string | null;
  /** Newest first. */
  list(): Promise<readonly KeptBackup[]>;
  /** Makes a recovery code in place of the one before, which goes on opening the backups until now. */
  renewCode(actor: Actor): Promise<RecoveryCode>;
  /** @throws ConflictError without a recovery code, or while one is being written */
  start(actor: Actor): Promise<Job>;
  /** Where its file stands. @throws NotFoundError */
  fileOf(name: string): Promise<string>;
  /** @throws NotFoundError */
  remove(name: string, actor: Actor): Promise<void>;
}
