// How scene files call devices, rooms and scenes: by the home's own handles on the outside, by ids in what is stored.
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { RoomRecord, SceneRecord } from '../../hub/model/home.ts';
import type { RoomId, SceneId } from '../../hub/model/identifiers.ts';

/** A room with the handle by which scene files call it. */
export interface NamedRoom {
  readonly id: RoomId;
  readonly handle: string;
  readonly name: string;
}

/** A scene with the handle by which other scenes call it. */
export interface NamedScene {
  readonly id: SceneId;
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
  /** The scene of a handle or of an id. */
  scene(handleOrId: string): NamedScene | undefined;
  sceneHandles(): readonly string[];
  /** Whether several devices have this name, so that a sentence must add the handle. */
  isShared(deviceName: string): boolean;
}

/** Names of a home that has these. Rooms and scenes are called by their name in small letters with hyphens. */
export function homeNames(
  devices: Iterable<DeviceRecord>,
  rooms: Iterable<RoomRecord>,
  scenes: Iterable<Pick<SceneRecord, 'id' | 'name'>> = [],
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
  const namedRooms = namedByHandle(rooms);
  const namedScenes = namedByHandle(scenes);
  return {
    device: (text) => byText.get(text),
    room: (text) => namedRooms.byText.get(text),
    handles: () => handles,
    roomHandles: () => namedRooms.handles,
    scene: (text) => namedScenes.byText.get(text),
    sceneHandles: () => namedScenes.handles,
    isShared: (name) => (nameCounts.get(name) ?? 0) > 1,
  };
}

/** Things by their ids, and by handles made of their names; of two that would be called the same one has a number. */
function namedByHandle<Id extends string>(
  things: Iterable<{ readonly id: Id; readonly name: string }>,
) {
  const byText = new Map<
    string,
    { readonly id: Id; readonly handle: string; readonly name: string }
  >();
  const handles: string[] = [];
  for (const { id, name } of things) {
    const base = roomHandle(name) || id;
    let handle = base;
    for (let count = 2; byText.has(handle); count++) handle = `${base}-${count}`;
    const named = { id, handle, name };
    byText.set(handle, named);
    byText.set(id, named);
    handles.push(handle);
  }
  return { byText, handles };
}

/** The handle of a room's or scene's name: "Guest room" is `guest-room`, 客厅 stays as it is. */
export function roomHandle(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
}
