// The inbox's rows in runs.db. They are written in the transaction of the journal records that carry them: that is
// what makes a notification appear once, and only when its intent is on the disk.
import { NotFoundError } from '../model/errors.ts';
import type { NotificationRecord } from '../model/home.ts';
import type { NotificationId } from '../model/identifiers.ts';
import type { JournalRecord } from '../model/journal.ts';
import type { Page } from '../model/store-port.ts';
import { type OpenDatabase, storageError } from './open.ts';

/** Of more than these the oldest that were read go first, then the oldest. */
export const NOTIFICATIONS_MAX = 1000;
/** A page has at most this many. */
export const NOTIFICATIONS_PAGE_MAX = 200;

/** What a journal record does to the inbox. */
export type InboxChange =
  | { readonly kind: 'add'; readonly record: NotificationRecord }
  | { readonly kind: 'remove'; readonly id: string };

/**
 * The changes in one record: the rows it carries, and the removal of a notification whose intent was given up. The
 * latter is a patch of table `intents`, keyed by the notification, whose value's state is `notRecorded`; the same record
 * may open another intent, as where the end of one run lets the next begin.
 */
export function inboxChanges(record: JournalRecord): InboxChange[] {
  const changes: InboxChange[] = [];
  for (const notification of record.notifications ?? []) {
    changes.push({ kind: 'add', record: notification });
  }
  for (const patch of record.patches) {
    if (patch.table !== 'intents') continue;
    const { value } = patch;
    const isGivenUp =
      typeof value === 'object' &&
      value !== null &&
      'state' in value &&
      value.state === 'notRecorded';
    if (isGivenUp) changes.push({ kind: 'remove', id: patch.key });
  }
  return changes;
}

/** Applies changes in order, within the caller's transaction. */
export function applyInboxChanges(database: OpenDatabase, changes: readonly InboxChange[]): void {
  if (changes.length === 0) return;
  const add = database.prepare(
    'INSERT OR IGNORE INTO notifications (id, read_at_ms, body) VALUES (?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM notifications WHERE id = ?');
  for (const change of changes) {
    if (change.kind === 'remove') {
      remove.run(change.id);
    } else {
      const { readAtMs, ...rest } = change.record;
      add.run(rest.id, readAtMs === null ? null : Math.round(readAtMs), JSON.stringify(rest));
    }
  }
  const row = database
    .prepare<[], { count: number }>('SELECT count(*) AS count FROM notifications')
    .get();
  const excess = (row?.count ?? 0) - NOTIFICATIONS_MAX;
  if (excess <= 0) return;
  database
    .prepare(
      `DELETE FROM notifications WHERE position IN
       (SELECT position FROM notifications ORDER BY read_at_ms IS NULL, position LIMIT ?)`,
    )
    .run(excess);
}

/** A page of the inbox, newest first; `before` is the `next` of the page before. */
export function readInbox(
  database: OpenDatabase,
  before: string | null,
  limit: number,
): Page<NotificationRecord> {
  const count = Math.min(Math.max(Math.trunc(limit), 1), NOTIFICATIONS_PAGE_MAX);
  const from = before === null ? Number.MAX_SAFE_INTEGER : Number(before);
  const rows = database
    .prepare<[number, number], { position: number; read_at_ms: number | null; body: string }>(
      `SELECT position, read_at_ms, body FROM notifications
       WHERE position < ? ORDER BY position DESC LIMIT ?`,
    )
    .all(Number.isFinite(from) ? from : 0, count + 1);
  const kept = rows.slice(0, count);
  const last = kept.at(-1);
  return {
    items: kept.map((row) => ({
      // Written by applyInboxChanges from a whole record.
      ...(JSON.parse(row.body) as Omit<NotificationRecord, 'readAtMs'>),
      readAtMs: row.read_at_ms,
    })),
    next: rows.length > count && last !== undefined ? String(last.position) : null,
  };
}

/** Reading it again keeps the first time. @throws NotFoundError */
export function markInboxRead(database: OpenDatabase, id: NotificationId, atMs: number): void {
  try {
    const changed = database
      .prepare('UPDATE notifications SET read_at_ms = coalesce(read_at_ms, ?) WHERE id = ?')
      .run(Math.round(atMs), id);
    if (changed.changes === 0) throw new NotFoundError('notification', id);
  } catch (error) {
    throw storageError(error, 'runs.db could not save that a notification was read');
  }
}

/** Changes what is noted of a message, and gives it as it is now. @throws NotFoundError */
export function changeInbox(
  database: OpenDatabase,
  id: NotificationId,
  change: Pick<NotificationRecord, 'delivery' | 'answer'>,
): NotificationRecord {
  try {
    const row = database
      .prepare<[string], { read_at_ms: number | null; body: string }>(
        'SELECT read_at_ms, body FROM notifications WHERE id = ?',
      )
      .get(id);
    if (row === undefined) throw new NotFoundError('notification', id);
    // Written by applyInboxChanges from a whole record.
    const before = JSON.parse(row.body) as Omit<NotificationRecord, 'readAtMs'>;
    const after = { ...before, ...change };
    database
      .prepare('UPDATE notifications SET body = ? WHERE id = ?')
      .run(JSON.stringify(after), id);
    return { ...after, readAtMs: row.read_at_ms };
  } catch (error) {
    throw storageError(error, 'runs.db could not save what became of a notification');
  }
}
