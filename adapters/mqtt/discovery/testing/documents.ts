// Announcements as Home Assistant's own documents show them, for what none of the five programs announces.
// Spec: https://www.home-assistant.io/integrations/#mqtt, one page a component.
import type { Sample } from './sample.ts';

const shown = (about: string, component: string, object: string, payload: object) => ({
  source: 'documents' as const,
  about,
  topic: `homeassistant/${component}/shed/${object}/config`,
  payload: {
    device: { identifiers: ['shed'], name: 'Shed' },
    unique_id: `shed_${object}`,
    ...payload,
  },
});

export const DOCUMENTS: readonly Sample[] = [
  {
    ...shown('date', 'date', 'service', {
      command_topic: 'shed/service/set',
      state_topic: 'shed/service',
    }),
    says: [
      ['shed/service', '2025-12-01', { x_service: '2025-12-01' }],
      ['shed/service', '2025-12-01T06:30:00Z', { x_service: '2025-12-01' }],
      ['shed/service', '2025-02-30', {}],
    ],
    does: [['x_service', '2026-11-22', ['shed/service/set 2026-11-22']]],
  },
  {
    ...shown('time of day', 'time', 'wake', {
      command_topic: 'shed/wake/set',
      command_template: '{"at":"{{ value }}"}',
      state_topic: 'shed/wake',
      value_template: '{{ value_json.at }}',
    }),
    says: [
      ['shed/wake', '{"at":"12:33:00"}', { x_wake: '12:33:00' }],
      ['shed/wake', '{"at":"3:34 PM"}', { x_wake: '15:34:00' }],
      ['shed/wake', '{"at":"25:00"}', {}],
    ],
    does: [['x_wake', '06:30', ['shed/wake/set {"at":"06:30:00"}']]],
  },
  {
    ...shown('moment', 'datetime', 'until', {
      command_topic: 'shed/until/set',
      state_topic: 'shed/until',
    }),
    says: [['shed/until', '2026-11-22T08:30:00+02:00', { x_until: '2026-11-22T06:30:00Z' }]],
    does: [['x_until', '2026-11-22T06:30:00Z', ['shed/until/set 2026-11-22T06:30:00+00:00']]],
  },
  {
    ...shown('moment by the clock of the device', 'datetime', 'next', {
      command_topic: 'shed/next/set',
      state_topic: 'shed/next',
      timezone: 'Europe/Berlin',
    }),
    says: [['shed/next', '2026-11-22 07:30', { x_next: '2026-11-22T07:30:00' }]],
    does: [['x_next', '2026-11-22T07:30:00', ['shed/next/set 2026-11-22T07:30:00']]],
  },
  {
    ...shown('screen that shows a text', 'notify', 'screen', {
      command_topic: 'shed/screen/notifications',
    }),
    does: [['x_screen', 'Bread is ready', ['shed/screen/notifications Bread is ready']]],
  },
  {
    ...shown('scene', 'scene', 'party', { command_topic: 'shed/party/set' }),
    does: [['x_party', true, ['shed/party/set ON']]],
  },
  {
    ...shown('siren that tells JSON', 'siren', 'siren', {
      state_topic: 'shed/siren',
      command_topic: 'shed/siren/set',
      command_template: '{{ value }}',
      command_off_template: 'quiet {{ value }}',
    }),
    says: [
      ['shed/siren', '{"state":"ON","tone":"bell","volume_level":0.5}', { siren: true }],
      ['shed/siren', 'OFF', { siren: false }],
    ],
    does: [
      ['siren', true, ['shed/siren/set ON']],
      ['siren', false, ['shed/siren/set quiet OFF']],
    ],
  },
  {
    ...shown('boiler that says no more than it must', 'water_heater', 'boiler', {
      mode_state_topic: 'shed/boiler/mode',
      mode_command_topic: 'shed/boiler/mode/set',
      temperature_state_topic: 'shed/boiler/temperature',
      temperature_command_topic: 'shed/boiler/temperature/set',
      current_temperature_topic: 'shed/boiler/current',
    }),
    says: [
      ['shed/boiler/mode', 'heat_pump', { mode: 'heat_pump' }],
      ['shed/boiler/temperature', '55', { targetTemperature: 55 }],
    ],
    does: [
      ['targetTemperature', 58, ['shed/boiler/temperature/set 58']],
      ['mode', 'eco', ['shed/boiler/mode/set eco']],
    ],
  },
  {
    ...shown('cover whose templates are given per cent', 'cover', 'blind', {
      position_topic: 'shed/blind',
      position_template: '{{ value_json.at - position_closed }}',
      position_closed: 40,
      position_open: 140,
      set_position_topic: 'shed/blind/set',
      set_position_template: '{"at":{{ value }},"percent":{{ position }},"to":{{ position_open }}}',
      tilt_command_topic: 'shed/blind/tilt/set',
      tilt_command_template: '{{ value }} {{ tilt_position }}',
      tilt_max: 180,
    }),
    does: [
      ['position', 25, ['shed/blind/set {"at":65,"percent":25,"to":140}']],
      ['tilt', 50, ['shed/blind/tilt/set 90 50']],
    ],
  },
  {
    ...shown('valve on its way', 'valve', 'tap', {
      command_topic: 'shed/tap/set',
      command_template: '{"x": {{ value }} }',
      state_topic: 'shed/tap',
      reports_position: true,
      value_template: '{{ value_json.x }}',
    }),
    says: [['shed/tap', '{"x":"closing"}', { moving: 'closing' }]],
    does: [['valvePosition', 60, ['shed/tap/set {"x": 60 }']]],
  },
  {
    ...shown('firmware with a topic for the newest', 'update', 'firmware', {
      title: 'Shed firmware',
      state_topic: 'shed/info',
      value_template: '{{ value_json.update.old_version }}',
      latest_version_topic: 'shed/info',
      latest_version_template:
        '{% if value_json.update.new_version %}{{ value_json.update.new_version }}{% else %}{{ value_json.update.old_version }}{% endif %}',
    }),
    says: [
      [
        'shed/info',
        '{"update":{"old_version":"1.21.0","new_version":"1.22.0"}}',
        { firmware: '1.21.0', x_firmware_latest: '1.22.0' },
      ],
    ],
    leaves: ['update/firmware title'],
  },
];
