// The values that runs and scenes keep, each with the step that wrote it. A run's own go with its entry; a scene's
// stand in a table and are there for its next run.
import type { Cause } from '../../../hub/model/cause.ts';
import type { HomeValueKey } from '../../../hub/model/home-values.ts';
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { Label } from '../../../hub/model/property-row.ts';
import { evaluateExpression } from '../../language/expression.ts';
import { SCENE_LIMITS, type Scene } from '../../language/scene.ts';
import type { VariableStep } from '../../language/steps.ts';
import { type Assignment, type VariableValue, variableType } from '../../language/variables.ts';
import { both } from '../../language/words.ts';
import { inputValue } from '../conditions/state.ts';
import type { Engine } from '../engine.ts';
import { addLine, fail, type MovingRun, nextStep, pathOf } from '../moving-run.ts';
import type { RunVariable } from '../tables.ts';
import { whyWords } from './why-words.ts';

/** What an assignment comes to, or why it comes to nothing. */
type Worked = { readonly value: VariableValue } | { readonly why: string };

/** The value that a run knows by the name: its own, or one of its scene. */
export function localValue(engine: Engine, run: MovingRun, name: string): PropertyValue | null {
  const own = run.draft.vars?.[name];
  if (own !== undefined) return own.value;
  return sceneVariable(engine, run.draft.scene, run.program.scene, name);
}

/** The value of a variable of a scene. */
export function sceneVariable(
  engine: Engine,
  id: SceneId,
  scene: Scene,
  name: string,
): VariableValue | null {
  const declared = scene.vars?.find((one) => one.name === name);
  if (declared === undefined) return null;
  const kept = engine.tables.variables.get(variableKey(id, name));
  // A value of another type is of a version of the scene in which the variable was another one.
  const isSame = kept !== undefined && variableType(kept.value) === variableType(declared.initial);
  return isSame ? kept.value : declared.initial;
}

/** The key of a scene's variable. */
export function variableKey(scene: SceneId, name: string): string {
  return `${scene}/${name}`;
}

/** Works an assignment out with what the run knows. */
export function workOut(engine: Engine, run: MovingRun, { value }: Assignment): Worked {
  const { world } = run;
  const civil = engine.civil(world);
  const result = evaluateExpression(value, (input) =>
    input.kind === 'local' ? localValue(engine, run, input.name) : inputValue(world, civil, input),
  );
  if (result.value === null) return { why: result.unknown };
  if (typeof result.value === 'object') return { why: 'a colour cannot be kept' };
  return { value: result.value };
}

/** The step at hand keeps values. */
export function keepValues(engine: Engine, run: MovingRun, step: VariableStep): void {
  // What is worked out from what was kept must not be worked out twice.
  if (step.kind === 'remember') run.world.delicate();
  for (const one of step.of) {
    const worked = workOut(engine, run, one);
    const problem = 'why' in worked ? worked.why : assign(engine, run, step.kind, one.name, worked);
    if (problem === null && 'value' in worked) {
      const shown = shownValue(worked.value);
      const text = both(`${one.name} is ${shown} now`, `${one.name} 现为 ${shown}`);
      addLine(run, pathOf(run), 'note', 'ok', text, { read: [readOf(one.name, worked.value)] });
    } else {
      const why = whyWords(problem ?? '');
      const text = both(
        `Could not work out ${one.name}: ${why.en}`,
        `无法得出 ${one.name}:${why.zh}`,
      );
      addLine(run, pathOf(run), 'note', 'failed', text);
      if (!fail(run, step.onError)) return;
    }
  }
  nextStep(run);
}

function readOf(name: string, value: VariableValue) {
  return { device: null, property: name, value };
}

function shownValue(value: VariableValue): string {
  return typeof value === 'string' ? `“${value.slice(0, 100)}”` : String(value);
}

/** Keeps a value; null, or why it cannot be kept. */
function assign(
  engine: Engine,
  run: MovingRun,
  kind: VariableStep['kind'],
  name: string,
  { value }: { readonly value: VariableValue },
): string | null {
  const { draft, world } = run;
  const path = pathOf(run);
  if (kind === 'let') return assignLocal(run, name, { value, path });
  if (name.startsWith('var.')) {
    const cause: Cause = { kind: 'scene', scene: draft.scene, run: draft.id };
    return world.setValue(name as HomeValueKey, value, cause)?.message ?? null;
  }
  const by = { run: draft.id, path };
  const key = variableKey(draft.scene, name);
  engine.tables.variables.set(key, { value, atMs: world.now.wallMs, by });
  return null;
}

/** Gives the run a variable; null, or why it cannot have it. */
export function assignLocal(
  { draft }: MovingRun,
  name: string,
  variable: RunVariable,
): string | null {
  const before = draft.vars?.[name];
  if (before !== undefined && variableType(before.value) !== variableType(variable.value)) {
    return 'it was of another type before';
  }
  const isNew = before === undefined;
  if (isNew && Object.keys(draft.vars ?? {}).length >= SCENE_LIMITS.variables) {
    return `a run has at most ${SCENE_LIMITS.variables} variables`;
  }
  draft.vars = { ...draft.vars, [name]: variable };
  return null;
}

/** The values with which a scene is called, by name, or why it cannot be called so. */
export function argumentsFor(
  scene: Scene,
  given: Readonly<Record<string, VariableValue>>,
): { readonly vars: Readonly<Record<string, RunVariable>> } | { readonly why: Label } {
  const takes = scene.takes ?? [];
  const vars: Record<string, RunVariable> = {};
  for (const { name, type, initial } of takes) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const taken = value ?? initial;
    if (taken === null) return { why: both(`it wants ${name}`, `缺少 ${name}`) };
    if (variableType(taken) !== type) {
      return { why: both(`its ${name} is a ${type}`, `${name} 的类型不符`) };
    }
    vars[name] = { value: taken, path: 'with' };
  }
  const extra = Object.keys(given).find((name) => !takes.some((one) => one.name === name));
  if (extra !== undefined) return { why: both(`it takes no ${extra}`, `不接受 ${extra}`) };
  return { vars };
}
