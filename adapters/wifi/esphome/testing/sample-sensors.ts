// What tells something: sensors, contacts, texts and events, as devices list them.
import type { Sample } from './sample.ts';

export const SAMPLE_SENSORS: readonly Sample[] = [
  {
    about: 'a temperature',
    kind: 'Sensor',
    entity: {
      objectId: 'room_temperature',
      name: 'Room temperature',
      deviceClass: 'temperature',
      unitOfMeasurement: '°C',
      stateClass: 1,
    },
    gives: { temperature: 'r' },
    says: [
      [{ state: 21.299999237060547 }, { temperature: 21.3 }],
      [{ state: Number.NaN }, {}],
      [{ missingState: true }, {}],
    ],
  },
  {
    about: 'a temperature in Fahrenheit',
    kind: 'Sensor',
    entity: { objectId: 't', name: 'T', deviceClass: 'temperature', unitOfMeasurement: '°F' },
    gives: { temperature: 'r' },
    says: [[{ state: 68 }, { temperature: 20 }]],
  },
  {
    about: 'the temperature of the chip',
    kind: 'Sensor',
    entity: {
      objectId: 'internal_temperature',
      name: 'Internal temperature',
      deviceClass: 'temperature',
      unitOfMeasurement: '°C',
      entityCategory: 2,
    },
    gives: { deviceTemperature: 'r' },
  },
  {
    about: 'an energy meter in watt-hours',
    kind: 'Sensor',
    entity: { objectId: 'total', name: 'Total', deviceClass: 'energy', unitOfMeasurement: 'Wh' },
    gives: { energy: 'r' },
    says: [[{ state: 1500 }, { energy: 1.5 }]],
  },
  {
    about: 'the strength of the Wi-Fi, which the table has no row for',
    kind: 'Sensor',
    entity: {
      objectId: 'wifi_signal',
      name: 'WiFi signal',
      deviceClass: 'signal_strength',
      unitOfMeasurement: 'dBm',
      entityCategory: 2,
    },
    gives: { x_wifi_signal: 'r' },
    says: [[{ state: -61 }, { x_wifi_signal: -61 }]],
  },
  {
    about: 'a unit that would be a trap for a careless table',
    kind: 'Sensor',
    entity: {
      objectId: 'p',
      name: 'P',
      deviceClass: 'power',
      unitOfMeasurement: 'constructor',
    },
    gives: { x_p: 'r' },
  },
  {
    about: 'a name only, as newer devices say it',
    kind: 'Sensor',
    entity: { name: 'Lux (raw)', unitOfMeasurement: 'x' },
    gives: { x_lux__raw_: 'r' },
  },
  {
    about: 'a window contact',
    kind: 'BinarySensor',
    entity: { objectId: 'window', name: 'Window', deviceClass: 'window' },
    gives: { open: 'r' },
    says: [
      [{ state: true }, { open: true }],
      [{ missingState: true }, {}],
    ],
  },
  {
    about: 'motion',
    kind: 'BinarySensor',
    entity: { objectId: 'pir', name: 'PIR', deviceClass: 'motion' },
    gives: { occupancy: 'r' },
  },
  {
    about: 'a binary sensor of no class',
    kind: 'BinarySensor',
    entity: { objectId: 'status', name: 'Status', isStatusBinarySensor: true },
    gives: { x_status: 'r' },
    says: [[{ state: true }, { x_status: true }]],
  },
  {
    about: 'a text',
    kind: 'TextSensor',
    entity: { objectId: 'ip', name: 'IP address', entityCategory: 2 },
    gives: { x_ip: 'r' },
    says: [[{ state: '192.168.1.20' }, { x_ip: '192.168.1.20' }]],
  },
  {
    about: 'a doorbell',
    kind: 'Event',
    entity: {
      objectId: 'bell',
      name: 'Bell',
      deviceClass: 'doorbell',
      eventTypesList: ['press', 'double_press', 'ding'],
    },
    gives: { button: 'event' },
  },
];
