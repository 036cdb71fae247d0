// Two lists of runs side by side: which are the same occasion, which came or went, and what differs.
import type { ReplayedRun } from '../../hub/model/explain.ts';
import type { Label } from '../../hub/model/property-row.ts';
import type { RunTrace, TraceStep } from '../../hub/model/run.ts';
import { both } from '../language/words.ts';

/** Runs that began at the same instant for the same cause are one occasion. Both lists are in order of time. */
export function compareRuns(
  lived: readonly RunTrace[],
  tried: readonly RunTrace[],
): readonly ReplayedRun[] {
  const open = new Map<string, RunTrace[]>();
  for (const run of lived) {
    const runs = open.get(occasionOf(run));
    if (runs) runs.push(run);
    else open.set(occasionOf(run), [run]);
  }
  const found: ReplayedRun[] = tried.map((run) => {
    const atMs = run.startedAtMs;
    const before = open.get(occasionOf(run))?.shift();
    if (before === undefined) {
      return { kind: 'added', atMs, lived: null, tried: run, difference: null };
    }
    const difference = differenceOf(before, run);
    const kind = difference === null ? 'same' : 'different';
    return { kind, atMs, lived: before, tried: run, difference };
  });
  for (const runs of open.values()) {
    for (const run of runs) {
      const atMs = run.startedAtMs;
      found.push({ kind: 'gone', atMs, lived: run, tried: null, difference: null });
    }
  }
  return found.sort((a, b) => a.atMs - b.atMs);
}

function occasionOf({ startedAtMs, cause }: RunTrace): string {
  return `${startedAtMs} ${cause.kind === 'device' ? cause.device : cause.kind}`;
}

/** What the one did and the other did not, in words; null where they went alike. */
function differenceOf(lived: RunTrace, tried: RunTrace): Label | null {
  const [before, after] = [lived.steps.filter(isDeed), tried.steps.filter(isDeed)];
  const gone = without(before, after);
  const added = without(after, before);
  if (gone.length === 0 && added.length === 0) {
    return lived.state === tried.state
      ? null
      : both(`It ended as ${tried.state}, not ${lived.state}`, '结果不同');
  }
  const list = (steps: readonly TraceStep[], language: 'en' | 'zh') =>
    steps.map(({ text }) => text[language]).join(language === 'en' ? '; ' : ';');
  const en = [
    ...(added.length > 0 ? [`added: ${list(added, 'en')}`] : []),
    ...(gone.length > 0 ? [`gone: ${list(gone, 'en')}`] : []),
  ];
  const zh = [
    ...(added.length > 0 ? [`新增：${list(added, 'zh')}`] : []),
    ...(gone.length > 0 ? [`减少：${list(gone, 'zh')}`] : []),
  ];
  return both(en.join('. '), zh.join('。'));
}

/** What set it off and what was read is no deed. */
function isDeed({ kind }: TraceStep): boolean {
  return kind !== 'trigger' && kind !== 'condition' && kind !== 'end';
}

function without(steps: readonly TraceStep[], others: readonly TraceStep[]): TraceStep[] {
  const left = new Map<string, number>();
  for (const step of others) left.set(keyOf(step), (left.get(keyOf(step)) ?? 0) + 1);
  return steps.filter((step) => {
    const count = left.get(keyOf(step)) ?? 0;
    if (count === 0) return true;
    left.set(keyOf(step), count - 1);
    return false;
  });
}

/** The same deed after the same while is the same, wherever it stands in the file. */
function keyOf({ kind, state, text }: TraceStep): string {
  return `${kind} ${state} ${text.en}`;
}
