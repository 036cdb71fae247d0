// Devices by room, and how lit each room is. Pure over what it is given.
import type { DeviceJson, RoomJson } from '../../../api/shapes.ts';
import { glowOfDevice, isLightOn } from './device-face.ts';
import { type Glow, mixGlows } from './lamp-color.ts';

/** A room, how many of its lamps are lit, and the light that falls out of its window. */
export interface RoomGlow {
  readonly room: RoomJson;
  readonly lights: number;
  readonly glow: Glow | null;
}

/** The light of each room. */
export function roomGlows(
  rooms: readonly RoomJson[],
  devices: readonly DeviceJson[],
): readonly RoomGlow[] {
  return rooms.map((room) => {
    const own = devices.filter((device) => device.room === room.id);
    return {
      room,
      lights: own.filter(isLightOn).length,
      glow: mixGlows(own.flatMap((device) => glowOfDevice(device) ?? [])),
    };
  });
}

/** What is acted on stands before what measures, and each by name. */
const KIND_ORDER: readonly string[] = [
  'light',
  'switch',
  'plug',
  'cover',
  'thermostat',
  'lock',
  'fan',
  'media',
  'appliance',
  'valve',
  'alarm',
  'contact',
  'motion',
  'climate',
  'smoke',
  'leak',
  'sensor',
  'button',
  'remote',
];

function rank(kind: string): number {
  const index = KIND_ORDER.indexOf(kind);
  return index < 0 ? KIND_ORDER.length : index;
}

/** The order of tiles within a room. */
export function compareDevices(a: DeviceJson, b: DeviceJson): number {
  return rank(a.kind) - rank(b.kind) || a.name.localeCompare(b.name);
}
