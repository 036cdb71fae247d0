// Triggers on what devices report: their entries in the index, and when a change meets one.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../../hub/model/properties.ts';
import type { ChangeInput } from '../../../hub/model/scene-world.ts';
import type { SceneNames } from '../../language/names.ts';
import type { StateTrigger } from '../../language/triggers.ts';
import type { Crossing } from '../../language/values.ts';
import { crosses } from '../crossings.ts';
import type { IndexEntry } from '../entries.ts';
import type { SceneTables } from '../tables.ts';
import { compileLevel, type ValueTest } from '../value-tests.ts';

/** What is kept of a trigger on states or events. */
export type StateEntry =
  | { readonly kind: 'becomes'; readonly test: ValueTest; readonly alsoReconnect: boolean }
  | { readonly kind: 'changes'; readonly alsoReconnect: boolean }
  | { readonly kind: 'crosses'; readonly crossing: Crossing; readonly alsoReconnect: boolean }
  | { readonly kind: 'holds' }
  | { readonly kind: 'presses'; readonly values: ReadonlySet<PropertyValue> };

/** The entries of a trigger, one for each subject. */
export function stateEntries(
  scene: SceneId,
  trigger: StateTrigger,
  number: number,
  names: Pick<SceneNames, 'device'>,
): IndexEntry[] {
  switch (trigger.kind) {
    case 'becomes':
      return trigger.of.map((level, item) => ({
        ...{ scene, trigger: number, item, subject: level.subject, kind: trigger.kind },
        test: compileLevel(names, level).test,
        alsoReconnect: trigger.alsoReconnect,
      }));
    case 'changes':
      return trigger.of.map((subject, item) => ({
        ...{ scene, trigger: number, item, subject, kind: trigger.kind },
        alsoReconnect: trigger.alsoReconnect,
      }));
    case 'crosses':
      return trigger.of.map((crossing, item) => ({
        ...{
          scene,
          trigger: number,
          item,
          subject: crossing.subject,
          kind: trigger.kind,
          crossing,
        },
        alsoReconnect: trigger.alsoReconnect,
      }));
    case 'holds':
      return trigger.of.map(({ subject }, item) => ({
        ...{ scene, trigger: number, item, subject, kind: trigger.kind },
      }));
    case 'presses':
      return trigger.of.map(({ subject, values }, item) => ({
        ...{ scene, trigger: number, item, subject, kind: trigger.kind },
        values: new Set<PropertyValue>(values),
      }));
    default:
      return trigger satisfies never;
  }
}

/** A change, and whether it is one that scenes do not count unless they ask for it. */
export interface Changed {
  readonly change: ChangeInput;
  readonly isReconnect: boolean;
  /** It is the first value since the device was out of reach. */
  readonly isBaseline: boolean;
}

/** Whether the change meets the trigger of the entry. */
export function isStateMet(
  tables: SceneTables,
  entry: IndexEntry,
  { change, isReconnect, isBaseline }: Changed,
): boolean {
  switch (entry.kind) {
    case 'becomes': {
      if (isReconnect && !entry.alsoReconnect) return false;
      return entry.test(change.value) && (change.previous === null || !entry.test(change.previous));
    }
    case 'changes':
      return change.previous !== null && (!isReconnect || entry.alsoReconnect);
    case 'crosses': {
      const isFirst = (isReconnect || isBaseline) && !entry.alsoReconnect;
      return crosses(tables, entry, change, isFirst);
    }
    default:
      return false;
  }
}
