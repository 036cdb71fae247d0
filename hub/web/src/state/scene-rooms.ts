// Scenes by the rooms that they belong to. Pure.
import type { DeviceJson, RoomJson, SceneJson } from '../../../api/shapes.ts';

/** A room and its scenes; `room` null: they concern several rooms, or none. */
export interface SceneGroup {
  readonly room: RoomJson | null;
  readonly scenes: readonly SceneJson[];
}

/** The room that a scene's file names, else the one that all its devices stand in. */
function roomOf(scene: SceneJson, devices: readonly DeviceJson[]): string | null {
  if (scene.room !== null) return scene.room;
  const touched = new Set(
    devices.filter(({ id }) => scene.devices.includes(id)).map(({ room }) => room),
  );
  const [only = null] = touched;
  return touched.size === 1 ? only : null;
}

/** Scenes in the rooms' order; what concerns the whole home stands last. */
export function groupScenes(
  scenes: readonly SceneJson[],
  devices: readonly DeviceJson[],
  rooms: readonly RoomJson[],
): readonly SceneGroup[] {
  const byRoom = new Map<string | null, SceneJson[]>();
  for (const scene of scenes) {
    const id = roomOf(scene, devices);
    const room = rooms.some((one) => one.id === id) ? id : null;
    byRoom.set(room, [...(byRoom.get(room) ?? []), scene]);
  }
  return [...rooms, null].flatMap((room) => {
    const own = byRoom.get(room?.id ?? null);
    return own === undefined ? [] : [{ room, scenes: own }];
  });
}
