// How often a scene may run: debounce (the last trigger counts, once it is quiet), throttle (the first counts),
// cooldown (none counts for a while after a run), and groups of which one scene is under way at a time. What is waited
// for is in a table, so that it outlasts a power cut.
import { type Deadline, deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { durationText } from '../language/literals.ts';
import type { Scene } from '../language/scene.ts';
import { both } from '../language/words.ts';
import type { CompiledScene } from './compile.ts';
import type { Engine } from './engine.ts';
import type { RunEntry } from './tables.ts';
import type { Hit } from './texts.ts';

/** A trigger that waits until it is quiet. */
export interface PendingTrigger {
  readonly hit: Hit;
  readonly cause: RunTrace['cause'];
  readonly depth: number;
  readonly note: Label | null;
  readonly due: Deadline;
}

/** What a scene's pace remembers. */
export interface PaceEntry {
  readonly pending: PendingTrigger | null;
  /** Until then no other trigger begins a run: since the last one began, and since it ended. */
  readonly throttle: Deadline | null;
  readonly cooldown: Deadline | null;
}

const FRESH: PaceEntry = { pending: null, throttle: null, cooldown: null };
const KEY = 'pace/';

/** A debounced trigger that is later than this after an outage is no longer what anybody wants. */
const LATE_MAX_MS = 10 * 60_000;

export class Pace {
  readonly #engine: Engine;
  /** The groups that were entered in the input at hand, since a run may be over at once. */
  #entered = new Map<string, { readonly scene: SceneId; readonly priority: number }>();
  #enteredSeq = -1;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get #table() {
    return this.#engine.tables.pace;
  }

  /** Keeps the trigger until it has been quiet for the scene's debounce; false where the scene has none. */
  debounce(
    { id, scene }: CompiledScene,
    trigger: Omit<PendingTrigger, 'due'>,
    world: SceneWorld,
  ): boolean {
    if (scene.debounceMs === undefined) return false;
    const due = deadlineAfter(world.now, world.bootId, scene.debounceMs);
    this.#set(id, { pending: { ...trigger, due } });
    world.arm(KEY + id, due);
    return true;
  }

  /** The trigger whose time has come; null where there is none, or it is far too late. */
  due(id: SceneId, world: SceneWorld): PendingTrigger | null {
    const pending = this.#table.get(id)?.pending ?? null;
    if (pending === null) return null;
    const leftMs = remainingMs(pending.due, world.now, world.bootId);
    if (leftMs > 0) {
      world.arm(KEY + id, pending.due);
      return null;
    }
    this.#set(id, { pending: null });
    return -leftMs > LATE_MAX_MS ? null : pending;
  }

  /** Why a trigger does not begin a run now; null where it may. */
  whyNot(id: SceneId, world: SceneWorld): Label | null {
    const entry = this.#table.get(id);
    if (entry === undefined) return null;
    const throttledMs = left(entry.throttle, world);
    const restingMs = left(entry.cooldown, world);
    if (throttledMs > 0) {
      const time = durationText(roundUp(throttledMs));
      return both(
        `it has just run, and may again in ${time.en}`,
        `刚执行过，${time.zh}后才可再次执行`,
      );
    }
    if (restingMs > 0) {
      const time = durationText(roundUp(restingMs));
      return both(
        `it rests after its last run for another ${time.en}`,
        `上次执行后还需间隔 ${time.zh}`,
      );
    }
    return null;
  }

  /** A trigger has begun a run. */
  begun({ id, scene }: CompiledScene, world: SceneWorld): void {
    const ms = scene.throttleMs;
    if (ms !== undefined) this.#set(id, { throttle: deadlineAfter(world.now, world.bootId, ms) });
  }

  /** A run has ended. */
  ended(id: SceneId, world: SceneWorld): void {
    const ms = this.#engine.scenes.get(id)?.compiled?.scene.cooldownMs;
    if (ms !== undefined) this.#set(id, { cooldown: deadlineAfter(world.now, world.bootId, ms) });
  }

  /**
   * Whether the scene may enter its group: why it stays out, where one is under way that does not give way to it; else
   * how it enters, which ends those that do. Whoever starts a scene by hand takes the group over.
   */
  group(
    { id, scene }: CompiledScene,
    isByHand: boolean,
    world: SceneWorld,
    end: (run: RunEntry, note: Label) => void,
  ): Label | (() => void) | null {
    const { group } = scene;
    if (group === undefined) return null;
    if (this.#enteredSeq !== world.seq) this.#entered = new Map();
    this.#enteredSeq = world.seq;
    const priority = scene.priority ?? 0;
    const beats = (other: number): boolean =>
      isByHand || (group.wins === 'highest' && priority > other);
    const others = this.#runsOf(group.name, id, world);
    const here = this.#entered.get(group.name);
    const entered = here === undefined || here.scene === id ? [] : [here];
    const inWay = [...others.map(({ scene: other }) => ({ scene: other })), ...entered].find(
      ({ scene: other }) => !beats(this.#priorityOf(other)),
    );
    if (inWay) {
      const name = this.#engine.scenes.get(inWay.scene)?.record.name ?? inWay.scene;
      return both(
        `“${name}” of the group “${group.name}” is under way`,
        `“${group.name}”组的“${name}”正在进行`,
      );
    }
    const name = this.#engine.scenes.get(id)?.record.name ?? id;
    const note = both(
      `Ended: “${name}” of the group “${group.name}” takes over`,
      `已结束：“${group.name}”组的“${name}”接替`,
    );
    return () => {
      for (const run of others) end(run, note);
      this.#entered.set(group.name, { scene: id, priority });
    };
  }

  #priorityOf(scene: SceneId): number {
    return this.#engine.scenes.get(scene)?.compiled?.scene.priority ?? 0;
  }

  /** Runs of the group's other scenes that have something to do, in order. */
  #runsOf(group: string, except: SceneId, world: SceneWorld): RunEntry[] {
    const scenes = [...(this.#engine.groups.get(group) ?? [])].sort();
    return scenes
      .filter((scene) => scene !== except)
      .flatMap((scene) => this.#engine.runsOf(scene, world))
      .filter((run) => run.branches.length > 0);
  }

  /** After an edit: what waits goes on with the new version where its trigger is still there as it was. */
  edited(before: Scene | null, after: CompiledScene | null, id: SceneId, world: SceneWorld): void {
    const pending = this.#table.get(id)?.pending;
    if (!pending) return;
    const { trigger } = pending.hit;
    const isSame =
      after?.scene.debounceMs !== undefined &&
      JSON.stringify(before?.when[trigger]) === JSON.stringify(after.scene.when[trigger]);
    if (isSame) return;
    this.#set(id, { pending: null });
    world.disarm(KEY + id);
  }

  /** The scene is gone or switched off. */
  forget(id: SceneId, world: SceneWorld): void {
    this.#table.delete(id);
    world.disarm(KEY + id);
  }

  /** Arms what waits, after a start or since the wall clock was set. */
  rearm(world: SceneWorld): void {
    for (const [id, { pending }] of this.#table.entries()) {
      if (pending) world.arm(KEY + id, pending.due);
    }
  }

  #set(id: SceneId, change: Partial<PaceEntry>): void {
    const entry = { ...(this.#table.get(id) ?? FRESH), ...change };
    const isFresh = entry.pending === null && entry.throttle === null && entry.cooldown === null;
    if (isFresh) this.#table.delete(id);
    else this.#table.set(id, entry);
  }
}

function left(deadline: Deadline | null, world: SceneWorld): number {
  return deadline === null ? 0 : remainingMs(deadline, world.now, world.bootId);
}

/** Whole seconds, for people. */
function roundUp(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}
