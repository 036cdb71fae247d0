// What warms, cools, moistens and moves the air: climate, water_heater, humidifier and fan.
import type { PropertyName, PropertyValue } from '../../../../hub/model/properties.ts';
import {
  booleanTold,
  type Convert,
  draftOf,
  numberTold,
  type Parts,
  tidy,
  vendorDraft,
  wordTold,
} from '../draft.ts';
import type { EntityConfig } from '../entity-config.ts';

/** Home Assistant's words for what a thermostat is at and does, in the table's. */
const MODES: Readonly<Record<string, string>> = { heat_cool: 'auto' };
const ACTIONS: Readonly<Record<string, string>> = {
  heating: 'heat',
  preheating: 'heat',
  cooling: 'cool',
  fan: 'fan_only',
  off: 'idle',
};

const toCelsius = (value: number) => Math.round(((value - 32) / 1.8) * 10) / 10;
const toFahrenheit = (value: number) => Math.round((value * 1.8 + 32) * 10) / 10;

interface Temperatures {
  readonly min: number;
  readonly max: number;
  readonly step: number;
  fromWire(value: number): number;
  toWire(value: unknown): number;
}

/** What is meant where an announcement does not say it, in degrees Celsius. */
const OF_A_ROOM = { min: 7, max: 35 };
const OF_WATER = { min: 43.3, max: 60 };

function temperatures(config: EntityConfig, usual = OF_A_ROOM): Temperatures {
  const isFahrenheit = config.text('temperature_unit', 'C').toUpperCase() === 'F';
  const fromWire = (value: number) => (isFahrenheit ? toCelsius(value) : value);
  const toWire = (value: number) => (isFahrenheit ? toFahrenheit(value) : value);
  const min = config.number('min_temp', toWire(usual.min));
  const max = config.number('max_temp', toWire(usual.max));
  return {
    min: fromWire(min),
    max: fromWire(max),
    step: tidy(config.number('temp_step', 1) / (isFahrenheit ? 1.8 : 1)),
    fromWire,
    toWire: (value) => tidy(toWire(Number(value))),
  };
}

export const convertClimate: Convert = (config, parts) => {
  const { drafts } = parts;
  const degrees = temperatures(config);
  target(config, parts, { name: 'targetTemperature', word: 'temperature', degrees });
  const hasOne = drafts.some(({ name }) => name === 'targetTemperature');
  target(config, parts, {
    name: hasOne ? 'coolingTarget' : 'targetTemperature',
    word: 'temperature_low',
    degrees,
  });
  target(config, parts, { name: 'coolingTarget', word: 'temperature_high', degrees });
  const current = config.told('current_temperature_topic', 'current_temperature_template');
  if (current !== null) drafts.push(draftOf('temperature', numberTold(current, degrees.fromWire)));
  const humidity = config.told('current_humidity_topic', 'current_humidity_template');
  if (humidity !== null) drafts.push(draftOf('humidity', numberTold(humidity)));
  targetHumidity(config, parts);
  choice(config, parts, 'mode', {
    word: 'mode',
    list: 'modes',
    fallback: ['auto', 'off', 'cool', 'heat', 'dry', 'fan_only'],
    words: MODES,
  });
  choice(config, parts, 'fanMode', {
    word: 'fan_mode',
    list: 'fan_modes',
    fallback: ['auto', 'low', 'medium', 'high'],
  });
  choice(config, parts, 'swing', {
    word: 'swing_mode',
    list: 'swing_modes',
    fallback: ['on', 'off'],
  });
  choice(config, parts, 'preset', {
    word: 'preset_mode',
    list: 'preset_modes',
    told: 'preset_mode_value_template',
  });
  const action = config.told('action_topic', 'action_template');
  if (action !== null) {
    const words = wordTold(action, (word) => ACTIONS[word] ?? word);
    const values = ['idle', 'heat', 'cool', 'fan_only', 'drying', 'defrosting'];
    drafts.push(draftOf('runningState', words, { values }));
  }
  power(config, parts);
  if (config.has('swing_horizontal_mode_command_topic')) {
    const word = 'swing_horizontal_mode';
    const send = config.sender(`${word}_command_topic`, `${word}_command_template`);
    const told = wordTold(config.told(`${word}_state_topic`, `${word}_state_template`));
    const values = config.list('swing_horizontal_modes', ['on', 'off']);
    const write = send && ((value: unknown) => [send(String(value))]);
    const own = { word: 'swing_horizontal', values, ...(write === null ? {} : { write }) };
    drafts.push(vendorDraft(config, 'enum', told, own));
  }
};

/** A water heater is a climate that has no fan, and is hotter. */
export const convertWaterHeater: Convert = (config, parts) => {
  const degrees = temperatures(config, OF_WATER);
  target(config, parts, { name: 'targetTemperature', word: 'temperature', degrees });
  const current = config.told('current_temperature_topic', 'current_temperature_template');
  if (current !== null) {
    parts.drafts.push(draftOf('temperature', numberTold(current, degrees.fromWire)));
  }
  choice(config, parts, 'mode', {
    word: 'mode',
    list: 'modes',
    fallback: ['off', 'eco', 'electric', 'gas', 'heat_pump', 'high_demand', 'performance'],
    words: MODES,
  });
  power(config, parts);
};

function target(
  config: EntityConfig,
  { drafts }: Parts,
  { name, word, degrees }: { name: PropertyName; word: string; degrees: Temperatures },
): void {
  const send = config.sender(`${word}_command_topic`, `${word}_command_template`);
  const told = config.told(`${word}_state_topic`, `${word}_state_template`);
  if (send === null && told === null) return;
  const { min, max, step } = degrees;
  const write = send && ((value: unknown) => [send(degrees.toWire(value))]);
  const own = { min, max, step, ...(write === null ? {} : { write }) };
  drafts.push(draftOf(name, numberTold(told, degrees.fromWire), own));
}

function targetHumidity(config: EntityConfig, { drafts }: Parts): void {
  const send = config.sender('target_humidity_command_topic', 'target_humidity_command_template');
  const told = config.told('target_humidity_state_topic', 'target_humidity_state_template');
  if (send === null && told === null) return;
  const write = send && ((value: unknown) => [send(Number(value))]);
  const [min, max] = [config.number('min_humidity', 0), config.number('max_humidity', 100)];
  const own = {
    word: 'target_humidity',
    unit: '%',
    min,
    max,
    ...(write === null ? {} : { write }),
  };
  drafts.push(vendorDraft(config, 'number', numberTold(told), own));
}

interface Choice {
  /** Beginning of its words: `mode` has mode_command_topic, mode_state_topic, … */
  readonly word: string;
  readonly list: string;
  readonly fallback?: readonly string[];
  readonly words?: Readonly<Record<string, string>>;
  /** The template of its state where it is called otherwise. */
  readonly told?: string;
}

/** One of several words; not there without a topic. */
function choice(
  config: EntityConfig,
  { drafts }: Parts,
  name: PropertyName,
  { word, list, fallback = [], words = {}, told: template }: Choice,
): void {
  const send = config.sender(`${word}_command_topic`, `${word}_command_template`);
  const told = config.told(`${word}_state_topic`, template ?? `${word}_state_template`);
  if (send === null && told === null) return;
  const theirs = config.list(list, fallback);
  const toOurs = (each: string) => words[each] ?? each;
  const values = [...new Set(theirs.map(toOurs))];
  const wire = (value: PropertyValue) => theirs.find((each) => toOurs(each) === value) ?? value;
  const write = send && ((value: PropertyValue) => [send(String(wire(value)))]);
  const read = wordTold(told, (each) => (values.includes(toOurs(each)) ? toOurs(each) : undefined));
  drafts.push(draftOf(name, read, { values, ...(write === null ? {} : { write }) }));
}

function power(config: EntityConfig, { drafts }: Parts): void {
  const send = config.sender('power_command_topic', 'power_command_template');
  const told = config.told('power_state_topic', 'power_state_template');
  if (send === null && told === null) return;
  const [on, off] = [config.text('payload_on', 'ON'), config.text('payload_off', 'OFF')];
  const write = send && ((value: unknown) => [send(value === true ? on : off)]);
  drafts.push(draftOf('on', booleanTold(told, on, off), write === null ? {} : { write }));
}

/** The on and off of a fan or a humidifier. */
function onOff(config: EntityConfig, { drafts }: Parts): void {
  const send = config.sender('command_topic', 'command_template');
  const template = config.has('state_value_template') ? 'state_value_template' : 'value_template';
  const told = config.told('state_topic', template);
  if (send === null && told === null) return;
  const [on, off] = [config.text('payload_on', 'ON'), config.text('payload_off', 'OFF')];
  const write = send && ((value: unknown) => [send(value === true ? on : off)]);
  drafts.push(draftOf('on', booleanTold(told, on, off), write === null ? {} : { write }));
}

export const convertHumidifier: Convert = (config, parts) => {
  onOff(config, parts);
  targetHumidity(config, parts);
  const current = config.told('current_humidity_topic', 'current_humidity_template');
  if (current !== null) parts.drafts.push(draftOf('humidity', numberTold(current)));
  choice(config, parts, 'preset', { word: 'mode', list: 'modes' });
  const action = config.told('action_topic', 'action_template');
  if (action !== null) {
    const values = ['humidifying', 'drying', 'idle', 'off'];
    const told = wordTold(action, (word) => (values.includes(word) ? word : undefined));
    parts.drafts.push(vendorDraft(config, 'enum', told, { word: 'action', values }));
  }
};

export const convertFan: Convert = (config, parts) => {
  const { drafts } = parts;
  onOff(config, parts);
  const send = config.sender('percentage_command_topic', 'percentage_command_template');
  const told = config.told('percentage_state_topic', 'percentage_value_template');
  if (send !== null || told !== null) {
    const min = config.number('speed_range_min', 1);
    const span = Math.max(1, config.number('speed_range_max', 100) - min + 1);
    const percent = (value: number) =>
      Math.min(100, Math.max(0, Math.round(((value - min + 1) / span) * 100)));
    const wire = (value: unknown) =>
      Number(value) <= 0 ? 0 : Math.max(min, Math.ceil((Number(value) / 100) * span) + min - 1);
    const write = send && ((value: unknown) => [send(wire(value))]);
    drafts.push(draftOf('fanSpeed', numberTold(told, percent), write === null ? {} : { write }));
  }
  choice(config, parts, 'fanMode', {
    word: 'preset_mode',
    list: 'preset_modes',
    told: 'preset_mode_value_template',
  });
  oscillation(config, parts);
  const direction = config.sender('direction_command_topic', 'direction_command_template');
  const turning = config.told('direction_state_topic', 'direction_value_template');
  if (direction === null && turning === null) return;
  const values = ['forward', 'reverse'];
  const write = direction && ((value: unknown) => [direction(String(value))]);
  const read = wordTold(turning, (word) => (values.includes(word) ? word : undefined));
  const own = { word: 'direction', values, ...(write === null ? {} : { write }) };
  drafts.push(vendorDraft(config, 'enum', read, own));
};

function oscillation(config: EntityConfig, { drafts }: Parts): void {
  const send = config.sender('oscillation_command_topic', 'oscillation_command_template');
  const told = config.told('oscillation_state_topic', 'oscillation_value_template');
  if (send === null && told === null) return;
  const on = config.text('payload_oscillation_on', 'oscillate_on');
  const off = config.text('payload_oscillation_off', 'oscillate_off');
  const write = send && ((value: unknown) => [send(value === 'on' ? on : off)]);
  const read = wordTold(told, (word) => (word === on ? 'on' : word === off ? 'off' : undefined));
  const own = { values: ['on', 'off'], ...(write === null ? {} : { write }) };
  drafts.push(draftOf('swing', read, own));
}
