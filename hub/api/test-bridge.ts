// The home's side of the Matter bridge over plain maps, for the tests of the API: the real one, and an adapter that has
// each offered device on its bridge and lets in whoever a test says.
import { createBridgeShelf } from '../household/matter-bridge/bridge-shelf.ts';
import { createMatterBridge } from '../household/matter-bridge/matter-bridge.ts';
import { HubError } from '../model/errors.ts';
import type { DeviceView, LiveFeed } from '../model/hub-port.ts';
import {
  BRIDGE_OFF,
  type BridgeStatus,
  type HeardFabric,
  type MatterBridge,
  type ToBridge,
} from '../model/matter-bridge.ts';
import type { HomeContents } from '../model/store-port.ts';

export interface TestBridge extends MatterBridge {
  /** A controller has taken the bridge into its home. */
  join(fabric: HeardFabric): void;
}

export function createTestBridge(options: {
  readonly contents: Pick<HomeContents, 'rooms' | 'devices'> & {
    settings: Readonly<Record<string, string>>;
  };
  readonly live: LiveFeed;
  nowMs(): number;
  devices(): readonly DeviceView[];
}): TestBridge {
  let status: BridgeStatus = BRIDGE_OFF;
  let fabrics: readonly HeardFabric[] = [];

  function take(update: ToBridge): void {
    if (update.kind !== 'home') return;
    const devices = update.devices.map(({ id }, index) => ({
      device: id,
      endpoint: index + 2,
      types: ['DimmableLight'],
      leftOut: [],
    }));
    status = update.isOn
      ? { ...BRIDGE_OFF, state: 'on', port: 5540, devices, fabrics }
      : BRIDGE_OFF;
    bridge.said({ kind: 'status', status });
  }

  const bridge = createMatterBridge({
    household: createBridgeShelf({
      contents: options.contents,
      store: { putSetting: async () => {} },
      nowMs: options.nowMs,
      inTurn: (work) => work(),
      audit: async () => {},
      tellCore: () => {},
    }),
    live: options.live,
    devices: options.devices,
    homeName: () => 'Test home',
    command: () => Promise.reject(new HubError('unsupported', 'Nobody asks here')),
    waitForCommand: () => Promise.reject(new HubError('unsupported', 'Nobody asks here')),
    post: take,
    hasAdapter: () => true,
    startAdapter: async () => {},
    async call(call) {
      if (status.state !== 'on') throw new HubError('unsupported', 'The Matter bridge is off');
      if (call.kind !== 'bridge') return null;
      const { ask } = call;
      if (ask.kind === 'removeFabric') fabrics = fabrics.filter(({ id }) => id !== ask.fabric);
      if (ask.kind === 'reset') fabrics = [];
      const closesAtMs = options.nowMs() + (ask.kind === 'openWindow' ? ask.seconds * 1_000 : 0);
      const open = { qrText: 'MT:-24J0C0R15OT2I0R800', manualCode: '33470406629', closesAtMs };
      status = { ...status, fabrics, window: ask.kind === 'openWindow' ? open : null };
      return status;
    },
    log: () => {},
  });
  return {
    ...bridge,
    join(fabric) {
      fabrics = [...fabrics, fabric];
      status = { ...status, fabrics };
      bridge.said({ kind: 'status', status });
    },
  };
}
