// Undoing a run: what it changed is put back by whoever asks, as far as nobody else has changed it since.
import type { Cause } from '../../hub/model/cause.ts';
import type { CommandId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { both, subjectWords } from '../language/words.ts';
import type { Engine } from './engine.ts';
import { causeWords, type Kept, restoring } from './keeping.ts';
import { actWords, summaryWords } from './texts.ts';

/** What is undone. */
export interface Undoing {
  readonly scene: SceneId;
  readonly version: number;
  readonly kept: readonly Kept[];
}

/** Asks for all that is put back, and tells it as a run of the scene. */
export function undoRun(
  engine: Engine,
  { scene, version, kept }: Undoing,
  cause: Cause,
  world: SceneWorld,
): RunTrace {
  const names = engine.names(world);
  const atMs = world.now.wallMs;
  const steps: TraceStep[] = [];
  const line = (state: TraceStep['state'], text: TraceStep['text'], command?: CommandId): void => {
    const kind = command === undefined ? 'note' : 'command';
    steps.push({ atMs, path: 'undo', kind, state, text, ...(command ? { command } : {}) });
  };
  const { back, taken, unknown } = restoring(world, kept);
  for (const { device, property, before } of back) {
    const id = world.command(device, { kind: 'set', property, value: before }, cause, null);
    line('ok', actWords(names, { device, property, value: before }, 'started', null), id);
  }
  for (const { device, property, takenBy } of taken) {
    if (takenBy === null) continue;
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    const who = causeWords(engine, world, takenBy);
    const text = both(
      `Left ${owned.en} as it is: ${who.en} has changed it since`,
      `保留${owned.zh}:${who.zh}已更改过`,
    );
    line('cancelled', text);
  }
  for (const { device, property } of unknown) {
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    const text = both(
      `Left ${owned.en} as it is: it is not known what it was`,
      `保留${owned.zh}:不知道原来的值`,
    );
    line('unknown', text);
  }
  if (steps.length === 0) line('ok', both('All is as it was already', '已是原来的状态'));
  const id: RunId = engine.runId(world, 0);
  const because = both('undone', '撤销');
  const trace: RunTrace = {
    ...{ id, scene, sceneVersion: version, state: 'done', startedAtMs: atMs, endedAtMs: atMs },
    ...{ cause, seq: world.seq, steps, omitted: 0, summary: summaryWords('done', because, steps) },
  };
  world.publish(trace);
  return trace;
}
