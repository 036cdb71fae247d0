// Goal: a device of each of many types is added, does what it is told, tells what it does by itself, is the same after
// a restart and goes when it is removed; a table says it for each. Method: a real matter.js node of its own for each
// type, in a network of their own. Twelve types, all that the virtual home has with INGLE_COUNT.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NodeAddress } from '../../hub/model/identifiers.ts';
import type { PropertyValue } from '../../hub/model/properties.ts';
import type { ClusterValues, EndpointType } from '../../scripts/virtual-home/matter/model.ts';
import { MatterHome, placement } from './testing/matter-home.ts';
import { type TestDevices, TestHouse, whyNoNamespace } from './testing/test-house.ts';

interface Case {
  readonly type: EndpointType;
  readonly kind: string;
  /** What it is told. */
  readonly set?: readonly [property: string, value: PropertyValue];
  /** What happens at the device, and what is told of it. */
  readonly told?: readonly [values: ClusterValues, property: string, value: PropertyValue];
}

const off: ClusterValues = { onOff: { onOff: false } };
const truth: ClusterValues = { booleanState: { stateValue: true } };

const CASES: readonly Case[] = [
  { type: 'on-off-light', kind: 'light', set: ['on', true], told: [off, 'on', false] },
  {
    ...{ type: 'extended-color-light', kind: 'light', set: ['colorTemperature', 2_500] },
    told: [{ levelControl: { currentLevel: 127 } }, 'brightness', 50],
  },
  { type: 'on-off-plug', kind: 'plug', set: ['on', true], told: [off, 'on', false] },
  {
    ...{ type: 'window-covering', kind: 'cover', set: ['position', 30] },
    told: [{ windowCovering: { currentPositionLiftPercent100ths: 0 } }, 'position', 100],
  },
  {
    ...{ type: 'door-lock', kind: 'lock', set: ['locked', false] },
    told: [{ doorLock: { lockState: 1 } }, 'locked', true],
  },
  {
    ...{ type: 'thermostat', kind: 'thermostat', set: ['targetTemperature', 20.5] },
    told: [{ thermostat: { externalMeasuredIndoorTemperature: 1_900 } }, 'temperature', 19],
  },
  { type: 'fan', kind: 'fan', set: ['fanSpeed', 60] },
  { type: 'robot-vacuum', kind: 'appliance', set: ['x_runMode', 'Cleaning'] },
  { type: 'dishwasher', kind: 'appliance', set: ['x_operation', 'running'] },
  { type: 'contact-sensor', kind: 'contact', told: [truth, 'open', false] },
  {
    ...{ type: 'temperature-sensor', kind: 'climate' },
    told: [{ temperatureMeasurement: { measuredValue: 2_200 } }, 'temperature', 22],
  },
  {
    ...{ type: 'smoke-alarm', kind: 'smoke' },
    told: [{ smokeCoAlarm: { smokeState: 2, expressedState: 1 } }, 'smoke', true],
  },
  // Those below with INGLE_COUNT.
  { type: 'water-valve', kind: 'valve', set: ['on', true] },
  { type: 'speaker', kind: 'media', set: ['volume', 30] },
  {
    ...{ type: 'dimmable-light', kind: 'light', set: ['brightness', 40] },
    told: [{ levelControl: { currentLevel: 254 } }, 'brightness', 100],
  },
  { type: 'xy-light', kind: 'light', set: ['colorTemperature', 4_000] },
  { type: 'room-air-conditioner', kind: 'thermostat', set: ['coolingTarget', 25] },
  { type: 'air-purifier', kind: 'fan', set: ['fanSpeed', 60] },
  { type: 'car-charger', kind: 'appliance', set: ['x_charging', true] },
  { type: 'water-heater', kind: 'thermostat', set: ['boost', true] },
  { type: 'pump', kind: 'appliance', set: ['on', true] },
  { type: 'mode-select', kind: 'appliance', set: ['x_modeSelect', 'Eco'] },
  { type: 'laundry-washer', kind: 'appliance' },
  { type: 'electrical-sensor', kind: 'sensor' },
  { type: 'air-quality-sensor', kind: 'climate' },
  { type: 'generic-switch', kind: 'button' },
  {
    ...{ type: 'humidity-sensor', kind: 'climate' },
    told: [{ relativeHumidityMeasurement: { measuredValue: 5_000 } }, 'humidity', 50],
  },
  {
    ...{ type: 'occupancy-sensor', kind: 'motion' },
    told: [{ occupancySensing: { occupancy: { occupied: true } } }, 'occupancy', true],
  },
  {
    ...{ type: 'light-sensor', kind: 'sensor' },
    told: [{ illuminanceMeasurement: { measuredValue: 20_001 } }, 'illuminance', 100],
  },
  {
    ...{ type: 'pressure-sensor', kind: 'climate' },
    told: [{ pressureMeasurement: { measuredValue: 1_013 } }, 'pressure', 1_013],
  },
  {
    ...{ type: 'flow-sensor', kind: 'sensor' },
    told: [{ flowMeasurement: { measuredValue: 30 } }, 'flow', 3],
  },
  { type: 'leak-detector', kind: 'leak', told: [truth, 'waterLeak', true] },
  { type: 'rain-sensor', kind: 'sensor', told: [truth, 'rain', true] },
  { type: 'freeze-detector', kind: 'sensor', told: [truth, 'x_freeze', true] },
];
const USED = process.env.INGLE_COUNT === undefined ? CASES.slice(0, 12) : CASES;
const COLUMNS = ['type', 'kind', 'properties', 'set', 'told', 'restarted', 'removed'] as const;

describe.skipIf(whyNoNamespace() !== null)(`${USED.length} types of Matter device`, () => {
  let house: TestHouse;
  let devices: TestDevices;
  let home: MatterHome;
  const nodes = new Map<EndpointType, NodeAddress>();
  const rows = new Map<EndpointType, Partial<Record<(typeof COLUMNS)[number], string>>>();

  const at = (type: EndpointType): NodeAddress => {
    const node = nodes.get(type);
    if (node === undefined) throw new Error(`${type} was not added`);
    return node;
  };
  function note(type: EndpointType, column: (typeof COLUMNS)[number], text: string): void {
    rows.set(type, { ...rows.get(type), [column]: text });
  }

  beforeAll(async () => {
    house = await TestHouse.open();
    devices = await house.devices(USED.map(({ type }) => placement(type, [{ type }])));
    home = await MatterHome.start(house);
  }, 60_000);

  afterAll(async () => {
    await home?.[Symbol.asyncDispose]();
    await house?.[Symbol.asyncDispose]();
    const table = [COLUMNS, ...[...rows.values()].map((row) => COLUMNS.map((name) => row[name]))];
    const width = COLUMNS.map((_, index) =>
      Math.max(...table.map((row) => row[index]?.length ?? 0)),
    );
    for (const row of table) {
      const cells = row.map((cell, index) => (cell ?? '–').padEnd(width[index] ?? 0));
      process.stdout.write(`device-types.test: ${cells.join('  ').trimEnd()}\n`);
    }
  });

  test('each is added by its code, and is of its kind', async () => {
    for (const { type, kind } of USED) {
      const node = await home.add(devices.of(type).qrCode);
      nodes.set(type, node);
      note(type, 'type', type);
      note(type, 'kind', String(home.hub.description(node)?.kind));
      note(type, 'properties', String(home.told(node).properties.length));
      expect([type, home.hub.description(node)?.kind]).toEqual([type, kind]);
    }
  }, 180_000);

  test('each does what it is told', async () => {
    for (const { type, set } of USED) {
      if (set === undefined) continue;
      const [property, value] = set;
      await home.set(at(type), property, value);
      await home.becomes(at(type), property, value);
      note(type, 'set', `${property} = ${JSON.stringify(value)}`);
    }
  }, 60_000);

  test('each tells what happens at the device itself', async () => {
    for (const { type, told } of USED) {
      if (told === undefined) continue;
      const [values, property, value] = told;
      await devices.set(type, 1, values);
      await home.becomes(at(type), property, value);
      note(type, 'told', `${property} = ${JSON.stringify(value)}`);
    }
  }, 60_000);

  test('each is the same after a restart', async () => {
    const before = new Map(USED.map(({ type }) => [type, home.hub.description(at(type))]));
    await home.stop();
    home = await MatterHome.start(house);
    for (const { type } of USED) {
      await home.online(at(type), true, 60_000);
      expect(home.hub.description(at(type))).toEqual(before.get(type));
      note(type, 'restarted', 'same');
    }
    for (const { type, set } of USED.slice(0, 3)) {
      if (set !== undefined) await home.set(at(type), ...set);
    }
  }, 120_000);

  test('each forgets the home when it is removed', async () => {
    for (const { type } of USED) {
      await home.hub.call({ kind: 'remove', node: at(type), force: false });
      note(type, 'removed', 'yes');
    }
    const left = home.hub.messages.flatMap((each) => (each.kind === 'left' ? [each.node] : []));
    expect(left.sort()).toEqual([...nodes.values()].sort());
  }, 60_000);
});
