// Triggers of time: their entries in the index. Only one whose time is taken from a value has any: it is planned anew
// when the value changes.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { Scene } from '../../language/scene.ts';
import type { TimeTrigger } from '../../language/times.ts';
import type { Trigger } from '../../language/triggers.ts';
import type { IndexEntry } from '../entries.ts';

/** What is kept of a trigger whose time a value says. */
export interface TimeEntry {
  readonly kind: 'plan';
}

/** Whether a trigger is one of time. */
export function isTimed(trigger: Trigger): trigger is TimeTrigger {
  const { kind } = trigger;
  return kind === 'at' || kind === 'aligned' || kind === 'every' || kind === 'cron';
}

/** The entries of a trigger. */
export function timeEntries(scene: SceneId, trigger: TimeTrigger, number: number): IndexEntry[] {
  if (trigger.kind !== 'at' || trigger.time.kind !== 'value') return [];
  const { device, property } = trigger.time;
  return [
    {
      scene,
      trigger: number,
      item: 0,
      subject: { kind: 'device', device, property },
      kind: 'plan',
    },
  ];
}

const BY_PLACE = new Set<unknown>(['sun', 'elevation', 'season']);

/** Whether anything in a scene depends on where the home is: wherever it does, a node is of such a kind. */
export function needsPlace(scene: Scene): boolean {
  const walk = (node: unknown): boolean => {
    if (typeof node !== 'object' || node === null) return false;
    if ('kind' in node && BY_PLACE.has(node.kind)) return true;
    return Object.values(node).some(walk);
  };
  return walk([scene.when, scene.while, scene.do]);
}
