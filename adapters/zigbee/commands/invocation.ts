// Commands beyond setting a property: identify, step, stop, and moving a cover.
import type { CommandBody } from '../../../hub/model/command.ts';
import { HubError } from '../../../hub/model/errors.ts';
import { type PropertyName, propertyKey } from '../../../hub/model/properties.ts';
import type { Binding } from '../definitions/binding.ts';
import type { Node } from '../node.ts';
import { setRequest, type WireRequest } from './outgoing.ts';

type Invoke = Extract<CommandBody, { kind: 'invoke' }>;

/** How it is sent, and which properties it changes. */
export type Invocation = ({ readonly request: WireRequest } | { act(): Promise<void> }) & {
  readonly changes: readonly Binding[];
};

const IDENTIFY_SECONDS = 5;
const STEP_PERCENT = 10;
/** 254 levels are 100 %. */
const LEVELS_PER_PERCENT = 2.54;

/**
 * What a command by name is for this node.
 *
 * - `identify` {seconds?: 1–60}: blinks or beeps.
 * - `step` {by?: per cent, negative is down; property?: brightness or position; endpoint?}.
 * - `stop` {endpoint?}: ends a movement or a dimming. `open`, `close`: of a cover.
 * @throws HubError `unsupported` or `invalid-input`
 */
export function invocationOf(node: Node, { name, args }: Invoke): Invocation {
  const endpoint = typeof args.endpoint === 'number' ? args.endpoint : undefined;
  const movement = node.conversion?.movements[name];
  switch (name) {
    case 'identify':
      return identify(node, args);
    case 'step':
      return step(node, args, endpoint);
    case 'open':
    case 'close':
    case 'stop': {
      const position = bindingOf(node, 'position', endpoint);
      if (movement !== undefined) {
        const endpointName = position?.endpointName;
        return {
          request: { key: 'state', value: movement, endpointName },
          changes: position === undefined ? [] : [position],
        };
      }
      const brightness = bindingOf(node, 'brightness', endpoint);
      if (name !== 'stop' || brightness === undefined) break;
      const { endpointName } = brightness;
      return { request: { key: 'brightness_move', value: 0, endpointName }, changes: [brightness] };
    }
  }
  throw new HubError('unsupported', `This device has no command "${name}"`, {
    zh: { message: `这个设备没有命令“${name}”`, hint: null },
  });
}

function bindingOf(node: Node, name: PropertyName, endpoint: number | undefined) {
  return (
    node.binding(propertyKey(name, endpoint)) ??
    node.conversion?.bindings.find(({ descriptor }) => descriptor.name === name)
  );
}

function identify(node: Node, args: Invoke['args']): Invocation {
  const endpoint = node.identifyEndpoint;
  if (endpoint === undefined) {
    throw new HubError('unsupported', 'This device cannot identify itself', {
      zh: { message: '这个设备不能示意自己的位置', hint: null },
    });
  }
  const seconds = numberOf(args, 'seconds', IDENTIFY_SECONDS, { min: 1, max: 60 });
  return {
    act: async () => {
      await endpoint.command('genIdentify', 'identify', { identifytime: Math.round(seconds) });
    },
    changes: [],
  };
}

function step(node: Node, args: Invoke['args'], endpoint: number | undefined): Invocation {
  const by = numberOf(args, 'by', STEP_PERCENT, { min: -100, max: 100 });
  const wanted = args.property ?? undefined;
  const name = wanted ?? (bindingOf(node, 'brightness', endpoint) ? 'brightness' : 'position');
  const binding =
    name === 'brightness' || name === 'position' ? bindingOf(node, name, endpoint) : undefined;
  if (binding === undefined) {
    throw new HubError('unsupported', `This device has no "${String(name)}" to step`, {
      zh: { message: `这个设备没有可以逐级调节的“${String(name)}”`, hint: null },
    });
  }
  const { endpointName } = binding;
  const key = 'brightness_step';
  if (name === 'brightness' && node.toZigbee(key, endpointName, 'convertSet') !== undefined) {
    const value = Math.round(by * LEVELS_PER_PERCENT);
    return { request: { key, value, endpointName }, changes: [binding] };
  }
  const last = node.seen.get(binding.descriptor.key)?.value;
  if (typeof last !== 'number') {
    throw new HubError('unsupported', `It is not known where "${binding.descriptor.key}" stands`, {
      hint: 'Set it to a value once, or wait until the device has reported.',
      zh: {
        message: `不知道“${binding.descriptor.key}”现在的值`,
        hint: '请先把它设为一个值，或等设备报告。',
      },
    });
  }
  const value = Math.min(100, Math.max(0, last + by));
  return { request: setRequest(binding, value, undefined), changes: [binding] };
}

function numberOf(
  args: Invoke['args'],
  name: string,
  absent: number,
  range: { readonly min: number; readonly max: number },
): number {
  const value = args[name] ?? absent;
  if (typeof value === 'number' && value >= range.min && value <= range.max) return value;
  throw new HubError('invalid-input', `"${name}" cannot be ${JSON.stringify(value)}`, {
    hint: `It takes a number from ${range.min} to ${range.max}.`,
    zh: {
      message: `“${name}”不能是 ${JSON.stringify(value)}`,
      hint: `可以是 ${range.min} 到 ${range.max} 的数。`,
    },
  });
}
