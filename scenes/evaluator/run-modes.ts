// What becomes of a run that is to begin while others of its scene are under way: the scene's mode says it.
import type { DeviceId, RunId } from '../../hub/model/identifiers.ts';
import type { Label } from '../../hub/model/property-row.ts';
import { type Again, SCENE_LIMITS } from '../language/scene.ts';
import { both } from '../language/words.ts';
import type { RunEntry } from './tables.ts';

/** Runs of one scene at once with one for each device. */
const PER_DEVICE_MAX = SCENE_LIMITS.runs;

/** How a run begins, and which others end before. */
export interface Turn {
  readonly state: RunEntry['state'];
  /** Runs that the new one takes over from. */
  readonly anew: readonly RunId[];
  /** Queued runs that leave their place. */
  readonly givesWay: readonly RunId[];
}

/** The turn of a run; a text where the mode does not let it begin. `active` are the runs that the mode counts. */
export function turnOf(
  again: Again,
  {
    active,
    all,
    device,
  }: {
    readonly active: readonly RunEntry[];
    readonly all: readonly RunEntry[];
    readonly device: DeviceId | null;
  },
): Turn | Label {
  const now: Turn = { state: 'running', anew: [], givesWay: [] };
  switch (again.kind) {
    case 'single':
      return active.length > 0 ? both('it is still running', '上一次还在进行') : now;
    case 'restart':
      return { ...now, anew: active.map(({ id }) => id) };
    case 'queue': {
      const isFull = active.length > again.max;
      const oldest = isFull ? active.find((run) => run.state === 'queued') : undefined;
      if (isFull && (again.overflow === undefined || oldest === undefined)) {
        return both(`${again.max} runs wait already`, `已有 ${again.max} 个在排队`);
      }
      const isPerDevice = 'per' in again && again.per === 'device';
      if (isPerDevice && all.length >= PER_DEVICE_MAX) {
        return both(
          `${all.length} runs are under way or wait`,
          `已有 ${all.length} 个在进行或排队`,
        );
      }
      const givesWay = oldest ? [oldest.id] : [];
      return { ...now, givesWay, state: active.length > 0 ? 'queued' : 'running' };
    }
    case 'parallel':
      return active.length >= again.max
        ? both(`${again.max} runs are under way already`, `已有 ${again.max} 个在进行`)
        : now;
    case 'perDevice': {
      const same = active.find(({ origin }) => origin.device === device);
      if (same) return { ...now, anew: [same.id] };
      return active.length >= PER_DEVICE_MAX
        ? both(`${PER_DEVICE_MAX} runs are under way already`, `已有 ${PER_DEVICE_MAX} 个在进行`)
        : now;
    }
    default:
      return again satisfies never;
  }
}
