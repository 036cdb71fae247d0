// Steps that branch, repeat and end: which list of steps a branch of a run does next.
import { deadlineAfter } from '../../../hub/model/clock.ts';
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import type { Condition } from '../../language/conditions.ts';
import { SCENE_LIMITS } from '../../language/scene.ts';
import { armName, type FlowStep, type RepeatBy } from '../../language/steps.ts';
import { both } from '../../language/words.ts';
import { knownTo } from '../acts.ts';
import { innerPath } from '../compile.ts';
import { evaluateCondition } from '../conditions.ts';
import type { Engine } from '../engine.ts';
import type { Truth } from '../hold.ts';
import {
  addLine,
  addTo,
  branchOf,
  end,
  enterList,
  fail,
  frameOf,
  leaveList,
  type MovingRun,
  nextStep,
  pathOf,
  setLine,
  setWaiting,
  stepAt,
} from '../moving-run.ts';
import type { Branch, Frame } from '../tables.ts';
import { selected } from '../targets.ts';
import { filledText } from '../texts.ts';
import { localValue } from './variables.ts';

/** Steps that a run does at a stretch; then others have their turn. */
const AT_A_STRETCH_MAX = 100;
/** How long a run that has so much to do lets others go first. */
const PAUSE_MS = 50;

type Of<Kind extends FlowStep['kind']> = Extract<FlowStep, { kind: Kind }>;
type ListsStep = Of<'choose' | 'repeat' | 'parallel' | 'race' | 'stop'>;

/** Begins a step that has lists of steps in it, or that ends the run. */
export function beginFlow(engine: Engine, run: MovingRun, step: ListsStep): void {
  switch (step.kind) {
    case 'choose':
      choose(engine, run, step);
      return;
    case 'repeat':
      beginRepeat(engine, run, step);
      return;
    case 'parallel':
    case 'race':
      branchOff(run, step);
      return;
    case 'stop':
      stop(engine, run, step);
      return;
    default:
      step satisfies never;
  }
}

/** What the condition comes to; what it read stands in the trace. */
function judge(engine: Engine, run: MovingRun, condition: Condition, path: string): Truth {
  const { world, draft } = run;
  const { triggerId = null } = draft.origin;
  const asked = {
    ...engine.asked(draft.scene, draft.cause, world, draft.id, triggerId),
    local: (name: string) => localValue(engine, run, name),
  };
  const result = evaluateCondition(
    condition,
    world,
    engine.names(world),
    engine.civil(world),
    asked,
    path,
  );
  for (const line of result.steps) addTo(draft, line);
  return result.truth;
}

function choose(engine: Engine, run: MovingRun, step: Of<'choose'>): void {
  const path = pathOf(run);
  const isIf = step.form === 'if';
  for (const [index, arm] of step.arms.entries()) {
    const name = armName(isIf, index);
    const condition = `${path}.${isIf ? name.replace(/then$/, 'if') : name.replace(/do$/, 'when')}`;
    if (judge(engine, run, arm.if, condition) === 'true') {
      enterInner(run, name);
      return;
    }
  }
  if (step.otherwise.length > 0) enterInner(run, 'else');
  else nextStep(run);
}

function enterInner(run: MovingRun, name: string, more: Partial<Frame> = {}): void {
  const frame = frameOf(run);
  if (frame) enterList(run, { list: innerPath(frame.list, frame.at, name), at: 0, ...more });
}

function beginRepeat(engine: Engine, run: MovingRun, step: Of<'repeat'>): void {
  if (step.by.kind === 'each') {
    beginEach(run, step, step.by);
    return;
  }
  const isAny = step.by.kind === 'while' ? isAnother(engine, run, step, 0) : true;
  const line = addLine(run, pathOf(run), 'note', 'started', roundWords(step, 0));
  if (isAny) enterInner(run, 'repeat.do', { round: 1, line });
  else endRepeat(run, step, { round: 0, line });
}

/** The devices are looked up now: what comes to the home or leaves it meanwhile changes nothing. */
function beginEach(
  run: MovingRun,
  step: Of<'repeat'>,
  by: Extract<RepeatBy, { kind: 'each' }>,
): void {
  const devices = by.select ? selected(run.world, by.select).slice(0, step.max + 1) : by.devices;
  const [each] = devices;
  const words = each === undefined ? NO_DEVICE : roundWords(step, 0);
  const line = addLine(run, pathOf(run), 'note', 'started', words);
  if (each !== undefined) {
    enterInner(run, 'repeat.do', { round: 1, line, each, devices });
    return;
  }
  setLine(run, line, 'ok', NO_DEVICE);
  nextStep(run);
}

const NO_DEVICE = both('There is no such device in the home', '家中没有符合的设备');

/** Whether there is another round after so many. */
function isAnother(
  engine: Engine,
  run: MovingRun,
  { by }: Of<'repeat'>,
  rounds: number,
  devices: readonly DeviceId[] = [],
): boolean {
  switch (by.kind) {
    case 'each':
      return rounds < devices.length;
    case 'times':
      return rounds < by.count;
    case 'while':
      return judge(engine, run, by.condition, `${pathOf(run)}.repeat.while`) === 'true';
    case 'until':
      return judge(engine, run, by.condition, `${pathOf(run)}.repeat.until`) !== 'true';
    default:
      return by satisfies never;
  }
}

/** The branch at hand has worked off a list of steps inside a step. */
export function endOfList(engine: Engine, run: MovingRun): void {
  const frame = frameOf(run);
  leaveList(run);
  const step = stepAt(run);
  if (step?.kind === 'confirm') {
    end(run, 'done', both('Ended here: nobody said yes', '到此结束：没有得到同意'));
    return;
  }
  if (frame?.round === undefined || step?.kind !== 'repeat') {
    nextStep(run);
    return;
  }
  const { round, line = null, devices } = frame;
  if (!isAnother(engine, run, step, round, devices)) {
    endRepeat(run, step, { round, line });
  } else if (round >= step.max) {
    const text = both(
      `Gave up after ${round} rounds, the most that are allowed here`,
      `重复 ${round} 次后放弃：已达上限`,
    );
    setLine(run, line, 'failed', text);
    if (fail(run, step.onError)) nextStep(run);
  } else {
    const each = devices?.[round];
    enterList(run, { ...frame, at: 0, round: round + 1, ...(each === undefined ? {} : { each }) });
  }
}

function endRepeat(
  run: MovingRun,
  step: Of<'repeat'>,
  { round, line }: { readonly round: number; readonly line: number | null },
): void {
  setLine(run, line, 'ok', roundWords(step, round));
  nextStep(run);
}

function roundWords({ by }: Of<'repeat'>, done: number): Label {
  if (done > 0)
    return done === 1
      ? both('Done once', '已做 1 次')
      : both(`Done ${done} times`, `已重复 ${done} 次`);
  return by.kind === 'while'
    ? both('Repeating while it is so', '满足条件时重复')
    : both('Repeating', '正在重复');
}

function branchOff(run: MovingRun, step: Of<'parallel' | 'race'>): void {
  const { draft } = run;
  const frame = frameOf(run);
  if (frame === undefined) return;
  if (draft.branches.length + step.lists.length > SCENE_LIMITS.branchesOfRun) {
    const most = SCENE_LIMITS.branchesOfRun;
    stopRunaway(
      run,
      both(
        `Stopped: it would do more than ${most} things side by side`,
        `已停止：同时进行的步骤将超过 ${most} 个`,
      ),
    );
    return;
  }
  const parent = run.at;
  const first = draft.nextBranch;
  const isDetached = step.kind === 'parallel' && step.join === 'none';
  const begun = step.lists.map(
    (_steps, index): Branch => ({
      id: first + index,
      parent: isDetached ? null : parent,
      frames: [
        {
          ...{ list: innerPath(frame.list, frame.at, `${step.kind}[${index}]`), at: 0 },
          ...(frame.each === undefined ? {} : { each: frame.each }),
        },
      ],
      waiting: null,
    }),
  );
  draft.nextBranch = first + begun.length;
  draft.branches = [...draft.branches, ...begun];
  if (isDetached) nextStep(run);
  else setWaiting(run, { kind: 'branches' });
}

/** The branch at hand is over: the one that it is part of may go on. */
export function endBranch(run: MovingRun): void {
  const { draft } = run;
  const ended = branchOf(run);
  draft.branches = draft.branches.filter(({ id }) => id !== run.at);
  if (ended?.parent === undefined || ended.parent === null) return;
  const siblings = draft.branches.filter(({ parent }) => parent === ended.parent);
  run.at = ended.parent;
  const step = stepAt(run);
  if (branchOf(run)?.waiting?.kind !== 'branches') return;
  const isRace = step?.kind === 'race';
  const isFirst = step?.kind === 'parallel' && step.join === 'first';
  if (siblings.length > 0 && !isRace && !isFirst) return;
  if (isRace && siblings.length > 0) {
    const losers = siblings.map(({ id }) => id);
    const lost =
      step.lists.length > 2
        ? both('The others were ended', '其余已结束')
        : both('The other was ended', '另一个已结束');
    addLine(run, pathOf(run), 'note', 'ok', lost);
    dropBranches(run, losers);
  } else if (siblings.length > 0) {
    // They go on by themselves: nobody waits for them any more.
    draft.branches = draft.branches.map((branch) =>
      branch.parent === run.at ? { ...branch, parent: null } : branch,
    );
  }
  setWaiting(run, null);
  nextStep(run);
}

/** Ends branches with all that are part of them; what they asked for already is still followed. */
function dropBranches({ draft }: MovingRun, ids: readonly number[]): void {
  const dropped = new Set(ids);
  // A branch stands behind the one that it is part of.
  for (const { id, parent } of draft.branches)
    if (parent !== null && dropped.has(parent)) dropped.add(id);
  draft.branches = draft.branches.filter(({ id }) => !dropped.has(id));
}

function stop(engine: Engine, run: MovingRun, step: Of<'stop'>): void {
  const isDone = step.as === 'done';
  const base = isDone ? both('Ended here', '到此结束') : both('Ended here as failed', '以失败结束');
  if (step.why === null) {
    end(run, step.as, base);
    return;
  }
  const known = knownTo(engine, run);
  const en = filledText(step.why.en, 'en', known);
  const zh = filledText(step.why.zh, 'zh', known);
  end(run, step.as, { en: `${base.en}: ${en}`, zh: `${base.zh}\uff1a${zh}` });
}

/** Counts the step that comes; false where the run has to rest before it, or has done too many. */
export function mayGoOn(run: MovingRun): boolean {
  const { draft, world } = run;
  const most = SCENE_LIMITS.stepsOfRun;
  if (draft.done >= most) {
    stopRunaway(
      run,
      both(
        `Stopped: it has done ${most} steps, the most that one run may`,
        `已停止：已执行 ${most} 步，达到一次执行的上限`,
      ),
    );
    return false;
  }
  if (run.atAStretch >= AT_A_STRETCH_MAX) {
    setWaiting(run, { kind: 'pause', due: deadlineAfter(world.now, world.bootId, PAUSE_MS) });
    return false;
  }
  draft.done += 1;
  run.atAStretch += 1;
  return true;
}

/** Ends a run that goes beyond what one run may do. */
export function stopRunaway(run: MovingRun, why: Label): void {
  end(run, 'failed', why);
}
