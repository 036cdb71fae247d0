// The border between Tasmota's words and the table of properties: what a device has, what a message says, and which
// command sets what. Spec: https://tasmota.github.io/docs/Commands/.

import type { CommandBody } from '../../../hub/model/command.ts';
import type { NodeDescription } from '../../../hub/model/device.ts';
import { kindFromProperties } from '../../../hub/model/device-kind.ts';
import { HubError, ValidationError } from '../../../hub/model/errors.ts';
import type { AdapterId, NodeAddress } from '../../../hub/model/identifiers.ts';
import {
  describeProperty,
  type PropertyDescriptor,
  type PropertyKey,
  type PropertyName,
  type PropertyValue,
  specOf,
} from '../../../hub/model/properties.ts';
import { checkValue, isColor } from '../../../hub/model/property-value.ts';
import { type Fields, isFields, type TasmotaConfig } from './discovery.ts';

/** A command as Tasmota takes it: `cmnd/TOPIC/name` with a payload; `answer` stands in what it answers. */
export interface TasmotaCommand {
  readonly name: string;
  readonly payload: string;
  readonly answers: readonly string[];
}

type Values = Record<PropertyKey, PropertyValue>;

interface Binding {
  readonly descriptor: PropertyDescriptor;
  /** Looks for its value in a message of state; undefined where it says nothing of it. */
  read?(state: Fields): PropertyValue | undefined;
  set?(value: PropertyValue, brightness: number): TasmotaCommand;
}

export interface Conversion {
  readonly bindings: ReadonlyMap<PropertyKey, Binding>;
  /** Button and switch words of an answer, such as `Button1`. */
  readonly inputs: ReadonlyMap<string, PropertyKey>;
}

const PRESSES: Readonly<Record<string, string>> = {
  SINGLE: 'single',
  DOUBLE: 'double',
  TRIPLE: 'triple',
  QUAD: 'quadruple',
  HOLD: 'long',
  CLEAR: 'release',
  ON: 'on',
  OFF: 'off',
  TOGGLE: 'toggle',
};

/** Field of a sensor → row of the table. */
const METERS: readonly (readonly [field: string, name: PropertyName])[] = [
  ['Power', 'power'],
  ['Total', 'energy'],
  ['Voltage', 'voltage'],
  ['Current', 'current'],
  ['Factor', 'powerFactor'],
  ['ApparentPower', 'apparentPower'],
  ['ReactivePower', 'reactivePower'],
  ['Frequency', 'frequency'],
];
const SENSORS: readonly (readonly [field: string, name: PropertyName])[] = [
  ['Temperature', 'temperature'],
  ['Humidity', 'humidity'],
  ['Pressure', 'pressure'],
  ['Illuminance', 'illuminance'],
  ['CarbonDioxide', 'co2'],
];
/** Tasmota speaks mireds from 153 to 500. */
const KELVIN_MIN = 2_000;
const KELVIN_MAX = 6_500;
const SENSORS_MAX = 16;

/** Works out the properties of a device from its announcement. */
export function convert(config: TasmotaConfig, sensors: Fields): Conversion {
  const bindings = new Map<PropertyKey, Binding>();
  const add = (binding: Binding): void => {
    const { key } = binding.descriptor;
    if (!bindings.has(key)) bindings.set(key, binding);
  };
  addOutputs(config, add);
  if (config.light > 0) addLight(config, add);
  addSensors(sensors, add);

  const inputs = new Map<string, PropertyKey>();
  const words = [
    ...config.buttons.map((place) => `Button${place}`),
    ...config.switches.map((place) => `Switch${place}`),
  ];
  for (const [index, word] of words.entries()) {
    const endpoint = words.length === 1 ? {} : { endpoint: index + 1 };
    const values = Object.values(PRESSES);
    const descriptor = describeProperty('button', { values, ...endpoint });
    inputs.set(word, descriptor.key);
    add({ descriptor });
  }
  return { bindings, inputs };
}

function addOutputs({ relays, words }: TasmotaConfig, add: (binding: Binding) => void): void {
  const places = relays.flatMap((kind, index) => (kind === 1 || kind === 2 ? [index + 1] : []));
  const isSingle = places.length === 1;
  for (const place of places) {
    const names = isSingle ? ['POWER', `POWER${place}`] : [`POWER${place}`];
    add({
      descriptor: describeProperty('on', isSingle ? {} : { endpoint: place }),
      read: (state) => {
        const said = names.map((name) => state[name]).find((value) => value !== undefined);
        if (said === words[1] || said === 1) return true;
        return said === words[0] || said === 0 ? false : undefined;
      },
      set: (value) => ({
        name: `POWER${place}`,
        payload: value === true ? 'ON' : 'OFF',
        answers: names,
      }),
    });
  }
}

function addLight({ light }: TasmotaConfig, add: (binding: Binding) => void): void {
  add({
    descriptor: describeProperty('brightness', { min: 1 }),
    read: ({ Dimmer }) => number(Dimmer),
    set: (value) => ({
      name: 'Dimmer',
      payload: String(Math.round(Number(value))),
      answers: ['Dimmer'],
    }),
  });
  if (light === 2 || light === 5) {
    add({
      descriptor: describeProperty('colorTemperature', { min: KELVIN_MIN, max: KELVIN_MAX }),
      read: ({ CT }) => {
        const mireds = number(CT);
        return mireds === undefined || mireds <= 0 ? undefined : Math.round(1e6 / mireds);
      },
      set: (value) => ({
        name: 'CT',
        payload: String(Math.min(500, Math.max(153, Math.round(1e6 / Number(value))))),
        answers: ['CT'],
      }),
    });
  }
  if (light >= 3) {
    add({
      descriptor: describeProperty('color'),
      read: ({ HSBColor }) => {
        const [hue, saturation] = typeof HSBColor === 'string' ? HSBColor.split(',') : [];
        const color = { hue: Number(hue ?? Number.NaN), saturation: Number(saturation) };
        return isColor(color) ? color : undefined;
      },
      set: (value, brightness) => {
        const { hue, saturation } = isColor(value) ? value : { hue: 0, saturation: 0 };
        const parts = [Math.round(hue) % 360, Math.round(saturation), Math.round(brightness)];
        return { name: 'HSBColor', payload: parts.join(','), answers: ['HSBColor'] };
      },
    });
  }
}

function addSensors(sensors: Fields, add: (binding: Binding) => void): void {
  const isFahrenheit = sensors.TempUnit === 'F';
  for (const [word, own] of Object.entries(sensors).slice(0, SENSORS_MAX)) {
    if (!isFields(own)) continue;
    for (const [field, name] of word === 'ENERGY' ? METERS : SENSORS) {
      if (number(own[field]) === undefined) continue;
      add({
        descriptor: describeProperty(name, { access: 'r' }),
        read: (state) => {
          const said = state[word];
          const value = isFields(said) ? number(said[field]) : undefined;
          if (value === undefined || name !== 'temperature' || !isFahrenheit) return value;
          return Math.round(((value - 32) / 1.8) * 100) / 100;
        },
      });
    }
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The values that a message says, each checked against its property. */
export function valuesOf({ bindings }: Conversion, state: Fields): Values {
  const values: Values = {};
  for (const [key, { descriptor, read }] of bindings) {
    const value = read?.(state);
    if (value === undefined) continue;
    const { min: _, max: __, ...spec } = specOf(descriptor);
    if (checkValue(spec, value) === null) values[key] = value;
  }
  return values;
}

/** Presses that an answer tells, as in `{"Button1":{"Action":"SINGLE"}}`. */
export function pressesOf(
  { inputs }: Conversion,
  state: Fields,
): { key: PropertyKey; value: string }[] {
  const presses: { key: PropertyKey; value: string }[] = [];
  for (const [word, key] of inputs) {
    const said = state[word];
    const action = isFields(said) ? said.Action : undefined;
    const isKnown = typeof action === 'string' && Object.hasOwn(PRESSES, action);
    const value = isKnown ? PRESSES[action] : undefined;
    if (value !== undefined) presses.push({ key, value });
  }
  return presses;
}

/**
 * The command that carries a request.
 * @param brightness what a colour is set with, as Tasmota sets both at once
 * @throws HubError `unsupported`, ValidationError for a value that the property cannot have
 */
export function commandOf(
  { bindings }: Conversion,
  body: CommandBody,
  brightness: number,
): TasmotaCommand {
  if (body.kind === 'invoke') {
    throw new HubError('unsupported', `This device cannot "${body.name}"`);
  }
  const binding = bindings.get(body.property);
  if (binding?.set === undefined) {
    throw new HubError('unsupported', `This device has no "${body.property}" that could be set`);
  }
  const problem = checkValue(specOf(binding.descriptor), body.value);
  if (problem !== null) throw new ValidationError(problem.message, { hint: problem.hint });
  return binding.set(body.value, brightness);
}

/** How the hub describes the device. */
export function describe(
  adapter: AdapterId,
  node: NodeAddress,
  config: TasmotaConfig,
  { bindings }: Conversion,
): NodeDescription {
  const properties = [...bindings.values()].map(({ descriptor }) => descriptor);
  return {
    adapter,
    node,
    manufacturer: 'Tasmota',
    model: config.model,
    title: config.name,
    kind: kindFromProperties(properties),
    power: 'mains',
    tier: 'core',
    support: properties.length === 0 ? 'unsupported' : 'exact',
    firmware: config.firmware,
    properties,
    commands: [],
  };
}
