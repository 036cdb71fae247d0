// Triggers of time: each occurrence comes once, whatever the clock does; intervals by elapsed time go on over every
// step of it. What came due while the hub was off or the clock was wrong is caught up by rule, and never told twice.
import { type Deadline, deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { isNotifyingOnly, type Scene } from '../language/scene.ts';
import type { LateRule, TimeTrigger } from '../language/times.ts';
import type { CompiledScene } from './compile.ts';
import type { Engine } from './engine.ts';
import { type CivilTrigger, timetableOf } from './home-time.ts';
import type { ScheduleEntry } from './tables.ts';
import { clockText, type Occurrence, type Timetable } from './timetable.ts';
import { isTimed } from './triggers/time.ts';

/** Up to here a time is on time: a busy core, a slewed clock. */
const ON_TIME_MS = 30_000;
/** What acts on the home is caught up within this; a message is not: it would tell of what is past. */
const CAUGHT_UP_WITHIN_MS = 600_000;
/** Stretches of time that were lived through are remembered, so many: a clock set back repeats nothing of them. */
const STRETCHES_KEPT = 16;
/** Occurrences that have come already are passed over, so many at once. */
const PASSED_OVER_MAX = 8;
/** Where no occurrence is in sight it is looked for again after this. */
const LOOK_AGAIN_MS = 366 * 86_400_000;

/** Nothing is settled yet, and nothing in the past is owed: the clock was not set. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

const KEY = 'at/';

export interface ScheduleHooks {
  /** It is time. `lateMs` is 0 when it is on time. */
  fires(program: CompiledScene, trigger: number, clock: string, lateMs: number): void;
  /** It was time, too long ago. */
  missed(program: CompiledScene, trigger: number, clock: string, lateMs: number): void;
}

export class Schedules {
  readonly #engine: Engine;
  #lastOffsetMs: number | null = null;
  #lastHome: string | null = null;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Begins anew from now on: nothing that lies in the past is caught up. */
  begin(program: CompiledScene, world: SceneWorld, hooks: ScheduleHooks): void {
    for (const trigger of program.times) {
      const key = keyOf(program.id, trigger);
      const sinceMs = world.clock === 'unset' ? NEVER_MS : world.now.wallMs;
      this.#engine.tables.schedules.set(key, { ...NEW_ENTRY, sinceMs });
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

  /** The value that says a trigger's time is another: what the new time lies before is not owed. */
  retime(program: CompiledScene, trigger: number, world: SceneWorld, hooks: ScheduleHooks): void {
    const { schedules } = this.#engine.tables;
    const key = keyOf(program.id, trigger);
    const before = this.#entry(key);
    if (before !== undefined && before.sinceMs < world.now.wallMs) {
      schedules.set(key, { ...before, sinceMs: world.now.wallMs, last: null });
    }
    this.#plan(program, trigger, world, hooks);
  }

  /** Whether the clock has been set, or what times depend on has changed, since the last call. */
  hasMoved(world: SceneWorld): boolean {
    const offsetMs = world.now.wallMs - world.now.monoMs;
    const isFirst = this.#lastOffsetMs === null;
    const isStep = Math.abs(offsetMs - (this.#lastOffsetMs ?? offsetMs)) > ON_TIME_MS;
    const { zone, place, holidays } = world.home;
    const home = JSON.stringify([zone, place, holidays, world.clock]);
    const isOther = home !== this.#lastHome;
    // A slow drift is followed too, or many small steps would pass for none.
    if (isFirst || isStep || isOther) {
      this.#lastOffsetMs = offsetMs;
      this.#lastHome = home;
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
    const trigger = program.scene.when[number];
    if (trigger === undefined || !isTimed(trigger)) return;
    if (trigger.kind === 'every') this.#planInterval(program, number, trigger, world, hooks);
    else this.#planCivil(program, number, trigger, world, hooks);
  }

  #planCivil(
    program: CompiledScene,
    number: number,
    trigger: CivilTrigger,
    world: SceneWorld,
    hooks: ScheduleHooks,
  ): void {
    const key = keyOf(program.id, number);
    const before = this.#entry(key) ?? { ...NEW_ENTRY, sinceMs: world.now.wallMs };
    if (world.clock === 'unset') {
      this.#save(key, { ...before, nextMs: null });
      world.disarm(KEY + key);
      return;
    }
    const nowMs = world.now.wallMs;
    const timetable = timetableOf(trigger, this.#engine.civil(world));
    // A clock set back: what lies between now and then may come again, unless it has come already.
    const isSetBack = nowMs < before.sinceMs;
    const sinceMs = Math.min(before.sinceMs, nowMs);
    const came = timetable?.last(sinceMs, nowMs) ?? null;
    const isNew = came !== null && !isSettled(before.settled, came.ordinal);
    const last = isSetBack ? null : before.last;
    let after: ScheduleEntry = { ...before, sinceMs, last };
    if (came !== null) {
      // With nothing in between, all from the last one to this one has been lived through.
      const isNext = last !== null && timetable?.last(sinceMs, came.wallMs - 1) === null;
      const settled = settle(before.settled, isNext ? last : null, came.ordinal);
      after = { ...after, sinceMs: came.wallMs, last: came.ordinal, settled };
    }
    const next = timetable && nextNew(timetable, nowMs, after.settled);
    this.#save(key, { ...after, nextMs: next?.wallMs ?? null });
    if (timetable === null) world.disarm(KEY + key);
    else {
      const inMs = next === null ? LOOK_AGAIN_MS : next.wallMs - nowMs;
      world.arm(KEY + key, deadlineAfter(world.now, world.bootId, inMs));
    }
    if (came !== null && isNew) {
      this.#tell(
        program,
        number,
        trigger,
        { clock: came.clock, lateMs: nowMs - came.wallMs },
        hooks,
      );
    }
  }

  /** An interval goes by elapsed time, so by the monotonic clock; over a reboot there is only the one on the wall. */
  #planInterval(
    program: CompiledScene,
    number: number,
    trigger: Extract<TimeTrigger, { kind: 'every' }>,
    world: SceneWorld,
    hooks: ScheduleHooks,
  ): void {
    const { now, bootId, clock } = world;
    const key = keyOf(program.id, number);
    const before = this.#entry(key) ?? NEW_ENTRY;
    const due = before.due ?? deadlineAfter(now, bootId, trigger.ms);
    const leftMs = remainingMs(due, now, bootId);
    const isOtherBoot = due.bootId !== bootId;
    if (isOtherBoot && (clock === 'unset' || leftMs > trigger.ms)) {
      // Nobody knows how long the hub was off.
      this.#await(key, before, deadlineAfter(now, bootId, trigger.ms), world);
      return;
    }
    if (leftMs > 0) {
      // A clock that nobody has confirmed may yet be set: until then the deadline stays one of the wall clock.
      const isKept = !isOtherBoot || clock !== 'synced';
      this.#await(key, before, isKept ? due : deadlineAfter(now, bootId, leftMs), world);
      return;
    }
    const lateMs = -leftMs % trigger.ms;
    this.#await(key, before, deadlineAfter(now, bootId, trigger.ms - lateMs), world);
    const text = clockText(this.#engine.civil(world).localAt(now.wallMs - lateMs));
    this.#tell(program, number, trigger, { clock: text, lateMs }, hooks);
  }

  /** What is kept of a trigger; nothing of one that an earlier version kept in another form. */
  #entry(key: string): ScheduleEntry | undefined {
    const kept = this.#engine.tables.schedules.get(key);
    return kept !== undefined && 'settled' in kept ? kept : undefined;
  }

  #await(key: string, before: ScheduleEntry, due: Deadline, world: SceneWorld): void {
    const leftMs = remainingMs(due, world.now, world.bootId);
    const nextMs = world.clock === 'unset' ? null : world.now.wallMs + leftMs;
    this.#save(key, { ...before, due, nextMs });
    world.arm(KEY + key, due);
  }

  #tell(
    program: CompiledScene,
    number: number,
    trigger: TimeTrigger,
    { clock, lateMs }: { readonly clock: string; readonly lateMs: number },
    hooks: ScheduleHooks,
  ): void {
    if (lateMs <= ON_TIME_MS) hooks.fires(program, number, clock, 0);
    else if (lateMs <= caughtUpWithin(trigger.late, program.scene))
      hooks.fires(program, number, clock, lateMs);
    else hooks.missed(program, number, clock, lateMs);
  }

  #save(key: string, after: ScheduleEntry): void {
    const { schedules } = this.#engine.tables;
    const before = schedules.get(key);
    const isSame =
      before !== undefined &&
      before.sinceMs === after.sinceMs &&
      before.settled === after.settled &&
      before.last === after.last &&
      before.nextMs === after.nextMs &&
      before.due === after.due;
    if (!isSame) schedules.set(key, after);
  }
}

const NEW_ENTRY: ScheduleEntry = {
  sinceMs: NEVER_MS,
  settled: [],
  last: null,
  nextMs: null,
  due: null,
};

/** How late a trigger is still met: by its own rule, else by the scene's. */
function caughtUpWithin(rule: LateRule | null, scene: Scene): number {
  if (rule !== null) {
    if (rule.kind === 'within') return rule.ms;
    return rule.kind === 'once' ? Number.POSITIVE_INFINITY : 0;
  }
  const { late } = scene.afterOutage;
  if (late.kind === 'run') return Number.POSITIVE_INFINITY;
  if (late.kind === 'skip') return late.overMs;
  return isNotifyingOnly(scene) ? 0 : CAUGHT_UP_WITHIN_MS;
}

/** The next occurrence that has not come yet: after a clock was set back, that is not always the nearest. */
function nextNew(
  timetable: Timetable,
  afterMs: number,
  settled: ScheduleEntry['settled'],
): Occurrence | null {
  let next = timetable.next(afterMs);
  for (
    let passed = 0;
    next && passed < PASSED_OVER_MAX && isSettled(settled, next.ordinal);
    passed++
  ) {
    next = timetable.next(next.wallMs);
  }
  return next;
}

function isSettled(settled: ScheduleEntry['settled'], ordinal: number): boolean {
  return settled.some(([from, to]) => ordinal >= from && ordinal <= to);
}

/** Adds all from one occurrence to another to what has come; null: the other alone. */
function settle(
  settled: ScheduleEntry['settled'],
  from: number | null,
  to: number,
): ScheduleEntry['settled'] {
  let [low, high] = [from === null || from > to ? to : from, to];
  const apart = settled.filter(([first, last]) => {
    if (last < low || first > high) return true;
    [low, high] = [Math.min(low, first), Math.max(high, last)];
    return false;
  });
  const all = [...apart, [low, high] as const].sort(([a], [b]) => a - b);
  if (all.length <= STRETCHES_KEPT) return all;
  // What lies furthest from now is the least likely to be lived through again.
  const distance = ([first, last]: readonly [number, number]): number =>
    Math.max(first - to, to - last, 0);
  const furthest = all.reduce((worst, one) => (distance(one) > distance(worst) ? one : worst));
  return all.filter((one) => one !== furthest);
}

function keyOf(scene: SceneId, trigger: number): string {
  return `${scene}/${trigger}`;
}

/** What is said of a scene that goes by the sun in a home whose place nobody has set. */
export function placeProblem(name: string): Problem {
  return {
    code: 'invalid-input',
    message: `${name} goes by the sun, and nobody has said where the home is`,
    hint: "Set the home's place in the settings.",
  };
}
