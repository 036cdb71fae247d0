// What the conditions of each family are evaluated with, and the line that each leaves in the trace.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { ReadValue, RunTrace, TraceStep } from '../../../hub/model/run.ts';
import type { SceneWorld } from '../../../hub/model/scene-world.ts';
import type { Condition } from '../../language/conditions.ts';
import { conditionWords } from '../../language/sentences.ts';
import type { WordNames } from '../../language/words.ts';
import type { Truth } from '../hold.ts';
import type { HomeTime } from '../home-time.ts';
import type { PastCondition } from '../pasts.ts';

/** For whom a condition is evaluated: the scene with what set it off, and what is known of all scenes. */
export interface Asked {
  readonly scene: SceneId | null;
  /** Null where nothing did. */
  readonly cause: RunTrace['cause'] | null;
  /** When a scene last began to run; null: never. The run at hand does not count. */
  begunAtMs(scene: SceneId): number | null;
  /** Runs of a scene under way. */
  runsOf(scene: SceneId): number;
  /** The id of the trigger that set it off; null where it has none, or nothing did. */
  readonly triggerId: string | null;
  /** The value of a variable that the place of the condition knows by name; absent: it knows none. */
  local?(name: string): PropertyValue | null;
  /** What is known of a level's past, and after how long that is another answer by itself. */
  past(condition: PastCondition): { readonly truth: Truth; readonly changesInMs: number | null };
}

/** One evaluation of a condition. */
export interface Asking {
  readonly asked: Asked;
  readonly world: SceneWorld;
  readonly names: WordNames;
  readonly civil: HomeTime;
  /** Null where nobody is told how it came about. */
  readonly steps: TraceStep[] | null;
  /** After how long the answer may be another one by itself. */
  changesInMs: number;
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
  if (steps === null) return;
  const text = conditionWords(names, condition);
  steps.push({ atMs: world.now.wallMs, path, kind: 'condition', state, read, text });
}
