// The deadlines of runs in the core's heap, by key: `run/ID/step/BRANCH`, `run/ID/hold/BRANCH`, `run/ID/guard`, `run/ID/end`.
import type { Deadline } from '../../hub/model/clock.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { holdWakesAt } from './hold.ts';
import type { Branch, RunEntry } from './tables.ts';

type Deadlines = ReadonlyMap<string, Deadline>;
const NO_DEADLINES: Deadlines = new Map();

/** By the end of their keys. */
function deadlinesOf({ branches, guard, until }: RunEntry): Deadlines {
  const found = new Map<string, Deadline>();
  for (const { id, waiting } of branches) {
    const step = stepDeadline(waiting);
    const hold = waiting?.kind === 'wait' && waiting.hold ? holdWakesAt(waiting.hold) : null;
    if (step) found.set(`step/${id}`, step);
    if (hold) found.set(`hold/${id}`, hold);
  }
  if (guard) found.set('guard', guard);
  found.set('end', until);
  return found;
}

function stepDeadline(waiting: Branch['waiting']): Deadline | null {
  switch (waiting?.kind) {
    case 'delay':
    case 'pause':
    case 'expect':
    case 'retry':
    case 'keep':
    case 'ramp':
    case 'answer':
    case 'switch':
      return waiting.due;
    case 'wait':
      return waiting.timeout;
    default:
      return null;
  }
}

function sameDeadline(a: Deadline | undefined, b: Deadline): boolean {
  return a?.wallMs === b.wallMs && a.monoMs === b.monoMs && a.bootId === b.bootId;
}

/** The boots of the machine in which the run's deadlines were set. */
export function bootsOf(entry: RunEntry): string[] {
  return [...deadlinesOf(entry).values()].map(({ bootId }) => bootId);
}

/** Arms and disarms what differs between a run before and after; null: there is no run. */
export function retime(before: RunEntry | null, after: RunEntry | null, world: SceneWorld): void {
  const id = (after ?? before)?.id;
  if (id === undefined) return;
  const earlier = before ? deadlinesOf(before) : NO_DEADLINES;
  const later = after ? deadlinesOf(after) : NO_DEADLINES;
  for (const which of earlier.keys()) {
    if (!later.has(which)) world.disarm(`run/${id}/${which}`);
  }
  for (const [which, deadline] of later) {
    if (!sameDeadline(earlier.get(which), deadline)) world.arm(`run/${id}/${which}`, deadline);
  }
}
