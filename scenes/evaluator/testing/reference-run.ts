// A run of the reference home: each line of steps is a generator that says what it waits for. It cannot be stored, so
// the reference never stops; that is the point of it.
import type { DeviceId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { Condition } from '../../language/conditions.ts';
import type { Expression } from '../../language/expression.ts';
import type { Scene } from '../../language/scene.ts';
import type { Step, WaitFor } from '../../language/steps.ts';
import type { ReferenceHold } from './reference-hold.ts';

/** Something asked for, of which is to be heard. */
export interface ReferenceAct {
  isOpen: boolean;
}

/** What a line of steps waits for. */
export type Want =
  | { readonly kind: 'delay'; readonly ms: number; untilMs: number }
  | {
      readonly kind: 'wait';
      readonly until: WaitFor;
      readonly timeoutMs: number | null;
      untilMs: number | null;
      hold: ReferenceHold | null;
      came: 'ok' | 'timedOut' | null;
    }
  | { readonly kind: 'acts'; readonly acts: readonly ReferenceAct[] }
  | { readonly kind: 'lines'; readonly step: Extract<Step, { kind: 'parallel' | 'race' }> };

export interface Line {
  readonly number: number;
  /** Who waits for it. */
  parent: Line | null;
  readonly steps: Generator<Want, void, void>;
  /** Null: it can go on. */
  want: Want | null;
}

export type End = 'done' | 'failed' | 'cancelled' | 'nearMiss';

export interface ReferenceRun {
  readonly scene: ReferenceScene;
  readonly number: number;
  readonly begunMs: number;
  readonly depth: number;
  readonly device: DeviceId | null;
  state: 'queued' | 'running';
  lines: Line[];
  lineCount: number;
  acts: ReferenceAct[];
  failures: number;
  readonly vars: Map<string, number | boolean | string>;
  ended: End | null;
}

/** What the home did, to be compared. */
export interface Deeds {
  readonly commands: { atMs: number; device: DeviceId; property: string; value: PropertyValue }[];
  readonly messages: { atMs: number; text: string }[];
  readonly ends: { atMs: number; begunMs: number; scene: string; state: End }[];
}

/** A scene as the reference keeps it. */
export interface ReferenceScene {
  readonly id: string;
  readonly scene: Scene;
  readonly vars: Map<string, number | boolean | string>;
  readonly holds: Map<number, ReferenceHold | null>;
  /** When each trigger of time comes next. */
  readonly times: Map<number, number>;
  /** Crossings that have not come back, by trigger and item. */
  readonly crossed: Set<string>;
  /** Runs begun since, for the cap. */
  counted: { sinceMs: number; runs: number } | null;
  restsUntilMs: number;
}

/** Who brought something about: a run, or anybody else. */
export type By = ReferenceRun | null;

/** What a run asks of its home. */
export interface RunHome {
  readonly nowMs: number;
  judge(run: ReferenceRun, condition: Condition): boolean;
  workOut(run: ReferenceRun, expression: Expression): number | boolean | string;
  last(device: DeviceId, property: PropertyKey): PropertyValue | null;
  set(
    run: ReferenceRun,
    device: DeviceId,
    property: PropertyKey,
    value: PropertyValue,
  ): ReferenceAct;
  tell(run: ReferenceRun, text: string): ReferenceAct;
  /** Looks at a wait that begins. */
  look(want: Extract<Want, { kind: 'wait' }>): void;
}

/** Begins a line of steps of the run. */
export function addLine(
  home: RunHome,
  run: ReferenceRun,
  steps: readonly Step[],
  parent: Line | null,
): Line {
  const line: Line = {
    number: run.lineCount,
    parent,
    want: null,
    steps: doAll(home, run, () => line, steps, true),
  };
  run.lineCount += 1;
  run.lines.push(line);
  return line;
}

type Doing = Generator<Want, void, void>;

/** `isTail`: nothing of the line comes behind these steps. */
function* doAll(
  home: RunHome,
  run: ReferenceRun,
  line: () => Line,
  steps: readonly Step[],
  isTail: boolean,
): Doing {
  for (const [index, step] of steps.entries()) {
    yield* doStep(home, run, line, step, isTail && index === steps.length - 1);
    if (run.ended !== null) return;
  }
}

function* doStep(
  home: RunHome,
  run: ReferenceRun,
  line: () => Line,
  step: Step,
  isTail: boolean,
): Doing {
  switch (step.kind) {
    case 'set':
    case 'toggle': {
      const acts =
        step.kind === 'set'
          ? step.targets.map(({ device, property, value }) =>
              home.set(run, device, property, value),
            )
          : step.targets.map(({ device, property }) =>
              home.set(run, device, property, home.last(device, property) !== true),
            );
      // Behind the last step nothing comes that would wait for it.
      const isLast = isTail && line().parent === null;
      if (step.onError === 'stop' || !isLast) yield { kind: 'acts', acts };
      return;
    }
    case 'notify': {
      const text = step.text.en.map((part) => (part.kind === 'text' ? part.text : '')).join('');
      const act = home.tell(run, text);
      if (step.onError === 'stop') yield { kind: 'acts', acts: [act] };
      return;
    }
    case 'delay':
      yield { kind: 'delay', ms: step.ms, untilMs: home.nowMs + step.ms };
      return;
    case 'wait':
      yield* wait(home, run, line, step, isTail);
      return;
    case 'choose': {
      const arm = step.arms.find((one) => home.judge(run, one.if));
      yield* doAll(home, run, line, arm?.steps ?? step.otherwise, isTail);
      return;
    }
    case 'repeat':
      yield* repeat(home, run, line, step);
      return;
    case 'parallel':
    case 'race': {
      const isDetached = step.kind === 'parallel' && step.join === 'none';
      for (const list of step.lists) addLine(home, run, list, isDetached ? null : line());
      if (!isDetached) yield { kind: 'lines', step };
      return;
    }
    case 'stop':
      run.ended = step.as;
      return;
    case 'let':
      for (const { name, value } of step.of) run.vars.set(name, home.workOut(run, value));
      return;
    case 'remember':
      for (const { name, value } of step.of) run.scene.vars.set(name, home.workOut(run, value));
      return;
    default:
      throw new Error(`the reference knows no step "${step.kind}"`);
  }
}

function* wait(
  home: RunHome,
  run: ReferenceRun,
  line: () => Line,
  step: Extract<Step, { kind: 'wait' }>,
  isTail: boolean,
): Doing {
  const { until, timeoutMs, otherwise } = step;
  const want: Extract<Want, { kind: 'wait' }> = {
    ...{ kind: 'wait', until, timeoutMs, hold: null, came: null },
    untilMs: timeoutMs === null ? null : home.nowMs + timeoutMs,
  };
  home.look(want);
  if (want.came === null) yield want;
  if (want.came === 'timedOut') yield* doAll(home, run, line, otherwise, isTail);
}

function* repeat(
  home: RunHome,
  run: ReferenceRun,
  line: () => Line,
  step: Extract<Step, { kind: 'repeat' }>,
): Doing {
  const { by, max, steps, onError } = step;
  const isAnother = (rounds: number): boolean => {
    if (by.kind === 'times') return rounds < by.count;
    if (by.kind === 'each') throw new Error('the reference knows no "for-each"');
    const is = home.judge(run, by.condition);
    return by.kind === 'while' ? is : !is;
  };
  if (by.kind === 'while' && !isAnother(0)) return;
  for (let rounds = 1; ; rounds += 1) {
    yield* doAll(home, run, line, steps, false);
    if (run.ended !== null || !isAnother(rounds)) return;
    if (rounds < max) continue;
    run.failures += 1;
    if (onError === 'stop') run.ended = 'failed';
    return;
  }
}

/** A line ends with all that is part of it. */
export function dropLine(run: ReferenceRun, line: Line): void {
  for (const child of run.lines.filter(({ parent }) => parent === line)) dropLine(run, child);
  run.lines = run.lines.filter((one) => one !== line);
}
