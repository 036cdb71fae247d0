// The scenes' part of the core: takes what happened, decides which scenes run, and asks the world for what they do.
// Pure but for its tables: no clock, no timer, no chance. One thing is worked off before the next is looked at.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandRecord } from '../../hub/model/command.ts';
import { HubError, NotFoundError, type Problem } from '../../hub/model/errors.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type { DeviceId, NotificationId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { both } from '../language/words.ts';
import { depthAfter } from './causality.ts';
import { noteAvailability, sweepBaselines, takeBaseline } from './crossings.ts';
import { breakerKey, Decisions, restProblem } from './decisions.ts';
import { Engine } from './engine.ts';
import type { IndexEntry } from './entries.ts';
import { Holds } from './holds.ts';
import type { KeptScenes } from './kept-scenes.ts';
import { isKept, Loading } from './loading.ts';
import type { Pressed } from './run-steps.ts';
import { Runs } from './runs.ts';
import { placeProblem, Schedules } from './schedules.ts';
import type { SceneTables } from './tables.ts';
import type { Hit } from './texts.ts';
import { type Changed, isStateMet } from './triggers/state.ts';

export { sceneTables } from './tables.ts';
export type { SceneTables };

/**
 * The scenes of a home. Between `createEvaluator` and `restored` scenes are only loaded: what the tables hold is
 * taken up by `restored`, once. Every call is worked off whole; one that comes meanwhile is worked off after it.
 */
export class Evaluator {
  readonly #engine: Engine;
  readonly #runs: Runs;
  readonly #holds: Holds;
  readonly #schedules: Schedules;
  readonly #decisions: Decisions;
  readonly #loading: Loading;
  #isBusy = false;

  constructor(tables: SceneTables, kept: KeptScenes | null) {
    this.#engine = new Engine(tables);
    this.#holds = new Holds(this.#engine);
    this.#schedules = new Schedules(this.#engine);
    this.#runs = new Runs(this.#engine, {
      recheck: (loaded, world) => this.#decisions.recheck(loaded, world),
      start: (step, caller, world) => this.#decisions.startByScene(step, caller, world),
      ended: (trace) => this.#decisions.ended(trace),
    });
    this.#decisions = new Decisions(this.#engine, this.#runs);
    const [runs, holds, schedules] = [this.#runs, this.#holds, this.#schedules];
    const parts = { runs, holds, schedules, decisions: this.#decisions };
    this.#loading = new Loading(this.#engine, parts, kept);
  }

  /** Sets a scene, new or edited. One that cannot be compiled is kept with its problem and does not run. */
  setScene(record: SceneRecord, world: SceneWorld): void {
    this.#work(() => {
      this.#loading.load(record, world);
      if (this.#loading.isLive) this.#noteSwitched(record, world);
    });
  }

  /** The household did not switch a scene as another one wanted. */
  notSwitched(scene: SceneId, problem: Problem, world: SceneWorld): void {
    this.#work(() => {
      if (!this.#engine.tables.switches.has(scene)) return;
      this.#engine.tables.switches.delete(scene);
      this.#runs.switched(scene, problem, world);
    });
  }

  #noteSwitched({ id, enabled }: SceneRecord, world: SceneWorld): void {
    if (this.#engine.tables.switches.get(id)?.enabled !== enabled) return;
    this.#engine.tables.switches.delete(id);
    this.#runs.switched(id, null, world);
  }

  /** What the household had not done when the hub stopped is asked for again. */
  #askAgain(world: SceneWorld): void {
    for (const [id, { enabled, by, author }] of this.#engine.tables.switches.entries()) {
      const scene = id as SceneId;
      const loaded = this.#engine.scenes.get(scene);
      if (loaded === undefined) this.#engine.tables.switches.delete(id);
      else if (loaded.record.enabled === enabled) this.#noteSwitched(loaded.record, world);
      else world.switchScene({ scene, enabled, by, author });
    }
  }

  /** Removes a scene with all that it has open. */
  removeScene(id: SceneId, world: SceneWorld): void {
    this.#work(() => {
      const loaded = this.#engine.scenes.get(id);
      if (loaded === undefined) return;
      this.#loading.unload(loaded);
      this.#engine.scenes.delete(id);
      if (this.#loading.isLive)
        this.#loading.forget(id, world, both('the scene was removed', '场景已删除'));
    });
  }

  /** A reported value has changed. */
  changed(change: ChangeInput, world: SceneWorld): void {
    const { device, property } = change;
    const entries = this.#engine.index.lookup(device, property);
    const isWaitedFor = this.#runs.isWaitedFor(device, property);
    if (entries.length === 0 && !isWaitedFor) return;
    this.#work(() => {
      if (isWaitedFor) this.#runs.changed(change, world);
      const isReconnect = change.cause.kind === 'reconnect' || change.cause.kind === 'restore';
      const isBaseline = takeBaseline(this.#engine.tables, device, property);
      const changed: Changed = { change, isReconnect, isBaseline };
      let last: SceneId | null = null;
      for (const entry of entries) {
        if (entry.kind === 'holds') {
          const program = this.#engine.activeProgram(entry.scene);
          const held = { id: device, property };
          const hooks = this.#decisions.holdHooks(world);
          if (program) this.#holds.look(program, entry.trigger, held, world, hooks);
          continue;
        }
        if (entry.kind === 'plan') {
          const program = this.#engine.activeProgram(entry.scene);
          const hooks = this.#decisions.scheduleHooks(world);
          if (program) this.#schedules.retime(program, entry.trigger, world, hooks);
          continue;
        }
        // Several triggers of a scene that one change meets are one occasion; each is looked at, since some remember.
        if (!isStateMet(this.#engine.tables, entry, changed) || entry.scene === last) continue;
        const program = this.#engine.activeProgram(entry.scene);
        if (program === null) continue;
        last = entry.scene;
        const depth = depthAfter(change.cause, world.now.wallMs);
        const hit = hitOf(entry, change);
        this.#decisions.occur({ program, hit, cause: change.cause, depth }, world);
      }
    });
  }

  /** A button was pressed. */
  pressed(press: Pressed, world: SceneWorld): void {
    const { device, property, value } = press;
    const entries = this.#engine.index.lookup(device, property);
    if (entries.length === 0 && !this.#runs.isWaitedFor(device, property)) return;
    this.#work(() => {
      this.#runs.pressed(press, world);
      let last: SceneId | null = null;
      for (const entry of [...entries]) {
        if (entry.kind !== 'presses' || entry.scene === last || !entry.values.has(value)) continue;
        const program = this.#engine.activeProgram(entry.scene);
        if (program === null) continue;
        last = entry.scene;
        this.#decisions.occur(
          { program, hit: hitOf(entry, press), cause: { kind: 'device', device }, depth: 0 },
          world,
        );
      }
    });
  }

  /** A device has come within reach or gone out of it. */
  availabilityChanged(device: DeviceId, world: SceneWorld): void {
    this.#work(() => {
      this.#runs.availabilityChanged(device, world);
      const properties = this.#propertiesLookedAt(device, world);
      const numbers: PropertyKey[] = [];
      for (const property of properties) {
        const entries = [...this.#engine.index.lookup(device, property)];
        if (entries.some(({ kind }) => kind === 'crosses')) numbers.push(property);
        for (const entry of entries) {
          const program = entry.kind === 'holds' ? this.#engine.activeProgram(entry.scene) : null;
          if (program === null) continue;
          this.#holds.look(
            program,
            entry.trigger,
            { id: device, property },
            world,
            this.#decisions.holdHooks(world),
          );
        }
      }
      noteAvailability(this.#engine.tables, device, numbers, world);
    });
  }

  #propertiesLookedAt(device: DeviceId, world: SceneWorld): readonly PropertyKey[] {
    const described = world.device(device)?.description.properties ?? [];
    const own = this.#engine.index.propertiesOf(device);
    return [...new Set([...own, ...described.map(({ key }) => key)])].sort();
  }

  /** A command of some run has ended, or was taken by the device. */
  commandEnded(record: CommandRecord, world: SceneWorld): void {
    if (record.cause.kind !== 'scene') return;
    this.#work(() => this.#runs.commandEnded(record, world));
  }

  /** A message of some run is in the inbox, or never will be. */
  notified(id: NotificationId, problem: Problem | null, world: SceneWorld): void {
    this.#work(() => this.#runs.notified(id, problem, world));
  }

  /** A deadline that was armed here has come. */
  due(key: string, world: SceneWorld): void {
    this.#work(() => {
      const [kind, first = '', ...rest] = key.split('/');
      if (kind === 'run') {
        this.#runs.due(first as RunId, rest.join('/'), world);
        return;
      }
      const scene = first as SceneId;
      if (kind === 'breaker') this.#decisions.mend(scene, world);
      const program = this.#engine.activeProgram(scene);
      if (program === null) return;
      if (kind === 'hold')
        this.#holds.due(program, rest.join('/'), world, this.#decisions.holdHooks(world));
      if (kind === 'at')
        this.#schedules.due(program, Number(rest[0]), world, this.#decisions.scheduleHooks(world));
    });
  }

  /** Time has passed, or the clock's state is another: times of day are planned anew where the clock was set. */
  tick(world: SceneWorld): void {
    this.#work(() => {
      sweepBaselines(this.#engine.tables, world);
      if (this.#loading.isLive) this.#replan(world);
    });
  }

  #replan(world: SceneWorld): void {
    if (!this.#schedules.hasMoved(world)) return;
    // Deadlines of an earlier boot go by wall time, so they lie elsewhere now.
    this.#runs.rearm(world);
    this.#holds.rearm(world);
    for (const id of [...this.#engine.scenes.keys()].sort()) {
      const program = this.#engine.activeProgram(id);
      if (program) this.#schedules.plan(program, world, this.#decisions.scheduleHooks(world));
    }
  }

  /** The home, its rooms or its devices were changed. */
  homeChanged(world: SceneWorld): void {
    this.#engine.forgetNames();
    this.#engine.civil(world);
    this.#loading.homeChanged();
    if (this.#engine.scenes.size === 0) return;
    this.#work(() => {
      const stale = new Set<SceneId>();
      const isAnyOther = this.#loading.staleScenes(world, stale);
      if (isAnyOther) {
        for (const [id, { compiled }] of this.#engine.scenes) if (compiled === null) stale.add(id);
      }
      for (const id of [...stale].sort()) {
        const loaded = this.#engine.scenes.get(id);
        if (loaded) this.#loading.load(loaded.record, world);
      }
      if (this.#loading.isLive) this.#replan(world);
    });
  }

  /**
   * Runs a scene because somebody asked.
   * @throws NotFoundError, or HubError `invalid-input` where the scene cannot run, `busy` where its mode does not let it.
   */
  runNow(id: SceneId, checkWhile: boolean, cause: Cause, world: SceneWorld): RunTrace {
    return this.#work(() => {
      const loaded = this.#engine.scenes.get(id);
      if (loaded === undefined) throw new NotFoundError('scene', id);
      if (loaded.compiled === null) {
        throw new HubError('invalid-input', loaded.problem?.message ?? 'The scene cannot run', {
          hint: loaded.problem?.hint ?? undefined,
        });
      }
      const result = this.#decisions.startByHand(loaded, cause, checkWhile, world);
      if ('id' in result) return result;
      throw new HubError('busy', `${loaded.record.name} was not started: ${result.en}`, {
        hint: 'Wait until it has ended, or end it first.',
      });
    });
  }

  /** Ends a run. @throws NotFoundError where it is not under way. */
  cancel(id: RunId, cause: Cause, world: SceneWorld): RunTrace {
    return this.#work(() => {
      const byWhom = cause.kind === 'member' || cause.kind === 'local';
      const note = byWhom
        ? both('Ended by hand', '已手动结束')
        : both('Ended from outside', '已从外部结束');
      const trace = this.#runs.cancel(id, world, note);
      if (trace === null)
        throw new NotFoundError('run', id, { hint: 'It may have ended already.' });
      return trace;
    });
  }

  /**
   * Takes up what the tables hold, once all settings were given. `lastAliveMs` is the wall time of the newest thing
   * that is known from before; without it the newest report of a device is taken.
   */
  restored(world: SceneWorld, lastAliveMs: number | null = null): void {
    this.#work(() => {
      this.#loading.isLive = true;
      this.#schedules.hasMoved(world);
      const gapMs = this.#gapMs(world, lastAliveMs);
      const { scenes: states } = this.#engine.tables;
      for (const id of states.keys()) {
        if (!this.#engine.scenes.has(id as SceneId)) {
          this.#loading.forget(id as SceneId, world, both('the scene was removed', '场景已删除'));
        }
      }
      const kept = new Set<SceneId>();
      for (const [id, loaded] of [...this.#engine.scenes].sort(byId)) {
        const state = states.get(id);
        if (isKept(loaded, state)) kept.add(id);
        else this.#loading.adopt(loaded, null, world);
        if (state?.broken) world.arm(breakerKey(id as SceneId), state.broken.until);
      }
      this.#runs.restored(world, gapMs);
      this.#askAgain(world);
      for (const id of kept) {
        const program = this.#engine.activeProgram(id);
        if (program === null) continue;
        this.#holds.restored(program, gapMs, world, this.#decisions.holdHooks(world));
        this.#schedules.plan(program, world, this.#decisions.scheduleHooks(world));
      }
    });
  }

  /** How long the hub was off; infinite where that cannot be known: another boot, and a clock that nobody confirmed. */
  #gapMs(world: SceneWorld, lastAliveMs: number | null): number {
    const isOtherBoot = this.#runs.isOfOtherBoot(world) || this.#holds.isOfOtherBoot(world);
    if (isOtherBoot && world.clock !== 'synced') return Number.POSITIVE_INFINITY;
    return Math.max(0, world.now.wallMs - (lastAliveMs ?? newestReport(world)));
  }

  /** What keeps scenes from running: a device that is gone, a runaway that rests. */
  problems(): ReadonlyMap<SceneId, Problem> {
    const found = new Map<SceneId, Problem>();
    for (const [id, { problem, record, compiled }] of this.#engine.scenes) {
      const broken = this.#engine.tables.scenes.get(id)?.broken;
      if (problem) found.set(id, problem);
      else if (broken) found.set(id, restProblem(record.name, broken.why));
      else if (compiled?.needsPlace && !this.#engine.hasPlace)
        found.set(id, placeProblem(record.name));
    }
    return found;
  }

  /** Wall time of the scene's next time-of-day trigger. */
  nextAt(id: SceneId): number | null {
    const program = this.#engine.activeProgram(id);
    return program && this.#schedules.nextAt(program);
  }

  /** Traces of the runs under way and waiting their turn, oldest first. */
  activeRuns(world: SceneWorld): RunTrace[] {
    return this.#runs.all(world);
  }

  /** Runs one thing to its end, and then what it caused to be asked meanwhile. */
  #work<Result>(work: () => Result): Result {
    if (this.#isBusy) {
      // Only what has no result is called from inside: outcomes and changes that the world tells at once.
      this.#engine.later.push(work);
      return undefined as Result;
    }
    this.#isBusy = true;
    try {
      return work();
    } finally {
      this.#isBusy = false;
      const next = this.#engine.later.shift();
      if (next) this.#work(next);
    }
  }
}

/** Makes the scenes' part of a core over its tables; `kept` is asked for scenes until `restored`. */
export function createEvaluator(tables: SceneTables, kept: KeptScenes | null = null): Evaluator {
  return new Evaluator(tables, kept);
}

function hitOf({ trigger, item }: IndexEntry, { device, property, value }: Pressed): Hit {
  return { trigger, item, device, property, value };
}

/** The newest sign of life from before, for want of a better one. */
function newestReport(world: SceneWorld): number {
  let newest = 0;
  for (const id of world.devices()) {
    for (const { atMs } of Object.values(world.live(id)?.properties ?? {})) {
      if (atMs !== null && atMs > newest && atMs <= world.now.wallMs) newest = atMs;
    }
  }
  return newest;
}

function byId(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
