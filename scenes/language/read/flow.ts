// Reads steps that say how a run goes on.
import type * as v from 'valibot';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { flowStepShapes } from '../shapes/flow.ts';
import { UNREAD } from '../shapes/parts.ts';
import type { FlowStep, WaitFor } from '../steps.ts';
import type { Subject } from '../values.ts';
import { readLevels, readPresses } from './parts.ts';
import { type Reading, shapedKind } from './reading.ts';

/** Keys of a step that the format has and this version does not do yet. */
const LATER_OF_STEPS = ['expect', 'within', 'until', 'retry', 'else', 'if', 'quorum', 'undo'];

const SHAPES = flowStepShapes(UNREAD);

/** Steps that wait, branch and end, by key. */
export const FLOW_STEPS = {
  delay: shapedKind(SHAPES.delay, LATER_OF_STEPS, ({ context }, shaped, path): FlowStep | null => {
    const ms = context.duration(shaped.delay, [...path, 'delay']);
    return ms === null ? null : { kind: 'delay', ms };
  }),
  wait: shapedKind(SHAPES.wait, LATER_OF_STEPS, readWait),
  stop: shapedKind(
    SHAPES.stop,
    LATER_OF_STEPS,
    (_reading, shaped): FlowStep => ({ kind: 'stop', as: shaped.stop }),
  ),
};

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
      '`else` is done when the time is over; say the `timeout`',
      'key',
    );
  }
  const until = readWaitFor(context, shaped.wait, [...path, 'wait']);
  return until && { kind: 'wait', until, timeoutMs, otherwise };
}

function readWaitFor(
  context: ReadContext,
  wait: v.InferOutput<typeof SHAPES.wait>['wait'],
  path: Path,
): WaitFor | null {
  const { holds, becomes, presses } = wait;
  const given = [holds, becomes, presses].filter((one) => one !== undefined);
  if (given.length !== 1) {
    return context.refuse(path, 'A wait is for one thing: holds, becomes or presses');
  }
  const forMs = wait.for === undefined ? 0 : context.duration(wait.for, [...path, 'for']);
  if (forMs === null) return null;
  if (holds !== undefined) {
    const of = readLevels(context, holds, [...path, 'holds'], 'holds');
    return named(context, of, [...path, 'holds']) && of && { kind: 'holds', of, forMs };
  }
  if (wait.for !== undefined) {
    return context.refuse([...path, 'for'], '`for` goes with holds; an edge has no length', 'key');
  }
  if (becomes !== undefined) {
    const of = readLevels(context, becomes, [...path, 'becomes'], 'becomes');
    return named(context, of, [...path, 'becomes']) && of && { kind: 'becomes', of };
  }
  const of = readPresses(context, presses ?? {}, [...path, 'presses']);
  return named(context, of, [...path, 'presses']) && of && { kind: 'presses', of };
}

/** Whether what is waited for names its devices; a run waits for no "any". */
function named(
  context: ReadContext,
  of: readonly { readonly subject: Subject }[] | null,
  path: Path,
): true | null {
  const isNamed = of?.every(({ subject }) => subject.kind === 'device') ?? true;
  return isNamed || context.refuse(path, 'A wait names its devices; "any" cannot be waited for');
}
