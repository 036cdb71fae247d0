// A device of the home in the words of Home Assistant's discovery: one announcement for the device, with a component
// for each thing that a person would look for. Spec: https://www.home-assistant.io/integrations/mqtt/#device-
// discovery-payload.
import type { BridgedDevice } from '../../../hub/model/matter-bridge.ts';
import {
  findProperty,
  type PropertyDescriptor,
  parsePropertyKey,
} from '../../../hub/model/properties.ts';

export const STATUS_TOPIC = 'ingle/status';
/** Where the device's own topics begin. */
export const baseOf = (device: string): string => `ingle/home/${device}`;

type Component = Readonly<Record<string, unknown>>;

/** A property within the announcement, with the topics that it is told and set on. */
class Part {
  readonly descriptor: PropertyDescriptor;
  readonly #base: string;

  constructor(descriptor: PropertyDescriptor, base: string) {
    this.descriptor = descriptor;
    this.#base = base;
  }

  get isSettable(): boolean {
    return this.descriptor.access === 'rw' || this.descriptor.access === 'w';
  }

  get isTold(): boolean {
    return this.descriptor.access === 'r' || this.descriptor.access === 'rw';
  }

  get stateTopic(): string {
    return `${this.#base}/state`;
  }

  get setTopic(): string {
    return `${this.#base}/set/${this.descriptor.key}`;
  }

  /** The value within the state; `default` keeps what is not known yet from being an error. */
  get template(): string {
    return `{{ value_json['${this.descriptor.key}'] | default('None') }}`;
  }

  get boolean(): string {
    const { key } = this.descriptor;
    return `{{ 'None' if value_json['${key}'] is not defined else 'true' if value_json['${key}'] else 'false' }}`;
  }

  /** Topic and template under their names in a component, such as `position`. */
  told(topic: string, template: string, text = this.template): Component {
    return this.isTold ? { [topic]: this.stateTopic, [template]: text } : {};
  }

  set(topic: string): Component {
    return this.isSettable ? { [topic]: this.setTopic } : {};
  }
}

/** The whole announcement. */
export function announcementOf(device: BridgedDevice, hub: string): object {
  const base = baseOf(device.id);
  const id = `ingle_${hub}_${device.id}`;
  const components: Record<string, Component> = {};
  for (const [key, component] of componentsOf(device, base)) {
    components[key] = { ...component, unique_id: `${id}_${key}` };
  }
  return {
    device: {
      identifiers: [id],
      name: device.name,
      manufacturer: device.manufacturer,
      model: device.model,
      ...(device.firmware === null ? {} : { sw_version: device.firmware }),
    },
    origin: { name: 'Ingle' },
    availability: [{ topic: STATUS_TOPIC }, { topic: `${base}/availability` }],
    availability_mode: 'all',
    components,
  };
}

function* componentsOf(
  device: BridgedDevice,
  base: string,
): Iterable<readonly [string, Component]> {
  const parts = new Map(
    device.properties.map((descriptor) => [descriptor.key as string, new Part(descriptor, base)]),
  );
  const used = new Set<string>();
  const take = (name: string, end: string): Part | null => {
    const part = parts.get(name + end);
    if (part === undefined || used.has(name + end)) return null;
    used.add(name + end);
    return part;
  };
  const ends = [...new Set([...parts.keys()].map((key) => key.replace(/^[^@]*/, '')))];
  for (const end of ends) yield* combined(device, base, end, (name) => take(name, end));
  for (const [key, part] of parts) {
    if (used.has(key)) continue;
    const component = single(part, base);
    if (component !== null) yield [wordOf(key), { ...component, name: nameOf(part.descriptor) }];
  }
  for (const command of device.commands) {
    if (command === 'stop' && parts.has('position')) continue;
    yield [`command_${wordOf(command)}`, button(command, base)];
  }
}

function button(command: string, base: string): Component {
  return {
    platform: 'button',
    name: command.replaceAll('_', ' '),
    command_topic: `${base}/command`,
    payload_press: command,
    ...(command === 'identify' ? { device_class: 'identify' } : {}),
  };
}

const wordOf = (key: string) => key.replaceAll(/[^A-Za-z0-9_-]/g, '_');

function nameOf({ name, endpoint, label, isNamed }: PropertyDescriptor): string {
  if (isNamed && label !== undefined) return label.en;
  const text = findProperty(name)?.label.en ?? label?.en ?? name.replace(/^x_/, '');
  return endpoint === undefined ? text : `${text} ${endpoint}`;
}

/** What several properties make together: a lamp, a fan, a thermostat, a blind. */
function* combined(
  { kind, commands }: BridgedDevice,
  base: string,
  end: string,
  take: (name: string) => Part | null,
): Iterable<readonly [string, Component]> {
  const named = (word: string) => wordOf(word + end);
  // One alone is called as its device is.
  const called = (word: string, { descriptor: { isNamed, label } }: Part) => ({
    name: end === '' ? null : isNamed && label ? label.en : `${word} ${end.slice(1)}`,
  });
  const bright = take('brightness');
  const white = take('colorTemperature');
  const color = take('color');
  if (bright !== null || white !== null || color !== null || kind === 'light') {
    const on = take('on');
    if (on !== null) {
      const all = light({ on, bright, white, color, effect: take('effect') });
      yield [named('light'), { ...all, ...called('Light', on) }];
    }
  }
  const target = take('targetTemperature');
  if (target !== null) {
    yield [named('climate'), { ...climate(target, take), ...called('Climate', target) }];
  }
  const position = take('position');
  if (position !== null) {
    const canStop = commands.includes('stop');
    const all = cover({ position, tilt: take('tilt'), moving: take('moving') }, base, canStop);
    yield [named('cover'), { ...all, ...called('Cover', position) }];
  }
  if (kind === 'fan') {
    const on = take('on');
    const speed = take('fanSpeed');
    if (on !== null) {
      yield [named('fan'), { ...fan(on, speed, take('fanMode')), ...called('Fan', on) }];
    }
  }
}

interface LightParts {
  readonly on: Part;
  readonly bright: Part | null;
  readonly white: Part | null;
  readonly color: Part | null;
  readonly effect: Part | null;
}

function light({ on, bright, white, color, effect }: LightParts): Component {
  const hue = color && `value_json['${color.descriptor.key}']`;
  return {
    platform: 'light',
    payload_on: 'true',
    payload_off: 'false',
    ...on.told('state_topic', 'state_value_template', on.boolean),
    ...on.set('command_topic'),
    ...(bright && {
      brightness_scale: 100,
      ...bright.told('brightness_state_topic', 'brightness_value_template'),
      ...bright.set('brightness_command_topic'),
    }),
    ...(white && {
      color_temp_kelvin: true,
      min_kelvin: white.descriptor.min ?? 2_000,
      max_kelvin: white.descriptor.max ?? 6_500,
      ...white.told('color_temp_state_topic', 'color_temp_value_template'),
      ...white.set('color_temp_command_topic'),
    }),
    ...(color && {
      ...color.told(
        'hs_state_topic',
        'hs_value_template',
        `{{ ${hue}.hue ~ ',' ~ ${hue}.saturation if ${hue} is defined else 'None' }}`,
      ),
      ...color.set('hs_command_topic'),
    }),
    ...(effect && {
      effect_list: effect.descriptor.values ?? [],
      ...effect.set('effect_command_topic'),
    }),
  };
}

function climate(target: Part, take: (name: string) => Part | null): Component {
  const mode = take('mode');
  const preset = take('preset');
  const fan = take('fanMode');
  const action = take('runningState');
  const now = take('temperature');
  const { min, max, step } = target.descriptor;
  const modes = mode?.descriptor.values?.filter((each) => HA_MODES.has(each));
  return {
    platform: 'climate',
    temperature_unit: 'C',
    ...(min === undefined ? {} : { min_temp: min }),
    ...(max === undefined ? {} : { max_temp: max }),
    temp_step: step ?? 0.5,
    ...target.told('temperature_state_topic', 'temperature_state_template'),
    ...target.set('temperature_command_topic'),
    modes: modes ?? [],
    ...mode?.told('mode_state_topic', 'mode_state_template'),
    ...mode?.set('mode_command_topic'),
    ...(preset && {
      preset_modes: preset.descriptor.values ?? [],
      ...preset.told('preset_mode_state_topic', 'preset_mode_value_template'),
      ...preset.set('preset_mode_command_topic'),
    }),
    ...(fan && {
      fan_modes: fan.descriptor.values ?? [],
      ...fan.told('fan_mode_state_topic', 'fan_mode_state_template'),
      ...fan.set('fan_mode_command_topic'),
    }),
    ...action?.told(
      'action_topic',
      'action_template',
      `{{ {'idle': 'idle', 'heat': 'heating', 'cool': 'cooling', 'fan_only': 'fan'}[value_json['${action.descriptor.key}']] | default('None') }}`,
    ),
    ...now?.told('current_temperature_topic', 'current_temperature_template'),
  };
}

const HA_MODES: ReadonlySet<string> = new Set(['auto', 'off', 'cool', 'heat', 'dry', 'fan_only']);

interface CoverParts {
  readonly position: Part;
  readonly tilt: Part | null;
  readonly moving: Part | null;
}

function cover({ position, tilt, moving }: CoverParts, base: string, canStop: boolean): Component {
  return {
    platform: 'cover',
    ...(position.isSettable && {
      command_topic: `${base}/command`,
      payload_open: 'open',
      payload_close: 'close',
      payload_stop: canStop ? 'stop' : null,
    }),
    ...position.told('position_topic', 'position_template'),
    ...position.set('set_position_topic'),
    ...moving?.told('state_topic', 'value_template'),
    ...(tilt && {
      ...tilt.told('tilt_status_topic', 'tilt_status_template'),
      ...tilt.set('tilt_command_topic'),
    }),
  };
}

function fan(on: Part, speed: Part | null, mode: Part | null): Component {
  return {
    platform: 'fan',
    payload_on: 'true',
    payload_off: 'false',
    ...on.told('state_topic', 'state_value_template', on.boolean),
    ...on.set('command_topic'),
    ...speed?.told('percentage_state_topic', 'percentage_value_template'),
    ...speed?.set('percentage_command_topic'),
    ...(mode && {
      preset_modes: mode.descriptor.values ?? [],
      ...mode.told('preset_mode_state_topic', 'preset_mode_value_template'),
      ...mode.set('preset_mode_command_topic'),
    }),
  };
}

/** A property by itself; null where Home Assistant has no place for it. */
function single(part: Part, base: string): Component | null {
  const { descriptor } = part;
  const { name } = parsePropertyKey(descriptor.key);
  const row = findProperty(name)?.homeAssistant;
  const deviceClass = row?.deviceClass === undefined ? {} : { device_class: row.deviceClass };
  if (descriptor.access === 'event') {
    if (descriptor.type !== 'enum') return null;
    const types = descriptor.values ?? [];
    return {
      ...{ platform: 'event', event_types: types, state_topic: `${base}/event/${descriptor.key}` },
      device_class: 'button',
    };
  }
  const set = part.set('command_topic');
  switch (descriptor.type) {
    case 'boolean':
      return boolean(part, name, row?.deviceClass);
    case 'number': {
      const unit =
        descriptor.unit === undefined ? {} : { unit_of_measurement: unitOf(descriptor.unit) };
      const told = part.told('state_topic', 'value_template');
      if (!part.isSettable) {
        const stateClass = row?.stateClass === undefined ? {} : { state_class: row.stateClass };
        return { platform: 'sensor', ...told, ...unit, ...deviceClass, ...stateClass };
      }
      const { min = -1e6, max = 1e6, step = 1 } = descriptor;
      return { platform: 'number', ...told, ...set, ...unit, min, max, step };
    }
    case 'enum': {
      const told = part.told('state_topic', 'value_template');
      const options = descriptor.values ?? [];
      if (part.isSettable) return { platform: 'select', ...told, ...set, options };
      return { platform: 'sensor', ...told, device_class: 'enum', options };
    }
    case 'string': {
      const told = part.told('state_topic', 'value_template');
      return part.isSettable
        ? { platform: 'text', ...told, ...set }
        : { platform: 'sensor', ...told };
    }
    case 'color':
      return null;
  }
}

function boolean(part: Part, name: string, deviceClass: string | undefined): Component {
  const told = part.told('state_topic', 'value_template', part.boolean);
  const set = part.set('command_topic');
  if (name === 'locked') {
    return {
      ...{ platform: 'lock', ...told, ...set, payload_lock: 'true', payload_unlock: 'false' },
      ...{ state_locked: 'true', state_unlocked: 'false' },
    };
  }
  const words = { payload_on: 'true', payload_off: 'false' };
  if (!part.isSettable) {
    return {
      ...{ platform: 'binary_sensor', ...told, ...words },
      ...(deviceClass === undefined ? {} : { device_class: deviceClass }),
    };
  }
  if (!part.isTold) return { platform: 'button', ...set, payload_press: 'true' };
  if (name === 'siren') {
    const { value_template: template, ...rest } = told;
    return {
      ...{ platform: 'siren', ...rest, state_value_template: template, ...set, ...words },
      ...{ command_template: '{{ value }}', support_duration: false, support_volume_set: false },
    };
  }
  return { platform: 'switch', ...told, ...set, ...words };
}

/** Units that Home Assistant writes otherwise. */
function unitOf(unit: string): string {
  return unit === 'LQI' ? 'lqi' : unit;
}
