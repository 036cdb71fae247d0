// Conversion of real definitions: all that zigbee-herdsman-converters has, and some products by name. Nothing
// that a product exposes is lost, and what can be set comes back as it was set.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type DefinitionWithExtend,
  type Expose,
  prepareDefinition,
  setLogger,
} from 'zigbee-herdsman-converters';
import { parsePropertyKey, propertyKey } from '../../../hub/model/properties.ts';
import { checkValue } from '../../../hub/model/property-value.ts';
import type { Binding } from './binding.ts';
import { type Conversion, convertExposes } from './convert.ts';

const quiet = () => {};
setLogger({ debug: quiet, info: quiet, warning: quiet, error: quiet });

const require = createRequire(import.meta.url);
const FOLDER = path.join(path.dirname(require.resolve('zigbee-herdsman-converters')), 'devices');

function definitionsOf(file: string): DefinitionWithExtend[] {
  const { definitions } = require(path.join(FOLDER, file)) as {
    definitions: DefinitionWithExtend[];
  };
  return definitions;
}

interface Model {
  readonly name: string;
  readonly exposes: readonly Expose[];
  readonly conversion: Conversion;
}

/** The names that definitions give their endpoints, numbered as most of them do. */
const NAMES = Object.fromEntries(
  ['left', 'right', 'center', 'bottom', 'top', 'l1', 'l2', 'l3', 'l4'].map((name, index) => [
    name,
    index < 5 ? index + 1 : Number(name.slice(1)),
  ]),
);

function modelOf(definition: DefinitionWithExtend): Model {
  const { vendor, model, exposes } = prepareDefinition(definition);
  const list = typeof exposes === 'function' ? exposes({ isDummyDevice: true }, {}) : exposes;
  return { name: `${vendor} ${model}`, exposes: list, conversion: convertExposes(list, NAMES) };
}

function find(file: string, model: string): Conversion {
  const definition = definitionsOf(`${file}.js`).find((each) => each.model === model);
  if (definition === undefined) throw new Error(`No ${model} in ${file}`);
  return modelOf(definition).conversion;
}

function bindingOf(conversion: Conversion, key: string): Binding {
  const binding = conversion.byKey.get(parsePropertyKey(key).key);
  if (binding === undefined) throw new Error(`No ${key} in ${[...conversion.byKey.keys()]}`);
  return binding;
}

const PARENTS = ['light', 'switch', 'cover', 'lock', 'climate', 'fan'];

/** The message keys that a definition says it uses, without those that are commands here. */
function wireKeysOf({ exposes, conversion }: Model): string[] {
  return exposes
    .flatMap((expose) => (PARENTS.includes(expose.type) ? (expose.features ?? []) : [expose]))
    .filter(({ name, type }) => !(type === 'enum' && (name === 'action' || name === 'identify')))
    .map(({ property, name }) => property ?? name)
    .filter((key) => !(key.startsWith('state') && Object.keys(conversion.movements).length > 0));
}

describe('all definitions of the library', () => {
  const models = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.js') && file !== 'index.js')
    .flatMap(definitionsOf)
    .map(modelOf);

  test('are thousands, and nothing that they expose is lost', () => {
    expect(models.length).toBeGreaterThan(3_000);
    const lost = models.flatMap((model) =>
      wireKeysOf(model)
        .filter((key) => !model.conversion.byWireKey.has(key))
        .map((key) => `${model.name}: ${key}`),
    );
    expect(lost).toEqual([]);
  });

  test('have each property once, under a key that the hub can read', () => {
    for (const { name, conversion } of models) {
      const keys = conversion.descriptors.map(({ key }) => key);
      expect(new Set(keys).size, `${name}: ${keys}`).toBe(keys.length);
      for (const key of keys) expect(parsePropertyKey(key).key).toBe(key);
    }
  });

  test('take back each switch position and each choice that they report', () => {
    const wrong: string[] = [];
    for (const { name, conversion } of models) {
      for (const binding of conversion.bindings) {
        const { descriptor, spec } = binding;
        if (descriptor.access !== 'rw') continue;
        const values =
          descriptor.type === 'boolean' ? [true, false] : Object.keys(spec.values ?? {});
        for (const value of values) {
          if (binding.descriptor.name === 'siren') continue;
          const back = binding.read(binding.write(value));
          const isRight = back === value && checkValue(spec, value) === null;
          if (!isRight) wrong.push(`${name} ${descriptor.key}: ${value} came back as ${back}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('products', () => {
  test('a colour lamp speaks percent, kelvin and hue', () => {
    const lamp = find('philips', '9290012573A');
    const brightness = bindingOf(lamp, 'brightness');
    expect(brightness.write(40)).toBe(102);
    expect(brightness.read(102)).toBe(40);
    expect(brightness.read(1)).toBe(1);
    expect(brightness.read(0)).toBe(0);
    const temperature = bindingOf(lamp, 'colorTemperature');
    expect(temperature.descriptor).toMatchObject({ min: 2000, max: 6536, unit: 'K' });
    expect(temperature.write(2700)).toBe(370);
    expect(temperature.read(370)).toBe(2703);
    const color = bindingOf(lamp, 'color');
    expect(color.write({ hue: 120, saturation: 80 })).toEqual({ hue: 120, saturation: 80 });
    expect(color.read({ hue: 120, saturation: 80, x: 0.2, y: 0.6 })).toEqual({
      hue: 120,
      saturation: 80,
    });
    expect(color.read({ x: 0.7006, y: 0.2993 })).toEqual({ hue: 0, saturation: 100 });
    expect(bindingOf(lamp, 'startupColorTemperature').read(65535)).toBeUndefined();
  });

  test('a switch with two gangs has each of them', () => {
    const gangs = find('tuya', 'TS0012');
    expect(bindingOf(gangs, 'on@1')).toMatchObject({
      wireKey: 'state_left',
      converterKey: 'state',
      endpointName: 'left',
    });
    expect(bindingOf(gangs, 'on@2').read('ON')).toBe(true);
    expect(bindingOf(gangs, 'on@2').write(false)).toBe('OFF');
  });

  test('a contact is open when its wire says no contact', () => {
    const contact = bindingOf(find('lumi', 'MCCGQ11LM'), 'open');
    expect(contact.read(false)).toBe(true);
    expect(contact.read(true)).toBe(false);
  });

  test('a blind has a position, and its words are commands', () => {
    const blind = find('ikea', 'E1757');
    expect(bindingOf(blind, 'position').read(30)).toBe(30);
    expect(blind.movements).toEqual({ open: 'OPEN', close: 'CLOSE', stop: 'STOP' });
    expect(blind.byWireKey.has('state')).toBe(false);
  });

  test('a property of the vendor’s own has the name that the vendor gives it, in Chinese where its words are known', () => {
    const radiator = find('sonoff', 'TRVZB');
    expect(bindingOf(radiator, 'x_frost_protection_temperature').descriptor.label).toEqual({
      en: 'Frost protection temperature',
      zh: '防冻保护温度',
    });
    const lamp = find('philips', '929003711201');
    expect(bindingOf(lamp, 'x_gradient_scene@202').descriptor.label?.zh).toBe('渐变场景');
    const bulb = find('ikea', 'LED1624G9');
    expect(bindingOf(bulb, 'x_level_config_execute_if_off').descriptor.label?.zh).toBe(
      '亮度设置：关灯时也执行',
    );
  });

  test('a plug meters, and a battery is told in per cent and volts', () => {
    const plug = find('innr', 'SP 120');
    expect(bindingOf(plug, 'power').read(61.3)).toBe(61.3);
    expect(bindingOf(plug, 'energy').descriptor).toMatchObject({ unit: 'kWh', access: 'r' });
    const sensor = find('lumi', 'WSDCGQ11LM');
    expect(bindingOf(sensor, 'batteryVoltage').read(3005)).toBe(3.005);
    expect(bindingOf(sensor, 'battery').read(154)).toBe(100);
  });

  test('a lock is locked by a word', () => {
    const lock = bindingOf(find('yale', 'YRD426NRSC'), 'locked');
    expect(lock.write(true)).toBe('LOCK');
    expect(lock.read('UNLOCK')).toBe(false);
  });

  test('a thermostat keeps its range and its modes', () => {
    const radiator = find('bosch', 'BTH-RA');
    expect(bindingOf(radiator, 'targetTemperature').descriptor).toMatchObject({ min: 5, max: 30 });
    expect(bindingOf(radiator, 'mode').read('heat')).toBe('heat');
  });

  test('a siren sounds and stops', () => {
    const siren = bindingOf(find('heiman', 'HS2WD-E'), 'siren');
    expect(siren.write(true)).toMatchObject({ mode: 'emergency', strobe: true });
    expect(siren.write(false)).toMatchObject({ mode: 'stop' });
  });

  test("a vendor's composite is taken apart, each piece set inside it", () => {
    const switched = find('inovelli', 'VZM31-SN');
    const color = bindingOf(switched, 'x_led_effect_color');
    expect(color.write(120)).toEqual({ color: 120 });
    expect(color.read({ effect: 'pulse', color: 120 })).toBe(120);
    expect(color.converterKey).toBe('led_effect');
  });

  test('a list is its JSON text', () => {
    const alarms = bindingOf(find('amina', 'amina S'), 'x_alarms');
    expect(alarms.read(['welded_relay'])).toBe('["welded_relay"]');
    expect(alarms.write('["welded_relay"]')).toEqual(['welded_relay']);
    expect(alarms.descriptor).toMatchObject({ type: 'string', access: 'r' });
  });

  test('presses have the standard words and their button', () => {
    const press = (file: string, model: string, action: string) =>
      find(file, model).presses.get(action);
    expect(press('ikea', 'E1743', 'on')).toEqual({ key: 'button', value: 'on' });
    expect(press('lumi', 'WXKG11LM', 'hold')).toEqual({ key: 'button', value: 'long' });
    expect(press('tuya', 'TS0044', '3_double')).toEqual({ key: 'button@3', value: 'double' });
    expect(press('philips', '8719514440937/8719514440999', 'button_2_press_release')).toEqual({
      key: 'button@2',
      value: 'single',
    });
    expect(press('philips', '8719514440937/8719514440999', 'button_2_press')).toEqual({
      key: 'button@2',
      value: 'press',
    });
    expect(press('philips', '324131092621', 'up_hold_release')).toEqual({
      key: 'button',
      value: 'up_hold_release',
    });
  });

  test('link quality is told of every node', () => {
    expect(find('ikea', 'E1743').descriptors.map(({ key }) => key)).toContain(
      propertyKey('linkQuality'),
    );
  });
});
