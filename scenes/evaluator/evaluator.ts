// The scenes' part of the core: takes what happened, decides which scenes run, and asks the world for what they do.
// Pure but for its tables: no clock, no timer, no chance. One thing is worked off before the next is looked at.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandRecord } from '../../hub/model/command.ts';
import { HubError, NotFoundError, type Problem } from '../../hub/model/errors.ts';
import type { SceneRecord } from '../../hub/model/home.ts';
import type {
  DeviceId,
  NotificationId,
  OutboundId,
  RunId,
  SceneId,
} from '../../hub/model/identifiers.ts';
import type { OutboundResult } from '../../hub/model/outbound.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { both } from '../language/words.ts';
import { depthAfter } from './causality.ts';
import { sweepBaselines } from './crossings.ts';
import { breakerKey, Decisions, restProblem } from './decisions.ts';
import { Engine } from './engine.ts';
import { deviceEvent, type Happened, type HappeningEntry, sceneEvent } from './happenings.ts';
import { Holds } from './holds.ts';
import type { Touch } from './keeping.ts';
import type { KeptScenes } from './kept-scenes.ts';
import { isKept, Loading } from './loading.ts';
import { dropUnknownRuns } from './run-shape.ts';
import type { Pressed } from './run-steps.ts';
import { Runs } from './runs.ts';
import { placeProblem, Schedules } from './schedules.ts';
import { type Answered, mayAnswer } from './steps/people.ts';
import { noteSwitched, switchAgain } from './switches.ts';
import type { SceneTables } from './tables.ts';
import { Patterns } from './triggers/patterns.ts';
import { commandKey } from './triggers/state.ts';
import { Waits } from './waits.ts';
import { Watching } from './watching.ts';

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
  readonly #watching: Watching;
  readonly #loading: Loading;
  readonly #waits: Waits;
  #isBusy = false;

  constructor(tables: SceneTables, kept: KeptScenes | null) {
    this.#engine = new Engine(tables);
    const patterns = new Patterns(this.#engine);
    this.#holds = new Holds(this.#engine, patterns);
    this.#schedules = new Schedules(this.#engine);
    this.#runs = new Runs(this.#engine, {
      recheck: (loaded, run, world) => this.#decisions.recheck(loaded, run, world),
      began: (run, world) => {
        // What happens in the shadow sets nothing off.
        if (!run.isShadow) this.#tellOfScene(run.scene, run.id, 'started', world);
      },
      wait: (id, trigger, of, isNew, world) => this.#waits.begin(id, trigger, of, isNew, world),
      waitOver: (id, world) => this.#waits.end(id, world),
      start: (step, caller, world) => this.#decisions.startByScene(step, caller, world),
      ended: (trace, world) => {
        this.#decisions.ended(trace);
        if (trace.state !== 'nearMiss') this.#decisions.pace.ended(trace.scene, world);
        if (trace.shadow) return;
        if (trace.state === 'done') this.#tellOfScene(trace.scene, trace.id, 'ended', world);
        if (trace.state === 'failed') this.#tellOfScene(trace.scene, trace.id, 'failed', world);
      },
    });
    this.#decisions = new Decisions(this.#engine, this.#runs);
    const [runs, holds, schedules] = [this.#runs, this.#holds, this.#schedules];
    const decisions = this.#decisions;
    this.#watching = new Watching(this.#engine, { decisions, holds, schedules, patterns });
    const parts = { runs, holds, schedules, decisions, watching: this.#watching };
    this.#waits = new Waits(this.#engine, parts);
    this.#loading = new Loading(this.#engine, parts, kept);
  }

  /** Sets a scene, new or edited. One that cannot be compiled is kept with its problem and does not run. */
  setScene(record: SceneRecord, world: SceneWorld): void {
    this.#work(() => {
      this.#loading.load(record, world);
      if (this.#loading.isLive) noteSwitched(this.#engine, this.#runs, record, world);
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
    const isWatched = this.#engine.index.has(device, property);
    const isWaitedFor = this.#runs.isWaitedFor(device, property);
    const isTouched = this.#runs.keepers.has(device, property) || this.#engine.yielding.size > 0;
    if (!isWatched && !isWaitedFor && !isTouched) return;
    this.#work(() => {
      if (isTouched) this.#runs.touched(change, world);
      if (isWaitedFor) this.#runs.changed(change, world);
      if (isWatched) this.#watching.changed(change, world);
    });
  }

  /** A button was pressed. */
  pressed(press: Pressed, world: SceneWorld): void {
    const { device, property } = press;
    const isWatched = this.#engine.index.has(device, property);
    if (!isWatched && !this.#runs.isWaitedFor(device, property)) return;
    this.#work(() => {
      this.#runs.pressed(press, world);
      if (isWatched) this.#watching.pressed(press, world);
    });
  }

  /** Whether any scene looks at each report of the property, of the same value too. */
  watchesReports(device: DeviceId, property: PropertyKey): boolean {
    return this.#engine.reports.has(device, property);
  }

  /** A value was reported, changed or not; after `changed`. Only told where `watchesReports` says so. */
  reported(
    { device, property, value, cause }: Omit<ChangeInput, 'previous'>,
    world: SceneWorld,
  ): void {
    this.#work(() => this.#watching.reported(device, property, value, cause, world));
  }

  /** A command to a device was asked for, by whomever. */
  commanded(record: CommandRecord, world: SceneWorld): void {
    const { device, body } = record;
    const key = body.kind === 'set' ? body.property : commandKey(body.name);
    if (!this.#engine.commands.has(device, key)) return;
    this.#work(() => this.#watching.commanded(record, world));
  }

  /** Something happened that is no device's value: those who listen for it under any of its names are set off. */
  happened(what: Happened, world: SceneWorld): void {
    const entries = this.#engine.happenings.named(what.names);
    if (entries.length > 0) this.#work(() => this.#occur(entries, what, world));
  }

  /** A message has come on the home's MQTT bus. */
  message(topic: string, payload: string, cause: Cause, world: SceneWorld): void {
    const entries = this.#engine.happenings.message(topic, payload);
    const what = { names: [], cause, value: payload };
    if (entries.length > 0) this.#work(() => this.#occur(entries, what, world));
  }

  /** The MQTT topics that scenes listen for, sorted. */
  topics(): readonly string[] {
    return this.#engine.happenings.topics();
  }

  #occur(entries: readonly HappeningEntry[], what: Happened, world: SceneWorld): void {
    const { cause, value, device = null } = what;
    const depth = cause.kind === 'schedule' ? 0 : depthAfter(cause, world.now.wallMs);
    let last: SceneId | null = null;
    for (const { scene, trigger, item } of entries) {
      const program = this.#engine.activeProgram(scene);
      // Several triggers of a scene that it meets are one occasion.
      if (program === null || scene === last) continue;
      last = scene;
      const hit = { trigger, item, device, property: null, value };
      this.#decisions.occur({ program, hit, cause, depth }, world);
    }
  }

  #tellOfScene(
    scene: SceneId,
    run: RunId,
    event: 'started' | 'ended' | 'failed',
    world: SceneWorld,
  ): void {
    const name = sceneEvent(scene, event);
    if (!this.#engine.happenings.has(name)) return;
    this.happened({ names: [name], cause: { kind: 'scene', scene, run }, value: null }, world);
  }

  /** What is told of a device as a whole. */
  deviceEvent(
    device: DeviceId,
    event: 'offline' | 'online' | 'joined' | 'left' | 'low-battery',
    world: SceneWorld,
  ): void {
    const names = [deviceEvent(device, event), deviceEvent(null, event)];
    this.happened({ names, cause: { kind: 'device', device }, device, value: null }, world);
  }

  /** A device has come within reach or gone out of it. */
  availabilityChanged(device: DeviceId, world: SceneWorld): void {
    this.#work(() => {
      this.#runs.availabilityChanged(device, world);
      this.#watching.availabilityChanged(device, world);
    });
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

  /** What became of a call to the outside that some run asked for. */
  delivered(id: OutboundId, result: OutboundResult, world: SceneWorld): void {
    this.#work(() => this.#runs.delivered(id, result, world));
  }

  /** Somebody other than a scene has asked for a value: it is theirs from now on, also where it was so already. */
  handled(touch: Touch, world: SceneWorld): void {
    const { device, property } = touch;
    if (!this.#runs.keepers.has(device, property) && this.#engine.yielding.size === 0) return;
    this.#work(() => this.#runs.touched(touch, world));
  }

  /**
   * Somebody has pressed a button of a message: the run that asked goes on.
   * @throws HubError `conflict` where nobody waits for it any more, `forbidden` where it was not for them
   */
  answered(given: Answered, world: SceneWorld): RunTrace {
    return this.#work(() => {
      const { notification, action, member } = given;
      const asked = this.#runs.askedOf(notification, world);
      if (asked !== null && member !== undefined && !mayAnswer(asked, member.role)) {
        throw new HubError('forbidden', `${member.name} was not asked`, {
          hint: 'Somebody to whom the message went can answer it.',
          zh: { message: `没有问过 ${member.name}`, hint: '收到这条消息的人可以回答。' },
        });
      }
      const by = member?.name ?? null;
      const trace = this.#runs.answered(notification, action, by, world);
      if (trace !== null) return trace;
      throw new HubError('conflict', 'Nobody waits for an answer to this message any more', {
        hint: 'It was answered, its time is over, or the run has ended.',
        zh: { message: '这条消息已不再等待回答', hint: '它已被回答、已过时，或者运行已结束。' },
      });
    });
  }

  /** Puts back what a run has changed, except what somebody else has changed since. @throws HubError `conflict` */
  undo(id: RunId, cause: Cause, world: SceneWorld): RunTrace {
    return this.#work(() => this.#runs.undo(id, cause, world));
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
      if (kind === 'pace') this.#decisions.quiet(program, world);
      if (kind === 'hold')
        this.#holds.due(program, rest.join('/'), world, this.#decisions.holdHooks(world));
      if (kind === 'so' || kind === 'silent') this.#watching.due(kind, program, rest, world);
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
    this.#decisions.pace.rearm(world);
    for (const id of [...this.#engine.scenes.keys()].sort()) {
      const program = this.#engine.activeProgram(id);
      if (program === null) continue;
      this.#schedules.plan(program, world, this.#decisions.scheduleHooks(world));
      this.#watching.rearm(program, world);
    }
    this.#waits.rearm(world);
  }

  /** All scenes as they were read, as text for the next start; null where that has them. */
  keptScenes(world: SceneWorld): string | null {
    return this.#loading.keptText(world);
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
      this.#waits.homeChanged(world);
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
        zh: {
          message: `${loaded.record.name} 没有启动：${result.zh}`,
          hint: '请等它结束，或先结束它。',
        },
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
   * that is known from before; without it the newest report of a device is taken. Gives how many runs were dropped
   * because another version of the program has written them.
   */
  restored(world: SceneWorld, lastAliveMs: number | null = null): number {
    return this.#work(() => {
      const dropped = dropUnknownRuns(this.#engine.tables, world);
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
      this.#decisions.pace.rearm(world);
      this.#runs.restored(world, gapMs);
      this.#waits.restored(gapMs, world);
      switchAgain(this.#engine, this.#runs, world);
      for (const id of kept) {
        const program = this.#engine.activeProgram(id);
        if (program === null) continue;
        this.#watching.restored(program, gapMs, world);
        this.#holds.restored(program, gapMs, world, this.#decisions.holdHooks(world));
        this.#schedules.plan(program, world, this.#decisions.scheduleHooks(world));
      }
      return dropped;
    });
  }

  /** How long the hub was off; infinite where that cannot be known: another boot, and a clock that nobody confirmed. */
  #gapMs(world: SceneWorld, lastAliveMs: number | null): number {
    const isOtherBoot = this.#runs.isOfOtherBoot(world) || this.#holds.isOfOtherBoot(world);
    if (isOtherBoot && world.clock !== 'synced') return Number.POSITIVE_INFINITY;
    return Math.max(0, world.now.wallMs - (lastAliveMs ?? newestReport(world)));
  }

  /** The scene as it was set. */
  record(id: SceneId): SceneRecord | undefined {
    return this.#engine.scenes.get(id)?.record;
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

/** Makes the scenes' part of a core over its tables; `kept` is asked for scenes until `restored`, and for all of them later. */
export function createEvaluator(tables: SceneTables, kept: KeptScenes | null = null): Evaluator {
  return new Evaluator(tables, kept);
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
