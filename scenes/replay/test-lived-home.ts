// A home that lives for tests of explanations: the real core with a clock of the test's own, its history in a real
// history.db and what people set in a real home.db, both in a folder of their own.
import { createHome, ZIGBEE } from '../../hub/core/test-core.ts';
import type { AdapterItem } from '../../hub/model/adapter-port.ts';
import type { Cause } from '../../hub/model/cause.ts';
import type { ClockState } from '../../hub/model/clock.ts';
import type { CoreEffects } from '../../hub/model/core-port.ts';
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { ExplainCalls } from '../../hub/model/explain.ts';
import type { HomeRecord, MemberRecord, SceneRecord } from '../../hub/model/home.ts';
import {
  type DeviceId,
  memberId,
  nodeAddress,
  type SceneId,
  sceneId,
} from '../../hub/model/identifiers.ts';
import { type PropertyValue, parsePropertyKey } from '../../hub/model/properties.ts';
import type { RunTrace } from '../../hub/model/run.ts';
import type { Patch } from '../../hub/model/state-table.ts';
import { EventLog } from '../../hub/store/event-log.ts';
import { HISTORY_FILE, HOME_FILE } from '../../hub/store/files.ts';
import { createHistoryReads } from '../../hub/store/history-reads.ts';
import { HomeStore } from '../../hub/store/home-store.ts';
import { openDatabase } from '../../hub/store/open.ts';
import { createSeriesRoll } from '../../hub/store/series-roll.ts';
import { temporaryFolder } from '../../hub/store/test-records.ts';
import { homeNames } from '../language/names.ts';
import { toStored } from '../language/stored.ts';
import { TEST_DEVICES, TEST_ROOMS } from '../language/test-home.ts';
import { createExplain } from './explain.ts';

export const ANNA: MemberRecord = {
  ...{ id: memberId('mem_anna'), name: 'Anna', role: 'owner', language: 'en' },
  ...{ version: 1, createdAtMs: 0 },
};

/** The home's clock shows UTC, so that tests read as they are. */
const HOME: HomeRecord = {
  ...{ name: 'Home', language: 'en', zone: 'UTC', place: null, mode: 'home', version: 1 },
};

export interface LivedHome {
  readonly explain: ExplainCalls;
  readonly traces: RunTrace[];
  /** Commands that went out to devices. */
  readonly sent: { readonly device: DeviceId; readonly body: unknown }[];
  nowMs(): number;
  id(handle: string): DeviceId;
  /** Time passes up to that time of the day, `22:00` or `22:00:05`, of the same day or the next. */
  until(clock: string): void;
  pass(ms: number): void;
  report(reference: string, value: PropertyValue): void;
  /** Somebody sets a value, and the device does as it is told. */
  set(reference: string, value: PropertyValue, cause?: Cause): void;
  scene(name: string, text: string, more?: Partial<SceneRecord>): SceneId;
  run(id: SceneId): void;
  /** The hub is off until that time, and starts anew. */
  off(clock: string): void;
  /** The wall clock is set. */
  clock(at: string, state: ClockState): void;
  /** All that is in the log goes into series, as it does after a while. */
  roll(): void;
  [Symbol.dispose](): void;
}

/** A home at noon on a Wednesday in March; its devices are within reach and do as they are told. */
export function livedHome(): LivedHome {
  const folder = temporaryFolder();
  const homeFile = openDatabase(folder.path, HOME_FILE);
  const historyFile = openDatabase(folder.path, HISTORY_FILE);
  const store = new HomeStore(homeFile);
  const log = new EventLog(historyFile);
  const reads = createHistoryReads(folder.path);
  const scenes = new Map<SceneId, SceneRecord>();
  const traces: RunTrace[] = [];
  const sent: { device: DeviceId; body: unknown }[] = [];
  store.putHome(HOME);
  store.putMember(ANNA);
  for (const room of TEST_ROOMS) store.putRoom(room);
  for (const device of TEST_DEVICES) store.putDevice(device);
  let now = { wallMs: Date.parse('2026-03-04T12:00:00Z'), monoMs: 1_000_000 };
  let live = start(0, null, []);

  function start(lastSeq: number, lastAliveMs: number | null, entries: readonly Patch[]) {
    const home = createHome({
      ...{
        now,
        lastSeq,
        lastAliveMs,
        entries,
        hubStart: lastAliveMs === null ? 'first' : 'restarted',
      },
      lastValues: log.lastValues(),
    });
    const settings = [
      { kind: 'home', home: HOME },
      { kind: 'rooms', rooms: TEST_ROOMS },
      { kind: 'members', members: [ANNA] },
    ] as const;
    for (const input of settings) home.core.apply(input, now);
    for (const device of TEST_DEVICES) home.core.apply({ kind: 'device', device }, now);
    for (const scene of scenes.values()) home.core.apply({ kind: 'scene', scene }, now);
    home.core.resume(now);
    return home;
  }

  let batch = 0;
  const node = (id: DeviceId) => {
    const device = TEST_DEVICES.find((one) => one.id === id);
    return device?.description.node ?? nodeAddress('0x0');
  };

  function apply(items: readonly AdapterItem[]): void {
    batch += 1;
    live.core.apply({ kind: 'batch', adapter: ZIGBEE, host: 'test', number: batch, items }, now);
    settle();
  }

  /** Keeps what happened, and lets devices do what they are asked. */
  function settle(): void {
    for (let round = 0; round < 20; round++) {
      const { effects } = live.core.drain();
      keep(effects);
      const items = effects.send.flatMap(({ message }): AdapterItem[] => {
        if (message.kind !== 'command') return [];
        const { node: to, body } = message;
        const device = TEST_DEVICES.find(({ description }) => description.node === to)?.id;
        if (device !== undefined) sent.push({ device, body });
        if (body.kind !== 'set') return [];
        const values = { [body.property]: body.value };
        return [{ kind: 'report', node: to, values, reason: 'report' }];
      });
      live.core.apply({ kind: 'durable', upTo: live.core.journal }, now);
      if (items.length === 0) {
        keep(live.core.drain().effects);
        return;
      }
      batch += 1;
      live.core.apply({ kind: 'batch', adapter: ZIGBEE, host: 'test', number: batch, items }, now);
    }
  }

  function keep({ log: entries, out }: CoreEffects): void {
    log.accept(entries);
    log.commit();
    for (const event of out) {
      if (event.kind === 'run' && event.trace.endedAtMs !== null) traces.push(event.trace);
    }
  }

  function device(handle: string): DeviceRecord {
    const found = TEST_DEVICES.find((one) => one.handle === handle);
    if (found === undefined) throw new Error(`No device ${handle}`);
    return found;
  }

  function place(reference: string) {
    const [handle = '', property = ''] = reference.split('.');
    return { device: device(handle).id, property: parsePropertyKey(property).key };
  }

  function passTo(untilMs: number): void {
    while (now.wallMs < untilMs) {
      const due = live.core.nextDueMonoMs() ?? Number.POSITIVE_INFINITY;
      const ms = Math.min(untilMs - now.wallMs, Math.max(0, due - now.monoMs), 60_000);
      now = { wallMs: now.wallMs + ms, monoMs: now.monoMs + ms };
      live.core.apply({ kind: 'due' }, now);
      live.core.apply({ kind: 'tick' }, now);
      settle();
    }
  }

  function instantOf(clock: string): number {
    const day = new Date(now.wallMs).toISOString().slice(0, 10);
    const at = Date.parse(`${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`);
    return at >= now.wallMs ? at : at + 86_400_000;
  }

  const nodes = TEST_DEVICES.map(({ description }) => description.node);
  const awake = () =>
    apply(
      nodes.map(
        (one): AdapterItem => ({ kind: 'availability', node: one, online: true, reason: null }),
      ),
    );
  settle();
  awake();

  return {
    explain: createExplain((ask) => reads.look(ask)),
    traces,
    sent,
    nowMs: () => now.wallMs,
    id: (handle) => device(handle).id,
    until: (clock) => passTo(instantOf(clock)),
    pass: (ms) => passTo(now.wallMs + ms),
    report(reference, value) {
      const { device: id, property } = place(reference);
      apply([{ kind: 'report', node: node(id), values: { [property]: value }, reason: 'report' }]);
    },
    set(reference, value, cause = { kind: 'member', id: ANNA.id, via: 'page' }) {
      const { device: id, property } = place(reference);
      const body = { kind: 'set', property, value } as const;
      live.core.apply({ kind: 'command', request: 1, device: id, body, cause, timeoutMs: 0 }, now);
      settle();
    },
    scene(name, text, more = {}) {
      const id = sceneId(`scene_${name}`);
      const before = scenes.get(id);
      const read = toStored(text, homeNames(TEST_DEVICES, TEST_ROOMS, scenes.values()));
      if (read.errors) throw new Error(JSON.stringify(read.errors));
      const record: SceneRecord = {
        ...{ id, name: read.scene.name, enabled: true, source: read.stored, author: null },
        ...{ version: (before?.version ?? 0) + 1, updatedAtMs: now.wallMs },
        ...more,
      };
      scenes.set(id, record);
      store.putScene(record);
      live.core.apply({ kind: 'scene', scene: record }, now);
      settle();
      return id;
    },
    run(id) {
      const cause: Cause = { kind: 'member', id: ANNA.id, via: 'cli' };
      live.core.apply({ kind: 'runScene', request: 2, scene: id, checkWhile: false, cause }, now);
      settle();
    },
    off(clock) {
      const aliveMs = now.wallMs;
      const { seq } = live.core;
      const entries = live.core.durableEntries();
      now = { wallMs: instantOf(clock), monoMs: now.monoMs + 10_000 };
      live = start(seq, aliveMs, entries);
      settle();
      awake();
    },
    clock(at, state) {
      now = { wallMs: Date.parse(at), monoMs: now.monoMs + 1 };
      live.core.apply({ kind: 'clock', state }, now);
      settle();
    },
    roll() {
      const roll = createSeriesRoll(historyFile, log);
      while (roll.step());
    },
    [Symbol.dispose]() {
      reads.close();
      historyFile.close();
      homeFile.close();
      folder[Symbol.dispose]();
    },
  };
}
