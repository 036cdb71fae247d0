// MQTT and the open interface of the test hub: accounts, what announces itself, what is shared, and vendors' tokens.
import { createMqttSharing, createSharingShelf } from '../household/mqtt-sharing/mqtt-sharing.ts';
import { ConflictError, HubError, NotFoundError } from '../model/errors.ts';
import type { DeviceView, HubPort, LiveFeed } from '../model/hub-port.ts';
import type { NodeAddress } from '../model/identifiers.ts';
import { type FoundDevice, type MqttAccount, NO_RIGHTS } from '../model/mqtt.ts';
import type { HomeContents } from '../model/store-port.ts';

function foundLamp(node: string, name: string): FoundDevice {
  return {
    node: node as NodeAddress,
    name,
    manufacturer: 'IKEA',
    model: 'LED1624G9',
    kind: 'light',
    bridge: 'Zigbee2MQTT',
    account: 'zigbee2mqtt',
    isAccepted: false,
    properties: ['on', 'brightness'],
    commands: [],
    leftOut: [{ what: 'camera/door', why: { en: 'it is no property', zh: '它不是属性' } }],
    unneeded: ['icon'],
  };
}

export interface TestMqttOptions {
  readonly contents: Pick<HomeContents, 'rooms' | 'devices'> & {
    settings: Readonly<Record<string, string>>;
  };
  readonly live: LiveFeed;
  nowMs(): number;
  devices(): readonly DeviceView[];
}

const nobodyAsks = () => Promise.reject(new HubError('unsupported', 'Nobody asks here'));

/** Two lamps of a bridge are found; there is no account yet; what is shared is chosen as in the hub, and told nobody. */
export function createTestMqtt({
  contents,
  live,
  nowMs,
  devices,
}: TestMqttOptions): Pick<HubPort, 'vendors' | 'mqttAccounts'> {
  const sharing = createMqttSharing({
    household: createSharingShelf({
      contents,
      store: { putSetting: async () => {} },
      inTurn: (work) => work(),
      audit: async () => {},
    }),
    ...{ live, devices, command: nobodyAsks, waitForCommand: nobodyAsks, post: () => {} },
  });
  const accounts = new Map<string, MqttAccount>();
  const vendors = new Set<string>();
  let found: FoundDevice[] = [
    foundLamp('ha/lamp', 'Bridge lamp'),
    foundLamp('ha/plug', 'Bridge plug'),
  ];
  return {
    vendors: {
      list: async () => [...vendors].map((name) => ({ name, createdAtMs: nowMs(), devices: 0 })),
      async grant(name) {
        if (vendors.has(name)) throw new ConflictError(`There is an account "${name}"`);
        vendors.add(name);
        return { name, token: `vnd_told-once-${name}-0123456789` };
      },
      async revoke(name) {
        if (!vendors.delete(name)) throw new NotFoundError('account', name);
      },
      vendorOf: (token) =>
        [...vendors].find((name) => token === `vnd_told-once-${name}-0123456789`) ?? null,
      ask: async () => [],
    },
    mqttAccounts: {
      list: async () => ({ port: 1883, accounts: [...accounts.values()] }),
      async add(name, rights = NO_RIGHTS) {
        if (accounts.has(name)) throw new ConflictError(`There is an account "${name}"`);
        accounts.set(name, { name, createdAtMs: nowMs(), isConnected: false, ...rights });
        return { name, password: 'told-once', port: 1883 };
      },
      async change(name, rights) {
        const account = accounts.get(name);
        if (account === undefined) throw new NotFoundError('MQTT account', name);
        accounts.set(name, { ...account, ...rights });
      },
      sharing: sharing.view,
      share: sharing.set,
      found: async () => found,
      async accept(nodes, bridge) {
        const taken = found.filter((one) => nodes?.includes(one.node) ?? one.bridge === bridge);
        if (taken.length === 0) throw new NotFoundError('announced device of', bridge ?? '');
        found = found.map((one) => ({
          ...one,
          isAccepted: one.isAccepted || taken.includes(one),
        }));
        return taken.map(({ node }) => node);
      },
      async remove(name) {
        if (!accounts.delete(name)) throw new NotFoundError('MQTT account', name);
      },
    },
  };
}
