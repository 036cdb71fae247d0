// Main's copy of the core: live state for readers, and everything a new core needs should this one die.
import type { ScheduleEntry } from '../../scenes/evaluator/tables.ts';
import type { CommandRecord } from '../model/command.ts';
import type { CoreCommit } from '../model/core-port.ts';
import type { Availability, DeviceLive, PropertyState } from '../model/device.ts';
import type { HomeValueKey } from '../model/home-values.ts';
import type { CommandId, DeviceId, SceneId } from '../model/identifiers.ts';
import type { RunTrace } from '../model/run.ts';
import type { Patch } from '../model/state-table.ts';
import type { LiveCommand } from './core-state.ts';
import { HOME_VALUES, type HomeValueState } from './home-values.ts';
import { AVAILABILITY, splitValueKey, VALUES } from './live-table.ts';

/** Commands kept for those who wait for them or look at them later. */
const COMMANDS_MAX = 1_000;
const RUNS_MAX = 500;
/** The scenes' table of planned times of day, by `scene/trigger`. */
const SCHEDULES = 'schedules';

export interface Mirror {
  readonly seq: number;
  readonly journal: number;
  take(commit: CoreCommit): void;
  live(id: DeviceId): DeviceLive | undefined;
  command(id: CommandId): CommandRecord | undefined;
  /** What waits for a sleeping device to wake, oldest first. */
  waitingCommands(): CommandRecord[];
  /** Runs under way and ended ones, newest first. */
  runs(scene: SceneId | null): RunTrace[];
  /** When a scene's next time-of-day trigger comes, as the core has planned it; null without one. */
  nextAtMs(scene: SceneId): number | null;
  /** A value of the home as it was set; undefined where nobody has. */
  homeValue(key: HomeValueKey): HomeValueState | undefined;
  /** All entries of all tables, for a new core. */
  entries(): Patch[];
  readonly liveCommands: number;
}

interface MirroredDevice {
  availability: Availability;
  readonly properties: Record<string, PropertyState>;
}

export function createMirror(start: {
  seq: number;
  journal: number;
  entries: readonly Patch[];
}): Mirror {
  const devices = new Map<DeviceId, MirroredDevice>();
  const tables = new Map<string, Map<string, unknown>>();
  const commands = new Map<CommandId, CommandRecord>();
  const runs = new Map<string, RunTrace>();
  /** The earliest planned time of each scene; worked out when asked after a change. */
  let nextTimes: Map<string, number> | null = null;
  let seq = start.seq;
  let journal = start.journal;

  function device(id: DeviceId): MirroredDevice {
    const known = devices.get(id);
    if (known) return known;
    const made: MirroredDevice = {
      availability: { online: false, sinceMs: 0, reason: null },
      properties: {},
    };
    devices.set(id, made);
    return made;
  }

  function apply(patch: Patch): void {
    if (patch.table === VALUES) {
      const { device: id, property } = splitValueKey(patch.key);
      if (patch.value === undefined) delete devices.get(id)?.properties[property];
      else device(id).properties[property] = patch.value as PropertyState;
      return;
    }
    if (patch.table === AVAILABILITY) {
      const id = patch.key as DeviceId;
      if (patch.value === undefined) devices.delete(id);
      else device(id).availability = patch.value as Availability;
      return;
    }
    let table = tables.get(patch.table);
    if (!table) {
      table = new Map();
      tables.set(patch.table, table);
    }
    if (patch.table === SCHEDULES) nextTimes = null;
    if (patch.value === undefined) table.delete(patch.key);
    else table.set(patch.key, patch.value);
  }

  function planTimes(): Map<string, number> {
    const times = new Map<string, number>();
    for (const [key, value] of tables.get(SCHEDULES) ?? []) {
      const { nextMs } = value as ScheduleEntry;
      const scene = key.slice(0, key.indexOf('/'));
      if (nextMs !== null) times.set(scene, Math.min(nextMs, times.get(scene) ?? nextMs));
    }
    return times;
  }

  /** One that waits for long may have been pushed out of those that are kept to be looked at. */
  function liveCommand(id: CommandId): CommandRecord | undefined {
    return (tables.get('commands')?.get(id) as LiveCommand | undefined)?.record;
  }

  /** Keeps the newest; a Map holds its keys in the order of their first coming. */
  function keep<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, max: number): void {
    map.set(key, value);
    if (map.size <= max) return;
    const oldest = map.keys().next();
    if (!oldest.done) map.delete(oldest.value);
  }

  for (const patch of start.entries) apply(patch);

  return {
    get seq() {
      return seq;
    },
    get journal() {
      return journal;
    },
    take(commit) {
      seq = commit.seq;
      journal = commit.journal;
      for (const patch of commit.patches) apply(patch);
      for (const event of commit.out) {
        if (event.kind === 'command') keep(commands, event.command.id, event.command, COMMANDS_MAX);
        else if (event.kind === 'run') keep(runs, event.trace.id, event.trace, RUNS_MAX);
      }
    },
    live: (id) => devices.get(id),
    command: (id) => commands.get(id) ?? liveCommand(id),
    waitingCommands: () =>
      [...(tables.get('commands')?.values() ?? [])]
        .map((live) => (live as LiveCommand).record)
        .filter(({ waitsUntilMs }) => waitsUntilMs !== undefined)
        .toSorted((a, b) => a.requestedAtMs - b.requestedAtMs),
    runs(scene) {
      const all = [...runs.values()].reverse();
      return scene === null ? all : all.filter((run) => run.scene === scene);
    },
    nextAtMs(scene) {
      nextTimes ??= planTimes();
      return nextTimes.get(scene) ?? null;
    },
    homeValue: (key) => tables.get(HOME_VALUES)?.get(key) as HomeValueState | undefined,
    entries() {
      const all: Patch[] = [];
      for (const [id, { availability, properties }] of devices) {
        all.push({ table: AVAILABILITY, key: id, value: availability });
        for (const [property, value] of Object.entries(properties)) {
          all.push({ table: VALUES, key: `${id}/${property}`, value });
        }
      }
      for (const [table, map] of tables) {
        for (const [key, value] of map) all.push({ table, key, value });
      }
      return all;
    },
    get liveCommands() {
      return tables.get('commands')?.size ?? 0;
    },
  };
}
