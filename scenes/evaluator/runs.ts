// Runs: begins them by the scene's mode, works their steps one after another, follows what they asked for, and takes
// them up again after an outage. All that a run is stands in its entry; this file only moves entries on.
import { type Deadline, deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import type { CommandRecord } from '../../hub/model/command.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { DeviceId, NotificationId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { PropertyKey } from '../../hub/model/properties.ts';
import type { RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { durationText } from '../language/literals.ts';
import type { AfterOutage, Step } from '../language/scene.ts';
import { waitForWords } from '../language/sentences.ts';
import { both } from '../language/words.ts';
import { askStep, outcomeOf, readBack } from './acts.ts';
import { type CompiledScene, compileLevel, elsePath } from './compile.ts';
import { levelsHold } from './conditions.ts';
import type { Engine, LoadedScene } from './engine.ts';
import { holdAfterGap, holdWakesAt, OUTAGE_MIN_MS, stepHold } from './hold.ts';
import {
  addLine,
  addTo,
  type Draft,
  end,
  isDue,
  type MovingRun,
  nextStep,
  pathOf,
  setLine,
  stepAt,
  stepOn,
  TRACE_STEPS_MAX,
  traceOf,
} from './moving-run.ts';
import type { OpenAct, RunEntry, RunOrigin, Waiting } from './tables.ts';

/** An outcome that has not come by then is given up; the longest command of the core ends within a minute. */
const OUTCOME_WITHIN_MS = 120_000;
/** After the hub was off the outcome of a command is mostly lost, but the device says soon how it is. */
const READ_BACK_AFTER_MS = 15_000;

/** A run that is to begin. */
export interface RunStart {
  readonly loaded: LoadedScene;
  readonly program: CompiledScene;
  readonly cause: RunTrace['cause'];
  readonly depth: number;
  readonly origin: RunOrigin;
  readonly because: RunEntry['because'];
  /** Trigger and conditions. */
  readonly steps: readonly TraceStep[];
}

export interface RunHooks {
  /** Whether a run that waited for its turn may begin, with the lines that say why. */
  recheck(
    loaded: LoadedScene,
    world: SceneWorld,
  ): { readonly passes: boolean; readonly steps: readonly TraceStep[] };
  /** A run has ended. */
  ended(trace: RunTrace): void;
}

export class Runs {
  readonly #engine: Engine;
  readonly #hooks: RunHooks;
  readonly #active = new Map<SceneId, Set<RunId>>();
  readonly #waiters = new Map<DeviceId, Map<PropertyKey, Set<RunId>>>();
  readonly #notifications = new Map<NotificationId, RunId>();
  #isIndexed = false;

  constructor(engine: Engine, hooks: RunHooks) {
    this.#engine = engine;
    this.#hooks = hooks;
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
  begin(start: RunStart, world: SceneWorld): RunTrace | RunEntry['because'] {
    this.#ensureIndex(world);
    const { again } = start.program.scene;
    const active = this.of(start.program.id, world);
    let state: RunEntry['state'] = 'running';
    switch (again.kind) {
      case 'single':
        if (active.length > 0) return both('it is still running', '上一次还在进行');
        break;
      case 'restart':
        for (const { id } of active) this.cancel(id, world, STARTED_ANEW);
        break;
      case 'queue':
        if (active.length > again.max) {
          return both(`${again.max} runs wait already`, `已有 ${again.max} 个在排队`);
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
        if (same) this.cancel(same.id, world, STARTED_ANEW);
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
    return this.#create(start, state, world);
  }

  #create(start: RunStart, state: RunEntry['state'], world: SceneWorld): RunTrace {
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
      frames: [{ list: 'do', at: 0 }],
      waiting: null,
      open: [],
      guard: null,
      failures: 0,
      steps: start.steps.slice(0, TRACE_STEPS_MAX),
      omitted: Math.max(0, start.steps.length - TRACE_STEPS_MAX),
    };
    this.#activeOf(draft.scene).add(id);
    const run: MovingRun = { draft, program: start.program, world, ended: null };
    if (state === 'queued') addLine(run, 'do', 'note', 'started', WAITS_ITS_TURN);
    else this.#advance(run);
    return this.#settle(null, run);
  }

  /** A value has changed: waits look at it. */
  changed(change: ChangeInput, world: SceneWorld): void {
    this.#ensureIndex(world);
    for (const id of this.#waitersOf(change.device, change.property)) {
      this.#move(id, world, (run) => this.#look(run, change));
    }
  }

  /** A button was pressed: waits look at it. */
  pressed(
    press: { readonly device: DeviceId; readonly property: PropertyKey; readonly value: unknown },
    world: SceneWorld,
  ): void {
    this.#ensureIndex(world);
    for (const id of this.#waitersOf(press.device, press.property)) {
      this.#move(id, world, (run) => {
        const step = stepAt(run);
        if (step?.kind !== 'wait' || step.until.kind !== 'presses') return;
        const isMeant = step.until.of.some(
          ({ subject, values }) =>
            subject.kind === 'device' &&
            subject.device === press.device &&
            subject.property === press.property &&
            values.some((value) => value === press.value),
        );
        if (isMeant) this.#endWait(run, 'ok');
      });
    }
  }

  /** A device has come within reach or gone out of it. */
  availabilityChanged(device: DeviceId, world: SceneWorld): void {
    this.#ensureIndex(world);
    const properties = this.#waiters.get(device);
    if (properties === undefined) return;
    const ids = new Set([...properties.values()].flatMap((runs) => [...runs]));
    for (const id of [...ids].sort()) this.#move(id, world, (run) => this.#look(run, null));
  }

  /** Whether any run waits for this property. */
  isWaitedFor(device: DeviceId, property: PropertyKey): boolean {
    return this.#waiters.get(device)?.has(property) ?? false;
  }

  #waitersOf(device: DeviceId, property: PropertyKey): RunId[] {
    return [...(this.#waiters.get(device)?.get(property) ?? [])].sort();
  }

  /** A wait for a level looks at the world; a wait for an edge at the change. */
  #look(run: MovingRun, change: ChangeInput | null): void {
    const step = stepAt(run);
    const { waiting } = run.draft;
    if (step?.kind !== 'wait' || waiting?.kind !== 'wait') return;
    const { until } = step;
    const names = this.#engine.names(run.world);
    if (until.kind === 'holds') {
      const levels = until.of.map((level) => compileLevel(names, level));
      const level = levelsHold(run.world, levels, null);
      const { hold, fires } = stepHold(waiting.hold, level, until.forMs, run.world);
      run.draft.waiting = { ...waiting, hold };
      if (fires) this.#endWait(run, 'ok');
    } else if (until.kind === 'becomes' && change !== null) {
      const isMet = until.of.some((level) => {
        const { subject } = level;
        if (subject.kind !== 'device' || subject.device !== change.device) return false;
        if (subject.property !== change.property) return false;
        const { test } = compileLevel(names, level);
        return test(change.value) && (change.previous === null || !test(change.previous));
      });
      if (isMet) this.#endWait(run, 'ok');
    }
  }

  /** The outcome of a command, or that the device has taken it. */
  commandEnded(record: CommandRecord, world: SceneWorld): void {
    if (record.cause.kind !== 'scene') return;
    if (record.state === 'requested' || record.state === 'sent') return;
    this.#ensureIndex(world);
    this.#move(record.cause.run, world, (run) => {
      const act = run.draft.open.find(({ id }) => id === record.id);
      if (act) this.#outcome(run, act, outcomeOf(record.state), record.problem);
    });
  }

  /** A message is in the inbox, or never will be. */
  notified(id: NotificationId, problem: Problem | null, world: SceneWorld): void {
    this.#ensureIndex(world);
    const run = this.#notifications.get(id);
    if (run === undefined) return;
    this.#move(run, world, (moving) => {
      const act = moving.draft.open.find((one) => one.id === id);
      if (act) this.#outcome(moving, act, problem ? 'failed' : 'ok', problem);
    });
  }

  #outcome(
    run: MovingRun,
    act: OpenAct,
    state: 'ok' | 'failed' | 'timedOut' | 'cancelled',
    problem: Problem | null,
  ): void {
    const { draft } = run;
    draft.open = draft.open.filter((one) => one !== act);
    if (draft.open.length === 0) draft.guard = null;
    const hasFailed = state === 'failed' || state === 'timedOut';
    if (hasFailed) draft.failures += 1;
    const step = stepOn(run.program, act.path);
    if (step)
      setLine(
        run,
        act.line,
        state,
        readBack.words(this.#engine, run, step, act, state, problem),
        problem,
      );
    const isStopping =
      hasFailed && step !== undefined && 'onError' in step && step.onError === 'stop';
    if (isStopping) {
      end(run, 'failed', both('Ended, since a step did not succeed', '因步骤失败而结束'));
      return;
    }
    const { waiting } = draft;
    if (waiting?.kind === 'acts' && !draft.open.some(({ path }) => path === waiting.path)) {
      draft.waiting = null;
      nextStep(run);
    } else if (waiting?.kind === 'end') {
      draft.waiting = null;
    }
  }

  /** One of the run's deadlines has come. */
  due(id: RunId, which: string | undefined, world: SceneWorld): void {
    this.#ensureIndex(world);
    this.#move(id, world, (run) => {
      const { draft } = run;
      const { waiting } = draft;
      if (which === 'guard') {
        if (draft.guard && isDue(draft.guard, world)) this.#giveUp(run);
      } else if (waiting?.kind === 'delay') {
        if (!isDue(waiting.due, world)) return;
        const step = stepAt(run);
        const time = durationText(step?.kind === 'delay' ? step.ms : 0);
        setLine(run, waiting.line, 'ok', both(`Waited ${time.en}`, `已等待 ${time.zh}`));
        draft.waiting = null;
        nextStep(run);
      } else if (waiting?.kind === 'wait') {
        // The level first: what is there at the last moment is there in time.
        this.#look(run, null);
        const now = draft.waiting;
        if (now?.kind === 'wait' && now.timeout && isDue(now.timeout, world))
          this.#endWait(run, 'timedOut');
      }
    });
  }

  /** Outcomes that never came: the devices are looked at instead. */
  #giveUp(run: MovingRun): void {
    for (const act of run.draft.open) {
      const isThere = readBack.isThere(this.#engine, run.world, act);
      this.#outcome(run, act, isThere ? 'ok' : 'failed', isThere ? null : readBack.lost);
      if (run.ended) return;
    }
  }

  #endWait(run: MovingRun, state: 'ok' | 'timedOut'): void {
    const step = stepAt(run);
    const { waiting } = run.draft;
    const frame = run.draft.frames.at(-1);
    if (step?.kind !== 'wait' || waiting?.kind !== 'wait' || frame === undefined) return;
    const what = waitForWords(this.#engine.names(run.world), step.until);
    const limit = durationText(step.timeoutMs ?? 0);
    const assumed = waiting.hold?.assumedMs ?? 0;
    const gap = durationText(assumed);
    const seen = both(
      assumed > 0 ? ` (the hub was off for ${gap.en} of it)` : '',
      assumed > 0 ? `(其间中枢停机 ${gap.zh})` : '',
    );
    const text =
      state === 'ok'
        ? both(`Waited until ${what.en}${seen.en}`, `已等到${what.zh}${seen.zh}`)
        : both(
            `Waited ${limit.en} in vain until ${what.en}`,
            `等了 ${limit.zh},没有等到${what.zh}`,
          );
    setLine(run, waiting.line, state, text);
    run.draft.waiting = null;
    if (state === 'timedOut' && step.otherwise.length > 0) {
      run.draft.frames = [...run.draft.frames, { list: elsePath(frame.list, frame.at), at: 0 }];
    } else {
      nextStep(run);
    }
  }

  /** Ends a run before its time. */
  cancel(id: RunId, world: SceneWorld, note: RunEntry['because']): RunTrace | null {
    this.#ensureIndex(world);
    return this.#move(id, world, (run) => end(run, 'cancelled', note));
  }

  /** Takes up the runs of the table after the hub or the core was off for `gapMs`. */
  restored(world: SceneWorld, gapMs: number): void {
    this.#isIndexed = false;
    this.#active.clear();
    this.#waiters.clear();
    this.#notifications.clear();
    this.#ensureIndex(world);
    for (const [id, entry] of this.#table.entries()) {
      this.#retime(null, entry, world);
      this.#move(entry.id, world, (run) => this.#resume(run, gapMs));
      const stillQueued = this.#table.get(id)?.state === 'queued';
      if (stillQueued) this.#startNext(entry.scene, world);
    }
  }

  #resume(run: MovingRun, gapMs: number): void {
    const { draft, world } = run;
    const { waits, holds, late } = run.program.scene.afterOutage;
    const { waiting } = draft;
    const isOutage = gapMs >= OUTAGE_MIN_MS;
    if (isOutage && draft.open.length > 0) {
      draft.guard = deadlineAfter(world.now, world.bootId, READ_BACK_AFTER_MS);
    }
    if (waiting?.kind !== 'delay' && waiting?.kind !== 'wait') return;
    const step = stepAt(run);
    if (!isOutage) {
      this.#look(run, null);
      return;
    }
    const gap = durationText(Math.round(gapMs / 1000) * 1000);
    if (waits === 'drop') {
      end(
        run,
        'cancelled',
        both(`Ended: the hub was off for ${gap.en}`, `已结束:中枢停机 ${gap.zh}`),
      );
      return;
    }
    const note = both(`The hub was off for ${gap.en}`, `中枢停机 ${gap.zh}`);
    addLine(run, pathOf(run), 'note', 'ok', note);
    if (waits === 'restart') {
      draft.waiting = this.#waitingAnew(waiting, step, world);
    } else if (isTooLate(waiting, late, world)) {
      end(run, 'cancelled', both('Ended: it was too late to go on', '已结束:错过太久'));
      return;
    } else if (waiting.kind === 'wait' && waiting.hold && step?.kind === 'wait') {
      const forMs = step.until.kind === 'holds' ? step.until.forMs : 0;
      const policy = holds === 'assume' ? 'assume' : 'restart';
      const at = { now: world.now, bootId: world.bootId, gapMs };
      draft.waiting = { ...waiting, hold: holdAfterGap(waiting.hold, policy, forMs, at) };
    }
    this.#look(run, null);
  }

  #waitingAnew(waiting: Waiting, step: Step | undefined, world: SceneWorld): Waiting {
    if (waiting.kind === 'delay' && step?.kind === 'delay') {
      return { ...waiting, due: deadlineAfter(world.now, world.bootId, step.ms) };
    }
    if (waiting.kind === 'wait' && step?.kind === 'wait') {
      return { ...waiting, timeout: after(step.timeoutMs, world), hold: null };
    }
    return waiting;
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
    const run: MovingRun = { draft: { ...entry }, program, world, ended: null };
    work(run);
    if (!run.ended && run.draft.state === 'running') this.#advance(run);
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
    this.#retime(before, entry, world);
    const trace = traceOf(entry, 'running', null);
    world.publish(trace);
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
      this.#retime(before, null, world);
    }
    this.#table.delete(draft.id);
    this.#activeOf(draft.scene).delete(draft.id);
    if (ended.note) {
      addTo(draft, {
        atMs: world.now.wallMs,
        path: 'do',
        kind: 'end',
        state:
          ended.state === 'cancelled' ? 'cancelled' : ended.state === 'failed' ? 'failed' : 'ok',
        text: ended.note,
      });
    }
    const trace = traceOf(draft, ended.state, world.now.wallMs);
    world.publish(trace);
    this.#hooks.ended(trace);
    const isLast = !this.of(draft.scene, world).some(({ version }) => version === draft.version);
    if (isLast) this.#engine.dropProgram(draft.scene, draft.version);
    this.#startNext(draft.scene, world);
    return trace;
  }

  /** Lets the next queued run begin, where none is under way. */
  #startNext(scene: SceneId, world: SceneWorld): void {
    const active = this.of(scene, world);
    const next = active.find(({ state }) => state === 'queued');
    const loaded = this.#engine.scenes.get(scene);
    if (
      next === undefined ||
      loaded === undefined ||
      active.some(({ state }) => state === 'running')
    ) {
      return;
    }
    this.#move(next.id, world, (run) => {
      const { passes, steps } = this.#hooks.recheck(loaded, world);
      run.draft.state = 'running';
      for (const step of steps) addTo(run.draft, step);
      if (!passes) run.ended = { state: 'nearMiss', note: null };
    });
  }

  /** Works step after step until one has to wait or there is none left. */
  #advance(run: MovingRun): void {
    const { draft, program } = run;
    while (draft.waiting === null && !run.ended) {
      const frame = draft.frames.at(-1);
      if (frame === undefined) {
        if (draft.open.length > 0) draft.waiting = { kind: 'end' };
        else end(run, draft.failures > 0 ? 'failed' : 'done', null);
        return;
      }
      const step = program.lists.get(frame.list)?.[frame.at];
      if (step === undefined) {
        draft.frames = draft.frames.slice(0, -1);
        if (draft.frames.length > 0) nextStep(run);
      } else {
        this.#beginStep(run, step);
      }
    }
  }

  #beginStep(run: MovingRun, step: Step): void {
    const { draft, world } = run;
    const path = pathOf(run);
    switch (step.kind) {
      case 'set':
      case 'toggle':
      case 'command':
      case 'notify': {
        const acts = askStep(this.#engine, run, step, path);
        draft.open = [...draft.open, ...acts];
        const overMs = step.kind === 'set' ? (step.overMs ?? 0) : 0;
        const guard = deadlineAfter(world.now, world.bootId, OUTCOME_WITHIN_MS + overMs);
        if (draft.guard === null || draft.guard.wallMs < guard.wallMs) draft.guard = guard;
        // A message does not hold up what comes behind it, unless its failure is to end the run.
        const isWaitedFor = step.kind !== 'notify' || step.onError === 'stop';
        if (isWaitedFor) draft.waiting = { kind: 'acts', path };
        else nextStep(run);
        return;
      }
      case 'delay': {
        const time = durationText(step.ms);
        const line = addLine(
          run,
          path,
          'delay',
          'started',
          both(`Waiting ${time.en}`, `等待 ${time.zh}`),
        );
        draft.waiting = {
          kind: 'delay',
          due: deadlineAfter(world.now, world.bootId, step.ms),
          line,
        };
        return;
      }
      case 'wait': {
        const what = waitForWords(this.#engine.names(world), step.until);
        const text = both(`Waiting until ${what.en}`, `等待${what.zh}`);
        const line = addLine(run, path, 'wait', 'started', text);
        draft.waiting = { kind: 'wait', timeout: after(step.timeoutMs, world), hold: null, line };
        this.#look(run, null);
        return;
      }
      case 'stop':
        end(
          run,
          step.as,
          step.as === 'done'
            ? both('Ended here', '到此结束')
            : both('Ended here as failed', '以失败结束'),
        );
        return;
      default:
        step satisfies never;
    }
  }

  #follow(entry: RunEntry, world: SceneWorld): void {
    for (const act of entry.open)
      if (act.kind === 'notify') this.#notifications.set(act.id, entry.id);
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
    for (const act of entry.open) if (act.kind === 'notify') this.#notifications.delete(act.id);
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
    const frame = entry.frames.at(-1);
    if (entry.waiting?.kind !== 'wait' || frame === undefined) return [];
    const program = this.#engine.program(entry.scene, entry.version, world);
    const step = program?.lists.get(frame.list)?.[frame.at];
    if (step?.kind !== 'wait') return [];
    return step.until.of.flatMap(({ subject }) => (subject.kind === 'device' ? [subject] : []));
  }

  #retime(before: RunEntry | null, after: RunEntry | null, world: SceneWorld): void {
    const id = (after ?? before)?.id;
    if (id === undefined) return;
    const earlier = before ? deadlinesOf(before) : NO_DEADLINES;
    const later = after ? deadlinesOf(after) : NO_DEADLINES;
    for (const which of ['step', 'hold', 'guard'] as const) {
      const key = `run/${id}/${which}`;
      const wanted = later[which];
      if (wanted === null) {
        if (earlier[which] !== null) world.disarm(key);
      } else if (!sameDeadline(earlier[which], wanted)) {
        world.arm(key, wanted);
      }
    }
  }
}

const STARTED_ANEW = both('Ended: it was triggered again', '已结束:再次触发');
const WAITS_ITS_TURN = both('Waits its turn', '排队等待');
const PER_DEVICE_MAX = 50;

interface Deadlines {
  readonly step: Deadline | null;
  readonly hold: Deadline | null;
  readonly guard: Deadline | null;
}
const NO_DEADLINES: Deadlines = { step: null, hold: null, guard: null };

function deadlinesOf({ waiting, guard }: RunEntry): Deadlines {
  const step =
    waiting?.kind === 'delay' ? waiting.due : waiting?.kind === 'wait' ? waiting.timeout : null;
  const hold = waiting?.kind === 'wait' && waiting.hold ? holdWakesAt(waiting.hold) : null;
  return { step, hold, guard };
}

function sameDeadline(a: Deadline | null, b: Deadline): boolean {
  return a !== null && a.wallMs === b.wallMs && a.monoMs === b.monoMs && a.bootId === b.bootId;
}

function after(ms: number | null, world: SceneWorld): Deadline | null {
  return ms === null ? null : deadlineAfter(world.now, world.bootId, ms);
}

function isTooLate(waiting: Waiting, late: AfterOutage['late'], world: SceneWorld): boolean {
  if (late.kind !== 'skip') return false;
  const due =
    waiting.kind === 'delay' ? waiting.due : waiting.kind === 'wait' ? waiting.timeout : null;
  return due !== null && -remainingMs(due, world.now, world.bootId) > late.overMs;
}

function isSame(before: RunEntry, after: RunEntry): boolean {
  const keys = Object.keys(after) as (keyof RunEntry)[];
  return keys.every((key) => before[key] === after[key] || sameHold(key, before, after));
}

/** A wait that was looked at anew and found as it was. */
function sameHold(key: keyof RunEntry, before: RunEntry, after: RunEntry): boolean {
  if (key !== 'waiting') return false;
  const [a, b] = [before.waiting, after.waiting];
  return (
    a?.kind === 'wait' &&
    b?.kind === 'wait' &&
    a.hold === b.hold &&
    a.timeout === b.timeout &&
    a.line === b.line
  );
}
