// Makes a scene ready to run: its steps by path, and one entry for each thing that can set it off, with the test
// as a closure. The scene itself stays the tree that everything reads.
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { SceneNames } from '../language/names.ts';
import type { Scene } from '../language/scene.ts';
import { innerLists, type Step } from '../language/steps.ts';
import type { Trigger } from '../language/triggers.ts';
import type { IndexEntry } from './entries.ts';
import { stateEntries } from './triggers/state.ts';
import { isTimed, needsPlace, timeEntries } from './triggers/time.ts';
import { type CompiledLevel, compileLevel } from './value-tests.ts';

export interface CompiledScene {
  readonly id: SceneId;
  readonly scene: Scene;
  readonly entries: readonly IndexEntry[];
  /** The levels of each hold, by the number of its trigger. */
  readonly holds: ReadonlyMap<
    number,
    { readonly levels: readonly CompiledLevel[]; readonly forMs: number }
  >;
  /** Whether some of it goes by the sun or the season, and so by where the home is. */
  readonly needsPlace: boolean;
  /** The numbers of the triggers of time. */
  readonly times: readonly number[];
  /** Lists of steps by path: `do`, `do[1].else`. */
  readonly lists: ReadonlyMap<string, readonly Step[]>;
}

/** Compiles a scene. Values are compared with each property's own tolerance, as the devices are now. */
export function compileScene(
  id: SceneId,
  scene: Scene,
  names: Pick<SceneNames, 'device'>,
): CompiledScene {
  const entries: IndexEntry[] = [];
  const holds = new Map<number, { levels: CompiledLevel[]; forMs: number }>();
  const times: number[] = [];
  scene.when.forEach((trigger, number) => {
    if (isTimed(trigger)) times.push(number);
    if (trigger.kind === 'holds') {
      holds.set(number, {
        levels: trigger.of.map((level) => compileLevel(names, level)),
        forMs: trigger.forMs,
      });
    }
    entries.push(...triggerEntries(id, trigger, number, names));
  });
  const lists = new Map<string, readonly Step[]>();
  addLists(lists, 'do', scene.do);
  return { id, scene, entries, holds, needsPlace: needsPlace(scene), times, lists };
}

function triggerEntries(
  scene: SceneId,
  trigger: Trigger,
  number: number,
  names: Pick<SceneNames, 'device'>,
): IndexEntry[] {
  switch (trigger.kind) {
    case 'becomes':
    case 'changes':
    case 'crosses':
    case 'holds':
    case 'presses':
      return stateEntries(scene, trigger, number, names);
    case 'at':
    case 'aligned':
    case 'every':
    case 'cron':
      return timeEntries(scene, trigger, number);
    default:
      return trigger satisfies never;
  }
}

function addLists(lists: Map<string, readonly Step[]>, path: string, steps: readonly Step[]): void {
  lists.set(path, steps);
  steps.forEach((step, index) => {
    for (const inner of innerLists(step)) {
      addLists(lists, innerPath(path, index, inner.name), inner.steps);
    }
  });
}

/** The path of a list of steps inside a step: `do[1].else`. */
export function innerPath(list: string, at: number, name: string): string {
  return `${list}[${at}].${name}`;
}

/** The path of the steps that are done when a wait's time is over. */
export function elsePath(list: string, at: number): string {
  return innerPath(list, at, 'else');
}
