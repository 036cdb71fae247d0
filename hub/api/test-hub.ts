// A small real hub over plain maps, for the tests of the API: devices that answer, commands that go through
// their states, a live feed with a ring, versions that conflict. Its clock moves only when it is told to.

import type { Cause } from '../model/cause.ts';
import type { ClockState, Instant } from '../model/clock.ts';
import {
  type CommandBody,
  type CommandRecord,
  type CommandState,
  isCommandEnd,
  mayFollow,
} from '../model/command.ts';
import type { SourceInput } from '../model/core-port.ts';
import type { DeviceLive, DeviceRecord, PropertyState } from '../model/device.ts';
import { ConflictError, fromProblem, HubError, NotFoundError } from '../model/errors.ts';
import type { NotificationRecord, SceneRecord } from '../model/home.ts';
import { HOME_MODE, homeSubjects, homeValueProblem } from '../model/home-values.ts';
import type { HealthReport, HubPort, LiveEvent, LiveFeed } from '../model/hub-port.ts';
import {
  type CommandId,
  commandId,
  type DeviceId,
  type JobId,
  jobId,
  runId,
} from '../model/identifiers.ts';
import type { Job } from '../model/job.ts';
import type { PropertyDescriptor, PropertyKey, PropertyValue } from '../model/properties.ts';
import type { RunTrace } from '../model/run.ts';
import { testBackups } from './test-backups.ts';
import { createTestBridge, type TestBridge } from './test-bridge.ts';
import { createTestExplained, type TestExplained } from './test-explained.ts';
import { testFirmware } from './test-firmware.ts';
import { healthOf } from './test-health.ts';
import { createTestHousehold, emptyContents, type MutableContents } from './test-household.ts';
import { lampProperties, lampRecord } from './test-lamp.ts';
import { testNodeLinks } from './test-links.ts';
import { testMatterNodes } from './test-matter.ts';
import { createTestMqtt } from './test-mqtt.ts';
import { testProvisioning } from './test-provisioning.ts';
import { testRadioCare } from './test-radio.ts';
import { createTestSync } from './test-sync.ts';
import { createTestOwnAdapters, createTestVendors } from './test-vendors.ts';

const START_MS = Date.UTC(2026, 10, 21, 19);
const RING_MAX = 5_000;

/** How a device of the test hub behaves when it is told something. */
export type Behaviour = 'answers' | 'silent' | 'refuses' | 'unreachable' | 'sleeps';

export interface TestHub {
  readonly port: HubPort;
  readonly contents: MutableContents;
  /** Moves monotonic and wall time. */
  advance(ms: number): void;
  /** Steps the wall clock alone. */
  stepWall(ms: number): void;
  addDevice(name: string, properties?: readonly PropertyDescriptor[]): DeviceRecord;
  behave(id: DeviceId, behaviour: Behaviour): void;
  /** A value from the device, as the core would tell it. */
  report(id: DeviceId, property: string, value: PropertyValue): void;
  notify(notification: NotificationRecord): void;
  tell(topic: LiveEvent['topic'], ...bodies: LiveEvent['body'][]): void;
  health: HealthReport;
  clock: ClockState;
  /** Thrown by every read while it stands. */
  fault: Error | null;
  readonly explained: TestExplained;
  /** Every command that reached the hub. */
  readonly commands: ReadonlyMap<CommandId, CommandRecord>;
  /** What was told to the home, and by whom. */
  readonly told: readonly { readonly source: SourceInput; readonly cause: Cause }[];
  /** Settings as they were stored. */
  readonly stored: Map<string, string>;
  readonly bridge: TestBridge;
  logLines: {
    atMs: number;
    level: 'debug' | 'info' | 'warn' | 'error';
    part: string;
    text: string;
  }[];
}

export function createTestHub(options: { readonly isDemo?: boolean } = {}): TestHub {
  let monoMs = 1_000_000;
  let wallMs = START_MS;
  let count = 0;
  const now = (): Instant => ({ wallMs, monoMs });
  const nextSuffix = () => {
    count += 1;
    return `t${count}`;
  };
  const contents = emptyContents();
  const lives = new Map<DeviceId, DeviceLive>();
  const behaviours = new Map<DeviceId, Behaviour>();
  const commands = new Map<CommandId, CommandRecord>();
  const versions = new Map<string, SceneRecord[]>();
  const runs: RunTrace[] = [];
  const jobs = new Map<JobId, Job>();
  const inbox: NotificationRecord[] = [];
  const stored = new Map<string, string>();
  const homeValues = new Map<string, { value: PropertyValue | null; atMs: number }>();
  const told: { source: SourceInput; cause: Cause }[] = [];

  let ring: LiveEvent[] = [];
  let lastId = 0;
  const listeners = new Set<(events: readonly LiveEvent[]) => void>();
  function tell(topic: LiveEvent['topic'], ...bodies: LiveEvent['body'][]): void {
    const events = bodies.map((body, index) => ({ id: lastId + index + 1, topic, body }));
    lastId += events.length;
    ring = [...ring, ...events].slice(-RING_MAX);
    for (const listener of listeners) listener(events);
  }
  const live: LiveFeed = {
    get lastId() {
      return lastId;
    },
    since(id) {
      const oldest = ring[0]?.id ?? lastId + 1;
      return id < oldest - 1 ? null : ring.filter((event) => event.id > id);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const outside = {
    ...{ contents, live, nowMs: () => wallMs },
    devices: () => contents.devices.flatMap((record) => deviceView(record)),
  };
  const matterBridge = createTestBridge(outside);
  const household = createTestHousehold({
    contents,
    versions,
    runs,
    nextSuffix,
    nowMs: () => wallMs,
    canAnswer: (id) => behaviours.get(id) !== 'unreachable',
    forget: (id) => void lives.delete(id),
    tell,
  });

  function report(id: DeviceId, property: string, value: PropertyValue, cause: Cause): void {
    const live = lives.get(id);
    if (live === undefined) throw new NotFoundError('device', id);
    const key = property as PropertyKey;
    const previous = live.properties[key]?.value ?? null;
    const state: PropertyState = { value, atMs: wallMs, seq: lastId };
    lives.set(id, { ...live, properties: { ...live.properties, [key]: state } });
    const change = { kind: 'change', seq: lastId, atMs: wallMs, device: id } as const;
    tell('devices', { ...change, property: key, value, previous, cause });
  }

  function move(
    id: CommandId,
    state: CommandState,
    problem: CommandRecord['problem'] = null,
  ): void {
    const command = commands.get(id);
    if (command === undefined || !mayFollow(command.state, state)) return;
    const moved: CommandRecord = {
      ...command,
      state,
      problem,
      ...(state === 'sent' ? { sentAtMs: wallMs } : {}),
      ...(state === 'acknowledged' ? { acknowledgedAtMs: wallMs } : {}),
      ...(state === 'observed' ? { observedAtMs: wallMs } : {}),
      ...(isCommandEnd(state) ? { endedAtMs: wallMs } : {}),
    };
    commands.set(id, moved);
    tell('devices', { kind: 'command', seq: lastId, command: moved });
  }

  function act(id: CommandId, device: DeviceId, body: CommandBody, cause: Cause): void {
    const behaviour = behaviours.get(device) ?? 'answers';
    const asked = commands.get(id);
    if (behaviour === 'sleeps' && asked !== undefined) {
      commands.set(id, { ...asked, waitsUntilMs: wallMs + 86_400_000 });
      for (const listener of listeners) listener([]);
      return;
    }
    move(id, 'sent');
    if (behaviour === 'unreachable') {
      move(id, 'failed', { code: 'unreachable', message: 'No answer from the device', hint: null });
    }
    if (behaviour !== 'answers') return;
    setImmediate(() => {
      move(id, 'acknowledged');
      if (body.kind === 'set') report(device, body.property, body.value, cause);
      move(id, 'observed');
    });
  }

  function startJob(kind: string): Job {
    const job: Job = {
      id: jobId(`job_${nextSuffix()}`),
      kind,
      state: 'running',
      step: { name: 'open', index: 1, of: 3 },
      progress: null,
      etaSeconds: null,
      log: [{ atMs: wallMs, text: { en: 'Begun', zh: '已开始' } }],
      result: null,
      problem: null,
      startedAtMs: wallMs,
      endedAtMs: null,
    };
    jobs.set(job.id, job);
    tell('jobs', { kind: 'job', job });
    return job;
  }

  const explained = createTestExplained();
  const hub: TestHub = {
    contents,
    commands,
    stored,
    bridge: matterBridge,
    told,
    clock: 'synced',
    fault: null,
    explained,
    logLines: [],
    health: healthOf(now()),
    advance(ms) {
      monoMs += ms;
      wallMs += ms;
    },
    stepWall(ms) {
      wallMs += ms;
    },
    addDevice(name, properties = lampProperties()) {
      const suffix = nextSuffix();
      const record = lampRecord(suffix, name, properties, wallMs);
      contents.devices.push(record);
      lives.set(record.id, {
        availability: { online: true, sinceMs: wallMs, reason: null },
        properties: {},
      });
      return record;
    },
    behave: (id, behaviour) => void behaviours.set(id, behaviour),
    report: (id, property, value) => report(id, property, value, { kind: 'device', device: id }),
    notify(notification) {
      inbox.unshift(notification);
      tell('notifications', { kind: 'notification', seq: lastId, notification });
    },
    tell,
    port: {
      isDemo: options.isDemo ?? false,
      version: '0.1.0',
      now,
      clockState: () => hub.clock,
      async holdClock(toMs) {
        wallMs = toMs;
        hub.clock = 'held';
      },
      devices: () => contents.devices.flatMap((record) => deviceView(record)),
      device: (id) => contents.devices.filter((each) => each.id === id).flatMap(deviceView)[0],
      commandRecord: (id) => commands.get(id),
      waitingCommands: () =>
        [...commands.values()].filter((each) => each.waitsUntilMs && each.endedAtMs === null),
      async cancelCommand(id) {
        const record = commands.get(id);
        if (record === undefined) throw new NotFoundError('command under way', id);
        move(id, 'failed', { code: 'cancelled', message: 'Taken back', hint: null });
        return commands.get(id) ?? record;
      },
      recentRuns: (scene) => runs.filter((run) => scene === null || run.scene === scene),
      async command(device, body, _timeoutMs, actor) {
        const id = commandId(`cmd_${nextSuffix()}`);
        const record: CommandRecord = {
          id,
          device,
          body,
          cause: actor.cause,
          state: 'requested',
          requestedAtMs: wallMs,
          sentAtMs: null,
          acknowledgedAtMs: null,
          observedAtMs: null,
          endedAtMs: null,
          problem: null,
        };
        commands.set(id, record);
        if (behaviours.get(device) === 'refuses') {
          move(id, 'refused', { code: 'forbidden', message: 'Not at this hour', hint: null });
        } else {
          setImmediate(() => act(id, device, body, actor.cause));
        }
        return commands.get(id) ?? record;
      },
      waitForCommand: (id, state, timeoutMs) =>
        new Promise((resolve, reject) => {
          const order: readonly CommandState[] = ['requested', 'sent', 'acknowledged', 'observed'];
          const timer = setTimeout(done, timeoutMs);
          listeners.add(look);
          look();
          function look(): void {
            const command = commands.get(id);
            const isThere =
              command !== undefined && order.indexOf(command.state) >= order.indexOf(state);
            const isOver = command?.waitsUntilMs !== undefined || isThere;
            if (command === undefined || isOver || isCommandEnd(command.state)) done();
          }
          function done(): void {
            clearTimeout(timer);
            listeners.delete(look);
            const command = commands.get(id);
            if (command === undefined) reject(new NotFoundError('command', id));
            else resolve(command);
          }
        }),
      homeValue(key) {
        const first = key === HOME_MODE ? contents.home.mode : null;
        return homeValues.get(key) ?? { value: first, atMs: null };
      },
      async tell(source, cause) {
        told.push({ source, cause });
        if (source.kind !== 'value') return;
        const subjects = homeSubjects(contents.home, household.homeValues());
        const problem = homeValueProblem(source.key, source.value, subjects);
        if (problem) throw fromProblem(problem);
        homeValues.set(source.key, { value: source.value, atMs: wallMs });
      },
      async runScene(scene, _options, actor) {
        const run: RunTrace = {
          id: runId(`run_${nextSuffix()}`),
          scene,
          sceneVersion: 1,
          state: 'running',
          startedAtMs: wallMs,
          endedAtMs: null,
          cause: actor.cause,
          seq: lastId,
          steps: [],
          omitted: 0,
          summary: { en: 'Started by hand', zh: '手动开始' },
        };
        runs.unshift(run);
        tell('scenes', { kind: 'run', seq: lastId, trace: run });
        return run;
      },
      async cancelRun(id) {
        const index = runs.findIndex((run) => run.id === id);
        const run = runs[index];
        if (run === undefined) throw new NotFoundError('run', id);
        if (run.state !== 'running') throw new ConflictError('The run has ended');
        const cancelled: RunTrace = { ...run, state: 'cancelled', endedAtMs: wallMs };
        runs[index] = cancelled;
        return cancelled;
      },
      async undoRun(id) {
        const run = runs.find((each) => each.id === id);
        if (run === undefined) throw new NotFoundError('run', id);
        return run;
      },
      async answerNotification(id, action, actor) {
        const index = inbox.findIndex((each) => each.id === id);
        const found = inbox[index];
        if (found === undefined) throw new NotFoundError('message', id);
        const answer = { action, by: actor.member?.id ?? null, atMs: wallMs };
        const answered = { ...found, answer };
        inbox[index] = answered;
        return answered;
      },
      outbound: {
        testPush: async () => ({
          ...{ channel: 'ntfy', state: 'sent', attempts: 1, atMs: wallMs, problem: null },
        }),
      },
      live,
      household,
      matterBridge,
      vendorAdapters: createTestVendors(),
      ownAdapters: createTestOwnAdapters(),
      ...createTestMqtt(outside),
      firmware: testFirmware(startJob),
      nodeLinks: testNodeLinks(() => contents.devices),
      matterNodes: testMatterNodes(() => contents.devices),
      radioCare: testRadioCare(startJob),
      provisioning: testProvisioning(startJob),
      backups: testBackups(startJob),
      movingIn: {
        plan: async () => ({
          id: 'plan_1',
          problems: [],
          lines: [
            {
              action: 'add',
              what: 'device',
              name: 'Hall lamp',
              text: { en: 'Bring in Hall lamp', zh: '带来“Hall lamp”' },
            },
          ],
          warning: null,
        }),
        start: async () => startJob('zigbee2mqtt'),
      },
      jobs: {
        list: () => [...jobs.values()],
        get: (id) => jobs.get(id),
        pair: async () => startJob('pair'),
        interview: async () => startJob('interview'),
        async cancel(id) {
          const job = jobs.get(id);
          if (job === undefined) throw new NotFoundError('job', id);
          const cancelled: Job = { ...job, state: 'cancelled', endedAtMs: wallMs };
          jobs.set(id, cancelled);
          return cancelled;
        },
      },
      sync: createTestSync(contents.settings, START_MS),
      store: {
        load: async () => contents,
        recover: unused,
        claim: unused,
        putHome: unused,
        putRoom: unused,
        removeRoom: unused,
        putDevice: unused,
        removeDevice: unused,
        putDevices: unused,
        putMember: unused,
        putCredential: unused,
        putToken: unused,
        removeToken: unused,
        putScene: unused,
        putScenes: unused,
        putHomeValue: unused,
        removeHomeValue: unused,
        removeScene: unused,
        sceneVersions: async (id) => versions.get(id) ?? [],
        async putSetting(name, value) {
          if (value === null) stored.delete(name);
          else stored.set(name, value);
        },
        audit: unused,
        async notifications(before, limit) {
          const start = before === null ? 0 : Number(before);
          const end = start + limit;
          return { items: inbox.slice(start, end), next: end < inbox.length ? String(end) : null };
        },
        async markNotificationRead(id, atMs) {
          const index = inbox.findIndex((each) => each.id === id);
          const found = inbox[index];
          if (found !== undefined) inbox[index] = { ...found, readAtMs: atMs };
        },
        setNotification: unused,
        statistics: unused,
        flush: async () => undefined,
        stall: unused,
      },
      reads: {
        async runs() {
          if (hub.fault !== null) throw hub.fault;
          return { items: [], next: null };
        },
        run: async () => null,
        runCounts: async () => ({ counts: [], last: 0 }),
        series: async ({ fromMs }) => ({ points: [[fromMs, 1, 3, 2, 2]], resolutionMs: 60_000 }),
        log: async () => ({ items: [], next: null }),
        ...explained.calls,
        readZigbee2Mqtt: unused,
        ownZigbeeNetwork: unused,
        coordinatorHolder: unused,
        takeZigbee2Mqtt: unused,
        startBackup: unused,
        backupState: unused,
        newRecoveryCode: unused,
      },
      health: () => hub.health,
      logLines: () => hub.logLines,
      metrics: () => ({ live_clients: 0, 'commands_total{state="observed"}': 3 }),
      settings: () => [
        { name: 'log.level', value: contents.settings['log.level'] ?? 'info', from: 'default' },
      ],
      faults: null,
      languageOf: (member) =>
        contents.members.find((each) => each.id === member)?.language ?? contents.home.language,
    },
  };
  return hub;

  function deviceView(record: DeviceRecord) {
    const live = lives.get(record.id);
    return live === undefined ? [] : [{ record, live }];
  }
}

/** The API reaches these through the household, never by itself. */
async function unused(): Promise<never> {
  throw new HubError('internal', 'The test hub does not have this');
}
