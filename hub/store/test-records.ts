// Records for the tests of this folder: small, whole, and the same for the same arguments.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { DeviceRecord } from '../model/device.ts';
import type { MemberRecord, NotificationRecord, SceneRecord, TokenRecord } from '../model/home.ts';
import {
  adapterId,
  type DeviceId,
  deviceId,
  memberId,
  nodeAddress,
  notificationId,
  runId,
  sceneId,
  tokenId,
} from '../model/identifiers.ts';
import type { JournalRecord, LogEntry } from '../model/journal.ts';
import { type PropertyKey, type PropertyValue, propertyKey } from '../model/properties.ts';
import type { RunTrace } from '../model/run.ts';
import type { Patch } from '../model/state-table.ts';

/** The wall time at which the tests' histories begin. */
export const START_MS = Date.UTC(2026, 0, 1);

/** A new folder, and its removal. */
export function temporaryFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ingle-'));
  return {
    path: folder,
    [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

/** Numbers in [0, 1) that are the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const ANNA: MemberRecord = {
  id: memberId('mem_anna'),
  name: 'Anna',
  role: 'owner',
  language: 'en',
  version: 1,
  createdAtMs: START_MS,
};

export function token(name: string, usedAtMs = START_MS): TokenRecord {
  return {
    id: tokenId(`tok_${name}`),
    kind: 'session',
    member: ANNA.id,
    label: name,
    secretHash: 'ab'.repeat(32),
    createdAtMs: START_MS,
    lastUsedAtMs: usedAtMs,
    expiresAtMs: null,
  };
}

export function device(name: string, version = 1): DeviceRecord {
  return {
    id: deviceId(`dev_${name}`),
    name,
    handle: name,
    room: null,
    version,
    createdAtMs: START_MS,
    description: {
      adapter: adapterId('zigbee'),
      node: nodeAddress('0x00158d0001a2b3c4'),
      manufacturer: 'IKEA',
      model: 'LED1545G12',
      title: 'Bulb',
      kind: 'light',
      power: 'mains',
      tier: 'core',
      support: 'exact',
      firmware: null,
      properties: [],
      commands: [],
    },
  };
}

export function scene(name: string, version = 1): SceneRecord {
  return {
    id: sceneId(`scene_${name}`),
    name,
    enabled: true,
    source: `name: ${name}\n# version ${version}\n`,
    author: ANNA.id,
    version,
    updatedAtMs: START_MS + version,
  };
}

export function notification(name: string): NotificationRecord {
  return {
    id: notificationId(`ntf_${name}`),
    atMs: START_MS,
    text: `Message ${name}`,
    urgent: false,
    to: [],
    scene: null,
    run: null,
    readAtMs: null,
  };
}

/** Record `number` of a journal whose tables are known after each record: see tablesAfter. */
export function journalRecord(number: number): JournalRecord {
  const key = `run_${number % 7}`;
  const value = number % 11 === 0 ? undefined : { number, text: 'x'.repeat(number % 90) };
  return {
    number,
    seq: number * 3,
    atMs: START_MS + number,
    kind: 'decision',
    patches: [
      { table: 'runs', key, value },
      { table: 'variables', key: 'counter', value: number },
    ],
  };
}

export function journalRecords(first: number, last: number): JournalRecord[] {
  return Array.from({ length: last - first + 1 }, (_, index) => journalRecord(first + index));
}

/** The tables that records 1 to `number` make. */
export function tablesAfter(number: number): Patch[] {
  const tables = new Map<string, Patch>();
  for (const record of journalRecords(1, number)) {
    for (const patch of record.patches) {
      const place = `${patch.table} ${patch.key}`;
      if (patch.value === undefined) tables.delete(place);
      else tables.set(place, patch);
    }
  }
  return [...tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, patch]) => patch);
}

export const TEMPERATURE: PropertyKey = propertyKey('temperature');
export const HALL: DeviceId = deviceId('dev_hall');

/** A change that the device itself reported. */
export function change(
  seq: number,
  value: PropertyValue,
  options: { device?: DeviceId; property?: PropertyKey; atMs?: number } = {},
): LogEntry {
  const from = options.device ?? HALL;
  return {
    kind: 'change',
    seq,
    atMs: options.atMs ?? START_MS + seq * 1000,
    device: from,
    property: options.property ?? TEMPERATURE,
    value,
    cause: { kind: 'device', device: from },
  };
}

export function trace(
  name: string,
  options: { state?: RunTrace['state']; scene?: string; startedAtMs?: number; lux?: number } = {},
): RunTrace {
  const startedAtMs = options.startedAtMs ?? START_MS;
  return {
    id: runId(`run_${name}`),
    scene: sceneId(`scene_${options.scene ?? 'hall'}`),
    sceneVersion: 1,
    state: options.state ?? 'done',
    startedAtMs,
    endedAtMs: startedAtMs + 5,
    cause: { kind: 'device', device: HALL },
    seq: 1,
    steps: [
      {
        atMs: startedAtMs,
        path: 'while',
        kind: 'condition',
        state: 'false',
        read: [{ device: HALL, property: 'illuminance', value: options.lux ?? 400 }],
        text: { en: 'it is bright', zh: '很亮' },
      },
    ],
    omitted: 0,
    summary: { en: 'It was too bright.', zh: '太亮了。' },
  };
}

export function runEntry(seq: number, run: RunTrace): LogEntry {
  return { kind: 'run', seq, atMs: run.startedAtMs, trace: run };
}
