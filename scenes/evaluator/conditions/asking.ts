// What the conditions of each family are evaluated with, and the line that each leaves in the trace.
import type { ReadValue, TraceStep } from '../../../hub/model/run.ts';
import type { SceneWorld } from '../../../hub/model/scene-world.ts';
import type { Condition } from '../../language/conditions.ts';
import { conditionWords } from '../../language/sentences.ts';
import type { WordNames } from '../../language/words.ts';
import type { Truth } from '../hold.ts';
import type { HomeTime } from '../home-time.ts';

/** One evaluation of a condition. */
export interface Asking {
  readonly world: SceneWorld;
  readonly names: WordNames;
  readonly civil: HomeTime;
  readonly steps: TraceStep[];
  /** Evaluates a condition inside another one. */
  inner(condition: Condition, path: string): Truth;
}

/** Notes what a part of a condition came to, with the values that it read. */
export function note(
  { world, names, steps }: Asking,
  condition: Condition,
  path: string,
  state: Truth,
  read: readonly ReadValue[],
): void {
  const text = conditionWords(names, condition);
  steps.push({ atMs: world.now.wallMs, path, kind: 'condition', state, read, text });
}
