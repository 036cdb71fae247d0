// What a step acts on when it is done: its own targets, or all devices of a selection that are in the home then.
import type { DeviceId } from '../../hub/model/identifiers.ts';
import { type PropertyKey, type PropertyValue, specOf } from '../../hub/model/properties.ts';
import type { PropertySpec } from '../../hub/model/property-row.ts';
import type { SceneWorld } from '../../hub/model/scene-world.ts';
import type {
  AdjustStep,
  CommandStep,
  CommandTarget,
  Selection,
  SetStep,
  SetTarget,
  ToggleStep,
} from '../language/effect-steps.ts';
import { presentValue } from './keeping.ts';

/** A target of a step: a value to set, or a command. `value` null: what it is now is not known, so nor is what it should be. */
export type Target =
  | ({ readonly kind: 'set'; readonly isRelative: boolean } & Omit<SetTarget, 'value'> & {
        readonly value: PropertyValue | null;
        /** What was read to work it out. */
        readonly read?: PropertyValue | null;
      })
  | ({ readonly kind: 'command'; readonly item: number } & CommandTarget);

/** Ids of the devices of a selection, sorted. */
export function selected(world: SceneWorld, select: Selection): DeviceId[] {
  const { room, label, kind, except } = select;
  return world.devices().filter((id) => {
    const device = world.device(id);
    if (device === undefined || except.includes(id)) return false;
    if (room !== undefined && device.room !== room) return false;
    if (label !== undefined && !(device.labels ?? []).includes(label)) return false;
    return kind === undefined || device.description.kind === kind;
  });
}

/** A property of a device with its values, where it can be set. */
export function settable(
  world: SceneWorld,
  device: DeviceId,
  property: PropertyKey,
): PropertySpec | null {
  const found = world.device(device)?.description.properties.find(({ key }) => key === property);
  return found && (found.access === 'rw' || found.access === 'w') ? specOf(found) : null;
}

/** The targets of a step that commands devices, as the home is now. */
export function targetsOf(
  world: SceneWorld,
  step: SetStep | ToggleStep | AdjustStep | CommandStep,
): Target[] {
  switch (step.kind) {
    case 'set':
      return setTargets(world, step).map((target) => ({
        ...{ kind: 'set', isRelative: false },
        ...target,
      }));
    case 'toggle':
      return toggleTargets(world, step);
    case 'adjust':
      return adjustTargets(world, step);
    case 'command': {
      const { group } = step;
      if (group === undefined) {
        return step.targets.map((target, item) => ({ kind: 'command', item, ...target }));
      }
      return selected(world, group.select)
        .filter((id) => world.device(id)?.description.commands.includes(group.command.name))
        .map((device) => ({ ...{ kind: 'command', item: -1, device }, ...group.command }));
    }
    default:
      return step satisfies never;
  }
}

function setTargets(world: SceneWorld, { targets, group }: SetStep): readonly SetTarget[] {
  if (group === undefined) return targets;
  return selected(world, group.select).flatMap((device) =>
    group.values.flatMap(({ property, value }) =>
      settable(world, device, property) ? [{ device, property, value }] : [],
    ),
  );
}

function toggleTargets(world: SceneWorld, { targets, group }: ToggleStep): Target[] {
  if (group === undefined) {
    return targets.map(({ device, property }) => {
      const read = presentValue(world, device, property);
      return {
        ...{ kind: 'set', isRelative: false, device, property },
        value: read !== true,
        read,
      };
    });
  }
  const { property } = group;
  const devices = selected(world, group.select).filter((id) => settable(world, id, property));
  const isAnyOn = devices.some((id) => presentValue(world, id, property) === true);
  return devices.map((device) => ({
    ...{ kind: 'set', isRelative: false, device, property, value: !isAnyOn },
    read: presentValue(world, device, property),
  }));
}

function adjustTargets(world: SceneWorld, { targets, group }: AdjustStep): Target[] {
  const wanted =
    group === undefined
      ? targets
      : selected(world, group.select).flatMap((device) =>
          group.by.map(({ property, by }) => ({ device, property, by })),
        );
  return wanted.flatMap(({ device, property, by }): Target[] => {
    const spec = settable(world, device, property);
    if (group !== undefined && spec === null) return [];
    const read = presentValue(world, device, property);
    const value = typeof read === 'number' ? bounded(spec, read + by) : null;
    return [{ kind: 'set', isRelative: true, device, property, value, read }];
  });
}

/** A number brought into a property's range, and to its precision. */
export function bounded(spec: PropertySpec | null, value: number): number {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, precision } = spec ?? {};
  const kept = Math.min(max, Math.max(min, value));
  if (precision === undefined || precision <= 0) return kept;
  // Through its decimals, so that 0.1 + 0.2 is 0.3.
  return Number((Math.round(kept / precision) * precision).toFixed(6));
}
