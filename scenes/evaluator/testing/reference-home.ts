// A slow, plain home that lives the same story as the evaluator's and never stops: what the scenes of the specification
// do, with nothing indexed, nothing stored and nothing kept for later. It is the oracle of the tests, and shares the
// typed tree of a scene with the evaluator and nothing else.
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { Scene } from '../../language/scene.ts';
import { type DueHome, goesOnAfter, nextDue } from './reference-dues.ts';
import { holdAfterOutage, lookAtHold } from './reference-hold.ts';
import {
  addLine,
  type By,
  type Deeds,
  dropLine,
  type End,
  type Line,
  type ReferenceAct,
  type ReferenceRun,
  type ReferenceScene,
  type RunHome,
} from './reference-run.ts';
import {
  type Change,
  caughtUpWithin,
  devicesOf,
  isAwaited,
  isMet,
  isOf,
  nextTime,
  type Waiting,
} from './reference-triggers.ts';
import { levelsHold, matches, ReferenceWorld, truthOf, workOut } from './reference-values.ts';

const ON_TIME_MS = 30_000;
const DEPTH_MAX = 16;
const LINK_MS = 10_000;
const RATE = { runs: 60, withinMs: 10_000, restMs: 60_000 };

export class ReferenceHome implements RunHome {
  readonly #world: ReferenceWorld;
  readonly #scenes: readonly ReferenceScene[];
  #runs: ReferenceRun[] = [];
  #count = 0;
  /** What was asked and has not happened yet. */
  readonly #asked: (() => void)[] = [];
  readonly #told: (() => void)[] = [];
  /** Numbers whose device was out of reach: their next value only says where they are. */
  readonly #baselines = new Set<string>();
  readonly deeds: Deeds = { commands: [], messages: [], ends: [] };

  constructor(
    nowMs: number,
    given: ReadonlyMap<string, PropertyValue>,
    scenes: ReadonlyMap<string, Scene>,
  ) {
    this.#world = new ReferenceWorld(nowMs);
    for (const [key, value] of given) this.#world.said.set(key, value);
    this.#scenes = [...scenes].sort().map(([id, scene]) => ({
      id,
      scene,
      vars: new Map((scene.vars ?? []).map(({ name, initial }) => [name, initial])),
      holds: new Map(),
      times: new Map(),
      crossed: new Set(),
      counted: null,
      restsUntilMs: 0,
    }));
    for (const scene of this.#scenes) {
      for (const [number, trigger] of scene.scene.when.entries()) {
        if (trigger.kind === 'holds') this.#lookAtHold(scene, number);
        if (trigger.kind === 'at' || trigger.kind === 'every')
          scene.times.set(number, nextTime(trigger, nowMs));
      }
    }
  }

  get nowMs(): number {
    return this.#world.nowMs;
  }

  report(device: DeviceId, property: PropertyKey, value: PropertyValue, isReconnect: boolean) {
    this.#change(device, property, value, null, isReconnect);
    this.#settle();
  }

  press(device: DeviceId, property: PropertyKey, value: string): void {
    const isMeant = (of: { subject: unknown; values: readonly string[] }): boolean => {
      const { subject } = of as { subject: { device?: DeviceId; property: PropertyKey } };
      return (
        subject.device === device && subject.property === property && of.values.includes(value)
      );
    };
    for (const run of this.#waiting()) {
      this.#look(run, (want) => {
        if (want.until.kind === 'presses' && want.until.of.some(isMeant)) want.came = 'ok';
      });
    }
    for (const scene of this.#inOrder()) {
      const { when } = scene.scene;
      if (when.some((one) => one.kind === 'presses' && one.of.some(isMeant)))
        this.#occur(scene, device, 0);
    }
    this.#settle();
  }

  setOnline(device: DeviceId, isOnline: boolean): void {
    if (isOnline) this.#world.away.delete(device);
    else this.#world.away.add(device);
    for (const run of this.#waiting()) {
      const isAbout = run.lines.some(
        ({ want }) => want?.kind === 'wait' && devicesOf(want).includes(device),
      );
      if (isAbout) this.#look(run, (want) => this.look(want));
    }
    for (const scene of this.#scenes) {
      for (const [number, trigger] of scene.scene.when.entries()) {
        if (trigger.kind === 'holds' && trigger.of.some(({ subject }) => isOf(subject, device)))
          this.#lookAtHold(scene, number);
        if (trigger.kind !== 'crosses' || isOnline) continue;
        for (const { subject } of trigger.of)
          if (isOf(subject, device)) this.#baselines.add(`${device}.${subject.property}`);
      }
    }
    this.#settle();
  }

  /** Somebody starts a scene by hand. */
  run(id: string): void {
    const scene = this.#scenes.find((one) => one.id === id);
    if (scene) this.#begin(scene, null, 0);
    this.#settle();
  }

  /** Time goes by; what is due is done at its own instant. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    const next = () => nextDue(this.#dueHome(), untilMs);
    for (let due = next(); due; due = next()) {
      this.#world.nowMs = Math.max(this.nowMs, due.atMs);
      due.work();
      this.#settle();
    }
    this.#world.nowMs = untilMs;
  }

  #dueHome(): DueHome {
    return {
      ...{ scenes: this.#scenes, runs: this.#runs, now: () => this.nowMs },
      lookAtTime: (scene, number) => this.#lookAtTime(scene, number),
      lookAtHold: (scene, number) => this.#lookAtHold(scene, number),
      look: (want) => this.look(want),
      goOn: (run) => this.#goOn(run),
    };
  }

  /** The hub was off for so long, and is on again. */
  restart(gapMs: number): void {
    this.#world.nowMs += gapMs;
    for (const run of [...this.#runs]) {
      this.#resume(run, gapMs);
      if (run.state === 'queued' && run.ended === null) this.#startNext(run.scene);
    }
    for (const scene of this.#scenes) {
      for (const [number, trigger] of scene.scene.when.entries()) {
        if (trigger.kind !== 'holds') continue;
        const hold = scene.holds.get(number) ?? null;
        const rule = scene.scene.afterOutage.holds;
        if (hold) scene.holds.set(number, holdAfterOutage(hold, rule, gapMs, this.nowMs));
        this.#lookAtHold(scene, number);
      }
      for (const number of scene.times.keys()) this.#lookAtTime(scene, number);
    }
    this.#settle();
    this.pass(0);
  }

  /** Devices and people hear of what was asked: messages first, then commands in their order. */
  #settle(): void {
    for (;;) {
      const next = this.#told.shift() ?? this.#asked.shift();
      if (next === undefined) return;
      next();
    }
  }

  #change(
    device: DeviceId,
    property: PropertyKey,
    value: PropertyValue,
    by: By,
    isReconnect: boolean,
  ): void {
    const previous = this.#world.last(device, property);
    this.#world.said.set(`${device}.${property}`, value);
    if (previous === value) return;
    const change: Change = { device, property, value, previous, by, isReconnect };
    for (const run of this.#waiting()) {
      const isAbout = run.lines.some(
        ({ want }) => want?.kind === 'wait' && isAwaited(want, device, property),
      );
      if (isAbout) this.#look(run, (want) => this.#lookAfterChange(want, change));
    }
    const depth = by === null || this.nowMs - by.begunMs > LINK_MS ? 0 : by.depth + 1;
    const isBaseline = this.#baselines.delete(`${device}.${property}`);
    for (const scene of this.#inOrder()) {
      let hasBegun = false;
      for (const [number, trigger] of scene.scene.when.entries()) {
        if (
          trigger.kind === 'holds' &&
          trigger.of.some((one) => isOf(one.subject, device, property))
        )
          this.#lookAtHold(scene, number);
        // Each is looked at, since a crossing remembers; all of them together are one occasion.
        const is = isMet(scene, number, trigger, change, isBaseline);
        if (is && !hasBegun) {
          hasBegun = true;
          this.#occur(scene, device, depth);
        }
      }
    }
  }

  #lookAtHold(scene: ReferenceScene, number: number): void {
    const trigger = scene.scene.when[number];
    if (trigger?.kind !== 'holds') return;
    const level = levelsHold(this.#world, trigger.of);
    const before = scene.holds.get(number) ?? null;
    const { hold, tells } = lookAtHold(before, level, trigger.forMs, this.nowMs);
    scene.holds.set(number, hold);
    const subject = trigger.of[0]?.subject;
    if (tells) this.#occur(scene, subject?.kind === 'device' ? subject.device : null, 0);
  }

  /** A trigger of time may have come: of several that were missed the last one counts. */
  #lookAtTime(scene: ReferenceScene, number: number): void {
    const trigger = scene.scene.when[number];
    const dueMs = scene.times.get(number);
    if (trigger === undefined || dueMs === undefined || dueMs > this.nowMs) return;
    let lastMs = dueMs;
    let nextMs = nextTime(trigger, lastMs);
    while (nextMs <= this.nowMs) {
      lastMs = nextMs;
      nextMs = nextTime(trigger, lastMs);
    }
    scene.times.set(number, nextMs);
    const lateMs = this.nowMs - lastMs;
    if (lateMs <= ON_TIME_MS || lateMs <= caughtUpWithin(scene.scene)) this.#occur(scene, null, 0);
    else this.#miss(scene);
  }

  /** Scenes in the order in which one event sets them off. */
  #inOrder(): ReferenceScene[] {
    const priority = ({ scene }: ReferenceScene): number => scene.priority ?? 0;
    return [...this.#scenes].sort((a, b) => priority(b) - priority(a) || (a.id < b.id ? -1 : 1));
  }

  #occur(scene: ReferenceScene, device: DeviceId | null, depth: number): void {
    if (this.nowMs < scene.restsUntilMs) return;
    if (depth > DEPTH_MAX) {
      this.#rest(scene);
      return;
    }
    const condition = scene.scene.while;
    if (condition && truthOf(this.#world, condition, scene.vars) !== 'true') {
      this.#miss(scene);
      return;
    }
    const isOpen = scene.counted !== null && this.nowMs - scene.counted.sinceMs < RATE.withinMs;
    if (scene.counted === null || !isOpen) scene.counted = { sinceMs: this.nowMs, runs: 0 };
    scene.counted.runs += 1;
    if (scene.counted.runs > RATE.runs) this.#rest(scene);
    else if (!this.#begin(scene, device, depth)) this.#miss(scene);
  }

  #rest(scene: ReferenceScene): void {
    scene.counted = null;
    scene.restsUntilMs = this.nowMs + RATE.restMs;
    this.#miss(scene);
  }

  #miss(scene: ReferenceScene): void {
    const atMs = this.nowMs;
    this.deeds.ends.push({ atMs, begunMs: atMs, scene: scene.id, state: 'nearMiss' });
  }

  #busy(scene: ReferenceScene): ReferenceRun[] {
    return this.#runs.filter((run) => run.scene === scene && run.lines.length > 0);
  }

  /** Begins a run as the scene's mode says; false where it does not let it. */
  #begin(scene: ReferenceScene, device: DeviceId | null, depth: number): boolean {
    const { again } = scene.scene;
    const busy = this.#busy(scene).filter(
      (run) => !('per' in again && again.per === 'device') || run.device === device,
    );
    let state: ReferenceRun['state'] = 'running';
    switch (again.kind) {
      case 'single':
        if (busy.length > 0) return false;
        break;
      case 'restart':
        for (const run of busy) this.#end(run, 'cancelled');
        break;
      case 'perDevice':
        for (const run of busy) if (run.device === device) this.#end(run, 'cancelled');
        break;
      case 'parallel':
        if (busy.length >= again.max) return false;
        break;
      case 'queue': {
        if (busy.length > 0) state = 'queued';
        if (busy.length - 1 < again.max) break;
        const oldest = busy.find((run) => run.state === 'queued');
        if (again.overflow === undefined || oldest === undefined) return false;
        this.#end(oldest, 'cancelled');
        break;
      }
      default:
        again satisfies never;
    }
    const run: ReferenceRun = {
      ...{ scene, device, depth, state, number: this.#count, begunMs: this.nowMs },
      ...{ lines: [], lineCount: 0, acts: [], failures: 0, vars: new Map(), ended: null },
    };
    this.#count += 1;
    this.#runs.push(run);
    addLine(this, run, scene.scene.do, null);
    if (state === 'running') this.#goOn(run);
    return true;
  }

  /** Does steps until every line waits for something. */
  #goOn(run: ReferenceRun): void {
    while (run.ended === null) {
      const line = run.lines.find(({ want }) => want === null);
      if (line === undefined) break;
      const { done, value } = line.steps.next();
      if (!done) line.want = value;
      else this.#lineEnded(run, line);
    }
    this.#rested(run, true);
  }

  #lineEnded(run: ReferenceRun, line: Line): void {
    if (run.ended !== null) return;
    run.lines = run.lines.filter((one) => one !== line);
    const { parent } = line;
    if (parent?.want?.kind !== 'lines') return;
    const { step } = parent.want;
    const others = run.lines.filter((one) => one.parent === parent);
    const isFirstEnough = step.kind === 'race' || step.join === 'first';
    if (others.length > 0 && !isFirstEnough) return;
    if (step.kind === 'race') for (const other of others) dropLine(run, other);
    // Nobody waits for them any more; they go on.
    else for (const other of others) other.parent = null;
    parent.want = null;
  }

  /** A run can do nothing more for now: it may be over, and the next of its scene may have its turn. */
  #rested(run: ReferenceRun, wasBusy: boolean): void {
    if (run.ended === null && run.lines.length === 0 && run.acts.length === 0)
      run.ended = run.failures > 0 ? 'failed' : 'done';
    if (run.ended !== null) this.#end(run, run.ended);
    else if (run.lines.length === 0 && wasBusy) this.#startNext(run.scene);
  }

  #end(run: ReferenceRun, state: End): void {
    if (!this.#runs.includes(run)) return;
    run.ended = state;
    this.#runs = this.#runs.filter((one) => one !== run);
    run.lines = [];
    this.deeds.ends.push({ atMs: this.nowMs, begunMs: run.begunMs, scene: run.scene.id, state });
    this.#startNext(run.scene);
  }

  /** The oldest run that waits and has nobody before it begins, where the condition holds yet. */
  #startNext(scene: ReferenceScene): void {
    const { again } = scene.scene;
    const isPer = 'per' in again && again.per === 'device';
    const busy = this.#busy(scene);
    const next = busy.find(
      (run) =>
        run.state === 'queued' &&
        !busy.some((one) => one.state === 'running' && (!isPer || one.device === run.device)),
    );
    if (next === undefined) return;
    next.state = 'running';
    const condition = scene.scene.while;
    const isSo = condition === null || truthOf(this.#world, condition, scene.vars) === 'true';
    if (isSo || scene.scene.recheck === false) this.#goOn(next);
    else this.#end(next, 'nearMiss');
  }

  #waiting(): ReferenceRun[] {
    return this.#runs.filter(({ lines }) => lines.some(({ want }) => want?.kind === 'wait'));
  }

  /** Looks at every wait of a run, and goes on behind those that are over. */
  #look(run: ReferenceRun, look: (want: Waiting) => void): void {
    if (run.ended !== null) return;
    for (const line of run.lines) {
      if (line.want?.kind !== 'wait') continue;
      look(line.want);
      if (line.want.came !== null) line.want = null;
    }
    this.#goOn(run);
  }

  look(want: Waiting): void {
    if (want.until.kind !== 'holds') return;
    const level = levelsHold(this.#world, want.until.of);
    const { hold, tells } = lookAtHold(want.hold, level, want.until.forMs, this.nowMs);
    want.hold = hold;
    if (tells) want.came = 'ok';
  }

  #lookAfterChange(want: Waiting, { device, property, value, previous }: Change): void {
    this.look(want);
    if (want.until.kind !== 'becomes') return;
    const isMet = want.until.of.some(
      ({ subject, matcher }) =>
        isOf(subject, device, property) &&
        matches(matcher, value) &&
        !(previous !== null && matches(matcher, previous)),
    );
    if (isMet) want.came = 'ok';
  }

  #resume(run: ReferenceRun, gapMs: number): void {
    if (run.state === 'queued') return;
    for (const line of [...run.lines]) {
      const { want } = line;
      if (want?.kind !== 'delay' && want?.kind !== 'wait') continue;
      if (!goesOnAfter(want, run.scene.scene, gapMs, this.nowMs)) run.ended ??= 'cancelled';
      if (run.ended !== null) break;
      if (want.kind !== 'wait') continue;
      this.look(want);
      if (want.came !== null) line.want = null;
    }
    this.#goOn(run);
  }

  judge(run: ReferenceRun, condition: Parameters<RunHome['judge']>[1]): boolean {
    return truthOf(this.#world, condition, this.#varsOf(run)) === 'true';
  }

  workOut(run: ReferenceRun, expression: Parameters<RunHome['workOut']>[1]) {
    const value = workOut(expression, this.#varsOf(run));
    if (value === null) throw new Error('the stories know all their variables');
    return value;
  }

  #varsOf(run: ReferenceRun) {
    return new Map([...run.scene.vars, ...run.vars]);
  }

  last(device: DeviceId, property: PropertyKey): PropertyValue | null {
    return this.#world.last(device, property);
  }

  set(run: ReferenceRun, device: DeviceId, property: PropertyKey, value: PropertyValue) {
    this.deeds.commands.push({ atMs: this.nowMs, device, property, value });
    const act = this.#act(run);
    this.#asked.push(() => {
      this.#change(device, property, value, run, false);
      this.#heard(run, act);
    });
    return act;
  }

  tell(run: ReferenceRun, text: string): ReferenceAct {
    this.deeds.messages.push({ atMs: this.nowMs, text });
    const act = this.#act(run);
    this.#told.push(() => this.#heard(run, act));
    return act;
  }

  #act(run: ReferenceRun): ReferenceAct {
    const act = { isOpen: true };
    run.acts.push(act);
    return act;
  }

  #heard(run: ReferenceRun, act: ReferenceAct): void {
    act.isOpen = false;
    if (!this.#runs.includes(run)) return;
    const wasBusy = run.lines.length > 0;
    run.acts = run.acts.filter((one) => one !== act);
    for (const line of run.lines) {
      if (line.want?.kind === 'acts' && line.want.acts.every(({ isOpen }) => !isOpen))
        line.want = null;
    }
    if (wasBusy) this.#goOn(run);
    else this.#rested(run, false);
  }
}
