// Works the steps of a run: begins them, looks at waits, takes outcomes and deadlines, and takes a run up after an
// outage. Each function moves one run on; runs.ts keeps it.
import { type Deadline, deadlineAfter, remainingMs } from '../../hub/model/clock.ts';
import type { Problem } from '../../hub/model/errors.ts';
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { ChangeInput, SceneWorld } from '../../hub/model/scene-world.ts';
import { durationText, gapWords } from '../language/literals.ts';
import type { AfterOutage } from '../language/scene.ts';
import { waitedForWords } from '../language/sentences.ts';
import type { Step } from '../language/steps.ts';
import { both } from '../language/words.ts';
import { readBack } from './acts.ts';
import { elsePath } from './compile.ts';
import type { Engine } from './engine.ts';
import { holdAfterGap, OUTAGE_MIN_MS, stepHold } from './hold.ts';
import { levelsHold } from './levels.ts';
import {
  addLine,
  atEachBranch,
  branchOf,
  end,
  enterList,
  frameOf,
  isDue,
  type MovingRun,
  nextStep,
  pathOf,
  setLine,
  setWaiting,
  stepAt,
  stepOfFrame,
  stepOn,
  waitingOf,
} from './moving-run.ts';
import { effectAnew, isEffectWaiting } from './steps/after-outage.ts';
import {
  beginTargets,
  countOutcome,
  effectDue,
  lookAtExpect,
  restore,
  snapshot,
} from './steps/effects.ts';
import { beginFlow, endBranch, endOfList, mayGoOn, stopRunaway } from './steps/flow.ts';
import { beginOther, NO_ANSWER, otherSwitched } from './steps/other-scenes.ts';
import { answerDue, awaitsAnswer, beginConfirm, beginNotify, unasked } from './steps/people.ts';
import { beginRamp, rampDue } from './steps/ramp.ts';
import { setMode } from './steps/sources.ts';
import { keepValues } from './steps/variables.ts';
import type { OpenAct, Waiting } from './tables.ts';
import { compileLevel } from './value-tests.ts';

/** After the hub was off the outcome of a command is mostly lost, but the device says soon how it is. */
const READ_BACK_AFTER_MS = 15_000;

/** A button's event. */
export interface Pressed {
  readonly device: DeviceId;
  readonly property: PropertyKey;
  readonly value: PropertyValue;
}

/** A wait for a level looks at the world; a wait for an edge at the change. */
export function lookAtWait(engine: Engine, run: MovingRun, change: ChangeInput | null): void {
  if (waitingOf(run)?.kind === 'expect') {
    lookAtExpect(engine, run, false);
    return;
  }
  const step = stepAt(run);
  const waiting = waitingOf(run);
  if (step?.kind !== 'wait' || waiting?.kind !== 'wait') return;
  const { until } = step;
  const names = engine.names(run.world);
  if (until.kind === 'holds') {
    const levels = until.of.map((level) => compileLevel(names, level));
    const level = levelsHold(run.world, levels, null);
    const { hold, fires } = stepHold(waiting.hold, level, until.forMs, run.world);
    setWaiting(run, { ...waiting, hold });
    if (fires) endWait(engine, run, 'ok');
  } else if (until.kind === 'becomes' && change !== null) {
    const isMet = until.of.some((level) => {
      const { subject } = level;
      if (subject.kind !== 'device' || subject.device !== change.device) return false;
      if (subject.property !== change.property) return false;
      const { test } = compileLevel(names, level);
      return test(change.value) && (change.previous === null || !test(change.previous));
    });
    if (isMet) endWait(engine, run, 'ok');
  }
}

/** An act of the run has come to something. */
export function takeOutcome(
  engine: Engine,
  run: MovingRun,
  act: OpenAct,
  outcome: 'ok' | 'waits' | 'failed' | 'timedOut' | 'cancelled',
  problem: Problem | null,
): void {
  const { draft } = run;
  const state = outcome === 'waits' ? 'ok' : outcome;
  draft.open = draft.open.filter((one) => one !== act);
  if (draft.open.length === 0) draft.guard = null;
  const hasFailed = state === 'failed' || state === 'timedOut';
  const step = stepOn(run.program, act.path);
  if (step)
    setLine(
      run,
      act.line,
      state,
      readBack.words(engine, run, step, act, outcome, problem),
      problem ? { problem } : {},
    );
  run.at = act.branch;
  const isOpen = draft.open.some(({ branch, path }) => branch === act.branch && path === act.path);
  const waiting = waitingOf(run);
  if (waiting?.kind === 'acts' && waiting.tally !== undefined && waiting.path === act.path) {
    countOutcome(engine, run, act, state, problem, isOpen);
    return;
  }
  if (act.kind === 'notify' && awaitsAnswer(run, act.id)) {
    if (hasFailed) unasked(run);
    return;
  }
  if (hasFailed) draft.failures += 1;
  // What a branch asked for that is over by now concerns nobody but the trace.
  const isStopping =
    hasFailed &&
    branchOf(run) !== null &&
    step !== undefined &&
    'onError' in step &&
    step.onError === 'stop';
  if (isStopping) {
    end(run, 'failed', both('Ended, since a step did not succeed', '因步骤失败而结束'));
    return;
  }
  if (waiting?.kind === 'acts' && waiting.path === act.path && !isOpen) {
    setWaiting(run, null);
    nextStep(run);
  }
}

/** Outcomes that never came: the devices are looked at instead. */
export function giveUpOutcomes(engine: Engine, run: MovingRun): void {
  for (const act of run.draft.open) {
    const isThere = readBack.isThere(engine, run.world, act);
    takeOutcome(engine, run, act, isThere ? 'ok' : 'failed', isThere ? null : readBack.lost);
    if (run.ended) return;
  }
}

/** The wait at hand is over. */
export function endWait(engine: Engine, run: MovingRun, state: 'ok' | 'timedOut'): void {
  const step = stepAt(run);
  const waiting = waitingOf(run);
  const frame = frameOf(run);
  if (step?.kind !== 'wait' || waiting?.kind !== 'wait' || frame === undefined) return;
  const what = waitedForWords(engine.names(run.world), step.until);
  const limit = durationText(step.timeoutMs ?? 0);
  const assumed = waiting.hold?.assumedMs ?? 0;
  const gap = gapWords(assumed);
  const seen = both(
    assumed > 0 ? ` (the hub was off for ${gap.en} of it)` : '',
    assumed > 0 ? `（其间中枢停机 ${gap.zh}）` : '',
  );
  const text =
    state === 'ok'
      ? both(`Waited until ${what.en}${seen.en}`, `已等到${what.zh}${seen.zh}`)
      : both(`Waited ${limit.en} in vain until ${what.en}`, `等了 ${limit.zh}，没有等到${what.zh}`);
  setLine(run, waiting.line, state, text);
  setWaiting(run, null);
  if (state === 'timedOut' && step.otherwise.length > 0) {
    enterList(run, { list: elsePath(frame.list, frame.at), at: 0 });
  } else {
    nextStep(run);
  }
}

/** Takes a run up after the hub or the core was off for `gapMs`. */
export function resumeRun(engine: Engine, run: MovingRun, gapMs: number): void {
  const { draft, world } = run;
  if (gapMs >= OUTAGE_MIN_MS && draft.open.length > 0) {
    draft.guard = deadlineAfter(world.now, world.bootId, READ_BACK_AFTER_MS);
  }
  atEachBranch(run, () => resumeBranch(engine, run, gapMs));
}

function resumeBranch(engine: Engine, run: MovingRun, gapMs: number): void {
  const { world } = run;
  const { waits, holds, late } = run.program.scene.afterOutage;
  const waiting = waitingOf(run);
  const isEffect = isEffectWaiting(waiting);
  if (isEffect && (gapMs < OUTAGE_MIN_MS || waits === 'resume')) return;
  if (!isEffect && waiting?.kind !== 'delay' && waiting?.kind !== 'wait') return;
  const step = stepAt(run);
  if (gapMs < OUTAGE_MIN_MS) {
    lookAtWait(engine, run, null);
    return;
  }
  const gap = gapWords(gapMs);
  if (waits === 'drop') {
    end(
      run,
      'cancelled',
      both(`Ended: the hub was off for ${gap.en}`, `已结束：中枢停机 ${gap.zh}`),
    );
    return;
  }
  const note = both(`The hub was off for ${gap.en}`, `中枢停机 ${gap.zh}`);
  addLine(run, pathOf(run), 'note', 'ok', note);
  if (isEffectWaiting(waiting)) {
    setWaiting(run, effectAnew(waiting, step, world));
    return;
  }
  if (waits === 'restart') {
    setWaiting(run, waitingAnew(waiting, step, world));
  } else if (isTooLate(waiting, late, world)) {
    end(run, 'cancelled', both('Ended: it was too late to go on', '已结束：错过太久'));
    return;
  } else if (waiting.kind === 'wait' && waiting.hold && step?.kind === 'wait') {
    const forMs = step.until.kind === 'holds' ? step.until.forMs : 0;
    const policy = holds === 'assume' ? 'assume' : 'restart';
    const at = { now: world.now, bootId: world.bootId, gapMs };
    setWaiting(run, { ...waiting, hold: holdAfterGap(waiting.hold, policy, forMs, at) });
  }
  lookAtWait(engine, run, null);
}

function isLastStep(run: MovingRun): boolean {
  const { program } = run;
  const branch = branchOf(run);
  // Behind the last step of a branch stands what waits for it, and behind that of a round the next one.
  if (branch === null || branch.parent !== null) return false;
  return branch.frames.every(
    ({ list, at, round }) =>
      round === undefined && at + 1 >= (program.lists.get(list)?.length ?? 0),
  );
}

function waitingAnew(waiting: Waiting, step: Step | undefined, world: SceneWorld): Waiting {
  if (waiting.kind === 'delay' && step?.kind === 'delay') {
    return { ...waiting, due: deadlineAfter(world.now, world.bootId, step.ms) };
  }
  if (waiting.kind === 'wait' && step?.kind === 'wait') {
    return { ...waiting, timeout: after(step.timeoutMs, world), hold: null };
  }
  return waiting;
}

/** Works step after step of every branch, until each has to wait or there is none left. */
export function advance(engine: Engine, run: MovingRun): void {
  for (let next = readyBranch(run); next !== null && !run.ended; next = readyBranch(run)) {
    run.at = next;
    advanceBranch(engine, run);
  }
  const { draft } = run;
  if (run.ended || draft.branches.length > 0 || draft.open.length > 0) return;
  end(run, draft.failures > 0 ? 'failed' : 'done', null);
}

function readyBranch({ draft }: MovingRun): number | null {
  return draft.branches.find(({ waiting }) => waiting === null)?.id ?? null;
}

function advanceBranch(engine: Engine, run: MovingRun): void {
  const { program } = run;
  while (waitingOf(run) === null && !run.ended) {
    const frame = frameOf(run);
    if (frame === undefined) {
      endBranch(run);
      return;
    }
    const step = stepOfFrame(program, frame);
    if (step === undefined) endOfList(engine, run);
    else if (mayGoOn(run)) beginStep(engine, run, step);
  }
}

function beginStep(engine: Engine, run: MovingRun, step: Step): void {
  const { world } = run;
  const path = pathOf(run);
  switch (step.kind) {
    case 'set':
    case 'toggle':
    case 'adjust':
    case 'command':
    case 'http':
    case 'mqtt':
      // Behind the last step nothing comes that its outcome would hold up.
      beginTargets(engine, run, step, isLastStep(run));
      return;
    case 'snapshot':
      snapshot(engine, run, step);
      return;
    case 'restore':
      restore(engine, run, step);
      return;
    case 'ramp':
      beginRamp(engine, run, step);
      return;
    case 'notify':
      beginNotify(engine, run, step);
      return;
    case 'confirm':
      beginConfirm(engine, run, step);
      return;
    case 'delay': {
      const time = durationText(step.ms);
      const line = addLine(
        run,
        path,
        'delay',
        'started',
        both(`Waiting ${time.en}`, `等待 ${time.zh}`),
      );
      const due = deadlineAfter(world.now, world.bootId, step.ms);
      setWaiting(run, { kind: 'delay', due, line });
      return;
    }
    case 'wait': {
      const what = waitedForWords(engine.names(world), step.until);
      const text = both(`Waiting until ${what.en}`, `等待${what.zh}`);
      const line = addLine(run, path, 'wait', 'started', text);
      const timeout = after(step.timeoutMs, world);
      setWaiting(run, { kind: 'wait', number: run.draft.done, timeout, hold: null, line });
      lookAtWait(engine, run, null);
      return;
    }
    case 'let':
    case 'remember':
      keepValues(engine, run, step);
      return;
    case 'run':
    case 'call':
    case 'cancel':
    case 'undo':
    case 'switch':
      beginOther(engine, run, step);
      return;
    case 'mode':
      setMode(run, step);
      return;
    case 'choose':
    case 'repeat':
    case 'parallel':
    case 'race':
    case 'stop':
      beginFlow(engine, run, step);
      return;
    default:
      step satisfies never;
  }
}

/** A wait for a press looks at the press. */
export function lookAtPress(engine: Engine, run: MovingRun, press: Pressed): void {
  const step = stepAt(run);
  if (step?.kind !== 'wait' || step.until.kind !== 'presses') return;
  const isMeant = step.until.of.some(
    ({ subject, values }) =>
      subject.kind === 'device' &&
      subject.device === press.device &&
      subject.property === press.property &&
      values.some((value) => value === press.value),
  );
  if (isMeant) endWait(engine, run, 'ok');
}

/** One of the run's deadlines has come: `guard`, or that of a branch, such as `step/0`. */
export function takeDue(engine: Engine, run: MovingRun, which: string): void {
  const { draft } = run;
  const branch = which.split('/')[1];
  if (which === 'end') {
    if (isDue(draft.until, run.world)) stopRunaway(run, TOO_LONG);
    return;
  }
  if (branch === undefined) {
    if (draft.guard && isDue(draft.guard, run.world)) giveUpOutcomes(engine, run);
    return;
  }
  run.at = Number(branch);
  const waiting = waitingOf(run);
  if (waiting?.kind === 'pause') {
    if (isDue(waiting.due, run.world)) setWaiting(run, null);
  } else if (waiting?.kind === 'switch') {
    if (isDue(waiting.due, run.world)) otherSwitched(engine, run, waiting.scene, NO_ANSWER);
  } else if (waiting?.kind === 'delay') {
    if (!isDue(waiting.due, run.world)) return;
    const step = stepAt(run);
    const time = durationText(step?.kind === 'delay' ? step.ms : 0);
    setLine(run, waiting.line, 'ok', both(`Waited ${time.en}`, `已等待 ${time.zh}`));
    setWaiting(run, null);
    nextStep(run);
  } else if (waiting?.kind === 'wait') {
    // The level first: what is there at the last moment is there in time.
    lookAtWait(engine, run, null);
    const now = waitingOf(run);
    if (now?.kind === 'wait' && now.timeout && isDue(now.timeout, run.world))
      endWait(engine, run, 'timedOut');
  } else if (waiting !== null && 'due' in waiting && isDue(waiting.due, run.world)) {
    if (waiting.kind === 'ramp') rampDue(engine, run, waiting);
    else if (waiting.kind === 'answer') answerDue(engine, run, waiting);
    else effectDue(engine, run, waiting);
  }
}

const TOO_LONG = both(
  'Stopped: it has lasted for two years, the longest that a run may',
  '已停止：已持续两年，达到一次执行的最长时间',
);

function after(ms: number | null, world: SceneWorld): Deadline | null {
  return ms === null ? null : deadlineAfter(world.now, world.bootId, ms);
}

function isTooLate(waiting: Waiting, late: AfterOutage['late'], world: SceneWorld): boolean {
  if (late.kind !== 'skip') return false;
  const due =
    waiting.kind === 'delay' ? waiting.due : waiting.kind === 'wait' ? waiting.timeout : null;
  return due !== null && -remainingMs(due, world.now, world.bootId) > late.overMs;
}
