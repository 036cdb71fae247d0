// Works the steps that tell people something and ask them: an answer leads the run on, none leads it elsewhere.

import type { Cause } from '../../../hub/model/cause.ts';
import { deadlineAfter } from '../../../hub/model/clock.ts';
import type { MemberRecord, NotificationAction, Role } from '../../../hub/model/home.ts';
import type { NotificationId } from '../../../hub/model/identifiers.ts';
import { answerList, type ConfirmStep, type NotifyStep } from '../../language/effect-steps.ts';
import { durationText } from '../../language/literals.ts';
import { both } from '../../language/words.ts';
import { fillIn } from '../acts.ts';
import { innerPath } from '../compile.ts';
import type { Engine } from '../engine.ts';
import {
  addLine,
  end,
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
import type { EffectWaiting, OpenAct } from '../tables.ts';
import { opened } from './effects.ts';

/** A button that was pressed; `member` is absent for root on the hub itself. */
export interface Answered {
  readonly notification: NotificationId;
  readonly action: string;
  readonly cause: Cause;
  readonly member: MemberRecord | undefined;
}

/** Whether somebody of the role may answer: messages without roles are for everybody but children and guests. */
export function mayAnswer(roles: readonly Role[], role: Role): boolean {
  return roles.length === 0 ? role !== 'child' && role !== 'guest' : roles.includes(role);
}

const SEEN = { id: 'seen', text: { en: 'I have seen it', zh: '我知道了' } };
const YES = { id: 'yes', text: { en: 'Yes', zh: '是' } };
const NO = { id: 'no', text: { en: 'No', zh: '否' } };

type Answering = Extract<EffectWaiting, { kind: 'answer' }>;
type AskingStep = NotifyStep | ConfirmStep;

/** Tells people something; asks them where the step has buttons or is repeated until it is seen. */
export function beginNotify(engine: Engine, run: MovingRun, step: NotifyStep): void {
  if (step.actions !== undefined || step.repeat !== undefined) {
    ask(engine, run, step);
    return;
  }
  const path = pathOf(run);
  opened(run, [tell(engine, run, step, [], null)], 0);
  // A message does not hold up what comes behind it; a failure that is to end the run is waited for.
  if (step.onError === 'stop') setWaiting(run, { kind: 'acts', path });
  else nextStep(run);
}

/** Asks before the run goes on. */
export function beginConfirm(engine: Engine, run: MovingRun, step: ConfirmStep): void {
  ask(engine, run, step);
}

function tell(
  engine: Engine,
  run: MovingRun,
  step: AskingStep,
  actions: readonly NotificationAction[],
  withinMs: number | null,
): OpenAct & { kind: 'notify' } {
  const { draft, world } = run;
  const text = fillIn(engine, run, step.text);
  const urgent = step.kind === 'notify' && step.urgent;
  const id = world.notify({
    ...{ text, urgent, to: step.to, scene: draft.scene, run: draft.id },
    ...(actions.length === 0 ? {} : { actions }),
    ...(withinMs === null ? {} : { answerUntilMs: world.now.wallMs + withinMs }),
  });
  const words = both(`Telling: “${text}”`, `正在通知：“${text}”`);
  const line = addLine(run, pathOf(run), 'notify', 'started', words);
  return { kind: 'notify', id, branch: run.at, path: pathOf(run), line };
}

function buttonsOf(engine: Engine, run: MovingRun, step: AskingStep): NotificationAction[] {
  const { language } = run.world.home;
  const fixed = step.kind === 'confirm' ? [YES, NO] : step.actions === undefined ? [SEEN] : [];
  const own = step.kind === 'notify' ? (step.actions ?? []) : [];
  return [
    ...fixed.map(({ id, text }) => ({ id, text: text[language] })),
    ...own.map(({ id, text }) => ({ id, text: fillIn(engine, run, text) })),
  ];
}

function withinOf(step: AskingStep): number {
  if (step.kind === 'confirm') return step.timeoutMs;
  return step.repeat?.everyMs ?? step.waitMs ?? 0;
}

/** Tells it with its buttons, and waits for one. */
function ask(
  engine: Engine,
  run: MovingRun,
  step: AskingStep,
  before: Answering | null = null,
): void {
  const { world } = run;
  const withinMs = withinOf(step);
  const rounds = step.kind === 'notify' ? (step.repeat?.times ?? 1) : 1;
  const round = before === null ? 0 : before.round + 1;
  const act = tell(engine, run, step, buttonsOf(engine, run, step), withinMs * (rounds - round));
  opened(run, [act], 0);
  const time = durationText(withinMs);
  const text = both(`Waiting for an answer, at most ${time.en}`, `等待回答，最长 ${time.zh}`);
  const line = before?.line ?? addLine(run, pathOf(run), 'wait', 'started', text);
  const due = deadlineAfter(world.now, world.bootId, withinMs);
  setWaiting(run, { kind: 'answer', due, line, ids: [...(before?.ids ?? []), act.id], round });
}

/** Whether the branch at hand waits for an answer to this message. */
export function awaitsAnswer(run: MovingRun, id: NotificationId): boolean {
  const waiting = waitingOf(run);
  return waiting?.kind === 'answer' && waiting.ids.includes(id);
}

/** Who may answer the message of the step at hand: roles; empty: everybody but children and guests. */
export function askedOf(run: MovingRun): AskingStep['to'] {
  const step = stepAt(run);
  return step?.kind === 'notify' || step?.kind === 'confirm' ? step.to : [];
}

/** Somebody has answered. `by` is who, for the trace. */
export function answer(run: MovingRun, action: string, by: string | null): void {
  const waiting = waitingOf(run);
  const step = stepAt(run);
  const frame = frameOf(run);
  if (waiting?.kind !== 'answer' || frame === undefined) return;
  if (step?.kind !== 'notify' && step?.kind !== 'confirm') return;
  const who = by === null ? both('Somebody', '有人') : both(by, by);
  const text = both(`${who.en} answered “${action}”`, `${who.zh}回答了“${action}”`);
  setLine(run, waiting.line, 'ok', text);
  setWaiting(run, null);
  if (step.kind === 'confirm') {
    if (action === YES.id) nextStep(run);
    else refuse(run, step);
    return;
  }
  const chosen = step.actions?.find(({ id }) => id === action);
  if (chosen !== undefined && chosen.steps.length > 0) {
    enterList(run, { list: innerPath(frame.list, frame.at, answerList(action)), at: 0 });
  } else {
    nextStep(run);
  }
}

/** Nobody has answered in time: it is told again, or what is to be done then is done. */
export function answerDue(engine: Engine, run: MovingRun, waiting: Answering): void {
  const step = stepAt(run);
  if (step?.kind !== 'notify' && step?.kind !== 'confirm') return;
  if (step.kind === 'notify' && step.repeat && waiting.round + 1 < step.repeat.times) {
    ask(engine, run, step, waiting);
    return;
  }
  unanswered(run, waiting, 'timedOut');
}

/** A message that was to be answered is not in the inbox. */
export function unasked(run: MovingRun): void {
  const waiting = waitingOf(run);
  if (waiting?.kind === 'answer') unanswered(run, waiting, 'failed');
}

function unanswered(run: MovingRun, { line }: Answering, state: 'timedOut' | 'failed'): void {
  const step = stepAt(run);
  const frame = frameOf(run);
  if ((step?.kind !== 'notify' && step?.kind !== 'confirm') || frame === undefined) return;
  const text =
    state === 'timedOut'
      ? both('Nobody answered in time', '没有人及时回答')
      : both('Nobody could be asked', '无法询问');
  setLine(run, line, state, text);
  setWaiting(run, null);
  if (step.kind === 'confirm') {
    refuse(run, step);
    return;
  }
  if ((step.otherwise ?? []).length > 0) {
    enterList(run, { list: innerPath(frame.list, frame.at, 'else'), at: 0 });
  } else if (state === 'timedOut' || fail(run, step.onError)) {
    nextStep(run);
  }
}

/** Without a yes the run does not go on: what is to be done then is done, and it ends behind that. */
function refuse(run: MovingRun, step: ConfirmStep): void {
  const frame = frameOf(run);
  if (step.otherwise.length > 0 && frame !== undefined) {
    enterList(run, { list: innerPath(frame.list, frame.at, 'else'), at: 0 });
    return;
  }
  end(run, 'done', both('Ended here: nobody said yes', '到此结束：没有得到同意'));
}
