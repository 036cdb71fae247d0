// A ramp: brings numbers from one value to another over a time. Lights make a short way by themselves; a long one is
// made of at most so many steps, and what somebody else takes over meanwhile is left alone.
import { deadlineAfter, remainingMs } from '../../../hub/model/clock.ts';
import type { PropertyKey } from '../../../hub/model/properties.ts';
import type { RampStep } from '../../language/effect-steps.ts';
import { SCENE_LIMITS } from '../../language/scene.ts';
import { both, subjectWords } from '../../language/words.ts';
import { askTarget } from '../acts.ts';
import type { Engine } from '../engine.ts';
import { presentValue } from '../keeping.ts';
import {
  addLine,
  fail,
  type MovingRun,
  nextStep,
  pathOf,
  setLine,
  setWaiting,
} from '../moving-run.ts';
import type { EffectWaiting } from '../tables.ts';
import { bounded, settable } from '../targets.ts';
import { opened } from './effects.ts';

/** A light makes a way of up to this by itself. */
const BY_ITSELF_MS = 10_000;
/** Properties whose devices take a transition. */
const SMOOTH: ReadonlySet<string> = new Set(['brightness', 'colorTemperature']);

type Ramp = Extract<EffectWaiting, { kind: 'ramp' }>;

function isSmooth(property: PropertyKey): boolean {
  return SMOOTH.has(property.split('@', 1)[0] ?? property);
}

/** Begins a ramp. */
export function beginRamp(engine: Engine, run: MovingRun, step: RampStep): void {
  const { world } = run;
  const path = pathOf(run);
  const names = engine.names(world);
  const legs = step.targets.flatMap(({ device, property, from, to }) => {
    const now = from ?? presentValue(world, device, property);
    if (typeof now === 'number') return [{ device, property, from: now, to, last: Number.NaN }];
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    const text = both(
      `Could not ramp ${owned.en}: its value is not known`,
      `未能渐变${owned.zh}：当前值未知`,
    );
    addLine(run, path, 'command', 'failed', text);
    return [];
  });
  if (legs.length < step.targets.length && !fail(run, step.onError)) return;
  if (legs.length === 0) {
    nextStep(run);
    return;
  }
  const isShort = step.overMs <= BY_ITSELF_MS && legs.every(({ property }) => isSmooth(property));
  const most = Math.min(SCENE_LIMITS.rampSteps, Math.floor(step.overMs / 1_000));
  const steps = isShort ? 1 : Math.max(1, most);
  const stepMs = step.overMs / steps;
  const words = legs.map(({ device, property, to }) => {
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    return both(`${owned.en} to ${to}`, `${owned.zh}到 ${to}`);
  });
  const text = both(
    `Bringing ${words.map(({ en }) => en).join(', ')}`,
    `正在渐变${words.map(({ zh }) => zh).join('、')}`,
  );
  const line = addLine(run, path, 'delay', 'started', text);
  const until = deadlineAfter(world.now, world.bootId, step.overMs);
  const ramp: Ramp = {
    kind: 'ramp',
    due: until,
    until,
    line,
    steps,
    stepMs,
    legs: legs.map((leg) => ({ ...leg, last: leg.from })),
  };
  // Where it begins elsewhere than it is, it goes there first; the first of its steps begins at once.
  for (const { device, property, from } of legs) {
    if (presentValue(world, device, property) !== from)
      stepTo(engine, run, device, property, from, 0);
  }
  move(engine, run, ramp, 1);
}

/** The next step of a ramp; after an outage the one that is due by now. */
export function rampDue(engine: Engine, run: MovingRun, ramp: Ramp): void {
  const { world } = run;
  const leftMs = remainingMs(ramp.until, world.now, world.bootId);
  if (leftMs > 0) {
    move(
      engine,
      run,
      ramp,
      Math.min(ramp.steps, ramp.steps - Math.ceil(leftMs / ramp.stepMs - 1e-6) + 1),
    );
    return;
  }
  move(engine, run, ramp, ramp.steps);
  setLine(run, ramp.line, 'ok', both('The ramp is done', '渐变完成'));
  setWaiting(run, null);
  nextStep(run);
}

/** Asks for step `number` of the ramp, which takes one step's time, and waits for the next. */
function move(engine: Engine, run: MovingRun, ramp: Ramp, number: number): void {
  const { world, draft } = run;
  const legs = ramp.legs.map((leg) => {
    const { device, property, from, to } = leg;
    const isTaken = draft.kept.some(
      (one) => one.device === device && one.property === property && one.takenBy !== null,
    );
    const value = bounded(
      settable(world, device, property),
      from + ((to - from) * number) / ramp.steps,
    );
    if (isTaken || value === leg.last) return leg;
    stepTo(engine, run, device, property, value, isSmooth(property) ? ramp.stepMs : 0);
    return { ...leg, last: value };
  });
  const untilNextMs =
    remainingMs(ramp.until, world.now, world.bootId) - (ramp.steps - number) * ramp.stepMs;
  const due = deadlineAfter(world.now, world.bootId, Math.max(0, untilNextMs));
  setWaiting(run, { ...ramp, legs, due });
}

function stepTo(
  engine: Engine,
  run: MovingRun,
  device: Ramp['legs'][number]['device'],
  property: PropertyKey,
  value: number,
  overMs: number,
): void {
  const target = { kind: 'set', isRelative: false, device, property, value } as const;
  const asked = askTarget(engine, run, target, { path: pathOf(run), overMs, isSilent: true });
  opened(run, [asked], overMs);
}
