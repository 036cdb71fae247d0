// Keeps the runs: begins them by the scene's mode, knows which run a change, a press or an outcome concerns, and puts
// what a run has become into its entry. How a run moves on stands in run-steps.ts.

import type { Cause } from '../../hub/model/cause.ts';
import type { CommandRecord } from '../../hub/model/command.ts';
import type { Problem } from '../../hub/model/errors.ts';
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
import type { RunTrace } from '../../hub/model/run.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { both } from '../language/words.ts';
import { outcomeOf } from './acts.ts';
import { Awaited } from './awaited.ts';
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
  isSame,
  type MovingRun,
  movingRun,
  traceOf,
} from './moving-run.ts';
import { RunLinks } from './run-links.ts';
import { turnOf } from './run-modes.ts';
import { newDraft, type RunHooks, type RunStart } from './run-start.ts';
import {
  advance,
  lookAtPress,
  lookAtWait,
  type Pressed,
  resumeRun,
  takeDue,
  takeOutcome,
} from './run-steps.ts';
import { bootsOf, retime } from './run-timers.ts';
import { Shadows } from './shadow.ts';
import { answer, askedOf, awaitsAnswer } from './steps/people.ts';
import type { RunEntry } from './tables.ts';
import { undoById, undoLast } from './undo.ts';

/** The runs of all scenes. What stands here beside the table is worked out from it. */
export class Runs {
  readonly #engine: Engine;
  readonly #hooks: RunHooks;
  readonly #active = new Map<SceneId, Set<RunId>>();
  readonly #awaited: Awaited;
  readonly #links: RunLinks;
  readonly #shadows: Shadows;
  /** Who holds which value. */
  readonly keepers: Keepers;
  #isIndexed = false;

  constructor(engine: Engine, hooks: RunHooks) {
    this.#engine = engine;
    this.#hooks = hooks;
    this.keepers = new Keepers(engine);
    this.#awaited = new Awaited(engine);
    this.#shadows = new Shadows(engine, this);
    this.#links = new RunLinks(engine, hooks, {
      of: (scene, world) => this.of(scene, world),
      move: (id, world, work) => this.#move(id, world, work),
      cancel: (id, world, note) => this.cancel(id, world, note),
      undoLast: (scene, cause, world) => undoLast(engine, this.keepers, { scene, cause }, world),
    });
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
    const turn = turnOf(again, { active, all, device: start.origin.device });
    if ('en' in turn) return turn;
    for (const id of turn.givesWay) this.cancel(id, world, GAVE_WAY);
    // What a run that starts anew has found before its first start is what it puts back at its end.
    let kept: RunEntry['kept'] = [];
    for (const id of turn.anew) kept = this.#takeOver(id, kept, world);
    start.entering?.();
    return this.#create(start, turn.state, world, kept);
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
    const draft = newDraft(id, start, state, kept, world);
    this.#activeOf(draft.scene).add(id);
    const run = movingRun(draft, start.program, this.#shadows.worldOf(draft, world));
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
    for (const id of this.#awaited.by(change.device, change.property)) {
      this.#move(id, world, (run) =>
        atEachBranch(run, () => lookAtWait(this.#engine, run, change)),
      );
    }
  }

  /** A button was pressed: waits look at it. */
  pressed(press: Pressed, world: SceneWorld): void {
    this.#ensureIndex(world);
    for (const id of this.#awaited.by(press.device, press.property)) {
      this.#move(id, world, (run) =>
        atEachBranch(run, () => lookAtPress(this.#engine, run, press)),
      );
    }
  }

  /** A device has come within reach or gone out of it. */
  availabilityChanged(device: DeviceId, world: SceneWorld): void {
    this.#ensureIndex(world);
    for (const id of this.#awaited.byDevice(device)) {
      this.#move(id, world, (run) => atEachBranch(run, () => lookAtWait(this.#engine, run, null)));
    }
  }

  /** Whether any run waits for this property. */
  isWaitedFor(device: DeviceId, property: PropertyKey): boolean {
    return this.#awaited.has(device, property);
  }

  /** The outcome of a command, or that the device has taken it. */
  commandEnded(record: CommandRecord, world: SceneWorld): void {
    if (record.cause.kind !== 'scene') return;
    // What waits for a sleeping device to wake is with its adapter: the run has done its part.
    const isWaiting = record.waitsUntilMs !== undefined && record.endedAtMs === null;
    if (!isWaiting && (record.state === 'requested' || record.state === 'sent')) return;
    this.#ensureIndex(world);
    this.#move(record.cause.run, world, (run) => {
      const act = run.draft.open.find(({ id }) => id === record.id);
      const state = isWaiting ? 'waits' : outcomeOf(record.state);
      if (act) takeOutcome(this.#engine, run, act, state, record.problem);
    });
  }

  /** A message is in the inbox, or never will be. */
  notified(id: NotificationId, problem: Problem | null, world: SceneWorld): void {
    this.#ensureIndex(world);
    const run = this.#awaited.teller(id);
    if (run === undefined) return;
    this.#move(run, world, (moving) => {
      const act = moving.draft.open.find((one) => one.id === id);
      if (act) takeOutcome(this.#engine, moving, act, problem ? 'failed' : 'ok', problem);
    });
  }

  /** What became of a call to the outside. */
  delivered(id: OutboundId, { problem }: OutboundResult, world: SceneWorld): void {
    this.#ensureIndex(world);
    const run = this.#awaited.teller(id);
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
    const run = this.#awaited.teller(id);
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
    const entry = this.#table.get(this.#awaited.teller(id) ?? '');
    const program = entry && this.#engine.program(entry.scene, entry.version, world);
    if (!entry || !program) return null;
    for (const { id: at } of entry.branches) {
      const run = movingRun(entry, program, this.#shadows.worldOf(entry, world), at);
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
   * @throws HubError `conflict` where it is not its scene's last run, has changed nothing, or was undone already
   */
  undo(id: RunId, cause: Cause, world: SceneWorld): RunTrace {
    this.#ensureIndex(world);
    if (this.#table.has(id)) this.cancel(id, world, both('Ended: it was undone', '已结束：被撤销'));
    return undoById(this.#engine, this.keepers, { id, cause }, world);
  }

  /** One of the run's deadlines has come. */
  due(id: RunId, which: string, world: SceneWorld): void {
    this.#ensureIndex(world);
    this.#move(id, world, (run) => takeDue(this.#engine, run, which));
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
    this.#awaited.clear();
    this.keepers.clear();
    this.#ensureIndex(world);
    this.#links.watchAgain(world);
    for (const [id, entry] of this.#table.entries()) {
      retime(null, entry, world);
      this.#move(entry.id, world, (run) => resumeRun(this.#engine, run, gapMs));
      const stillQueued = this.#table.get(id)?.state === 'queued';
      if (stillQueued) this.#startNext(entry.scene, world);
    }
    this.#links.returnLost(world);
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
        note: both('Ended: the scene was changed meanwhile', '已结束：场景已被修改'),
      });
    }
    const run = movingRun(entry, program, this.#shadows.worldOf(entry, world));
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
    this.#links.dropCalls(before, entry, world);
    this.#links.watchWaits(before, entry, world);
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
    this.#links.dropCalls(before, null, world);
    this.#links.watchWaits(before, null, world);
    this.#table.delete(draft.id);
    this.#links.returned(
      draft,
      { state: ended.state, value: this.#links.given(draft, ended, world) },
      world,
    );
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
      if (!draft.isShadow)
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
        both('Ended: the scene was changed meanwhile', '已结束：场景已被修改'),
      );
      return false;
    }
    this.#table.set(next.id, { ...next, version });
    const isLast = !this.of(next.scene, world).some((run) => run.version === next.version);
    if (isLast) this.#engine.dropProgram(next.scene, next.version);
    return true;
  }

  #follow(entry: RunEntry, world: SceneWorld): void {
    this.#awaited.follow(entry, world);
    this.keepers.follow(entry.id, entry.kept);
  }

  #unfollow(entry: RunEntry, world: SceneWorld): void {
    this.#awaited.unfollow(entry, world);
    this.keepers.unfollow(entry.id, entry.kept);
  }

  /** A scene was switched on or off, or was not: steps that wait for that go on. */
  switched(scene: SceneId, problem: Problem | null, world: SceneWorld): void {
    this.#ensureIndex(world);
    this.#links.switched(scene, problem, world);
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
}

const END_LINES = {
  running: 'ok',
  done: 'ok',
  failed: 'failed',
  cancelled: 'cancelled',
  nearMiss: 'cancelled',
} as const;
const STARTED_ANEW = both('Ended: it was triggered again', '已结束：再次触发');
const GAVE_WAY = both(
  'Ended: too many waited, and the oldest gives way',
  '已结束：排队过多，最早的让出',
);
const WAITS_ITS_TURN = both('Waits its turn', '排队等待');

/** Whether the run still has something to do, or only follows what it asked for. */
function isBusy(entry: RunEntry): boolean {
  return entry.branches.length > 0;
}
