// The home's side of the Matter bridge: tells the adapter what is offered and how it is, brings what controllers ask
// through the core's command path, and tells the front doors how the bridge stands.
import type { AdapterCall } from '../../model/adapter-port.ts';
import { NotFoundError, type Problem, toProblem } from '../../model/errors.ts';
import type { Actor, DeviceView, HubPort, LiveFeed } from '../../model/hub-port.ts';
import type { FabricId } from '../../model/identifiers.ts';
import {
  BRIDGE_LIMITS,
  BRIDGE_OFF,
  type BridgeAsk,
  type BridgeDeviceView,
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
import { switchedOff } from '../../model/own-adapter.ts';
import { bringCommand, createDeviceFeed } from '../device-feed.ts';
import type { BridgeEdits } from './bridge-shelf.ts';

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
  /** Switches Matter on. @throws HubError where that cannot be done from here */
  startAdapter(by: Actor): Promise<void>;
  call(call: AdapterCall): Promise<unknown>;
  log(level: 'debug' | 'warn' | 'error', text: string): void;
}

export interface MatterBridgeHost extends MatterBridge {
  /** The adapter has begun a new life. */
  adapterStarted(): void;
  /** Matter was switched off, and the bridge with it. */
  adapterGone(): void;
  /** What the adapter says. */
  said(said: FromBridge): void;
  stop(): void;
}

export function createMatterBridge(options: MatterBridgeOptions): MatterBridgeHost {
  const { household, live } = options;
  let status: BridgeStatus = BRIDGE_OFF;

  const feed = createDeviceFeed({
    live,
    devices: options.devices,
    isOn: () => household.bridge().isOn,
    offers: (device) => isOffered(device, household.bridge()),
    devicesMax: BRIDGE_LIMITS.devices,
    tellHome(devices, news) {
      const { isOn, fabrics } = household.bridge();
      const rights = Object.fromEntries(
        Object.entries(fabrics).map(([id, fabric]) => [id, fabric.rights]),
      ) as Record<FabricId, typeof FULL_RIGHTS>;
      options.post({ kind: 'home', isOn, name: options.homeName(), devices, news, rights });
    },
    tellNews: (news) => options.post({ kind: 'news', news }),
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
      return await bringCommand(options, device, body, 0, { member: null, cause });
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
        if (after.fabrics !== fabrics) feed.planHome();
      })
      .catch((error: unknown) => options.log('error', `Fabrics were not kept: ${String(error)}`));
  }

  async function ask(bridgeAsk: BridgeAsk): Promise<BridgeView> {
    mustHaveAdapter();
    heard((await options.call({ kind: 'bridge', ask: bridgeAsk })) as BridgeStatus);
    return view();
  }

  function mustHaveAdapter(): void {
    const off = options.hasAdapter() ? null : switchedOff('matter');
    if (off !== null) throw off;
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
      if (change.isOn === true && !options.hasAdapter()) await options.startAdapter(actor);
      const before = household.bridge().isOn;
      const { isOn } = await household.setBridge(change, actor);
      if (isOn !== before) status = isOn ? { ...BRIDGE_OFF, state: 'starting' } : BRIDGE_OFF;
      feed.tellHome();
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
      feed.tellHome();
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
      if (household.bridge().isOn) feed.tellHome();
    },
    adapterGone() {
      status = BRIDGE_OFF;
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
    stop: feed.stop,
  };
}
