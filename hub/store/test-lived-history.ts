// 30 days of history as a busy home leaves them, for tests and benches of explanations: changes in series, the newest
// still in the log, a trace for each evening, near misses between them.
import type { DeviceRecord } from '../model/device.ts';
import type { HomeRecord, RoomRecord, SceneRecord } from '../model/home.ts';
import { type DeviceId, runId, type SceneId, sceneId } from '../model/identifiers.ts';
import type { LogEntry } from '../model/journal.ts';
import type { PropertyKey, PropertyValue } from '../model/properties.ts';
import type { RunTrace } from '../model/run.ts';
import { EventLog } from './event-log.ts';
import { HISTORY_FILE, HOME_FILE } from './files.ts';
import { createHistoryReads, type HistoryReads } from './history-reads.ts';
import { HomeStore } from './home-store.ts';
import { openDatabase } from './open.ts';
import { createSeriesRoll } from './series-roll.ts';
import { temporaryFolder } from './test-records.ts';

export const LIVED_DAYS = 30;
const DAY_MS = 86_400_000;
const EVENING_MS = 21 * 3_600_000;
const FROM_MS = Date.UTC(2026, 1, 1);
/** Entries of one commit, and commits between two rolls. */
const COMMIT_ENTRIES = 2_000;
const ROLL_COMMITS = 20;

export interface LivedHistory {
  readonly reads: HistoryReads;
  readonly folder: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** The lamp that the scene switches each evening. */
  readonly lamp: { readonly device: DeviceId; readonly property: PropertyKey };
  readonly scene: SceneId;
  readonly changes: number;
  readonly runs: number;
  [Symbol.dispose](): void;
}

/** @param options `everyMs`: between two changes of a device's number; `days`: less than all, for a smaller one */
export function livedHistory(options: {
  readonly devices: readonly DeviceRecord[];
  readonly rooms: readonly RoomRecord[];
  readonly everyMs: number;
  readonly days?: number;
}): LivedHistory {
  const { devices, rooms, everyMs, days = LIVED_DAYS } = options;
  const folder = temporaryFolder();
  const homeFile = openDatabase(folder.path, HOME_FILE);
  const historyFile = openDatabase(folder.path, HISTORY_FILE);
  const store = new HomeStore(homeFile);
  const log = new EventLog(historyFile);
  const scene = sceneId('scene_evening');
  const [motion, lamp] = ['hall-motion', 'hall-lamp'].map((handle) => {
    const found = devices.find((one) => one.handle === handle);
    if (found === undefined) throw new Error(`No device ${handle}`);
    return found.id;
  });
  if (motion === undefined || lamp === undefined) throw new Error('No devices');
  const record: SceneRecord = {
    ...{ id: scene, name: 'Evening', enabled: true, author: null, version: 1 },
    source: `scene: Evening\nwhen: [{becomes: {${motion}.occupancy: true}}]\ndo: [{set: {${lamp}: {on: true}}}]\n`,
    updatedAtMs: FROM_MS,
  };
  store.putHome(EMPTY_HOME);
  for (const room of rooms) store.putRoom(room);
  for (const device of devices) store.putDevice(device);
  store.putScene(record);

  const numbers = devices.flatMap(({ id, description }) =>
    description.properties
      .filter(({ type, access }) => type === 'number' && access !== 'event')
      .map(({ key }) => ({ device: id, property: key })),
  );
  let seq = 0;
  let changes = 0;
  let runs = 0;
  let commits = 0;
  let waiting: LogEntry[] = [];
  const commit = (): void => {
    log.accept(waiting);
    log.commit();
    waiting = [];
    commits += 1;
    if (commits % ROLL_COMMITS !== 0) return;
    const roll = createSeriesRoll(historyFile, log);
    while (roll.step());
  };
  const add = (entry: LogEntry): void => {
    waiting.push(entry);
    if (waiting.length >= COMMIT_ENTRIES) commit();
  };
  const change = (
    device: DeviceId,
    property: PropertyKey,
    value: PropertyValue,
    atMs: number,
    run: RunTrace | null = null,
  ): void => {
    seq += 1;
    changes += 1;
    const cause =
      run === null
        ? ({ kind: 'device', device } as const)
        : ({ kind: 'scene', scene, run: run.id } as const);
    add({ kind: 'change', seq, atMs, device, property, value, cause });
  };
  const toMs = FROM_MS + days * DAY_MS;
  for (let atMs = FROM_MS; atMs < toMs; atMs += everyMs) {
    for (const [index, { device, property }] of numbers.entries()) {
      change(device, property, ((atMs / everyMs + index * 7) % 200) / 10, atMs);
    }
    const ofDay = (atMs - FROM_MS) % DAY_MS;
    if (ofDay >= EVENING_MS && ofDay < EVENING_MS + everyMs) {
      change(motion, OCCUPANCY, true, atMs);
      const run = traceOf(scene, motion, seq, atMs);
      runs += 1;
      add({ kind: 'run', seq, atMs, trace: run });
      change(lamp, ON, true, atMs + 1, run);
    } else if (ofDay < everyMs) {
      change(motion, OCCUPANCY, false, atMs);
      change(lamp, ON, false, atMs);
    }
  }
  commit();
  const reads = createHistoryReads(folder.path);
  return {
    ...{ reads, folder: folder.path, fromMs: FROM_MS, toMs, scene, changes, runs },
    lamp: { device: lamp, property: ON },
    [Symbol.dispose]() {
      reads.close();
      historyFile.close();
      homeFile.close();
      folder[Symbol.dispose]();
    },
  };
}

const OCCUPANCY = 'occupancy' as PropertyKey;
const ON = 'on' as PropertyKey;
const EMPTY_HOME: HomeRecord = {
  ...{ name: 'Home', language: 'en', zone: 'Europe/Berlin', place: null, mode: 'home' },
  version: 1,
};

function traceOf(scene: SceneId, motion: DeviceId, seq: number, atMs: number): RunTrace {
  const text = { en: 'Hall motion detects motion', zh: '门厅检测到有人移动' };
  return {
    ...{ id: runId(`run_e${seq.toString(36)}`), scene, sceneVersion: 1, state: 'done' },
    ...{ startedAtMs: atMs, endedAtMs: atMs + 1, cause: { kind: 'device', device: motion }, seq },
    steps: [
      {
        ...{ atMs, path: 'when[0]', kind: 'trigger', state: 'true', text },
        read: [{ device: motion, property: OCCUPANCY, value: true }],
      },
    ],
    omitted: 0,
    summary: text,
  };
}
