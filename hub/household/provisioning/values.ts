// What a provisioning file declares beside rooms and devices: people, zones, variables, inputs, calendars. Held against
// the home as it is; apply.ts does it, export.ts writes it.
import {
  type HomeValueRecord,
  homeSubjects,
  homeValueKey,
  homeValueProblem,
} from '../../model/home-values.ts';
import type { ValueEdits } from '../../model/hub-port.ts';
import { problemInChinese } from '../../model/problem-words.ts';
import type { Words } from '../../model/words.ts';
import { handleFrom, isHandle, tidyName } from '../names.ts';
import type { Path } from './document.ts';
import { entryMistakes, homeMistakes } from './mistakes.ts';
import { VALUE_KINDS, type ValueEntry, type ValueKind } from './schema.ts';

/** A value as the file wants it. */
export interface WantedValue {
  readonly path: Path;
  readonly given: Parameters<ValueEdits['addHomeValue']>[0];
  /** As it would stand in a home that has none of it. */
  readonly record: HomeValueRecord;
}

export interface PlannedValue extends WantedValue {
  /** The value of the home that this is; null: it is to be added. */
  readonly known: HomeValueRecord | null;
}

type Refuse = (path: Path, words: Words) => void;
type ValueChange = Parameters<ValueEdits['setHomeValueRecord']>[1];

const TYPES: Readonly<Record<ValueKind, HomeValueRecord['type']>> = {
  ...{ person: 'enum', zone: 'string', calendar: 'boolean', variable: 'number', input: 'string' },
};
/** Kinds whose type is their own. */
const HAS_TYPE: readonly ValueKind[] = ['variable', 'input'];
const SHAPE_KEYS = ['type', 'values', 'unit', 'min', 'max'] as const;

/** Reads one entry; null, with what is wrong with it told, where it is none. */
export function readValue(entry: ValueEntry, path: Path, refuse: Refuse): WantedValue | null {
  const [kind, other] = VALUE_KINDS.filter((one) => entry[one] !== undefined);
  const name = kind === undefined ? undefined : entry[kind];
  if (kind === undefined || name === undefined) {
    refuse(path, entryMistakes.noKind(VALUE_KINDS));
    return null;
  }
  if (other !== undefined) {
    refuse([...path, other], entryMistakes.twoKinds(other, kind));
    return null;
  }
  const stray = SHAPE_KEYS.find((key) => entry[key] !== undefined && !HAS_TYPE.includes(kind));
  if (stray !== undefined) {
    refuse([...path, stray], entryMistakes.strayShape(stray, kind));
    return null;
  }
  const handle = entry.handle ?? handleFrom(tidyName(name));
  if (!isHandle(handle)) {
    refuse([...path, 'handle'], entryMistakes.noHandle(handle));
    return null;
  }
  const type = entry.type ?? TYPES[kind];
  const initial =
    entry.initial === undefined || entry.initial === null || type !== 'string'
      ? (entry.initial ?? null)
      : String(entry.initial);
  const shape = {
    ...(HAS_TYPE.includes(kind) ? { type } : {}),
    ...(entry.values === undefined ? {} : { values: entry.values }),
    ...(entry.unit === undefined ? {} : { unit: entry.unit }),
    ...(entry.min === undefined ? {} : { min: entry.min }),
    ...(entry.max === undefined ? {} : { max: entry.max }),
  };
  const record: HomeValueRecord = {
    ...{ type, ...shape, id: homeValueKey(kind, handle), name: tidyName(name), kind, initial },
    ...{ member: null, topic: entry.topic ?? null, version: 1 },
  };
  if (type === 'enum' && kind !== 'person' && (record.values ?? []).length === 0) {
    refuse(path, entryMistakes.enumWithoutValues);
    return null;
  }
  const given = {
    ...{ kind, name: record.name, handle, shape, initial },
    ...(entry.topic === undefined ? {} : { topic: entry.topic }),
  };
  return { path, given, record };
}

/** Holds the values against the home's; those that cannot be are told. */
export function planValues(
  wanted: readonly WantedValue[],
  present: readonly HomeValueRecord[],
  refuse: Refuse,
): readonly PlannedValue[] {
  return wanted.map((value) => {
    const { record, path } = value;
    const known = present.find(({ id }) => id === record.id) ?? null;
    if (known !== null && known.type !== record.type) {
      refuse(path, homeMistakes.otherType(record.id, known.type));
    }
    const others = present.filter(({ id }) => id !== record.id);
    const problem = homeValueProblem(
      record.id,
      record.initial,
      homeSubjects({ name: '', mode: 'home' }, [...others, ...wanted.map((one) => one.record)]),
    );
    if (problem !== null && record.kind !== 'zone') {
      const zh = problemInChinese(problem).message;
      refuse([...path, 'initial'], { en: problem.message, zh });
    }
    return { ...value, known };
  });
}

/** The home's values as they will be. */
export function valuesAfter(
  planned: readonly PlannedValue[],
  present: readonly HomeValueRecord[],
): readonly HomeValueRecord[] {
  const ids = new Set(planned.map(({ record }) => record.id));
  return [...present.filter(({ id }) => !ids.has(id)), ...planned.map(({ record }) => record)];
}

/** What of a value the home has differently; null where nothing. What the file leaves out stays. */
export function valueChange({ record, given, known }: PlannedValue): ValueChange | null {
  if (known === null) return null;
  const { type: _type, ...shape } = given.shape;
  const wanted: ValueChange = {
    ...{ name: record.name, ...shape },
    ...(given.topic === undefined ? {} : { topic: given.topic }),
  };
  const changed = Object.entries(wanted).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(known[key as keyof ValueChange]),
  );
  return changed.length === 0 ? null : Object.fromEntries(changed);
}

/** A value of the home as an entry of the file. Who of the people is a member stays with the hub. */
export function entryOf(record: HomeValueRecord): ValueEntry {
  const { kind, name, type, values, unit, min, max, initial, topic } = record;
  const handle = record.id.slice(record.id.indexOf('.') + 1);
  return {
    [kind]: name,
    ...(handle === handleFrom(name) ? {} : { handle }),
    ...(type === TYPES[kind] ? {} : { type }),
    ...(values === undefined ? {} : { values: [...values] }),
    ...(unit === undefined ? {} : { unit }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(initial === null || typeof initial === 'object' ? {} : { initial }),
    ...(topic === null ? {} : { topic }),
  };
}
