// Levels against the world as it is: what is out of reach or never reported is unknown.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import type { PropertyKey, PropertyValue } from '../../hub/model/properties.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type { Truth } from './hold.ts';
import type { CompiledLevel } from './value-tests.ts';

/** The value that the device has; null while it is out of reach or has not said. */
export function readValue(
  world: SceneWorld,
  device: DeviceId,
  property: PropertyKey,
): PropertyValue | null {
  const live = world.live(device);
  if (live === undefined || !live.availability.online) return null;
  return live.properties[property]?.value ?? null;
}

/** Whether all levels hold. `device` stands for any device, where that is meant. */
export function levelsHold(
  world: SceneWorld,
  levels: readonly CompiledLevel[],
  device: { readonly id: DeviceId; readonly property: PropertyKey } | null,
): Truth {
  let result: Truth = 'true';
  for (const { subject, test } of levels) {
    const value =
      subject.kind === 'device'
        ? readValue(world, subject.device, subject.property)
        : device && readValue(world, device.id, device.property);
    if (value === null) result = 'unknown';
    else if (!test(value)) return 'false';
  }
  return result;
}
