// Decides what becomes of a trigger that was met: a run, or a near miss with its reason. Loops and floods of runs are
// broken here.
import type { Cause } from '../../hub/model/cause.ts';
import { deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { HeldBack, RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { gapWords } from '../language/literals.ts';
import { SCENE_LIMITS } from '../language/scene.ts';
import { conditionWords } from '../language/sentences.ts';
import type { Trigger } from '../language/triggers.ts';
import type { VariableValue } from '../language/variables.ts';
import { both } from '../language/words.ts';
import { DEPTH_MAX, depthAfter, RATE_MAX, RATE_WINDOW_MS, REST_MS } from './causality.ts';
import type { CompiledScene } from './compile.ts';
import { type ConditionResult, evaluateCondition } from './conditions.ts';
import type { Engine, LoadedScene } from './engine.ts';
import type { HoldHooks } from './holds.ts';
import type { MovingRun } from './moving-run.ts';
import { Pace } from './pace.ts';
import type { Runs } from './runs.ts';
import type { ScheduleHooks } from './schedules.ts';
import type { Started, StartStep } from './steps/other-scenes.ts';
import { argumentsFor, sceneVariable, workOut } from './steps/variables.ts';
import { whyWords } from './steps/why-words.ts';
import type { RunEntry, SceneStateEntry } from './tables.ts';
import { type Hit, hitWords, summaryWords } from './texts.ts';

/** What set a scene off, as far as it matters to the run that may come of it. */
interface Occasion {
  readonly cause: RunTrace['cause'];
  /** How long the chain of scenes is that led here. */
  readonly depth: number;
  /** Null where somebody asked. */
  readonly hit: Hit | null;
  readonly because: Label;
  readonly steps: readonly TraceStep[];
  /** Of a scene that was called. */
  readonly vars?: RunEntry['vars'];
  readonly caller?: RunEntry['caller'];
  /** It is started by a run that acts on nothing. */
  readonly isShadow?: boolean;
}

/** A trigger that was met. */
export interface Met {
  readonly program: CompiledScene;
  readonly hit: Hit;
  readonly cause: RunTrace['cause'];
  readonly depth: number;
  /** What is added to the reason. */
  readonly note?: Label | null;
}

/** A scene that has never run. */
export const NEW_STATE: SceneStateEntry = {
  version: 0,
  isActive: false,
  begun: 0,
  window: null,
  broken: null,
  lastRun: null,
};

const NOTHING = both('', '');

export class Decisions {
  readonly #engine: Engine;
  readonly #runs: Runs;
  readonly pace: Pace;

  constructor(engine: Engine, runs: Runs) {
    this.#engine = engine;
    this.#runs = runs;
    this.pace = new Pace(engine);
  }

  /** A trigger of a scene was met: it counts at once, or once it is quiet. */
  occur(met: Met, world: SceneWorld): void {
    const { program, hit, cause, depth, note = null } = met;
    if (this.#engine.waits.has(program.id)) {
      this.#engine.waitMet(program.id, world);
      return;
    }
    if (!this.pace.debounce(program, { hit, cause, depth, note }, world)) this.#count(met, world);
  }

  /** A trigger has been quiet for as long as its scene wants. */
  quiet(program: CompiledScene, world: SceneWorld): void {
    const pending = this.pace.due(program.id, world);
    if (pending) this.#count({ program, ...pending }, world);
  }

  #count(met: Met, world: SceneWorld): void {
    const { program } = met;
    const loaded = this.#engine.scenes.get(program.id);
    const state = this.#engine.tables.scenes.get(program.id);
    if (loaded === undefined) return;
    if (state?.broken && remainingMs(state.broken.until, world.now, world.bootId) > 0) return;
    const occasion = this.#occasion(met, world);
    if (met.depth > DEPTH_MAX) {
      this.#breakOff(loaded, program, occasion, 'depth', world);
      return;
    }
    const tooSoon = this.pace.whyNot(program.id, world);
    if (tooSoon) {
      this.#nearMiss(program, occasion, tooSoon, 'pace', world);
      return;
    }
    const result = this.#start(loaded, program, occasion, world, true);
    if (!('id' in result)) this.#nearMiss(program, occasion, result, 'mode', world);
    else if (result.state !== 'nearMiss') this.pace.begun(program, world);
  }

  /** Somebody asked for a run. A label says why there is none; a near miss that the condition did not hold. */
  startByHand(
    loaded: LoadedScene,
    cause: Cause,
    checkWhile: boolean,
    world: SceneWorld,
  ): RunTrace | Label {
    if (loaded.compiled === null) return both('it cannot run', '无法执行');
    const because = both('it was started by hand', '手动启动');
    const steps = [triggerStep(world, 'when', because, null)];
    const occasion: Occasion = { cause, depth: 0, hit: null, because, steps };
    return this.#start(loaded, loaded.compiled, occasion, world, checkWhile);
  }

  /** A run of another scene asks for a run of this one. */
  startByScene(step: StartStep, caller: MovingRun, world: SceneWorld): Started {
    const by = caller.draft;
    const loaded = this.#engine.scenes.get(step.scene);
    const state = this.#engine.tables.scenes.get(step.scene);
    if (loaded === undefined)
      return { why: both('there is no such scene', '场景不存在'), isFault: true };
    const { record, compiled } = loaded;
    if (compiled === null) return { why: both('it cannot run', '无法执行'), isFault: true };
    if (!record.enabled) return { why: both('it is switched off', '已停用'), isFault: true };
    if (state?.broken && remainingMs(state.broken.until, world.now, world.bootId) > 0) {
      return { why: REST_WORDS[state.broken.why], isFault: true };
    }
    const cause: Cause = { kind: 'scene', scene: by.scene, run: by.id };
    const name = this.#engine.scenes.get(by.scene)?.record.name ?? by.scene;
    const because = both(`“${name}” starts it`, `“${name}”启动了它`);
    const depth = depthAfter(cause, world.now.wallMs);
    const steps = [triggerStep(world, 'when', because, null)];
    const called = step.kind === 'call' ? this.#called(step, caller, compiled) : {};
    if ('why' in called) return { ...called, isFault: true };
    const isShadow = by.isShadow ?? false;
    const occasion: Occasion = { cause, depth, hit: null, because, steps, ...called, isShadow };
    const result =
      depth > DEPTH_MAX
        ? this.#breakOff(loaded, compiled, occasion, 'depth', world)
        : this.#start(loaded, compiled, occasion, world, step.kind === 'run' && step.checkWhile);
    if (!('id' in result)) {
      this.#nearMiss(compiled, occasion, result, 'mode', world);
      return { why: result, isFault: false };
    }
    if (result.state !== 'nearMiss') return { run: result };
    const broken = this.#engine.tables.scenes.get(record.id)?.broken;
    if (broken) return { why: REST_WORDS[broken.why], isFault: true };
    return { why: both('its condition does not hold', '不满足其条件'), isFault: false };
  }

  /** What a scene is called with, and by whom; or why it cannot be called. */
  #called(
    { args }: Extract<StartStep, { kind: 'call' }>,
    run: MovingRun,
    { scene }: CompiledScene,
  ): Pick<Occasion, 'vars' | 'caller'> | { readonly why: Label } {
    const { calls } = SCENE_LIMITS;
    if (this.#callDepth(run.draft) >= calls) {
      return {
        why: both(`${calls} calls wait for each other already`, `已有 ${calls} 层调用在等待`),
      };
    }
    const given: Record<string, VariableValue> = {};
    for (const one of args) {
      const worked = workOut(this.#engine, run, one);
      if ('why' in worked) {
        const why = whyWords(worked.why);
        return { why: both(`${one.name}: ${why.en}`, `无法得出 ${one.name}：${why.zh}`) };
      }
      given[one.name] = worked.value;
    }
    const taken = argumentsFor(scene, given);
    if ('why' in taken) return taken;
    return { vars: taken.vars, caller: { run: run.draft.id, branch: run.at } };
  }

  /** How many runs wait for each other above this one. */
  #callDepth(entry: RunEntry): number {
    let depth = 0;
    let above = entry.caller;
    while (above !== undefined && depth < SCENE_LIMITS.calls) {
      depth += 1;
      above = this.#engine.tables.runs.get(above.run)?.caller;
    }
    return depth;
  }

  /** Begins a run where condition and mode let it. A near miss of the condition is told here, one of the mode not yet. */
  #start(
    loaded: LoadedScene,
    program: CompiledScene,
    occasion: Occasion,
    world: SceneWorld,
    checkWhile: boolean,
  ): RunTrace | Label {
    const triggerId = (occasion.hit && program.scene.when[occasion.hit.trigger]?.id) ?? null;
    const verdict = checkWhile ? this.judge(loaded, occasion.cause, triggerId, world) : PASSES;
    const steps = [...occasion.steps, ...verdict.steps];
    if (verdict.truth !== 'true') {
      const why = this.#whyNot(program, verdict, world);
      const held = verdict.truth === 'false' ? 'condition' : 'unknown';
      return this.#nearMiss(program, { ...occasion, steps }, why, held, world);
    }
    const isByHand = occasion.hit === null && occasion.cause.kind !== 'scene';
    const isShadow = occasion.isShadow === true || loaded.record.shadow === true;
    const entering = isShadow
      ? null
      : this.pace.group(program, isByHand, world, (run, note) => {
          this.#runs.cancel(run.id, world, note);
        });
    if (entering !== null && 'en' in entering) return entering;
    if (!isByHand && !this.#countRun(program.id, world)) {
      return this.#breakOff(loaded, program, { ...occasion, steps }, 'rate', world);
    }
    const { cause, depth, because, hit } = occasion;
    const origin = {
      device: hit?.device ?? null,
      property: hit?.property ?? null,
      value: hit?.value ?? null,
      ...(triggerId === null ? {} : { triggerId }),
    };
    const { caller } = occasion;
    const vars = occasion.vars ?? defaultsOf(program);
    const called = { ...(vars ? { vars } : {}), ...(caller ? { caller } : {}) };
    const start = { loaded, program, cause, depth, origin, because, steps, ...called, isShadow };
    return this.#runs.begin(entering === null ? start : { ...start, entering }, world);
  }

  /** Whether the scene's condition holds now. */
  judge(
    { record, compiled }: LoadedScene,
    cause: RunTrace['cause'],
    triggerId: string | null,
    world: SceneWorld,
  ): ConditionResult {
    const condition = compiled?.scene.while ?? null;
    if (condition === null) return PASSES;
    return evaluateCondition(
      condition,
      world,
      this.#engine.names(world),
      this.#engine.civil(world),
      {
        ...this.#engine.asked(record.id, cause, world, null, triggerId),
        local: (name) => compiled && sceneVariable(this.#engine, record.id, compiled.scene, name),
      },
    );
  }

  /** A run has its turn: why it must not begin, with what was read. */
  recheck(
    loaded: LoadedScene,
    { cause, origin }: Pick<RunEntry, 'cause' | 'origin'>,
    world: SceneWorld,
  ): { whyNot: Label | null; steps: readonly TraceStep[] } {
    if (loaded.compiled?.scene.recheck === false) return { whyNot: null, steps: [] };
    const verdict = this.judge(loaded, cause, origin.triggerId ?? null, world);
    if (verdict.truth === 'true' || loaded.compiled === null)
      return { whyNot: null, steps: verdict.steps };
    return { whyNot: notRun(this.#whyNot(loaded.compiled, verdict, world)), steps: verdict.steps };
  }

  #whyNot(program: CompiledScene, { truth }: ConditionResult, world: SceneWorld): Label {
    const condition = program.scene.while;
    const words = condition ? conditionWords(this.#engine.names(world), condition) : NOTHING;
    return truth === 'false'
      ? both(`it is not so that ${words.en}`, `不满足“${words.zh}”`)
      : both(`it is not known whether ${words.en}`, `不知道是否“${words.zh}”`);
  }

  /** Counts the run for the rate cap; false where it is one too many. */
  #countRun(id: SceneId, world: SceneWorld): boolean {
    const { scenes } = this.#engine.tables;
    const state = scenes.get(id) ?? NEW_STATE;
    const isOpen = state.window !== null && remainingMs(state.window, world.now, world.bootId) > 0;
    const begun = isOpen ? state.begun + 1 : 1;
    const window = isOpen ? state.window : deadlineAfter(world.now, world.bootId, RATE_WINDOW_MS);
    scenes.set(id, { ...state, begun, window });
    return begun <= RATE_MAX;
  }

  #breakOff(
    { record }: LoadedScene,
    program: CompiledScene,
    occasion: Occasion,
    why: 'rate' | 'depth',
    world: SceneWorld,
  ): RunTrace {
    const { scenes } = this.#engine.tables;
    const until = deadlineAfter(world.now, world.bootId, REST_MS);
    const state = scenes.get(record.id) ?? NEW_STATE;
    scenes.set(record.id, { ...state, begun: 0, window: null, broken: { until, why } });
    world.arm(breakerKey(record.id), until);
    return this.#nearMiss(program, occasion, REST_WORDS[why], 'rests', world);
  }

  /** The scene has rested. */
  mend(id: SceneId, world: SceneWorld): void {
    const { scenes } = this.#engine.tables;
    const state = scenes.get(id);
    if (!state?.broken) return;
    if (remainingMs(state.broken.until, world.now, world.bootId) > 0) {
      world.arm(breakerKey(id), state.broken.until);
    } else {
      scenes.set(id, { ...state, broken: null });
    }
  }

  /** Remembers how a run ended. */
  ended(trace: RunTrace): void {
    const { scenes } = this.#engine.tables;
    const state = scenes.get(trace.scene);
    if (state === undefined || trace.state === 'nearMiss') return;
    const lastRun = { id: trace.id, atMs: trace.startedAtMs, state: trace.state };
    scenes.set(trace.scene, { ...state, lastRun });
  }

  /** What a hold does when it has lasted. */
  holdHooks(world: SceneWorld): HoldHooks {
    return {
      fires: (program, trigger, device, { assumedMs }) => {
        const subject = program.holds.get(trigger)?.levels[0]?.subject;
        const own = subject?.kind === 'device' ? subject : null;
        const id = device?.id ?? own?.device ?? null;
        const property = device?.property ?? own?.property ?? null;
        const value = id && property ? (world.live(id)?.properties[property]?.value ?? null) : null;
        const gap = gapWords(assumedMs);
        const note =
          assumedMs > 0
            ? both(` (the hub was off for ${gap.en} of it)`, `（其间中枢停机 ${gap.zh}）`)
            : null;
        // A level that has lasted is a cause of its own: what began it counts no more.
        const cause: Cause = id === null ? { kind: 'local' } : { kind: 'device', device: id };
        const hit = { trigger, item: 0, device: id, property, value };
        this.occur({ program, hit, cause, depth: 0, note }, world);
      },
    };
  }

  /** What a time of day does when it has come, or has gone by. */
  scheduleHooks(world: SceneWorld): ScheduleHooks {
    const metAt = (
      program: CompiledScene,
      trigger: number,
      clock: string,
      note: Label | null,
    ): Met => {
      const hit = { trigger, item: 0, device: null, property: null, value: null };
      return { program, hit, cause: { kind: 'schedule', at: clock }, depth: 0, note };
    };
    return {
      fires: (program, trigger, clock, lateMs) => {
        const late = gapWords(lateMs);
        const note =
          lateMs > 0 ? both(` (caught up ${late.en} later)`, `（迟了 ${late.zh} 补做）`) : null;
        this.occur(metAt(program, trigger, clock, note), world);
      },
      missed: (program, trigger, clock, lateMs) => {
        if (this.#engine.waits.has(program.id)) return;
        const late = gapWords(lateMs);
        const why = both(
          `that was ${late.en} ago, which is too late to catch up`,
          `已过去 ${late.zh}，不再补做`,
        );
        const occasion = this.#occasion(metAt(program, trigger, clock, null), world);
        this.#nearMiss(program, occasion, why, 'late', world);
      },
    };
  }

  #occasion({ program, hit, cause, depth, note }: Met, world: SceneWorld): Occasion {
    const trigger = program.scene.when[hit.trigger];
    const words = trigger ? this.#hitWords(trigger, hit, world) : NOTHING;
    const because = note ? both(words.en + note.en, words.zh + note.zh) : words;
    const steps = [triggerStep(world, `when[${hit.trigger}]`, because, hit)];
    return { cause, depth, hit, because, steps };
  }

  #hitWords(trigger: Trigger, hit: Hit, world: SceneWorld): Label {
    const what = `${hit.item} ${hit.device} ${hit.property} ${JSON.stringify(hit.value)}`;
    return this.#engine.said(trigger, what, () =>
      hitWords(this.#engine.names(world), trigger, hit),
    );
  }

  /** Tells that a scene was triggered and did not begin, and why. */
  #nearMiss(
    program: CompiledScene,
    occasion: Occasion,
    why: Label,
    held: HeldBack,
    world: SceneWorld,
  ): RunTrace {
    const atMs = world.now.wallMs;
    const steps: readonly TraceStep[] = [
      ...occasion.steps,
      {
        atMs,
        path: 'do',
        kind: 'end',
        state: 'cancelled',
        text: notRun(why),
      },
    ];
    const trace: RunTrace = {
      id: this.#engine.runId(world, occasion.depth),
      scene: program.id,
      sceneVersion: this.#engine.scenes.get(program.id)?.record.version ?? 0,
      state: 'nearMiss',
      startedAtMs: atMs,
      endedAtMs: atMs,
      cause: occasion.cause,
      seq: world.seq,
      steps: steps.slice(0, NEAR_MISS_STEPS_MAX),
      omitted: Math.max(0, steps.length - NEAR_MISS_STEPS_MAX),
      held,
      ...(this.#engine.scenes.get(program.id)?.record.shadow ? { shadow: true } : {}),
      summary: summaryWords('nearMiss', occasion.because, steps),
    };
    world.publish(trace);
    return trace;
  }
}

/** What a scene takes that is not called: what it says itself. */
function defaultsOf({ scene }: CompiledScene): RunEntry['vars'] {
  if (scene.takes === undefined) return undefined;
  const given = scene.takes.flatMap(({ name, initial }) =>
    initial === null ? [] : [[name, { value: initial, path: 'takes' }] as const],
  );
  return Object.fromEntries(given);
}

function notRun(why: Label): Label {
  return both(`Not run: ${why.en}`, `没有执行：${why.zh}`);
}

/** Conditions are at most 200, trigger and reason come to them. */
const NEAR_MISS_STEPS_MAX = 200;
const PASSES: ConditionResult = { truth: 'true', steps: [] };

const REST_WORDS = {
  rate: both(
    `it began more than ${RATE_MAX} times within ${RATE_WINDOW_MS / 1000} seconds and rests for a minute`,
    `${RATE_WINDOW_MS / 1000} 秒内触发超过 ${RATE_MAX} 次，暂停一分钟`,
  ),
  depth: both(
    `scenes set each other off more than ${DEPTH_MAX} times in a row, so it rests for a minute`,
    `场景互相触发超过 ${DEPTH_MAX} 次，暂停一分钟`,
  ),
};

/** Why a scene rests, for whoever looks at it. */
export function restProblem(name: string, why: 'rate' | 'depth'): Problem {
  return {
    code: 'busy',
    message: `${name} rests: ${REST_WORDS[why].en}`,
    hint: 'Look at its last runs: which scene or device sets it off again and again?',
  };
}

/** The key of the deadline at which a scene has rested. */
export function breakerKey(id: SceneId): string {
  return `breaker/${id}`;
}

function triggerStep(world: SceneWorld, path: string, text: Label, hit: Hit | null): TraceStep {
  const { device, property, value } = hit ?? { device: null, property: null, value: null };
  return {
    atMs: world.now.wallMs,
    path,
    kind: 'trigger',
    state: 'true',
    ...(property === null ? {} : { read: [{ device, property, value }] }),
    text,
  };
}
