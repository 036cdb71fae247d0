// Conditions against the world as it is, in three-valued logic: what is out of reach or never reported is unknown, and
// unknown is neither true nor false, also under `not`. Each family evaluates its own.
import type { TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Condition } from '../language/conditions.ts';
import type { WordNames } from '../language/words.ts';
import type { CompiledScene } from './compile.ts';
import type { Asked, Asking } from './conditions/asking.ts';
import { evaluateLogic } from './conditions/logic.ts';
import { evaluateSource } from './conditions/sources.ts';
import { evaluateState } from './conditions/state.ts';
import { evaluateTime } from './conditions/time.ts';
import type { Engine } from './engine.ts';
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
  asked: Asked,
  path = 'while',
): ConditionResult {
  const steps: TraceStep[] = [];
  const inner: Asking['inner'] = (part, path) => evaluate(asking, part, path);
  const changesInMs = Number.POSITIVE_INFINITY;
  const asking: Asking = { asked, world, names, civil, steps, changesInMs, inner };
  const truth = evaluate(asking, condition, path);
  return { truth, steps };
}

/** What a condition of a scene comes to, and after how long that may be another answer by itself. */
export function truthOf(
  engine: Engine,
  program: CompiledScene,
  condition: Condition,
  world: SceneWorld,
): { readonly truth: Truth; readonly changesInMs: number | null } {
  const inner: Asking['inner'] = (part, path) => evaluate(asking, part, path);
  const asking: Asking = {
    asked: engine.asked(program.id, null, world),
    world,
    names: engine.names(world),
    civil: engine.civil(world),
    steps: null,
    changesInMs: Number.POSITIVE_INFINITY,
    inner,
  };
  const truth = evaluate(asking, condition, '');
  const { changesInMs } = asking;
  return { truth, changesInMs: Number.isFinite(changesInMs) ? changesInMs : null };
}

function evaluate(asking: Asking, condition: Condition, path: string): Truth {
  switch (condition.kind) {
    case 'all':
    case 'any':
    case 'not':
    case 'oneOf':
    case 'atLeast':
      return evaluateLogic(asking, condition, path);
    case 'is':
    case 'compares':
    case 'held':
    case 'was':
    case 'quantity':
    case 'reachable':
    case 'triggeredBy':
    case 'expression':
      return evaluateState(asking, condition, path);
    case 'between':
    case 'date':
    case 'season':
    case 'sun':
      return evaluateTime(asking, condition, path);
    case 'causedBy':
    case 'lastRun':
    case 'active':
      return evaluateSource(asking, condition, path);
    default:
      return condition satisfies never;
  }
}
