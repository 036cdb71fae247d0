// The kind of a device follows from its properties.
import { expect, test } from 'vitest';
import { type DeviceKind, kindFromProperties } from './device-kind.ts';
import { describeProperty, type PropertyName } from './properties.ts';

function kindOf(...names: readonly PropertyName[]): DeviceKind {
  return kindFromProperties(names.map((name) => describeProperty(name)));
}

test.each<readonly [DeviceKind, readonly PropertyName[]]>([
  ['light', ['on', 'brightness', 'colorTemperature', 'effect', 'powerOnBehavior', 'linkQuality']],
  ['plug', ['on', 'power', 'energy', 'voltage', 'current', 'linkQuality']],
  ['switch', ['on', 'deviceTemperature']],
  ['switch', ['on', 'power', 'button']],
  ['cover', ['position', 'battery']],
  ['lock', ['locked', 'lockState', 'battery', 'button', 'autoRelockTime']],
  ['thermostat', ['targetTemperature', 'temperature', 'mode', 'valvePosition', 'battery']],
  ['fan', ['on', 'fanSpeed', 'fanMode', 'airQuality', 'pm25', 'childLock']],
  ['valve', ['on', 'flow', 'battery']],
  ['valve', ['on', 'water']],
  ['alarm', ['siren', 'alarmVolume', 'melody', 'temperature']],
  ['contact', ['open', 'battery', 'temperature', 'tamper']],
  ['motion', ['occupancy', 'illuminance', 'temperature', 'battery']],
  ['climate', ['temperature', 'humidity', 'pressure', 'battery', 'batteryVoltage']],
  ['leak', ['waterLeak', 'battery', 'siren']],
  ['smoke', ['smoke', 'battery', 'test', 'muted']],
  ['smoke', ['gas', 'fault']],
  ['media', ['volume', 'track']],
  ['appliance', ['feed', 'portionsToday', 'childLock']],
  ['sensor', ['illuminance', 'battery']],
  ['sensor', ['soilMoisture', 'battery']],
  ['repeater', ['linkQuality']],
  ['other', []],
  ['other', ['battery']],
])('a %s has %j', (kind, names) => {
  expect(kindOf(...names)).toBe(kind);
});

test('one key that is only pressed is a button; more keys or words are a remote control', () => {
  const single = describeProperty('button', { values: ['single', 'double', 'long'] });
  expect(kindFromProperties([single])).toBe('button');
  const dimmer = describeProperty('button', { values: ['on', 'off', 'brightness_move_up'] });
  expect(kindFromProperties([dimmer])).toBe('remote');
  const keys = [1, 2].map((endpoint) =>
    describeProperty('button', { endpoint, values: ['single'] }),
  );
  expect(kindFromProperties(keys)).toBe('remote');
});

test('a power strip of several sockets is a switch, not one plug', () => {
  const strip = [1, 2].map((endpoint) => describeProperty('on', { endpoint }));
  expect(kindFromProperties([...strip, describeProperty('power')])).toBe('switch');
});
