// The composition root: builds the hub's parts, starts them in order, stops them in reverse.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFirmware } from '../firmware-images/updates.ts';
import type { FrontDoor } from './api/front-door.ts';
import { type Adapters, buildAdapters } from './build-adapters.ts';
import { buildHome, type Home } from './build-home.ts';
import { describeFailure } from './failure-text.ts';
import { type AtStop, type Ground, openGround, STOP_GRACE_MS } from './ground.ts';
import { type BackupsHost, createBackups } from './household/backups.ts';
import { createMatterNodes } from './household/matter-nodes.ts';
import { createMovingIn } from './household/moving-in/moving-in.ts';
import { createNodeLinks } from './household/node-links.ts';
import { createProvisioning } from './household/provisioning/provisioning.ts';
import { createHub, type Hub } from './hub.ts';
import { HOME_MODE } from './model/home-values.ts';
import { SETTINGS } from './settings.ts';
import { rememberThreads } from './threads/early-threads.ts';
import { readVersion } from './version.ts';

process.env.TZ = 'UTC';

const STATISTICS_EVERY_MS = 5_000;
/** A page is served this soon, whatever keeps the core. */
const PAGE_WITHIN_MS = 500;

interface Running {
  readonly address: string;
  stop(): Promise<void>;
}

async function start(): Promise<Running> {
  const undo: Parameters<AtStop>[0][] = [];
  const atStop: AtStop = (one) => undo.unshift(one);
  const ground = await openGround(process.argv.slice(2), atStop);
  const home = buildHome(ground);
  const adapters = buildAdapters(ground, home);
  await ground.early?.end();
  const firmware = buildFirmware(ground, home);
  const backups = buildBackups(ground, home);
  const hub = buildHub(ground, home, { adapters, firmware, backups });
  ground.late.hub = hub;

  // The core takes its scenes up first, whatever an adapter sends meanwhile: its line is opened behind them.
  const { core } = home;
  core.start();
  atStop(() => core.stop(STOP_GRACE_MS));
  adapters.start(false);

  // The house does not wait for its page: the code of the API loads once scenes run, or cannot.
  await Promise.race([core.whenReady().catch(() => {}), sleep(PAGE_WITHIN_MS)]);
  const door = await openFrontDoor(ground, hub);
  await core.whenReady();
  await becomeReady(ground, hub);
  if (!ground.isDemo) {
    const zigbee = adapters.startsZigbeeEarly() ? (['zigbee'] as const) : [];
    rememberThreads(ground.folder, ['storage', 'core', ...zigbee]);
  }

  // What loads long keeps the first scene waiting for no one.
  adapters.start(true);
  adapters.vendorAdapters.start();
  home.sync.start();
  firmware.start();
  backups.startNights();
  home.push.start().catch((error: unknown) => {
    ground.log.write('warn', 'push', `The inbox could not be read: ${String(error)}`);
  });
  atStop(() => home.push.stop());
  atStop(() => home.sync.stop(STOP_GRACE_MS));
  atStop(async () => {
    await Promise.all([...home.adapters.values()].map((adapter) => adapter.stop(STOP_GRACE_MS)));
  });
  atStop(() => door.stop());
  atStop(() => firmware.stop());
  atStop(() => backups.stop());
  atStop(() => adapters.mqttSharing.stop());
  atStop(() => adapters.matterBridge.stop());
  const statisticsTimer = setInterval(() => refreshStatistics(ground, hub), STATISTICS_EVERY_MS);
  atStop(() => clearInterval(statisticsTimer));
  ground.demo?.furnish(hub).catch((error: unknown) => {
    ground.log.write('error', 'demo', `The demo home could not be furnished: ${String(error)}`);
  });

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    for (const one of undo) await one();
  }
  return {
    address: door.announce(ground.isDemo),
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

type Firmware = ReturnType<typeof createFirmware>;

function buildFirmware(ground: Ground, { household, jobs, callAdapter }: Home): Firmware {
  const { page, late } = ground;
  return createFirmware({
    folder: path.join(ground.folder, 'firmware'),
    keys: page.get('firmware.keys'),
    quietHours: page.get('firmware.quietHours'),
    watchMs: page.number('firmware.watch') * 60_000,
    nowMs: ground.nowMs,
    isClockSynced: () => ground.clock.state() === 'synced',
    timeZone: () => household.contents().home.zone,
    device: (id) => late.hub?.device(id),
    devices: () => late.hub?.devices() ?? [],
    callAdapter,
    openJob: (kind, id) => jobs.open(kind, null, id),
    changed: () =>
      ground.feed.publish([{ topic: 'home', body: { kind: 'home', what: 'devices' } }]),
    failed: (text) => ground.log.write('warn', 'firmware', text),
  });
}

function buildBackups({ folder, store, clock, nowMs, log }: Ground, home: Home): BackupsHost {
  return createBackups({
    folder: path.join(folder, 'backups'),
    version: readVersion(),
    ...{ calls: store.reads, household: home.household, nowMs },
    hour: () => (clock.state() === 'unset' ? null : hourIn(home.household.contents().home.zone)),
    openJob: (kind, step) => home.jobs.open(kind, step),
    failed: (text) => log.write('warn', 'backup', text),
  });
}

/** The hour of the day, 0 to 23, in a time zone. */
function hourIn(timeZone: string): number {
  return Number(
    new Intl.DateTimeFormat('en', { hour: '2-digit', hourCycle: 'h23', timeZone }).format(),
  );
}

interface Parts {
  readonly adapters: Adapters;
  readonly firmware: Firmware;
  readonly backups: BackupsHost;
}

function buildHub(ground: Ground, home: Home, { adapters, firmware, backups }: Parts): Hub {
  const { isDemo, store, nowMs, demo } = ground;
  const { household, jobs, callAdapter } = home;
  const { settingsNow, zigbeeState, withoutZigbee, callZigbee } = adapters;
  const byDevice = { devices: () => household.contents().devices, callAdapter };
  const hub: Hub = createHub({
    ...{ version: readVersion(), isDemo, store, firmware, backups },
    ...{ clock: ground.clock, startedAtMs: ground.startedAtMs, settings: ground.settings },
    ...{ household, jobs, core: home.core, sync: home.sync, push: home.push },
    ...{ dispatch: home.dispatch, adapters: home.adapters, callAdapter },
    ...{ matterBridge: adapters.matterBridge, mqttSharing: adapters.mqttSharing },
    ...{ vendors: adapters.vendors, vendorAdapters: adapters.vendorAdapters },
    ...{ ownAdapters: adapters.ownAdapters, radioCare: adapters.radioCare },
    ...{ feed: ground.feed, log: ground.log, allowFaults: ground.allowFaults },
    nodeLinks: createNodeLinks(byDevice),
    matterNodes: createMatterNodes({ ...byDevice, nowMs, store: store.calls }),
    provisioning: createProvisioning({
      ...{ household, jobs, language: home.language, callAdapter },
      adapters: () => [...home.adapters.keys()],
    }),
    movingIn: createMovingIn({
      ...{ household, jobs, calls: store.reads, isDemo, withoutZigbee, zigbeeState },
      drivers: SETTINGS['zigbee.driver'].choices,
      settings: () => settingsNow().list(),
      callAdapter: callZigbee,
    }),
    demoNotices: demo?.notices ?? [],
    demoProgress: () => demo?.progress(hub) ?? null,
  });
  return hub;
}

async function openFrontDoor({ asked, page, ...ground }: Ground, hub: Hub): Promise<FrontDoor> {
  const { startFrontDoor } = await import('./api/front-door.ts');
  return startFrontDoor(hub, {
    host: ground.isDemo ? '127.0.0.1' : ground.settings.get('host'),
    port: asked.number('port'),
    names: page
      .get('names')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean),
    dataFolder: ground.folder,
    log: ground.log.of('api'),
  });
}

async function becomeReady({ log, startedAtMs, healthChanged }: Ground, hub: Hub): Promise<void> {
  await settleAskedMode(hub).catch((error: unknown) => {
    log.write('warn', 'main', `The mode that was asked for last is not set: ${String(error)}`);
  });
  hub.becameReady();
  healthChanged();
  log.write('info', 'main', `Scenes run after ${Date.now() - startedAtMs} ms`);
}

/** A stop may have come between an edit of the home and the mode that it asked for besides. */
async function settleAskedMode(hub: Hub): Promise<void> {
  const { askedMode } = hub.household.contents().home;
  if (!askedMode || hub.homeValue(HOME_MODE).atMs !== askedMode.insteadOfMs) return;
  await hub.tell({ kind: 'value', key: HOME_MODE, value: askedMode.mode }, askedMode.cause);
}

function refreshStatistics({ log }: Ground, hub: Hub): void {
  hub.refreshStatistics().catch((error: unknown) => {
    log.write('debug', 'storage', `No statistics: ${String(error)}`);
  });
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
