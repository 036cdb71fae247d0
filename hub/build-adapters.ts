// The adapters and what belongs to them, put together: the lines to those that come with the hub and to those of
// others, the Matter bridge, what is shared over MQTT, the care of the radio. Nothing of it runs yet.
import { strict as assert } from 'node:assert';
import { createAdapterLines } from './adapter-lines.ts';
import { swapAdapter } from './adapter-swap.ts';
import { ADAPTERS, type AdapterRow } from './adapter-table.ts';
import type { Home } from './build-home.ts';
import type { Ground } from './ground.ts';
import { createMatterBridge } from './household/matter-bridge/matter-bridge.ts';
import { createMqttSharing } from './household/mqtt-sharing/mqtt-sharing.ts';
import type { RadioCareHost } from './household/radio-care.ts';
import { createVendors } from './household/vendors.ts';
import type { Hub } from './hub.ts';
import { type AdapterId, adapterId } from './model/identifiers.ts';
import { createOwnAdapters } from './own-adapters.ts';
import type { Settings } from './settings.ts';
import { startRadioCare } from './start-radio-care.ts';
import type { AdapterLink } from './threads/adapter-link.ts';
import { createAheadOfOthers } from './threads/ahead-of-others.ts';
import { createSharedWorkers } from './threads/shared-workers.ts';
import { createVendorAdapters } from './vendor-adapters.ts';

const MATTER = adapterId('matter');
const MQTT = adapterId('mqtt');
const OPEN = adapterId('open');
const ZIGBEE = adapterId('zigbee');

export type Adapters = ReturnType<typeof buildAdapters>;

export function buildAdapters(ground: Ground, home: Home) {
  const { asked, settings, demo, log } = ground;
  const { household, adapters, core, callAdapter } = home;
  /** The settings with what the page has set since the start. */
  const settingsNow = () => asked.withPage(household.contents().settings);
  const { matterBridge, mqttSharing } = buildSharing(ground, home, {
    startMatter: async (by) => void (await ownAdapters.change(MATTER, { enabled: true }, by)),
  });
  const vendors = createVendors({
    household,
    contents: () => household.contents(),
    call: (call) => callAdapter(OPEN, call),
    log: log.of('open'),
  });
  const zigbeeState = () => adapters.get(ZIGBEE)?.health().state ?? null;
  const radioCare: RadioCareHost = startRadioCare({
    ...{ household, jobs: home.jobs, feed: ground.feed, nowMs: ground.nowMs },
    ...{ callAdapter, zigbeeState },
    // The demo's coordinator stands in its flags.
    settingsNow: () => (demo ? settings : settingsNow()),
  });
  const lineTo = createAdapterLines({
    ...{ dataFolder: ground.folder, clock: ground.clock, core, household, jobs: home.jobs, log },
    ...{ healthChanged: ground.healthChanged, radioCare: () => radioCare },
  });
  const sharedWorkers = createSharedWorkers();
  const hasEarlyThread = (row: AdapterRow) =>
    row.entries.worker === 'zigbee' && row.shell(settings) === 'worker';
  const listeners: Readonly<Record<AdapterId, object>> = {
    [MATTER]: { started: matterBridge.adapterStarted, bridgeSaid: matterBridge.said },
    [OPEN]: { started: vendors.adapterStarted },
    [MQTT]: { started: mqttSharing.adapterStarted, shareAsked: mqttSharing.asked },
  };
  function linkAdapter(row: AdapterRow, now: Settings): AdapterLink {
    return lineTo({
      ...{ id: row.id, title: row.title, shell: row.shell(now), entries: row.entries },
      ...(row.heap === undefined ? {} : { heap: row.heap }),
      firstThread: hasEarlyThread(row) ? ground.early?.take('zigbee') : undefined,
      isSlowToStart: row.isSlowToStart,
      ...(row.sharesWorker ? { sharedWorkers } : {}),
      // The coordinator may stand elsewhere by then, and on another channel.
      settings: () => row.settings(demo ? settings : settingsNow()),
      ...listeners[row.id],
    });
  }
  for (const row of ADAPTERS) {
    if (row.isConfigured(settings)) adapters.set(row.id, linkAdapter(row, settings));
  }

  const switchedOff = (adapter: AdapterId, reason: string) => {
    core.tell({ kind: 'adapterDown', adapter, reason });
    if (adapter === MATTER) matterBridge.adapterGone();
  };
  /** Does the work while the adapter is away; it comes back as its settings are by then. */
  const without = (id: AdapterId, work: () => Promise<void>) =>
    swapAdapter(adapters, id, { settings: settingsNow, link: linkAdapter }, work);
  const ownAdapters = createOwnAdapters({
    ...{ isDemo: ground.isDemo, switchedOff, changed: ground.healthChanged },
    settings: () => (demo ? settings : settingsNow()),
    health: (id) => adapters.get(id)?.health() ?? null,
    putSetting: (...setting) => household.putSetting(...setting),
    swap: without,
  });
  const ahead = createAheadOfOthers({
    // A coordinator on USB has a process of its own, one on the network a thread.
    ...{ threads: ['core', 'zigbee'], processes: () => [adapters.get(ZIGBEE)?.processId()] },
    log: (text) => log.write('info', 'main', text),
  });
  const vendorAdapters = createVendorAdapters({
    ...{ dataFolder: ground.folder, adapters, nowMs: ground.nowMs, lineTo, switchedOff },
    ...{ changed: ground.healthChanged, othersRun: ahead.set },
    keys: () => settingsNow().get('adapters.keys'),
    audit: (actor, action, subject, detail) =>
      ground.store.calls.audit({
        ...{ atMs: ground.nowMs(), member: actor.member?.id ?? null, action, subject, detail },
      }),
    lost: (why) => log.write('warn', 'main', why),
  });

  const hasDevices = (id: AdapterId) =>
    (id === OPEN && vendors.hasAccounts()) ||
    household.contents().devices.some(({ description }) => description.adapter === id);
  return {
    ...{ matterBridge, mqttSharing, vendors, radioCare, ownAdapters, vendorAdapters },
    ...{ settingsNow, zigbeeState },
    withoutZigbee: (work: () => Promise<void>) => without(ZIGBEE, work),
    callZigbee: (...[call]: [Parameters<Home['callAdapter']>[1]]) => callAdapter(ZIGBEE, call),
    /** Starts those that come with the hub and are wanted, the quick ones or the slow ones. */
    start(areSlow: boolean): void {
      for (const { id, startsOnDemand, isSlowToStart } of ADAPTERS) {
        if ((isSlowToStart === true) !== areSlow) continue;
        if (!startsOnDemand || hasDevices(id)) adapters.get(id)?.start();
      }
    },
    /** Whether the coordinator's adapter is one that can be started before main has loaded. */
    startsZigbeeEarly: () => ADAPTERS.some((row) => adapters.has(row.id) && hasEarlyThread(row)),
  };
}

/** What of the home goes out to others' programs: over Matter, and over MQTT. */
function buildSharing(
  { feed, late, log }: Ground,
  { household, adapters, callAdapter }: Home,
  ways: { startMatter: Parameters<typeof createMatterBridge>[0]['startAdapter'] },
) {
  const running = (): Hub => {
    assert(late.hub !== undefined, 'a command came before the hub was built');
    return late.hub;
  };
  type Options = Parameters<typeof createMqttSharing>[0];
  const home: Pick<Options, 'live' | 'devices' | 'command' | 'waitForCommand'> = {
    live: feed,
    devices: () => late.hub?.devices() ?? [],
    command: (...asked) => running().command(...asked),
    waitForCommand: (...asked) => running().waitForCommand(...asked),
  };
  const matterBridge = createMatterBridge({
    ...{ ...home, household },
    homeName: () => household.contents().home.name || 'Ingle',
    post: (update) => adapters.get(MATTER)?.bridge(update),
    hasAdapter: () => adapters.has(MATTER),
    startAdapter: ways.startMatter,
    call: (call) => callAdapter(MATTER, call),
    log: log.of('matter'),
  });
  const mqttSharing = createMqttSharing({
    ...{ ...home, household },
    post: (update) => adapters.get(MQTT)?.share(update),
  });
  return { matterBridge, mqttSharing };
}
