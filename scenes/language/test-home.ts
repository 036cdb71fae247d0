// The home in which the tests of scenes live: devices with the properties that real ones have.
import type { DeviceRecord } from '../../hub/model/device.ts';
import type { RoomRecord } from '../../hub/model/home.ts';
import { adapterId, deviceId, nodeAddress, roomId } from '../../hub/model/identifiers.ts';
import { describeProperty, type PropertyDescriptor } from '../../hub/model/properties.ts';
import { homeNames, type SceneNames } from './names.ts';

function device(
  handle: string,
  name: string,
  room: string,
  properties: readonly PropertyDescriptor[],
  commands: readonly string[] = ['identify'],
): DeviceRecord {
  return {
    id: deviceId(`dev_${handle.replaceAll('-', '_')}`),
    name,
    handle,
    room: roomId(`room_${room}`),
    description: {
      adapter: adapterId('zigbee'),
      node: nodeAddress(`0x${handle}`),
      manufacturer: 'Test',
      model: handle,
      title: name,
      kind: 'other',
      power: 'mains',
      tier: 'core',
      support: 'exact',
      firmware: null,
      properties,
      commands,
    },
    version: 1,
    createdAtMs: 0,
  };
}

const light = () => [
  describeProperty('on'),
  describeProperty('brightness'),
  describeProperty('colorTemperature', { min: 2200, max: 6500 }),
  describeProperty('color'),
];

export const TEST_DEVICES: readonly DeviceRecord[] = [
  device('hall-lamp', 'Hall lamp', 'hall', light()),
  device('living-lamp', 'Living room lamp', 'living', light()),
  device('hall-motion', 'Hall motion', 'hall', [
    describeProperty('occupancy'),
    describeProperty('illuminance'),
    describeProperty('battery'),
  ]),
  device('kitchen-motion', 'Kitchen motion', 'kitchen', [describeProperty('occupancy')]),
  device('hall-door', 'Hall door', 'hall', [describeProperty('open'), describeProperty('battery')]),
  device('kitchen-leak', 'Kitchen leak', 'kitchen', [describeProperty('waterLeak')]),
  device('bath-leak', 'Bath leak', 'bath', [describeProperty('waterLeak')]),
  device('kitchen-climate', 'Kitchen climate', 'kitchen', [
    describeProperty('temperature'),
    describeProperty('humidity'),
  ]),
  device('living-remote', 'Living remote', 'living', [
    describeProperty('button', { values: ['on', 'off', 'brightness_step_up'] }),
  ]),
  device('bedroom-button', 'Bedroom button', 'bedroom', [
    describeProperty('button', { values: ['single', 'double', 'long'] }),
  ]),
  device(
    'bedroom-blind',
    'Bedroom blind',
    'bedroom',
    [describeProperty('position')],
    ['stop', 'step', 'identify'],
  ),
  device('washer', 'Washing machine', 'bath', [
    describeProperty('on'),
    describeProperty('power'),
    describeProperty('energy'),
  ]),
  device('double-switch', 'Double switch', 'living', [
    describeProperty('on', { endpoint: 1 }),
    describeProperty('on', { endpoint: 2 }),
  ]),
  device('front-lock', 'Front lock', 'hall', [describeProperty('locked')]),
  device('thermostat', 'Thermostat', 'living', [
    describeProperty('targetTemperature', { min: 5, max: 30 }),
    describeProperty('temperature'),
    describeProperty('mode', { values: ['off', 'heat', 'auto'] }),
  ]),
];

export const TEST_ROOMS: readonly RoomRecord[] = [
  'hall',
  'living',
  'kitchen',
  'bath',
  'bedroom',
].map((name, order) => ({
  id: roomId(`room_${name}`),
  name: name.slice(0, 1).toUpperCase() + name.slice(1),
  icon: null,
  order,
  version: 1,
}));

export const TEST_NAMES: SceneNames = homeNames(TEST_DEVICES, TEST_ROOMS);
