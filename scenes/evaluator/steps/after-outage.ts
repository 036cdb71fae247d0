// What a step that acts does with its own time after the hub was off, where the scene says that waits begin anew: a
// value that is kept for a while, an effect that is expected, a ramp, an answer that is waited for. A retry keeps its
// deadline, since a command that comes too late is wanted by nobody.
import { type Deadline, deadlineAfter } from '../../../hub/model/clock.ts';
import type { SceneWorld } from '../../../hub/model/scene-world.ts';
import type { Step } from '../../language/steps.ts';
import type { EffectWaiting, Waiting } from '../tables.ts';

/** Whether a branch waits at a step that acts for some time of the step's own. */
export function isEffectWaiting(waiting: Waiting | null): waiting is EffectWaiting {
  return waiting !== null && KINDS.has(waiting.kind);
}

const KINDS: ReadonlySet<string> = new Set<EffectWaiting['kind']>([
  ...(['expect', 'retry', 'keep', 'ramp', 'answer'] as const),
]);

/** The wait with its whole time before it again. */
export function effectAnew(
  waiting: EffectWaiting,
  step: Step | undefined,
  world: SceneWorld,
): EffectWaiting {
  const after = (ms: number): Deadline => deadlineAfter(world.now, world.bootId, ms);
  switch (waiting.kind) {
    case 'keep': {
      const forMs = step?.kind === 'set' ? step.forMs : undefined;
      return forMs === undefined ? waiting : { ...waiting, due: after(forMs) };
    }
    case 'expect': {
      const expect = step !== undefined && 'care' in step ? step.care?.expect : undefined;
      return expect === undefined ? waiting : { ...waiting, due: after(expect.withinMs) };
    }
    case 'ramp':
      if (step?.kind !== 'ramp') return waiting;
      return { ...waiting, due: after(waiting.stepMs), until: after(step.overMs) };
    case 'answer': {
      const ms = answerMs(step);
      return ms === null ? waiting : { ...waiting, due: after(ms) };
    }
    case 'retry':
      return waiting;
    default:
      return waiting satisfies never;
  }
}

function answerMs(step: Step | undefined): number | null {
  if (step?.kind === 'confirm') return step.timeoutMs;
  return step?.kind === 'notify' ? (step.repeat?.everyMs ?? step.waitMs ?? null) : null;
}
