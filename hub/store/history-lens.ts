// History looked at from one question: single changes by their time, runs of a scene around an instant, and all that
// happened over a stretch in its order. What is not in series yet is decoded once, however often it is asked for.
import type { History, StoredChange } from '../model/explain.ts';
import type { DeviceId } from '../model/identifiers.ts';
import type { PropertyKey } from '../model/properties.ts';
import { readEntries } from './entry-reader.ts';
import { readGap } from './gaps.ts';
import { decodeBatch } from './log-batch.ts';
import type { OpenDatabase } from './open.ts';
import { readRun, readRunAfter, readRunBefore } from './run-store.ts';
import type { Sample } from './sample.ts';
import { decodeChunk } from './series-chunk.ts';
import type { StoredHome } from './stored-home.ts';

interface Series {
  readonly id: number;
  readonly rolled_to: number;
}

/** Damaged rows and chunks are left out. Only good as long as the caller's transaction. */
export function createHistoryLens(database: OpenDatabase | null, stored: StoredHome): History {
  const home = stored.read();
  const fresh = database === null ? () => [] : freshSamples(database);

  function seriesOf(device: DeviceId, property: PropertyKey): Series | null {
    return (
      database
        ?.prepare<[string, string], Series>(
          'SELECT id, rolled_to FROM series WHERE device = ? AND property = ?',
        )
        .get(device, property) ?? null
    );
  }

  function look(
    device: DeviceId,
    property: PropertyKey,
    atMs: number,
    way: 'before' | 'after',
  ): StoredChange | null {
    const series = seriesOf(device, property);
    if (series === null || database === null) return null;
    const isMeant = (sample: Sample): boolean =>
      way === 'before' ? sample.atMs <= atMs : sample.atMs > atMs;
    const pick = (samples: readonly Sample[]): Sample | undefined =>
      way === 'before' ? samples.findLast(isMeant) : samples.find(isMeant);
    const rolled = () => pick(chunkAt(database, series.id, atMs, way));
    const unrolled = () => pick(fresh(series));
    // What is not in series yet is younger than all that is.
    const isRolled = way === 'after' || isFollowed(database, series.id, atMs);
    const found = isRolled ? (rolled() ?? unrolled()) : (unrolled() ?? rolled());
    if (found === undefined) return null;
    const { cause, ...rest } = found;
    return {
      kind: 'change',
      ...rest,
      device,
      property,
      cause: cause ?? { kind: 'device', device },
    };
  }

  return {
    home,
    sceneVersions: (id) => stored.sceneVersions(id),
    changeBefore: (device, property, atMs) => look(device, property, atMs, 'before'),
    changeAfter: (device, property, atMs) => look(device, property, atMs, 'after'),
    run: (id) => (database === null ? null : readRun(database, id)),
    runBefore: (scene, atMs) => (database === null ? null : readRunBefore(database, scene, atMs)),
    runAfter: (scene, atMs) => (database === null ? null : readRunAfter(database, scene, atMs)),
    gapAt: (atMs) => (database === null ? null : readGap(database, atMs)),
    span: () => (database === null ? null : readSpan(database)),
    entries: (fromMs, toMs, wants) =>
      database === null ? [] : readEntries(database, { fromMs, toMs }, wants),
  };
}

/** The samples of the one chunk in which the wanted change stands. */
function chunkAt(
  database: OpenDatabase,
  series: number,
  atMs: number,
  way: 'before' | 'after',
): readonly Sample[] {
  const [bound, order] = way === 'before' ? ['from_ms <= ?', 'DESC'] : ['to_ms > ?', 'ASC'];
  const row = database
    .prepare<[number, number], { body: Uint8Array }>(
      `SELECT body FROM chunks WHERE series = ? AND ${bound} ORDER BY first_seq ${order} LIMIT 1`,
    )
    .get(series, atMs);
  return row === undefined ? [] : orEmpty(() => decodeChunk(row.body));
}

/** Whether a change after the instant is in the series' chunks. */
function isFollowed(database: OpenDatabase, series: number, atMs: number): boolean {
  return (
    database
      .prepare<[number, number]>('SELECT 1 FROM chunks WHERE series = ? AND to_ms > ? LIMIT 1')
      .get(series, atMs) !== undefined
  );
}

/** Changes that are in no series' chunks yet, by series. */
function freshSamples(database: OpenDatabase): (series: Series) => readonly Sample[] {
  let known: Map<number, { row: number; sample: Sample }[]> | null = null;
  const read = (): Map<number, { row: number; sample: Sample }[]> => {
    const found = new Map<number, { row: number; sample: Sample }[]>();
    const rows = database.prepare<[], { id: number; body: Uint8Array }>(
      'SELECT id, body FROM log WHERE kind = 0 ORDER BY id',
    );
    for (const row of rows.iterate()) {
      for (const { series, sample } of orEmpty(() => decodeBatch(row.body).changes)) {
        const samples = found.get(series);
        if (samples) samples.push({ row: row.id, sample });
        else found.set(series, [{ row: row.id, sample }]);
      }
    }
    return found;
  };
  return ({ id, rolled_to }) => {
    known ??= read();
    return (known.get(id) ?? []).filter(({ row }) => row > rolled_to).map(({ sample }) => sample);
  };
}

function readSpan(database: OpenDatabase): { fromMs: number; toMs: number } | null {
  const row = database
    .prepare<[], { oldest: number | null; newest: number | null }>(
      `SELECT min(coalesce((SELECT min(from_ms) FROM chunks), 9e15),
           coalesce((SELECT last_at_ms FROM log ORDER BY id LIMIT 1), 9e15)) AS oldest,
         max(coalesce((SELECT last_at_ms FROM log ORDER BY id DESC LIMIT 1), 0),
           coalesce((SELECT at_ms FROM alive), 0)) AS newest`,
    )
    .get();
  if (!row?.newest || row.oldest === null) return null;
  return { fromMs: Math.min(row.oldest, row.newest), toMs: row.newest };
}

function orEmpty<Item>(read: () => readonly Item[]): readonly Item[] {
  try {
    return read();
  } catch {
    return [];
  }
}
