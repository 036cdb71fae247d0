// What binds runs to each other and to what they wait for: runs that begin, call, end and switch other scenes, and
// waits that are watched as triggers are.
import type { Cause } from '../../hub/model/cause.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Scene } from '../language/scene.ts';
import type { Trigger } from '../language/triggers.ts';
import { both } from '../language/words.ts';
import type { Engine } from './engine.ts';
import {
  atEachBranch,
  type Draft,
  type MovingRun,
  movingRun,
  stepOfFrame,
  waitingOf,
} from './moving-run.ts';
import type { RunHooks } from './run-start.ts';
import { endWait } from './run-steps.ts';
import {
  otherReturned,
  otherStarted,
  otherSwitched,
  type Returned,
  toStart,
} from './steps/other-scenes.ts';
import { workOut } from './steps/variables.ts';
import type { RunEntry } from './tables.ts';
import { waiterOf, waitId } from './waits.ts';

/** What is done to runs. */
export interface RunsPort {
  of(scene: SceneId, world: SceneWorld): RunEntry[];
  move(id: RunId, world: SceneWorld, work: (run: MovingRun) => void): RunTrace | null;
  cancel(id: RunId, world: SceneWorld, note: Label): RunTrace | null;
  undoLast(scene: SceneId, cause: Cause, world: SceneWorld): void;
}

export class RunLinks {
  readonly #engine: Engine;
  readonly #hooks: RunHooks;
  readonly #runs: RunsPort;

  constructor(engine: Engine, hooks: RunHooks, runs: RunsPort) {
    this.#engine = engine;
    this.#hooks = hooks;
    this.#runs = runs;
    engine.waitMet = (wait, world) => this.waitMet(wait, world);
    engine.runsOf = (scene, world) => runs.of(scene, world);
    engine.cancelAll = (scene, by, world) => this.cancelAll(scene, by, world);
    engine.undoLast = (scene, cause, world) => runs.undoLast(scene, cause, world);
    engine.launch = (run, branch, world) => this.launch(run, branch, world);
  }

  /** A run has come to rest at a step that begins another scene. */
  launch(id: RunId, branch: number, world: SceneWorld): void {
    const entry = this.#engine.tables.runs.get(id);
    const program = entry && this.#engine.program(entry.scene, entry.version, world);
    if (!entry || !program) return;
    const caller = movingRun(entry, program, world, branch);
    const step = toStart(caller);
    if (step === null) return;
    const started = this.#hooks.start(step, caller, world);
    this.#runs.move(id, world, (run) => {
      run.at = branch;
      otherStarted(this.#engine, run, started);
    });
  }

  /** A run that another one waits for is over: that one goes on. */
  returned({ caller, id }: RunEntry, what: Omit<Returned, 'run'>, world: SceneWorld): void {
    if (caller === undefined) return;
    this.#engine.later.push(() => {
      this.#runs.move(caller.run, world, (run) => {
        run.at = caller.branch;
        otherReturned(this.#engine, run, { run: id, ...what });
      });
    });
  }

  /** Ends the runs that a run has called and waits for no more. */
  dropCalls(before: RunEntry | null, after: RunEntry | null, world: SceneWorld): void {
    const kept = new Set(callsOf(after));
    for (const id of callsOf(before)) {
      if (kept.has(id) || !this.#engine.tables.runs.has(id)) continue;
      this.#engine.later.push(() => this.#runs.cancel(id, world, NOT_WANTED));
    }
  }

  /** Begins to watch for what a run waits for now, and ends it for what it waits for no more. */
  watchWaits(before: RunEntry | null, after: RunEntry | null, world: SceneWorld): void {
    const earlier = this.#triggersOf(before, world);
    const later = this.#triggersOf(after, world);
    for (const id of earlier.keys()) if (!later.has(id)) this.#hooks.waitOver(id, world);
    for (const [id, { trigger, scene }] of later) {
      if (!earlier.has(id)) this.#hooks.wait(id, trigger, scene, true, world);
    }
  }

  /** The triggers for which a run waits, by the names of the waits. */
  #triggersOf(entry: RunEntry | null, world: SceneWorld) {
    const found = new Map<SceneId, { readonly trigger: Trigger; readonly scene: Scene }>();
    for (const { waiting, frames } of entry?.branches ?? []) {
      if (entry === null || waiting?.kind !== 'wait') continue;
      const program = this.#engine.program(entry.scene, entry.version, world);
      const step = stepOfFrame(program, frames.at(-1));
      if (step?.kind !== 'wait' || step.until.kind !== 'trigger' || !program) continue;
      const { trigger } = step.until;
      found.set(waitId(entry.id, waiting.number), { trigger, scene: program.scene });
    }
    return found;
  }

  /** What a run waits for has come. */
  waitMet(wait: SceneId, world: SceneWorld): void {
    const { run: id, number } = waiterOf(wait);
    this.#engine.later.push(() => {
      this.#runs.move(id, world, (run) =>
        atEachBranch(run, () => {
          const waiting = waitingOf(run);
          if (waiting?.kind === 'wait' && waiting.number === number) {
            endWait(this.#engine, run, 'ok');
          }
        }),
      );
    });
  }

  /** Ends all runs of a scene because another one says so. */
  cancelAll(scene: SceneId, by: SceneId, world: SceneWorld): void {
    const name = this.#engine.scenes.get(by)?.record.name ?? by;
    const note = both(`Ended by “${name}”`, `被“${name}”结束`);
    // From the last: the end of one lets the next of the queue begin.
    for (const { id } of this.#runs.of(scene, world).reverse()) this.#runs.cancel(id, world, note);
  }

  /** A scene was switched on or off, or was not: steps that wait for that go on. */
  switched(scene: SceneId, problem: Problem | null, world: SceneWorld): void {
    for (const [, entry] of this.#engine.tables.runs.entries()) {
      const isMeant = entry.branches.some(
        ({ waiting }) => waiting?.kind === 'switch' && waiting.scene === scene,
      );
      if (!isMeant) continue;
      this.#runs.move(entry.id, world, (run) =>
        atEachBranch(run, () => otherSwitched(this.#engine, run, scene, problem)),
      );
    }
  }

  /** Runs that were called and are nowhere to be found. */
  returnLost(world: SceneWorld): void {
    for (const [, entry] of this.#engine.tables.runs.entries()) {
      for (const id of callsOf(entry)) {
        if (this.#engine.tables.runs.has(id)) continue;
        this.#runs.move(entry.id, world, (run) =>
          atEachBranch(run, () =>
            otherReturned(this.#engine, run, { run: id, state: 'cancelled', value: null }),
          ),
        );
      }
    }
  }

  /** Waits that were there before are watched again. */
  watchAgain(world: SceneWorld): void {
    for (const [, entry] of this.#engine.tables.runs.entries()) {
      for (const [id, { trigger, scene }] of this.#triggersOf(entry, world))
        this.#hooks.wait(id, trigger, scene, false, world);
    }
  }

  /** What a run that was called gives to its caller. */
  given(draft: Draft, { state }: NonNullable<MovingRun['ended']>, world: SceneWorld) {
    if (draft.caller === undefined || state !== 'done') return null;
    const program = this.#engine.program(draft.scene, draft.version, world);
    const value = program?.scene.gives;
    if (!program || value === undefined) return null;
    const run: MovingRun = { draft, program, world, at: 0, atAStretch: 0, ended: null };
    const worked = workOut(this.#engine, run, { name: 'gives', value });
    return 'value' in worked ? worked.value : null;
  }
}

const NOT_WANTED = both('Ended: what called it waits for it no more', '已结束：调用者不再等待');

/** The runs that a run has called and waits for. */
function callsOf(entry: RunEntry | null): RunId[] {
  return (entry?.branches ?? []).flatMap(({ waiting }) =>
    waiting?.kind === 'call' ? [waiting.run] : [],
  );
}
