// Reads steps that say how a run goes on.

import type * as v from 'valibot';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake } from '../mistakes.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { flowStepShapes, waitShape, waitUntilShape } from '../shapes/flow.ts';
import { UNREAD } from '../shapes/parts.ts';
import type { Arm, FlowStep, RepeatBy, Step, WaitFor } from '../steps.ts';
import type { Subject } from '../values.ts';
import { readEach, readEachSteps } from './for-each.ts';
import { readLevels, readPresses } from './parts.ts';
import { isComplete, type Reading, shapedKind } from './reading.ts';
import { readTexts } from './texts.ts';

/** Keys of a step that the format has and this version does not do yet. */
const LATER_OF_STEPS = ['expect', 'within', 'until', 'retry', 'else', 'if', 'quorum', 'undo'];

const SHAPES = flowStepShapes(UNREAD);
const UNTIL = waitUntilShape(UNREAD.condition);

/** Steps that wait, branch and end, by key. */
export const FLOW_STEPS = {
  delay: shapedKind(SHAPES.delay, LATER_OF_STEPS, ({ context }, shaped, path): FlowStep | null => {
    const ms = context.duration(shaped.delay, [...path, 'delay']);
    return ms === null ? null : { kind: 'delay', ms };
  }),
  wait: shapedKind(SHAPES.wait, LATER_OF_STEPS, readWait),
  if: shapedKind(SHAPES.if, [], readIf),
  choose: shapedKind(SHAPES.choose, [], readChoose),
  repeat: shapedKind(SHAPES.repeat, [], readRepeat),
  parallel: shapedKind(SHAPES.parallel, [], (reading, { parallel, join }, path): FlowStep => {
    const lists = readLists(reading, parallel, [...path, 'parallel']);
    return { kind: 'parallel', lists, join: join ?? 'all' };
  }),
  race: shapedKind(SHAPES.race, [], (reading, { race }, path): FlowStep => {
    return { kind: 'race', lists: readLists(reading, race, [...path, 'race']) };
  }),
  stop: shapedKind(SHAPES.stop, LATER_OF_STEPS, ({ context }, shaped, path): FlowStep | null => {
    const why = shaped.why === undefined ? null : readTexts(context, shaped.why, [...path, 'why']);
    if (shaped.why !== undefined && why === null) return null;
    return { kind: 'stop', as: shaped.stop, why };
  }),
};

function readLists(reading: Reading, lists: readonly unknown[][], path: Path): Step[][] {
  return lists.map((steps, index) => reading.steps(steps, [...path, index]));
}

function readIf(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.if>,
  path: Path,
): FlowStep | null {
  const more = shaped['else-if'] ?? [];
  const arms = [
    readArm(reading, shaped, path, ['if', 'then']),
    ...more.map((arm, index) => readArm(reading, arm, [...path, 'else-if', index], ['if', 'then'])),
  ];
  const otherwise = reading.steps(shaped.else ?? [], [...path, 'else']);
  return isComplete(arms) ? { kind: 'choose', form: 'if', arms, otherwise } : null;
}

function readChoose(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.choose>,
  path: Path,
): FlowStep | null {
  const arms = shaped.choose.map(({ when, do: then }, index) =>
    readArm(reading, { if: when, then }, [...path, 'choose', index], ['when', 'do']),
  );
  const otherwise = reading.steps(shaped.else ?? [], [...path, 'else']);
  return isComplete(arms) ? { kind: 'choose', form: 'choose', arms, otherwise } : null;
}

/** An arm; `keys` are the file's words for its condition and its steps. */
function readArm(
  reading: Reading,
  arm: { readonly if: unknown; readonly then: readonly unknown[] },
  path: Path,
  [conditionKey, stepsKey]: readonly [string, string],
): Arm | null {
  const condition = reading.condition(arm.if, [...path, conditionKey]);
  const steps = reading.steps(arm.then, [...path, stepsKey]);
  return condition && { if: condition, steps };
}

function readRepeat(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.repeat>,
  path: Path,
): FlowStep | null {
  const { repeat } = shaped;
  const at = [...path, 'repeat'];
  const by = readRepeatBy(reading, repeat, at);
  const read = (): Step[] => reading.steps(repeat.do, [...at, 'do']);
  const steps = repeat['for-each'] === undefined ? read() : readEachSteps(reading, by, read, at);
  if (by === null || steps === null) return null;
  if (by.kind === 'times' && repeat.max !== undefined) {
    const words = mistake(
      '`times` says how often; leave `max` out',
      '`times` 已写明次数；请去掉 `max`',
    );
    return reading.context.refuse([...at, 'max'], words, 'key');
  }
  if (by.kind === 'each' && by.select === undefined && repeat.max !== undefined) {
    return reading.context.refuse(
      [...at, 'max'],
      mistake('The list says how often; leave `max` out', '列表已决定次数；请去掉 `max`'),
      'key',
    );
  }
  const max = roundsOf(by) ?? repeat.max ?? SCENE_LIMITS.rounds;
  return { kind: 'repeat', by, steps, max, onError: shaped['on-error'] ?? 'continue' };
}

/** How many rounds there are, where that is known beforehand. */
function roundsOf(by: RepeatBy): number | null {
  if (by.kind === 'times') return by.count;
  return by.kind === 'each' && by.select === undefined ? by.devices.length : null;
}

function readRepeatBy(
  reading: Reading,
  repeat: v.InferOutput<typeof SHAPES.repeat>['repeat'],
  path: Path,
): RepeatBy | null {
  const given = REPEATS.filter((key) => repeat[key] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) {
    const words = mistake(
      'A repeat has one of times, while, until and for-each',
      '重复要写 times、while、until 和 for-each 中的一个',
    );
    return reading.context.refuse(path, words);
  }
  if (kind === 'times') return { kind, count: repeat.times ?? 1 };
  if (kind === 'for-each') return readEach(reading, repeat['for-each'] ?? [], [...path, kind]);
  const condition = reading.condition(repeat[kind], [...path, kind]);
  return condition && { kind, condition };
}

const REPEATS = ['times', 'while', 'until', 'for-each'] as const;

function readWait(
  reading: Reading,
  shaped: v.InferOutput<typeof SHAPES.wait>,
  path: Path,
): FlowStep | null {
  const { context } = reading;
  const timeoutMs =
    shaped.timeout === undefined ? null : context.duration(shaped.timeout, [...path, 'timeout']);
  const otherwise = reading.steps(shaped.else ?? [], [...path, 'else']);
  if (shaped.else !== undefined && shaped.timeout === undefined) {
    return context.refuse(
      [...path, 'else'],
      mistake(
        '`else` is done when the time is over; say the `timeout`',
        '`else` 在超时后执行；请写 `timeout`',
      ),
      'key',
    );
  }
  const until = readWaitFor(reading, shaped.wait, [...path, 'wait']);
  return until && { kind: 'wait', until, timeoutMs, otherwise };
}

function readWaitFor(reading: Reading, data: unknown, path: Path): WaitFor | null {
  const { context } = reading;
  const keys = typeof data === 'object' && data !== null ? Object.keys(data) : [];
  if (keys.includes('until')) return readUntil(reading, data, path);
  const isPlain = keys.every((key) => PLAIN_WAITS.includes(key));
  if (!isPlain || (keys.includes('becomes') && namesAny(data))) {
    const trigger = reading.trigger(data, path);
    return trigger && { kind: 'trigger', trigger };
  }
  const wait = context.shaped(waitShape, data, path);
  if (wait === null) return null;
  const { holds, becomes, presses } = wait;
  const given = [holds, becomes, presses].filter((one) => one !== undefined);
  if (given.length !== 1) {
    const words = mistake(
      'A wait is for one thing: holds, becomes or presses',
      '一次只等一件事：holds、becomes 或 presses',
    );
    return context.refuse(path, words);
  }
  const forMs = wait.for === undefined ? 0 : context.duration(wait.for, [...path, 'for']);
  if (forMs === null) return null;
  if (holds !== undefined) {
    const of = readLevels(context, holds, [...path, 'holds'], 'holds');
    return named(context, of, [...path, 'holds']) && of && { kind: 'holds', of, forMs };
  }
  if (wait.for !== undefined) {
    const words = mistake(
      '`for` goes with holds; an edge has no length',
      '`for` 要和 holds 一起用；一瞬间的事没有长度',
    );
    return context.refuse([...path, 'for'], words, 'key');
  }
  if (becomes !== undefined) {
    const of = readLevels(context, becomes, [...path, 'becomes'], 'becomes');
    return named(context, of, [...path, 'becomes']) && of && { kind: 'becomes', of };
  }
  const of = readPresses(context, presses ?? {}, [...path, 'presses']);
  return named(context, of, [...path, 'presses']) && of && { kind: 'presses', of };
}

const PLAIN_WAITS = ['holds', 'becomes', 'presses', 'for'];

/** Whether an edge of any device is waited for. */
function namesAny(data: unknown): boolean {
  const { becomes } = data as { readonly becomes?: unknown };
  return typeof becomes === 'object' && becomes !== null && 'any' in becomes;
}

/** A wait until a condition holds; it is over at once where it holds already. */
function readUntil(reading: Reading, data: unknown, path: Path): WaitFor | null {
  const shaped = reading.context.shaped(UNTIL, data, path);
  if (shaped === null) return null;
  const condition = reading.condition(shaped.until, [...path, 'until']);
  const forMs =
    shaped.for === undefined ? null : reading.context.duration(shaped.for, [...path, 'for']);
  // What is waited for is looked at whenever a device says something, and a variable of the run never does.
  if (JSON.stringify(condition).includes('"kind":"local"')) {
    return reading.context.refuse(
      [...path, 'until'],
      mistake(
        'A wait looks at devices, the time and the variables of the home; use repeat for others',
        '等待只看设备、时间和家的变量；其他的请用 repeat',
      ),
    );
  }
  if (condition === null || (shaped.for !== undefined && forMs === null)) return null;
  const also = { alsoReconnect: true, alsoSave: true };
  return { kind: 'trigger', trigger: { kind: 'so', condition, forMs, ...also } };
}

/** Whether what is waited for names its devices; a run waits for no "any". */
function named(
  context: ReadContext,
  of: readonly { readonly subject: Subject }[] | null,
  path: Path,
): true | null {
  const isNamed = of?.every(({ subject }) => subject.kind === 'device') ?? true;
  const words = mistake(
    'A wait names its devices; "any" cannot be waited for',
    '等待要写明设备；不能等“any”',
  );
  return isNamed || context.refuse(path, words);
}
