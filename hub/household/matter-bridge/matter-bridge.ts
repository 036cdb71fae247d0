// The home's side of the Matter bridge: tells the adapter what is offered and how it is, brings what controllers ask
// through the core's command path, and tells the front doors how the bridge stands.
import type { AdapterCall } from '../../model/adapter-port.ts';
import { type CommandRecord, isCommandEnd } from '../../model/command.ts';
import { HubError, NotFoundError, type Problem, toProblem } from '../../model/errors.ts';
import type { DeviceView, HubPort, LiveEvent, LiveFeed } from '../../model/hub-port.ts';
import type { DeviceId, FabricId } from '../../model/identifiers.ts';
import {
  BRIDGE_LIMITS,
  BRIDGE_OFF,
  type BridgeAsk,
  type BridgeDeviceView,
  type BridgedDevice,
  type BridgedNews,
  type BridgeStatus,
  type BridgeView,
  type FabricView,
  type FromBridge,
  FULL_RIGHTS,
  isOffered,
  type MatterBridge,
  maySee,
  type ToBridge,
  vendorName,
} from '../../model/matter-bridge.ts';
import type { PropertyKey, PropertyValue } from '../../model/properties.ts';
import type { BridgeEdits } from './bridge-shelf.ts';

/** A command of a controller is answered once its device has taken it, within this time. */
const TAKEN_WITHIN_MS = 8_000;
/** Edits of the home within this time are told as one. */
const HOME_AFTER_MS = 150;
/** Changes of values within one turn are told as one; presses beyond this many are dropped, oldest first. */
const EVENTS_MAX = 100;

export interface MatterBridgeOptions {
  readonly household: BridgeEdits;
  readonly live: LiveFeed;
  devices(): readonly DeviceView[];
  homeName(): string;
  readonly command: HubPort['command'];
  readonly waitForCommand: HubPort['waitForCommand'];
  /** Sends to the adapter; nothing happens while it does not run. */
  post(update: ToBridge): void;
  /** Whether Matter is switched on at all. */
  hasAdapter(): boolean;
  call(call: AdapterCall): Promise<unknown>;
  log(level: 'debug' | 'warn' | 'error', text: string): void;
}

export interface MatterBridgeHost extends MatterBridge {
  /** The adapter has begun a new life. */
  adapterStarted(): void;
  /** What the adapter says. */
  said(said: FromBridge): void;
  stop(): void;
}

export function createMatterBridge(options: MatterBridgeOptions): MatterBridgeHost {
  const { household, live } = options;
  let status: BridgeStatus = BRIDGE_OFF;
  let homeTimer: NodeJS.Timeout | undefined;
  let offered: ReadonlySet<DeviceId> = new Set();
  let news = new Map<DeviceId, News>();
  let isTellPlanned = false;

  /** The first ones, as many as a controller can take. */
  function chosen(): readonly DeviceView[] {
    const settings = household.bridge();
    if (!settings.isOn) return [];
    return options
      .devices()
      .filter(({ record }) => isOffered(record, settings))
      .slice(0, BRIDGE_LIMITS.devices);
  }

  function tellHome(): void {
    clearTimeout(homeTimer);
    homeTimer = undefined;
    const { isOn, fabrics } = household.bridge();
    const devices = chosen();
    offered = new Set(devices.map(({ record }) => record.id));
    // What is told as a whole is not news any more.
    news = new Map();
    options.post({
      kind: 'home',
      isOn,
      name: options.homeName(),
      devices: devices.map(bridged),
      news: devices.map(newsOf),
      rights: Object.fromEntries(
        Object.entries(fabrics).map(([id, { rights }]) => [id, rights]),
      ) as Record<FabricId, typeof FULL_RIGHTS>,
    });
  }

  function planHome(): void {
    if (household.bridge().isOn) homeTimer ??= setTimeout(tellHome, HOME_AFTER_MS);
  }

  function newsFor(device: DeviceId): News {
    const known = news.get(device);
    if (known !== undefined) return known;
    const fresh: News = { values: {}, events: [] };
    news.set(device, fresh);
    if (!isTellPlanned) {
      isTellPlanned = true;
      setImmediate(tellNews);
    }
    return fresh;
  }

  function tellNews(): void {
    isTellPlanned = false;
    if (news.size === 0) return;
    const told = [...news].map(
      ([device, { isOnline, values, events }]): BridgedNews => ({
        device,
        ...(isOnline === undefined ? {} : { isOnline }),
        ...(Object.keys(values).length === 0 ? {} : { values }),
        ...(events.length === 0 ? {} : { events: events.slice(-EVENTS_MAX) }),
      }),
    );
    news = new Map();
    options.post({ kind: 'news', news: told });
  }

  function hear({ body }: LiveEvent): void {
    switch (body.kind) {
      case 'home':
        if (body.what !== 'health' && body.what !== 'scenes') planHome();
        return;
      case 'change':
        if (offered.has(body.device)) newsFor(body.device).values[body.property] = body.value;
        return;
      case 'availability':
        if (offered.has(body.device)) newsFor(body.device).isOnline = body.online;
        return;
      case 'event':
        if (offered.has(body.device)) {
          newsFor(body.device).events.push([body.property, body.value]);
        }
        return;
      default:
    }
  }

  const unsubscribe = live.subscribe((events) => {
    if (!household.bridge().isOn) return;
    for (const event of events) hear(event);
  });

  function nameOf(id: FabricId): string {
    const heard = status.fabrics.find((fabric) => fabric.id === id);
    const own = household.bridge().fabrics[id]?.name ?? null;
    const vendor = heard === undefined ? null : vendorName(heard.vendorId);
    return own ?? (heard?.label || vendor || id.slice(0, 6));
  }

  async function run(said: Extract<FromBridge, { kind: 'command' }>): Promise<Problem | null> {
    const { device, body, fabric } = said;
    const cause = { kind: 'fabric', fabric, name: nameOf(fabric) } as const;
    try {
      const asked = await options.command(device, body, 0, { member: null, cause });
      return endOf(await options.waitForCommand(asked.id, 'acknowledged', TAKEN_WITHIN_MS));
    } catch (error) {
      return toProblem(error);
    }
  }

  function heard(next: BridgeStatus): void {
    status = next;
    if (next.state !== 'on') return;
    const { fabrics } = household.bridge();
    household
      .fabricsAre(next.fabrics.map(({ id }) => id))
      .then((after) => {
        if (after.fabrics !== fabrics) planHome();
      })
      .catch((error: unknown) => options.log('error', `Fabrics were not kept: ${String(error)}`));
  }

  async function ask(bridgeAsk: BridgeAsk): Promise<BridgeView> {
    mustHaveAdapter();
    heard((await options.call({ kind: 'bridge', ask: bridgeAsk })) as BridgeStatus);
    return view();
  }

  function mustHaveAdapter(): void {
    if (options.hasAdapter()) return;
    throw new HubError('unsupported', 'Matter is off on this hub', {
      hint: 'Set INGLE_MATTER=1 and INGLE_MDNS_INTERFACE, or both in House, Settings, and start the hub again.',
      zh: {
        message: '这个中枢没有打开 Matter',
        hint: '请设置 INGLE_MATTER=1 和 INGLE_MDNS_INTERFACE（或在“家 › 设置”里设置），然后重新启动中枢。',
      },
    });
  }

  function view(): BridgeView {
    const settings = household.bridge();
    const onBridge = new Map(status.devices.map((one) => [one.device, one]));
    const unknown = new Set(status.unknown);
    const devices = options.devices().map(({ record }): BridgeDeviceView => {
      const { id, name, room, description } = record;
      const isIn = isOffered(record, settings);
      const on = onBridge.get(id) ?? null;
      const own = settings.devices[id] ?? null;
      let why: BridgeDeviceView['why'] = null;
      if (!isIn) {
        if (own === false) why = 'chosen';
        else if (description.adapter === 'matter') why = 'matter';
        else why = settings.kinds.includes(description.kind) ? 'room' : 'kind';
      } else if (on === null && status.state === 'on') {
        why = unknown.has(id) ? 'unknown' : 'full';
      }
      return { id, name, room, kind: description.kind, isOffered: isIn, own, on, why };
    });
    const standing = devices.filter(({ on }) => on !== null);
    const fabrics = status.fabrics.map((fabric): FabricView => {
      const record = settings.fabrics[fabric.id];
      const rights = record?.rights ?? FULL_RIGHTS;
      return {
        ...fabric,
        name: nameOf(fabric.id),
        vendor: vendorName(fabric.vendorId),
        joinedAtMs: record?.joinedAtMs ?? 0,
        rights,
        sees: standing.filter((device) => maySee(rights, device)).length,
      };
    });
    return { settings, status, devices, fabrics };
  }

  return {
    view,
    async set(change, actor) {
      if (change.isOn === true) mustHaveAdapter();
      const before = household.bridge().isOn;
      const { isOn } = await household.setBridge(change, actor);
      if (isOn !== before) status = isOn ? { ...BRIDGE_OFF, state: 'starting' } : BRIDGE_OFF;
      tellHome();
      return view();
    },
    async openWindow(seconds, actor) {
      const opened = await ask({ kind: 'openWindow', seconds });
      await household.noteBridge('window', `${seconds} s`, actor);
      return opened;
    },
    closeWindow: () => ask({ kind: 'closeWindow' }),
    async setFabric(id, change, actor) {
      await household.setFabric(id, change, actor);
      tellHome();
      return view();
    },
    async removeFabric(id, actor) {
      if (!status.fabrics.some((fabric) => fabric.id === id)) throw new NotFoundError('fabric', id);
      await household.noteBridge('remove', id, actor);
      return ask({ kind: 'removeFabric', fabric: id });
    },
    async reset(actor) {
      await household.noteBridge('reset', 'matter', actor);
      return ask({ kind: 'reset' });
    },
    adapterStarted() {
      status = household.bridge().isOn ? { ...BRIDGE_OFF, state: 'starting' } : BRIDGE_OFF;
      if (household.bridge().isOn) tellHome();
    },
    said(said) {
      if (said.kind === 'status') {
        heard(said.status);
        return;
      }
      void run(said).then((problem) => {
        options.post({ kind: 'done', request: said.request, problem });
      });
    },
    stop() {
      clearTimeout(homeTimer);
      unsubscribe();
    },
  };
}

interface News {
  isOnline?: boolean;
  readonly values: Record<PropertyKey, PropertyValue>;
  readonly events: [PropertyKey, PropertyValue][];
}

/** Null where the device has taken it, or will when it wakes; else why not. */
function endOf(record: CommandRecord): Problem | null {
  if (record.problem !== null) return record.problem;
  if (record.acknowledgedAtMs !== null || record.state === 'observed') return null;
  if (record.state === 'superseded' || record.waitsUntilMs !== undefined) return null;
  const hint = null;
  if (isCommandEnd(record.state)) {
    return { code: 'rejected-by-device', message: `The command ended as ${record.state}`, hint };
  }
  return { code: 'timed-out', message: 'The device did not answer in time', hint };
}

function bridged({ record }: DeviceView): BridgedDevice {
  const { id, name, room, description } = record;
  const { kind, manufacturer, model, firmware, power, properties, commands } = description;
  return { id, name, room, kind, manufacturer, model, firmware, power, properties, commands };
}

function newsOf({ record, live }: DeviceView): BridgedNews {
  const values: Record<PropertyKey, PropertyValue> = {};
  for (const [key, { value }] of Object.entries(live.properties)) {
    if (value !== null) values[key as PropertyKey] = value;
  }
  return { device: record.id, isOnline: live.availability.online, values };
}
