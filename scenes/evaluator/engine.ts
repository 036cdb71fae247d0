// What the parts of the evaluator share: the tables, the scenes that are loaded, who waits for what, names and
// civil time. Everything that is not in a table is worked out anew from the tables and the scenes.
import type { Cause } from '../../hub/model/cause.ts';
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type { DeviceId, RoomId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { type NamedRoom, type NamedScene, roomHandle, type SceneNames } from '../language/names.ts';
import { type CompiledScene, compileScene } from './compile.ts';
import type { Asked } from './conditions/asking.ts';
import type { IndexEntry } from './entries.ts';
import { HappeningIndex } from './happenings.ts';
import { type HomeTime, HomeTimes } from './home-time.ts';
import { pastTruth } from './pasts.ts';
import type { RunEntry, SceneTables } from './tables.ts';
import { TriggerIndex } from './trigger-index.ts';

/** So many things are remembered of a part at most; one that says more is said anew. */
const SAID_MAX = 500;

/** A scene as it was set. Without `compiled` it cannot run, and `problem` says why. */
export interface LoadedScene {
  readonly record: SceneRecord;
  readonly compiled: CompiledScene | null;
  readonly problem: Problem | null;
}

export class Engine {
  readonly tables: SceneTables;
  readonly scenes = new Map<SceneId, LoadedScene>();
  readonly index = new TriggerIndex();
  /** Who looks at each report, of the same value too. */
  readonly reports = new TriggerIndex();
  /** Who looks at commands: by the property that is set, or by the command's name. */
  readonly commands = new TriggerIndex();
  /** Scenes that give way to people. */
  readonly yielding = new Set<SceneId>();
  readonly happenings = new HappeningIndex();
  /** The scenes of each group. */
  readonly groups = new Map<string, Set<SceneId>>();
  /** What is done once the thing at hand is worked off whole. */
  readonly later: (() => void)[] = [];
  /** Begins the scene that a branch of a run is to begin; the runs put it here. */
  launch: (run: RunId, branch: number, world: SceneWorld) => void = () => undefined;
  /** What runs wait for, each watched as a scene of its own. */
  readonly waits = new Map<SceneId, CompiledScene>();
  /** A wait is over; the runs put it here. */
  waitMet: (wait: SceneId, world: SceneWorld) => void = () => undefined;
  /** Ends all runs of a scene because another one says so; the runs put it here. */
  cancelAll: (scene: SceneId, by: SceneId, world: SceneWorld) => void = () => undefined;
  /** Puts back what the last run of a scene has changed; the runs put it here. */
  undoLast: (scene: SceneId, cause: Cause, world: SceneWorld) => void = () => undefined;
  /** Runs of a scene, under way and queued; the runs put it here. */
  runsOf: (scene: SceneId, world: SceneWorld) => readonly RunEntry[] = () => [];
  readonly #oldPrograms = new Map<string, CompiledScene>();
  readonly #times = new HomeTimes();
  #nameCounts: Map<string, number> | null = null;
  #names: { readonly world: SceneWorld; readonly names: SceneNames } | null = null;
  #said = new WeakMap<object, Map<string, Label>>();
  /** Fresh ids: the number of the input, and a count within it. */
  #idSeq = -1;
  #idCount = 0;

  constructor(tables: SceneTables) {
    this.tables = tables;
  }

  /** Whether the home has a place, as far as its sun has been asked for. */
  get hasPlace(): boolean {
    return this.#times.hasPlace;
  }

  /** Civil time of the home, with its holidays and its sun. */
  civil(world: SceneWorld): HomeTime {
    return this.#times.of(world);
  }

  /** What a condition may ask about its cause and about scenes. `except`: the run at hand, which does not count. */
  asked(
    scene: SceneId,
    cause: RunTrace['cause'] | null,
    world: SceneWorld,
    except: RunId | null = null,
    triggerId: string | null = null,
  ): Asked {
    const running = (of: SceneId): RunEntry[] =>
      this.runsOf(of, world).filter(({ id, state }) => id !== except && state === 'running');
    const pasts = this.scenes.get(scene)?.compiled?.pasts ?? [];
    return {
      scene,
      cause,
      triggerId,
      past: (condition) => pastTruth(this, scene, pasts, condition, world),
      runsOf: (of) => running(of).length,
      begunAtMs: (of) => {
        const ended = this.tables.scenes.get(of)?.lastRun?.atMs ?? null;
        const times = running(of).map(({ startedAtMs }) => startedAtMs);
        return ended === null && times.length === 0 ? null : Math.max(ended ?? 0, ...times);
      },
    };
  }

  /** The next run's id. It carries when the run began and how long the chain of causes is, see causality.ts. */
  runId(world: SceneWorld, depth: number): RunId {
    if (this.#idSeq !== world.seq) {
      this.#idSeq = world.seq;
      this.#idCount = 0;
    }
    const parts = [world.now.wallMs, world.seq, this.#idCount, depth].map((part) =>
      part.toString(36),
    );
    this.#idCount += 1;
    // The parts are figures and small letters, which is what a run's id is made of.
    return `run_${parts.join('-')}` as RunId;
  }

  /**
   * Words about a part of a scene, such as a trigger: a home says the same few things again and again. `what` tells
   * apart what can be said of the part.
   */
  said(part: object, what: string, say: () => Label): Label {
    let known = this.#said.get(part);
    if (known === undefined || known.size >= SAID_MAX) {
      known = new Map();
      this.#said.set(part, known);
    }
    let words = known.get(what);
    if (words === undefined) {
      words = say();
      known.set(what, words);
    }
    return words;
  }

  /** The home's names as they are at this input. */
  names(world: SceneWorld): SceneNames {
    if (this.#names?.world !== world) this.#names = { world, names: this.#namesIn(world) };
    return this.#names.names;
  }

  #namesIn(world: SceneWorld): SceneNames {
    return {
      device: (text) => world.device(text as DeviceId) ?? byHandle(world, text),
      room: (text) => namedRoom(world, text),
      handles: () => world.devices().flatMap((id) => world.device(id)?.handle ?? []),
      roomHandles: () => [],
      scene: (text) => this.#namedScene(text),
      sceneHandles: () => [],
      isShared: (name) => (this.#counts(world).get(name) ?? 0) > 1,
    };
  }

  /** Stored scenes name each other by id; one that is gone is told when it is wanted. */
  #namedScene(text: string): NamedScene | undefined {
    if (!text.startsWith('scene_')) return undefined;
    const id = text as SceneId;
    return { id, name: this.scenes.get(id)?.record.name ?? text, handle: text };
  }

  #counts(world: SceneWorld): Map<string, number> {
    if (this.#nameCounts === null) {
      this.#nameCounts = new Map();
      for (const id of world.devices()) {
        const name = world.device(id)?.name ?? '';
        this.#nameCounts.set(name, (this.#nameCounts.get(name) ?? 0) + 1);
      }
    }
    return this.#nameCounts;
  }

  /** Called when devices, rooms or scenes were changed. */
  forgetNames(): void {
    this.#nameCounts = null;
    this.#said = new WeakMap();
  }

  /** Puts a scene's entries where what they wait for is looked up. */
  addEntries(entries: readonly IndexEntry[]): void {
    for (const [index, own] of this.#byIndex(entries)) index.add(own);
  }

  removeEntries(entries: readonly IndexEntry[]): void {
    for (const [index, own] of this.#byIndex(entries)) index.remove(own);
  }

  #byIndex(entries: readonly IndexEntry[]): [TriggerIndex, readonly IndexEntry[]][] {
    return [
      [this.reports, entries.filter(({ kind }) => kind === 'reports')],
      [this.commands, entries.filter(({ kind }) => kind === 'commanded')],
      [this.index, entries.filter(({ kind }) => kind !== 'reports' && kind !== 'commanded')],
    ];
  }

  /** The program of a scene that is switched on and can run. */
  activeProgram(id: SceneId): CompiledScene | null {
    const loaded = this.scenes.get(id);
    if (loaded === undefined) return this.waits.get(id) ?? null;
    return loaded.record.enabled ? loaded.compiled : null;
  }

  /** The program of a version of a scene: the present one, or one that was kept for its runs. */
  program(scene: SceneId, version: number, world: SceneWorld): CompiledScene | null {
    const loaded = this.scenes.get(scene);
    if (loaded?.compiled && loaded.record.version === version) return loaded.compiled;
    const key = `${scene}@${version}`;
    const kept = this.#oldPrograms.get(key);
    if (kept) return kept;
    const old = this.tables.oldScenes.get(key);
    if (old === undefined) return null;
    const compiled = compileScene(scene, old, this.names(world));
    this.#oldPrograms.set(key, compiled);
    return compiled;
  }

  /** Keeps a version for the runs that go on with it. */
  keepProgram(program: CompiledScene, version: number): void {
    const key = `${program.id}@${version}`;
    this.tables.oldScenes.set(key, program.scene);
    this.#oldPrograms.set(key, program);
  }

  dropProgram(scene: SceneId, version: number): void {
    const key = `${scene}@${version}`;
    if (!this.tables.oldScenes.has(key)) return;
    this.tables.oldScenes.delete(key);
    this.#oldPrograms.delete(key);
  }
}

function byHandle(world: SceneWorld, handle: string): DeviceRecord | undefined {
  if (handle.startsWith('dev_')) return undefined;
  for (const id of world.devices()) {
    const device = world.device(id);
    if (device?.handle === handle) return device;
  }
  return undefined;
}

/** Stored scenes name rooms by id; a room that is gone is no reason for a scene not to run. */
function namedRoom(world: SceneWorld, text: string): NamedRoom | undefined {
  if (!text.startsWith('room_')) return undefined;
  const id = text as RoomId;
  const name = world.room(id)?.name ?? text;
  return { id, name, handle: roomHandle(name) };
}
