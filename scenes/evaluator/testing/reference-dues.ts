// What will be due in the reference home, worked out anew each time it is asked: times, holds, delays and waits.
import type { Scene } from '../../language/scene.ts';
import { holdAfterOutage, holdWakes } from './reference-hold.ts';
import type { Line, ReferenceRun, ReferenceScene, Want } from './reference-run.ts';
import type { Waiting } from './reference-triggers.ts';

const OUTAGE_MS = 10_000;

/** Something that will be due: the key orders what is due at one instant. */
export interface Due {
  readonly atMs: number;
  readonly key: readonly (string | number)[];
  readonly work: () => void;
}

/** The home as far as something of it is due. */
export interface DueHome {
  now(): number;
  readonly scenes: readonly ReferenceScene[];
  readonly runs: readonly ReferenceRun[];
  lookAtTime(scene: ReferenceScene, trigger: number): void;
  lookAtHold(scene: ReferenceScene, trigger: number): void;
  look(want: Waiting): void;
  goOn(run: ReferenceRun): void;
}

/** What is due next, up to an instant; null: nothing. */
export function nextDue(home: DueHome, untilMs: number): Due | null {
  const due = allDues(home).filter(({ atMs }) => atMs <= untilMs);
  due.sort((a, b) => a.atMs - b.atMs || inKeyOrder(a.key, b.key));
  return due[0] ?? null;
}

function allDues(home: DueHome): Due[] {
  const found: Due[] = [];
  for (const scene of home.scenes) {
    for (const [number, atMs] of scene.times) {
      const work = (): void => home.lookAtTime(scene, number);
      found.push({ atMs, key: ['at', scene.id, number], work });
    }
    for (const [number, hold] of scene.holds) {
      const trigger = scene.scene.when[number];
      const atMs = trigger?.kind === 'holds' ? holdWakes(hold, trigger.forMs) : null;
      const work = (): void => home.lookAtHold(scene, number);
      if (atMs !== null) found.push({ atMs, key: ['hold', scene.id, number], work });
    }
  }
  for (const run of home.runs) {
    for (const line of run.lines) found.push(...duesOfLine(home, run, line));
  }
  return found;
}

function duesOfLine(home: DueHome, run: ReferenceRun, line: Line): Due[] {
  const { want } = line;
  // Lines go by their names, of which "10" comes before "2".
  const key = (what: string) => ['run', run.begunMs, run.number, what, `${line.number}`];
  if (want?.kind === 'delay') {
    const work = (): void => {
      line.want = null;
      home.goOn(run);
    };
    return [{ atMs: want.untilMs, key: key('step'), work }];
  }
  if (want?.kind !== 'wait') return [];
  const work = (): void => {
    // The level first: what is there at the last moment is there in time.
    home.look(want);
    if (want.untilMs !== null && want.untilMs <= home.now()) want.came ??= 'timedOut';
    if (want.came !== null) line.want = null;
    home.goOn(run);
  };
  const forMs = want.until.kind === 'holds' ? want.until.forMs : 0;
  const wakesMs = holdWakes(want.hold, forMs);
  const found: Due[] = [];
  if (want.untilMs !== null) found.push({ atMs: want.untilMs, key: key('step'), work });
  if (wakesMs !== null) found.push({ atMs: wakesMs, key: key('hold'), work });
  return found;
}

/** Makes a delay or a wait what it is after the hub was off; false where it ends its run. */
export function goesOnAfter(
  want: Extract<Want, { kind: 'delay' | 'wait' }>,
  scene: Scene,
  gapMs: number,
  nowMs: number,
): boolean {
  const { waits, holds, late } = scene.afterOutage;
  if (gapMs < OUTAGE_MS) return true;
  if (waits === 'drop') return false;
  if (waits === 'restart') {
    if (want.kind === 'delay') want.untilMs = nowMs + want.ms;
    else want.untilMs = want.timeoutMs === null ? null : nowMs + want.timeoutMs;
    if (want.kind === 'wait') want.hold = null;
    return true;
  }
  const overdueMs = want.untilMs === null ? 0 : nowMs - want.untilMs;
  if (late.kind === 'skip' && overdueMs > late.overMs) return false;
  if (want.kind === 'wait' && want.hold !== null) {
    const rule = holds === 'assume' ? 'assume' : 'restart';
    want.hold = holdAfterOutage(want.hold, rule, gapMs, nowMs);
  }
  return true;
}

function inKeyOrder(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (const [index, one] of a.entries()) {
    const other = b[index];
    if (other === undefined || one === other) continue;
    return one < other ? -1 : 1;
  }
  return 0;
}
