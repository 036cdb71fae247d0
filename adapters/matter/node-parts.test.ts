// How the endpoints of a node become devices: composed ones stay one device, bridged ones are one each, by what they
// say of themselves.
import { expect, test } from 'vitest';
import { partsOf } from './node-parts.ts';
import type { AttributeView, ClusterView, EndpointView } from './views.ts';

const text = (id: number, name: string, value: unknown): [number, AttributeView] => [
  id,
  {
    ...{ id, name, value, isWritable: false, isFixed: false, kind: 'string', type: 'string' },
    choices: new Map(),
  },
];

function bridged(of: Readonly<Record<string, unknown>>): ClusterView {
  return {
    ...{ endpoint: 0, id: 0x39, name: 'BridgedDeviceBasicInformation', isApplication: false },
    commands: new Set(),
    attributes: new Map(Object.entries(of).map(([name, value], index) => text(index, name, value))),
  };
}

const endpoint = (
  number: number,
  deviceTypes: readonly number[],
  parts: readonly number[] = [],
  clusters: readonly ClusterView[] = [],
): EndpointView => ({ number, deviceTypes, parts, clusters });

const numbers = (endpoints: readonly EndpointView[]) =>
  partsOf(endpoints).map((part) => part.endpoints.map((each) => each.number));

test('a refrigerator with its cabinets is one device', () => {
  const all = [
    endpoint(0, [0x16], [1, 2, 3]),
    endpoint(1, [0x70], [2, 3]),
    endpoint(2, [0x71]),
    endpoint(3, [0x71]),
  ];
  expect(numbers(all)).toEqual([[0, 1, 2, 3]]);
});

test('each device of a bridge is one of its own, with what it is composed of', () => {
  const all = [
    endpoint(0, [0x16], [1, 2, 3, 4, 5]),
    endpoint(1, [0x0e], [2, 3, 4, 5]),
    endpoint(2, [0x13, 0x100], [], [bridged({ uniqueId: 'a', nodeLabel: 'Hall' })]),
    endpoint(3, [0x13], [4, 5], [bridged({ uniqueId: 'b', reachable: false })]),
    endpoint(4, [0x302]),
    endpoint(5, [0x307]),
  ];
  expect(numbers(all)).toEqual([[0, 1], [2], [3, 4, 5]]);
  const [bridge, hall, climate] = partsOf(all);
  expect(bridge).toMatchObject({ key: '', isBridge: true, bridged: null });
  expect(hall?.bridged).toMatchObject({ label: 'Hall', isReachable: true });
  expect(climate?.bridged?.isReachable).toBe(false);
});

test('a bridge behind a bridge brings its devices like the first one', () => {
  const all = [
    endpoint(0, [0x16], [1, 2, 3, 4]),
    endpoint(1, [0x0e], [2, 3, 4]),
    endpoint(2, [0x13, 0x100]),
    endpoint(3, [0x0e], [4]),
    endpoint(4, [0x13, 0x100]),
  ];
  expect(numbers(all)).toEqual([[0, 1, 3], [2], [4]]);
});

test('a bridged device is the same at another endpoint, and by its endpoint where it has no name of its own', () => {
  const home = (at: number, of: Readonly<Record<string, unknown>>) => [
    endpoint(0, [0x16], [1, at]),
    endpoint(1, [0x0e], [at]),
    endpoint(at, [0x13, 0x100], [], [bridged(of)]),
  ];
  const key = (...of: Parameters<typeof home>) => partsOf(home(...of))[1]?.key;
  expect(key(5, { uniqueId: 'lamp' })).toBe(key(9, { uniqueId: 'lamp' }));
  expect(key(5, { uniqueId: 'lamp' })).not.toBe(key(5, { uniqueId: 'other' }));
  expect(key(5, { serialNumber: 'S1' })).toBe(key(9, { serialNumber: 'S1' }));
  expect(key(5, {})).toBe('e5');
});

test('two devices that call themselves the same are told apart by their endpoints', () => {
  const all = [
    endpoint(0, [0x16], [1, 2, 3]),
    endpoint(1, [0x0e], [2, 3]),
    endpoint(2, [0x13, 0x100], [], [bridged({ uniqueId: '' })]),
    endpoint(3, [0x13, 0x100], [], [bridged({ uniqueId: 'x', serialNumber: 'x' })]),
    endpoint(4, [0x13, 0x100], [], [bridged({ uniqueId: 'x' })]),
  ];
  const [, ...devices] = partsOf([
    ...all.slice(0, 1),
    endpoint(1, [0x0e], [2, 3, 4]),
    ...all.slice(2),
  ]);
  expect(new Set(devices.map(({ key }) => key)).size).toBe(3);
});

test('a node that says that two endpoints are parts of each other is looked at all the same', () => {
  const all = [
    endpoint(0, [0x16], [1, 2, 3]),
    endpoint(1, [0x0e], [2, 3]),
    endpoint(2, [0x100], [3]),
    endpoint(3, [0x100], [2]),
  ];
  expect(partsOf(all).flatMap((part) => part.endpoints).length).toBe(4);
});

const list = (id: number, name: string, value: unknown): ClusterView => ({
  ...{ endpoint: 0, id, name, isApplication: false, commands: new Set<string>() },
  attributes: new Map([text(0, name, value)]),
});

test('what says that it is bridged is a device of its own, though no aggregator lists it', () => {
  const all = [
    endpoint(0, [0x16], [1, 2, 3]),
    endpoint(1, [0x0100]),
    endpoint(2, [0x13, 0x10a], [], [bridged({ nodeLabel: 'Stray' })]),
    endpoint(3, [0x13], [4]),
    endpoint(4, [0x302]),
  ];
  expect(numbers(all)).toEqual([[0, 1], [2], [3, 4]]);
  expect(partsOf(all)[0]?.isBridge).toBe(true);
});

test('a room is that of a label, the household’s before the maker’s, else that of the bridge’s list', () => {
  const lists = [
    { name: 'Kitchen', type: 1, endpoints: [2, 3, 5] },
    { name: 'Ground floor', type: 2, endpoints: [4] },
  ];
  const label = (id: number, ...entries: readonly [string, string][]) =>
    list(
      id,
      'labelList',
      entries.map(([name, value]) => ({ label: name, value })),
    );
  const all = [
    endpoint(0, [0x16], [1, 2, 3, 4, 5, 6]),
    endpoint(1, [0x0e], [2, 3, 4, 5, 6], [list(0x25, 'endpointLists', lists)]),
    endpoint(2, [0x13, 0x100], [], [label(0x40, ['floor', '2'], ['room', ' Cellar '])]),
    endpoint(3, [0x13], [5], [label(0x40, ['Room', 'Old']), label(0x41, ['Room', 'New'])]),
    endpoint(4, [0x13, 0x100]),
    endpoint(5, [0x302]),
    endpoint(6, [0x13], [], [label(0x41, ['room', '  '], ['direction', 'up'])]),
  ];
  expect(partsOf(all).map(({ room }) => room)).toEqual([null, 'Cellar', 'New', null, null]);
});

test('a battery or a meter that stands beside its device on a bridge is of that device', () => {
  const all = [
    endpoint(0, [0x16], [1, 2, 3, 4, 5]),
    endpoint(1, [0x0e], [2, 3, 4, 5]),
    endpoint(2, [0x13, 0x15]),
    endpoint(3, [0x11], [], [list(0x2f, 'endpointList', [3, 2])]),
    endpoint(4, [0x510], [], [list(0x9c, 'availableEndpoints', [2])]),
    endpoint(5, [0x13, 0x11], [], [list(0x2f, 'endpointList', [])]),
  ];
  expect(numbers(all)).toEqual([[0, 1], [2, 3, 4], [5]]);
});

test('an endpoint that a bridge lists and that says nothing is no device', () => {
  const all = [endpoint(0, [0x16], [1, 2, 3]), endpoint(1, [0x0e], [2, 3]), endpoint(2, [])];
  const there = [...all, endpoint(3, [0x13, 0x100])];
  expect(partsOf(there).map(({ key }) => key)).toEqual(['', 'e3']);
});
