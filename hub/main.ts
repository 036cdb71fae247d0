// The composition root: builds the hub's parts, starts them in order, stops them in reverse.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFirmware } from '../firmware-images/updates.ts';
import { createSceneLanguage } from '../scenes/language/scene-language.ts';
import { createSceneTemplates } from '../scenes/templates/scene-templates.ts';
import { createAdapterLines } from './adapter-lines.ts';
import { swapAdapter } from './adapter-swap.ts';
import { ADAPTERS, type AdapterRow } from './adapter-table.ts';
import type { FrontDoor } from './api/front-door.ts';
import { createLiveFeed } from './core/live-feed.ts';
import { isDemoStart, startDemo } from './demo-start.ts';
import { describeFailure } from './failure-text.ts';
import { createHousehold, type HouseholdHost } from './household/household.ts';
import { createJobs, type JobsHost } from './household/jobs.ts';
import { createMatterBridge } from './household/matter-bridge/matter-bridge.ts';
import { createMatterNodes } from './household/matter-nodes.ts';
import { createMovingIn } from './household/moving-in/moving-in.ts';
import { createMqttSharing } from './household/mqtt-sharing/mqtt-sharing.ts';
import { createNodeLinks } from './household/node-links.ts';
import { createDispatch } from './household/outbound/dispatch.ts';
import { createPush } from './household/outbound/push.ts';
import { createProvisioning } from './household/provisioning/provisioning.ts';
import { createSceneShelf } from './household/scene-shelf.ts';
import { createSyncRows } from './household/sync-rows.ts';
import { createVendors } from './household/vendors.ts';
import { createHub, type Hub } from './hub.ts';
import { createLog } from './log.ts';
import type { LogLevel } from './model/adapter-port.ts';
import { HOME_MODE } from './model/home-values.ts';
import { type AdapterId, adapterId } from './model/identifiers.ts';
import { notConfigured } from './model/own-adapter.ts';
import type { HomeContents, Recovery } from './model/store-port.ts';
import { createOwnAdapters } from './own-adapters.ts';
import { checkPageSetting, dataFolder, readSettings, SETTINGS, type Settings } from './settings.ts';
import { startRadioCare } from './start-radio-care.ts';
import type { AdapterLink } from './threads/adapter-link.ts';
import { type CoreLink, createCoreLink, startCoreThread } from './threads/core-link.ts';
import {
  type EarlyName,
  earlyThreads,
  keepCompiledCode,
  rememberThreads,
} from './threads/early-threads.ts';
import { holdFolder } from './threads/folder-lock.ts';
import { markRun } from './threads/run-mark.ts';
import { createSharedWorkers } from './threads/shared-workers.ts';
import { createStoreLink } from './threads/store-link.ts';
import { createSyncLink, type SyncLink } from './threads/sync-link.ts';
import { createSystemClock } from './threads/system-clock.ts';
import { createVendorAdapters } from './vendor-adapters.ts';
import { readVersion } from './version.ts';

process.env.TZ = 'UTC';

/** A stop is asked for, then waited for this long, then forced. */
const STOP_GRACE_MS = 6_000;
const MATTER = adapterId('matter');
const MQTT = adapterId('mqtt');
const OPEN = adapterId('open');
const STATISTICS_EVERY_MS = 5_000;
/** A page is served this soon, whatever keeps the core. */
const PAGE_WITHIN_MS = 500;

interface Running {
  readonly address: string;
  stop(): Promise<void>;
}

async function start(): Promise<Running> {
  const startedAtMs = Date.now();
  const flags = process.argv.slice(2);
  const asked = readSettings(flags, process.env);
  const clockNow = () => Date.now();
  const log = createLog(asked.get('log.level') as LogLevel, clockNow, (line) =>
    process.stderr.write(line),
  );
  const allowFaults = process.env.INGLE_FAULTS === '1';
  const bootClock = createSystemClock();

  const isDemo = await isDemoStart(asked, (folder) =>
    createStoreLink({
      dataFolder: folder,
      allowFaults,
      clock: bootClock,
      restarted: () => {},
      changed: () => {},
      log: log.of('storage'),
    }),
  );
  const folder = isDemo ? path.join(dataFolder(asked), 'demo') : dataFolder(asked);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const releaseFolder = holdFolder(folder);
  const early = earlyThreads();
  if (early?.folder !== folder) {
    await early?.end();
    keepCompiledCode(folder);
  }
  // It loads its modules while storage opens the files.
  const coreThread = early?.take('core') ?? startCoreThread(folder);

  let core: CoreLink | undefined;
  let hub: Hub | undefined;
  let isReady = false;
  const healthChanged = () =>
    feed.publish([{ topic: 'home', body: { kind: 'home', what: 'health' } }]);
  const feed = createLiveFeed(startedAtMs, (error) =>
    log.write('error', 'main', `A live client failed: ${String(error)}`),
  );

  const store = createStoreLink({
    dataFolder: folder,
    allowFaults,
    firstThread: early?.take('storage'),
    clock: bootClock,
    restarted: () => core?.useStorePort(store.corePort()),
    changed: healthChanged,
    log: log.of('storage'),
  });
  await store.start();
  const [contents, recovery]: [HomeContents, Recovery] = await Promise.all([
    store.calls.load(),
    store.calls.recover(),
  ]);
  for (const note of recovery.notes) log.write('warn', 'storage', note);

  const demo = isDemo ? await startDemo(folder, asked, log) : null;
  const page = asked.withPage(contents.settings);
  const settings = demo ? readSettings([...flags, ...demo.flags], process.env) : page;
  const clock = createSystemClock(recovery.newestAtMs);
  const nowMs = () => clock.now().wallMs;
  const adapters = new Map<AdapterId, AdapterLink>();
  const runMark = markRun(folder, clock.bootId);

  const sharedWorkers = createSharedWorkers();

  const callAdapter: Parameters<typeof createJobs>[0]['callAdapter'] = (id, call) => {
    const adapter = adapters.get(id);
    // Starting what runs already does nothing.
    if (isReady) adapter?.start();
    if (adapter) return adapter.call(call);
    return Promise.reject(notConfigured(id));
  };

  const language = createSceneLanguage();
  const household: HouseholdHost = createHousehold({
    contents,
    store: store.calls,
    nowMs,
    callAdapter,
    checkSetting: checkPageSetting,
    syncConsentChanged: () => sync.consentChanged(),
    tellCore: (input) => core?.tell(input),
    changed: (what) => feed.publish([{ topic: 'home', body: { kind: 'home', what } }]),
    templates: createSceneTemplates(),
    shelf: createSceneShelf({
      language,
      store: store.calls,
      nowMs,
      tellCore: (input) => core?.tell(input),
      lastRun: (scene) => core?.mirror.runs(scene)[0] ?? null,
      nextAtMs: (scene) => core?.mirror.nextAtMs(scene) ?? null,
      changed: () => feed.publish([{ topic: 'home', body: { kind: 'home', what: 'scenes' } }]),
    }),
  });

  const jobs: JobsHost = createJobs({
    nowMs,
    device: (id) => household.contents().devices.find((device) => device.id === id),
    callAdapter,
    adopt: (description) => household.nodeDescribed(description),
    place: {
      replacement: (id, from) => household.replacement(id, from),
      replace: (id, from, acceptsGaps, actor) =>
        household.replaceDevice(id, from, acceptsGaps, actor),
    },
    changed: (job) => feed.publish([{ topic: 'jobs', body: { kind: 'job', job } }]),
  });

  const sync: SyncLink = createSyncLink({
    dataFolder: folder,
    url: settings.get('sync.url'),
    token: settings.get('sync.token') || null,
    everyMs: Math.round(settings.number('sync.minutes') * 60_000),
    clock,
    consent: () => household.syncConsent(),
    rows: createSyncRows({
      reads: store.reads,
      now: () => clock.now(),
      devices: () => hub?.devices() ?? [],
      flush: () => store.calls.flush(),
    }),
    changed: healthChanged,
    log: log.of('sync'),
  });

  const dispatch = createDispatch({
    calls: store.outbound,
    settings: () => household.outbound(),
    async publishMqtt({ topic, payload, retain }) {
      await callAdapter(adapterId('mqtt'), { kind: 'publish', topic, payload, retain });
    },
    tellCore: (id, result) => core?.tell({ kind: 'outbound', id, result }),
    monoMs: () => clock.now().monoMs,
  });
  const push = createPush({
    calls: store.outbound,
    store: store.calls,
    settings: () => household.outbound(),
    title: () => household.contents().home.name || 'Ingle',
    wallMs: nowMs,
    changed: (notification) => hub?.messageChanged(notification),
    log: log.of('push'),
  });

  const coreLink = createCoreLink({
    clock,
    firstThread: coreThread,
    dataFolder: folder,
    recovery,
    hubStart: runMark.start,
    settings: () => household.settings(),
    storePort: () => store.corePort(),
    started: () => {
      for (const adapter of adapters.values()) adapter.joinCore();
      dispatch.coreStarted();
    },
    committed: (commit) => hub?.committed(commit),
    socketReady: (adapter, socketPath) => adapters.get(adapter)?.socketReady(socketPath),
    changed: healthChanged,
    log: log.of('core'),
  });
  core = coreLink;

  const matterBridge = createMatterBridge({
    household,
    live: feed,
    devices: () => hub?.devices() ?? [],
    homeName: () => household.contents().home.name || 'Ingle',
    command: (...asked) => running.command(...asked),
    waitForCommand: (...asked) => running.waitForCommand(...asked),
    post: (update) => adapters.get(MATTER)?.bridge(update),
    hasAdapter: () => adapters.has(MATTER),
    startAdapter: async (by) => void (await ownAdapters.change(MATTER, { enabled: true }, by)),
    call: (call) => callAdapter(MATTER, call),
    log: log.of('matter'),
  });
  const lineTo = createAdapterLines({
    ...{ dataFolder: folder, clock, core: coreLink, household, jobs, log, healthChanged },
    radioCare: () => radioCare,
  });
  const vendors = createVendors({
    household,
    contents: () => household.contents(),
    call: (call) => callAdapter(OPEN, call),
    log: log.of('open'),
  });
  const mqttSharing = createMqttSharing({
    household,
    live: feed,
    devices: () => hub?.devices() ?? [],
    command: (...asked) => running.command(...asked),
    waitForCommand: (...asked) => running.waitForCommand(...asked),
    post: (update) => adapters.get(MQTT)?.share(update),
  });
  const hasEarlyThread = (row: AdapterRow) =>
    row.entries.worker === 'zigbee' && row.shell(settings) === 'worker';
  for (const row of ADAPTERS) {
    if (row.isConfigured(settings)) adapters.set(row.id, linkAdapter(row, settings));
  }
  const switchedOff = (adapter: AdapterId, reason: string) => {
    coreLink.tell({ kind: 'adapterDown', adapter, reason });
    if (adapter === MATTER) matterBridge.adapterGone();
  };
  const ownAdapters = createOwnAdapters({
    ...{ isDemo, switchedOff, changed: healthChanged },
    settings: () => (demo ? settings : settingsNow()),
    health: (id) => adapters.get(id)?.health() ?? null,
    putSetting: (...setting) => household.putSetting(...setting),
    swap: (id, work) =>
      swapAdapter(adapters, id, { settings: settingsNow, link: linkAdapter }, work),
  });
  const vendorAdapters = createVendorAdapters({
    ...{ dataFolder: folder, adapters, nowMs, lineTo, switchedOff, changed: healthChanged },
    keys: () => settingsNow().get('adapters.keys'),
    audit: (actor, action, subject, detail) =>
      store.calls.audit({
        ...{ atMs: nowMs(), member: actor.member?.id ?? null, action, subject, detail },
      }),
    lost: (why) => log.write('warn', 'main', why),
  });
  await early?.end();

  function linkAdapter(row: AdapterRow, settings: Settings): AdapterLink {
    return lineTo({
      ...{ id: row.id, title: row.title, shell: row.shell(settings), entries: row.entries },
      ...(row.heap === undefined ? {} : { heap: row.heap }),
      firstThread: hasEarlyThread(row) ? early?.take('zigbee') : undefined,
      isSlowToStart: row.isSlowToStart,
      ...(row.sharesWorker ? { sharedWorkers } : {}),
      // The coordinator may stand elsewhere by then, and on another channel.
      settings: () => row.settings(demo ? settings : settingsNow()),
      ...(row.id === MATTER
        ? { started: matterBridge.adapterStarted, bridgeSaid: matterBridge.said }
        : {}),
      ...(row.id === OPEN ? { started: vendors.adapterStarted } : {}),
      ...(row.id === MQTT
        ? { started: mqttSharing.adapterStarted, shareAsked: mqttSharing.asked }
        : {}),
    });
  }

  /** The settings with what the page has set since the start. */
  const settingsNow = () => asked.withPage(household.contents().settings);
  const zigbee = adapterId('zigbee');

  const radioCare = startRadioCare({
    ...{ household, jobs, feed, nowMs, settingsNow, callAdapter },
    zigbeeState: () => adapters.get(zigbee)?.health().state ?? null,
  });
  const firmware = createFirmware({
    folder: path.join(folder, 'firmware'),
    keys: page.get('firmware.keys'),
    quietHours: page.get('firmware.quietHours'),
    watchMs: page.number('firmware.watch') * 60_000,
    nowMs,
    isClockSynced: () => clock.state() === 'synced',
    timeZone: () => household.contents().home.zone,
    device: (id) => hub?.device(id),
    devices: () => hub?.devices() ?? [],
    callAdapter,
    openJob: (kind, id) => jobs.open(kind, null, id),
    changed: () => feed.publish([{ topic: 'home', body: { kind: 'home', what: 'devices' } }]),
    failed: (text) => log.write('warn', 'firmware', text),
  });
  const byDevice = { devices: () => household.contents().devices, callAdapter };
  const running: Hub = createHub({
    version: readVersion(),
    isDemo,
    clock,
    startedAtMs,
    settings,
    core: coreLink,
    store,
    household,
    jobs,
    sync,
    firmware,
    matterBridge,
    mqttSharing,
    vendors,
    vendorAdapters,
    ownAdapters,
    radioCare,
    nodeLinks: createNodeLinks(byDevice),
    matterNodes: createMatterNodes({ ...byDevice, nowMs, store: store.calls }),
    provisioning: createProvisioning({
      ...{ household, jobs, language },
      adapters: () => [...adapters.keys()],
      callAdapter,
    }),
    movingIn: createMovingIn({
      ...{ household, jobs, calls: store.reads, isDemo },
      drivers: SETTINGS['zigbee.driver'].choices,
      settings: () => settingsNow().list(),
      callAdapter: (call) => callAdapter(zigbee, call),
      withoutZigbee: (work) =>
        swapAdapter(adapters, zigbee, { settings: settingsNow, link: linkAdapter }, work),
      zigbeeState: () => adapters.get(zigbee)?.health().state ?? null,
    }),
    feed,
    push,
    dispatch,
    adapters,
    callAdapter,
    log,
    allowFaults,
    demoNotices: demo?.notices ?? [],
    demoProgress: () => (demo && hub ? demo.progress(hub) : null),
  });
  hub = running;

  // The core takes its scenes up first, whatever an adapter sends meanwhile: its line is opened behind them.
  coreLink.start();
  const hasDevices = (id: AdapterId) =>
    (id === OPEN && vendors.hasAccounts()) ||
    household.contents().devices.some(({ description }) => description.adapter === id);
  const startAdapters = (areSlow: boolean) => {
    for (const { id, startsOnDemand, isSlowToStart } of ADAPTERS) {
      if ((isSlowToStart === true) !== areSlow) continue;
      if (!startsOnDemand || hasDevices(id)) adapters.get(id)?.start();
    }
  };
  startAdapters(false);

  // The house does not wait for its page: the code of the API loads once scenes run, or cannot.
  await Promise.race([coreLink.whenReady().catch(() => {}), sleep(PAGE_WITHIN_MS)]);
  const { startFrontDoor } = await import('./api/front-door.ts');
  const door: FrontDoor = await startFrontDoor(running, {
    host: isDemo ? '127.0.0.1' : settings.get('host'),
    port: asked.number('port'),
    names: page
      .get('names')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    dataFolder: folder,
    log: log.of('api'),
  });

  await coreLink.whenReady();
  await settleAskedMode(running).catch((error: unknown) => {
    log.write('warn', 'main', `The mode that was asked for last is not set: ${String(error)}`);
  });
  running.becameReady();
  healthChanged();
  log.write('info', 'main', `Scenes run after ${Date.now() - startedAtMs} ms`);
  isReady = true;
  if (!isDemo) {
    const needed: EarlyName[] = ['storage', 'core'];
    const isZigbee = ADAPTERS.some((row) => adapters.has(row.id) && hasEarlyThread(row));
    rememberThreads(folder, isZigbee ? [...needed, 'zigbee'] : needed);
  }
  // What loads long keeps the first scene waiting for no one.
  startAdapters(true);
  vendorAdapters.start();
  sync.start();
  firmware.start();
  push.start().catch((error: unknown) => {
    log.write('warn', 'push', `The inbox could not be read: ${String(error)}`);
  });
  const statisticsTimer = setInterval(() => {
    running.refreshStatistics().catch((error: unknown) => {
      log.write('debug', 'storage', `No statistics: ${String(error)}`);
    });
  }, STATISTICS_EVERY_MS);
  demo?.furnish(running).catch((error: unknown) => {
    log.write('error', 'demo', `The demo home could not be furnished: ${String(error)}`);
  });

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    clearInterval(statisticsTimer);
    matterBridge.stop();
    mqttSharing.stop();
    firmware.stop();
    await door.stop();
    await Promise.all([...adapters.values()].map((adapter) => adapter.stop(STOP_GRACE_MS)));
    await sync.stop(STOP_GRACE_MS);
    push.stop();
    await coreLink.stop(STOP_GRACE_MS);
    await store.stop(STOP_GRACE_MS);
    await demo?.stop();
    runMark.stopped();
    releaseFolder();
  }
  return {
    address: door.announce(isDemo),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** A stop may have come between an edit of the home and the mode that it asked for besides. */
async function settleAskedMode(hub: Hub): Promise<void> {
  const { askedMode } = hub.household.contents().home;
  if (!askedMode || hub.homeValue(HOME_MODE).atMs !== askedMode.insteadOfMs) return;
  await hub.tell({ kind: 'value', key: HOME_MODE, value: askedMode.mode }, askedMode.cause);
}

try {
  const running = await start();
  process.stdout.write(running.address);
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      asked += 1;
      // A second wish to stop is meant: nothing is waited for any more.
      if (asked > 1) process.exit(1);
      running.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`ingle: ${describeFailure(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
} catch (error) {
  process.stderr.write(`ingle: ${describeFailure(error)}\n`);
  process.exit(1);
}
