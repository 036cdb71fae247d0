// The hub as its front doors see it: joins the core's mirror, the household, jobs, storage and adapters into one port.

import { ADAPTERS } from './adapter-table.ts';
import type { LiveFeedSource } from './core/live-feed.ts';
import type { HouseholdHost } from './household/household.ts';
import type { JobsHost } from './household/jobs.ts';
import type { MqttSharingHost } from './household/mqtt-sharing/mqtt-sharing.ts';
import { noticesOf } from './household/notices.ts';
import type { Dispatch } from './household/outbound/dispatch.ts';
import type { Push } from './household/outbound/push.ts';
import type { RadioCareHost } from './household/radio-care.ts';
import type { Log } from './log.ts';
import type { AccountList, AdapterCall, AdapterState, NewAccount } from './model/adapter-port.ts';
import type { Backups } from './model/backup.ts';
import { type CommandRecord, type CommandState, isCommandEnd } from './model/command.ts';
import type { CoreCommit, OutEvent } from './model/core-port.ts';
import type { DeviceLive, DeviceRecord } from './model/device.ts';
import {
  ConflictError,
  fromProblem,
  HubError,
  NotFoundError,
  toProblem,
  UnreachableError,
} from './model/errors.ts';
import type { FirmwareHost } from './model/firmware.ts';
import type { NotificationRecord } from './model/home.ts';
import { AT_HOME, HOME_MODE, HOME_PEOPLE, type HomeValueKey } from './model/home-values.ts';
import type {
  AdapterHealth,
  DeviceView,
  HealthReport,
  HubPort,
  LiveEvent,
} from './model/hub-port.ts';
import {
  type AdapterId,
  adapterId,
  type CommandId,
  type MemberId,
  type NodeAddress,
} from './model/identifiers.ts';
import type { MatterBridge } from './model/matter-bridge.ts';
import type { MatterNodesPort } from './model/matter-node.ts';
import type { MovingIn } from './model/moving-in.ts';
import type { FoundDevice } from './model/mqtt.ts';
import type { NodeLinksPort } from './model/node-links.ts';
import type { Vendors } from './model/open-interface.ts';
import { notConfigured, type OwnAdapters } from './model/own-adapter.ts';
import type { Provisioning } from './model/provisioning.ts';
import type { RunTrace } from './model/run.ts';
import type { SceneSwitch } from './model/scene-world.ts';
import type { StoreStatistics } from './model/store-port.ts';
import type { VendorAdapters } from './model/vendor-adapter.ts';
import type { Settings } from './settings.ts';
import type { AdapterLink } from './threads/adapter-link.ts';
import type { CoreLink, CoreRequest } from './threads/core-link.ts';
import type { StoreLink } from './threads/store-link.ts';
import type { SyncLink } from './threads/sync-link.ts';
import type { SystemClock } from './threads/system-clock.ts';

/** A person's browser may be wrong by a time zone's mistake, not by more than this beyond what the disk knows. */
const HOLD_CLOCK_AFTER_MS = Date.UTC(2026, 0, 1);
const WAITERS_MAX = 1_000;
/** What a sleeping device's parent keeps for it cannot be taken back from there; it expires within 8 s. */
const CANCEL_LIMIT_MS = 12_000;
const MQTT = adapterId('mqtt');

const TOPICS: Readonly<Record<OutEvent['kind'], LiveEvent['topic']>> = {
  change: 'devices',
  event: 'devices',
  availability: 'devices',
  wanted: 'devices',
  command: 'devices',
  run: 'scenes',
  notification: 'notifications',
};

const NEVER: DeviceLive = {
  availability: { online: false, sinceMs: 0, reason: null },
  properties: {},
};

export interface HubOptions {
  readonly version: string;
  readonly isDemo: boolean;
  readonly clock: SystemClock;
  readonly startedAtMs: number;
  readonly settings: Settings;
  readonly core: CoreLink;
  readonly store: StoreLink;
  readonly household: HouseholdHost;
  readonly jobs: JobsHost;
  readonly sync: SyncLink;
  readonly provisioning: Provisioning;
  readonly movingIn: MovingIn;
  readonly backups: Backups;
  readonly firmware: FirmwareHost;
  readonly matterBridge: MatterBridge;
  readonly mqttSharing: MqttSharingHost;
  readonly vendors: Vendors;
  readonly vendorAdapters: VendorAdapters;
  readonly ownAdapters: OwnAdapters;
  readonly radioCare: RadioCareHost;
  readonly nodeLinks: NodeLinksPort;
  readonly matterNodes: MatterNodesPort;
  readonly feed: LiveFeedSource;
  readonly push: Push;
  readonly dispatch: Dispatch;
  readonly adapters: ReadonlyMap<AdapterId, AdapterLink>;
  callAdapter(adapter: AdapterId, call: AdapterCall): Promise<unknown>;
  readonly log: Log;
  readonly allowFaults: boolean;
  /** What the demo could not have on this machine. */
  readonly demoNotices: HealthReport['notices'];
  demoProgress(): HealthReport['demo'];
}

export interface Hub extends HubPort {
  /** Takes one tick of the core: tells live clients and those who wait for a command. */
  committed(commit: CoreCommit): void;
  /** Whether scenes run; the answer of /readyz. */
  readonly isReady: boolean;
  becameReady(): void;
  /** A message of the inbox is another: what became of it, what was answered. */
  messageChanged(notification: NotificationRecord): void;
  /** Asks storage how it is; called now and then, since health must answer at once. */
  refreshStatistics(): Promise<void>;
}

interface Waiter {
  readonly until: CommandState;
  readonly resolve: (record: CommandRecord) => void;
  readonly timer: NodeJS.Timeout;
}

const PROGRESS: Partial<Record<CommandState, number>> = { requested: 0, sent: 1, acknowledged: 2 };

function hasReached(record: CommandRecord, until: CommandState): boolean {
  if (record.endedAtMs !== null || isCommandEnd(record.state)) return true;
  // A device that sleeps may wake tomorrow; only whoever wants to see the end itself waits for that.
  if (record.waitsUntilMs !== undefined) return until !== 'failed';
  return (PROGRESS[record.state] ?? 0) >= (PROGRESS[until] ?? Number.POSITIVE_INFINITY);
}

export function createHub(options: HubOptions): Hub {
  const { core, household, store, clock, feed, adapters, settings } = options;
  const { mirror } = core;
  const waiters = new Map<CommandId, Waiter[]>();
  let isReady = false;
  let statistics: StoreStatistics | null = null;
  const counts = new Map<OutEvent['kind'], number>();

  async function askCore(request: CoreRequest) {
    const reply = await core.ask(request);
    if (reply.problem) throw fromProblem(reply.problem);
    return reply;
  }

  function waitForCommand(
    id: CommandId,
    until: CommandState,
    timeoutMs: number,
  ): Promise<CommandRecord> {
    const record = mirror.command(id);
    if (!record) return Promise.reject(new NotFoundError('command', id));
    if (hasReached(record, until)) return Promise.resolve(record);
    const waiting = waiters.get(id) ?? [];
    if (waiters.size >= WAITERS_MAX) return Promise.resolve(record);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const left = (waiters.get(id) ?? []).filter((one) => one !== waiter);
        if (left.length === 0) waiters.delete(id);
        else waiters.set(id, left);
        resolve(mirror.command(id) ?? record);
      }, timeoutMs);
      const waiter: Waiter = { until, resolve, timer };
      waiters.set(id, [...waiting, waiter]);
    });
  }

  async function askForRun(request: CoreRequest, what: string): Promise<RunTrace> {
    const { run } = await askCore(request);
    if (!run) throw new NotFoundError(what, '');
    return run;
  }

  function wakeWaiters(record: CommandRecord): void {
    const waiting = waiters.get(record.id);
    if (!waiting) return;
    const left = waiting.filter((waiter) => {
      if (!hasReached(record, waiter.until)) return true;
      clearTimeout(waiter.timer);
      waiter.resolve(record);
      return false;
    });
    if (left.length === 0) waiters.delete(record.id);
    else waiters.set(record.id, left);
  }

  /** A scene wants another one switched: the edit comes back to the core as a person's does. */
  function grant(wish: SceneSwitch): void {
    household.switchScene(wish).catch((error: unknown) => {
      core.tell({ kind: 'notSwitched', scene: wish.scene, problem: toProblem(error) });
    });
  }

  function addressOf(adapter: string): string {
    return ADAPTERS.find((row) => row.id === adapter)?.address(settings) ?? '';
  }

  function viewOf(record: DeviceRecord): DeviceView {
    const newFirmware = options.firmware.newer(record.id);
    const live = mirror.live(record.id) ?? NEVER;
    const offlineCause = live.availability.online ? null : options.radioCare.causeOf(record);
    return { record, live, newFirmware, offlineCause };
  }

  function adapterHealth(): AdapterHealth[] {
    return [...adapters.values()].map((adapter) => {
      const health = adapter.health();
      const { state, since, problem } = adapter.part();
      if (state !== 'hanging' || problem === null) return health;
      // What it said last is no longer known to be true.
      const fault: AdapterState = { kind: 'fault', problem, retryAtMs: null };
      return { ...health, state: fault, sinceMs: since.wallMs };
    });
  }

  const initialOf = (key: HomeValueKey) =>
    household.homeValues().find(({ id }) => id === key)?.initial ?? null;

  /** Null where nothing is known of anybody. */
  function peopleAtHome(): number | null {
    const known = household
      .homeValues()
      .filter(({ kind }) => kind === 'person')
      .map(({ id }) => mirror.homeValue(id)?.value ?? initialOf(id))
      .filter((value) => value !== null);
    return known.length === 0 ? null : known.filter((value) => value === AT_HOME).length;
  }

  function callMqtt(call: AdapterCall): Promise<unknown> {
    if (adapters.has(MQTT)) return options.callAdapter(MQTT, call);
    throw notConfigured(MQTT);
  }

  /** Live clients take it for the message that they know by its id. */
  function publishMessage(notification: NotificationRecord): void {
    const body = { kind: 'notification' as const, seq: mirror.seq, notification };
    feed.publish([{ topic: 'notifications', body }]);
  }

  const isConnecting = (state: AdapterState) =>
    state.kind === 'starting' || state.kind === 'connecting';

  return {
    version: options.version,
    isDemo: options.isDemo,
    live: feed,
    household,
    jobs: options.jobs,
    provisioning: options.provisioning,
    movingIn: options.movingIn,
    backups: options.backups,
    firmware: options.firmware,
    matterBridge: options.matterBridge,
    vendorAdapters: options.vendorAdapters,
    ownAdapters: options.ownAdapters,
    radioCare: options.radioCare,
    nodeLinks: options.nodeLinks,
    matterNodes: options.matterNodes,
    mqttAccounts: {
      list: async () => (await callMqtt({ kind: 'accounts' })) as AccountList,
      async add(name, rights) {
        const given = rights === undefined ? {} : { rights };
        return (await callMqtt({ kind: 'accountAdd', name, ...given })) as NewAccount;
      },
      async change(name, rights) {
        await callMqtt({ kind: 'accountChange', name, rights });
      },
      found: async () => (await callMqtt({ kind: 'found' })) as readonly FoundDevice[],
      accept: async (nodes, bridge) =>
        (await callMqtt({ kind: 'accept', nodes, bridge })) as readonly NodeAddress[],
      async remove(name) {
        await callMqtt({ kind: 'accountRemove', name });
      },
      sharing: () => options.mqttSharing.view(),
      share(change, actor) {
        if (change.isOn === true && !adapters.has(MQTT)) throw notConfigured(MQTT);
        return options.mqttSharing.set(change, actor);
      },
    },
    vendors: options.vendors,
    sync: options.sync,
    store: store.calls,
    reads: store.reads,
    get isReady() {
      return isReady;
    },
    messageChanged: publishMessage,
    becameReady() {
      isReady = true;
    },
    now: () => clock.now(),
    clockState: () => clock.state(),
    async holdClock(wallMs) {
      if (clock.state() === 'synced') {
        throw new ConflictError("The hub's clock is set already", {
          hint: 'Set it on the machine itself if it is wrong.',
          zh: { message: '中枢的时钟已经设好', hint: '如果不对，请在机器上设置。' },
        });
      }
      if (!Number.isFinite(wallMs) || wallMs < HOLD_CLOCK_AFTER_MS) {
        throw new HubError(
          'invalid-input',
          `${new Date(wallMs).toISOString()} cannot be the time now`,
          {
            hint: "Check this device's own clock.",
            zh: {
              message: `${new Date(wallMs).toISOString()} 不可能是现在的时间`,
              hint: '请检查这台设备自己的时钟。',
            },
          },
        );
      }
      clock.hold(wallMs - Date.now(), 'held');
      core.holdClock(clock.wallOffsetMs, 'held');
      feed.publish([{ topic: 'home', body: { kind: 'home', what: 'health' } }]);
    },
    devices: () => household.contents().devices.map(viewOf),
    device(id) {
      const record = household.contents().devices.find((one) => one.id === id);
      return record && viewOf(record);
    },
    commandRecord: (id) => mirror.command(id),
    recentRuns: (scene) => mirror.runs(scene),
    async command(device, body, timeoutMs, actor, { isPatient = false } = {}) {
      const { command } = await askCore({
        kind: 'command',
        device,
        body,
        cause: actor.cause,
        timeoutMs,
        isPatient,
      });
      if (!command) throw new NotFoundError('device', device);
      if (command.state === 'refused' && command.problem) throw fromProblem(command.problem);
      return mirror.command(command.id) ?? command;
    },
    waitingCommands: () => mirror.waitingCommands(),
    async cancelCommand(id, actor) {
      await askCore({ kind: 'cancelCommand', command: id, cause: actor.cause });
      const record = await waitForCommand(id, 'failed', CANCEL_LIMIT_MS);
      if (record.endedAtMs !== null) return record;
      throw new UnreachableError('What waits could not be taken back: its radio does not answer', {
        hint: 'Try again once the radio is connected.',
        zh: { message: '没能取消：无线适配器没有应答', hint: '请在它重新连接后再试。' },
      });
    },
    waitForCommand,
    runScene: (scene, { checkWhile, isDry }, actor) =>
      askForRun({ kind: 'runScene', scene, checkWhile, isDry, cause: actor.cause }, 'scene'),
    homeValue(key) {
      if (key === HOME_PEOPLE) return { value: peopleAtHome(), atMs: null };
      const kept = mirror.homeValue(key);
      const first = key === HOME_MODE ? household.contents().home.mode : initialOf(key);
      return { value: kept === undefined ? first : kept.value, atMs: kept?.atMs ?? null };
    },
    async tell(source, cause) {
      await askCore({ kind: 'source', source, cause });
    },
    cancelRun: (run, actor) => askForRun({ kind: 'cancelRun', run, cause: actor.cause }, 'run'),
    undoRun: (run, actor) => askForRun({ kind: 'undoRun', run, cause: actor.cause }, 'run'),
    async answerNotification(notification, action, actor) {
      await askForRun({ kind: 'answer', notification, action, cause: actor.cause }, 'message');
      const answer = { action, by: actor.member?.id ?? null, atMs: clock.now().wallMs };
      const answered = await store.calls.setNotification(notification, { answer });
      publishMessage(answered);
      return answered;
    },
    outbound: { testPush: () => options.push.test(household.contents().home.language) },
    health() {
      const parts = [
        core.health(),
        ...store.parts(),
        ...options.sync.parts(),
        ...[...adapters.values()].map((one) => one.part()),
      ];
      const states = adapterHealth();
      const waitingFor: string[] = [];
      if (!isReady) waitingFor.push('the home and its scenes');
      const demo = options.demoProgress();
      return {
        ready: isReady,
        waitingFor: [
          ...waitingFor,
          ...states
            .filter(({ state }) => isConnecting(state))
            .map(({ id }) => `${id} (connecting)`),
        ],
        version: options.version,
        startedAtMs: options.startedAtMs,
        clock: clock.state(),
        parts,
        adapters: states,
        demo,
        notices: [
          ...noticesOf({
            adapters: states,
            parts,
            storage: statistics,
            clock: clock.state(),
            addressOf,
            vendors: options.vendorAdapters.list(),
            nowMs: clock.now().wallMs,
          }),
          ...options.radioCare.notices(),
          ...options.demoNotices,
        ],
      };
    },
    logLines: () => options.log.lines(),
    metrics() {
      const memory = process.memoryUsage.rss();
      const lag = core.diskLag();
      const gauges: Record<string, number> = {
        ingle_memory_rss_bytes: memory,
        ingle_devices: household.contents().devices.length,
        ingle_scenes: household.contents().scenes.length,
        ingle_inputs_total: mirror.seq,
        ingle_journal_records_total: mirror.journal,
        ingle_commands_live: mirror.liveCommands,
        ingle_core_restarts_total: core.health().restarts,
        ingle_decisions_recorded_total: lag.records,
        ingle_decisions_waiting: lag.waiting,
        ingle_decisions_late_total: lag.late,
        ingle_decision_to_disk_ms: lag.lastMs,
        ingle_decision_to_disk_max_ms: lag.maxMs,
        ingle_decision_excess_ms_total: lag.excessMs,
      };
      for (const [kind, count] of counts) gauges[`ingle_${kind}_events_total`] = count;
      for (const { id, restarts, state } of adapterHealth()) {
        gauges[`ingle_adapter_${id}_restarts_total`] = restarts;
        gauges[`ingle_adapter_${id}_connected`] = state.kind === 'connected' ? 1 : 0;
      }
      if (statistics) {
        gauges.ingle_storage_commit_ms = statistics.commitMs;
        gauges.ingle_storage_pending_records = statistics.pendingRecords;
        gauges.ingle_storage_dropped_log_entries_total = statistics.droppedLogEntries;
        if (statistics.writtenBytes !== null) {
          gauges.ingle_storage_written_bytes_total = statistics.writtenBytes;
        }
      }
      return gauges;
    },
    settings: () => settings.withPage(household.contents().settings).list(),
    languageOf(member: MemberId | null) {
      const { members, home } = household.contents();
      return members.find((one) => one.id === member)?.language ?? home.language;
    },
    faults: options.allowFaults
      ? {
          kill(part) {
            const adapter = part === 'core' ? core : adapters.get(adapterId(part));
            if (!adapter) throw new NotFoundError('part', part, { hint: 'core, or an adapter.' });
            adapter.crash();
          },
          hang(part) {
            const adapter = adapters.get(adapterId(part));
            if (!adapter) throw new NotFoundError('part', part, { hint: 'An adapter.' });
            adapter.hang();
          },
          stallStorage(ms) {
            store.calls.stall(ms).catch((error: unknown) => {
              options.log.write('warn', 'storage', `The stall failed: ${String(error)}`);
            });
          },
        }
      : null,
    committed(commit) {
      for (const event of commit.out) {
        counts.set(event.kind, (counts.get(event.kind) ?? 0) + 1);
        if (event.kind === 'command') wakeWaiters(event.command);
        else if (event.kind === 'notification') options.push.pushed(event.notification);
      }
      for (const wish of commit.wishes) grant(wish);
      feed.publish(commit.out.map((body) => ({ topic: TOPICS[body.kind], body })));
      options.dispatch.take(commit.outbound);
    },
    async refreshStatistics() {
      statistics = await store.calls.statistics();
    },
  };
}
