// The home itself, put together from the hub's parts: the household's services, the line to the core, what goes out of the
// house. Nothing of it runs yet.
import { createSceneLanguage } from '../scenes/language/scene-language.ts';
import { createSceneTemplates } from '../scenes/templates/scene-templates.ts';
import type { Ground } from './ground.ts';
import { createHousehold, type HouseholdHost } from './household/household.ts';
import { createJobs, type JobsHost } from './household/jobs.ts';
import { createDispatch, type Dispatch } from './household/outbound/dispatch.ts';
import { createPush, type Push } from './household/outbound/push.ts';
import { createSceneShelf } from './household/scene-shelf.ts';
import { createSyncRows } from './household/sync-rows.ts';
import type { AdapterCall } from './model/adapter-port.ts';
import { type AdapterId, adapterId } from './model/identifiers.ts';
import { notConfigured } from './model/own-adapter.ts';
import { checkPageSetting } from './settings.ts';
import type { AdapterLink } from './threads/adapter-link.ts';
import { type CoreLink, createCoreLink } from './threads/core-link.ts';
import { createSyncLink, type SyncLink } from './threads/sync-link.ts';

export interface Home {
  readonly household: HouseholdHost;
  readonly language: ReturnType<typeof createSceneLanguage>;
  readonly jobs: JobsHost;
  readonly sync: SyncLink;
  readonly dispatch: Dispatch;
  readonly push: Push;
  readonly core: CoreLink;
  /** Those that are switched on, each with its line; filled by whoever builds them. */
  readonly adapters: Map<AdapterId, AdapterLink>;
  /** @throws HubError of the adapter, or where it is not there */
  callAdapter(id: AdapterId, call: AdapterCall): Promise<unknown>;
}

export function buildHome(ground: Ground): Home {
  const adapters = new Map<AdapterId, AdapterLink>();
  const callAdapter: Home['callAdapter'] = (id, call) => {
    const adapter = adapters.get(id);
    // Starting what runs already does nothing.
    if (ground.late.hub?.isReady) adapter?.start();
    if (adapter) return adapter.call(call);
    return Promise.reject(notConfigured(id));
  };
  const language = createSceneLanguage();
  const household = buildHousehold(ground, language, {
    callAdapter,
    syncConsentChanged: () => sync.consentChanged(),
  });
  const jobs = createJobs({
    nowMs: ground.nowMs,
    device: (id) => household.contents().devices.find((device) => device.id === id),
    callAdapter,
    adopt: (description) => household.nodeDescribed(description),
    place: {
      replacement: (id, from) => household.replacement(id, from),
      replace: (id, from, acceptsGaps, actor) =>
        household.replaceDevice(id, from, acceptsGaps, actor),
    },
    changed: (job) => ground.feed.publish([{ topic: 'jobs', body: { kind: 'job', job } }]),
  });
  const sync = buildSync(ground, household);
  const dispatch = createDispatch({
    calls: ground.store.outbound,
    settings: () => household.outbound(),
    async publishMqtt({ topic, payload, retain }) {
      await callAdapter(adapterId('mqtt'), { kind: 'publish', topic, payload, retain });
    },
    tellCore: (id, result) => ground.late.core?.tell({ kind: 'outbound', id, result }),
    monoMs: () => ground.clock.now().monoMs,
  });
  const push = createPush({
    calls: ground.store.outbound,
    store: ground.store.calls,
    settings: () => household.outbound(),
    title: () => household.contents().home.name || 'Ingle',
    wallMs: ground.nowMs,
    changed: (notification) => ground.late.hub?.messageChanged(notification),
    log: ground.log.of('push'),
  });
  const core = buildCoreLink(ground, household, {
    started() {
      for (const adapter of adapters.values()) adapter.joinCore();
      dispatch.coreStarted();
    },
    socketReady: (adapter, socketPath) => adapters.get(adapter)?.socketReady(socketPath),
    adapterDropped: (adapter, count) => adapters.get(adapter)?.droppedAtCore(count),
    adapterBroken: (adapter, reason) => adapters.get(adapter)?.tooMuchAtCore(reason),
  });
  ground.late.core = core;
  return { household, language, jobs, sync, dispatch, push, core, adapters, callAdapter };
}

type HouseholdOptions = Parameters<typeof createHousehold>[0];

function buildHousehold(
  { contents, store, nowMs, late, feed }: Ground,
  language: Home['language'],
  ways: Pick<HouseholdOptions, 'callAdapter' | 'syncConsentChanged'>,
): HouseholdHost {
  return createHousehold({
    ...ways,
    ...{ contents, store: store.calls, nowMs, checkSetting: checkPageSetting },
    tellCore: (input) => late.core?.tell(input),
    changed: (what) => feed.publish([{ topic: 'home', body: { kind: 'home', what } }]),
    templates: createSceneTemplates(),
    shelf: createSceneShelf({
      ...{ language, store: store.calls, nowMs },
      tellCore: (input) => late.core?.tell(input),
      lastRun: (scene) => late.core?.mirror.runs(scene)[0] ?? null,
      nextAtMs: (scene) => late.core?.mirror.nextAtMs(scene) ?? null,
      changed: () => feed.publish([{ topic: 'home', body: { kind: 'home', what: 'scenes' } }]),
    }),
  });
}

function buildSync(ground: Ground, household: HouseholdHost): SyncLink {
  const { settings, store, clock } = ground;
  return createSyncLink({
    dataFolder: ground.folder,
    url: settings.get('sync.url'),
    token: settings.get('sync.token') || null,
    everyMs: Math.round(settings.number('sync.minutes') * 60_000),
    clock,
    consent: () => household.syncConsent(),
    rows: createSyncRows({
      reads: store.reads,
      now: () => clock.now(),
      devices: () => ground.late.hub?.devices() ?? [],
      flush: () => store.calls.flush(),
    }),
    changed: ground.healthChanged,
    log: ground.log.of('sync'),
  });
}

type CoreOptions = Parameters<typeof createCoreLink>[0];

function buildCoreLink(
  ground: Ground,
  household: HouseholdHost,
  ways: Pick<CoreOptions, 'started' | 'socketReady' | 'adapterDropped' | 'adapterBroken'>,
): CoreLink {
  return createCoreLink({
    ...ways,
    clock: ground.clock,
    firstThread: ground.coreThread,
    dataFolder: ground.folder,
    recovery: ground.recovery,
    hubStart: ground.runMark.start,
    settings: () => household.settings(),
    storePort: () => ground.store.corePort(),
    committed: (commit) => ground.late.hub?.committed(commit),
    changed: ground.healthChanged,
    log: ground.log.of('core'),
  });
}
