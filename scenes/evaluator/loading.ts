// Loads scenes: reads and compiles them, keeps the indexes, and begins or ends what they look at when they are set,
// edited, switched or gone. Before the tables are taken up (`isLive`) scenes are only loaded.
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { InputProblem, Problem } from '../../hub/model/errors.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import { HOME_SUBJECTS } from '../../hub/model/home-values.ts';
import type { DeviceId, SceneId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { SceneNames } from '../language/names.ts';
import { type ParsedScene, parseScene } from '../language/parse.ts';
import { subjectsOf } from '../language/scene.ts';
import { both } from '../language/words.ts';
import { type CompiledScene, compileScene } from './compile.ts';
import { breakerKey, type Decisions, NEW_STATE } from './decisions.ts';
import type { Engine, LoadedScene } from './engine.ts';
import type { Holds } from './holds.ts';
import type { KeptScenes } from './kept-scenes.ts';
import type { Runs } from './runs.ts';
import type { Schedules } from './schedules.ts';
import type { SceneStateEntry } from './tables.ts';
import type { Watching } from './watching.ts';

/** What works the scenes that are loaded. */
export interface Parts {
  readonly runs: Runs;
  readonly holds: Holds;
  readonly schedules: Schedules;
  readonly decisions: Decisions;
  readonly watching: Watching;
}

export class Loading {
  readonly #engine: Engine;
  readonly #parts: Parts;
  readonly #scenesByDevice = new Map<DeviceId, Set<SceneId>>();
  readonly #knownDevices = new Map<DeviceId, DeviceRecord>();
  /** Whether the tables have been taken up. */
  isLive = false;
  /** Reads the scenes until the tables are taken up, and is told of what changes later; null: nothing is kept. */
  readonly #kept: KeptScenes | null;

  constructor(engine: Engine, parts: Parts, kept: KeptScenes | null) {
    this.#engine = engine;
    this.#parts = parts;
    this.#kept = kept;
  }

  /** The home or its devices are others. */
  homeChanged(): void {
    this.#kept?.homeChanged();
  }

  /** What the next start is to be given of the scenes that were read; null where it has that. */
  keptText(world: SceneWorld): string | null {
    return this.#kept?.text(this.#engine.scenes.values(), world) ?? null;
  }

  #read(record: SceneRecord, names: SceneNames, world: SceneWorld): ParsedScene {
    if (!this.isLive && this.#kept !== null) return this.#kept.read(record, names, world);
    this.#kept?.sceneChanged();
    return parseScene(record.source, names);
  }

  /** Adds the scenes that name a device which is new, changed or gone; returns whether there is any such device. */
  staleScenes(world: SceneWorld, stale: Set<SceneId>): boolean {
    let isAny = false;
    const touch = (id: DeviceId): void => {
      isAny = true;
      for (const scene of this.#scenesByDevice.get(id) ?? []) stale.add(scene);
    };
    const present = new Set([...world.devices(), ...HOME_SUBJECTS]);
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

  /** Reads and compiles a scene; one that cannot be is kept with its problem. */
  load(record: SceneRecord, world: SceneWorld): void {
    const names = this.#engine.names(world);
    const before = this.#engine.scenes.get(record.id);
    if (this.#knownDevices.size === 0) this.staleScenes(world, new Set());
    if (before) this.unload(before);
    const parsed = this.#read(record, names, world);
    const compiled = parsed.scene ? compileScene(record.id, parsed.scene, names) : null;
    const problem = parsed.scene ? null : sceneProblem(record, parsed.errors);
    const loaded: LoadedScene = { record, compiled, problem };
    this.#engine.scenes.set(record.id, loaded);
    if (compiled) {
      if (record.enabled) {
        const { group } = compiled.scene;
        this.#engine.addEntries(compiled.entries);
        this.#engine.happenings.add(compiled.happenings);
        if (group && !record.shadow) joinGroup(this.#engine.groups, group.name, record.id);
        if (compiled.scene.yieldMs !== undefined) this.#engine.yielding.add(record.id);
      }
      for (const device of subjectsOf(compiled.scene)) {
        const scenes = this.#scenesByDevice.get(device);
        if (scenes) scenes.add(record.id);
        else this.#scenesByDevice.set(device, new Set([record.id]));
      }
    }
    if (!this.isLive) return;
    if (before?.record.name !== record.name) this.#engine.forgetNames();
    if (!isKept(loaded, this.#engine.tables.scenes.get(record.id))) {
      this.adopt(loaded, before ?? null, world);
    }
  }

  /** Takes a scene out of the indexes. */
  unload({ record, compiled }: LoadedScene): void {
    if (compiled === null) return;
    this.#engine.removeEntries(compiled.entries);
    this.#engine.happenings.remove(compiled.happenings);
    this.#engine.yielding.delete(record.id);
    if (compiled.scene.group) {
      this.#engine.groups.get(compiled.scene.group.name)?.delete(record.id);
    }
    for (const device of subjectsOf(compiled.scene)) {
      const scenes = this.#scenesByDevice.get(device);
      scenes?.delete(record.id);
      if (scenes?.size === 0) this.#scenesByDevice.delete(device);
    }
  }

  /** A scene is new, edited, switched on or off, or can run again: its holds and times begin from now. */
  adopt(loaded: LoadedScene, before: LoadedScene | null, world: SceneWorld): void {
    const { record, compiled } = loaded;
    const state = this.#engine.tables.scenes.get(record.id);
    const isEdited = state !== undefined && state.version !== record.version;
    const isOther = isEdited || compiled === null;
    if (isOther && before?.compiled && this.#parts.runs.of(record.id, world).length > 0) {
      this.#engine.keepProgram(before.compiled, before.record.version);
    }
    const keep = sameHolds(before?.compiled ?? null, compiled, record.enabled);
    this.#endLooking(record.id, keep, world);
    if (record.enabled) {
      this.#parts.decisions.pace.edited(
        before?.compiled?.scene ?? null,
        compiled,
        record.id,
        world,
      );
    } else {
      this.#parts.decisions.pace.forget(record.id, world);
    }
    const isActive = record.enabled && compiled !== null;
    this.#engine.tables.scenes.set(record.id, {
      ...(state ?? NEW_STATE),
      version: record.version,
      isActive,
    });
    const wish = this.#engine.tables.switches.get(record.id);
    const mayFinish = wish?.enabled === false && wish.running === 'finish';
    if (!record.enabled && !mayFinish)
      this.#endRuns(record.id, world, both('the scene was switched off', '场景已停用'));
    if (!isActive || compiled === null) return;
    this.#parts.watching.begin(compiled, world);
    this.#parts.holds.begin(compiled, world, this.#parts.decisions.holdHooks(world));
    this.#parts.schedules.begin(compiled, world, this.#parts.decisions.scheduleHooks(world));
  }

  #endLooking(id: SceneId, keep: ReadonlySet<number>, world: SceneWorld): void {
    const { schedules } = this.#engine.tables;
    this.#parts.holds.end(id, keep, world);
    if (schedules.size > 0) {
      const times = schedules.keys().filter((key) => key.startsWith(`${id}/`));
      this.#parts.schedules.end(
        id,
        times.map((key) => Number(key.slice(id.length + 1))),
        world,
      );
    }
    this.#parts.watching.end(id, world);
  }

  #endRuns(id: SceneId, world: SceneWorld, why: Label): void {
    const note = both(`Ended: ${why.en}`, `已结束：${why.zh}`);
    for (const run of this.#parts.runs.of(id, world).reverse())
      this.#parts.runs.cancel(run.id, world, note);
  }

  /** Ends and forgets all that a scene has open. */
  forget(id: SceneId, world: SceneWorld, why: Label): void {
    this.#endRuns(id, world, why);
    this.#endLooking(id, NO_HOLDS, world);
    this.#parts.decisions.pace.forget(id, world);
    this.#engine.tables.scenes.delete(id);
    this.#engine.tables.switches.delete(id);
    this.#parts.runs.keepers.setUndo(id, null, world);
    const { variables } = this.#engine.tables;
    for (const key of variables.keys()) if (key.startsWith(`${id}/`)) variables.delete(key);
    world.disarm(breakerKey(id as SceneId));
  }
}

const NO_HOLDS: ReadonlySet<number> = new Set();

/** The holds that an edit has not touched: they go on, and have not begun anew. */
function sameHolds(
  before: CompiledScene | null,
  after: CompiledScene | null,
  isEnabled: boolean,
): ReadonlySet<number> {
  if (before === null || after === null || !isEnabled) return NO_HOLDS;
  const same = [...after.holds.keys()].filter(
    (number) =>
      JSON.stringify(before.scene.when[number]) === JSON.stringify(after.scene.when[number]),
  );
  return new Set(same);
}

function joinGroup(groups: Map<string, Set<SceneId>>, name: string, scene: SceneId): void {
  const scenes = groups.get(name);
  if (scenes) scenes.add(scene);
  else groups.set(name, new Set([scene]));
}

/** Whether the tables speak of this scene as it is now. */
export function isKept(
  { record, compiled }: LoadedScene,
  state: SceneStateEntry | undefined,
): boolean {
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
