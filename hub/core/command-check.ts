// What a command must be before it may go: a property that the device has and that can be set, a value within its
// range, a command by a name that it knows; a toggle becomes the set that it means now. Pure but for reading the state.
import type { CommandBody } from '../model/command.ts';
import type { DeviceRecord } from '../model/device.ts';
import { ValidationError } from '../model/errors.ts';
import { type PropertyKey, type PropertyValue, parsePropertyKey } from '../model/properties.ts';
import { checkValue } from '../model/property-value.ts';
import type { CoreState, KnownProperty } from './core-state.ts';

/** A battery device may answer only when it wakes; a cover takes its travel time. */
const TIMEOUT_MS = { mains: 5_000, sleepy: 60_000, travelling: 60_000 };

/** @throws ValidationError that names the device, the property and what there is. */
function knownProperty(state: CoreState, device: DeviceRecord, key: PropertyKey): KnownProperty {
  const properties = state.properties.get(device.id);
  const found = properties?.get(key);
  if (found) return found;
  const have = [...(properties?.keys() ?? [])].join(', ');
  throw new ValidationError(`${device.name} has no property "${key}"`, {
    hint: have ? `It has: ${have}.` : 'It has no properties.',
    zh: {
      message: `${device.name} 没有属性“${key}”`,
      hint: have ? `它有：${have}。` : '它没有任何属性。',
    },
  });
}

function resolveToggle(
  state: CoreState,
  device: DeviceRecord,
  args: Readonly<Record<string, PropertyValue>>,
): CommandBody {
  const text = typeof args.property === 'string' ? args.property : 'on';
  const property = parsePropertyKey(text).key;
  if (knownProperty(state, device, property).descriptor.type !== 'boolean') {
    throw new ValidationError(`"${property}" of ${device.name} cannot be toggled`, {
      hint: 'Only properties that are true or false can.',
      zh: { message: `${device.name} 的“${property}”不能切换`, hint: '只有开关类的属性可以切换。' },
    });
  }
  const now = state.live.value(device.id, property);
  return { kind: 'set', property, value: (now?.wanted ?? now?.value) !== true };
}

/**
 * The command as it is to be sent.
 * @throws ValidationError that names the device, what was asked and what there is
 */
export function checkCommand(
  state: CoreState,
  device: DeviceRecord,
  asked: CommandBody,
): CommandBody {
  if (asked.kind === 'invoke') {
    if (asked.name === 'toggle') {
      return checkCommand(state, device, resolveToggle(state, device, asked.args));
    }
    if (!device.description.commands.includes(asked.name)) {
      const have = ['toggle', ...device.description.commands].join(', ');
      throw new ValidationError(`${device.name} has no command "${asked.name}"`, {
        hint: `It has: ${have}.`,
        zh: { message: `${device.name} 没有命令“${asked.name}”`, hint: `它有：${have}。` },
      });
    }
    return asked;
  }
  const { descriptor, spec } = knownProperty(state, device, asked.property);
  if (descriptor.access !== 'rw' && descriptor.access !== 'w') {
    throw new ValidationError(`"${asked.property}" of ${device.name} can be read but not set`, {
      zh: { message: `${device.name} 的“${asked.property}”只能查看，不能设置`, hint: null },
    });
  }
  const problem = checkValue(spec, asked.value);
  if (problem) {
    const { message, hint, zh } = problem;
    throw new ValidationError(`${device.name}: ${message}`, {
      hint,
      zh: { message: `${device.name}：${zh.message}`, hint: zh.hint },
    });
  }
  return asked;
}

/** How long a device of this kind has for it where nobody says otherwise, in milliseconds. */
export function defaultTimeoutMs(device: DeviceRecord, body: CommandBody): number {
  if (device.description.power === 'battery') return TIMEOUT_MS.sleepy;
  if (body.kind !== 'set') return TIMEOUT_MS.mains;
  if (body.property.startsWith('position') || body.property.startsWith('tilt')) {
    return TIMEOUT_MS.travelling;
  }
  return TIMEOUT_MS.mains + (body.transitionMs ?? 0);
}
