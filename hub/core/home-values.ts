// The values of the home itself: mode, people, variables, inputs, calendars. One durable table, at most one entry for
// each declared value; scenes see it as the properties of the home's own subjects.
import type { DeviceLive, DeviceRecord, PropertyState } from '../model/device.ts';
import type { Problem } from '../model/errors.ts';
import type { HomeRecord } from '../model/home.ts';
import {
  AT_HOME,
  HOME,
  HOME_MODE,
  HOME_PEOPLE,
  type HomeValueKey,
  type HomeValueRecord,
  handleOfValue,
  homeSubjects,
  homeValueProblem,
  PERSON,
  splitHomeValueKey,
} from '../model/home-values.ts';
import type { DeviceId, MemberId } from '../model/identifiers.ts';
import type { PropertyValue } from '../model/properties.ts';
import { StateTable } from '../model/state-table.ts';
import { NO_HOME } from './core-state.ts';

/** The table's name, by which main finds the values in its mirror. */
export const HOME_VALUES = 'homeValues';

/** A value as it is; what was never set has no entry. */
export interface HomeValueState {
  readonly value: PropertyValue | null;
  /** Since when it is so. */
  readonly atMs: number;
}

/** A value that is another now. */
export interface HomeValueChange {
  readonly key: HomeValueKey;
  readonly value: PropertyValue;
  readonly previous: PropertyValue | null;
}

export interface HomeValues {
  readonly table: StateTable<HomeValueState>;
  /** The home's name and modes, and the mode that holds until another was set. */
  setHome(home: HomeRecord): void;
  /** What the household has declared; what is kept of a value that is declared no more is forgotten. */
  declare(values: readonly HomeValueRecord[]): void;
  readonly declared: readonly HomeValueRecord[];
  device(id: DeviceId): DeviceRecord | undefined;
  live(id: DeviceId): DeviceLive | undefined;
  value(key: HomeValueKey): PropertyValue | null;
  /** The handle of the person who a member is. */
  personOf(member: MemberId): string | null;
  /** The home's mode as it is. */
  readonly mode: string;
  /** Sets a value; the changes that follow, or why it cannot be. A value that is forgotten changes nothing by itself. */
  set(key: HomeValueKey, value: PropertyValue | null, atMs: number): HomeValueChange[] | Problem;
}

export function createHomeValues(): HomeValues {
  const table = new StateTable<HomeValueState>(HOME_VALUES, { isDurable: true });
  let declared: readonly HomeValueRecord[] = [];
  let home: HomeRecord = NO_HOME;
  let devices = new Map<DeviceId, DeviceRecord>();
  const lives = new Map<DeviceId, DeviceLive>();

  function initialOf(key: HomeValueKey): PropertyValue | null {
    if (key === HOME_MODE) return home.mode;
    return declared.find(({ id }) => id === key)?.initial ?? null;
  }

  function stateOf(key: HomeValueKey): PropertyState {
    if (key === HOME_PEOPLE) return { value: peopleAtHome(), atMs: null, seq: 0 };
    const kept = table.get(key);
    return { value: kept?.value ?? initialOf(key), atMs: kept?.atMs ?? null, seq: 0 };
  }

  /** Null where nothing is known of anybody. */
  function peopleAtHome(): number | null {
    const known = declared
      .filter(({ kind }) => kind === 'person')
      .map(({ id }) => table.get(id)?.value ?? initialOf(id))
      .filter((value) => value !== null);
    return known.length === 0 ? null : known.filter((value) => value === AT_HOME).length;
  }

  function liveOf(device: DeviceRecord): DeviceLive {
    const properties: Record<string, PropertyState> = {};
    for (const { key } of device.description.properties) {
      properties[key] = stateOf(`${device.id}.${key}` as HomeValueKey);
    }
    return { availability: { online: true, sinceMs: 0, reason: null }, properties };
  }

  function describe(): void {
    devices = new Map(homeSubjects(home, declared).map((one) => [one.id, one]));
    lives.clear();
  }

  return {
    table,
    get declared() {
      return declared;
    },
    get mode() {
      return String(stateOf(HOME_MODE).value);
    },
    setHome(told) {
      home = told;
      describe();
    },
    declare(values) {
      declared = values;
      describe();
      const kept = new Set<string>([HOME_MODE, ...values.map(({ id }) => id)]);
      for (const key of table.keys()) if (!kept.has(key)) table.delete(key);
    },
    device: (id) => devices.get(id),
    live(id) {
      const known = lives.get(id);
      if (known) return known;
      const device = devices.get(id);
      if (device === undefined) return undefined;
      const live = liveOf(device);
      lives.set(id, live);
      return live;
    },
    value: (key) => stateOf(key).value,
    personOf(member) {
      const found = declared.find((one) => one.member === member);
      return found === undefined ? null : handleOfValue(found.id);
    },
    set(key, value, atMs) {
      const problem = homeValueProblem(key, value, [...devices.values()]);
      if (problem) return problem;
      const previous = stateOf(key).value;
      const before = stateOf(HOME_PEOPLE).value;
      if (previous === value) return [];
      table.set(key, { value, atMs });
      lives.delete(splitHomeValueKey(key).device);
      if (splitHomeValueKey(key).device === PERSON) lives.delete(HOME);
      const changes: HomeValueChange[] = [];
      if (value !== null) changes.push({ key, value, previous });
      const after = stateOf(HOME_PEOPLE).value;
      if (after !== null && after !== before) {
        changes.push({ key: HOME_PEOPLE, value: after, previous: before });
      }
      return changes;
    },
  };
}
