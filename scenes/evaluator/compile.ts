// Makes a scene ready to run: its steps by path, and one entry for each thing that can set it off, with the test
// as a closure. The scene itself stays the tree that everything reads.
import type { SceneId } from '../../hub/model/identifiers.ts';
import type { Condition } from '../language/conditions.ts';
import type { SceneNames } from '../language/names.ts';
import type { Scene } from '../language/scene.ts';
import type { HoldAlready, HoldAway } from '../language/state.ts';
import { innerLists, type Step } from '../language/steps.ts';
import type { Trigger } from '../language/triggers.ts';
import type { IndexEntry } from './entries.ts';
import { type HappeningEntry, happeningsOf } from './happenings.ts';
import { type CompiledPast, compilePasts, pastEntries } from './pasts.ts';
import { patternEntries } from './triggers/patterns.ts';
import { stateEntries } from './triggers/state.ts';
import { isTimed, needsPlace, timeEntries } from './triggers/time.ts';
import { type CompiledLevel, compileLevel } from './value-tests.ts';

/** What must last: levels, or a condition. */
export interface CompiledHold {
  readonly levels: readonly CompiledLevel[];
  readonly condition: Condition | null;
  readonly forMs: number;
  readonly away: HoldAway;
  readonly already: HoldAlready;
}

export interface CompiledScene {
  readonly id: SceneId;
  readonly scene: Scene;
  readonly entries: readonly IndexEntry[];
  /** What it listens for that is not a device's. */
  readonly happenings: readonly HappeningEntry[];
  /** The levels of each hold, by the number of its trigger. */
  readonly holds: ReadonlyMap<number, CompiledHold>;
  /** What its conditions ask of the past. */
  readonly pasts: readonly CompiledPast[];
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
  const holds = new Map<number, CompiledHold>();
  const times: number[] = [];
  scene.when.forEach((trigger, number) => {
    if (isTimed(trigger)) times.push(number);
    if (trigger.kind === 'holds') {
      const levels = trigger.of.map((level) => compileLevel(names, level));
      const { forMs, away, already } = trigger;
      holds.set(number, { levels, condition: null, forMs, away, already });
    } else if (trigger.kind === 'so' && trigger.forMs !== null) {
      const { condition, forMs, alsoSave } = trigger;
      const already = alsoSave ? 'now' : 'next';
      holds.set(number, { levels: [], condition, forMs, away: 'ignore', already });
    }
    entries.push(...triggerEntries(id, trigger, number, names));
  });
  const lists = new Map<string, readonly Step[]>();
  addLists(lists, 'do', scene.do);
  const happenings = scene.when.flatMap((one, number) => happeningsOf(id, one, number));
  const pasts = compilePasts(scene, names);
  entries.push(...pastEntries(id, pasts));
  return {
    ...{ id, scene, pasts, holds, times, lists },
    entries: ranked(scene, entries),
    happenings: ranked(scene, happenings),
    needsPlace: needsPlace(scene),
  };
}

/** What sets a scene off, with the scene's priority where it is not the usual. */
function ranked<Entry>({ priority }: Scene, entries: readonly Entry[]): readonly Entry[] {
  return priority === undefined ? entries : entries.map((entry) => ({ ...entry, priority }));
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
    case 'reports':
    case 'commanded':
    case 'crosses':
    case 'moves':
    case 'holds':
    case 'silent':
    case 'presses':
      return stateEntries(scene, trigger, number, names);
    case 'so':
    case 'sequence':
    case 'count':
      return patternEntries(scene, trigger, number, names);
    case 'at':
    case 'aligned':
    case 'every':
    case 'cron':
      return timeEntries(scene, trigger, number);
    case 'person':
    case 'sceneEvent':
    case 'deviceEvent':
    case 'hub':
    case 'webhook':
    case 'tag':
    case 'calendar':
    case 'mqtt':
      return [];
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
