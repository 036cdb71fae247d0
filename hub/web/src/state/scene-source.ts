// A stored scene names devices by id; a person reads their present names. Pure.
import type { DeviceJson } from '../../../api/shapes.ts';

/** The text with each device's id replaced by its handle; what is gone keeps its id. */
export function withHandles(
  source: string,
  devices: readonly Pick<DeviceJson, 'id' | 'handle'>[],
): string {
  const handles = new Map(devices.map(({ id, handle }) => [id, handle]));
  return source.replaceAll(/\bdev_[0-9a-z][0-9a-z_-]*/g, (id) => handles.get(id) ?? id);
}
