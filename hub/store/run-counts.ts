// How often scenes ran, by what set them off and what became of them; never which scene.
import type { RunCount } from '../model/store-port.ts';
import type { OpenDatabase } from './open.ts';
import { unpackJson } from './packed.ts';

/**
 * Runs that ended since the row `after`, and the newest row now, to go on from. Near misses did not run and are not
 * counted. Null counts nothing: it finds the row to begin from.
 */
export function countRuns(
  database: OpenDatabase,
  after: number | null,
): { counts: RunCount[]; last: number } {
  const last =
    database.prepare<[], { last: number | null }>('SELECT max(position) AS last FROM runs').get()
      ?.last ?? 0;
  if (after === null) return { counts: [], last };
  const rows = database.prepare<[number], { body: Uint8Array }>(
    'SELECT body FROM runs WHERE position > ? AND dull = 0',
  );
  const counts = new Map<string, RunCount>();
  // A fresh file, begun after a damaged one was set aside, numbers its rows anew.
  for (const { body } of rows.iterate(after > last ? 0 : after)) {
    // Written by packRun, and its checksum fits.
    const { cause, state } = unpackJson(body) as { cause: { kind: string }; state: string };
    const key = `${cause.kind} ${state}`;
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { trigger: cause.kind, result: state, count });
  }
  return { counts: [...counts.values()], last };
}
