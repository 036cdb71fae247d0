// Undoing a run: what it changed is put back by whoever asks, as far as nobody else has changed it since.
import type { Cause } from '../../hub/model/cause.ts';
import { HubError } from '../../hub/model/errors.ts';
import type { CommandId, RunId, SceneId } from '../../hub/model/identifiers.ts';
import type { RunTrace, TraceStep } from '../../hub/model/run.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import { both, subjectWords } from '../language/words.ts';
import type { Engine } from './engine.ts';
import type { Keepers } from './keepers.ts';
import { causeWords, type Kept, restoring } from './keeping.ts';
import type { UndoEntry } from './tables.ts';
import { actWords, summaryWords } from './texts.ts';

/** What a run has changed, kept for whoever undoes it. */
interface Undoing {
  readonly scene: SceneId;
  readonly version: number;
  readonly kept: readonly Kept[];
}

/**
 * Undoes a run by its id, or by that of the run which undid it.
 * @throws HubError `conflict` where it is not its scene's last run, has changed nothing, or was undone already
 */
export function undoById(
  engine: Engine,
  keepers: Keepers,
  { id, cause }: { readonly id: RunId; readonly cause: Cause },
  world: SceneWorld,
): RunTrace {
  const { undos } = engine.tables;
  const found = undos.entries().find(([, { run, undone }]) => run === id || undone === id);
  if (found?.[1].undone !== undefined) {
    throw new HubError('conflict', 'It was undone already', {
      hint: 'What it had changed was put back, as far as nobody else had changed it since.',
      zh: { message: '已经撤销过了', hint: '它改过的，只要之后没有别人改动，都已恢复。' },
    });
  }
  if (found === undefined) {
    throw new HubError('conflict', `The run ${id} cannot be undone`, {
      hint: "Only a scene's last run can, as long as it has changed something.",
      zh: {
        message: `运行 ${id} 不能撤销`,
        hint: '只有场景最近的一次运行可以，而且它要改变过什么。',
      },
    });
  }
  return undoEntry(engine, keepers, { scene: found[0] as SceneId, entry: found[1], cause }, world);
}

/** Puts back what the last run of a scene has changed, where that was not done already. */
export function undoLast(
  engine: Engine,
  keepers: Keepers,
  { scene, cause }: { readonly scene: SceneId; readonly cause: Cause },
  world: SceneWorld,
): void {
  const entry = engine.tables.undos.get(scene);
  if (entry === undefined || entry.undone !== undefined) return;
  undoEntry(engine, keepers, { scene, entry, cause }, world);
}

/** That it was undone is kept in its place, so that whoever asks again is told. */
function undoEntry(
  engine: Engine,
  keepers: Keepers,
  { scene, entry, cause }: { scene: SceneId; entry: UndoEntry; cause: Cause },
  world: SceneWorld,
): RunTrace {
  const { run, version, kept } = entry;
  keepers.setUndo(scene, null, world);
  const trace = undoRun(engine, { scene, version, kept }, cause, world);
  keepers.setUndo(scene, { run, version, kept: [], undone: trace.id }, world);
  return trace;
}

/** Asks for all that is put back, and tells it as a run of the scene. */
function undoRun(
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
      `保留${owned.zh}：${who.zh}已更改过`,
    );
    line('cancelled', text);
  }
  for (const { device, property } of unknown) {
    const { owned } = subjectWords(names, { kind: 'device', device, property });
    const text = both(
      `Left ${owned.en} as it is: it is not known what it was`,
      `保留${owned.zh}：不知道原来的值`,
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
