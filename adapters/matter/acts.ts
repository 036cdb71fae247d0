// How what the home wants becomes a Matter command or a written attribute. Pure: it says what to send.
import { HubError, ValidationError } from '../../hub/model/errors.ts';
import { type PropertyValue, specOf } from '../../hub/model/properties.ts';
import { checkValue } from '../../hub/model/property-value.ts';
import type { Binding } from './node-shape.ts';
import type { CommandRequest } from './peer.ts';
import type { ClusterView, EndpointView } from './views.ts';
import { toWire } from './wire-value.ts';

/** What leaves for the node. */
export type Act =
  | { readonly kind: 'invoke'; readonly request: CommandRequest }
  | {
      readonly kind: 'write';
      readonly endpoint: number;
      readonly clusterId: number;
      readonly attributeId: number;
      readonly value: unknown;
    };

const LEVEL_CONTROL = 0x0008;
const SMOKE_CO_ALARM = 0x005c;
const WINDOW_COVERING = 0x0102;
const CLOSURE_CONTROL = 0x0104;
const MEDIA_PLAYBACK = 0x0506;
const IDENTIFY = 0x0003;
const IDENTIFY_SECONDS = 10;
const STEP_PERCENT = 10;

/**
 * What sets a property.
 * @throws HubError `unsupported` for what cannot be set, ValidationError for a value that it cannot have
 */
export function settingOf(
  { descriptor, convert, choices, set, endpoint, clusterId, attributeId }: Binding,
  value: PropertyValue,
  transitionMs: number,
  cluster: ClusterView | undefined,
): Act {
  if (descriptor.access !== 'rw') {
    throw new HubError('unsupported', `"${descriptor.key}" of this device cannot be set`, {
      zh: { message: `这个设备的“${descriptor.key}”不能设置`, hint: null },
    });
  }
  const problem = checkValue(specOf(descriptor), value);
  if (problem !== null) {
    const { message, hint, zh } = problem;
    throw new ValidationError(message, { hint, zh });
  }
  const wire =
    choices === null
      ? toWire(convert, value)
      : [...choices].find(([, choice]) => choice === value)?.[0];
  if (set !== undefined && cluster !== undefined) {
    const invocation = set.request(value, wire, Math.round(transitionMs / 100), cluster);
    if (invocation === null) throw notPossible(descriptor.key, value);
    const [command, fields] = invocation;
    const request = { endpoint, clusterId, command, ...(fields === undefined ? {} : { fields }) };
    return { kind: 'invoke', request };
  }
  if (wire === undefined) throw notPossible(descriptor.key, value);
  return { kind: 'write', endpoint, clusterId, attributeId, value: wire };
}

function notPossible(key: string, value: PropertyValue): ValidationError {
  const shown = JSON.stringify(value);
  return new ValidationError(`"${key}" of this device cannot be set to ${shown}`, {
    hint: 'It is something that the device tells and nobody can ask for.',
    zh: { message: `这个设备的“${key}”不能设为 ${shown}`, hint: '它只能由设备报告，不能被要求。' },
  });
}

type Args = Readonly<Record<string, PropertyValue>>;

/**
 * What does a named command of the device.
 * @throws HubError `unsupported` for one that it does not have, `invalid-input` for wrong arguments
 */
export function invocationOf(
  name: string,
  args: Args,
  endpoints: readonly EndpointView[],
): readonly CommandRequest[] {
  const at = (clusterId: number, command: string): number[] =>
    endpoints
      .filter(
        ({ number, clusters }) =>
          number > 0 && clusters.some((c) => c.id === clusterId && c.commands.has(command)),
      )
      .map(({ number }) => number);
  const requests = requestsOf(name, args, at);
  if (requests.length > 0) return requests;
  throw new HubError('unsupported', `This device has no command "${name}"`, {
    zh: { message: `这个设备没有命令“${name}”`, hint: null },
  });
}

function requestsOf(
  name: string,
  args: Args,
  at: (clusterId: number, command: string) => number[],
): CommandRequest[] {
  const each = (clusterId: number, command: string, fields?: CommandRequest['fields']) =>
    at(clusterId, command).map(
      (endpoint): CommandRequest => ({
        ...{ endpoint, clusterId, command },
        ...(fields === undefined ? {} : { fields }),
      }),
    );
  switch (name) {
    case 'identify': {
      const seconds = numberOf(args, 'seconds', IDENTIFY_SECONDS, { min: 1, max: 60 });
      return each(IDENTIFY, 'identify', { identifyTime: Math.round(seconds) }).slice(0, 1);
    }
    case 'stop':
      return [
        ...each(WINDOW_COVERING, 'stopMotion'),
        ...each(LEVEL_CONTROL, 'stop', { optionsMask: {}, optionsOverride: {} }),
        ...each(CLOSURE_CONTROL, 'stop'),
      ];
    case 'step': {
      const by = numberOf(args, 'by', STEP_PERCENT, { min: -100, max: 100 });
      return each(LEVEL_CONTROL, 'stepWithOnOff', {
        stepMode: by >= 0 ? 0 : 1,
        stepSize: Math.round((Math.abs(by) / 100) * 254),
        transitionTime: 0,
        optionsMask: {},
        optionsOverride: {},
      });
    }
    case 'test':
      return each(SMOKE_CO_ALARM, 'selfTestRequest');
    case 'next':
    case 'previous':
      return each(MEDIA_PLAYBACK, name).slice(0, 1);
    default:
      return [];
  }
}

function numberOf(
  args: Args,
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
      hint: `它是 ${range.min} 到 ${range.max} 之间的数。`,
    },
  });
}

/** Standard words for the errors of appliances. Spec: Matter 1.4 Application Clusters § 1.14.4, 7.4.4. */
const OPERATION_REFUSALS: Readonly<Record<number, readonly [en: string, zh: string]>> = {
  1: ['it cannot start or go on', '无法启动或继续'],
  2: ['it cannot finish', '无法完成'],
  3: ['it is not possible in its present state', '当前状态不允许'],
  65: ['it is stuck', '它被困住了'],
  66: ['its dust bin is missing', '尘盒缺失'],
  67: ['its dust bin is full', '尘盒已满'],
  68: ['its water tank is empty', '水箱已空'],
  69: ['its water tank is missing', '水箱缺失'],
  72: ['its battery is low', '电量低'],
};

/** What a device says against a command though it took it: its answer names an error. Null: it does it. */
export function refusalIn(answer: unknown): { readonly en: string; readonly zh: string } | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const { status, statusText, commandResponseState } = answer as {
    readonly status?: unknown;
    readonly statusText?: unknown;
    readonly commandResponseState?: {
      readonly errorStateId?: unknown;
      readonly errorStateLabel?: unknown;
    };
  };
  const error = commandResponseState?.errorStateId ?? status;
  if (typeof error !== 'number' || error === 0) return null;
  const own = [statusText, commandResponseState?.errorStateLabel].find(
    (text) => typeof text === 'string' && text !== '',
  );
  if (own !== undefined) return { en: String(own), zh: String(own) };
  // Of a change of mode 1 is an unknown mode and 2 a general failure. Spec: Matter 1.4 Application Clusters § 1.10.7.2.
  const modes: readonly (readonly [string, string])[] = [
    ['it does not have that', '它没有这一项'],
    ['it failed', '执行失败'],
    ['it is not possible in its present state', '当前状态不允许'],
  ];
  const [en, zh] = (commandResponseState === undefined
    ? (modes[error - 1] ?? OPERATION_REFUSALS[error])
    : OPERATION_REFUSALS[error]) ?? [`error ${error}`, `错误 ${error}`];
  return { en, zh };
}
