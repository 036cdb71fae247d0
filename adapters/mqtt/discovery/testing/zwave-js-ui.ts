// Announcements in the forms of zwave-js-ui.
import type { Sample } from './sample.ts';

const zwave = (about: string, component: string, object: string, payload: object) => ({
  source: 'zwave-js-ui' as const,
  about,
  topic: `homeassistant/${component}/Stairs/${object}/config`,
  payload: {
    device: {
      identifiers: ['zwavejs2mqtt_0xd1d2_node7'],
      manufacturer: 'Fibar',
      model: 'Dimmer 2 (FGD212)',
      name: 'Stairs',
      sw_version: '3.5',
    },
    availability: [
      {
        payload_available: 'true',
        payload_not_available: 'false',
        topic: 'zwave/Stairs/status',
        value_template: "{{'true' if value_json.value else 'false'}}",
      },
      {
        topic: 'zwave/_CLIENTS/ZWAVE_GATEWAY-home/status',
        value_template: "{{'online' if value_json.value else 'offline'}}",
      },
    ],
    availability_mode: 'all',
    unique_id: `zwavejs2mqtt_0xd1d2_${object}`,
    ...payload,
  },
});

export const ZWAVE_JS_UI: readonly Sample[] = [
  {
    ...zwave('dimmer', 'light', 'dimmer', {
      state_topic: 'zwave/Stairs/38/0/currentValue',
      command_topic: 'zwave/Stairs/38/0/targetValue/set',
      brightness_state_topic: 'zwave/Stairs/38/0/currentValue',
      brightness_command_topic: 'zwave/Stairs/38/0/targetValue/set',
      brightness_scale: 99,
      on_command_type: 'brightness',
      payload_off: '0',
      state_value_template: '{{ "0" if value_json.value == 0 else "ON" }}',
      brightness_value_template: '{{ (value_json.value) | round(0) }}',
    }),
    says: [
      ['zwave/Stairs/38/0/currentValue', '{"time":1,"value":50}', { on: true, brightness: 51 }],
      ['zwave/Stairs/38/0/currentValue', '{"time":2,"value":0}', { on: false, brightness: 0 }],
    ],
    does: [
      ['brightness', 100, ['zwave/Stairs/38/0/targetValue/set 99']],
      ['on', false, ['zwave/Stairs/38/0/targetValue/set 0']],
    ],
  },
  {
    ...zwave('switch with true and false', 'switch', 'switch', {
      payload_off: false,
      payload_on: true,
      value_template: '{{ value_json.value }}',
      command_topic: 'zwave/Stairs/37/0/targetValue/set',
      state_topic: 'zwave/Stairs/37/0/currentValue',
    }),
    says: [['zwave/Stairs/37/0/currentValue', '{"time":1,"value":true}', { on: true }]],
    does: [['on', true, ['zwave/Stairs/37/0/targetValue/set true']]],
  },
  {
    ...zwave('door lock', 'lock', 'lock', {
      command_topic: 'zwave/Stairs/98/0/boltStatus/set',
      state_topic: 'zwave/Stairs/98/0/currentMode',
      value_template: '{{ value_json.value }}',
      state_locked: 255,
      state_unlocked: 0,
      payload_lock: '255',
      payload_unlock: '0',
    }),
    says: [['zwave/Stairs/98/0/currentMode', '{"value":255}', { locked: true }]],
    does: [['locked', false, ['zwave/Stairs/98/0/boltStatus/set 0']]],
  },
  {
    ...zwave('thermostat with numbers for modes', 'climate', 'thermostat', {
      mode_state_topic: 'zwave/Stairs/64/0/mode',
      mode_command_topic: 'zwave/Stairs/64/0/mode/set',
      modes: ['off', 'heat', 'cool'],
      mode_state_template:
        "{{ {0: 'off', 1: 'heat', 2: 'cool'}[value_json.value] | default('off') }}",
      mode_command_template: "{{ {'off': 0, 'heat': 1, 'cool': 2}[value] | default('0') }}",
      temperature_state_topic: 'zwave/Stairs/67/0/setpoint/1',
      temperature_command_topic: 'zwave/Stairs/67/0/setpoint/1/set',
      temperature_state_template: '{{ value_json.value }}',
      temperature_unit: 'F',
      min_temp: 50,
      max_temp: 85,
      temp_step: 1,
    }),
    says: [
      ['zwave/Stairs/64/0/mode', '{"value":1}', { mode: 'heat' }],
      ['zwave/Stairs/67/0/setpoint/1', '{"value":68}', { targetTemperature: 20 }],
    ],
    does: [
      ['mode', 'cool', ['zwave/Stairs/64/0/mode/set 2']],
      ['targetTemperature', 25, ['zwave/Stairs/67/0/setpoint/1/set 77']],
    ],
  },
  {
    ...zwave('roller shutter 0 to 99', 'cover', 'position', {
      command_topic: 'zwave/Stairs/38/1/targetValue/set',
      position_topic: 'zwave/Stairs/38/1/currentValue',
      set_position_topic: 'zwave/Stairs/38/1/targetValue/set',
      value_template: '{{ (value_json.value / 99 * 100) | round(0) }}',
      set_position_template: '{{ (position / 100 * 99) | round(0) }}',
      payload_open: '99',
      payload_close: '0',
      position_open: 100,
      position_closed: 0,
      payload_stop: null,
    }),
    says: [['zwave/Stairs/38/1/currentValue', '{"value":50}', { position: 51 }]],
    does: [['position', 100, ['zwave/Stairs/38/1/targetValue/set 99']]],
  },
  {
    ...zwave('smoke alarm', 'binary_sensor', 'notification_smoke_alarm', {
      state_topic: 'zwave/Stairs/113/0/Smoke_Alarm',
      payload_on: true,
      payload_off: false,
      value_template: '{{ value_json.value == 2 }}',
      device_class: 'smoke',
    }),
    says: [
      ['zwave/Stairs/113/0/Smoke_Alarm', '{"value":2}', { smoke: true }],
      ['zwave/Stairs/113/0/Smoke_Alarm', '{"value":0}', { smoke: false }],
    ],
  },
  {
    ...zwave('power of its meter', 'sensor', 'power', {
      state_topic: 'zwave/Stairs/50/0/value/66049',
      device_class: 'power',
      unit_of_measurement: 'W',
      value_template: '{{ value_json.value }}',
      state_class: 'measurement',
    }),
    says: [['zwave/Stairs/50/0/value/66049', '{"value":4.7}', { power: 4.7 }]],
  },
  {
    ...zwave('scenes of its buttons', 'sensor', 'scene_001', {
      state_topic: 'zwave/Stairs/91/0/scene/001',
      value_template: "{{ value_json.value.value | default('') }}",
    }),
    says: [
      [
        'zwave/Stairs/91/0/scene/001',
        '{"value":{"value":"KeyPressed"}}',
        { x_scene_001: 'KeyPressed' },
      ],
    ],
  },
];
