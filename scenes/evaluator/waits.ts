// Waits of runs for whatever can set a scene off. Such a wait is watched as a scene of its own that has this one
// trigger: what it remembers is kept by its name, journalled, and taken up after a restart as that of any scene.
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { DeviceId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { type Scene, subjectsOf } from '../language/scene.ts';
import type { Trigger } from '../language/triggers.ts';
import { type CompiledScene, compileScene } from './compile.ts';
import type { Decisions } from './decisions.ts';
import type { Engine } from './engine.ts';
import type { Holds } from './holds.ts';
import type { Schedules } from './schedules.ts';
import type { Watching } from './watching.ts';

const PREFIX = 'wait_';

/** What watches triggers. */
export interface WaitParts {
  readonly decisions: Decisions;
  readonly holds: Holds;
  readonly schedules: Schedules;
  readonly watching: Watching;
}

/** The name of a wait: the run, and the number of the step with which it began. */
export function waitId(run: RunId, number: number): SceneId {
  return `${PREFIX}${run}.${number}` as SceneId;
}

/** The run that waits, and the number of its step. */
export function waiterOf(id: SceneId): { readonly run: RunId; readonly number: number } {
  const dot = id.lastIndexOf('.');
  return { run: id.slice(PREFIX.length, dot) as RunId, number: Number(id.slice(dot + 1)) };
}

export class Waits {
  readonly #engine: Engine;
  readonly #parts: WaitParts;
  /** The devices that a wait names, as they were when it was compiled. */
  readonly #known = new Map<SceneId, ReadonlyMap<DeviceId, DeviceRecord | undefined>>();

  constructor(engine: Engine, parts: WaitParts) {
    this.#engine = engine;
    this.#parts = parts;
  }

  /** Watches for the trigger; `of` is the scene whose run waits. A wait that the tables know is taken up later. */
  begin(id: SceneId, trigger: Trigger, of: Scene, isNew: boolean, world: SceneWorld): void {
    const { name, room, again, afterOutage } = of;
    const scene: Scene = {
      ...{ name, room, description: null, when: [trigger], while: null, do: [] },
      ...{ again, afterOutage, tests: [] },
    };
    const program = this.#compile(id, scene, world);
    if (!isNew) return;
    const { decisions, holds, schedules, watching } = this.#parts;
    watching.begin(program, world);
    holds.begin(program, world, decisions.holdHooks(world));
    schedules.begin(program, world, decisions.scheduleHooks(world));
  }

  #compile(id: SceneId, scene: Scene, world: SceneWorld): CompiledScene {
    const program = compileScene(id, scene, this.#engine.names(world));
    this.#engine.waits.set(id, program);
    this.#engine.addEntries(program.entries);
    this.#engine.happenings.add(program.happenings);
    this.#known.set(id, new Map(subjectsOf(scene).map((device) => [device, world.device(device)])));
    return program;
  }

  /** Devices, rooms or values of the home are others: waits that name them are compiled again, and go on. */
  homeChanged(world: SceneWorld): void {
    for (const [id, program] of [...this.#engine.waits].sort(byId)) {
      const known = this.#known.get(id) ?? [];
      if ([...known].every(([device, record]) => world.device(device) === record)) continue;
      this.#engine.removeEntries(program.entries);
      this.#engine.happenings.remove(program.happenings);
      this.#compile(id, program.scene, world);
    }
  }

  /** Forgets a wait with all that was remembered for it. */
  end(id: SceneId, world: SceneWorld): void {
    const program = this.#engine.waits.get(id);
    if (program === undefined) return;
    this.#engine.waits.delete(id);
    this.#known.delete(id);
    this.#engine.removeEntries(program.entries);
    this.#engine.happenings.remove(program.happenings);
    this.#parts.holds.end(id, NONE, world);
    this.#parts.schedules.end(id, program.times, world);
    this.#parts.watching.end(id, world);
  }

  /** Takes all waits up after the hub was off for `gapMs`. */
  restored(gapMs: number, world: SceneWorld): void {
    const { decisions, holds, schedules, watching } = this.#parts;
    for (const [, program] of [...this.#engine.waits].sort(byId)) {
      watching.restored(program, gapMs, world);
      holds.restored(program, gapMs, world, decisions.holdHooks(world));
      schedules.plan(program, world, decisions.scheduleHooks(world));
    }
  }

  /** The wall clock was set, or the home's time is another. */
  rearm(world: SceneWorld): void {
    const { decisions, schedules, watching } = this.#parts;
    for (const [, program] of [...this.#engine.waits].sort(byId)) {
      schedules.plan(program, world, decisions.scheduleHooks(world));
      watching.rearm(program, world);
    }
  }
}

const NONE: ReadonlySet<number> = new Set();

function byId(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
