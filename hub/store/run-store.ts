// The traces in history.db: one row a run, a budget on disk, and near misses that are all alike folded into one row
// that counts them. Without the folding a motion light in daylight would push every telling trace out.
import { crc32 } from 'node:zlib';
import type { Statement } from 'better-sqlite3';
import type { RunId, SceneId } from '../model/identifiers.ts';
import type { RunTrace } from '../model/run.ts';
import type { Page } from '../model/store-port.ts';
import type { OpenDatabase } from './open.ts';
import { packJson, unpackJson } from './packed.ts';

/** What traces may take on disk: the oldest near misses go first, then the oldest runs. */
export const RUN_BYTES_MAX = 50 * 1024 * 1024;
/** A page has at most this many. */
export const RUNS_PAGE_MAX = 200;
/** Rows that are taken away with one commit, so that no commit is long. */
const TRIM_ROWS = 100;
/** What a row takes beside its body: columns, three indexes. */
const ROW_BYTES = 160;

/** A trace as it is stored: packed when it comes, so that a commit is short and what waits for it is a few bytes. */
export interface PackedRun {
  readonly id: RunId;
  readonly scene: SceneId;
  readonly startedAtMs: number;
  /** A near miss, of which those that are alike are folded. */
  readonly isDull: boolean;
  /** Equal for two near misses that are alike. */
  readonly shape: number;
  readonly body: Uint8Array;
}

interface NewestRow {
  readonly position: number;
  readonly id: string;
  readonly dull: number;
  readonly shape: number;
  readonly repeats: number;
  readonly since: number;
  readonly bytes: number;
}

export class RunStore {
  readonly #database: OpenDatabase;
  readonly #bytesMax: number;
  // Prepared once: preparing them for each trace took a tenth of the storage thread's time in a burst of runs.
  readonly #insertion: Statement<unknown[]>;
  readonly #removal: Statement<[number]>;
  readonly #size: Statement<[string], { bytes: number }>;
  readonly #newest: Statement<[string], NewestRow>;
  #bytes: number;

  constructor(database: OpenDatabase, bytesMax = RUN_BYTES_MAX) {
    this.#database = database;
    this.#bytesMax = bytesMax;
    this.#insertion = database.prepare(
      `INSERT INTO runs (id, scene, started_at_ms, dull, shape, repeats, since_ms, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET started_at_ms = excluded.started_at_ms,
         dull = excluded.dull, shape = excluded.shape, body = excluded.body`,
    );
    this.#removal = database.prepare('DELETE FROM runs WHERE position = ?');
    this.#size = database.prepare(
      `SELECT length(body) + ${ROW_BYTES} AS bytes FROM runs WHERE id = ?`,
    );
    this.#newest = database.prepare(
      `SELECT position, id, dull, shape, repeats, coalesce(since_ms, started_at_ms) AS since,
         length(body) + ${ROW_BYTES} AS bytes FROM runs
       WHERE scene = ? ORDER BY started_at_ms DESC, position DESC LIMIT 1`,
    );
    this.#bytes = this.#measure();
  }

  /** Stores a trace, within the caller's transaction; a run that is stored already is replaced by what it has become. */
  put({ id, scene, startedAtMs, isDull, shape, body }: PackedRun): void {
    const stored = this.#bytesOf(id);
    const folded = isDull && stored === null ? this.#foldable(scene, shape) : null;
    if (folded !== null) this.#removal.run(folded.position);
    this.#insertion.run(
      id,
      scene,
      startedAtMs,
      isDull ? 1 : 0,
      shape,
      folded === null ? 0 : folded.repeats + 1,
      folded === null ? null : folded.since,
      body,
    );
    this.#bytes += body.length + ROW_BYTES - (stored ?? 0) - (folded?.bytes ?? 0);
  }

  /** Takes away what is over the budget, a bounded number of rows at a time, within the caller's transaction. */
  trim(): void {
    if (this.#bytes <= this.#bytesMax) return;
    const oldest = this.#database.prepare<[number, number], { position: number; bytes: number }>(
      `SELECT position, length(body) + ${ROW_BYTES} AS bytes FROM runs
       WHERE dull = ? ORDER BY position LIMIT ?`,
    );
    const rows = [...oldest.all(1, TRIM_ROWS), ...oldest.all(0, TRIM_ROWS)];
    for (const row of rows) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#removal.run(row.position);
      this.#bytes -= row.bytes;
    }
  }

  /** To be called when a transaction that stored traces was rolled back. */
  recount(): void {
    this.#bytes = this.#measure();
  }

  #measure(): number {
    const row = this.#database
      .prepare<[], { bytes: number | null }>(
        `SELECT sum(length(body) + ${ROW_BYTES}) AS bytes FROM runs`,
      )
      .get();
    return row?.bytes ?? 0;
  }

  #bytesOf(id: RunId): number | null {
    return this.#size.get(id)?.bytes ?? null;
  }

  /** The scene's newest trace, when it is a near miss of the same shape. */
  #foldable(scene: SceneId, shape: number): NewestRow | null {
    const row = this.#newest.get(scene);
    return row !== undefined && row.dull === 1 && row.shape === shape ? row : null;
  }
}

/** Packs a trace for the store. */
export function packRun(trace: RunTrace): PackedRun {
  return {
    ...{ id: trace.id, scene: trace.scene },
    startedAtMs: Math.round(trace.startedAtMs),
    isDull: trace.state === 'nearMiss',
    shape: shapeOf(trace),
    body: packJson(trace),
  };
}

/** Two near misses are the same when the same thing set them off and each step came out alike, whatever was read. */
function shapeOf(trace: RunTrace): number {
  const { cause } = trace;
  const by = cause.kind === 'device' ? cause.device : cause.kind;
  const steps = trace.steps.map((step) => [step.path, step.kind, step.state]);
  return crc32(JSON.stringify([trace.sceneVersion, trace.state, by, steps]));
}

/** Traces, newest first; `before` is the `next` of the page before. */
export function readRuns(
  database: OpenDatabase,
  filter: { scene: SceneId | null; fromMs: number | null; before: string | null; limit: number },
): Page<RunTrace> {
  const count = Math.min(Math.max(Math.trunc(filter.limit), 1), RUNS_PAGE_MAX);
  const before = parseCursor(filter.before);
  const rows = database
    .prepare<
      unknown[],
      { position: number; started_at_ms: number; repeats: number; body: Uint8Array }
    >(
      `SELECT position, started_at_ms, repeats, body FROM runs
       WHERE (started_at_ms, position) < (?, ?) AND started_at_ms >= ?
       ${filter.scene === null ? '' : 'AND scene = ?'}
       ORDER BY started_at_ms DESC, position DESC LIMIT ?`,
    )
    .all(
      before.startedAtMs,
      before.position,
      filter.fromMs ?? Number.MIN_SAFE_INTEGER,
      ...(filter.scene === null ? [] : [filter.scene]),
      count + 1,
    );
  const kept = rows.slice(0, count);
  const last = kept.at(-1);
  return {
    items: kept.map(toTrace),
    next:
      rows.length > count && last !== undefined ? `${last.started_at_ms}.${last.position}` : null,
  };
}

/** One trace; null when it is not kept, or was folded into a later one like it. */
export function readRun(database: OpenDatabase, id: RunId): RunTrace | null {
  const row = database
    .prepare<[string], { repeats: number; body: Uint8Array }>(
      'SELECT repeats, body FROM runs WHERE id = ?',
    )
    .get(id);
  return row === undefined ? null : toTrace(row);
}

/** The newest trace of a scene that began at the instant or before. */
export function readRunBefore(
  database: OpenDatabase,
  scene: SceneId,
  atMs: number,
): RunTrace | null {
  const row = database
    .prepare<[string, number], { repeats: number; body: Uint8Array }>(
      `SELECT repeats, body FROM runs WHERE scene = ? AND started_at_ms <= ?
       ORDER BY started_at_ms DESC LIMIT 1`,
    )
    .get(scene, Math.floor(atMs));
  return row === undefined ? null : toTrace(row);
}

/** The first trace of a scene that began after the instant, and when the first of those folded into it began. */
export function readRunAfter(
  database: OpenDatabase,
  scene: SceneId,
  atMs: number,
): { readonly trace: RunTrace; readonly sinceMs: number } | null {
  const row = database
    .prepare<[string, number], { repeats: number; since: number; body: Uint8Array }>(
      `SELECT repeats, coalesce(since_ms, started_at_ms) AS since, body FROM runs
       WHERE scene = ? AND started_at_ms > ? ORDER BY started_at_ms LIMIT 1`,
    )
    .get(scene, Math.floor(atMs));
  return row === undefined ? null : { trace: toTrace(row), sinceMs: row.since };
}

function toTrace(row: { repeats: number; body: Uint8Array }): RunTrace {
  // Written by packRun, and its checksum fits.
  const trace = unpackJson(row.body) as RunTrace;
  return row.repeats === 0 ? trace : { ...trace, repeats: row.repeats };
}

function parseCursor(before: string | null): { startedAtMs: number; position: number } {
  const [startedAtMs, position] = (before ?? '').split('.').map(Number);
  if (startedAtMs === undefined || position === undefined) {
    return { startedAtMs: Number.MAX_SAFE_INTEGER, position: Number.MAX_SAFE_INTEGER };
  }
  return { startedAtMs, position };
}
