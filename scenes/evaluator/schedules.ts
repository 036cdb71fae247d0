// Times of day: each happens once on its civil day, whatever the clock does. What came due while the hub was off or
// the clock was wrong is caught up within bounds, and never told twice.
import { deadlineAfter } from '../../hub/model/clock.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { isNotifyingOnly, type Scene } from '../language/scene.ts';
import type { Trigger } from '../language/triggers.ts';
import type { CivilTime, Occurrence } from './civil-time.ts';
import type { CompiledScene } from './compile.ts';
import type { Engine } from './engine.ts';
import type { ScheduleEntry } from './tables.ts';

/** Up to here a time of day is on time: a busy core, a slewed clock. */
const ON_TIME_MS = 30_000;
/** What acts on the home is caught up within this; a message is not: it would tell of what is past. */
const CAUGHT_UP_WITHIN_MS = 600_000;
/** A clock set back by up to as many days repeats nothing. */
const FIRED_KEPT = 8;

/** Nothing is settled yet, and nothing in the past is owed: the clock was not set. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

const KEY = 'at/';

export interface ScheduleHooks {
  /** It is time. `lateMs` is 0 when it is on time. */
  fires(program: CompiledScene, trigger: number, occurrence: Occurrence, lateMs: number): void;
  /** It was time, too long ago. */
  missed(program: CompiledScene, trigger: number, occurrence: Occurrence, lateMs: number): void;
}

export class Schedules {
  readonly #engine: Engine;
  #lastOffsetMs: number | null = null;
  #lastZone: string | null = null;
  #lastClock: string | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Begins anew from now on: nothing that lies in the past is caught up. */
  begin(program: CompiledScene, world: SceneWorld, hooks: ScheduleHooks): void {
    for (const trigger of program.times) {
      const key = keyOf(program.id, trigger);
      const sinceMs = world.clock === 'unset' ? NEVER_MS : world.now.wallMs;
      this.#engine.tables.schedules.set(key, { sinceMs, fired: [], nextMs: null });
      this.#plan(program, trigger, world, hooks);
    }
  }

  /** Settles what came due and plans what is next. */
  plan(program: CompiledScene, world: SceneWorld, hooks: ScheduleHooks): void {
    for (const trigger of program.times) this.#plan(program, trigger, world, hooks);
  }

  due(program: CompiledScene, trigger: number, world: SceneWorld, hooks: ScheduleHooks): void {
    if (program.times.includes(trigger)) this.#plan(program, trigger, world, hooks);
  }

  /** Whether the clock has been set, or the zone or the clock's state has changed, since the last call. */
  hasMoved(world: SceneWorld): boolean {
    const offsetMs = world.now.wallMs - world.now.monoMs;
    const isFirst = this.#lastOffsetMs === null;
    const isStep = Math.abs(offsetMs - (this.#lastOffsetMs ?? offsetMs)) > ON_TIME_MS;
    const isOther = world.home.zone !== this.#lastZone || world.clock !== this.#lastClock;
    // A slow drift is followed too, or many small steps would pass for none.
    if (isFirst || isStep || isOther) {
      this.#lastOffsetMs = offsetMs;
      this.#lastZone = world.home.zone;
      this.#lastClock = world.clock;
    }
    return !isFirst && (isStep || isOther);
  }

  /** Forgets a scene's times. */
  end(scene: SceneId, triggers: Iterable<number>, world: SceneWorld): void {
    for (const trigger of triggers) {
      const key = keyOf(scene, trigger);
      if (!this.#engine.tables.schedules.has(key)) continue;
      this.#engine.tables.schedules.delete(key);
      world.disarm(KEY + key);
    }
  }

  /** Wall time of the scene's next occurrence; null where there is none. */
  nextAt(program: CompiledScene): number | null {
    const times = program.times.flatMap(
      (trigger) => this.#engine.tables.schedules.get(keyOf(program.id, trigger))?.nextMs ?? [],
    );
    return times.length === 0 ? null : Math.min(...times);
  }

  #plan(program: CompiledScene, number: number, world: SceneWorld, hooks: ScheduleHooks): void {
    const { schedules } = this.#engine.tables;
    const key = keyOf(program.id, number);
    const trigger = program.scene.when[number];
    if (trigger?.kind !== 'at') return;
    if (world.clock === 'unset') {
      this.#save(key, schedules.get(key), { nextMs: null });
      world.disarm(KEY + key);
      return;
    }
    const nowMs = world.now.wallMs;
    const before: ScheduleEntry = schedules.get(key) ?? { sinceMs: nowMs, fired: [], nextMs: null };
    const civil = this.#engine.civil(world);
    // A clock set back: what lies between now and then has been settled already, and `fired` knows it.
    const sinceMs = Math.min(before.sinceMs, nowMs);
    const came = civil.last(trigger, sinceMs, nowMs);
    const isNew = came !== null && !before.fired.includes(occurrenceKey(came, trigger));
    const fired =
      came !== null && isNew
        ? [...before.fired, occurrenceKey(came, trigger)].slice(-FIRED_KEPT)
        : before.fired;
    const next = nextNew(civil, trigger, nowMs, fired);
    this.#save(key, before, {
      sinceMs: came === null ? sinceMs : came.wallMs,
      fired,
      nextMs: next?.wallMs ?? null,
    });
    if (next === null) world.disarm(KEY + key);
    else world.arm(KEY + key, deadlineAfter(world.now, world.bootId, next.wallMs - nowMs));
    if (came === null || !isNew) return;
    const lateMs = nowMs - came.wallMs;
    if (lateMs <= ON_TIME_MS) hooks.fires(program, number, came, 0);
    else if (lateMs <= caughtUpWithin(program.scene)) hooks.fires(program, number, came, lateMs);
    else hooks.missed(program, number, came, lateMs);
  }

  #save(key: string, before: ScheduleEntry | undefined, change: Partial<ScheduleEntry>): void {
    const after: ScheduleEntry = {
      ...(before ?? { sinceMs: NEVER_MS, fired: [], nextMs: null }),
      ...change,
    };
    const isSame =
      before !== undefined &&
      before.sinceMs === after.sinceMs &&
      before.nextMs === after.nextMs &&
      before.fired === after.fired;
    if (!isSame || !this.#engine.tables.schedules.has(key)) {
      this.#engine.tables.schedules.set(key, after);
    }
  }
}

function caughtUpWithin(scene: Scene): number {
  const { late } = scene.afterOutage;
  if (late.kind === 'run') return Number.POSITIVE_INFINITY;
  if (late.kind === 'skip') return late.overMs;
  return isNotifyingOnly(scene) ? 0 : CAUGHT_UP_WITHIN_MS;
}

/** The next occurrence that has not happened yet: after a clock was set back, that is not always the nearest. */
function nextNew(
  civil: CivilTime,
  trigger: Extract<Trigger, { kind: 'at' }>,
  afterMs: number,
  fired: readonly string[],
): Occurrence | null {
  let next = civil.next(trigger, afterMs);
  for (let tried = 0; next && tried < FIRED_KEPT; tried++) {
    if (!fired.includes(occurrenceKey(next, trigger))) return next;
    next = civil.next(trigger, next.wallMs);
  }
  return next;
}

function occurrenceKey(occurrence: Occurrence, trigger: Extract<Trigger, { kind: 'at' }>): string {
  return `${occurrence.day}/${trigger.minute}`;
}

function keyOf(scene: SceneId, trigger: number): string {
  return `${scene}/${trigger}`;
}
