// Works the steps that command devices: asks for their targets, counts what becomes of them, waits for what is
// expected, tries again, and puts things back.
import { deadlineAfter, remainingMs } from '../../../hub/model/clock.ts';
import type { Problem } from '../../../hub/model/errors.ts';
import type {
  AdjustStep,
  Care,
  CommandStep,
  HttpStep,
  MqttStep,
  RestoreStep,
  SetStep,
  SnapshotStep,
  ToggleStep,
} from '../../language/effect-steps.ts';
import { durationText } from '../../language/literals.ts';
import type { Step } from '../../language/steps.ts';
import { both, deviceWords, levelWords, subjectWords } from '../../language/words.ts';
import { type Asked, type Asking, askTarget, commandOf } from '../acts.ts';
import { innerPath } from '../compile.ts';
import type { Engine } from '../engine.ts';
import { causeWords, type Kept, keep, restoring } from '../keeping.ts';
import { levelsHold } from '../levels.ts';
import {
  addLine,
  enterList,
  fail,
  frameOf,
  type MovingRun,
  nextStep,
  pathOf,
  setLine,
  setWaiting,
  stepAt,
  waitingOf,
} from '../moving-run.ts';
import type { EffectWaiting, Missed, OpenAct, Tally } from '../tables.ts';
import { selected, type Target, targetsOf } from '../targets.ts';
import { compileLevel } from '../value-tests.ts';
import { askOutside } from './outside.ts';

/** An outcome that has not come by then is given up; the longest command of the core ends within a minute. */
export const OUTCOME_WITHIN_MS = 120_000;
/** Attempts lie at most so far apart. */
const BACKOFF_MAX_MS = 600_000;

/** Steps with targets, whose success is counted. */
export type TargetStep = SetStep | ToggleStep | AdjustStep | CommandStep | HttpStep | MqttStep;

export function isTargetStep(step: Step | undefined): step is TargetStep {
  switch (step?.kind) {
    case 'set':
    case 'toggle':
    case 'adjust':
    case 'command':
    case 'http':
    case 'mqtt':
      return true;
    default:
      return false;
  }
}

/** Begins a step with targets. `isLast`: nothing comes behind it, so that only what it says itself is waited for. */
export function beginTargets(
  engine: Engine,
  run: MovingRun,
  step: TargetStep,
  isLast: boolean,
): void {
  const path = pathOf(run);
  if (step.kind === 'toggle') run.world.delicate();
  const asked = askAll(engine, run, step, path);
  const retry = step.care?.retry;
  const isManaged = step.care !== undefined || (step.kind === 'set' && step.forMs !== undefined);
  const impossible = asked.filter((one) => one === 'impossible').length;
  const acts = opened(run, asked, 'overMs' in step ? (step.overMs ?? 0) : 0);
  if (asked.length === 0) noDevice(run, step, path);
  if (!isManaged && impossible === 0 && asked.length > 0) {
    const isWaitedFor = acts.length > 0 && (step.onError === 'stop' || !isLast);
    if (isWaitedFor) setWaiting(run, { kind: 'acts', path });
    else nextStep(run);
    return;
  }
  const tally: Tally = {
    attempt: 0,
    until: retry ? deadlineAfter(run.world.now, run.world.bootId, retry.withinMs) : null,
    ok: 0,
    failed: impossible + (asked.length === 0 ? 1 : 0),
    again: [],
    repeatable:
      step.care?.expect && retry ? acts.filter((act) => isRepeatable(step, act)).map(missedOf) : [],
    phase: 'ask',
  };
  setWaiting(run, { kind: 'acts', path, tally });
  if (acts.length === 0) settleTally(engine, run);
}

function noDevice(run: MovingRun, step: TargetStep, path: string): void {
  if (!('group' in step) || step.group === undefined) return;
  const text = both('There is no such device in the home', '家中没有符合的设备');
  addLine(run, path, 'command', 'failed', text);
}

function askAll(engine: Engine, run: MovingRun, step: TargetStep, path: string): Asked[] {
  if (step.kind === 'http' || step.kind === 'mqtt') return [askOutside(engine, run, step, path)];
  const overMs = 'overMs' in step ? step.overMs : null;
  return targetsOf(run.world, step).map((target) =>
    askTarget(engine, run, target, { path, overMs }),
  );
}

/** Follows the acts among what was asked. */
export function opened(run: MovingRun, asked: readonly Asked[], overMs: number): OpenAct[] {
  const { draft, world } = run;
  const acts = asked.filter((one) => one !== 'left' && one !== 'impossible');
  if (acts.length === 0) return acts;
  draft.open = [...draft.open, ...acts];
  const guard = deadlineAfter(world.now, world.bootId, OUTCOME_WITHIN_MS + overMs);
  if (draft.guard === null || draft.guard.wallMs < guard.wallMs) draft.guard = guard;
  return acts;
}

function missedOf(act: OpenAct): Missed {
  return act.kind === 'command'
    ? { device: act.device, item: act.item, wants: act.wants }
    : { device: null, item: 0, wants: null };
}

/** Whether doing it twice is the same as doing it once. */
function isRepeatable(step: TargetStep, act: OpenAct): boolean {
  if (act.kind !== 'command')
    return step.kind === 'http' && step.method !== 'POST' && step.method !== 'PATCH';
  if (act.wants !== null) return true;
  const name = step.kind === 'command' ? commandOf(step, act.item)?.name : undefined;
  return name === 'stop' || name === 'identify';
}

/** Whether it surely was not done, so that it may be tried again whatever it is. */
function isSurelyUndone(problem: Problem | null): boolean {
  switch (problem?.code) {
    case 'unreachable':
    case 'not-recorded':
    case 'busy':
    case 'rejected-by-device':
      return true;
    default:
      return false;
  }
}

/** Counts what became of an act of a step that is counted. */
export function countOutcome(
  engine: Engine,
  run: MovingRun,
  act: OpenAct,
  state: 'ok' | 'failed' | 'timedOut' | 'cancelled',
  problem: Problem | null,
  isOpen: boolean,
): void {
  const waiting = waitingOf(run);
  const step = stepAt(run);
  if (waiting?.kind !== 'acts' || waiting.tally === undefined) return;
  let { tally } = waiting;
  if (state === 'ok') tally = { ...tally, ok: tally.ok + 1 };
  else if (state !== 'cancelled') {
    const mayRepeat = isTargetStep(step) && (isRepeatable(step, act) || isSurelyUndone(problem));
    tally = mayRepeat
      ? { ...tally, again: [...tally.again, missedOf(act)] }
      : { ...tally, failed: tally.failed + 1 };
  }
  setWaiting(run, { ...waiting, tally });
  if (!isOpen) settleTally(engine, run);
}

/** All outcomes of an attempt are there. */
function settleTally(engine: Engine, run: MovingRun): void {
  const waiting = waitingOf(run);
  const step = stepAt(run);
  if (waiting?.kind !== 'acts' || waiting.tally === undefined) return;
  const { tally } = waiting;
  const failed = tally.failed + tally.again.length;
  if (!isTargetStep(step) || tally.phase === 'restore') {
    const onError = step !== undefined && 'onError' in step ? step.onError : 'continue';
    if (failed > 0 && !fail(run, onError)) return;
    goOn(run);
    return;
  }
  if (isEnough(step.care, tally.ok, failed)) {
    if (step.care?.expect) beginExpect(engine, run, step.care.expect, tally);
    else succeeded(run, step);
    return;
  }
  if (!tryAgain(run, step, tally)) cameToNothing(run, step);
}

function isEnough(care: Care | undefined, ok: number, failed: number): boolean {
  if (care?.okIf === undefined) return failed === 0;
  return ok >= (care.okIf === 'any' ? 1 : care.okIf);
}

function goOn(run: MovingRun): void {
  setWaiting(run, null);
  nextStep(run);
}

/** Waits for the next attempt; false where there is none. */
function tryAgain(run: MovingRun, step: TargetStep, tally: Tally): boolean {
  const { world } = run;
  const retry = step.care?.retry;
  if (retry === undefined || tally.until === null || tally.again.length === 0) return false;
  const path = pathOf(run);
  if (tally.attempt >= retry.times) return false;
  const waitMs = Math.min(BACKOFF_MAX_MS, retry.everyMs * 2 ** tally.attempt);
  if (remainingMs(tally.until, world.now, world.bootId) < waitMs) {
    const within = durationText(retry.withinMs);
    const text = both(
      `Not tried again: it would come later than ${within.en} after the first time`,
      `不再重试：已超过 ${within.zh}的期限`,
    );
    addLine(run, path, 'note', 'cancelled', text);
    return false;
  }
  const time = durationText(waitMs);
  const text = both(`Trying again in ${time.en}`, `${time.zh}后重试`);
  const line = addLine(run, path, 'delay', 'started', text);
  const due = deadlineAfter(world.now, world.bootId, waitMs);
  setWaiting(run, { kind: 'retry', due, line, tally });
  return true;
}

/** The next attempt: what failed is asked for again. */
function attemptAgain(
  engine: Engine,
  run: MovingRun,
  { line, tally }: Extract<EffectWaiting, { kind: 'retry' }>,
): void {
  const step = stepAt(run);
  const { world } = run;
  if (!isTargetStep(step)) return;
  const path = pathOf(run);
  const isLate = tally.until !== null && remainingMs(tally.until, world.now, world.bootId) <= 0;
  const number = tally.attempt + 2;
  const text = isLate
    ? both('Not tried again: it was too late', '不再重试：已过期限')
    : both(`Attempt ${number}`, `第 ${number} 次尝试`);
  setLine(run, line, isLate ? 'cancelled' : 'ok', text);
  if (isLate) {
    cameToNothing(run, step);
    return;
  }
  const how: Asking = { path, overMs: 'overMs' in step ? step.overMs : null };
  const asked = tally.again.map((missed): Asked => {
    if (step.kind === 'http' || step.kind === 'mqtt') return askOutside(engine, run, step, path);
    const target = targetAgain(step, missed);
    return target === null ? 'impossible' : askTarget(engine, run, target, how);
  });
  const acts = opened(run, asked, how.overMs ?? 0);
  const impossible = asked.filter((one) => one === 'impossible').length;
  setWaiting(run, {
    kind: 'acts',
    path,
    tally: { ...tally, attempt: tally.attempt + 1, again: [], failed: tally.failed + impossible },
  });
  if (acts.length === 0) settleTally(engine, run);
}

function targetAgain(step: TargetStep, { device, item, wants }: Missed): Target | null {
  if (device === null) return null;
  if (wants) return { kind: 'set', isRelative: false, device, ...wants };
  const command = step.kind === 'command' ? commandOf(step, item) : null;
  return command && { kind: 'command', item, device, ...command };
}

function beginExpect(
  engine: Engine,
  run: MovingRun,
  expect: NonNullable<Care['expect']>,
  tally: Tally,
): void {
  const { world } = run;
  const levels = expect.of.map((level) => levelWords(engine.names(world), level, 'is'));
  const text = both(
    `Looking whether ${levels.map(({ en }) => en).join(' and ')}`,
    `查看是否${levels.map(({ zh }) => zh).join('且')}`,
  );
  const line = addLine(run, pathOf(run), 'wait', 'started', text);
  const due = deadlineAfter(world.now, world.bootId, expect.withinMs);
  setWaiting(run, { kind: 'expect', due, line, tally });
  lookAtExpect(engine, run, false);
}

/** Looks whether the devices show what is expected; `isOver`: the time for it is over. */
export function lookAtExpect(engine: Engine, run: MovingRun, isOver: boolean): void {
  const waiting = waitingOf(run);
  const step = stepAt(run);
  const expect = isTargetStep(step) ? step.care?.expect : undefined;
  if (waiting?.kind !== 'expect' || !isTargetStep(step) || expect === undefined) return;
  const names = engine.names(run.world);
  const compiled = expect.of.map((level) => compileLevel(names, level));
  const isThere = levelsHold(run.world, compiled, null) === 'true';
  if (!isThere && !isOver) return;
  const levels = expect.of.map((level) => levelWords(names, level, 'is'));
  const what = both(
    levels.map(({ en }) => en).join(' and '),
    levels.map(({ zh }) => zh).join('且'),
  );
  if (isThere) {
    setLine(run, waiting.line, 'ok', both(`Seen: ${what.en}`, `已确认：${what.zh}`));
    succeeded(run, step);
    return;
  }
  const time = durationText(expect.withinMs);
  const text = both(`Not seen within ${time.en}: ${what.en}`, `${time.zh}内没有看到：${what.zh}`);
  setLine(run, waiting.line, 'timedOut', text);
  const { tally } = waiting;
  if (!tryAgain(run, step, { ...tally, ok: 0, failed: 0, again: tally.repeatable }))
    cameToNothing(run, step);
}

function succeeded(run: MovingRun, step: TargetStep): void {
  const { world } = run;
  if (step.kind !== 'set' || step.forMs === undefined) {
    goOn(run);
    return;
  }
  const time = durationText(step.forMs);
  const text = both(`Staying so for ${time.en}`, `保持 ${time.zh}`);
  const line = addLine(run, pathOf(run), 'delay', 'started', text);
  setWaiting(run, { kind: 'keep', due: deadlineAfter(world.now, world.bootId, step.forMs), line });
}

/** The step has not come to what it should: what is to be done then, or the failure counts. */
function cameToNothing(run: MovingRun, step: TargetStep): void {
  const { otherwise = [] } = step.care ?? {};
  const frame = frameOf(run);
  if (otherwise.length > 0 && frame !== undefined) {
    setWaiting(run, null);
    enterList(run, { list: innerPath(frame.list, frame.at, 'else'), at: 0 });
    return;
  }
  if (fail(run, step.onError)) goOn(run);
}

/** `for` is over: what the step has set is put back. */
function endKeep(
  engine: Engine,
  run: MovingRun,
  { line }: Extract<EffectWaiting, { kind: 'keep' }>,
): void {
  const step = stepAt(run);
  if (step?.kind !== 'set') return;
  const time = durationText(step.forMs ?? 0);
  setLine(run, line, 'ok', both(`Stayed so for ${time.en}`, `已保持 ${time.zh}`));
  const devices = step.group ? selected(run.world, step.group.select) : [];
  const properties = (step.group?.values ?? []).map(({ property }) => property);
  const own = ({ device, property }: Kept) =>
    step.targets.some((one) => one.device === device && one.property === property) ||
    (devices.includes(device) && properties.includes(property));
  putBack(engine, run, run.draft.kept.filter(own), null);
}

/** One of the deadlines of a step that acts has come. */
export function effectDue(engine: Engine, run: MovingRun, waiting: EffectWaiting): void {
  switch (waiting.kind) {
    case 'expect':
      lookAtExpect(engine, run, false);
      if (waitingOf(run)?.kind === 'expect') lookAtExpect(engine, run, true);
      return;
    case 'retry':
      attemptAgain(engine, run, waiting);
      return;
    case 'keep':
      endKeep(engine, run, waiting);
      return;
    default:
      return;
  }
}

/** Remembers how devices are. */
export function snapshot(engine: Engine, run: MovingRun, step: SnapshotStep): void {
  const { world, draft } = run;
  const devices = step.select ? selected(world, step.select) : step.devices;
  for (const device of devices) {
    for (const { key, access } of world.device(device)?.description.properties ?? []) {
      if (access === 'rw') keep(draft, world, { device, property: key }, null);
    }
  }
  const names = engine.names(world);
  const some = devices.slice(0, 5).map((device) => deviceWords(names, device));
  const more = devices.length > some.length ? ' …' : '';
  const text = both(
    `Remembered how ${some.map(({ en }) => en).join(', ')}${more} was`,
    `已记住${some.map(({ zh }) => zh).join('、')}${more}的状态`,
  );
  addLine(run, pathOf(run), 'note', 'ok', text);
  nextStep(run);
}

/** Puts back what the run knows of the devices. */
export function restore(engine: Engine, run: MovingRun, step: RestoreStep): void {
  const { world, draft } = run;
  const devices = step.select ? selected(world, step.select) : step.devices;
  const isAll = step.select === undefined && devices.length === 0;
  const kept = draft.kept.filter(({ device }) => isAll || devices.includes(device));
  putBack(engine, run, kept, step.overMs);
}

/** Asks for values as they were, except those that somebody else has taken over. */
function putBack(
  engine: Engine,
  run: MovingRun,
  kept: readonly Kept[],
  overMs: number | null,
): void {
  const { draft, world } = run;
  const path = pathOf(run);
  const names = engine.names(world);
  const { back, taken, unknown } = restoring(world, kept);
  for (const { device, property, takenBy } of taken) {
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    if (takenBy === null) continue;
    const who = causeWords(engine, world, takenBy);
    const text = both(
      `Left ${owned.en} as it is: ${who.en} has changed it since`,
      `保留${owned.zh}：${who.zh}已更改过`,
    );
    addLine(run, path, 'note', 'cancelled', text);
  }
  for (const { device, property } of unknown) {
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    const text = both(
      `Left ${owned.en} as it is: it is not known what it was`,
      `保留${owned.zh}：不知道原来的值`,
    );
    addLine(run, path, 'note', 'unknown', text);
  }
  const asked = back.map(({ device, property, before }) => {
    const target: Target = { kind: 'set', isRelative: false, device, property, value: before };
    return askTarget(engine, run, target, { path, overMs, isRestoring: true });
  });
  draft.kept = draft.kept.filter((one) => !kept.includes(one));
  const acts = opened(run, asked, overMs ?? 0);
  if (acts.length === 0) {
    goOn(run);
    return;
  }
  const tally: Tally = {
    ...{ attempt: 0, until: null, ok: 0, failed: 0 },
    ...{ again: [], repeatable: [], phase: 'restore' },
  };
  setWaiting(run, { kind: 'acts', path, tally });
}
