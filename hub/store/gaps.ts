// Stretches of wall time that the hub did not live through, by their end: what did not happen then has no other trace.
import type { HistoryGap } from '../model/explain.ts';
import type { LogEntry } from '../model/journal.ts';
import type { OpenDatabase } from './open.ts';

/** The oldest go; a hub that starts anew each minute fills this in a week. */
export const GAPS_MAX = 10_000;

/** Keeps a gap of that kind, within the caller's transaction. */
export function keepGap(
  database: OpenDatabase,
  { atMs, unlived }: Extract<LogEntry, { kind: 'gap' }>,
): void {
  if (unlived === undefined) return;
  database
    .prepare('INSERT OR REPLACE INTO gaps (to_ms, from_ms, what) VALUES (?, ?, ?)')
    .run(Math.round(atMs), Math.round(unlived.sinceMs), unlived.what);
  database
    .prepare(
      `DELETE FROM gaps WHERE to_ms <
       (SELECT to_ms FROM gaps ORDER BY to_ms DESC LIMIT 1 OFFSET ${GAPS_MAX})`,
    )
    .run();
}

/** The gap around an instant; its ends were lived. */
export function readGap(database: OpenDatabase, atMs: number): HistoryGap | null {
  const row = database
    .prepare<[number], { fromMs: number; toMs: number; what: HistoryGap['what'] }>(
      `SELECT from_ms AS fromMs, to_ms AS toMs, what FROM gaps
       WHERE to_ms > ? ORDER BY to_ms LIMIT 1`,
    )
    .get(atMs);
  return row !== undefined && row.fromMs < atMs ? row : null;
}
