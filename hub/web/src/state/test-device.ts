// A device as the API tells it, for tests that need one; each states only what differs.
import type { DeviceJson, DevicePropertyJson } from '../../../api/shapes.ts';

const AT = '2026-11-21T19:00:00.000Z';

/** A property as a device has it. */
export function testProperty(change: Partial<DevicePropertyJson> = {}): DevicePropertyJson {
  return { value: null, at: AT, access: 'rw', type: 'boolean', ...change };
}

/** A lamp that is on at 50 %, unless told otherwise. */
export function testDevice(change: Partial<DeviceJson> = {}): DeviceJson {
  return {
    id: 'dev_1',
    name: 'Hall lamp',
    handle: 'hall-lamp',
    room: 'room_hall',
    kind: 'light',
    adapter: 'zigbee',
    address: '0x00158d0001a2b3c4',
    manufacturer: 'IKEA',
    model: 'LED1732G11',
    title: 'Lamp',
    tier: 'core',
    support: 'exact',
    definedBy: null,
    weakJoin: null,
    interview: null,
    replaced: null,
    power: 'mains',
    availability: { online: true, since: AT, reason: null },
    firmware: { current: null, available: null },
    properties: {
      on: testProperty({ value: true }),
      brightness: testProperty({ value: 50, type: 'number', unit: '%', min: 0, max: 100 }),
    },
    commands: ['identify'],
    notShown: [],
    version: 1,
    labels: [],
    createdAt: AT,
    ...change,
  };
}
