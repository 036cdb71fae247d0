// What conditions ask of the past: since when a level has held, and when it last ended. Kept only for the levels that
// some condition asks for, and written only when one begins or ends.
import { type Deadline, deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { SceneNames } from '../language/names.ts';
import type { Scene } from '../language/scene.ts';
import type { StateCondition } from '../language/state.ts';
import type { Engine } from './engine.ts';
import type { IndexEntry } from './entries.ts';
import { ASSUME_HELD_MS, OUTAGE_MIN_MS, type Truth } from './hold.ts';
import { readValue } from './levels.ts';
import { deviceTest, type ValueTest } from './value-tests.ts';

/** A condition on the past. */
export type PastCondition = Extract<StateCondition, { kind: 'held' | 'was' }>;

/** What is kept of a level: since when it is as it is, and when it last ended. */
export interface PastState {
  readonly isTrue: boolean;
  /** Instants stand as deadlines that have come. */
  readonly since: Deadline;
  readonly endedAt: Deadline | null;
}

/** An entry whose level is watched. */
export interface PastEntry {
  readonly kind: 'past';
  readonly past: number;
}

/** A condition on the past with its test, by its number in the scene. */
export interface CompiledPast {
  readonly condition: PastCondition;
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly test: ValueTest;
}

/** The conditions on the past that a scene has anywhere, in the order in which they are written. */
export function compilePasts(scene: Scene, names: Pick<SceneNames, 'device'>): CompiledPast[] {
  const found: CompiledPast[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if (isPast(node)) {
      const { device, property, matcher } = node;
      const test = deviceTest(names, device, property, matcher);
      found.push({ condition: node, device, property, test });
    } else {
      for (const inner of Object.values(node)) walk(inner);
    }
  };
  walk([scene.when, scene.while, scene.do]);
  return found;
}

function isPast(node: object): node is PastCondition {
  return 'kind' in node && (node.kind === 'held' || node.kind === 'was') && 'ms' in node;
}

/** The entries that watch the levels; they stand before those of the scene's triggers. */
export function pastEntries(scene: SceneId, pasts: readonly CompiledPast[]): IndexEntry[] {
  return pasts.map(({ device, property }, past) => ({
    ...{ scene, trigger: -1, item: past, subject: { kind: 'device', device, property } },
    ...{ kind: 'past', past },
  }));
}

function keyOf(scene: SceneId, past: number): string {
  return `${scene}/${past}`;
}

/** Notes that a level has begun or ended. */
export function lookAtPast(
  engine: Engine,
  scene: SceneId,
  pasts: readonly CompiledPast[],
  past: number,
  value: PropertyValue | null,
  world: SceneWorld,
): void {
  const { test } = pasts[past] ?? {};
  if (test === undefined || value === null) return;
  const { pasts: table } = engine.tables;
  const key = keyOf(scene, past);
  const before = table.get(key);
  const isTrue = test(value);
  if (before?.isTrue === isTrue) return;
  const now = deadlineAfter(world.now, world.bootId, 0);
  const endedAt = before?.isTrue ? now : (before?.endedAt ?? null);
  table.set(key, { isTrue, since: now, endedAt });
}

/** Begins to watch: what is so already counts from now. */
export function beginPasts(
  engine: Engine,
  scene: SceneId,
  pasts: readonly CompiledPast[],
  world: SceneWorld,
): void {
  for (const [past, { device, property }] of pasts.entries()) {
    lookAtPast(engine, scene, pasts, past, readValue(world, device, property), world);
  }
}

/** Takes up what was watched after the hub was off for `gapMs`: what nobody saw for long begins anew. */
export function restorePasts(
  engine: Engine,
  scene: SceneId,
  pasts: readonly CompiledPast[],
  gapMs: number,
  world: SceneWorld,
): void {
  const { pasts: table } = engine.tables;
  for (const past of pasts.keys()) {
    const key = keyOf(scene, past);
    const kept = table.get(key);
    const isAnew = gapMs >= OUTAGE_MIN_MS && gapMs > ASSUME_HELD_MS;
    if (kept?.isTrue && isAnew) {
      table.set(key, { ...kept, since: deadlineAfter(world.now, world.bootId, 0) });
    }
  }
  beginPasts(engine, scene, pasts, world);
}

/** Forgets what was watched for a scene. */
export function endPasts(engine: Engine, scene: SceneId): void {
  const { pasts } = engine.tables;
  if (pasts.size === 0) return;
  for (const key of pasts.keys()) if (key.startsWith(`${scene}/`)) pasts.delete(key);
}

/** Whether it was or has been so; and after how long the answer is another one by itself, null where it is not. */
export function pastTruth(
  engine: Engine,
  scene: SceneId,
  pasts: readonly CompiledPast[],
  condition: PastCondition,
  world: SceneWorld,
): { readonly truth: Truth; readonly changesInMs: number | null } {
  const past = pasts.findIndex((one) => one.condition === condition);
  const state = engine.tables.pasts.get(keyOf(scene, past));
  const value = readValue(world, condition.device, condition.property);
  const sinceMs = (instant: Deadline): number =>
    Math.max(0, -remainingMs(instant, world.now, world.bootId));
  if (condition.kind === 'held') {
    if (value === null || state === undefined) return { truth: 'unknown', changesInMs: null };
    if (!state.isTrue) return { truth: 'false', changesInMs: null };
    const leftMs = condition.ms - sinceMs(state.since);
    return leftMs > 0
      ? { truth: 'false', changesInMs: leftMs }
      : { truth: 'true', changesInMs: null };
  }
  if (state?.isTrue && value !== null) return { truth: 'true', changesInMs: null };
  const leftMs = state?.endedAt ? condition.ms - sinceMs(state.endedAt) : 0;
  if (leftMs > 0) return { truth: 'true', changesInMs: leftMs };
  return { truth: state === undefined || value === null ? 'unknown' : 'false', changesInMs: null };
}
