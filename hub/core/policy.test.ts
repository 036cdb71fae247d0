// What a fabric of the Matter bridge may ask for: what the household offers it, and nothing else.
import { expect, test } from 'vitest';
import type { Cause } from '../model/cause.ts';
import type { DeviceRecord } from '../model/device.ts';
import type { FabricId, RoomId } from '../model/identifiers.ts';
import { type BridgeSettings, FULL_RIGHTS, NO_BRIDGE } from '../model/matter-bridge.ts';
import type { DeviceKind } from '../model/properties.ts';
import { checkRight } from './policy.ts';

const APPLE = '2906c908d115d362' as FabricId;
const KITCHEN = 'room_kitchen' as RoomId;
const cause: Cause = { kind: 'fabric', fabric: APPLE, name: 'Apple Home' };

function device(kind: DeviceKind, adapter = 'zigbee'): DeviceRecord {
  return {
    ...{ id: `dev_${kind}`, name: `The ${kind}`, handle: kind, room: KITCHEN },
    ...{ version: 1, createdAtMs: 0 },
    description: { kind, adapter },
  } as unknown as DeviceRecord;
}

/** Whether Apple Home may control the device. */
function may(what: DeviceRecord, bridge: Partial<BridgeSettings>, rights = FULL_RIGHTS): boolean {
  const fabrics = { [APPLE]: { name: null, joinedAtMs: 0, rights } };
  const settings = { ...NO_BRIDGE, isOn: true, fabrics, ...bridge };
  try {
    checkRight(cause, null, what, { members: new Map(), bridge: settings });
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'forbidden', zh: expect.anything() });
    return false;
  }
}

test('a lamp is offered by itself, a lock only when chosen, a Matter device likewise', () => {
  expect(may(device('light'), {})).toBe(true);
  for (const kind of ['lock', 'alarm', 'valve'] as const) {
    const guarded = device(kind);
    expect(may(guarded, {}), kind).toBe(false);
    expect(may(guarded, { devices: { [guarded.id]: true } }), kind).toBe(true);
  }
  const matter = device('light', 'matter');
  expect(may(matter, {})).toBe(false);
  expect(may(matter, { devices: { [matter.id]: true } })).toBe(true);
});

test('a fabric that is unknown, narrowed, or only looks is refused, and so is everybody while the bridge is off', () => {
  const lamp = device('light');
  expect(may(lamp, { fabrics: {} })).toBe(false);
  expect(may(lamp, { isOn: false })).toBe(false);
  expect(may(lamp, { devices: { [lamp.id]: false } })).toBe(false);
  expect(may(lamp, { rooms: [] })).toBe(false);
  expect(may(lamp, {}, { ...FULL_RIGHTS, isReadOnly: true })).toBe(false);
  expect(may(lamp, {}, { ...FULL_RIGHTS, kinds: ['plug'] })).toBe(false);
  expect(may(lamp, {}, { ...FULL_RIGHTS, rooms: ['room_hall' as RoomId] })).toBe(false);
  expect(may(lamp, {}, { ...FULL_RIGHTS, rooms: [KITCHEN], kinds: ['light'] })).toBe(true);
});
