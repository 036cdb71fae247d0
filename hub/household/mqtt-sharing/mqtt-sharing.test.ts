// What of the home is told over MQTT: all of it, some rooms, single devices whatever their room; never what came in
// over MQTT; and a choice that was kept in its first form.
import { expect, test } from 'vitest';
import type { DeviceView, LiveEvent } from '../../model/hub-port.ts';
import type { DeviceId, RoomId } from '../../model/identifiers.ts';
import type { ToShare } from '../../model/mqtt.ts';
import { createMqttSharing, createSharingShelf } from './mqtt-sharing.ts';

const ROOT = { member: null, cause: { kind: 'local' } } as const;
const [HALL, LOFT] = ['room_hall', 'room_loft'] as RoomId[] as [RoomId, RoomId];
const device = (id: string, room: RoomId | null, node = '0x01', adapter = 'zigbee') =>
  ({
    record: {
      ...{ id, name: id, room },
      description: { adapter, node, kind: 'light', properties: [], commands: [] },
    },
    live: { availability: { online: true, sinceMs: 0, reason: null }, properties: {} },
  }) as unknown as DeviceView;

const DEVICES = [
  device('dev_hall', HALL),
  device('dev_loft', LOFT),
  device('dev_free', null),
  device('dev_bridge', HALL, 'ha/lamp', 'mqtt'),
];
const id = (name: string) => `dev_${name}` as DeviceId;

function setUp(settings: Readonly<Record<string, string>> = {}) {
  const told: ToShare[] = [];
  const contents = {
    devices: DEVICES.map(({ record }) => record),
    rooms: [HALL, LOFT].map((room) => ({ id: room, name: room })) as never,
    settings,
  };
  let listener: ((events: readonly LiveEvent[]) => void) | null = null;
  const sharing = createMqttSharing({
    household: createSharingShelf({
      ...{ contents, inTurn: (work) => work(), audit: async () => {} },
      store: { putSetting: async () => {} },
    }),
    live: {
      lastId: 0,
      since: () => null,
      subscribe(given) {
        listener = given;
        return () => {};
      },
    },
    devices: () => DEVICES,
    command: () => Promise.reject(new Error('nobody asks')),
    waitForCommand: () => Promise.reject(new Error('nobody asks')),
    post: (update) => told.push(update),
  });
  const shared = () => {
    const last = told.findLast((update) => update.kind === 'home');
    return last?.devices.map((each) => each.id) ?? null;
  };
  const change = (value: number) =>
    listener?.([
      {
        ...{ id: 1, atMs: 0, topic: 'devices' },
        body: { kind: 'change', device: id('hall'), property: 'brightness', value },
      } as unknown as LiveEvent,
    ]);
  return { sharing, shared, told, change };
}

test('all of the home is told once it is on, but for what came in over MQTT itself', async () => {
  const { sharing, shared, told, change } = setUp();
  change(1);
  await sharing.set({ isOn: true }, ROOT);
  expect(shared()).toEqual([id('hall'), id('loft'), id('free')]);
  expect(sharing.view().devices.find((each) => each.id === id('bridge'))).toMatchObject({
    isShared: false,
    why: 'discovered',
  });
  change(40);
  await new Promise((resolve) => setImmediate(resolve));
  const news = { kind: 'news', news: [{ device: id('hall'), values: { brightness: 40 } }] };
  expect(told.at(-1)).toEqual(news);
  await sharing.set({ isOn: false }, ROOT);
  expect(shared()).toEqual([]);
});

test('rooms are chosen, and single devices whatever their room, until they go by it again', async () => {
  const { sharing, shared } = setUp();
  await sharing.set({ isOn: true, rooms: [HALL] }, ROOT);
  expect(shared()).toEqual([id('hall')]);
  await sharing.set({ devices: { [id('hall')]: false, [id('free')]: true } }, ROOT);
  expect(shared()).toEqual([id('free')]);
  expect(sharing.view().devices.map(({ why }) => why)).toEqual([
    ...['chosen', 'room', null, 'discovered'],
  ]);
  await sharing.set({ devices: { [id('hall')]: null } }, ROOT);
  expect(shared()).toEqual([id('hall'), id('free')]);
  // What came over MQTT is not told there again, whatever is said of it.
  await sharing.set({ rooms: null, devices: { [id('bridge')]: true } }, ROOT);
  expect(shared()).toEqual([id('hall'), id('loft'), id('free')]);
});

test('a room or a device that is not there is refused, and nothing is changed', async () => {
  const { sharing } = setUp();
  await expect(sharing.set({ rooms: ['room_none' as RoomId] }, ROOT)).rejects.toMatchObject({
    code: 'invalid-input',
    zh: { message: '没有房间“room_none”' },
  });
  await expect(sharing.set({ devices: { [id('none')]: true } }, ROOT)).rejects.toMatchObject({
    code: 'not-found',
  });
  expect(sharing.view().sharing).toMatchObject({ isOn: false, rooms: null, devices: {} });
});

test.each([
  [null, [id('hall'), id('loft'), id('free')]],
  [[id('loft')], [id('loft')]],
] as const)('a choice that was kept as a list of devices still holds: %j', (devices, wanted) => {
  const kept = JSON.stringify({ isOn: true, devices, foreign: 'read' });
  const { sharing, shared } = setUp({ 'household.mqtt-sharing': kept });
  sharing.adapterStarted();
  expect(shared()).toEqual(wanted);
});
