// Announcements in the forms of Zigbee2MQTT.
import type { Sample } from './sample.ts';

const Z = 'zigbee2mqtt/Hall';
const zigbee = {
  device: {
    identifiers: ['zigbee2mqtt_0x00158d0001a2b3c4'],
    name: 'Hall',
    manufacturer: 'IKEA',
    model: 'TRADFRI bulb (LED1924G9)',
    sw_version: '2.3.050',
    via_device: 'zigbee2mqtt_bridge_0x00124b0018e27b10',
  },
  origin: { name: 'Zigbee2MQTT', sw: '2.6.0', url: 'https://www.zigbee2mqtt.io' },
  availability: [
    { topic: 'zigbee2mqtt/bridge/state', value_template: '{{ value_json.state }}' },
    { topic: `${Z}/availability`, value_template: '{{ value_json.state }}' },
  ],
  availability_mode: 'all',
  state_topic: Z,
};
const z2m = (about: string, component: string, object: string, payload: object) => ({
  source: 'Zigbee2MQTT' as const,
  about,
  topic: `homeassistant/${component}/0x00158d0001a2b3c4/${object}/config`,
  payload: { ...zigbee, object_id: `hall_${object}`, unique_id: `0x0_${object}`, ...payload },
});

export const ZIGBEE2MQTT: readonly Sample[] = [
  {
    ...z2m('lamp with white and colour, schema json', 'light', 'light', {
      schema: 'json',
      command_topic: `${Z}/set`,
      brightness: true,
      brightness_scale: 254,
      supported_color_modes: ['xy', 'color_temp'],
      max_mireds: 454,
      min_mireds: 250,
      effect: true,
      effect_list: ['blink', 'breathe', 'okay'],
    }),
    says: [
      [
        Z,
        '{"state":"ON","brightness":127,"color_mode":"color_temp","color_temp":370}',
        { on: true, brightness: 50, colorTemperature: 2703 },
      ],
      [
        Z,
        '{"color_mode":"xy","color":{"x":0.701,"y":0.299},"state":"OFF"}',
        { on: false, color: { hue: 0, saturation: 100 } },
      ],
    ],
    does: [
      ['on', false, [`${Z}/set {"state":"OFF"}`]],
      ['brightness', 100, [`${Z}/set {"state":"ON","brightness":254}`]],
      ['colorTemperature', 4000, [`${Z}/set {"state":"ON","color_temp":250}`]],
      ['effect', 'breathe', [`${Z}/set {"effect":"breathe"}`]],
    ],
  },
  {
    ...z2m('plug', 'switch', 'switch', {
      payload_on: 'ON',
      payload_off: 'OFF',
      value_template: '{{ value_json.state }}',
      command_topic: `${Z}/set`,
    }),
    says: [[Z, '{"state":"ON","power":3}', { on: true }]],
    does: [['on', true, [`${Z}/set ON`]]],
  },
  {
    ...z2m('two gangs: the second', 'switch', 'switch_l2', {
      payload_on: 'ON',
      payload_off: 'OFF',
      value_template: '{{ value_json.state_l2 }}',
      command_topic: `${Z}/l2/set`,
    }),
    says: [[Z, '{"state_l2":"OFF"}', { on: false }]],
    does: [['on', true, [`${Z}/l2/set ON`]]],
  },
  {
    ...z2m('child lock', 'switch', 'child_lock', {
      payload_on: 'LOCK',
      payload_off: 'UNLOCK',
      value_template: '{{ value_json.child_lock }}',
      command_topic: `${Z}/set/child_lock`,
      entity_category: 'config',
      icon: 'mdi:account-lock',
    }),
    says: [[Z, '{"child_lock":"LOCK"}', { childLock: true }]],
    does: [['childLock', false, [`${Z}/set/child_lock UNLOCK`]]],
  },
  {
    ...z2m('temperature', 'sensor', 'temperature', {
      device_class: 'temperature',
      state_class: 'measurement',
      unit_of_measurement: '°C',
      value_template: '{{ value_json.temperature }}',
    }),
    says: [[Z, '{"temperature":21.46,"humidity":null}', { temperature: 21.46 }]],
  },
  {
    ...z2m('link quality', 'sensor', 'linkquality', {
      unit_of_measurement: 'lqi',
      value_template: '{{ value_json.linkquality }}',
      state_class: 'measurement',
      enabled_by_default: false,
      entity_category: 'diagnostic',
    }),
    says: [[Z, '{"linkquality":120}', { linkQuality: 120 }]],
  },
  {
    ...z2m('battery', 'sensor', 'battery', {
      device_class: 'battery',
      unit_of_measurement: '%',
      value_template: '{{ value_json.battery }}',
      state_class: 'measurement',
    }),
    says: [[Z, '{"battery":88.5}', { battery: 88.5 }]],
  },
  {
    ...z2m('voltage of a battery in millivolts', 'sensor', 'voltage', {
      device_class: 'voltage',
      unit_of_measurement: 'mV',
      value_template: '{{ value_json.voltage }}',
    }),
    says: [[Z, '{"voltage":3015}', { batteryVoltage: 3.015 }]],
  },
  {
    ...z2m('energy and its sense', 'sensor', 'energy', {
      device_class: 'energy',
      state_class: 'total_increasing',
      unit_of_measurement: 'kWh',
      value_template: '{{ value_json.energy }}',
    }),
    says: [[Z, '{"energy":12.7}', { energy: 12.7 }]],
  },
  {
    ...z2m('contact sensor: on is open', 'binary_sensor', 'contact', {
      payload_on: false,
      payload_off: true,
      value_template: '{{ value_json.contact }}',
      device_class: 'door',
    }),
    says: [
      [Z, '{"contact":false}', { open: true }],
      [Z, '{"contact":true}', { open: false }],
    ],
  },
  {
    ...z2m('motion', 'binary_sensor', 'occupancy', {
      payload_on: true,
      payload_off: false,
      value_template: '{{ value_json.occupancy }}',
      device_class: 'occupancy',
    }),
    says: [[Z, '{"occupancy":true}', { occupancy: true }]],
  },
  {
    ...z2m('leak', 'binary_sensor', 'water_leak', {
      payload_on: true,
      payload_off: false,
      value_template: '{{ value_json.water_leak }}',
      device_class: 'moisture',
    }),
    says: [[Z, '{"water_leak":true}', { waterLeak: true }]],
  },
  {
    ...z2m('battery low', 'binary_sensor', 'battery_low', {
      payload_on: true,
      payload_off: false,
      value_template: '{{ value_json.battery_low }}',
      device_class: 'battery',
      entity_category: 'diagnostic',
    }),
    says: [[Z, '{"battery_low":false}', { batteryLow: false }]],
  },
  {
    ...z2m('blind with position', 'cover', 'cover', {
      command_topic: `${Z}/set`,
      set_position_topic: `${Z}/set`,
      set_position_template: '{ "position": {{ position }} }',
      position_topic: Z,
      position_template: '{{ value_json.position }}',
      value_template: '{{ value_json.moving }}',
      state_opening: 'UP',
      state_closing: 'DOWN',
      state_stopped: 'STOP',
    }),
    says: [[Z, '{"position":30,"moving":"UP"}', { position: 30, moving: 'opening' }]],
    does: [
      ['position', 75, [`${Z}/set { "position": 75 }`]],
      ['stop', null, [`${Z}/set STOP`]],
    ],
  },
  {
    ...z2m('lock', 'lock', 'lock', {
      command_topic: `${Z}/set`,
      value_template: '{{ value_json.state }}',
      state_locked: 'LOCK',
      state_unlocked: 'UNLOCK',
    }),
    says: [[Z, '{"state":"LOCK"}', { locked: true }]],
    does: [['locked', false, [`${Z}/set UNLOCK`]]],
  },
  {
    ...z2m('radiator valve', 'climate', 'climate', {
      action_topic: Z,
      action_template:
        "{% set values = {None:None,'idle':'idle','heat':'heating','cool':'cooling','fan_only':'fan'} %}{{ values[value_json.running_state] }}",
      current_temperature_topic: Z,
      current_temperature_template: '{{ value_json.local_temperature }}',
      max_temp: '30',
      min_temp: '5',
      temp_step: 0.5,
      mode_command_topic: `${Z}/set/system_mode`,
      mode_state_topic: Z,
      mode_state_template: '{{ value_json.system_mode }}',
      modes: ['heat', 'auto', 'off'],
      preset_mode_command_topic: `${Z}/set/preset`,
      preset_mode_state_topic: Z,
      preset_mode_value_template: '{{ value_json.preset }}',
      preset_modes: ['eco', 'boost'],
      temperature_command_topic: `${Z}/set/occupied_heating_setpoint`,
      temperature_state_topic: Z,
      temperature_state_template: '{{ value_json.occupied_heating_setpoint }}',
      temperature_unit: 'C',
    }),
    says: [
      [
        Z,
        '{"running_state":"heat","local_temperature":19.5,"system_mode":"auto","preset":"eco","occupied_heating_setpoint":21}',
        {
          runningState: 'heat',
          temperature: 19.5,
          mode: 'auto',
          preset: 'eco',
          targetTemperature: 21,
        },
      ],
    ],
    does: [
      ['targetTemperature', 22.5, [`${Z}/set/occupied_heating_setpoint 22.5`]],
      ['mode', 'off', [`${Z}/set/system_mode off`]],
      ['preset', 'boost', [`${Z}/set/preset boost`]],
    ],
  },
  {
    ...z2m('fan with steps as presets', 'fan', 'fan', {
      command_topic: `${Z}/set/fan_state`,
      state_value_template: '{{ value_json.fan_state }}',
      percentage_command_topic: `${Z}/set/fan_mode`,
      percentage_state_topic: Z,
      percentage_value_template:
        "{{ {'off':0, 'low':1, 'medium':2, 'high':3}[value_json.fan_mode] | default('None') }}",
      percentage_command_template:
        "{{ {0:'off', 1:'low', 2:'medium', 3:'high'}[value] | default('') }}",
      speed_range_min: 1,
      speed_range_max: 3,
      preset_mode_command_topic: `${Z}/set/fan_mode`,
      preset_mode_state_topic: Z,
      preset_mode_value_template:
        "{{ value_json.fan_mode if value_json.fan_mode in ['on', 'auto', 'smart'] else 'None' | default('None') }}",
      preset_modes: ['on', 'auto', 'smart'],
    }),
    says: [
      [Z, '{"fan_state":"ON","fan_mode":"medium"}', { on: true, fanSpeed: 67 }],
      [Z, '{"fan_mode":"auto"}', { fanMode: 'auto' }],
    ],
    does: [
      ['fanSpeed', 100, [`${Z}/set/fan_mode high`]],
      ['fanMode', 'smart', [`${Z}/set/fan_mode smart`]],
    ],
  },
  {
    ...z2m('setting that is a number of the table', 'number', 'occupancy_timeout', {
      command_topic: `${Z}/set/occupancy_timeout`,
      value_template: '{{ value_json.occupancy_timeout }}',
      min: 0,
      max: 65535,
      unit_of_measurement: 's',
    }),
    says: [[Z, '{"occupancy_timeout":60}', { occupancyTimeout: 60 }]],
    does: [['occupancyTimeout', 90, [`${Z}/set/occupancy_timeout 90`]]],
  },
  {
    ...z2m('setting of the vendor', 'number', 'ballast_minimum_level', {
      command_topic: `${Z}/set/ballast_minimum_level`,
      value_template: '{{ value_json.ballast_minimum_level }}',
      min: 1,
      max: 254,
    }),
    says: [[Z, '{"ballast_minimum_level":7}', { x_ballast_minimum_level: 7 }]],
    does: [['x_ballast_minimum_level', 9, [`${Z}/set/ballast_minimum_level 9`]]],
  },
  {
    ...z2m('after a power cut', 'select', 'power_on_behavior', {
      command_topic: `${Z}/set/power_on_behavior`,
      value_template: '{{ value_json.power_on_behavior }}',
      options: ['off', 'previous', 'on'],
    }),
    says: [[Z, '{"power_on_behavior":"previous"}', { powerOnBehavior: 'previous' }]],
    does: [['powerOnBehavior', 'off', [`${Z}/set/power_on_behavior off`]]],
  },
  {
    ...z2m('press of a remote', 'device_automation', 'action_single', {
      automation_type: 'trigger',
      type: 'action',
      subtype: 'single',
      payload: 'single',
      topic: `${Z}/action`,
    }),
    says: [[`${Z}/action`, 'single', { button: 'single' }]],
  },
  {
    ...z2m('press of the second button, held', 'device_automation', 'action_2_hold', {
      automation_type: 'trigger',
      type: 'action',
      subtype: '2_hold',
      payload: '2_hold',
      topic: `${Z}/action`,
    }),
    says: [[`${Z}/action`, '2_hold', { button: 'long' }]],
  },
  {
    ...z2m('firmware', 'update', 'update', {
      payload_install: '{"id": "0x00158d0001a2b3c4"}',
      command_topic: 'zigbee2mqtt/bridge/request/device/ota_update/update',
      value_template:
        '{"latest_version":"{{ value_json[\'update\'][\'latest_version\'] }}","installed_version":"{{ value_json[\'update\'][\'installed_version\'] }}"}',
    }),
    says: [
      [
        Z,
        '{"update":{"installed_version":587814449,"latest_version":587814449,"state":"idle"}}',
        { firmware: '587814449', x_update_latest: '587814449' },
      ],
    ],
    leaves: ['update/update command_topic', 'update/update payload_install'],
  },
  {
    ...z2m('identify', 'button', 'identify', {
      command_topic: `${Z}/set`,
      payload_press: '{"identify":"identify"}',
      device_class: 'identify',
    }),
    does: [['identify', null, [`${Z}/set {"identify":"identify"}`]]],
  },
  {
    ...z2m('siren as a text of its own', 'text', 'warning_note', {
      command_topic: `${Z}/set/warning_note`,
      value_template: '{{ value_json.warning_note }}',
      mode: 'text',
    }),
    says: [[Z, '{"warning_note":"beep"}', { x_warning_note: 'beep' }]],
    does: [['x_warning_note', 'boop', [`${Z}/set/warning_note boop`]]],
  },
  {
    ...z2m('action by patterns, which needs more than templates here have', 'event', 'action', {
      event_types: ['single', 'double'],
      value_template:
        "{% set patterns = [('^(?P<action>single)$', ['action'])] %}{% for p in patterns %}{{ value_json.action | regex_findall(p[0]) }}{% endfor %}",
    }),
    leaves: ['event/action value_template'],
  },
];
