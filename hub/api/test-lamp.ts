// The lamp of the test hub.
import type { DeviceRecord } from '../model/device.ts';
import { adapterId, deviceId, nodeAddress } from '../model/identifiers.ts';
import {
  describeProperty,
  type PropertyDescriptor,
  type PropertyKey,
} from '../model/properties.ts';

/** The properties of a dimmable lamp with a second switch and a button. */
export function lampProperties(): PropertyDescriptor[] {
  return [
    describeProperty('on'),
    describeProperty('brightness'),
    describeProperty('on', { endpoint: 2 }),
    describeProperty('linkQuality'),
    {
      key: 'x_led_color' as PropertyKey,
      name: 'x_led_color',
      type: 'enum',
      access: 'rw',
      values: ['red', 'green'],
      label: { en: 'LED colour', zh: '指示灯颜色' },
    },
  ];
}

/** A lamp as it is recorded, with these properties. */
export function lampRecord(
  suffix: string,
  name: string,
  properties: readonly PropertyDescriptor[],
  createdAtMs: number,
): DeviceRecord {
  return {
    id: deviceId(`dev_${suffix}`),
    name,
    handle: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    room: null,
    description: {
      adapter: adapterId('zigbee'),
      node: nodeAddress(`0x00158d0001a2${suffix}`),
      manufacturer: 'IKEA',
      model: 'LED1732G11',
      title: 'Lamp',
      kind: 'light',
      power: 'mains',
      tier: 'core',
      support: 'exact',
      firmware: '2.3.050',
      properties,
      commands: ['identify', 'step'],
    },
    version: 1,
    createdAtMs,
  };
}
