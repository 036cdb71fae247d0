// Scenes by the rooms that they touch, read out of their own sentences. Pure.
import type { DeviceJson, RoomJson, SceneJson } from '../../../api/shapes.ts';

/** A room and the scenes that touch only it; `room` null: they touch several, or none. */
export interface SceneGroup {
  readonly room: RoomJson | null;
  readonly scenes: readonly SceneJson[];
}

/** The devices that a sentence names. A longer name hides the shorter ones inside it. */
export function devicesNamedIn(
  sentence: string,
  devices: readonly DeviceJson[],
): readonly DeviceJson[] {
  let rest = sentence;
  const named: DeviceJson[] = [];
  for (const device of [...devices].sort((a, b) => b.name.length - a.name.length)) {
    if (device.name === '' || !rest.includes(device.name)) continue;
    named.push(device);
    rest = rest.replaceAll(device.name, '\u0000');
  }
  return named;
}

/** Scenes in the rooms' order; what concerns the whole home stands last. */
export function groupScenes(
  scenes: readonly SceneJson[],
  devices: readonly DeviceJson[],
  rooms: readonly RoomJson[],
): readonly SceneGroup[] {
  const byRoom = new Map<string | null, SceneJson[]>();
  for (const scene of scenes) {
    const touched = new Set(devicesNamedIn(scene.sentence.en, devices).map(({ room }) => room));
    const [only = null] = touched;
    const room = touched.size === 1 && rooms.some(({ id }) => id === only) ? only : null;
    byRoom.set(room, [...(byRoom.get(room) ?? []), scene]);
  }
  return [...rooms, null].flatMap((room) => {
    const own = byRoom.get(room?.id ?? null);
    return own === undefined ? [] : [{ room, scenes: own }];
  });
}
