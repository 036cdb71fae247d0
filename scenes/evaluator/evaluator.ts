// The scenes' part of the core: takes what happened, decides which scenes run, and asks the world for what they do.
// Pure but for its tables: no clock, no timer, no chance. One thing is worked off before the next is looked at.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandRecord } from '../../hub/model/command.ts';
import type { DeviceRecord } from '../../hub/model/device.ts';
import {
  HubError,
  type InputProblem,
  NotFoundError,
  type Problem,
} from '../../hub/model/errors.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type { DeviceId, NotificationId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { parseScene } from '../language/parse.ts';
import { devicesOf } from '../language/scene.ts';
import { both } from '../language/words.ts';
import { depthAfter } from './causality.ts';
import { type CompiledScene, compileScene, type IndexEntry } from './compile.ts';
import { crosses, noteAvailability, sweepBaselines, takeBaseline } from './crossings.ts';
import { breakerKey, Decisions, NEW_STATE, restProblem } from './decisions.ts';
import { Engine, type LoadedScene } from './engine.ts';
import { Holds } from './holds.ts';
import { Runs } from './runs.ts';
import { Schedules } from './schedules.ts';
import type { SceneStateEntry, SceneTables } from './tables.ts';
import type { Hit } from './texts.ts';

export { sceneTables } from './tables.ts';
export type { SceneTables };

/** A button's event. */
export interface PressInput {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
}

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
  readonly #scenesByDevice = new Map<DeviceId, Set<SceneId>>();
  readonly #knownDevices = new Map<DeviceId, DeviceRecord>();
  readonly #later: (() => void)[] = [];
  #isBusy = false;
  #isRestored = false;

  constructor(tables: SceneTables) {
    this.#engine = new Engine(tables);
    this.#holds = new Holds(this.#engine);
    this.#schedules = new Schedules(this.#engine);
    this.#runs = new Runs(this.#engine, {
      recheck: (loaded, world) => {
        const { truth, steps } = this.#decisions.judge(loaded, world);
        return { passes: truth === 'true', steps };
      },
      ended: (trace) => this.#decisions.ended(trace),
    });
    this.#decisions = new Decisions(this.#engine, this.#runs);
  }

  /** Sets a scene, new or edited. One that cannot be compiled is kept with its problem and does not run. */
  setScene(record: SceneRecord, world: SceneWorld): void {
    this.#work(() => this.#load(record, world));
  }

  /** Removes a scene with all that it has open. */
  removeScene(id: SceneId, world: SceneWorld): void {
    this.#work(() => {
      const loaded = this.#engine.scenes.get(id);
      if (loaded === undefined) return;
      this.#unload(loaded);
      this.#engine.scenes.delete(id);
      if (this.#isRestored) this.#forget(id, world, both('the scene was removed', '场景已删除'));
    });
  }

  /** A reported value has changed. */
  changed(change: ChangeInput, world: SceneWorld): void {
    const { device, property } = change;
    const entries = this.#engine.index.lookup(device, property);
    if (entries.length === 0 && !this.#runs.isWaitedFor(device, property)) return;
    this.#work(() => {
      this.#runs.changed(change, world);
      const isReconnect = change.cause.kind === 'reconnect' || change.cause.kind === 'restore';
      const isBaseline = takeBaseline(this.#engine.tables, device, property);
      let last: SceneId | null = null;
      for (const entry of [...entries]) {
        const program = this.#programOf(entry.scene);
        if (program === null) continue;
        if (entry.kind === 'holds') {
          this.#holds.look(
            program,
            entry.trigger,
            { id: device, property },
            world,
            this.#decisions.holdHooks(world),
          );
          continue;
        }
        // Several triggers of a scene that one change meets are one occasion.
        const isMet = this.#isMet(entry, change, isReconnect, isBaseline);
        if (!isMet || entry.scene === last) continue;
        last = entry.scene;
        const depth = depthAfter(change.cause, world.now.wallMs);
        this.#decisions.occur(
          { program, hit: hitOf(entry, change), cause: change.cause, depth },
          world,
        );
      }
    });
  }

  #isMet(
    entry: IndexEntry,
    change: ChangeInput,
    isReconnect: boolean,
    isBaseline: boolean,
  ): boolean {
    switch (entry.kind) {
      case 'becomes': {
        if (isReconnect && !entry.alsoReconnect) return false;
        return (
          entry.test(change.value) && (change.previous === null || !entry.test(change.previous))
        );
      }
      case 'changes':
        return change.previous !== null && (!isReconnect || entry.alsoReconnect);
      case 'crosses': {
        const isFirst = (isReconnect || isBaseline) && !entry.alsoReconnect;
        return crosses(this.#engine.tables, entry, change, isFirst);
      }
      default:
        return false;
    }
  }

  /** A button was pressed. */
  pressed(press: PressInput, world: SceneWorld): void {
    const { device, property, value } = press;
    const entries = this.#engine.index.lookup(device, property);
    if (entries.length === 0 && !this.#runs.isWaitedFor(device, property)) return;
    this.#work(() => {
      this.#runs.pressed(press, world);
      let last: SceneId | null = null;
      for (const entry of [...entries]) {
        if (entry.kind !== 'presses' || entry.scene === last || !entry.values.has(value)) continue;
        const program = this.#programOf(entry.scene);
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
          const program = entry.kind === 'holds' ? this.#programOf(entry.scene) : null;
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
        this.#runs.due(first as RunId, rest[0], world);
        return;
      }
      const scene = first as SceneId;
      if (kind === 'breaker') this.#decisions.mend(scene, world);
      const program = this.#programOf(scene);
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
      if (this.#isRestored) this.#replan(world);
    });
  }

  #replan(world: SceneWorld): void {
    if (!this.#schedules.hasMoved(world)) return;
    for (const id of [...this.#engine.scenes.keys()].sort()) {
      const program = this.#programOf(id);
      if (program) this.#schedules.plan(program, world, this.#decisions.scheduleHooks(world));
    }
  }

  /** The home, its rooms or its devices were changed. */
  homeChanged(world: SceneWorld): void {
    this.#engine.forgetNames();
    if (this.#engine.scenes.size === 0) return;
    this.#work(() => {
      const stale = new Set<SceneId>();
      const isAnyOther = this.#otherDevices(world, stale);
      if (isAnyOther) {
        for (const [id, { compiled }] of this.#engine.scenes) if (compiled === null) stale.add(id);
      }
      for (const id of [...stale].sort()) {
        const loaded = this.#engine.scenes.get(id);
        if (loaded) this.#load(loaded.record, world);
      }
      if (this.#isRestored) this.#replan(world);
    });
  }

  /** Adds the scenes that name a device which is new, changed or gone; returns whether there is any such device. */
  #otherDevices(world: SceneWorld, stale: Set<SceneId>): boolean {
    let isAny = false;
    const touch = (id: DeviceId): void => {
      isAny = true;
      for (const scene of this.#scenesByDevice.get(id) ?? []) stale.add(scene);
    };
    const present = new Set(world.devices());
    for (const id of present) {
      const device = world.device(id);
      if (device === undefined || this.#knownDevices.get(id) === device) continue;
      this.#knownDevices.set(id, device);
      touch(id);
    }
    for (const id of [...this.#knownDevices.keys()]) {
      if (present.has(id)) continue;
      this.#knownDevices.delete(id);
      touch(id);
    }
    return isAny;
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
      this.#isRestored = true;
      this.#schedules.hasMoved(world);
      const gapMs = Math.max(0, world.now.wallMs - (lastAliveMs ?? newestReport(world)));
      const { scenes: states } = this.#engine.tables;
      for (const id of states.keys()) {
        if (!this.#engine.scenes.has(id as SceneId)) {
          this.#forget(id as SceneId, world, both('the scene was removed', '场景已删除'));
        }
      }
      const kept = new Set<SceneId>();
      for (const [id, loaded] of [...this.#engine.scenes].sort(byId)) {
        const state = states.get(id);
        if (isKept(loaded, state)) kept.add(id);
        else this.#adopt(loaded, null, world);
        if (state?.broken) world.arm(breakerKey(id as SceneId), state.broken.until);
      }
      this.#runs.restored(world, gapMs);
      for (const id of kept) {
        const program = this.#programOf(id);
        if (program === null) continue;
        this.#holds.restored(program, gapMs, world, this.#decisions.holdHooks(world));
        this.#schedules.plan(program, world, this.#decisions.scheduleHooks(world));
      }
    });
  }

  /** What keeps scenes from running: a device that is gone, a runaway that rests. */
  problems(): ReadonlyMap<SceneId, Problem> {
    const found = new Map<SceneId, Problem>();
    for (const [id, { problem, record }] of this.#engine.scenes) {
      const broken = this.#engine.tables.scenes.get(id)?.broken;
      if (problem) found.set(id, problem);
      else if (broken) found.set(id, restProblem(record.name, broken.why));
    }
    return found;
  }

  /** Wall time of the scene's next time-of-day trigger. */
  nextAt(id: SceneId): number | null {
    const program = this.#programOf(id);
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
      this.#later.push(work);
      return undefined as Result;
    }
    this.#isBusy = true;
    try {
      return work();
    } finally {
      this.#isBusy = false;
      const next = this.#later.shift();
      if (next) this.#work(next);
    }
  }

  #programOf(id: SceneId): CompiledScene | null {
    const loaded = this.#engine.scenes.get(id);
    return loaded?.record.enabled ? loaded.compiled : null;
  }

  #load(record: SceneRecord, world: SceneWorld): void {
    const names = this.#engine.names(world);
    const before = this.#engine.scenes.get(record.id);
    if (this.#knownDevices.size === 0) this.#otherDevices(world, new Set());
    if (before) this.#unload(before);
    const parsed = parseScene(record.source, names);
    const compiled = parsed.scene ? compileScene(record.id, parsed.scene, names) : null;
    const problem = parsed.scene ? null : sceneProblem(record, parsed.errors);
    const loaded: LoadedScene = { record, compiled, problem };
    this.#engine.scenes.set(record.id, loaded);
    if (compiled) {
      if (record.enabled) this.#engine.index.add(compiled.entries);
      for (const device of devicesOf(compiled.scene)) {
        const scenes = this.#scenesByDevice.get(device);
        if (scenes) scenes.add(record.id);
        else this.#scenesByDevice.set(device, new Set([record.id]));
      }
    }
    if (!this.#isRestored) return;
    if (!isKept(loaded, this.#engine.tables.scenes.get(record.id))) {
      this.#adopt(loaded, before ?? null, world);
    }
  }

  #unload({ record, compiled }: LoadedScene): void {
    if (compiled === null) return;
    this.#engine.index.remove(compiled.entries);
    for (const device of devicesOf(compiled.scene)) {
      const scenes = this.#scenesByDevice.get(device);
      scenes?.delete(record.id);
      if (scenes?.size === 0) this.#scenesByDevice.delete(device);
    }
  }

  /** A scene is new, edited, switched on or off, or can run again: its holds and times begin from now. */
  #adopt(loaded: LoadedScene, before: LoadedScene | null, world: SceneWorld): void {
    const { record, compiled } = loaded;
    const state = this.#engine.tables.scenes.get(record.id);
    const isEdited = state !== undefined && state.version !== record.version;
    if (isEdited && before?.compiled && this.#runs.of(record.id, world).length > 0) {
      this.#engine.keepProgram(before.compiled, before.record.version);
    }
    this.#endLooking(record.id, world);
    const isActive = record.enabled && compiled !== null;
    this.#engine.tables.scenes.set(record.id, {
      ...(state ?? NEW_STATE),
      version: record.version,
      isActive,
    });
    if (!record.enabled)
      this.#endRuns(record.id, world, both('the scene was switched off', '场景已停用'));
    if (!isActive || compiled === null) return;
    this.#holds.begin(compiled, world, this.#decisions.holdHooks(world));
    this.#schedules.begin(compiled, world, this.#decisions.scheduleHooks(world));
  }

  #endLooking(id: SceneId, world: SceneWorld): void {
    const { schedules, crossed } = this.#engine.tables;
    this.#holds.end(id, world);
    if (schedules.size > 0) {
      const times = schedules.keys().filter((key) => key.startsWith(`${id}/`));
      this.#schedules.end(
        id,
        times.map((key) => Number(key.slice(id.length + 1))),
        world,
      );
    }
    if (crossed.size === 0) return;
    for (const key of crossed.keys()) if (key.startsWith(`${id}/`)) crossed.delete(key);
  }

  #endRuns(id: SceneId, world: SceneWorld, why: Label): void {
    const note = both(`Ended: ${why.en}`, `已结束:${why.zh}`);
    for (const run of this.#runs.of(id, world).reverse()) this.#runs.cancel(run.id, world, note);
  }

  #forget(id: SceneId, world: SceneWorld, why: Label): void {
    this.#endRuns(id, world, why);
    this.#endLooking(id, world);
    this.#engine.tables.scenes.delete(id);
    world.disarm(breakerKey(id as SceneId));
  }
}

/** Makes the scenes' part of a core over its tables. */
export function createEvaluator(tables: SceneTables): Evaluator {
  return new Evaluator(tables);
}

function hitOf({ trigger, item }: IndexEntry, { device, property, value }: PressInput): Hit {
  return { trigger, item, device, property, value };
}

/** Whether the tables speak of this scene as it is now. */
function isKept({ record, compiled }: LoadedScene, state: SceneStateEntry | undefined): boolean {
  if (state === undefined) return false;
  return (
    state.version === record.version && state.isActive === (record.enabled && compiled !== null)
  );
}

function sceneProblem(record: SceneRecord, errors: readonly InputProblem[]): Problem {
  const first = errors[0];
  const where = first?.line === undefined ? '' : ` (line ${first.line})`;
  return {
    code: 'invalid-input',
    message: `${record.name} cannot run: ${first?.message ?? 'its file cannot be read'}${where}`,
    hint: 'Edit the scene, or put back what it names.',
    errors,
  };
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
