// The deadlines of runs in the core's heap, by key: `run/ID/step`, `run/ID/hold`, `run/ID/guard`.
import type { Deadline } from '../../hub/model/clock.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { holdWakesAt } from './hold.ts';
import type { RunEntry } from './tables.ts';

interface Deadlines {
  readonly step: Deadline | null;
  readonly hold: Deadline | null;
  readonly guard: Deadline | null;
}
const NO_DEADLINES: Deadlines = { step: null, hold: null, guard: null };

function deadlinesOf({ waiting, guard }: RunEntry): Deadlines {
  const step =
    waiting?.kind === 'delay' ? waiting.due : waiting?.kind === 'wait' ? waiting.timeout : null;
  const hold = waiting?.kind === 'wait' && waiting.hold ? holdWakesAt(waiting.hold) : null;
  return { step, hold, guard };
}

function sameDeadline(a: Deadline | null, b: Deadline): boolean {
  return a !== null && a.wallMs === b.wallMs && a.monoMs === b.monoMs && a.bootId === b.bootId;
}

/** The boots of the machine in which the run's deadlines were set. */
export function bootsOf(entry: RunEntry): string[] {
  const { step, hold, guard } = deadlinesOf(entry);
  return [step, hold, guard].flatMap((deadline) => deadline?.bootId ?? []);
}

/** Arms and disarms what differs between a run before and after; null: there is no run. */
export function retime(before: RunEntry | null, after: RunEntry | null, world: SceneWorld): void {
  const id = (after ?? before)?.id;
  if (id === undefined) return;
  const earlier = before ? deadlinesOf(before) : NO_DEADLINES;
  const later = after ? deadlinesOf(after) : NO_DEADLINES;
  for (const which of ['step', 'hold', 'guard'] as const) {
    const key = `run/${id}/${which}`;
    const wanted = later[which];
    if (wanted === null) {
      if (earlier[which] !== null) world.disarm(key);
    } else if (!sameDeadline(earlier[which], wanted)) {
      world.arm(key, wanted);
    }
  }
}
