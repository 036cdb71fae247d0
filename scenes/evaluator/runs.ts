// Keeps the runs: begins them by the scene's mode, knows which run a change, a press or an outcome concerns, and puts
// what a run has become into its entry. How a run moves on stands in run-steps.ts.

import type { Cause } from '../../hub/model/cause.ts';
import { deadlineAfter } from '../../hub/model/clock.ts';
import type { CommandRecord } from '../../hub/model/command.ts';
import { HubError, type Problem } from '../../hub/model/errors.ts';
import type { Role } from '../../hub/model/home.ts';
import type {
  DeviceId,
  NotificationId,
  OutboundId,
  RunId,
  SceneId,
} from '../../hub/model/identifiers.ts';
import type { OutboundResult } from '../../hub/model/outbound.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { SCENE_LIMITS, type Scene } from '../language/scene.ts';
import type { Trigger } from '../language/triggers.ts';
import { both } from '../language/words.ts';
import { outcomeOf } from './acts.ts';
import type { CompiledScene } from './compile.ts';
import type { Engine, LoadedScene } from './engine.ts';
import { Keepers } from './keepers.ts';
import { afterTouch, type Touch } from './keeping.ts';
import {
  addEnd,
  addLine,
  addTo,
  atEachBranch,
  type Draft,
  end,
  type MovingRun,
  TRACE_STEPS_MAX,
  traceOf,
  waitingOf,
} from './moving-run.ts';
import {
  advance,
  endWait,
  lookAtPress,
  lookAtWait,
  type Pressed,
  resumeRun,
  takeDue,
  takeOutcome,
} from './run-steps.ts';
import { bootsOf, retime } from './run-timers.ts';
import { isTargetStep } from './steps/effects.ts';
import {
  otherReturned,
  otherStarted,
  otherSwitched,
  type Returned,
  type Started,
  type StartStep,
  toStart,
} from './steps/other-scenes.ts';
import { answer, askedOf, awaitsAnswer } from './steps/people.ts';
import { workOut } from './steps/variables.ts';
import type { Branch, RunEntry, RunOrigin } from './tables.ts';
import { undoRun } from './undo.ts';
import { waiterOf, waitId } from './waits.ts';

/** A run that is to begin. */
export interface RunStart {
  readonly loaded: LoadedScene;
  readonly program: CompiledScene;
  readonly cause: RunTrace['cause'];
  readonly depth: number;
  readonly origin: RunOrigin;
  readonly because: Label;
  /** Trigger and conditions. */
  readonly steps: readonly TraceStep[];
  /** Called right before the run begins or is queued. */
  readonly entering?: () => void;
  /** What it was called with, and by which branch. */
  readonly vars?: RunEntry['vars'];
  readonly caller?: RunEntry['caller'];
}

/** What runs ask of who decides. */
export interface RunHooks {
  /** Looks at the condition again when a run has its turn; `whyNot` where it must not begin. */
  recheck(
    loaded: LoadedScene,
    run: Pick<RunEntry, 'cause' | 'origin'>,
    world: SceneWorld,
  ): { readonly whyNot: Label | null; readonly steps: readonly TraceStep[] };
  /** Begins a scene because a run of another has come to that step. */
  start(step: StartStep, by: MovingRun, world: SceneWorld): Started;
  /** A branch of a run waits for something that can set a scene off; a wait that is not new was there before. */
  wait(id: SceneId, trigger: Trigger, of: Scene, isNew: boolean, world: SceneWorld): void;
  /** It does so no more. */
  waitOver(id: SceneId, world: SceneWorld): void;
  /** A run has begun to work its steps. */
  began(run: RunEntry, world: SceneWorld): void;
  /** A run has ended. */
  ended(trace: RunTrace, world: SceneWorld): void;
}

/** The runs of all scenes. What stands here beside the table is worked out from it. */
export class Runs {
  readonly #engine: Engine;
  readonly #hooks: RunHooks;
  readonly #active = new Map<SceneId, Set<RunId>>();
  readonly #waiters = new Map<DeviceId, Map<PropertyKey, Set<RunId>>>();
  /** Runs by the messages and the calls of which they wait to hear. */
  readonly #told = new Map<string, RunId>();
  /** Who holds which value. */
  readonly keepers: Keepers;
  #isIndexed = false;

  constructor(engine: Engine, hooks: RunHooks) {
    this.#engine = engine;
    this.#hooks = hooks;
    this.keepers = new Keepers(engine);
    engine.waitMet = (wait, world) => this.#waitMet(wait, world);
    engine.runsOf = (scene, world) => this.of(scene, world);
    engine.cancelAll = (scene, by, world) => this.#cancelAll(scene, by, world);
    engine.launch = (run, branch, world) => this.#launch(run, branch, world);
  }

  get #table() {
    return this.#engine.tables.runs;
  }

  /** Builds what is known of the runs in the table; they are restored after this object is made. */
  #ensureIndex(world: SceneWorld): void {
    if (this.#isIndexed) return;
    this.#isIndexed = true;
    for (const [, entry] of this.#table.entries()) {
      this.#activeOf(entry.scene).add(entry.id);
      this.#follow(entry, world);
    }
    for (const [scene, { kept }] of this.#engine.tables.undos.entries()) {
      this.keepers.follow(scene, kept);
    }
  }

  #activeOf(scene: SceneId): Set<RunId> {
    let active = this.#active.get(scene);
    if (active === undefined) {
      active = new Set();
      this.#active.set(scene, active);
    }
    return active;
  }

  /** Runs of the scene, under way and queued, in the order in which they began. */
  of(scene: SceneId, world: SceneWorld): RunEntry[] {
    this.#ensureIndex(world);
    const entries: RunEntry[] = [];
    for (const id of this.#active.get(scene) ?? []) {
      const entry = this.#table.get(id);
      if (entry) entries.push(entry);
    }
    return entries.sort((a, b) => a.seq - b.seq || (a.id < b.id ? -1 : 1));
  }

  /** Traces of all runs, oldest first. */
  all(world: SceneWorld): RunTrace[] {
    this.#ensureIndex(world);
    return this.#table
      .entries()
      .map(([, entry]) => traceOf(entry, 'running', null))
      .sort((a, b) => a.startedAtMs - b.startedAtMs || (a.id < b.id ? -1 : 1));
  }

  /** Begins a run by the scene's mode; a text where the mode does not let it. */
  begin(start: RunStart, world: SceneWorld): RunTrace | Label {
    this.#ensureIndex(world);
    const { again } = start.program.scene;
    const all = this.of(start.program.id, world).filter(isBusy);
    const isPerDevice = 'per' in again && again.per === 'device';
    const active = isPerDevice
      ? all.filter(({ origin }) => origin.device === start.origin.device)
      : all;
    let state: RunEntry['state'] = 'running';
    // What a run that starts anew has found before its first start is what it puts back at its end.
    let kept: RunEntry['kept'] = [];
    switch (again.kind) {
      case 'single':
        if (active.length > 0) return both('it is still running', '上一次还在进行');
        break;
      case 'restart':
        for (const { id } of active) kept = this.#takeOver(id, kept, world);
        break;
      case 'queue':
        if (active.length > again.max) {
          const oldest = active.find((run) => run.state === 'queued');
          if (again.overflow === undefined || oldest === undefined) {
            return both(`${again.max} runs wait already`, `已有 ${again.max} 个在排队`);
          }
          this.cancel(oldest.id, world, GAVE_WAY);
        }
        if (isPerDevice && all.length >= PER_DEVICE_MAX) {
          return both(
            `${all.length} runs are under way or wait`,
            `已有 ${all.length} 个在进行或排队`,
          );
        }
        if (active.length > 0) state = 'queued';
        break;
      case 'parallel':
        if (active.length >= again.max) {
          return both(`${again.max} runs are under way already`, `已有 ${again.max} 个在进行`);
        }
        break;
      case 'perDevice': {
        const same = active.find(({ origin }) => origin.device === start.origin.device);
        if (same) kept = this.#takeOver(same.id, kept, world);
        else if (active.length >= PER_DEVICE_MAX) {
          return both(
            `${PER_DEVICE_MAX} runs are under way already`,
            `已有 ${PER_DEVICE_MAX} 个在进行`,
          );
        }
        break;
      }
      default:
        again satisfies never;
    }
    start.entering?.();
    return this.#create(start, state, world, kept);
  }

  /** Ends a run because it starts anew; gives what it still holds. */
  #takeOver(id: RunId, before: RunEntry['kept'], world: SceneWorld): RunEntry['kept'] {
    const held = (this.#table.get(id)?.kept ?? []).filter(({ takenBy }) => takenBy === null);
    this.cancel(id, world, STARTED_ANEW);
    return [...before, ...held];
  }

  #create(
    start: RunStart,
    state: RunEntry['state'],
    world: SceneWorld,
    kept: RunEntry['kept'] = [],
  ): RunTrace {
    const id = this.#engine.runId(world, start.depth);
    const draft: Draft = {
      id,
      scene: start.program.id,
      version: start.loaded.record.version,
      state,
      startedAtMs: world.now.wallMs,
      cause: start.cause,
      seq: world.seq,
      origin: start.origin,
      because: start.because,
      branches: [{ id: 0, parent: null, frames: [{ list: 'do', at: 0 }], waiting: null }],
      ...(start.vars === undefined ? {} : { vars: start.vars }),
      ...(start.caller === undefined ? {} : { caller: start.caller }),
      nextBranch: 1,
      done: 0,
      until: deadlineAfter(world.now, world.bootId, SCENE_LIMITS.runMs),
      open: [],
      guard: null,
      failures: 0,
      kept,
      steps: start.steps.slice(0, TRACE_STEPS_MAX),
      omitted: Math.max(0, start.steps.length - TRACE_STEPS_MAX),
    };
    this.#activeOf(draft.scene).add(id);
    const run: MovingRun = {
      draft,
      program: start.program,
      world,
      at: 0,
      atAStretch: 0,
      ended: null,
    };
    if (state === 'queued') addLine(run, 'do', 'note', 'started', WAITS_ITS_TURN);
    else {
      this.#hooks.began(draft, world);
      advance(this.#engine, run);
    }
    return this.#settle(null, run);
  }

  /** A value has changed: waits look at it. */
  changed(change: ChangeInput, world: SceneWorld): void {
    this.#ensureIndex(world);
    for (const id of this.#waitersOf(change.device, change.property)) {
      this.#move(id, world, (run) =>
        atEachBranch(run, () => lookAtWait(this.#engine, run, change)),
      );
    }
  }

  /** A button was pressed: waits look at it. */
  pressed(press: Pressed, world: SceneWorld): void {
    this.#ensureIndex(world);
    for (const id of this.#waitersOf(press.device, press.property)) {
      this.#move(id, world, (run) =>
        atEachBranch(run, () => lookAtPress(this.#engine, run, press)),
      );
    }
  }

  /** A device has come within reach or gone out of it. */
  availabilityChanged(device: DeviceId, world: SceneWorld): void {
    this.#ensureIndex(world);
    const properties = this.#waiters.get(device);
    if (properties === undefined) return;
    const ids = new Set([...properties.values()].flatMap((runs) => [...runs]));
    for (const id of [...ids].sort()) {
      this.#move(id, world, (run) => atEachBranch(run, () => lookAtWait(this.#engine, run, null)));
    }
  }

  /** Whether any run waits for this property. */
  isWaitedFor(device: DeviceId, property: PropertyKey): boolean {
    return this.#waiters.get(device)?.has(property) ?? false;
  }

  #waitersOf(device: DeviceId, property: PropertyKey): RunId[] {
    return [...(this.#waiters.get(device)?.get(property) ?? [])].sort();
  }

  /** The outcome of a command, or that the device has taken it. */
  commandEnded(record: CommandRecord, world: SceneWorld): void {
    if (record.cause.kind !== 'scene') return;
    if (record.state === 'requested' || record.state === 'sent') return;
    this.#ensureIndex(world);
    this.#move(record.cause.run, world, (run) => {
      const act = run.draft.open.find(({ id }) => id === record.id);
      if (act) takeOutcome(this.#engine, run, act, outcomeOf(record.state), record.problem);
    });
  }

  /** A message is in the inbox, or never will be. */
  notified(id: NotificationId, problem: Problem | null, world: SceneWorld): void {
    this.#ensureIndex(world);
    const run = this.#told.get(id);
    if (run === undefined) return;
    this.#move(run, world, (moving) => {
      const act = moving.draft.open.find((one) => one.id === id);
      if (act) takeOutcome(this.#engine, moving, act, problem ? 'failed' : 'ok', problem);
    });
  }

  /** What became of a call to the outside. */
  delivered(id: OutboundId, { problem }: OutboundResult, world: SceneWorld): void {
    this.#ensureIndex(world);
    const run = this.#told.get(id);
    if (run === undefined) return;
    this.#move(run, world, (moving) => {
      const act = moving.draft.open.find((one) => one.id === id);
      const state = problem === null ? 'ok' : problem.code === 'timed-out' ? 'timedOut' : 'failed';
      if (act) takeOutcome(this.#engine, moving, act, state, problem);
    });
  }

  /** Who may answer a message; null: nobody waits for an answer to it. */
  askedOf(id: NotificationId, world: SceneWorld): readonly Role[] | null {
    return this.#atQuestion(id, world, (run) => askedOf(run));
  }

  /** Somebody has answered a message; null where nobody waits for it. */
  answered(
    id: NotificationId,
    action: string,
    by: string | null,
    world: SceneWorld,
  ): RunTrace | null {
    const branch = this.#atQuestion(id, world, (run) => run.at);
    const run = this.#told.get(id);
    if (branch === null || run === undefined) return null;
    return this.#move(run, world, (moving) => {
      moving.at = branch;
      answer(moving, action, by);
    });
  }

  #atQuestion<Result>(
    id: NotificationId,
    world: SceneWorld,
    look: (run: MovingRun) => Result,
  ): Result | null {
    this.#ensureIndex(world);
    const entry = this.#table.get(this.#told.get(id) ?? '');
    const program = entry && this.#engine.program(entry.scene, entry.version, world);
    if (!entry || !program) return null;
    for (const { id: at } of entry.branches) {
      const run: MovingRun = {
        draft: { ...entry },
        program,
        world,
        at,
        atAStretch: 0,
        ended: null,
      };
      if (awaitsAnswer(run, id)) return look(run);
    }
    return null;
  }

  /** Somebody or something has touched a value: who kept it may hold it no longer. */
  touched(touch: Touch, world: SceneWorld): void {
    this.#ensureIndex(world);
    this.keepers.noteHand(touch, world);
    for (const keeper of this.keepers.of(touch.device, touch.property)) {
      if (!this.#table.has(keeper)) {
        this.keepers.touchUndo(keeper as SceneId, touch, world);
        continue;
      }
      this.#move(keeper as RunId, world, ({ draft }) => {
        draft.kept = afterTouch(draft.kept, touch, draft.id, world.now.wallMs);
      });
    }
  }

  /**
   * Puts back what a run has changed; one that is under way is ended first.
   * @throws HubError `conflict` where it is not its scene's last run, or has changed nothing
   */
  undo(id: RunId, cause: Cause, world: SceneWorld): RunTrace {
    this.#ensureIndex(world);
    if (this.#table.has(id)) this.cancel(id, world, both('Ended: it was undone', '已结束:被撤销'));
    const found = this.#engine.tables.undos.entries().find(([, { run }]) => run === id);
    if (found === undefined) {
      throw new HubError('conflict', `The run ${id} cannot be undone`, {
        hint: "Only a scene's last run can, as long as it has changed something.",
      });
    }
    const [scene, { version, kept }] = found;
    this.keepers.setUndo(scene as SceneId, null, world);
    return undoRun(this.#engine, { scene: scene as SceneId, version, kept }, cause, world);
  }

  /** One of the run's deadlines has come. */
  due(id: RunId, which: string, world: SceneWorld): void {
    this.#ensureIndex(world);
    this.#move(id, world, (run) => takeDue(this.#engine, run, which));
  }

  /** A run has come to rest at a step that begins another scene. */
  #launch(id: RunId, branch: number, world: SceneWorld): void {
    const entry = this.#table.get(id);
    const program = entry && this.#engine.program(entry.scene, entry.version, world);
    if (!entry || !program) return;
    const caller: MovingRun = {
      draft: { ...entry },
      program,
      world,
      at: branch,
      atAStretch: 0,
      ended: null,
    };
    const step = toStart(caller);
    if (step === null) return;
    const started = this.#hooks.start(step, caller, world);
    this.#move(id, world, (run) => {
      run.at = branch;
      otherStarted(this.#engine, run, started);
    });
  }

  /** A run that another one waits for is over: that one goes on. */
  #return({ caller, id }: RunEntry, returned: Omit<Returned, 'run'>, world: SceneWorld): void {
    if (caller === undefined) return;
    this.#engine.later.push(() => {
      this.#move(caller.run, world, (run) => {
        run.at = caller.branch;
        otherReturned(this.#engine, run, { run: id, ...returned });
      });
    });
  }

  /** Ends the runs that a run has called and waits for no more. */
  #dropCalls(before: RunEntry | null, after: RunEntry | null, world: SceneWorld): void {
    const kept = new Set(callsOf(after));
    for (const id of callsOf(before)) {
      if (kept.has(id) || !this.#table.has(id)) continue;
      this.#engine.later.push(() => this.cancel(id, world, NOT_WANTED));
    }
  }

  /** Begins to watch for what a run waits for now, and ends it for what it waits for no more. */
  #watchWaits(before: RunEntry | null, after: RunEntry | null, world: SceneWorld): void {
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
      const frame = frames.at(-1);
      const step = frame && program?.lists.get(frame.list)?.[frame.at];
      if (step?.kind !== 'wait' || step.until.kind !== 'trigger' || !program) continue;
      const { trigger } = step.until;
      found.set(waitId(entry.id, waiting.number), { trigger, scene: program.scene });
    }
    return found;
  }

  #waitMet(wait: SceneId, world: SceneWorld): void {
    const { run: id, number } = waiterOf(wait);
    this.#engine.later.push(() => {
      this.#move(id, world, (run) =>
        atEachBranch(run, () => {
          const waiting = waitingOf(run);
          if (waiting?.kind === 'wait' && waiting.number === number) {
            endWait(this.#engine, run, 'ok');
          }
        }),
      );
    });
  }

  #cancelAll(scene: SceneId, by: SceneId, world: SceneWorld): void {
    const name = this.#engine.scenes.get(by)?.record.name ?? by;
    const note = both(`Ended by “${name}”`, `被“${name}”结束`);
    // From the last: the end of one lets the next of the queue begin.
    for (const { id } of this.of(scene, world).reverse()) this.cancel(id, world, note);
  }

  /** A scene was switched on or off, or was not: steps that wait for that go on. */
  switched(scene: SceneId, problem: Problem | null, world: SceneWorld): void {
    this.#ensureIndex(world);
    for (const [, entry] of this.#table.entries()) {
      const isMeant = entry.branches.some(
        ({ waiting }) => waiting?.kind === 'switch' && waiting.scene === scene,
      );
      if (!isMeant) continue;
      this.#move(entry.id, world, (run) =>
        atEachBranch(run, () => otherSwitched(this.#engine, run, scene, problem)),
      );
    }
  }

  /** Ends a run before its time. */
  cancel(id: RunId, world: SceneWorld, note: Label): RunTrace | null {
    this.#ensureIndex(world);
    return this.#move(id, world, (run) => end(run, 'cancelled', note));
  }

  /** Takes up the runs of the table after the hub or the core was off for `gapMs`. */
  restored(world: SceneWorld, gapMs: number): void {
    this.#isIndexed = false;
    this.#active.clear();
    this.#waiters.clear();
    this.#told.clear();
    this.keepers.clear();
    this.#ensureIndex(world);
    for (const [, entry] of this.#table.entries()) {
      for (const [id, { trigger, scene }] of this.#triggersOf(entry, world))
        this.#hooks.wait(id, trigger, scene, false, world);
    }
    for (const [id, entry] of this.#table.entries()) {
      retime(null, entry, world);
      this.#move(entry.id, world, (run) => resumeRun(this.#engine, run, gapMs));
      const stillQueued = this.#table.get(id)?.state === 'queued';
      if (stillQueued) this.#startNext(entry.scene, world);
    }
    this.#returnLost(world);
  }

  /** Runs that were called and are nowhere to be found. */
  #returnLost(world: SceneWorld): void {
    for (const [, entry] of this.#table.entries()) {
      for (const id of callsOf(entry)) {
        if (this.#table.has(id)) continue;
        this.#move(entry.id, world, (run) =>
          atEachBranch(run, () =>
            otherReturned(this.#engine, run, { run: id, state: 'cancelled', value: null }),
          ),
        );
      }
    }
  }

  /** Arms all deadlines again, since the wall clock was set. */
  rearm(world: SceneWorld): void {
    for (const [, entry] of this.#table.entries()) retime(null, entry, world);
  }

  /** Whether some run waits for a deadline that was set before the machine was started. */
  isOfOtherBoot(world: SceneWorld): boolean {
    return this.#table
      .entries()
      .some(([, entry]) => bootsOf(entry).some((bootId) => bootId !== world.bootId));
  }

  /** Moves a run on: `work` says what has happened, then its steps go on as far as they can. */
  #move(id: RunId, world: SceneWorld, work: (run: MovingRun) => void): RunTrace | null {
    const entry = this.#table.get(id);
    if (entry === undefined) return null;
    const program = this.#engine.program(entry.scene, entry.version, world);
    if (program === null) {
      return this.#finish(entry, { ...entry }, world, {
        state: 'cancelled',
        note: both('Ended: the scene was changed meanwhile', '已结束:场景已被修改'),
      });
    }
    const run: MovingRun = {
      draft: { ...entry },
      program,
      world,
      at: 0,
      atAStretch: 0,
      ended: null,
    };
    work(run);
    if (!run.ended && run.draft.state === 'running') advance(this.#engine, run);
    if (!run.ended && isSame(entry, run.draft)) return traceOf(entry, 'running', null);
    return this.#settle(entry, run);
  }

  #settle(before: RunEntry | null, run: MovingRun): RunTrace {
    const { draft, world } = run;
    if (run.ended) return this.#finish(before, draft, world, run.ended);
    const entry: RunEntry = { ...draft };
    this.#table.set(entry.id, entry);
    if (before) this.#unfollow(before, world);
    this.#follow(entry, world);
    retime(before, entry, world);
    this.#dropCalls(before, entry, world);
    this.#watchWaits(before, entry, world);
    const trace = traceOf(entry, 'running', null);
    world.publish(trace);
    if (!isBusy(entry) && (before === null || isBusy(before))) this.#startNext(entry.scene, world);
    return trace;
  }

  #finish(
    before: RunEntry | null,
    draft: Draft,
    world: SceneWorld,
    ended: NonNullable<MovingRun['ended']>,
  ): RunTrace {
    if (before) {
      this.#unfollow(before, world);
      retime(before, null, world);
    }
    this.#dropCalls(before, null, world);
    this.#watchWaits(before, null, world);
    this.#table.delete(draft.id);
    this.#return(draft, { state: ended.state, value: this.#given(draft, ended, world) }, world);
    this.#activeOf(draft.scene).delete(draft.id);
    if (ended.note) {
      addEnd(draft, {
        atMs: world.now.wallMs,
        path: 'do',
        kind: 'end',
        state: END_LINES[ended.state],
        text: ended.note,
      });
    }
    const changed = draft.kept.filter(({ wanted }) => wanted !== null);
    if (changed.length > 0) {
      const { version } = draft;
      this.keepers.setUndo(draft.scene, { run: draft.id, version, kept: changed }, world);
    }
    const trace = traceOf(draft, ended.state, world.now.wallMs);
    world.publish(trace);
    this.#hooks.ended(trace, world);
    const isLast = !this.of(draft.scene, world).some(({ version }) => version === draft.version);
    if (isLast) this.#engine.dropProgram(draft.scene, draft.version);
    this.#startNext(draft.scene, world);
    return trace;
  }

  /** A run that has not begun takes the scene as it is now; false where that cannot run, which ends it. */
  #migrate(next: RunEntry, loaded: LoadedScene, world: SceneWorld): boolean {
    const { version } = loaded.record;
    if (next.version === version) return true;
    if (loaded.compiled === null) {
      this.cancel(
        next.id,
        world,
        both('Ended: the scene was changed meanwhile', '已结束:场景已被修改'),
      );
      return false;
    }
    this.#table.set(next.id, { ...next, version });
    const isLast = !this.of(next.scene, world).some((run) => run.version === next.version);
    if (isLast) this.#engine.dropProgram(next.scene, next.version);
    return true;
  }

  /** What a run that was called gives to its caller. */
  #given(draft: Draft, { state }: NonNullable<MovingRun['ended']>, world: SceneWorld) {
    if (draft.caller === undefined || state !== 'done') return null;
    const program = this.#engine.program(draft.scene, draft.version, world);
    const value = program?.scene.gives;
    if (!program || value === undefined) return null;
    const run: MovingRun = { draft, program, world, at: 0, atAStretch: 0, ended: null };
    const worked = workOut(this.#engine, run, { name: 'gives', value });
    return 'value' in worked ? worked.value : null;
  }

  /** Lets the next queued run begin, where none is under way. */
  #startNext(scene: SceneId, world: SceneWorld): void {
    const loaded = this.#engine.scenes.get(scene);
    const active = this.of(scene, world);
    const again = loaded?.compiled?.scene.again;
    const isPerDevice = again !== undefined && 'per' in again && again.per === 'device';
    const isInWay = (other: RunEntry, of: RunEntry): boolean =>
      other.state === 'running' &&
      isBusy(other) &&
      (!isPerDevice || other.origin.device === of.origin.device);
    const next = active.find(
      (run) => run.state === 'queued' && !active.some((other) => isInWay(other, run)),
    );
    if (next === undefined || loaded === undefined) return;
    if (!this.#migrate(next, loaded, world)) return;
    this.#move(next.id, world, (run) => {
      const { whyNot, steps } = this.#hooks.recheck(loaded, next, world);
      run.draft.state = 'running';
      for (const step of steps) addTo(run.draft, step);
      if (whyNot) end(run, 'nearMiss', whyNot);
      else this.#hooks.began(run.draft, world);
    });
  }

  #follow(entry: RunEntry, world: SceneWorld): void {
    for (const id of toldBy(entry)) this.#told.set(id, entry.id);
    this.keepers.follow(entry.id, entry.kept);
    for (const { device, property } of this.#awaited(entry, world)) {
      let properties = this.#waiters.get(device);
      if (properties === undefined) {
        properties = new Map();
        this.#waiters.set(device, properties);
      }
      const runs = properties.get(property);
      if (runs) runs.add(entry.id);
      else properties.set(property, new Set([entry.id]));
    }
  }

  #unfollow(entry: RunEntry, world: SceneWorld): void {
    for (const id of toldBy(entry)) this.#told.delete(id);
    this.keepers.unfollow(entry.id, entry.kept);
    for (const { device, property } of this.#awaited(entry, world)) {
      const properties = this.#waiters.get(device);
      const runs = properties?.get(property);
      runs?.delete(entry.id);
      if (runs?.size === 0) properties?.delete(property);
      if (properties?.size === 0) this.#waiters.delete(device);
    }
  }

  /** What the run's wait looks at. */
  #awaited(entry: RunEntry, world: SceneWorld): { device: DeviceId; property: PropertyKey }[] {
    const waits = entry.branches.filter(
      ({ waiting }) => waiting?.kind === 'wait' || waiting?.kind === 'expect',
    );
    if (waits.length === 0) return [];
    const program = this.#engine.program(entry.scene, entry.version, world);
    return waits.flatMap(({ frames, waiting }) => {
      const frame = frames.at(-1);
      const step = frame && program?.lists.get(frame.list)?.[frame.at];
      if (waiting?.kind === 'expect') {
        const of = isTargetStep(step) ? (step.care?.expect?.of ?? []) : [];
        return of.flatMap(({ subject }) => (subject.kind === 'device' ? [subject] : []));
      }
      if (step?.kind !== 'wait') return [];
      if (step.until.kind === 'trigger') return [];
      return step.until.of.flatMap(({ subject }) => (subject.kind === 'device' ? [subject] : []));
    });
  }
}

const END_LINES = {
  running: 'ok',
  done: 'ok',
  failed: 'failed',
  cancelled: 'cancelled',
  nearMiss: 'cancelled',
} as const;
const STARTED_ANEW = both('Ended: it was triggered again', '已结束:再次触发');
const GAVE_WAY = both(
  'Ended: too many waited, and the oldest gives way',
  '已结束:排队过多,最早的让出',
);
const NOT_WANTED = both('Ended: what called it waits for it no more', '已结束:调用者不再等待');
const WAITS_ITS_TURN = both('Waits its turn', '排队等待');
/** Runs of one scene at once with one for each device. */
const PER_DEVICE_MAX = SCENE_LIMITS.runs;

/** The runs that a run has called and waits for. */
function callsOf(entry: RunEntry | null): RunId[] {
  return (entry?.branches ?? []).flatMap(({ waiting }) =>
    waiting?.kind === 'call' ? [waiting.run] : [],
  );
}

/** Whether the run still has something to do, or only follows what it asked for. */
function isBusy(entry: RunEntry): boolean {
  return entry.branches.length > 0;
}

function isSame(before: RunEntry, after: RunEntry): boolean {
  const keys = Object.keys(after) as (keyof RunEntry)[];
  return keys.every(
    (key) =>
      before[key] === after[key] ||
      (key === 'branches' &&
        before.branches.length === after.branches.length &&
        before.branches.every((branch, index) => isSameBranch(branch, after.branches[index]))),
  );
}

/** Whether nothing was done but to look at a wait anew and find it as it was. */
function isSameBranch(before: Branch, after: Branch | undefined): boolean {
  if (before === after) return true;
  const [a, b] = [before.waiting, after?.waiting];
  return (
    before.frames === after?.frames &&
    a?.kind === 'wait' &&
    b?.kind === 'wait' &&
    a.hold === b.hold &&
    a.timeout === b.timeout &&
    a.line === b.line
  );
}

/** The messages and calls of which a run waits to hear. */
function toldBy({ open, branches }: RunEntry): string[] {
  const acts = open.flatMap((act) => (act.kind === 'command' ? [] : [act.id as string]));
  const asked = branches.flatMap(({ waiting }) => (waiting?.kind === 'answer' ? waiting.ids : []));
  return [...acts, ...asked];
}
