// What the parts of a shared device are called at a Home Assistant beside the hub: as their owner calls them.
import { expect, test } from 'vitest';
import { deviceId } from '../../../hub/model/identifiers.ts';
import type { BridgedDevice } from '../../../hub/model/matter-bridge.ts';
import { describeProperty, type PropertyDescriptor } from '../../../hub/model/properties.ts';
import { announcementOf } from './announce.ts';

function namesOf(kind: BridgedDevice['kind'], ...properties: PropertyDescriptor[]) {
  const device: BridgedDevice = {
    ...{ id: deviceId('dev_x'), name: 'Relay', room: null, kind, power: 'mains' },
    ...{ manufacturer: 'Acme', model: 'X', firmware: null, properties, commands: [] },
  };
  const { components } = announcementOf(device, 'hub') as {
    components: Readonly<Record<string, { name: string | null }>>;
  };
  return Object.fromEntries(Object.entries(components).map(([key, { name }]) => [key, name]));
}

const called = (name: string) => ({ label: { en: name, zh: name }, isNamed: true }) as const;

test('a channel that its owner has named is announced by its name, another one by its number', () => {
  const names = namesOf(
    'switch',
    describeProperty('on', { endpoint: 1, ...called('Kitchen') }),
    describeProperty('power', { endpoint: 1, ...called('Kitchen electric power') }),
    describeProperty('on', { endpoint: 2 }),
  );
  expect(names).toEqual({ on_1: 'Kitchen', power_1: 'Kitchen electric power', on_2: 'Power 2' });
});

test('of a device with several lamps each has a name of its own, and a single one is called as the device', () => {
  const lamp = (endpoint: number, name?: string) => [
    describeProperty('on', { endpoint, ...(name === undefined ? {} : called(name)) }),
    describeProperty('brightness', { endpoint }),
  ];
  expect(namesOf('light', ...lamp(1, 'Desk'), ...lamp(2))).toEqual({
    light_1: 'Desk',
    light_2: 'Light 2',
  });
  const single = [describeProperty('on', called('Desk')), describeProperty('brightness')];
  expect(namesOf('light', ...single)).toEqual({ light: null });
});
