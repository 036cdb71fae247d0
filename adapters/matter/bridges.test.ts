// Bridges of others on loopback: one of 125 endpoints of many kinds that the test composes anew each time, followed
// while it changes, with its numbers.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NodeAddress, nodeAddress } from '../../hub/model/identifiers.ts';
import type {
  EndpointPlacement,
  EndpointType,
  MatterPlacement,
} from '../../scripts/virtual-home/matter/model.ts';
import { createRandom } from '../../scripts/virtual-home/random.ts';
import { MatterHome, placement } from './testing/matter-home.ts';
import { type TestDevices, TestHouse, whyNoNamespace } from './testing/test-house.ts';

const SEED = Number(process.env.INGLE_SEED ?? Math.floor(Math.random() * 1e9));
/** Endpoints of the bridge beside its root and its aggregator. */
const ENDPOINTS = Math.min(250, Number(process.env.INGLE_COUNT ?? 125));

/** Each kind with a property that it has at least. */
const KINDS: Readonly<Partial<Record<EndpointType, string>>> = {
  'on-off-light': 'on',
  'dimmable-light': 'brightness',
  'extended-color-light': 'color',
  'xy-light': 'color',
  'on-off-plug': 'on',
  'contact-sensor': 'open',
  'temperature-sensor': 'temperature',
  'humidity-sensor': 'humidity',
  'occupancy-sensor': 'occupancy',
  'light-sensor': 'illuminance',
  'pressure-sensor': 'pressure',
  'door-lock': 'locked',
  'window-covering': 'position',
  thermostat: 'targetTemperature',
  'generic-switch': 'button',
  'mode-select': 'x_modeSelect',
  fan: 'fanSpeed',
  'air-purifier': 'filterSpent',
  dishwasher: 'x_operation',
  'robot-vacuum': 'x_runMode',
  'room-air-conditioner': 'coolingTarget',
  'water-valve': 'on',
  'flow-sensor': 'flow',
  'leak-detector': 'waterLeak',
  'freeze-detector': 'x_freeze',
  'rain-sensor': 'rain',
  'smoke-alarm': 'smoke',
  'air-quality-sensor': 'airQuality',
  pump: 'on',
  speaker: 'volume',
};

/** A bridge with devices of random kinds, some of them composed of several endpoints. */
function randomBridge(count: number): {
  readonly devices: EndpointPlacement[];
  readonly used: number;
} {
  const random = createRandom(SEED);
  const types = Object.keys(KINDS) as EndpointType[];
  const devices: EndpointPlacement[] = [];
  let used = 0;
  while (used < count) {
    const label = `Device ${devices.length + 1}`;
    const uniqueId = `unique-${devices.length + 1}`;
    const isComposed = random.next() < 0.1 && count - used >= 3;
    if (isComposed) {
      const parts = [{ type: 'temperature-sensor' }, { type: 'humidity-sensor' }] as const;
      devices.push({ type: 'on-off-plug', bridged: { label, uniqueId }, parts });
    } else devices.push({ type: random.pick(types), bridged: { label, uniqueId } });
    used += isComposed ? 3 : 1;
  }
  return { devices, used };
}

describe.skipIf(whyNoNamespace() !== null)(`a bridge of ${ENDPOINTS} endpoints`, () => {
  const { devices: bridged } = randomBridge(ENDPOINTS);
  const bridge: MatterPlacement = placement('bridge', [{ type: 'aggregator', parts: bridged }]);
  let house: TestHouse;
  let devices: TestDevices;
  let home: MatterHome;
  let own: NodeAddress;
  const nodes = new Map<string, NodeAddress>();
  const node = (label: string): NodeAddress => nodes.get(label) ?? nodeAddress('nowhere');
  /** The endpoint of the n-th device, counted with the parts of those before. */
  const endpointOf = (index: number) =>
    2 + bridged.slice(0, index).reduce((sum, { parts = [] }) => sum + 1 + parts.length, 0);

  function lookAround(): void {
    for (const message of home.hub.messages) {
      if (message.kind !== 'described') continue;
      nodes.set(message.description.title, message.description.node);
    }
  }

  beforeAll(async () => {
    process.stdout.write(`bridges.test: seed ${SEED} (INGLE_SEED), ${bridged.length} devices\n`);
    house = await TestHouse.open();
    devices = await house.devices([bridge]);
    home = await MatterHome.start(house);
    const startedAtMs = performance.now();
    const { node: found, problem } = await home.pair(devices.of('bridge').manualCode, 60);
    if (found === null) throw new Error(`The bridge was not added: ${problem}`);
    own = found;
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    lookAround();
    await home.online(own, true);
    for (const address of nodes.values()) await home.online(address, true);
    process.stdout.write(`bridges.test: commissioned and described in ${seconds} s\n`);
  }, 120_000);

  afterAll(async () => {
    await home?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
  });

  test('each device behind it is one of the home, with its name, its kind and what it can do', () => {
    expect(nodes.size).toBe(bridged.length + 1);
    expect(home.hub.description(own)).toMatchObject({ support: 'exact', model: 'Product bridge' });
    for (const [index, { type, bridged: says }] of bridged.entries()) {
      const label = says?.label ?? '';
      const { properties } = home.told(node(label));
      const wanted = KINDS[type] ?? '';
      expect([label, type, properties]).toEqual([
        label,
        type,
        expect.arrayContaining([expect.stringMatching(new RegExp(`^${wanted}(@|$)`))]),
      ]);
      expect(home.hub.description(node(label))?.kind).not.toBe('other');
      expect(home.hub.description(node(label))?.node).toBe(node(label));
      expect(endpointOf(index)).toBeGreaterThan(1);
    }
  });

  test('what one of them does is told, and what it is asked for it does', async () => {
    const index = bridged.findIndex(
      ({ type }) => type === 'on-off-light' || type === 'on-off-plug',
    );
    const label = bridged[index]?.bridged?.label ?? '';
    await home.set(node(label), 'on', true);
    await home.becomes(node(label), 'on', true);
    await devices.set('bridge', endpointOf(index), { onOff: { onOff: false } });
    await home.becomes(node(label), 'on', false);
  });

  test('one that the bridge cannot reach is offline and says why, and takes no commands; the others go on', async () => {
    const index = bridged.findLastIndex(
      ({ type }) => type === 'on-off-light' || type === 'on-off-plug',
    );
    const [label, at] = [bridged[index]?.bridged?.label ?? '', endpointOf(index)];
    await devices.set('bridge', at, { bridgedDeviceBasicInformation: { reachable: false } });
    await home.online(node(label), false);
    expect(home.reason(node(label))).toBe(
      'Product bridge cannot reach it. Is it powered and near enough?',
    );
    expect(home.hub.isOnline(own)).toBe(true);
    const body = { kind: 'set', property: 'on' as never, value: true } as const;
    expect((await home.hub.settle(node(label), body)).problem?.code).toBe('unreachable');
    await devices.set('bridge', at, { bridgedDeviceBasicInformation: { reachable: true } });
    await home.online(node(label), true);
    await home.set(node(label), 'on', true);
  });

  test('a device that the bridge gains appears, one that it loses is told as gone, and comes back as itself', async () => {
    const what = { type: 'on-off-light', bridged: { label: 'Newcomer', uniqueId: 'new' } } as const;
    const first = await devices.add('bridge', 1, what);
    const described = () =>
      home.hub.messages.find(
        (each) => each.kind === 'described' && each.description.title === 'Newcomer',
      );
    const came = await home.hub.until('the newcomer', described, 10_000);
    if (came.kind !== 'described') throw new Error('It was not described');
    const { node: address } = came.description;
    await home.online(address, true);
    await home.set(address, 'on', true);
    await devices.remove('bridge', first);
    await home.online(address, false);
    expect(home.reason(address)).toBe('Its bridge has taken it away.');
    expect(await devices.add('bridge', 1, what)).toBeGreaterThan(1);
    await home.online(address, true);
    await home.set(address, 'on', true);
  });

  test('one that the household removed stays away, and comes back when the bridge is asked what it has', async () => {
    const label = bridged[0]?.bridged?.label ?? '';
    const address = node(label);
    await home.hub.call({ kind: 'remove', node: address, force: false });
    await expect(home.hub.call({ kind: 'refresh', node: address })).rejects.toMatchObject({
      code: 'not-found',
    });
    const from = home.hub.messages.length;
    await home.hub.call({ kind: 'interview', node: own });
    await home.hub.until('it to be back', () =>
      home.hub.messages
        .slice(from)
        .some((each) => each.kind === 'described' && each.description.node === address),
    );
  });

  test('after a restart all of them are known and live again', async () => {
    await home.stop();
    const startedAtMs = performance.now();
    home = await MatterHome.start(house);
    for (const address of nodes.values()) await home.online(address, true, 120_000);
    const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
    process.stdout.write(`bridges.test: restarted and live in ${seconds} s\n`);
  }, 150_000);

  // A minute; `npm run soak`.
  test.runIf(process.env.INGLE_SOAK === '1')(
    'one that takes a minute to tell what it has is let finish',
    async () => {
      await home.stop();
      let isSlow = true;
      const slowed = (async () => {
        while (isSlow) {
          devices.freeze(true);
          await setTimeout(970);
          devices.freeze(false);
          await setTimeout(30);
        }
      })();
      const startedAtMs = performance.now();
      try {
        home = await MatterHome.start(house);
        for (const address of nodes.values()) await home.online(address, true, 110_000);
      } finally {
        isSlow = false;
        await slowed;
      }
      const seconds = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
      process.stdout.write(`bridges.test: restarted and live on a slow bridge in ${seconds} s\n`);
    },
    150_000,
  );

  test('with the bridge go its devices', async () => {
    const answer = await home.hub.call({ kind: 'remove', node: own, force: false });
    expect((answer as { removed: readonly string[] }).removed.length).toBeGreaterThanOrEqual(
      bridged.length,
    );
    expect(home.hub.messages.filter(({ kind }) => kind === 'left').length).toBeGreaterThanOrEqual(
      bridged.length,
    );
  });
});
