// How what the home wants becomes a Matter command or a written attribute. Pure: it says what to send.
import { HubError, ValidationError } from '../../hub/model/errors.ts';
import type { PropertyName, PropertyRow, PropertyValue } from '../../hub/model/properties.ts';
import { specOf } from '../../hub/model/properties.ts';
import { checkValue } from '../../hub/model/property-value.ts';
import type { Binding } from './node-shape.ts';
import type { ClusterView, CommandRequest, EndpointView } from './peers.ts';
import { toHueSaturation, toWire } from './wire-value.ts';

/** What leaves for the node. */
export type Act =
  | { readonly kind: 'invoke'; readonly request: CommandRequest }
  | {
      readonly kind: 'write';
      readonly endpoint: number;
      readonly clusterId: number;
      readonly attribute: string;
      readonly value: unknown;
    };

const ON_OFF = 0x0006;
const LEVEL_CONTROL = 0x0008;
const DOOR_LOCK = 0x0101;
const WINDOW_COVERING = 0x0102;
const COLOR_CONTROL = 0x0300;
const IDENTIFY = 0x0003;
const IDENTIFY_SECONDS = 10;
const STEP_PERCENT = 10;

/** A light may be told its colour while it is off. Spec: Matter 1.4 Application Clusters § 1.6.5.5. */
const EVEN_WHILE_OFF = {
  optionsMask: { executeIfOff: true },
  optionsOverride: { executeIfOff: true },
};

type Fields = Readonly<Record<string, unknown>>;
interface Setter {
  readonly clusterId: number;
  /** Any of these on the node makes the property settable. */
  readonly commands: readonly string[];
  request(value: PropertyValue, wire: unknown, tenths: number): readonly [string, Fields?];
}

/** Properties that are set by a command; the others are set by writing their attribute. */
const SETTERS: Partial<Record<PropertyName, Setter>> = {
  on: {
    clusterId: ON_OFF,
    commands: ['on', 'off'],
    request: (value) => [value === true ? 'on' : 'off'],
  },
  brightness: {
    clusterId: LEVEL_CONTROL,
    commands: ['moveToLevelWithOnOff'],
    request: (_, wire, tenths) => [
      'moveToLevelWithOnOff',
      {
        level: wire,
        transitionTime: tenths,
        optionsMask: { executeIfOff: true },
        optionsOverride: { executeIfOff: true },
      },
    ],
  },
  volume: {
    clusterId: LEVEL_CONTROL,
    commands: ['moveToLevel'],
    request: (_, wire, tenths) => [
      'moveToLevel',
      { level: wire, transitionTime: tenths, optionsMask: {}, optionsOverride: {} },
    ],
  },
  colorTemperature: {
    clusterId: COLOR_CONTROL,
    commands: ['moveToColorTemperature'],
    request: (_, wire, tenths) => [
      'moveToColorTemperature',
      { colorTemperatureMireds: wire, transitionTime: tenths, ...EVEN_WHILE_OFF },
    ],
  },
  color: {
    clusterId: COLOR_CONTROL,
    commands: ['moveToHueAndSaturation'],
    request: (value, _, tenths) => [
      'moveToHueAndSaturation',
      { ...toHueSaturation(value), transitionTime: tenths, ...EVEN_WHILE_OFF },
    ],
  },
  locked: {
    clusterId: DOOR_LOCK,
    commands: ['lockDoor', 'unlockDoor'],
    request: (value) => [value === true ? 'lockDoor' : 'unlockDoor', {}],
  },
  position: {
    clusterId: WINDOW_COVERING,
    commands: ['goToLiftPercentage'],
    request: (_, wire) => ['goToLiftPercentage', { liftPercent100thsValue: wire }],
  },
  tilt: {
    clusterId: WINDOW_COVERING,
    commands: ['goToTiltPercentage'],
    request: (_, wire) => ['goToTiltPercentage', { tiltPercent100thsValue: wire }],
  },
};

/** Whether a property that the table lets be set can be set on this cluster. */
export function isSettable(row: PropertyRow, attributeId: number, cluster: ClusterView): boolean {
  const setter = SETTERS[row.name];
  if (setter?.clusterId === cluster.id) {
    return setter.commands.every((command) => cluster.commands.has(command));
  }
  return cluster.attributes.get(attributeId)?.isWritable === true;
}

/**
 * What sets a property.
 * @throws HubError `unsupported` for what cannot be set, ValidationError for a value that it cannot have
 */
export function settingOf(
  { descriptor, row, convert, endpoint, clusterId }: Binding,
  value: PropertyValue,
  transitionMs: number,
  attributeName: string | undefined,
): Act {
  if (descriptor.access !== 'rw') {
    throw new HubError('unsupported', `"${descriptor.key}" of this device cannot be set`);
  }
  const problem = checkValue(specOf(descriptor), value);
  if (problem !== null) throw new ValidationError(problem.message, { hint: problem.hint });
  const wire = toWire(convert, value);
  const setter = SETTERS[row.name];
  if (setter?.clusterId === clusterId) {
    const [command, fields] = setter.request(value, wire, Math.round(transitionMs / 100));
    const request = { endpoint, clusterId, command, ...(fields === undefined ? {} : { fields }) };
    return { kind: 'invoke', request };
  }
  if (wire === undefined || attributeName === undefined) {
    throw new ValidationError(
      `"${descriptor.key}" of this device cannot be ${JSON.stringify(value)}`,
    );
  }
  return { kind: 'write', endpoint, clusterId, attribute: attributeName, value: wire };
}

type Args = Readonly<Record<string, PropertyValue>>;

/**
 * What does a named command of the node.
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
  throw new HubError('unsupported', `This device has no command "${name}"`);
}

function requestsOf(
  name: string,
  args: Args,
  at: (clusterId: number, command: string) => number[],
): CommandRequest[] {
  switch (name) {
    case 'identify': {
      const seconds = numberOf(args, 'seconds', IDENTIFY_SECONDS, { min: 1, max: 60 });
      const fields = { identifyTime: Math.round(seconds) };
      return at(IDENTIFY, 'identify')
        .slice(0, 1)
        .map((endpoint) => ({ endpoint, clusterId: IDENTIFY, command: 'identify', fields }));
    }
    case 'stop':
      return [
        ...at(WINDOW_COVERING, 'stopMotion').map((endpoint) => ({
          endpoint,
          clusterId: WINDOW_COVERING,
          command: 'stopMotion',
        })),
        ...at(LEVEL_CONTROL, 'stop').map((endpoint) => ({
          endpoint,
          clusterId: LEVEL_CONTROL,
          command: 'stop',
          fields: { optionsMask: {}, optionsOverride: {} },
        })),
      ];
    case 'step': {
      const by = numberOf(args, 'by', STEP_PERCENT, { min: -100, max: 100 });
      const fields = {
        stepMode: by >= 0 ? 0 : 1,
        stepSize: Math.round((Math.abs(by) / 100) * 254),
        transitionTime: 0,
        optionsMask: {},
        optionsOverride: {},
      };
      return at(LEVEL_CONTROL, 'stepWithOnOff').map((endpoint) => ({
        endpoint,
        clusterId: LEVEL_CONTROL,
        command: 'stepWithOnOff',
        fields,
      }));
    }
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
  });
}
