// How scene files call devices and rooms: by the home's own handles on the outside, by ids in what is stored.
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { RoomRecord } from '../../hub/model/home.ts';
import type { RoomId } from '../../hub/model/identifiers.ts';

/** A room with the handle by which scene files call it. */
export interface NamedRoom {
  readonly id: RoomId;
  readonly handle: string;
  readonly name: string;
}

/** The home's names, as they are at the moment. */
export interface SceneNames {
  /** The device of a handle or of an id. */
  device(handleOrId: string): DeviceRecord | undefined;
  /** The room of a handle or of an id. */
  room(handleOrId: string): NamedRoom | undefined;
  /** Handles of all devices, for suggestions. */
  handles(): readonly string[];
  roomHandles(): readonly string[];
  /** Whether several devices have this name, so that a sentence must add the handle. */
  isShared(deviceName: string): boolean;
}

/** Names of a home whose devices and rooms are these. Rooms are called by their name in small letters with hyphens. */
export function homeNames(
  devices: Iterable<DeviceRecord>,
  rooms: Iterable<RoomRecord>,
): SceneNames {
  const byText = new Map<string, DeviceRecord>();
  const nameCounts = new Map<string, number>();
  const handles: string[] = [];
  for (const device of devices) {
    byText.set(device.handle, device);
    byText.set(device.id, device);
    handles.push(device.handle);
    nameCounts.set(device.name, (nameCounts.get(device.name) ?? 0) + 1);
  }
  const roomsByText = new Map<string, NamedRoom>();
  const roomHandles: string[] = [];
  for (const { id, name } of rooms) {
    const base = roomHandle(name) || id;
    let handle = base;
    for (let count = 2; roomsByText.has(handle); count++) handle = `${base}-${count}`;
    const room = { id, handle, name };
    roomsByText.set(handle, room);
    roomsByText.set(id, room);
    roomHandles.push(handle);
  }
  return {
    device: (text) => byText.get(text),
    room: (text) => roomsByText.get(text),
    handles: () => handles,
    roomHandles: () => roomHandles,
    isShared: (name) => (nameCounts.get(name) ?? 0) > 1,
  };
}

/** The handle of a room's name: "Guest room" is `guest-room`, 客厅 stays as it is. */
export function roomHandle(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
}
