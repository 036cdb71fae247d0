// MQTT and the open interface of the test hub: accounts, what announces itself, what is shared, and vendors' tokens.
import { ConflictError, NotFoundError } from '../model/errors.ts';
import type { HubPort } from '../model/hub-port.ts';
import type { NodeAddress } from '../model/identifiers.ts';
import { type FoundDevice, type MqttAccount, NO_RIGHTS, NO_SHARING } from '../model/mqtt.ts';

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
  };
}

/** Two lamps of a bridge are found; there is no account yet. */
export function createTestMqtt(nowMs: () => number): Pick<HubPort, 'vendors' | 'mqttAccounts'> {
  const accounts = new Map<string, MqttAccount>();
  const vendors = new Set<string>();
  let sharing = NO_SHARING;
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
      sharing: () => sharing,
      async share(change) {
        sharing = { ...sharing, ...JSON.parse(JSON.stringify(change)) };
        return sharing;
      },
      found: async () => found,
      async accept(nodes, bridge) {
        const taken = found.filter((one) => nodes?.includes(one.node) ?? one.bridge === bridge);
        if (taken.length === 0) throw new NotFoundError('found device of', bridge ?? '');
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
