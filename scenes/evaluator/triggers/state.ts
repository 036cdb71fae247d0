// Triggers on what devices report and are told: their entries in the indexes, and when a change meets one.
import type { SceneId } from '../../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../../hub/model/properties.ts';
import type { ChangeInput, SceneWorld } from '../../../hub/model/scene-world.ts';
import type { SceneNames } from '../../language/names.ts';
import type { Move, StateTrigger } from '../../language/state.ts';
import type { Crossing, Matcher, Subject } from '../../language/values.ts';
import { crosses, crossesOther } from '../crossings.ts';
import type { IndexEntry } from '../entries.ts';
import { hasMoved } from '../moves.ts';
import type { SceneTables } from '../tables.ts';
import { exactValues, subjectTest, type ValueTest } from '../value-tests.ts';

/** What is kept of a trigger on states or events. */
export type StateEntry =
  | {
      readonly kind: 'becomes';
      readonly test: ValueTest;
      readonly from: ValueTest | null;
      /** The only values that meet it; null where it must be asked. */
      readonly exact: readonly PropertyValue[] | null;
      readonly alsoReconnect: boolean;
    }
  | {
      readonly kind: 'changes';
      readonly from: ValueTest | null;
      readonly to: ValueTest | null;
      readonly notTo: ValueTest | null;
      readonly alsoReconnect: boolean;
    }
  | { readonly kind: 'reports' }
  | { readonly kind: 'commanded'; readonly test: ValueTest | null }
  | { readonly kind: 'crosses'; readonly crossing: Crossing; readonly alsoReconnect: boolean }
  | { readonly kind: 'moves'; readonly move: Move }
  | { readonly kind: 'holds' }
  | { readonly kind: 'presses'; readonly values: ReadonlySet<PropertyValue> };

/** Where commands by their name are looked up, beside the properties that are set. */
export function commandKey(name: string): PropertyKey {
  return `!${name}` as PropertyKey;
}

/** The entries of a trigger, one for each subject; `part` where it is one of those that a trigger is made of. */
export function stateEntries(
  scene: SceneId,
  trigger: StateTrigger,
  number: number,
  names: Pick<SceneNames, 'device'>,
  part?: number,
): IndexEntry[] {
  const origin = (subject: Subject, item: number) => ({
    ...{ scene, trigger: number, item, subject },
    ...(part === undefined ? {} : { part }),
  });
  const testOf = (subject: Subject, matcher: Matcher | null): ValueTest | null =>
    matcher && subjectTest(names, subject, matcher);
  const { kind } = trigger;
  switch (kind) {
    case 'becomes':
      return trigger.of.map(({ subject, matcher }, item) => ({
        ...origin(subject, item),
        ...{ kind, test: subjectTest(names, subject, matcher), exact: exactValues(matcher) },
        from: testOf(subject, trigger.from),
        alsoReconnect: trigger.alsoReconnect,
      }));
    case 'changes':
      return trigger.of.map((subject, item) => ({
        ...origin(subject, item),
        ...{ kind, alsoReconnect: trigger.alsoReconnect },
        from: testOf(subject, trigger.from),
        to: testOf(subject, trigger.to),
        notTo: testOf(subject, trigger.notTo),
      }));
    case 'reports':
      return trigger.of.map((subject, item) => ({ ...origin(subject, item), kind }));
    case 'commanded':
      return trigger.of.map((seen, item) =>
        seen.kind === 'set'
          ? { ...origin(seen.subject, item), kind, test: testOf(seen.subject, seen.matcher) }
          : {
              ...origin(
                { kind: 'device', device: seen.device, property: commandKey(seen.name) },
                item,
              ),
              ...{ kind, test: null },
            },
      );
    case 'crosses':
      return trigger.of.flatMap((crossing, item) => {
        const more = { kind, crossing, alsoReconnect: trigger.alsoReconnect };
        const own = { ...origin(crossing.subject, item), ...more };
        if (crossing.other === null) return [own];
        return [own, { ...origin({ kind: 'device', ...crossing.other }, item), ...more }];
      });
    case 'moves':
      return trigger.of.map((move, item) => ({ ...origin(move.subject, item), kind, move }));
    case 'holds':
      return trigger.of.map(({ subject }, item) => ({ ...origin(subject, item), kind }));
    case 'presses':
      return trigger.of.map(({ subject, values }, item) => ({
        ...origin(subject, item),
        ...{ kind, values: new Set<PropertyValue>(values) },
      }));
    case 'silent':
      return [];
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
  readonly world: SceneWorld;
}

/** Whether the change meets the trigger of the entry. */
export function isStateMet(tables: SceneTables, entry: IndexEntry, changed: Changed): boolean {
  const { change, isReconnect, isBaseline, world } = changed;
  const { value, previous } = change;
  switch (entry.kind) {
    case 'becomes': {
      if (isReconnect && !entry.alsoReconnect) return false;
      if (!entry.test(value) || (previous !== null && entry.test(previous))) return false;
      return entry.from === null || (previous !== null && entry.from(previous));
    }
    case 'changes': {
      if (previous === null || (isReconnect && !entry.alsoReconnect)) return false;
      const { from, to, notTo } = entry;
      return (from?.(previous) ?? true) && (to?.(value) ?? true) && !(notTo?.(value) ?? false);
    }
    case 'crosses': {
      const isFirst = (isReconnect || isBaseline) && !entry.alsoReconnect;
      return entry.crossing.other === null
        ? crosses(tables, entry, change, isFirst)
        : crossesOther(tables, entry, change, isFirst, world);
    }
    case 'moves':
      return hasMoved(tables, entry, change, isReconnect || isBaseline, world);
    default:
      return false;
  }
}
