// Reads the items of a scene by their kinds: each item is known by one key, and the kind of that key reads it. The
// tables of kinds are handed in, so that items can stand inside items of any family.

import type * as v from 'valibot';
import type { Words } from '../../../hub/model/words.ts';
import type { Condition } from '../conditions.ts';
import type { ReadContext } from '../context.ts';
import type { Path } from '../document.ts';
import { mistake } from '../mistakes.ts';
import { SCENE_LIMITS } from '../scene.ts';
import { name } from '../shapes/parts.ts';
import type { Step } from '../steps.ts';
import type { Trigger } from '../triggers.ts';
import type { VariableType } from '../variables.ts';

/** How one kind of item is read; null, with its problems told, where it cannot be. */
export type ReadKind<Item> = (reading: Reading, data: unknown, path: Path) => Item | null;

/** Kinds by the key at which an item is known. */
export interface KindTable<Item> {
  readonly kinds: Readonly<Record<string, ReadKind<Item>>>;
  /** Words that the format has and this version does not do yet. */
  readonly later: readonly string[];
}

/** All kinds of a scene file. */
export interface Kinds {
  readonly triggers: KindTable<Trigger>;
  readonly conditions: KindTable<Condition>;
  readonly steps: KindTable<Step>;
}

/** A kind whose item is checked by its shape first; `later` are keys of it that are not done yet. */
export function shapedKind<Schema extends v.GenericSchema, Item>(
  shape: Schema,
  later: readonly string[],
  read: (reading: Reading, shaped: v.InferOutput<Schema>, path: Path) => Item | null,
): ReadKind<Item> {
  return (reading, data, path) => {
    const shaped = reading.context.shaped(shape, data, path, later);
    return shaped === null ? null : read(reading, shaped, path);
  };
}

const A_TRIGGER = mistake('A trigger', '触发条件');
const A_CONDITION = mistake('A condition', '条件');
const A_STEP = mistake('A step', '步骤');

/** The reading of one scene file. */
export class Reading {
  readonly context: ReadContext;
  readonly #kinds: Kinds;
  /** What expressions know by name, so far. */
  readonly variables = new Map<string, { type: VariableType; scope: 'run' | 'scene' }>();
  #conditions = 0;
  #steps = 0;
  readonly #triggerIds: string[] = [];

  constructor(context: ReadContext, kinds: Kinds) {
    this.context = context;
    this.#kinds = kinds;
  }

  /** The types of all that expressions know by name. */
  locals(): ReadonlyMap<string, VariableType> {
    return new Map([...this.variables].map(([name, { type }]) => [name, type]));
  }

  /** One item of `when`. */
  trigger(data: unknown, path: Path): Trigger | null {
    if (typeof data !== 'object' || data === null || !('id' in data)) return this.part(data, path);
    const { id, ...rest } = data;
    const checked = this.context.shaped(name, id, [...path, 'id']);
    if (checked !== null && !this.#triggerIds.includes(checked)) this.#triggerIds.push(checked);
    const trigger = this.part(rest, path);
    return trigger && checked !== null ? { ...trigger, id: checked } : null;
  }

  /** A trigger inside another one. */
  part(data: unknown, path: Path): Trigger | null {
    return this.#item(this.#kinds.triggers, data, path, A_TRIGGER);
  }

  /** The ids of the scene's triggers, as far as they were read. */
  get triggerIds(): readonly string[] {
    return this.#triggerIds;
  }

  /** A condition with those inside it. */
  condition(data: unknown, path: Path): Condition | null {
    this.#conditions += 1;
    if (this.#conditions === SCENE_LIMITS.conditions + 1) {
      const most = SCENE_LIMITS.conditions;
      const words = mistake(`A scene has at most ${most} conditions`, `场景最多 ${most} 个条件`);
      return this.context.refuse(path, words);
    }
    if (Array.isArray(data)) {
      return this.context.refuse(
        path,
        mistake(
          'A condition is a map; write {all: […]} where all of them must hold',
          '条件要写成键值；几个都要满足时请写 {all: […]}',
        ),
      );
    }
    return this.#item(this.#kinds.conditions, data, path, A_CONDITION);
  }

  /** A list of steps; steps with problems are left out, so that those of the others are found too. */
  steps(items: readonly unknown[], path: Path): Step[] {
    return items.flatMap((item, index) => this.#step(item, [...path, index]) ?? []);
  }

  #step(data: unknown, path: Path): Step | null {
    this.#steps += 1;
    if (this.#steps > SCENE_LIMITS.steps) {
      if (this.#steps > SCENE_LIMITS.steps + 1) return null;
      const most = SCENE_LIMITS.steps;
      const words = mistake(`A scene has at most ${most} steps`, `场景最多 ${most} 个步骤`);
      return this.context.refuse(path, words);
    }
    return this.#item(this.#kinds.steps, data, path, A_STEP);
  }

  #item<Item>(table: KindTable<Item>, data: unknown, path: Path, what: Words): Item | null {
    const key = this.context.kindOf(data, path, what, Object.keys(table.kinds), table.later);
    const read = key === null ? undefined : table.kinds[key];
    return read === undefined ? null : read(this, data, path);
  }
}

/** Whether every part could be read. */
export function isComplete<Item>(
  items: readonly (Item | null)[],
): items is readonly Item[] & Item[] {
  return !items.includes(null);
}
