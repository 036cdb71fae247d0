// Keeps a flood of runs from becoming a flood of records: where a home runs more scenes than anybody could read of, a
// run that went as its scene's last one did is counted, and the next one that is kept says how many it stands for.
import type { CoreEffects, OutEvent } from '../model/core-port.ts';
import type { RunId, SceneId } from '../model/identifiers.ts';
import type { LogEntry } from '../model/journal.ts';
import type { RunTrace } from '../model/run.ts';

/** Traces that are kept whole in any case: this many a second for long, and some seconds' worth at once. */
export const TRACES_PER_SECOND = 200;
export const TRACES_AT_ONCE = 400;
/** How a run went is looked at only once so few are left that some may have to be counted. */
const WATCHED_BELOW = TRACES_AT_ONCE / 2;

export interface AlikeRuns {
  /** The effects without the runs that are only counted, and without those runs' commands. */
  thin(effects: CoreEffects, monoMs: number): CoreEffects;
  /** The scene is gone: nothing is kept of it. */
  forget(scene: SceneId): void;
}

export function createAlikeRuns(): AlikeRuns {
  const lastKept = new Map<SceneId, string>();
  const counted = new Map<SceneId, number>();
  /** Runs that live clients were told of as under way: they hear of their end. */
  const announced = new Set<RunId>();
  let allowance = TRACES_AT_ONCE;
  let sinceMs = Number.NEGATIVE_INFINITY;

  function refill(monoMs: number): void {
    const gained = (Math.max(0, monoMs - sinceMs) * TRACES_PER_SECOND) / 1_000;
    allowance = Math.min(TRACES_AT_ONCE, allowance + gained);
    sinceMs = monoMs;
  }

  /** Whether the run is one of many of its kind. What is kept is remembered. */
  function isOneOfMany(trace: RunTrace): boolean {
    if (allowance >= WATCHED_BELOW) {
      if (lastKept.size > 0) lastKept.clear();
      allowance -= 1;
      return false;
    }
    const shape = shapeOf(trace);
    const isAlike = lastKept.get(trace.scene) === shape;
    if (isAlike && allowance < 1 && trace.state === 'done' && !announced.has(trace.id)) {
      counted.set(trace.scene, (counted.get(trace.scene) ?? 0) + 1);
      return true;
    }
    // A flood of runs that are kept in any case does not take from those that come after it.
    allowance = Math.max(0, allowance - 1);
    lastKept.set(trace.scene, shape);
    return false;
  }

  function withCount(trace: RunTrace): RunTrace {
    const repeats = counted.get(trace.scene);
    if (repeats === undefined) return trace;
    counted.delete(trace.scene);
    return { ...trace, repeats: (trace.repeats ?? 0) + repeats };
  }

  return {
    thin(effects, monoMs) {
      refill(monoMs);
      const left = new Set<RunId>();
      const kept = new Map<RunId, RunTrace>();
      const log = effects.log.flatMap((entry): LogEntry[] => {
        if (entry.kind !== 'run') return [entry];
        const { trace } = entry;
        if (isOneOfMany(trace)) {
          left.add(trace.id);
          return [];
        }
        const whole = withCount(trace);
        if (whole !== trace) kept.set(trace.id, whole);
        return whole === trace ? [entry] : [{ ...entry, trace: whole }];
      });
      const out = effects.out.flatMap((event): OutEvent[] => {
        if (event.kind !== 'run') return [event];
        const { trace } = event;
        if (left.has(trace.id)) return [];
        if (trace.endedAtMs === null) announced.add(trace.id);
        else announced.delete(trace.id);
        const whole = kept.get(trace.id);
        return whole === undefined || trace.endedAtMs === null
          ? [event]
          : [{ ...event, trace: whole }];
      });
      if (left.size === 0) return { ...effects, log, out };
      const isOfCounted = (event: OutEvent | LogEntry): boolean =>
        event.kind === 'command' &&
        event.command.cause.kind === 'scene' &&
        left.has(event.command.cause.run);
      return {
        ...effects,
        log: log.filter((entry) => !isOfCounted(entry)),
        out: out.filter((event) => !isOfCounted(event)),
      };
    },
    forget(scene) {
      lastKept.delete(scene);
      counted.delete(scene);
    },
  };
}

/** What two runs of a scene have in common that went alike, whatever was read. */
function shapeOf({ sceneVersion, state, steps, omitted }: RunTrace): string {
  let shape = `${sceneVersion} ${state} ${omitted}`;
  for (const step of steps) shape += ` ${step.path} ${step.state}`;
  return shape;
}
