// Conditions against the world as it is, in three-valued logic: what is out of reach or never reported is unknown, and
// unknown is neither true nor false, also under `not`. Each family evaluates its own.
import type { TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Condition } from '../language/conditions.ts';
import type { WordNames } from '../language/words.ts';
import type { Asking } from './conditions/asking.ts';
import { evaluateLogic } from './conditions/logic.ts';
import { evaluateState } from './conditions/state.ts';
import { evaluateTime } from './conditions/time.ts';
import type { Truth } from './hold.ts';
import type { HomeTime } from './home-time.ts';

/** What a condition came to, with the values that it read. */
export interface ConditionResult {
  readonly truth: Truth;
  readonly steps: readonly TraceStep[];
}

/** Evaluates a condition and notes each part of it that decided; `path` is its place in the scene. */
export function evaluateCondition(
  condition: Condition,
  world: SceneWorld,
  names: WordNames,
  civil: HomeTime,
  path = 'while',
): ConditionResult {
  const steps: TraceStep[] = [];
  const inner: Asking['inner'] = (part, path) => evaluate(asking, part, path);
  const asking: Asking = { world, names, civil, steps, inner };
  const truth = evaluate(asking, condition, path);
  return { truth, steps };
}

function evaluate(asking: Asking, condition: Condition, path: string): Truth {
  switch (condition.kind) {
    case 'all':
    case 'any':
    case 'not':
      return evaluateLogic(asking, condition, path);
    case 'is':
      return evaluateState(asking, condition, path);
    case 'between':
    case 'date':
    case 'season':
    case 'sun':
      return evaluateTime(asking, condition, path);
    default:
      return condition satisfies never;
  }
}
