// Runs that another version of the program has written: what does not have the shape of a run of this one cannot go
// on. It is dropped, and told as an ended run as far as it can be read: no update keeps the hub from starting.
import type { RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { both } from '../language/words.ts';
import type { SceneTables } from './tables.ts';

/** Drops the runs that this version cannot read; how many there were. */
export function dropUnknownRuns({ runs }: SceneTables, world: SceneWorld): number {
  let count = 0;
  for (const [id, entry] of runs.entries()) {
    if (isRun(entry)) continue;
    count += 1;
    runs.delete(id);
    const trace = traceOfUnknown(id as RunId, entry, world);
    if (trace !== null) world.publish(trace);
  }
  return count;
}

const UPDATED = both('Ended: the hub was updated meanwhile', '已结束：中枢期间已更新');
const WAITS: ReadonlySet<unknown> = new Set([
  ...['acts', 'delay', 'wait', 'start', 'switch', 'call', 'branches', 'pause'],
  ...['expect', 'retry', 'keep', 'ramp', 'answer'],
]);
const WITH_DUE: ReadonlySet<unknown> = new Set([
  ...['delay', 'switch', 'pause', 'expect', 'retry', 'keep', 'ramp', 'answer'],
]);

/** Whether all is there that going on needs. Looks at what decides where a run stands, and not at its words. */
function isRun(entry: unknown): boolean {
  if (!isMap(entry)) return false;
  const { id, scene, version, seq, startedAtMs, state, origin, because, cause, until } = entry;
  const { branches, open, kept, steps, nextBranch, done, failures, omitted } = entry;
  return (
    [id, scene].every((one) => typeof one === 'string') &&
    [version, seq, startedAtMs, nextBranch, done, failures, omitted].every(Number.isFinite) &&
    (state === 'queued' || state === 'running') &&
    [origin, because, cause].every(isMap) &&
    isDeadline(until) &&
    [open, kept, steps].every((list) => Array.isArray(list) && list.every(isMap)) &&
    Array.isArray(branches) &&
    branches.every(isBranch)
  );
}

function isBranch(branch: unknown): boolean {
  if (!isMap(branch) || !Number.isFinite(branch.id)) return false;
  const { frames, waiting } = branch;
  return Array.isArray(frames) && frames.every(isFrame) && (waiting === null || isWaiting(waiting));
}

function isFrame(frame: unknown): boolean {
  return isMap(frame) && typeof frame.list === 'string' && Number.isFinite(frame.at);
}

function isWaiting(waiting: unknown): boolean {
  if (!isMap(waiting) || !WAITS.has(waiting.kind)) return false;
  return !WITH_DUE.has(waiting.kind) || isDeadline(waiting.due);
}

function isDeadline(value: unknown): boolean {
  return isMap(value) && Number.isFinite(value.wallMs) && typeof value.bootId === 'string';
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What can be told of it; null where not even its scene can be read. */
function traceOfUnknown(id: RunId, entry: unknown, world: SceneWorld): RunTrace | null {
  if (!isMap(entry) || typeof entry.scene !== 'string') return null;
  const endedAtMs = world.now.wallMs;
  const { version, startedAtMs } = entry;
  const step = { atMs: endedAtMs, path: 'do', kind: 'end', state: 'cancelled' } as const;
  return {
    ...{ id, scene: entry.scene as SceneId, state: 'cancelled', endedAtMs, seq: world.seq },
    sceneVersion: typeof version === 'number' ? version : 0,
    startedAtMs: typeof startedAtMs === 'number' ? startedAtMs : endedAtMs,
    cause: { kind: 'restore' },
    steps: [{ ...step, text: UPDATED }],
    omitted: 0,
    summary: UPDATED,
  };
}
